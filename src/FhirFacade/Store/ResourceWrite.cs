using Consortium.FhirFacade.Subscriptions;

namespace Consortium.FhirFacade.Store;

/// <summary>What a write does when the resource exists, or does not.</summary>
internal enum WriteMode
{
    /// <summary>A new resource under an id that the store chose.</summary>
    Create,

    /// <summary>Create or replace.</summary>
    Update,

    /// <summary>Create where it was never stored, else leave it.</summary>
    CreateIfAbsent,

    /// <summary>Delete, keeping the history.</summary>
    Delete,
}

/// <summary>One change that a write transaction is asked for.</summary>
/// <param name="Type">The FHIR resource type.</param>
/// <param name="Id">The logical id.</param>
/// <param name="Mode">What to do.</param>
internal sealed record ResourceWrite(string Type, string Id, WriteMode Mode)
{
    /// <summary>The content; null for a deletion.</summary>
    public ResourceJson? Content { get; init; }

    /// <summary>Versions one of which must be current (<c>If-Match</c>); null where the writer does not say.</summary>
    public IReadOnlyList<long>? IfMatch { get; init; }

    /// <summary>Versions none of which may be current (<c>If-None-Match</c>); null where the writer does not say.</summary>
    public IReadOnlyList<long>? IfNoneMatch { get; init; }

    /// <summary>True where the resource must exist (<c>If-Match: *</c>).</summary>
    public bool IfExists { get; init; }

    /// <summary>True where the resource must not exist (<c>If-None-Match: *</c>).</summary>
    public bool IfNoneExists { get; init; }

    /// <summary>True where the server itself writes, as the status of a Subscription.</summary>
    public bool IsServers { get; init; }

    /// <summary>What the server makes of a Subscription that a client writes; null for other types.</summary>
    public AcceptedSubscription? Subscription { get; init; }

    /// <summary>The source system of an intake; null for a write over REST.</summary>
    public string? Source { get; init; }

    /// <summary>The position in the intake journal; null for a write over REST.</summary>
    public long? IntakeSequence { get; init; }
}

/// <summary>What became of a write.</summary>
internal enum WriteOutcome
{
    /// <summary>Stored as the first version, or again after a deletion.</summary>
    Created,

    /// <summary>Stored as a further version.</summary>
    Updated,

    /// <summary>The content was the stored one already; no new version.</summary>
    Unchanged,

    /// <summary>A mention of a resource that exists; it was left alone.</summary>
    Left,

    /// <summary>Content that was overtaken by a later intake: kept as a version, followed by the newer content again.</summary>
    StoredAsLate,

    /// <summary>A deletion was stored as a version.</summary>
    Deleted,

    /// <summary>There was nothing to delete.</summary>
    NothingToDelete,
}

/// <summary>The result of one write.</summary>
/// <param name="Type">The FHIR resource type.</param>
/// <param name="Id">The logical id.</param>
/// <param name="Version">The current version afterwards.</param>
/// <param name="LastUpdated">Its time, in milliseconds since 1970, UTC.</param>
/// <param name="Outcome">What was done.</param>
internal sealed record WriteResult(string Type, string Id, long Version, long LastUpdated, WriteOutcome Outcome)
{
    /// <summary>The bytes of the current version, where the write stored or compared them.</summary>
    public byte[]? Body { get; init; }
}

/// <summary>A precondition of a write (<c>If-Match</c>, <c>If-None-Match</c>) does not hold; the whole transaction is rolled back.</summary>
internal sealed class PreconditionException : Exception
{
    /// <summary>Names the resource and the versions.</summary>
    public PreconditionException(string message, RecordKey key)
        : base(message) => Key = key;

    /// <summary>The resource.</summary>
    public RecordKey Key { get; }
}
