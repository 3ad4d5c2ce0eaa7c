using Consortium.Integrity;

namespace Consortium.Ledger;

/// <summary>One index entry of the chain, as the projection verified it.</summary>
/// <param name="Custodian">The hospital that anchored it and holds the record.</param>
/// <param name="Sequence">Its number among the custodian's entries, from 0 without gaps.</param>
/// <param name="Entry">The entry.</param>
/// <param name="BatchFirstSequence">Sequence of the first entry of its batch.</param>
/// <param name="TransactionHash">The transaction that anchored the batch.</param>
/// <param name="BlockNumber">The block of that transaction.</param>
public sealed record ProjectedEntry(
    Address Custodian, ulong Sequence, IndexEntry Entry, ulong BatchFirstSequence, Hash256 TransactionHash, ulong BlockNumber);

/// <summary>One batch of the chain, verified: numbering, root and head.</summary>
/// <param name="Custodian">The hospital that anchored it.</param>
/// <param name="FirstSequence">Sequence of its first entry.</param>
/// <param name="Count">Number of entries.</param>
/// <param name="Root">Root of the batch tree.</param>
/// <param name="Head">The custodian's chained head after it.</param>
/// <param name="TransactionHash">The transaction.</param>
/// <param name="BlockNumber">Its block.</param>
/// <param name="BlockHash">That block's hash.</param>
/// <param name="BlockTime">That block's time.</param>
public sealed record ProjectedBatch(
    Address Custodian, ulong FirstSequence, ulong Count, Hash256 Root, Hash256 Head,
    Hash256 TransactionHash, ulong BlockNumber, Hash256 BlockHash, DateTimeOffset BlockTime);

/// <summary>A custodian whose log broke a rule that the contract keeps; nothing from that batch on is trusted.</summary>
/// <param name="Custodian">The custodian.</param>
/// <param name="FirstSequence">The sequence that the first refused batch claims.</param>
/// <param name="BlockNumber">The block of that batch.</param>
/// <param name="Reason">What does not fit.</param>
/// <param name="RefusedBatches">How many batches were refused.</param>
public sealed record UntrustedCustodian(Address Custodian, ulong FirstSequence, ulong BlockNumber, string Reason, int RefusedBatches);

/// <summary>How far the projection is, for the status page and for the staleness limit.</summary>
public sealed record ProjectionStatus
{
    /// <summary>The last block that was read.</summary>
    public required ulong BlockNumber { get; init; }

    /// <summary>Its hash.</summary>
    public required Hash256 BlockHash { get; init; }

    /// <summary>Its time, as the chain says.</summary>
    public required DateTimeOffset BlockTime { get; init; }

    /// <summary>When the projection last knew that it had read everything there was. What it says is no older than this.</summary>
    public required DateTimeOffset FollowedAt { get; init; }

    /// <summary>Verified entries.</summary>
    public required long Entries { get; init; }

    /// <summary>Verified batches.</summary>
    public required long Batches { get; init; }

    /// <summary>Custodians that are not trusted any further.</summary>
    public required IReadOnlyList<UntrustedCustodian> Untrusted { get; init; }

    /// <summary>Why the projection does not follow at the moment; null while it does.</summary>
    public string? Problem { get; init; }

    internal static ProjectionStatus NotStarted(string? problem) => new()
    {
        BlockNumber = 0,
        BlockHash = Hash256.Zero,
        BlockTime = DateTimeOffset.UnixEpoch,
        FollowedAt = DateTimeOffset.UnixEpoch,
        Entries = 0,
        Batches = 0,
        Untrusted = [],
        Problem = problem ?? "The chain was not met yet.",
    };
}
