using Consortium.Fhir.Definitions;

namespace Consortium.Fhir.Conformance;

/// <summary>
/// A profile compiled from its snapshot to a tree of what it adds to the core definitions (FHIR R4 profiling.html). The walk
/// over the core definitions has checked the rest, so unchanged elements are left out. Immutable once compiled.
/// </summary>
internal sealed class Profile
{
    public required string Url { get; init; }

    public string? Version { get; init; }

    /// <summary>Row of the type that it constrains; 0 for a part of a profile, which is for an inline type.</summary>
    public required int Type { get; init; }

    public required ProfileElement Root { get; init; }

    /// <summary>Where an extension may stand; empty where the definition says nothing or is no extension.</summary>
    public IReadOnlyList<ExtensionContext> Contexts { get; init; } = [];

    /// <summary>FHIRPath that holds on the element that an extension stands on (StructureDefinition.contextInvariant).</summary>
    public IReadOnlyList<string> ContextInvariants { get; init; } = [];

    /// <summary>Whether an extension may change the meaning of its element (ElementDefinition.isModifier at the root).</summary>
    public bool IsModifier { get; init; }

    /// <summary>A definition of R4 itself.</summary>
    public bool IsCore { get; private init; }

    public string Canonical => Version is null ? Url : $"{Url}|{Version}";

    /// <summary>The rules of one element by its id, to be applied elsewhere (extension elementdefinition-profile-element); null where there is none.</summary>
    public Profile? Part(string elementId) =>
        Root.Find(elementId) is { } element ? new Profile { Url = Url, Version = Version, Type = 0, Root = element } : null;

    /// <summary>A definition of R4 itself, to which the walk over the core definitions adds everything.</summary>
    public static Profile OfCore(string url, int type) =>
        new() { IsCore = true, Url = url, Type = type, Root = new ProfileElement { Id = R4Tables.Instance.TypeName(type), ForType = type } };
}

/// <summary>One entry of StructureDefinition.context, taken apart once: extensions are met often.</summary>
internal sealed record ExtensionContext(string Type, string Expression)
{
    private string[]? _prefixes;

    /// <summary>The names of an element id; one in a profile (url#id) counts as that of its type.</summary>
    public string[] Segments { get; } = Expression[(Expression.IndexOf('#', StringComparison.Ordinal) + 1)..].Split('.');

    /// <summary>The id down to each of its names.</summary>
    public string[] Prefixes => _prefixes ??= [.. Segments.Select((_, i) => string.Join('.', Segments[..(i + 1)]))];

    /// <summary>Row of the type that the element id begins with; 0 where R4 has no such type.</summary>
    public int RootType { get; } = FhirR4.FindType(Expression[(Expression.IndexOf('#', StringComparison.Ordinal) + 1)..].Split('.')[0]);

    /// <summary>Any element; R4's own extensions use it of resources as well.</summary>
    public bool IsAny => Expression is "Element" or "*";
}

/// <summary>One element of a compiled profile with what it adds to the core definition.</summary>
internal sealed class ProfileElement
{
    private const int Unknown = 0, None = 1, Some = 2;

    private int _valueChecks;

    /// <summary>The element id, such as <c>Patient.identifier:mrn.system</c>.</summary>
    public required string Id { get; init; }

    /// <summary>String number of the FHIRPath name; 0 at the root.</summary>
    public int Name { get; init; }

    /// <summary>Where not 0: the definition is that of one type of a choice (<c>valueQuantity</c>).</summary>
    public int ForType { get; init; }

    /// <summary>At least so many; 0 where the core definition asks for as many.</summary>
    public int Min { get; set; }

    /// <summary>At most so many; -1 where the core definition allows no more.</summary>
    public int Max { get; set; } = -1;

    /// <summary>The allowed types, each with profiles and targets; empty where they are those of the core definition.</summary>
    public IReadOnlyList<TypeConstraint> Types { get; set; } = [];

    public FhirNode Fixed { get; set; }

    public FhirNode Pattern { get; set; }

    public ValueLimit? MinValue { get; set; }

    public ValueLimit? MaxValue { get; set; }

    /// <summary>In characters; 0 is no limit.</summary>
    public int MaxLength { get; set; }

    public IReadOnlyList<ProfileBinding> Bindings { get; set; } = [];

    public IReadOnlyList<ProfileConstraint> Constraints { get; set; } = [];

    /// <summary>Whether the primitive needs a value, so that extensions alone will not do.</summary>
    public bool MustHaveValue { get; set; }

    /// <summary>Extensions that may stand in place of the value (ElementDefinition.valueAlternatives).</summary>
    public IReadOnlyList<string> ValueAlternatives { get; set; } = [];

    /// <summary>Codes of the narrative-language-control extension.</summary>
    public IReadOnlyList<string> LanguageControl { get; set; } = [];

    public bool IsModifier { get; set; }

    public List<ProfileElement> Children { get; set; } = [];

    public Slicing? Slicing { get; set; }

    public bool HasOwnChecks => Min > 0 || Max >= 0 || Types.Count > 0 || HasValueChecks;

    /// <summary>Whether there is anything to check of the value itself; found out when first asked, when the element is complete.</summary>
    public bool HasValueChecks => (_valueChecks == Unknown ? _valueChecks = FindValueChecks() ? Some : None : _valueChecks) == Some;

    private bool FindValueChecks() => Fixed.Exists || Pattern.Exists || MinValue is not null || MaxValue is not null || MaxLength > 0 || Bindings.Count > 0
        || Constraints.Count > 0 || MustHaveValue || ValueAlternatives.Count > 0 || LanguageControl.Count > 0;

    public bool IsExtension => Name == ProfileNames.Extension || Name == ProfileNames.ModifierExtension;

    /// <summary>This element or the one below it with that id.</summary>
    public ProfileElement? Find(string id)
    {
        if (Id == id) return this;
        foreach (ProfileElement below in Children.Concat(Slicing?.Slices.Select(s => s.Element) ?? []))
        {
            // Content references may lead round in a circle; an id below begins with the one above.
            if (id.StartsWith(below.Id, StringComparison.Ordinal) && below.Find(id) is { } found) return found;
        }

        return null;
    }

    public ProfileElement? Child(int name)
    {
        foreach (ProfileElement child in Children)
        {
            if (child.Name == name && child.ForType == 0) return child;
        }

        return null;
    }
}

/// <summary>An allowed type (ElementDefinition.type).</summary>
/// <param name="Type">Row of the type; 0 where it is none of R4's.</param>
/// <param name="Code">The code as written.</param>
/// <param name="Profiles">The value conforms to one of these.</param>
/// <param name="Targets">A reference leads to a resource that conforms to one of these.</param>
/// <param name="Aggregation">How a reference may lead there: contained, referenced, bundled; empty is any.</param>
/// <param name="Versioning">either, independent or specific.</param>
internal sealed record TypeConstraint(
    int Type, string Code, IReadOnlyList<string> Profiles, IReadOnlyList<string> Targets, IReadOnlyList<string> Aggregation, string? Versioning);

/// <summary>minValue[x] or maxValue[x]: a value, or a duration from now (FHIR R4 elementdefinition-definitions.html#ElementDefinition.minValue[x]).</summary>
/// <param name="Value">The limit as the definition gives it; none for a duration.</param>
/// <param name="Number">The number of a duration.</param>
/// <param name="Unit">UCUM code of a duration; null for a value.</param>
internal sealed record ValueLimit(FhirNode Value, decimal Number, string? Unit);

/// <summary>A binding that differs from that of the core definition.</summary>
/// <param name="ValueSet">Canonical of the value set.</param>
/// <param name="Strength">How firmly it binds.</param>
/// <param name="IsMaximum">From the extension elementdefinition-maxValueSet: codes outside are an error although the binding is not required.</param>
internal sealed record ProfileBinding(string ValueSet, BindingStrength Strength, bool IsMaximum);

/// <summary>A constraint that the profile adds.</summary>
/// <param name="Key">Its key.</param>
/// <param name="IsError">Error, or else warning.</param>
/// <param name="Human">Its description.</param>
/// <param name="Expression">FHIRPath.</param>
internal sealed record ProfileConstraint(string Key, bool IsError, string Human, string Expression)
{
    private CompiledPath? _compiled;

    /// <summary>The expression, parsed when first asked for.</summary>
    /// <exception cref="FhirPathException">It is not well-formed.</exception>
    public CompiledPath Compiled => _compiled ??= FhirPath.Compile(Expression);
}

/// <summary>Names that the profile rules ask for.</summary>
internal static class ProfileNames
{
    public static readonly int Extension = R4Tables.Instance.FindName("extension"u8);
    public static readonly int ModifierExtension = R4Tables.Instance.FindName("modifierExtension"u8);
    public static readonly int Url = R4Tables.Instance.FindName("url"u8);
    public static readonly int Id = R4Tables.Instance.FindName("id"u8);
    public static readonly int Meta = R4Tables.Instance.FindName("meta"u8);
    public static readonly int ProfileName = R4Tables.Instance.FindName("profile"u8);
    public static readonly int Reference = R4Tables.Instance.FindName("reference"u8);
    public static readonly int TypeElement = R4Tables.Instance.FindName("type"u8);
    public static readonly int Contained = R4Tables.Instance.FindName("contained"u8);
    public static readonly int Resource = R4Tables.Instance.FindName("resource"u8);
    public static readonly int Coding = R4Tables.Instance.FindName("coding"u8);
    public static readonly int System = R4Tables.Instance.FindName("system"u8);
    public static readonly int Code = R4Tables.Instance.FindName("code"u8);
    public static readonly int Language = R4Tables.Instance.FindName("language"u8);
    public static readonly int Div = R4Tables.Instance.FindName("div"u8);
    public static readonly int ReferenceType = R4Tables.Instance.FindType("Reference"u8);
    public static readonly int ObservationType = R4Tables.Instance.FindType("Observation"u8);
    public static readonly int CanonicalType = R4Tables.Instance.FindType("canonical"u8);
    public static readonly int CodingType = R4Tables.Instance.FindType("Coding"u8);
    public static readonly int CodeableConceptType = R4Tables.Instance.FindType("CodeableConcept"u8);
    public static readonly int QuantityType = R4Tables.Instance.FindType("Quantity"u8);
    public static readonly int ElementType = R4Tables.Instance.FindType("Element"u8);
}
