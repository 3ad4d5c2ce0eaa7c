using Consortium.FhirFacade.Search;
using Consortium.FhirFacade.Search.Indexing;
using Consortium.Integrity;

namespace Consortium.FhirFacade.Store;

/// <summary>A version that a write transaction is about to insert.</summary>
internal sealed class VersionRow
{
    public required RecordKey Key { get; init; }

    public required long Version { get; init; }

    public required bool Deleted { get; init; }

    public required byte[] Body { get; init; }

    /// <summary>What happened, as an interaction of FHIR: create, update or delete.</summary>
    public required string Interaction { get; init; }

    public required long RecordedAt { get; init; }

    /// <summary>Whom it is about.</summary>
    public required RecordSubject Subject { get; init; }

    public string? Source { get; init; }

    public long? IntakeSequence { get; init; }

    public byte[] Secret { get; set; } = [];

    public int Leaves { get; set; }

    /// <summary>What goes on the chain.</summary>
    public IndexEntry Entry { get; set; }
}

/// <summary>All rows of one write transaction.</summary>
internal sealed class StoreBatch
{
    /// <summary>New versions, in order.</summary>
    public List<VersionRow> Versions { get; } = [];

    /// <summary>Pointers to write.</summary>
    public Dictionary<RecordKey, Head> Heads { get; } = [];

    /// <summary>Resources whose index rows must go first.</summary>
    public List<RecordKey> Unindexed { get; } = [];

    /// <summary>What searches find of each resource's current version.</summary>
    public Dictionary<RecordKey, IndexRows> Indexes { get; } = [];
}
