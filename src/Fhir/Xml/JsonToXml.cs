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
    private readonly StrictForm _form;
    private readonly XmlOutput _output;

    private JsonToXml(FhirDocument document, IBufferWriter<byte> output)
    {
        (_document, _nodes, _form, _output) = (document, document.Nodes, new StrictForm(document), new XmlOutput(output));
    }

    /// <summary>The nodes that XML has as attributes; -1 where there is none.</summary>
    private readonly record struct Attributes(int Id, int Url, int Value);

    public static void Write(FhirDocument document, IBufferWriter<byte> output)
    {
        JsonToXml writer = new(document, output);
        writer._output.Raw("""<?xml version="1.0" encoding="UTF-8"?>"""u8);
        writer._output.Raw("\n"u8);
        writer.WriteResource(0, root: true);
    }

    private void WriteResource(int at, bool root = false)
    {
        ReadOnlySpan<byte> name = _tables.Utf8(_tables.Types[_form.ResourceType(at)].Name);
        _output.StartTag(name);
        if (root) _output.TryAttribute("xmlns"u8, "http://hl7.org/fhir"u8);
        WriteContent(name, _form.OrderedProperties(at), new Attributes(-1, -1, -1));
    }

    /// <summary>Writes the rest of a start tag, the child elements and the end tag.</summary>
    private void WriteContent(ReadOnlySpan<byte> name, List<int> properties, Attributes attributes)
    {
        int children = properties.Count;
        if (attributes.Id >= 0) children -= WriteAttribute("id"u8, attributes.Id);
        if (attributes.Url >= 0) children -= WriteAttribute("url"u8, attributes.Url);
        if (attributes.Value >= 0) WriteAttribute("value"u8, attributes.Value);
        if (children == 0)
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

    private int WriteAttribute(ReadOnlySpan<byte> name, int value)
    {
        if (!_output.TryAttribute(name, _document.Value(value))) throw _form.Refuse(value, "The text has a control character that XML 1.0 has no form for.");
        return 1;
    }

    private void WriteProperty(int at)
    {
        ReadOnlySpan<byte> name = _document.PropertyName(at);
        if (_nodes[at].Has(NodeFlags.Underscore)) name = name[1..];
        if (!_form.Repeats(at))
        {
            WriteElement(name, at);
            return;
        }

        ElementItems items = _form.Items(at);
        while (items.MoveNext()) WriteElement(name, items.Current);
    }

    private void WriteElement(ReadOnlySpan<byte> name, int at)
    {
        int type = _nodes[at].Type;
        PrimitiveType primitive = _tables.Primitives[type];
        if (primitive != PrimitiveType.None)
        {
            (int value, int extra) = _form.Primitive(at, primitive);
            if (primitive == PrimitiveType.Xhtml)
            {
                WriteNarrative(value, extra);
                return;
            }

            _output.StartTag(name);
            List<int> extras = extra < 0 ? [] : _form.OrderedProperties(extra);
            WriteContent(name, extras, AttributesAmong(extras, type) with { Value = value });
            return;
        }

        _form.RequireObject(at);
        _output.StartTag(name);
        if (_tables.IsResource(type) || type == 0)
        {
            _output.Raw(">"u8);
            WriteResource(at);
            _output.EndTag(name);
            return;
        }

        List<int> properties = _form.OrderedProperties(at);
        WriteContent(name, properties, AttributesAmong(properties, type));
    }

    private void WriteNarrative(int value, int extra)
    {
        if (extra >= 0) throw _form.Refuse(extra, "A narrative's div has neither id nor extensions of FHIR's own (FHIR R4 narrative.html).");
        if (!XmlOutput.CanCarry(_document.Value(value)) || NarrativeXml.FromJson(_document.Text(value)) is not { } xhtml)
        {
            throw _form.Refuse(value, "The narrative is not one well-formed div of XHTML with nothing before or after it, so it cannot stand in XML.");
        }

        _output.Raw(Encoding.UTF8.GetBytes(xhtml));
    }

    private Attributes AttributesAmong(List<int> properties, int type)
    {
        int id = -1, url = -1;
        foreach (int property in properties)
        {
            ReadOnlySpan<byte> name = _tables.Utf8(_tables.Elements[_nodes[property].Element].Name);
            if (name.SequenceEqual("id"u8)) id = _form.RequirePlainText(property);
            else if (type == _tables.Extension && name.SequenceEqual("url"u8)) url = _form.RequirePlainText(property);
        }

        return new Attributes(id, url, -1);
    }
}
