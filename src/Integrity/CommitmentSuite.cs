namespace Consortium.Integrity;

/// <summary>The hash function of a record commitment (<c>record-commitment.md</c>, "Hash").</summary>
public enum CommitmentSuite
{
    /// <summary>SHA-256; named <c>sha256</c>.</summary>
    Sha256,

    /// <summary>SM3, GB/T 32905; named <c>sm3</c>.</summary>
    Sm3,
}

/// <summary>The names of the suites as they stand in commitments, disclosures and on the command line.</summary>
public static class CommitmentSuiteNames
{
    /// <summary><c>sha256</c> or <c>sm3</c>.</summary>
    public static string Name(this CommitmentSuite suite) => suite switch
    {
        CommitmentSuite.Sha256 => "sha256",
        CommitmentSuite.Sm3 => "sm3",
        _ => throw new ArgumentOutOfRangeException(nameof(suite), suite, "No such suite."),
    };

    /// <summary>Reads a name; anything but the two exact names is refused.</summary>
    public static bool TryParse(string? name, out CommitmentSuite suite)
    {
        suite = name == "sm3" ? CommitmentSuite.Sm3 : CommitmentSuite.Sha256;
        return name is "sha256" or "sm3";
    }
}
