using System.Buffers;
using System.Text;
using Consortium.Fhir.Definitions;
using Consortium.Fhir.Json;
using Consortium.Fhir.Validation;

namespace Consortium.Fhir.Xml;

/// <summary>
/// Writes a document as the same resource in XML (FHIR R4 xml.html): elements in the order of the definitions, the id of an
/// element and the url of an extension as attributes, values with their characters. What could not be read back as it was is
/// refused with its place, never left out.
/// </summary>
internal sealed class JsonToXml
{
    private readonly R4Tables _tables = R4Tables.Instance;
    private readonly FhirDocument _document;
    private readonly Node[] _nodes;
    private readonly XmlOutput _output;

    private JsonToXml(FhirDocument document, IBufferWriter<byte> output)
    {
        (_document, _nodes, _output) = (document, document.Nodes, new XmlOutput(output));
    }

    public static void Write(FhirDocument document, IBufferWriter<byte> output)
    {
        JsonToXml writer = new(document, output);
        writer._output.Raw("""<?xml version="1.0" encoding="UTF-8"?>"""u8);
        writer._output.Raw("\n"u8);
        writer.WriteResource(0, root: true);
    }

    private void WriteResource(int at, bool root = false)
    {
        int type = _nodes[at].Type;
        if (_nodes[at].Kind != JsonKind.Object || type == 0) throw Refuse(at, "The resource is of no type that R4 knows; XML needs its name and the order of its elements.");
        ReadOnlySpan<byte> name = _tables.Utf8(_tables.Types[type].Name);
        _output.StartTag(name);
        if (root) _output.TryAttribute("xmlns"u8, "http://hl7.org/fhir"u8);
        WriteContent(name, OrderedProperties(at), new Attributes(-1, -1));
    }

    /// <summary>The nodes that XML has as attributes; -1 where there is none.</summary>
    private readonly record struct Attributes(int Id, int Url);

    /// <summary>Writes the rest of a start tag, the child elements and the end tag.</summary>
    private void WriteContent(ReadOnlySpan<byte> name, List<int> properties, Attributes attributes, int value = -1)
    {
        if (attributes.Id >= 0) WriteAttribute("id"u8, attributes.Id);
        if (attributes.Url >= 0) WriteAttribute("url"u8, attributes.Url);
        if (value >= 0) WriteAttribute("value"u8, value);
        if (properties.Count == 0 || (properties.Count == 1 && (properties[0] == attributes.Id || properties[0] == attributes.Url))
            || (properties.Count == 2 && attributes is { Id: >= 0, Url: >= 0 }))
        {
            _output.Raw("/>"u8);
            return;
        }

        _output.Raw(">"u8);
        foreach (int property in properties)
        {
            if (property != attributes.Id && property != attributes.Url) WriteProperty(property);
        }

        _output.EndTag(name);
    }

    private void WriteAttribute(ReadOnlySpan<byte> name, int value)
    {
        if (!_output.TryAttribute(name, _document.Value(value))) throw Refuse(value, "The text has a control character that XML 1.0 has no form for.");
    }

    private void WriteProperty(int at)
    {
        bool repeats = _tables.Elements[_nodes[at].Element].Repeats == 1;
        bool array = _nodes[at].Kind == JsonKind.Array;
        if (repeats != array) throw Refuse(at, repeats ? "The element repeats, so JSON wants an array here." : "The element does not repeat, so JSON wants no array here.");
        ReadOnlySpan<byte> name = _document.PropertyName(at);
        if (_nodes[at].Has(NodeFlags.Underscore)) name = name[1..];
        if (!array)
        {
            WriteElement(name, at);
            return;
        }

        ElementItems items = new(_nodes, at);
        bool any = false;
        while (items.MoveNext())
        {
            any = true;
            WriteElement(name, items.Current);
        }

        if (!any) throw Refuse(at, "An empty array says nothing, and XML has no form for it.");
    }

    private void WriteElement(ReadOnlySpan<byte> name, int at)
    {
        int declared = _nodes[at].Type;
        PrimitiveType primitive = _tables.Primitives[declared];
        if (primitive != PrimitiveType.None)
        {
            WritePrimitive(name, at, primitive);
            return;
        }

        if (_nodes[at].Kind != JsonKind.Object) throw Refuse(at, "JSON wants an object here.");
        if (_tables.IsResource(declared) || declared == 0)
        {
            _output.StartTag(name);
            _output.Raw(">"u8);
            WriteResource(at);
            _output.EndTag(name);
            return;
        }

        _output.StartTag(name);
        List<int> properties = OrderedProperties(at);
        WriteContent(name, properties, AttributesAmong(properties, declared));
    }

    private void WritePrimitive(ReadOnlySpan<byte> name, int at, PrimitiveType primitive)
    {
        ref readonly Node node = ref _nodes[at];
        int extra = node.Has(NodeFlags.Underscore) ? at : node.Companion;
        bool hasValue = !node.Has(NodeFlags.Underscore) && node.Kind != JsonKind.Null;
        if (extra != 0 && _nodes[extra].Kind == JsonKind.Null) extra = 0;
        if (extra != 0 && (_nodes[extra].Kind != JsonKind.Object || _nodes[extra].Count == 0)) throw Refuse(extra, "The id and extensions of a primitive stand in an object that is not empty.");
        if (!hasValue && extra == 0) throw Refuse(at, "A null stands only where the element has an id or extensions (FHIR R4 json.html#primitive).");
        if (hasValue) RequireKind(at, primitive);
        if (primitive == PrimitiveType.Xhtml)
        {
            WriteNarrative(at, extra);
            return;
        }

        _output.StartTag(name);
        List<int> properties = extra == 0 ? [] : OrderedProperties(extra);
        WriteContent(name, properties, AttributesAmong(properties, _nodes[at].Type), hasValue ? at : -1);
    }

    private void WriteNarrative(int at, int extra)
    {
        if (extra != 0) throw Refuse(extra, "A narrative's div has neither id nor extensions of FHIR's own (FHIR R4 narrative.html).");
        if (!XmlOutput.CanCarry(_document.Value(at)) || NarrativeXml.FromJson(_document.Text(at)) is not { } xhtml)
        {
            throw Refuse(at, "The narrative is not one well-formed div of XHTML with nothing before or after it, so it cannot stand in XML.");
        }

        _output.Raw(Encoding.UTF8.GetBytes(xhtml));
    }

    /// <summary>A value of another JSON kind than its type's would come back from XML as the right kind, and so changed.</summary>
    private void RequireKind(int at, PrimitiveType primitive)
    {
        bool right = primitive switch
        {
            PrimitiveType.Boolean => _nodes[at].Kind is JsonKind.True or JsonKind.False,
            PrimitiveType.Decimal or PrimitiveType.Integer or PrimitiveType.UnsignedInt or PrimitiveType.PositiveInt => _nodes[at].Kind == JsonKind.Number,
            _ => _nodes[at].Kind == JsonKind.String,
        };
        if (!right) throw Refuse(at, "The JSON value is not of the kind that its FHIR type has (FHIR R4 json.html#primitive).");
    }

    private Attributes AttributesAmong(List<int> properties, int type)
    {
        int id = -1, url = -1;
        foreach (int property in properties)
        {
            ReadOnlySpan<byte> name = _tables.Utf8(_tables.Elements[_nodes[property].Element].Name);
            if (name.SequenceEqual("id"u8)) id = RequirePlainText(property);
            else if (type == _tables.Extension && name.SequenceEqual("url"u8)) url = RequirePlainText(property);
        }

        return new Attributes(id, url);
    }

    private int RequirePlainText(int at)
    {
        if (_nodes[at].Kind != JsonKind.String || _nodes[at].Has(NodeFlags.Underscore) || _nodes[at].Companion != 0)
        {
            throw Refuse(at, "An element's id and an extension's url are plain texts: in XML they are attributes.");
        }

        return at;
    }

    /// <summary>The properties of an object in the order of the definitions; each <c>_x</c> with its <c>x</c>.</summary>
    private List<int> OrderedProperties(int at)
    {
        List<int> properties = [];
        if (_nodes[at].Count == 0) return properties;
        bool ordered = true;
        for (int child = at + 1; child != 0; child = _nodes[child].Next)
        {
            if (_nodes[child].Has(NodeFlags.Joined) || _nodes[child].Has(NodeFlags.ResourceType)) continue;
            if (_nodes[child].Element == 0) throw Refuse(child, $"R4 knows no such element as {FhirDocument.Shown(_document.PropertyName(child))} here, so XML has no place for it.");
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

    private FhirFormatException Refuse(int at, string message)
    {
        (int line, int column) = _document.Place(at);
        return new FhirFormatException(message, line, column);
    }
}
