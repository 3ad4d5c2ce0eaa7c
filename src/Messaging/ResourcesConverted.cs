namespace Consortium.Messaging;

/// <summary>
/// One legacy record became these validated FHIR resources (flow step 4). Carries patient data: it travels only over the hospital's own broker.
/// Delivered at least once; <see cref="ConversionId"/> is the same for every delivery of the same conversion.
/// </summary>
public sealed record ResourcesConverted
{
    /// <summary>Deterministic: the digest of the raw record, the mapping's version and the release that this conversion belongs to.</summary>
    public required string ConversionId { get; init; }

    /// <summary>SHA-256 of the raw record, lower-case hexadecimal: its name in the intake journal.</summary>
    public required string IntakeDigest { get; init; }

    /// <summary>Position in the intake journal. A later intake of a source is never overwritten by an earlier one that arrives after it.</summary>
    public required long IntakeSequence { get; init; }

    /// <summary>The source system, as configured at the listener or found in the record.</summary>
    public required string Source { get; init; }

    /// <summary>When the raw record was committed to the journal.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>The resources in an order in which each one refers only to earlier ones or to stored ones, as far as that can be.</summary>
    public required IReadOnlyList<ConvertedResource> Resources { get; init; }
}

/// <summary>One resource of a conversion.</summary>
/// <param name="ResourceType">The FHIR resource type.</param>
/// <param name="Id">The logical id, deterministic from source system and business identifier.</param>
/// <param name="Apply">What the store does when the resource exists.</param>
/// <param name="Json">The resource as FHIR JSON, without <c>meta.versionId</c> and <c>meta.lastUpdated</c>.</param>
public sealed record ConvertedResource(string ResourceType, string Id, ApplyMode Apply, string Json);

/// <summary>What the store does with a converted resource that it already has.</summary>
public enum ApplyMode
{
    /// <summary>The record speaks with authority on this resource: replace, unless the content is the same.</summary>
    Update,

    /// <summary>The record only mentions this resource (the patient of a laboratory report): create it where it is missing, else leave it.</summary>
    CreateIfAbsent,

    /// <summary>The record says that the resource was wrong or is gone: delete it, keeping its history.</summary>
    Delete,
}
