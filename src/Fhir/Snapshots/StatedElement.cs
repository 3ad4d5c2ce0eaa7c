using Consortium.Fhir.Definitions;

namespace Consortium.Fhir.Snapshots;

/// <summary>An ElementDefinition as it is written, in a differential or a snapshot; null is what it does not say.</summary>
internal sealed record StatedElement
{
    private const string FhirPathSystem = "http://hl7.org/fhirpath/System.";
    private const string FhirTypeExtension = "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type";
    private const string ProfileElementExtension = "http://hl7.org/fhir/StructureDefinition/elementdefinition-profile-element";
    private const string MaxValueSetExtension = "http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet";
    private const string BestPracticeExtension = "http://hl7.org/fhir/StructureDefinition/elementdefinition-bestpractice";

    public FhirNode Node { get; private init; }

    public string? Id { get; private set; }

    public string Path { get; private set; } = string.Empty;

    public string? SliceName { get; private set; }

    public int? Min { get; private set; }

    public int? Max { get; private set; }

    public string? BasePath { get; private set; }

    public int? BaseMin { get; private set; }

    public int? BaseMax { get; private set; }

    public List<SnapshotType> Types { get; } = [];

    public string? ContentReference { get; private set; }

    public FhirNode Fixed { get; private set; }

    public FhirNode Pattern { get; private set; }

    public FhirNode MinValue { get; private set; }

    public FhirNode MaxValue { get; private set; }

    public SnapshotDuration? MinDuration { get; private set; }

    public SnapshotDuration? MaxDuration { get; private set; }

    public FhirNode DefaultValue { get; private set; }

    public int? MaxLength { get; private set; }

    public (BindingStrength? Strength, string? ValueSet, string? MaxValueSet)? Binding { get; private set; }

    public List<SnapshotConstraint> Constraints { get; } = [];

    public SnapshotSlicing? Slicing { get; private set; }

    public bool? IsModifier { get; private set; }

    public bool? MustSupport { get; private set; }

    public List<FhirNode> Extensions { get; } = [];

    public static StatedElement Read(FhirNode node)
    {
        StatedElement element = new() { Node = node };
        foreach (FhirNode child in node.Children) element.Take(child);
        element.MinDuration = ForeignDuration.Read(node, "minValueDuration"u8);
        element.MaxDuration = ForeignDuration.Read(node, "maxValueDuration"u8);
        return element;
    }

    private void Take(FhirNode child)
    {
        switch (child.Name)
        {
            case "id": Id = child.Value; break;
            case "path": Path = child.Value ?? string.Empty; break;
            case "sliceName": SliceName = child.Value; break;
            case "min": Min = Cardinality.Min(child.Value); break;
            case "max": Max = Cardinality.Max(child.Value); break;
            case "base":
                (BasePath, BaseMin, BaseMax) = (child.Child("path").Value, Cardinality.Min(child.Child("min").Value), Cardinality.Max(child.Child("max").Value));
                break;
            case "type": Types.Add(ReadType(child)); break;
            case "contentReference": ContentReference = child.Value; break;
            case "fixed": Fixed = child; break;
            case "pattern": Pattern = child; break;
            case "minValue": MinValue = child; break;
            case "maxValue": MaxValue = child; break;
            case "defaultValue": DefaultValue = child; break;
            case "maxLength": MaxLength = Cardinality.Min(child.Value); break;
            case "binding": Binding = ReadBinding(child); break;
            case "constraint": Constraints.Add(ReadConstraint(child)); break;
            case "slicing": Slicing = ReadSlicing(child); break;
            case "isModifier": IsModifier = child.Value == "true"; break;
            case "mustSupport": MustSupport = child.Value == "true"; break;
            case "extension": Extensions.Add(child); break;
        }
    }

    private static SnapshotType ReadType(FhirNode type)
    {
        string code = type.Child("code").Value ?? string.Empty;
        if (code.StartsWith(FhirPathSystem, StringComparison.Ordinal))
        {
            // FHIR R4 elementdefinition.html: the extension names the FHIR type; without it the system type's own name does.
            code = ExtensionValue(type, FhirTypeExtension) ?? char.ToLowerInvariant(code[FhirPathSystem.Length]) + code[(FhirPathSystem.Length + 1)..];
        }

        return new SnapshotType(code, [.. type.ChildrenNamed("profile").Select(ProfileOf).OfType<string>()], Texts(type, "targetProfile"), Texts(type, "aggregation"), type.Child("versioning").Value);
    }

    /// <summary>The extension elementdefinition-profile-element picks one element of a profile; it stands as a fragment here.</summary>
    private static string? ProfileOf(FhirNode profile) =>
        ExtensionValue(profile, ProfileElementExtension) is { } element ? $"{profile.Value}#{element}" : profile.Value;

    private static (BindingStrength?, string?, string?) ReadBinding(FhirNode binding) => (
        Enum.TryParse(binding.Child("strength").Value, ignoreCase: true, out BindingStrength strength) && Enum.IsDefined(strength) ? strength : null,
        binding.Child("valueSet").Value,
        ExtensionValue(binding, MaxValueSetExtension));

    private static SnapshotConstraint ReadConstraint(FhirNode constraint) => new(
        constraint.Child("key").Value ?? string.Empty,
        constraint.Child("severity").Value != "warning",
        constraint.Child("human").Value ?? string.Empty,
        constraint.Child("expression").Value,
        constraint.Child("source").Value,
        ExtensionValue(constraint, BestPracticeExtension) == "true");

    private static SnapshotSlicing ReadSlicing(FhirNode slicing) => new(
        [.. slicing.ChildrenNamed("discriminator").Select(d => new SnapshotDiscriminator(d.Child("type").Value ?? string.Empty, d.Child("path").Value ?? string.Empty))],
        slicing.Child("ordered").Value == "true",
        slicing.Child("rules").Value ?? "open");

    private static string? ExtensionValue(FhirNode element, string url)
    {
        foreach (FhirNode extension in element.ChildrenNamed("extension"))
        {
            if (extension.Child("url").Value == url) return extension.Child("value").Value;
        }

        return null;
    }

    private static string[] Texts(FhirNode element, string name) =>
        [.. element.ChildrenNamed(name).Select(c => c.Value).OfType<string>()];
}
