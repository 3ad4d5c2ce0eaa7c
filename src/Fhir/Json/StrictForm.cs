using Consortium.Fhir.Definitions;
using Consortium.Fhir.Validation;

namespace Consortium.Fhir.Json;

/// <summary>
/// Reads the elements of a document for a reader that must give everything back: what R4 does not know, or what stands in a
/// JSON form that the element does not have (FHIR R4 json.html), is refused with its place.
/// </summary>
internal sealed class StrictForm(FhirDocument document)
{
    private readonly Node[] _nodes = document.Nodes;
    private readonly R4Tables _tables = R4Tables.Instance;

    /// <summary>The type of the resource at a node.</summary>
    public int ResourceType(int at)
    {
        int type = _nodes[at].Type;
        if (_nodes[at].Kind != JsonKind.Object || type == 0 || _tables.Types[type].Kind != TypeKind.Resource) throw Refuse(at, "The resource is of no type that R4 knows.");
        return type;
    }

    /// <summary>The properties of an object in the order of the definitions; each <c>_x</c> with its <c>x</c>.</summary>
    public List<int> OrderedProperties(int at)
    {
        List<int> properties = [];
        if (_nodes[at].Count == 0) return properties;
        bool ordered = true;
        for (int child = at + 1; child != 0; child = _nodes[child].Next)
        {
            if (_nodes[child].Has(NodeFlags.Joined) || _nodes[child].Has(NodeFlags.ResourceType)) continue;
            if (_nodes[child].Element == 0) throw Refuse(child, $"R4 knows no such element as {FhirDocument.Shown(document.PropertyName(child))} here.");
            if (properties.Count > 0) ordered &= _nodes[properties[^1]].Element < _nodes[child].Element;
            properties.Add(child);
        }

        if (ordered) return properties;
        List<int> sorted = [.. properties.OrderBy(p => _nodes[p].Element)];
        for (int i = 1; i < sorted.Count; i++)
        {
            if (_nodes[sorted[i]].Element == _nodes[sorted[i - 1]].Element) throw Refuse(sorted[i], "The same element stands twice in one object.");
        }

        return sorted;
    }

    /// <summary>Whether a property repeats; its JSON is an array if and only if it does.</summary>
    public bool Repeats(int property)
    {
        bool repeats = _tables.Elements[_nodes[property].Element].Repeats == 1;
        bool array = _nodes[property].Kind == JsonKind.Array;
        if (repeats != array) throw Refuse(property, repeats ? "The element repeats, so JSON wants an array here." : "The element does not repeat, so JSON wants no array here.");
        return repeats;
    }

    /// <summary>The items of an array, at least one.</summary>
    public ElementItems Items(int array)
    {
        ElementItems items = new(_nodes, array);
        ElementItems any = items;
        return any.MoveNext() ? items : throw Refuse(array, "An empty array says nothing.");
    }

    public int RequireObject(int at) => _nodes[at].Kind == JsonKind.Object ? at : throw Refuse(at, "JSON wants an object here.");

    /// <summary>A property that is an attribute in XML: an element's id, an extension's url.</summary>
    public int RequirePlainText(int at)
    {
        if (_nodes[at].Kind != JsonKind.String || _nodes[at].Has(NodeFlags.Underscore) || _nodes[at].Companion != 0)
        {
            throw Refuse(at, "An element's id and an extension's url are plain texts, without extensions.");
        }

        return at;
    }

    /// <summary>The nodes of a primitive's value and of its id and extensions; -1 where there is none. One of them there is.</summary>
    public (int Value, int Extra) Primitive(int at, PrimitiveType type)
    {
        ref readonly Node node = ref _nodes[at];
        bool underscore = node.Has(NodeFlags.Underscore);
        int extra = underscore ? at : node.Companion;
        int value = !underscore && node.Kind != JsonKind.Null ? at : -1;
        if (extra == 0 || _nodes[extra].Kind == JsonKind.Null) extra = -1;
        if (extra >= 0 && (_nodes[extra].Kind != JsonKind.Object || _nodes[extra].Count == 0)) throw Refuse(extra, "The id and extensions of a primitive stand in an object that is not empty.");
        if (value < 0 && extra < 0) throw Refuse(at, "A null stands only where the element has an id or extensions (FHIR R4 json.html#primitive).");
        if (value >= 0) RequireKind(value, type);
        return (value, extra);
    }

    public FhirFormatException Refuse(int at, string message)
    {
        (int line, int column) = document.Place(at);
        return new FhirFormatException(message, line, column);
    }

    /// <summary>A value of another JSON kind than its type's would be written as the right kind, and so changed.</summary>
    private void RequireKind(int at, PrimitiveType type)
    {
        bool right = type switch
        {
            PrimitiveType.Boolean => _nodes[at].Kind is JsonKind.True or JsonKind.False,
            PrimitiveType.Decimal or PrimitiveType.Integer or PrimitiveType.UnsignedInt or PrimitiveType.PositiveInt => _nodes[at].Kind == JsonKind.Number,
            _ => _nodes[at].Kind == JsonKind.String,
        };
        if (!right) throw Refuse(at, "The JSON value is not of the kind that its FHIR type has (FHIR R4 json.html#primitive).");
    }
}
