namespace Consortium.Messaging;

/// <summary>The changes of one store transaction, on their way to the topic of changes (<see cref="ChangeTopic"/>).</summary>
public sealed record ResourceChanges
{
    /// <summary>The custodian's address on the chain, EIP-55 form.</summary>
    public required string Custodian { get; init; }

    /// <summary>The changes, in order.</summary>
    public required IReadOnlyList<ResourceChange> Changes { get; init; }
}

/// <summary>One new version of one resource.</summary>
public sealed record ResourceChange
{
    /// <summary>The FHIR resource type.</summary>
    public required string Type { get; init; }

    /// <summary>The logical id.</summary>
    public required string Id { get; init; }

    /// <summary>The version, from 1.</summary>
    public required long Version { get; init; }

    /// <summary><c>create</c>, <c>update</c> or <c>delete</c>.</summary>
    public required string Interaction { get; init; }

    /// <summary>When it was stored, in milliseconds since 1970, UTC: <c>meta.lastUpdated</c>.</summary>
    public required long RecordedAt { get; init; }

    /// <summary>The record id, 32 hexadecimal digits: tells this version from every other, and is the message's id.</summary>
    public required string RecordId { get; init; }

    /// <summary>The commitment to the exact bytes, 64 hexadecimal digits.</summary>
    public required string Commitment { get; init; }

    /// <summary>The resource in JSON; null where the site publishes no content, and of a deletion. Patient data.</summary>
    public string? Resource { get; init; }
}
