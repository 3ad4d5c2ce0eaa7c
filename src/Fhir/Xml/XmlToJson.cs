using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Consortium.Fhir.Definitions;
using Consortium.Fhir.Validation;

namespace Consortium.Fhir.Xml;

/// <summary>
/// Writes an XML resource as the same resource in JSON (FHIR R4 json.html), numbers with their characters, and notes for
/// each property where it stood in the XML. What the definitions do not know is written all the same, for the validator to
/// report.
/// </summary>
internal sealed class XmlToJson
{
    private readonly R4Tables _tables = R4Tables.Instance;
    private readonly Utf8JsonWriter _writer;
    private readonly List<(int, int, int)> _places = [];
    private readonly List<(int, string)> _disorder = [];

    private XmlToJson(Utf8JsonWriter writer) => _writer = writer;

    /// <summary>The JSON and what it does not show of the XML.</summary>
    public static (byte[] Json, XmlOrigin Origin) Convert(XmlTree root)
    {
        ArrayBufferWriter<byte> buffer = new();
        using Utf8JsonWriter writer = new(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        XmlToJson converter = new(writer);
        converter.WriteResource(root);
        writer.Flush();
        return (buffer.WrittenSpan.ToArray(), new XmlOrigin(converter._places, converter._disorder));
    }

    private void WriteResource(XmlTree resource)
    {
        if (HasAttributes(resource)) throw Refuse(resource, "A resource has no attributes: its id is an element (FHIR R4 xml.html).");
        Note(resource);
        _writer.WriteStartObject();
        _writer.WriteString("resourceType", resource.Name);
        WriteChildren(resource, _tables.FindType(Encoding.UTF8.GetBytes(resource.Name)));
        _writer.WriteEndObject();
    }

    private void WriteObject(XmlTree element, int type)
    {
        _writer.WriteStartObject();
        if (element.Id is not null) _writer.WriteString("id", element.Id);
        if (element.Url is not null) _writer.WriteString("url", element.Url);
        // A value on an element that is no primitive is wrong; "value" is how JSON lets the validator say so.
        if (element.Value is not null) _writer.WriteString("value", element.Value);
        WriteChildren(element, type);
        _writer.WriteEndObject();
    }

    private void WriteChildren(XmlTree element, int type)
    {
        CheckForm(element, type);
        foreach (IGrouping<string, XmlTree> group in element.Children.GroupBy(c => c.Name, StringComparer.Ordinal))
        {
            byte[] name = Encoding.UTF8.GetBytes(group.Key);
            PropertyRow property = type == 0 ? default : _tables.FindProperty(type, name, TableFormat.Hash(name));
            List<XmlTree> items = [.. group];
            bool array = items.Count > 1 || (property.Element != 0 && _tables.Elements[property.Element].Repeats == 1);
            PrimitiveType primitive = _tables.Primitives[property.Type];
            bool scalar = primitive != PrimitiveType.None || items.TrueForAll(i => i.Xhtml is not null)
                || (property.Element == 0 && items.TrueForAll(i => i.Value is not null));
            if (scalar) WritePrimitives(group.Key, items, primitive, property.Type, array);
            else WriteComplex(group.Key, items, property.Type, array);
        }
    }

    private void WriteComplex(string name, List<XmlTree> items, int type, bool array)
    {
        Note(items[0]);
        _writer.WritePropertyName(name);
        if (array) _writer.WriteStartArray();
        foreach (XmlTree item in items)
        {
            Note(item);
            if (type == _tables.Resource && item.Children.Count == 1 && !HasAttributes(item)) WriteResource(item.Children[0]);
            else WriteObject(item, type);
        }

        if (array) _writer.WriteEndArray();
    }

    private void WritePrimitives(string name, List<XmlTree> items, PrimitiveType primitive, int type, bool array)
    {
        if (items.Find(i => i.Url is not null) is { } named) throw Refuse(named, "The attribute url belongs to extensions (FHIR R4 xml.html).");
        bool anyValue = items.Exists(i => i.Value is not null || i.Xhtml is not null);
        bool anyExtra = items.Exists(i => i.Id is not null || i.Children.Count > 0);
        // An element with nothing at all is written empty, so that ele-1 is reported.
        if (anyValue || !anyExtra)
        {
            Note(items[0]);
            _writer.WritePropertyName(name);
            if (array) _writer.WriteStartArray();
            foreach (XmlTree item in items)
            {
                Note(item);
                WriteValue(item, primitive);
            }

            if (array) _writer.WriteEndArray();
        }

        if (!anyExtra) return;
        Note(items[0]);
        _writer.WritePropertyName("_" + name);
        if (array) _writer.WriteStartArray();
        foreach (XmlTree item in items)
        {
            Note(item);
            if (item.Id is null && item.Children.Count == 0)
            {
                _writer.WriteNullValue();
                continue;
            }

            _writer.WriteStartObject();
            if (item.Id is not null) _writer.WriteString("id", item.Id);
            WriteChildren(item, type);
            _writer.WriteEndObject();
        }

        if (array) _writer.WriteEndArray();
    }

    private void WriteValue(XmlTree item, PrimitiveType primitive)
    {
        string? value = item.Xhtml ?? item.Value;
        switch (primitive)
        {
            case var _ when value is null:
                // Only an element with neither value nor extension is written without one: an empty string, which is refused.
                if (item.Id is null && item.Children.Count == 0) _writer.WriteStringValue(string.Empty);
                else _writer.WriteNullValue();
                break;
            case PrimitiveType.Boolean when value is "true" or "false":
                _writer.WriteBooleanValue(value == "true");
                break;
            case PrimitiveType.Decimal or PrimitiveType.Integer or PrimitiveType.UnsignedInt or PrimitiveType.PositiveInt when IsJsonNumber(value):
                _writer.WriteRawValue(value);
                break;
            default:
                _writer.WriteStringValue(value);
                break;
        }
    }

    private static bool IsJsonNumber(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        Utf8JsonReader reader = new(utf8);
        try
        {
            return reader.Read() && reader.TokenType == JsonTokenType.Number && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>
    /// The attributes id and url and the order of elements are part of the format (FHIR R4 xml.html), and JSON would not show that
    /// they were wrong. A wrong order can still be read without doubt, so it is left to the validator.
    /// </summary>
    private void CheckForm(XmlTree element, int type)
    {
        int last = 0;
        foreach (XmlTree child in element.Children)
        {
            if (type == 0) return;
            byte[] name = Encoding.UTF8.GetBytes(child.Name);
            int row = _tables.FindProperty(type, name, TableFormat.Hash(name)).Element;
            if (row == 0) continue;
            if (row < last) child.Follows = _tables.Text(_tables.Elements[last].Name);
            if ((child.Name == "id" && !_tables.IsResource(type)) || (child.Name == "url" && type == _tables.Extension))
            {
                throw Refuse(child, $"Here {child.Name} is an attribute, not an element.");
            }

            last = Math.Max(last, row);
        }
    }

    private static bool HasAttributes(XmlTree element) => element.Id is not null || element.Url is not null || element.Value is not null;

    private static FhirFormatException Refuse(XmlTree element, string message) => new(message, element.Line, element.Column);

    private void Note(XmlTree element)
    {
        int offset = (int)(_writer.BytesCommitted + _writer.BytesPending);
        _places.Add((offset, element.Line, element.Column));
        if (element.Follows is null) return;
        _disorder.Add((offset, element.Follows));
        element.Follows = null;
    }
}
