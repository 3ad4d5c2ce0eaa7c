using System.Text.Json;

namespace Consortium.FhirFacade.Rest;

/// <summary>Reads a Parameters resource.</summary>
internal sealed class ParametersReader
{
    private readonly JsonElement _list;

    private ParametersReader(JsonElement list) => _list = list;

    /// <exception cref="FhirException">400: it is no Parameters resource.</exception>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static ParametersReader Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new Utf8JsonReader(bytes);
        JsonElement root = JsonElement.ParseValue(ref reader);
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("resourceType", out JsonElement type) || !type.ValueEquals("Parameters"u8)
            || !root.TryGetProperty("parameter", out JsonElement list) || list.ValueKind != JsonValueKind.Array)
        {
            throw FhirException.BadRequest("invalid", "The body is a Parameters resource with a parameter.");
        }

        return new ParametersReader(list);
    }

    /// <summary>The value of a parameter, whatever its primitive type; null where it is absent.</summary>
    public string? Text(string name)
    {
        if (Find(name) is not { } parameter) return null;
        foreach (JsonProperty property in parameter.EnumerateObject())
        {
            if (!property.Name.StartsWith("value", StringComparison.Ordinal)) continue;
            if (property.Value.ValueKind == JsonValueKind.String) return property.Value.GetString();
            if (property.Value.ValueKind is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False) return property.Value.GetRawText();
        }

        return null;
    }

    /// <summary>The bytes of a base64 parameter; null where it is absent or no base64.</summary>
    public byte[]? Bytes(string name) =>
        Find(name) is { } parameter && parameter.TryGetProperty("valueBase64Binary", out JsonElement value) && value.ValueKind == JsonValueKind.String && value.TryGetBytesFromBase64(out byte[]? bytes)
            ? bytes
            : null;

    /// <summary>All values of a repeating parameter.</summary>
    public IEnumerable<string> Texts(string name)
    {
        foreach (JsonElement parameter in _list.EnumerateArray())
        {
            if (Named(parameter, name) && parameter.TryGetProperty("valueString", out JsonElement value) && value.ValueKind == JsonValueKind.String) yield return value.GetString()!;
        }
    }

    /// <summary>The parts of a parameter; null where it is absent.</summary>
    public ParametersReader? Parts(string name) =>
        Find(name) is { } parameter && parameter.TryGetProperty("part", out JsonElement parts) && parts.ValueKind == JsonValueKind.Array ? new ParametersReader(parts) : null;

    private JsonElement? Find(string name)
    {
        foreach (JsonElement parameter in _list.EnumerateArray())
        {
            if (Named(parameter, name)) return parameter;
        }

        return null;
    }

    private static bool Named(JsonElement parameter, string name) =>
        parameter.ValueKind == JsonValueKind.Object && parameter.TryGetProperty("name", out JsonElement value) && value.ValueKind == JsonValueKind.String && value.ValueEquals(name);
}
