using System.Buffers;
using System.Text.Json;

namespace Consortium.FhirFacade.Rest;

/// <summary>Writes a Parameters resource.</summary>
internal sealed class ParametersWriter : IDisposable
{
    private readonly ArrayBufferWriter<byte> _output = new(8192);
    private readonly Utf8JsonWriter _json;

    public ParametersWriter()
    {
        _json = new Utf8JsonWriter(_output, Negotiation.Compact);
        _json.WriteStartObject();
        _json.WriteString("resourceType", "Parameters");
        _json.WriteStartArray("parameter");
    }

    public void Text(string name, string value) => Value(name, "valueString", () => _json.WriteStringValue(value));

    public void Number(string name, ulong value) => Value(name, "valueDecimal", () => _json.WriteNumberValue(value));

    public void Flag(string name, bool value) => Value(name, "valueBoolean", () => _json.WriteBooleanValue(value));

    public void Code(string name, string value) => Value(name, "valueCode", () => _json.WriteStringValue(value));

    public void Instant(string name, string value) => Value(name, "valueInstant", () => _json.WriteStringValue(value));

    public void Bytes(string name, ReadOnlySpan<byte> value)
    {
        _json.WriteStartObject();
        _json.WriteString("name", name);
        _json.WriteBase64String("valueBase64Binary", value);
        _json.WriteEndObject();
    }

    public void Resource(string name, ReadOnlySpan<byte> resource)
    {
        _json.WriteStartObject();
        _json.WriteString("name", name);
        _json.WritePropertyName("resource");
        _json.WriteRawValue(resource, skipInputValidation: true);
        _json.WriteEndObject();
    }

    /// <summary>A value that is JSON already.</summary>
    public void Raw(string name, string property, byte[] json) => Value(name, property, () => _json.WriteRawValue(json, skipInputValidation: true));

    /// <summary>A parameter made of parts, which <paramref name="write"/> adds.</summary>
    public void Parts(string name, Action write)
    {
        _json.WriteStartObject();
        _json.WriteString("name", name);
        _json.WriteStartArray("part");
        write();
        _json.WriteEndArray();
        _json.WriteEndObject();
    }

    public byte[] Finish()
    {
        _json.WriteEndArray();
        _json.WriteEndObject();
        _json.Flush();
        return _output.WrittenSpan.ToArray();
    }

    public void Dispose() => _json.Dispose();

    private void Value(string name, string property, Action write)
    {
        _json.WriteStartObject();
        _json.WriteString("name", name);
        _json.WritePropertyName(property);
        write();
        _json.WriteEndObject();
    }
}
