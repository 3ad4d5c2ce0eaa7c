using Consortium.AnchorService.Store;

namespace Consortium.AnchorService.Status;

/// <summary>What the anchor service of a custodian is doing.</summary>
public enum AnchorPhase
{
    /// <summary>Not started yet.</summary>
    Starting,

    /// <summary>Another process writes for this key; this one takes over when that one ends.</summary>
    Standby,

    /// <summary>The chain does not answer; intake goes on and the backlog drains afterwards.</summary>
    WaitingForChain,

    /// <summary>The own tables cannot be reached.</summary>
    WaitingForStore,

    /// <summary>Writing.</summary>
    Running,

    /// <summary>Writing stopped; <see cref="AnchorStatus.Reason"/> says why and what to do. Intake goes on.</summary>
    Stopped,
}

/// <summary>A snapshot for the status page. Holds no patient data.</summary>
public sealed record AnchorStatus
{
    /// <summary>The custodian, EIP-55 form.</summary>
    public required string Custodian { get; init; }

    /// <summary>What the service in this process is doing.</summary>
    public required AnchorPhase Phase { get; init; }

    /// <summary>Why it stopped or waits, with the way out; null while it runs.</summary>
    public string? Reason { get; init; }

    /// <summary>The last error met, by this process, and when; an error that passed by itself stays here.</summary>
    public string? LastError { get; init; }

    /// <summary>When <see cref="LastError"/> was met.</summary>
    public DateTimeOffset? LastErrorAt { get; init; }

    /// <summary>Entries that wait for a batch.</summary>
    public required long Pending { get; init; }

    /// <summary>Entries in batches that are not final.</summary>
    public required long UnderWay { get; init; }

    /// <summary>Entries in final batches.</summary>
    public required long Anchored { get; init; }

    /// <summary>When the oldest entry that is not final came in; null where there is none.</summary>
    public DateTimeOffset? OldestUnanchoredSince { get; init; }

    /// <summary>The sequence number that the next batch starts at.</summary>
    public required ulong NextSequence { get; init; }

    /// <summary>Batches by state.</summary>
    public required IReadOnlyDictionary<BatchState, int> BatchesByState { get; init; }

    /// <summary>The newest batches, newest first.</summary>
    public required IReadOnlyList<BatchStatus> Batches { get; init; }
}

/// <summary>One batch on the status page.</summary>
public sealed record BatchStatus
{
    /// <summary>Sequence number of its first entry.</summary>
    public required ulong FirstSequence { get; init; }

    /// <summary>Number of entries.</summary>
    public required int Count { get; init; }

    /// <summary>How far it is.</summary>
    public required BatchState State { get; init; }

    /// <summary>The transaction that was mined, or else the newest one signed, <c>0x</c> and 64 digits.</summary>
    public string? TransactionHash { get; init; }

    /// <summary>The block that holds it.</summary>
    public ulong? BlockNumber { get; init; }

    /// <summary>Gas used for each entry.</summary>
    public double? GasPerEntry { get; init; }

    /// <summary>Why it waits.</summary>
    public string? Note { get; init; }

    /// <summary>When it was numbered.</summary>
    public required DateTimeOffset PlannedAt { get; init; }

    /// <summary>When it became final.</summary>
    public DateTimeOffset? FinalAt { get; init; }
}

/// <summary>How far one record's index entry is.</summary>
/// <param name="Sequence">Its sequence number, once it is in a batch.</param>
/// <param name="State">Null: it waits for a batch.</param>
/// <param name="TransactionHash">The transaction that was mined, or else the newest one signed.</param>
/// <param name="BlockNumber">The block that holds it.</param>
/// <param name="Why">Why it waits.</param>
public sealed record RecordAnchoring(ulong? Sequence, BatchState? State, string? TransactionHash, ulong? BlockNumber, string? Why);
