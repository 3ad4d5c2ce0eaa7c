using Consortium.Fhir.Definitions;
using Consortium.Fhir.Json;

namespace Consortium.Fhir;

/// <summary>One element of a <see cref="FhirDocument"/>: a resource, a data type or a primitive joined with its extensions.</summary>
public readonly struct FhirNode : IEquatable<FhirNode>
{
    private readonly FhirDocument? _document;
    private readonly int _index;

    internal FhirNode(FhirDocument document, int index)
    {
        _document = document;
        _index = index;
    }

    /// <summary>False for the default value, which <see cref="Child"/> gives where there is no such element.</summary>
    public bool Exists => _document is not null;

    /// <summary>The element's name in FHIRPath: <c>value</c> for the property <c>valueQuantity</c>; the type for a resource at the root.</summary>
    public string Name
    {
        get
        {
            FhirDocument document = Document;
            return document.Nodes[_index].Element == 0 ? document.ResourceType : R4Tables.Instance.Text(R4Tables.Instance.Elements[document.Nodes[_index].Element].Name);
        }
    }

    /// <summary>The R4 type: <c>Patient</c>, <c>HumanName</c>, <c>dateTime</c>, <c>BackboneElement</c>; empty where unknown.</summary>
    public string TypeName => Document.Nodes[_index].Type is var type && type != 0 ? R4Tables.Instance.TypeName(type) : string.Empty;

    /// <summary>Whether the element is of a type or of one that is made from it, as FHIRPath's <c>is</c> has it; false for a type that R4 does not have.</summary>
    /// <param name="typeName">The name of a type: <c>Quantity</c>, <c>DomainResource</c>.</param>
    public bool IsA(string typeName)
    {
        int type = Document.Nodes[_index].Type;
        if (type != 0 && R4Tables.Instance.TypeName(type) == typeName) return true;
        int wanted = FhirR4.FindType(typeName);
        return type != 0 && wanted != 0 && R4Tables.Instance.IsA(type, wanted);
    }

    /// <summary>Whether the element is a primitive with a value; false where there is no such element.</summary>
    public bool HasValue => _document is not null && _document.HasValue(_index);

    /// <summary>The value of a primitive as text, numbers as they stand in the input; null where it has none.</summary>
    public string? Value => HasValue ? Document.Text(_index) : null;

    /// <summary>
    /// The code system of a <c>code</c>, <c>string</c> or <c>uri</c>, which its binding implies (FHIR R4 terminologies.html#code); null where there is no binding or its value set
    /// does not enumerate the value.
    /// </summary>
    public string? BoundSystem
    {
        get
        {
            if (!HasValue || Document.Nodes[_index].Element is not (> 0 and var element)) return null;
            R4Tables tables = R4Tables.Instance;
            ref readonly ValueSetRow bound = ref tables.ValueSets[tables.Elements[element].ValueSet];
            if (tables.Elements[element].ValueSet == 0) return null;
            ReadOnlySpan<byte> code = Utf8Value;
            foreach (ref readonly CodeRow row in tables.Codes.AsSpan(bound.CodeStart, bound.CodeCount))
            {
                if (tables.Utf8(row.Code).SequenceEqual(code)) return tables.Text(row.System);
            }

            return null;
        }
    }

    /// <summary>The characters of a primitive's value, unescaped; empty where it has none.</summary>
    public ReadOnlySpan<byte> Utf8Value => HasValue ? Document.Value(_index) : default;

    /// <summary>The JSON of the element as it stands in the input (a string with its quotes).</summary>
    public ReadOnlyMemory<byte> Utf8Json
    {
        get
        {
            ref readonly Node node = ref Document.Nodes[_index];
            return node.Kind == JsonKind.String ? Document.Utf8Json.Slice(node.Start - 1, node.Length + 2) : Document.Utf8Json.Slice(node.Start, node.Length);
        }
    }

    /// <summary>FHIRPath from the root, such as <c>Patient.name[0].family</c>.</summary>
    public string Expression => Document.Expression(_index);

    /// <summary>
    /// Where it stands in the JSON, as RFC 6901 has it: <c>/name/0/family</c>; empty for the root. For a primitive that has extensions
    /// and no value, that of the property with the underscore.
    /// </summary>
    public string JsonPointer => Document.JsonPointer(_index);

    /// <summary>Line in the input, from 1.</summary>
    public int Line => Document.Place(_index).Line;

    /// <summary>Column in the input, from 1, in bytes.</summary>
    public int Column => Document.Place(_index).Column;

    /// <summary>The child elements, in document order; an array gives each of its items.</summary>
    public FhirNodes Children => _document is null ? default : new FhirNodes(_document, _document.ChildrenOf(_index));

    private FhirDocument Document => _document ?? throw new InvalidOperationException("There is no such element; ask Exists first.");

    internal (FhirDocument Document, int Index) Place() => (Document, _index);

    /// <summary>The first child of that FHIRPath name, or a node that does not exist. Safe to chain.</summary>
    public FhirNode Child(string name)
    {
        if (_document is null) return default;
        int wanted = R4Tables.Instance.FindName(name);
        ElementChildren children = _document.ChildrenNamed(_index, wanted);
        return wanted >= 0 && children.MoveNext() ? new FhirNode(_document, children.Current) : default;
    }

    /// <summary>All children of that FHIRPath name (<c>value</c> finds <c>valueQuantity</c>).</summary>
    public FhirNodes ChildrenNamed(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        int wanted = _document is null ? -1 : R4Tables.Instance.FindName(name);
        return wanted < 0 ? default : new FhirNodes(_document!, _document!.ChildrenNamed(_index, wanted));
    }

    /// <inheritdoc/>
    public bool Equals(FhirNode other) => ReferenceEquals(_document, other._document) && _index == other._index;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is FhirNode other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_document, _index);

    /// <summary>Whether both are the same element of the same document.</summary>
    public static bool operator ==(FhirNode left, FhirNode right) => left.Equals(right);

    /// <summary>Whether they are different elements.</summary>
    public static bool operator !=(FhirNode left, FhirNode right) => !left.Equals(right);
}
