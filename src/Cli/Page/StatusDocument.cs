namespace Consortium.Cli.Page;

/// <summary>What the live page shows; holds no patient data.</summary>
internal sealed record StatusDocument(DateTimeOffset Time, ChainStatus? Chain, IReadOnlyList<HospitalStatus> Hospitals, IReadOnlyList<StoryLine> Story);

/// <summary>The chain as this host sees it.</summary>
internal sealed record ChainStatus(ulong ChainId, string Contract, ulong Block);

/// <summary>One hospital's hops.</summary>
internal sealed record HospitalStatus
{
    public required string Name { get; init; }

    public string? Fhir { get; init; }

    public string? Mllp { get; init; }

    public string? Custodian { get; init; }

    public required HopCounts Hops { get; init; }

    /// <summary>Age of the oldest entry that is not final on the chain yet; 0 where none waits.</summary>
    public double AnchorLagSeconds { get; init; }

    public IReadOnlyList<RecordLine> Records { get; init; } = [];

    public IReadOnlyList<BatchLine> Batches { get; init; } = [];

    public IReadOnlyList<QuarantineLine> Quarantine { get; init; } = [];

    /// <summary>What keeps a part from working, in words; empty when all is well.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];
}

/// <summary>How many records stand at each hop.</summary>
internal sealed record HopCounts(long Received, long Pending, long Published, long Quarantined, long Resources, long Versions, long Unanchored, long Anchored)
{
    public HopCounts Plus(HopCounts other) => new(
        Received + other.Received, Pending + other.Pending, Published + other.Published, Quarantined + other.Quarantined,
        Resources + other.Resources, Versions + other.Versions, Unanchored + other.Unanchored, Anchored + other.Anchored);
}

internal sealed record RecordLine(DateTimeOffset Time, string Type, string Id, string Version, bool Anchored);

internal sealed record BatchLine(ulong FirstSequence, int Count, string State, string? Transaction, ulong? Block, long? GasPerEntry);

internal sealed record QuarantineLine(string Id, DateTimeOffset Time, string Source, string? ControlId, string? Place, string Reason);

/// <summary>Something that happened between members, in both languages; no patient data.</summary>
internal sealed record StoryLine(DateTimeOffset Time, bool Good, string Zh, string En);
