namespace Consortium.Fhir.Snapshots;

/// <summary>
/// Lays what a differential states of an element over the base (FHIR R4 profiling.html#snapshot): most properties replace those of
/// the base, constraints accumulate.
/// </summary>
internal static class ElementOverlay
{
    /// <param name="element">The element of the base, with the id and path that it has in the result.</param>
    /// <param name="stated">What the differential says.</param>
    /// <param name="source">The definition that says it, for constraints that do not name their source.</param>
    public static SnapshotElement Apply(SnapshotElement element, StatedElement stated, string? source) => element with
    {
        SliceName = stated.SliceName ?? element.SliceName,
        Min = stated.Min ?? element.Min,
        Max = stated.Max ?? element.Max,
        Types = stated.Types.Count > 0 ? stated.Types : element.Types,
        ContentReference = stated.ContentReference ?? element.ContentReference,
        Fixed = stated.Fixed.Exists ? stated.Fixed : element.Fixed,
        Pattern = stated.Pattern.Exists ? stated.Pattern : element.Pattern,
        MinValue = stated.MinValue.Exists ? stated.MinValue : element.MinValue,
        MaxValue = stated.MaxValue.Exists ? stated.MaxValue : element.MaxValue,
        MinDuration = stated.MinDuration ?? element.MinDuration,
        MaxDuration = stated.MaxDuration ?? element.MaxDuration,
        DefaultValue = stated.DefaultValue.Exists ? stated.DefaultValue : element.DefaultValue,
        MaxLength = stated.MaxLength ?? element.MaxLength,
        Binding = Binding(element.Binding, stated),
        Constraints = Constraints(element.Constraints, stated, source),
        Slicing = Slicing(element.Slicing, stated.Slicing),
        IsModifier = stated.IsModifier ?? element.IsModifier,
        MustSupport = stated.MustSupport ?? element.MustSupport,
        Extensions = Extensions(element.Extensions, stated),
    };

    /// <summary>An element of a snapshot as published.</summary>
    public static SnapshotElement Complete(StatedElement stated, string? source) =>
        Apply(SnapshotElement.Unsaid with { Id = stated.Id ?? stated.Path, Path = stated.Path }, stated, source) with
        {
            BasePath = stated.BasePath ?? string.Empty,
            BaseMin = stated.BaseMin ?? 0,
            BaseMax = stated.BaseMax ?? stated.Max ?? Cardinality.Unbounded,
        };

    private static SnapshotBinding? Binding(SnapshotBinding? before, StatedElement stated) => stated.Binding is not var (strength, valueSet, maximum)
        ? before
        : new SnapshotBinding(strength ?? before?.Strength ?? Definitions.BindingStrength.Example, valueSet ?? before?.ValueSet, maximum ?? before?.MaxValueSet);

    private static IReadOnlyList<SnapshotConstraint> Constraints(IReadOnlyList<SnapshotConstraint> before, StatedElement stated, string? source)
    {
        if (stated.Constraints.Count == 0) return before;
        List<SnapshotConstraint> all = [.. before];
        foreach (SnapshotConstraint constraint in stated.Constraints)
        {
            int known = all.FindIndex(c => c.Key == constraint.Key);
            SnapshotConstraint complete = constraint.Source is null ? constraint with { Source = known < 0 ? source : all[known].Source } : constraint;
            if (known < 0) all.Add(complete);
            else all[known] = complete;
        }

        return all;
    }

    /// <summary>A derived profile may add discriminators and tighten the rules; slices of the base go on being told apart as before.</summary>
    private static SnapshotSlicing? Slicing(SnapshotSlicing? before, SnapshotSlicing? stated)
    {
        if (stated is null || before is null) return stated ?? before;
        return new SnapshotSlicing(
            [.. before.Discriminators, .. stated.Discriminators.Where(d => !before.Discriminators.Contains(d))],
            before.Ordered || stated.Ordered,
            before.Rules == "closed" ? before.Rules : stated.Rules);
    }

    private static IReadOnlyList<FhirNode> Extensions(IReadOnlyList<FhirNode> before, StatedElement stated)
    {
        if (stated.Extensions.Count == 0) return before;
        HashSet<string?> replaced = [.. stated.Extensions.Select(e => e.Child("url").Value)];
        return [.. before.Where(e => !replaced.Contains(e.Child("url").Value)), .. stated.Extensions];
    }
}
