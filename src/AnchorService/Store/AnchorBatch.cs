using Consortium.AnchorService.Status;
using Consortium.Integrity;

namespace Consortium.AnchorService.Store;

/// <summary>A batch as the tables hold it, without its entries' bytes.</summary>
internal sealed record AnchorBatch
{
    public required ulong FirstSequence { get; init; }

    public required int Count { get; init; }

    public required Hash256 Root { get; init; }

    /// <summary>The custodian's chained head after this batch.</summary>
    public required Hash256 Head { get; init; }

    public required BatchState State { get; init; }

    /// <summary>How often the batch got a fresh nonce after its transaction could no longer be mined.</summary>
    public required int Requeued { get; init; }

    public required DateTimeOffset OldestReceivedAt { get; init; }

    public Hash256? TransactionHash { get; init; }

    public ulong? BlockNumber { get; init; }

    public Hash256? BlockHash { get; init; }

    /// <summary>Why it waits, for the status.</summary>
    public string? Note { get; init; }

    public ulong NextSequence => FirstSequence + (ulong)Count;
}

/// <summary>A signed transaction of a batch. Every one that was ever sent stays here and is followed.</summary>
// SentAtBlock: the chain's height when an endpoint took it; null while none has. Abandoned: why it can no longer be mined; null while it can.
internal sealed record AnchorTransaction(
    Hash256 Hash, ulong FirstSequence, ulong Nonce, UInt128 GasPrice, ulong GasLimit, ulong? SentAtBlock, string? Abandoned);

/// <summary>The custodian's row: what its numbering has reached in these tables.</summary>
internal sealed record WriterState(
    string Contract, ulong? ChainId, Hash256? CodeHash, ulong NextSequence, Hash256 Head, string? StoppedReason, DateTimeOffset? StoppedAt);
