namespace Consortium.Fhir.Conformance;

/// <summary>What may stand besides the slices (FHIR R4 profiling.html#slicing).</summary>
internal enum SlicingRule
{
    Open,
    OpenAtEnd,
    Closed,
}

/// <summary>What tells slices apart (FHIR R4 profiling.html#discriminator).</summary>
internal enum DiscriminatorKind
{
    Value,
    Exists,
    Pattern,
    Type,
    Profile,
}

/// <summary>One discriminator with its path compiled.</summary>
internal sealed record Discriminator(DiscriminatorKind Kind, DiscriminatorPath Path);

/// <summary>How an element is sliced, with its slices in the profile's order.</summary>
internal sealed class Slicing
{
    public IReadOnlyList<Discriminator> Discriminators { get; set; } = [];

    public bool Ordered { get; set; }

    public SlicingRule Rule { get; set; }

    public List<Slice> Slices { get; } = [];
}

/// <summary>One slice. Re-slicing stands in the slicing of its own element.</summary>
internal sealed class Slice(string name, ProfileElement element)
{
    /// <summary>The slice that holds for all content that no other slice takes (FHIR R4 elementdefinition-definitions.html#ElementDefinition.sliceName).</summary>
    public const string Default = "@default";

    private SliceCriterion[]? _criteria;

    public string Name { get; } = name;

    public ProfileElement Element { get; } = element;

    /// <summary>What an item must meet to belong here, found out at first use. Two threads may find the same; either will do.</summary>
    public SliceCriterion[] Criteria(Slicing slicing, ProfileSet profiles) => _criteria ??= SliceCriteria.Of(this, slicing, profiles);
}
