using System.Globalization;
using System.Text;
using System.Text.Json;
using Consortium.Fhir.Definitions;

namespace Consortium.Fhir.Conformance;

/// <summary>Reads one ElementDefinition into a <see cref="ProfileElement"/>, leaving out what the core definition says too.</summary>
internal static class ProfileElementReader
{
    private const string Extensions = "http://hl7.org/fhir/StructureDefinition/";
    private const string MaxValueSet = Extensions + "elementdefinition-maxValueSet";
    private const string BestPractice = Extensions + "elementdefinition-bestpractice";
    private const string LanguageControl = Extensions + "narrative-language-control";
    private const string MustHaveValue = "extension-ElementDefinition.mustHaveValue";
    private const string ValueAlternatives = "extension-ElementDefinition.valueAlternatives";

    public static void Read(FhirNode row, ProfileElement element, in ElementRow core, CoreRules rules)
    {
        ReadCardinality(row, element, core);
        IReadOnlyList<TypeConstraint> types = [.. row.ChildrenNamed("type").Select(Type)];
        if (types.Count > 0 && !rules.HasTypes(types)) element.Types = types;
        if (row.Child("fixed") is { Exists: true } fixedValue) element.Fixed = fixedValue;
        if (row.Child("pattern") is { Exists: true } pattern) element.Pattern = pattern;
        element.MinValue = Limit(row, "minValue") ?? element.MinValue;
        element.MaxValue = Limit(row, "maxValue") ?? element.MaxValue;
        if (int.TryParse(row.Child("maxLength").Value, NumberStyles.None, CultureInfo.InvariantCulture, out int length)) element.MaxLength = length;
        if (row.Child("binding") is { Exists: true } binding) element.Bindings = [.. Bindings(binding, core)];
        IReadOnlyList<ProfileConstraint> constraints = [.. row.ChildrenNamed("constraint").Select(Constraint).OfType<ProfileConstraint>()];
        if (constraints.Count > 0) element.Constraints = constraints;
        element.IsModifier |= row.Child("isModifier").Value == "true";
        ReadExtensions(row, element);
    }

    public static void ReadSlicing(FhirNode row, ProfileElement element)
    {
        Slicing slicing = element.Slicing ??= new Slicing();
        slicing.Discriminators = [.. row.ChildrenNamed("discriminator").Select(d => new Discriminator(Kind(d.Child("type").Value), DiscriminatorPath.Parse(d.Child("path").Value ?? string.Empty)))];
        slicing.Ordered = row.Child("ordered").Value == "true";
        slicing.Rule = row.Child("rules").Value switch
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

    private static void ReadCardinality(FhirNode row, ProfileElement element, in ElementRow core)
    {
        // Of a slice the numbers are those of the slice; elsewhere the core definition's are checked already.
        bool slice = row.Child("sliceName").Exists;
        if (int.TryParse(row.Child("min").Value, NumberStyles.None, CultureInfo.InvariantCulture, out int min) && (slice || min > core.Min)) element.Min = min;
        if (!int.TryParse(row.Child("max").Value, NumberStyles.None, CultureInfo.InvariantCulture, out int max)) return;
        bool isCore = core.Path != 0;
        if (slice || (isCore && (core.Max < 0 || max < core.Max))) element.Max = max;
    }

    private static TypeConstraint Type(FhirNode type)
    {
        string code = type.Child("code").Value ?? string.Empty;
        return new TypeConstraint(
            FhirR4.FindType(code),
            code,
            Texts(type, "profile"),
            Texts(type, "targetProfile"),
            Texts(type, "aggregation"),
            type.Child("versioning").Value);
    }

    private static string[] Texts(FhirNode node, string name) => [.. node.ChildrenNamed(name).Select(c => c.Value).OfType<string>()];

    private static IEnumerable<ProfileBinding> Bindings(FhirNode binding, ElementRow core)
    {
        R4Tables tables = R4Tables.Instance;
        if (binding.Child("valueSet").Value is { } valueSet && Enum.TryParse(binding.Child("strength").Value, ignoreCase: true, out BindingStrength strength))
        {
            int bar = valueSet.IndexOf('|', StringComparison.Ordinal);
            string url = bar < 0 ? valueSet : valueSet[..bar];
            bool same = core.Strength == strength && core.ValueSet != 0 && tables.Text(tables.ValueSets[core.ValueSet].Url) == url;
            if (!same && strength >= BindingStrength.Extensible) yield return new ProfileBinding(valueSet, strength, IsMaximum: false);
        }

        foreach (FhirNode extension in binding.ChildrenNamed("extension"))
        {
            if (extension.Child("url").Value == MaxValueSet && extension.Child("value").Value is { } most)
            {
                yield return new ProfileBinding(most, BindingStrength.Required, IsMaximum: true);
            }
        }
    }

    private static ProfileConstraint? Constraint(FhirNode constraint)
    {
        string? key = constraint.Child("key").Value, expression = constraint.Child("expression").Value;
        if (key is null || expression is null || CoreRules.HasConstraint(key, constraint.Child("source").Value)) return null;
        bool advice = constraint.ChildrenNamed("extension").Any(e => e.Child("url").Value == BestPractice && e.Child("value").Value == "true");
        return new ProfileConstraint(key, !advice && constraint.Child("severity").Value != "warning", constraint.Child("human").Value ?? string.Empty, expression);
    }

    private static ValueLimit? Limit(FhirNode row, string name)
    {
        if (row.Child(name) is { Exists: true } value)
        {
            return value.TypeName == "Quantity" ? OfQuantity(value) : new ValueLimit(value, 0, null);
        }

        return ForeignDuration(row, name + "Duration");
    }

    /// <summary>A Quantity limits a Quantity, or as a duration in UCUM a date (elementdefinition-definitions.html#ElementDefinition.minValue[x]).</summary>
    private static ValueLimit OfQuantity(FhirNode value) =>
        new(value, Number(value.Child("value").Value), value.Child("code").Value ?? value.Child("unit").Value);

    /// <summary>minValueDuration is not in R4's list of types although the text of 4.0.1 asks for it; profiles have it all the same.</summary>
    private static ValueLimit? ForeignDuration(FhirNode row, string property)
    {
        if (row.Utf8Json.Span.IndexOf(Encoding.UTF8.GetBytes(property)) < 0) return null;
        using JsonDocument json = JsonDocument.Parse(row.Utf8Json);
        if (!json.RootElement.TryGetProperty(property, out JsonElement duration) || duration.ValueKind != JsonValueKind.Object) return null;
        string? unit = Text(duration, "code") ?? Text(duration, "unit");
        return unit is not null && duration.TryGetProperty("value", out JsonElement number) && number.ValueKind == JsonValueKind.Number
            ? new ValueLimit(default, Number(number.GetRawText()), unit)
            : null;
    }

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out JsonElement text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;

    private static decimal Number(string? text) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number) ? number : 0;

    private static void ReadExtensions(FhirNode row, ProfileElement element)
    {
        List<string> control = [], alternatives = [];
        foreach (FhirNode extension in row.ChildrenNamed("extension"))
        {
            string? url = extension.Child("url").Value, value = extension.Child("value").Value;
            if (url is null || value is null) continue;
            if (url == LanguageControl) control.Add(value);
            // R5's elements in their R4 form (R5 versions.html#extensions).
            else if (url.EndsWith(MustHaveValue, StringComparison.Ordinal)) element.MustHaveValue |= value == "true";
            else if (url.EndsWith(ValueAlternatives, StringComparison.Ordinal)) alternatives.Add(value);
        }

        if (control.Count > 0) element.LanguageControl = control;
        if (alternatives.Count > 0) element.ValueAlternatives = alternatives;
    }

    private static DiscriminatorKind Kind(string? type) => type switch
    {
        "exists" => DiscriminatorKind.Exists,
        "pattern" => DiscriminatorKind.Pattern,
        "type" => DiscriminatorKind.Type,
        "profile" => DiscriminatorKind.Profile,
        _ => DiscriminatorKind.Value,
    };
}
