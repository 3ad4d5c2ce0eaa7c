using System.Globalization;
using Consortium.Fhir.Definitions;
using Consortium.Fhir.Snapshots;

namespace Consortium.Fhir.Conformance;

/// <summary>Takes from one element of a snapshot into a <see cref="ProfileElement"/> what the core definition does not say too.</summary>
internal static class ProfileElementReader
{
    private const string LanguageControl = "http://hl7.org/fhir/StructureDefinition/narrative-language-control";
    private const string MustHaveValue = "extension-ElementDefinition.mustHaveValue";
    private const string ValueAlternatives = "extension-ElementDefinition.valueAlternatives";

    public static void Read(SnapshotElement row, ProfileElement element, CoreRules core)
    {
        ReadCardinality(row, element, core);
        IReadOnlyList<TypeConstraint> types =
            [.. row.Types.Select(t => new TypeConstraint(FhirR4.FindType(t.Code), t.Code, t.Profiles, t.TargetProfiles, t.Aggregation, t.Versioning))];
        if (types.Count > 0 && !core.HasTypes(types)) element.Types = types;
        element.Fixed = row.Fixed;
        element.Pattern = row.Pattern;
        element.MinValue = Limit(row.MinValue, row.MinDuration);
        element.MaxValue = Limit(row.MaxValue, row.MaxDuration);
        element.MaxLength = row.MaxLength ?? 0;
        if (row.Binding is { } binding) element.Bindings = [.. Bindings(binding, core)];
        element.Constraints = [.. row.Constraints.Where(c => c.Expression is not null && !core.HasConstraint(c))
            .Select(c => new ProfileConstraint(c.Key, c.IsError && !c.IsBestPractice, c.Human, c.Expression!))];
        element.IsModifier = row.IsModifier;
        ReadExtensions(row, element);
    }

    public static void ReadSlicing(SnapshotSlicing row, ProfileElement element)
    {
        Slicing slicing = element.Slicing ??= new Slicing();
        slicing.Discriminators = [.. row.Discriminators.Select(d => new Discriminator(Kind(d.Type), DiscriminatorPath.Parse(d.Path)))];
        slicing.Ordered = row.Ordered;
        slicing.Rule = row.Rules switch
        {
            "closed" => SlicingRule.Closed,
            "openAtEnd" => SlicingRule.OpenAtEnd,
            _ => SlicingRule.Open,
        };
    }

    /// <summary>Discriminators that go without saying: the url of extensions and the type of a choice (FHIR R4 profiling.html#slicing).</summary>
    public static void CompleteSlicing(ProfileElement element)
    {
        Slicing slicing = element.Slicing!;
        if (slicing.Discriminators.Count > 0) return;
        if (element.IsExtension) slicing.Discriminators = [new Discriminator(DiscriminatorKind.Value, DiscriminatorPath.Parse("url"))];
        else if (slicing.Slices.Count > 0 && slicing.Slices.All(s => IsTypeSlice(element, s))) slicing.Discriminators = [new Discriminator(DiscriminatorKind.Type, DiscriminatorPath.Parse("$this"))];
    }

    private static bool IsTypeSlice(ProfileElement element, Slice slice) =>
        slice.Element.Types.Count == 1 && slice.Name.StartsWith(R4Tables.Instance.Text(element.Name), StringComparison.Ordinal);

    private static void ReadCardinality(SnapshotElement row, ProfileElement element, CoreRules core)
    {
        // Of a slice the numbers are those of the slice; elsewhere the core definition's are checked already.
        bool slice = row.SliceName is not null;
        if (slice || row.Min > core.Min) element.Min = row.Min;
        if (row.Max >= 0 && row.Max != Cardinality.Unbounded && (slice || core.Max < 0 || row.Max < core.Max)) element.Max = row.Max;
    }

    private static IEnumerable<ProfileBinding> Bindings(SnapshotBinding binding, CoreRules core)
    {
        if (binding.ValueSet is { } valueSet && binding.Strength >= BindingStrength.Extensible && !core.HasBinding(valueSet, binding.Strength))
        {
            yield return new ProfileBinding(valueSet, binding.Strength, IsMaximum: false);
        }

        if (binding.MaxValueSet is { } most) yield return new ProfileBinding(most, BindingStrength.Required, IsMaximum: true);
    }

    /// <summary>A Quantity limits a Quantity, or as a duration in UCUM a date (elementdefinition-definitions.html#ElementDefinition.minValue[x]).</summary>
    private static ValueLimit? Limit(FhirNode value, SnapshotDuration? duration)
    {
        if (!value.Exists) return duration is null ? null : new ValueLimit(default, duration.Number, duration.Unit);
        if (value.TypeName != "Quantity") return new ValueLimit(value, 0, null);
        _ = decimal.TryParse(value.Child("value").Value, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number);
        return new ValueLimit(value, number, value.Child("code").Value ?? value.Child("unit").Value);
    }

    private static void ReadExtensions(SnapshotElement row, ProfileElement element)
    {
        List<string> control = [], alternatives = [];
        foreach (FhirNode extension in row.Extensions)
        {
            string? url = extension.Child("url").Value, value = extension.Child("value").Value;
            if (url is null || value is null) continue;
            if (url == LanguageControl) control.Add(value);
            // R5's elements in their R4 form (R5 versions.html#extensions).
            else if (url.EndsWith(MustHaveValue, StringComparison.Ordinal)) element.MustHaveValue |= value == "true";
            else if (url.EndsWith(ValueAlternatives, StringComparison.Ordinal)) alternatives.Add(value);
        }

        element.LanguageControl = control;
        element.ValueAlternatives = alternatives;
    }

    private static DiscriminatorKind Kind(string type) => type switch
    {
        "exists" => DiscriminatorKind.Exists,
        "pattern" => DiscriminatorKind.Pattern,
        "type" => DiscriminatorKind.Type,
        "profile" => DiscriminatorKind.Profile,
        _ => DiscriminatorKind.Value,
    };
}
