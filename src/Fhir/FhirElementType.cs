using System.Text;
using Consortium.Fhir.Definitions;

namespace Consortium.Fhir;

/// <summary>
/// A type of R4 and its elements, for whoever checks a path before there is a resource: a mapping, a form, a query.
/// An inline type has the path that defines it as its name (<c>Patient.contact</c>).
/// </summary>
public sealed class FhirElementType : IEquatable<FhirElementType>
{
    private readonly int _row;

    private FhirElementType(int row) => _row = row;

    /// <summary>The name: <c>Patient</c>, <c>HumanName</c>, <c>string</c>, <c>Patient.contact</c>.</summary>
    public string Name => Tables.Types[_row].Kind == TypeKind.Backbone ? Tables.Text(Tables.Types[_row].Path) : Tables.TypeName(_row);

    /// <summary>Whether values are JSON strings, numbers or booleans.</summary>
    public bool IsPrimitive => Tables.Types[_row].Kind == TypeKind.Primitive;

    /// <summary>Whether it is a resource.</summary>
    public bool IsResource => Tables.IsResource(_row);

    /// <summary>The JSON names of its elements; for a choice one for each type (<c>valueQuantity</c>). In no order.</summary>
    public IEnumerable<string> PropertyNames
    {
        get
        {
            TypeRow row = Tables.Types[_row];
            for (int i = 0; i < row.PropertyCount; i++)
            {
                if (Tables.Properties[row.PropertyStart + i].Name >= 0) yield return Tables.Text(Tables.Properties[row.PropertyStart + i].Name);
            }
        }
    }

    private static R4Tables Tables => R4Tables.Instance;

    /// <summary>The type of this name, null where R4 has none. Case matters.</summary>
    public static FhirElementType? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        int row = Tables.FindType(Encoding.UTF8.GetBytes(name));
        return row == 0 ? null : new FhirElementType(row);
    }

    /// <summary>An element by its JSON name (<c>name</c>, <c>valueQuantity</c>), null where the type has none.</summary>
    public FhirElement? Element(string propertyName)
    {
        ArgumentNullException.ThrowIfNull(propertyName);
        byte[] utf8 = Encoding.UTF8.GetBytes(propertyName);
        PropertyRow property = Tables.FindProperty(_row, utf8, TableFormat.Hash(utf8));
        if (property.Element == 0) return null;
        ElementRow element = Tables.Elements[property.Element];
        var targets = new List<string>();
        bool any = false;
        for (int i = 0; i < element.TypeCount; i++)
        {
            ElementTypeRow type = Tables.ElementTypes[element.TypeStart + i];
            if (type.Type != property.Type) continue;
            any |= type.TargetCount == 0;
            for (int t = 0; t < type.TargetCount; t++) targets.Add(Tables.TypeName(Tables.Targets[type.TargetStart + t]));
        }

        return new FhirElement(propertyName, new FhirElementType(property.Type))
        {
            Repeats = element.Repeats == 1,
            IsRequired = element.Min > 0,
            IsChoice = element.Flags.HasFlag(ElementFlags.Choice),
            IsSummary = element.Flags.HasFlag(ElementFlags.Summary),
            IsModifier = element.Flags.HasFlag(ElementFlags.Modifier),
            HasRequiredBinding = element.Strength == BindingStrength.Required,
            ReferenceTargets = any || targets.Contains("Resource") ? [] : targets,
        };
    }

    /// <inheritdoc/>
    public bool Equals(FhirElementType? other) => other is not null && other._row == _row;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as FhirElementType);

    /// <inheritdoc/>
    public override int GetHashCode() => _row;

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>An element of a type of R4.</summary>
/// <param name="Name">The JSON name.</param>
/// <param name="Type">Its type; of a choice the one that the name says.</param>
public sealed record FhirElement(string Name, FhirElementType Type)
{
    /// <summary>Whether JSON has an array.</summary>
    public bool Repeats { get; init; }

    /// <summary>Whether the type asks for at least one.</summary>
    public bool IsRequired { get; init; }

    /// <summary>Whether it is one type of a choice (<c>value[x]</c>).</summary>
    public bool IsChoice { get; init; }

    /// <summary>Whether it is part of a summary of the resource (FHIR R4 search.html#summary).</summary>
    public bool IsSummary { get; init; }

    /// <summary>Whether it can change the meaning of what it stands in (FHIR R4 conformance-rules.html#isModifier).</summary>
    public bool IsModifier { get; init; }

    /// <summary>Whether only codes of its value set are allowed.</summary>
    public bool HasRequiredBinding { get; init; }

    /// <summary>Of a Reference, the resource types that it may refer to; empty where that is any.</summary>
    public IReadOnlyList<string> ReferenceTargets { get; init; } = [];
}
