using System.Buffers;
using System.Text.Json;

namespace Consortium.DefinitionsCompiler;

/// <summary>
/// Writes a definition without what neither validation nor snapshot generation nor a message needs: narrative, publication
/// details, mappings, prose. What is left out of each resource type stands in <c>left-out.json</c>.
/// </summary>
internal sealed class ResourceMinimiser
{
    private readonly InvariantCorrections _corrections;
    // Values of these choices are data of other types, where a name such as "text" or "code" means something else.
    private static readonly string[] s_values = ["fixed", "pattern", "defaultValue", "minValue", "maxValue"];

    private readonly Dictionary<string, HashSet<string>> _properties = new(StringComparer.Ordinal);
    private readonly HashSet<string> _extensions = new(StringComparer.Ordinal);

    private ResourceMinimiser(InvariantCorrections corrections) => _corrections = corrections;

    public static ResourceMinimiser Load(string path, InvariantCorrections corrections)
    {
        ResourceMinimiser result = new(corrections);
        using JsonDocument file = JsonDocument.Parse(File.ReadAllBytes(path));
        string[] everywhere = [.. file.RootElement.Items("everywhere").Select(n => n.GetString()!)];
        foreach (JsonProperty type in file.RootElement.GetProperty("types").EnumerateObject())
        {
            result._properties.Add(type.Name, [.. everywhere, .. type.Value.EnumerateArray().Select(n => n.GetString()!)]);
        }

        result._extensions.UnionWith(file.RootElement.Items("extensions").Select(n => n.GetString()!));
        return result;
    }

    /// <summary>Whether resources of that type are kept at all.</summary>
    public bool Keeps(string type) => _properties.ContainsKey(type);

    public byte[] Minimise(JsonElement resource)
    {
        HashSet<string> leftOut = _properties[resource.Text("resourceType")!];
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            Write(writer, resource, leftOut);
        }

        return buffer.WrittenSpan.ToArray();
    }

    private void Write(Utf8JsonWriter writer, JsonElement value, HashSet<string> leftOut)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (JsonProperty property in value.EnumerateObject()) Write(writer, property, leftOut);
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (JsonElement item in value.EnumerateArray()) Write(writer, item, leftOut);
                writer.WriteEndArray();
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    private void Write(Utf8JsonWriter writer, JsonProperty property, HashSet<string> leftOut)
    {
        if (leftOut.Contains(property.Name.TrimStart('_'))) return;
        if (Array.Exists(s_values, v => property.Name.StartsWith(v, StringComparison.Ordinal)))
        {
            property.WriteTo(writer);
            return;
        }

        if (property.Name == "constraint")
        {
            writer.WriteStartArray(property.Name);
            foreach (JsonElement constraint in property.Value.EnumerateArray()) WriteConstraint(writer, constraint, leftOut);
            writer.WriteEndArray();
            return;
        }

        if (property.Name != "extension")
        {
            // A companion _x whose extensions are all left out would be an empty object, which FHIR does not allow.
            if (property.Name[0] == '_' && IsEmptied(property.Value)) return;
            writer.WritePropertyName(property.Name);
            Write(writer, property.Value, leftOut);
            return;
        }

        JsonElement[] kept = [.. property.Value.EnumerateArray().Where(e => !_extensions.Contains(e.Text("url")!))];
        if (kept.Length == 0) return;
        writer.WriteStartArray(property.Name);
        foreach (JsonElement extension in kept) extension.WriteTo(writer);
        writer.WriteEndArray();
    }

    /// <summary>A constraint with its expression corrected; one that code checks in its place keeps the published form.</summary>
    private void WriteConstraint(Utf8JsonWriter writer, JsonElement constraint, HashSet<string> leftOut)
    {
        writer.WriteStartObject();
        foreach (JsonProperty property in constraint.EnumerateObject())
        {
            if (property.Name == "expression" && constraint.Text("key") is { } key && _corrections.Apply(key, property.Value.GetString()!) is { } expression)
            {
                writer.WriteString("expression", expression);
            }
            else
            {
                Write(writer, property, leftOut);
            }
        }

        writer.WriteEndObject();
    }

    private bool IsEmptied(JsonElement companion) => companion.ValueKind switch
    {
        JsonValueKind.Object => companion.EnumerateObject().All(p => p.Name == "extension" && p.Value.EnumerateArray().All(e => _extensions.Contains(e.Text("url")!))),
        JsonValueKind.Array => companion.EnumerateArray().All(IsEmptied),
        _ => true,
    };
}
