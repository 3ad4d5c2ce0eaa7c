using Consortium.Fhir.Definitions;

namespace Consortium.Fhir.Snapshots;

/// <summary>
/// One element of a snapshot (FHIR R4 elementdefinition.html), complete: what the differential leaves unsaid comes from the base.
/// </summary>
internal sealed record SnapshotElement
{
    /// <summary>What an element is before anything is said of it; a differential is laid over it as over any base.</summary>
    public static readonly SnapshotElement Unsaid = new() { Id = string.Empty, Path = string.Empty };

    /// <summary>The element id, such as <c>Patient.identifier:mrn.system</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The path, such as <c>Patient.identifier.system</c>; a choice keeps its <c>[x]</c>.</summary>
    public required string Path { get; init; }

    /// <summary>Name of the slice, <c>outer/inner</c> for a re-slice; null where the element is no slice.</summary>
    public string? SliceName { get; init; }

    public int Min { get; init; }

    /// <summary><see cref="Cardinality.Unbounded"/> for <c>*</c>.</summary>
    public int Max { get; init; } = Cardinality.Unbounded;

    /// <summary>Path and cardinality in the definition that first has the element; path empty where it is not stated.</summary>
    public string BasePath { get; init; } = string.Empty;

    public int BaseMin { get; init; }

    public int BaseMax { get; init; } = Cardinality.Unbounded;

    /// <summary>The allowed types; empty at the root and where <see cref="ContentReference"/> stands.</summary>
    public IReadOnlyList<SnapshotType> Types { get; init; } = [];

    /// <summary>As written: <c>#Questionnaire.item</c>, or with the URL of a definition before the hash.</summary>
    public string? ContentReference { get; init; }

    public FhirNode Fixed { get; init; }

    public FhirNode Pattern { get; init; }

    public FhirNode MinValue { get; init; }

    public FhirNode MaxValue { get; init; }

    /// <summary>minValueDuration, which R4's text allows though its list of types does not; null where it is not there.</summary>
    public SnapshotDuration? MinDuration { get; init; }

    /// <summary>maxValueDuration, as <see cref="MinDuration"/>.</summary>
    public SnapshotDuration? MaxDuration { get; init; }

    public FhirNode DefaultValue { get; init; }

    /// <summary>In characters; null without a limit.</summary>
    public int? MaxLength { get; init; }

    public SnapshotBinding? Binding { get; init; }

    public IReadOnlyList<SnapshotConstraint> Constraints { get; init; } = [];

    public SnapshotSlicing? Slicing { get; init; }

    public bool IsModifier { get; init; }

    public bool MustSupport { get; init; }

    /// <summary>The extensions of the ElementDefinition; of two with one URL that of the more derived definition.</summary>
    public IReadOnlyList<FhirNode> Extensions { get; init; } = [];

    /// <summary>Last part of the path: <c>value[x]</c>.</summary>
    public string Name => Path[(Path.LastIndexOf('.') + 1)..];

    public bool IsRoot => !Path.Contains('.', StringComparison.Ordinal);

    public bool IsChoice => Path.EndsWith("[x]", StringComparison.Ordinal);
}

/// <summary>An allowed type (FHIR R4 elementdefinition-definitions.html#ElementDefinition.type).</summary>
/// <param name="Code">The FHIR type; where the definition names a FHIRPath system type, the FHIR type that it stands for.</param>
/// <param name="Profiles">The value conforms to at least one of these; empty is any.</param>
/// <param name="TargetProfiles">A reference leads to a resource that conforms to at least one of these; empty is any.</param>
/// <param name="Aggregation">contained, referenced, bundled; empty is any.</param>
/// <param name="Versioning">either, independent or specific; null where it is not said.</param>
internal sealed record SnapshotType(
    string Code, IReadOnlyList<string> Profiles, IReadOnlyList<string> TargetProfiles, IReadOnlyList<string> Aggregation, string? Versioning);

/// <summary>A duration from now. <paramref name="Unit"/> is a UCUM code.</summary>
internal sealed record SnapshotDuration(decimal Number, string Unit);

/// <summary>A binding to a value set. <paramref name="MaxValueSet"/> is that of the extension elementdefinition-maxValueSet.</summary>
internal sealed record SnapshotBinding(BindingStrength Strength, string? ValueSet, string? MaxValueSet);

/// <summary>An invariant. <paramref name="Source"/> is the definition that states it.</summary>
internal sealed record SnapshotConstraint(string Key, bool IsError, string Human, string? Expression, string? Source, bool IsBestPractice);

/// <summary>How an element is sliced (FHIR R4 profiling.html#slicing). <paramref name="Rules"/> is open, closed or openAtEnd.</summary>
internal sealed record SnapshotSlicing(IReadOnlyList<SnapshotDiscriminator> Discriminators, bool Ordered, string Rules)
{
    /// <summary>Extensions are sliced by URL whether it is said or not (FHIR R4 profiling.html#extension-slicing).</summary>
    public static readonly SnapshotSlicing OfExtensions = new([new SnapshotDiscriminator("value", "url")], Ordered: false, "open");

    /// <summary>A choice is sliced by type where only slices for types are given.</summary>
    public static readonly SnapshotSlicing OfChoice = new([new SnapshotDiscriminator("type", "$this")], Ordered: false, "open");
}

/// <summary>What tells slices apart. <paramref name="Type"/> is value, exists, pattern, type or profile.</summary>
internal sealed record SnapshotDiscriminator(string Type, string Path);
