namespace Consortium.Fhir.Snapshots;

/// <summary>
/// A StructureDefinition with its elements complete: those of its own snapshot, or those generated from its differential and
/// its base. Immutable.
/// </summary>
internal sealed class ProfileSnapshot
{
    public required string Url { get; init; }

    public string? Version { get; init; }

    public string? Name { get; init; }

    /// <summary>The type that it defines or constrains: <c>Patient</c>, <c>Extension</c>, <c>HumanName</c>.</summary>
    public required string Type { get; init; }

    public string? BaseDefinition { get; init; }

    /// <summary>True for a profile, false for the definition of a type.</summary>
    public bool IsConstraint { get; init; }

    /// <summary>The StructureDefinition, for what is not about elements: context, contextInvariant.</summary>
    public required FhirDocument Source { get; init; }

    /// <summary>In snapshot order, the root first; empty where the snapshot could not be made, as <see cref="Problems"/> says.</summary>
    public required IReadOnlyList<SnapshotElement> Elements { get; init; }

    /// <summary>What is wrong with the differential.</summary>
    public IReadOnlyList<SnapshotProblem> Problems { get; init; } = [];

    /// <summary>Where the elements were generated: what the differential states, with what became of the element.</summary>
    public IReadOnlyList<OverlaidElement> Overlaid { get; init; } = [];

    /// <summary>Whether the elements were generated here.</summary>
    public bool IsGenerated { get; init; }
}

/// <summary>An element of a differential and the element of the snapshot that it makes.</summary>
internal sealed record OverlaidElement(StatedElement Stated, SnapshotElement Result);

/// <summary>Something wrong in a differential.</summary>
/// <param name="Element">The ElementDefinition that it is about; one that does not exist where it is about the whole.</param>
/// <param name="IsError">Whether the profile contradicts its base, or is merely doubtful.</param>
/// <param name="Message">Names the profile's element and what is allowed.</param>
internal sealed record SnapshotProblem(FhirNode Element, bool IsError, string Message);
