namespace Consortium.Messaging;

/// <summary>
/// One store transaction committed these record versions (flow step 5). Ids and hashes only: no patient data.
/// Delivered at least once; the anchor service knows an entry again by its record id.
/// </summary>
public sealed record RecordCommitted
{
    /// <summary>The custodian's address on the chain, EIP-55 form.</summary>
    public required string Custodian { get; init; }

    /// <summary>Packed 74-byte index entries, one after the other.</summary>
    public required byte[] Entries { get; init; }
}
