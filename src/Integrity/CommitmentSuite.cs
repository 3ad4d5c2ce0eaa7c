namespace Consortium.Integrity;

/// <summary>The hash function of a record commitment (<c>record-commitment.md</c>, "Hash").</summary>
public enum CommitmentSuite
{
    /// <summary>SHA-256; named <c>sha256</c>.</summary>
    Sha256,

    /// <summary>SM3, GB/T 32905; named <c>sm3</c>.</summary>
    Sm3,
}
