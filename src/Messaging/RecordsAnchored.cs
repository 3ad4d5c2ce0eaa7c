namespace Consortium.Messaging;

/// <summary>
/// One batch is final on the chain (flow step 7). The receiver recomputes <see cref="Root"/> from <see cref="Entries"/> and derives each inclusion path itself.
/// Delivered at least once; a batch is known again by custodian and <see cref="FirstSequence"/>.
/// </summary>
public sealed record RecordsAnchored
{
    /// <summary>The custodian's address, EIP-55 form.</summary>
    public required string Custodian { get; init; }

    /// <summary>EIP-155 chain id.</summary>
    public required ulong ChainId { get; init; }

    /// <summary>The ledger contract's address, EIP-55 form.</summary>
    public required string Contract { get; init; }

    /// <summary>The custodian's sequence number of the batch's first entry, counted from 0 without gaps.</summary>
    public required ulong FirstSequence { get; init; }

    /// <summary>The batch root, 64 hexadecimal digits.</summary>
    public required string Root { get; init; }

    /// <summary>The custodian's chained head after this batch, 64 hexadecimal digits.</summary>
    public required string Head { get; init; }

    /// <summary>Hash of the transaction that was mined, 64 hexadecimal digits.</summary>
    public required string TransactionHash { get; init; }

    /// <summary>Number of the block that holds it.</summary>
    public required ulong BlockNumber { get; init; }

    /// <summary>Hash of that block, 64 hexadecimal digits.</summary>
    public required string BlockHash { get; init; }

    /// <summary>The block's own timestamp, in the unit of the chain (see the contract's constructor).</summary>
    public required ulong BlockTimestamp { get; init; }

    /// <summary>Packed 74-byte index entries of the batch, in sequence.</summary>
    public required byte[] Entries { get; init; }
}
