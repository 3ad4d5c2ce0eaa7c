using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Json;
using Consortium.Fhir;

namespace Consortium.FhirFacade.Rest;

/// <summary>
/// A part of a resource, as <c>_summary</c> and <c>_elements</c> ask for it (FHIR R4 search.html#summary, #elements). Mandatory elements and
/// modifiers always stay, and the tag SUBSETTED says that there is more, so that nobody takes the part for the whole or writes it back.
/// </summary>
internal sealed class ResourceSubset
{
    /// <summary>The code system of the tag that marks a part.</summary>
    public const string TagSystem = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue";

    /// <summary>The code of the tag.</summary>
    public const string TagCode = "SUBSETTED";

    private static readonly ConcurrentDictionary<FhirElementType, Dictionary<string, FhirElement>> Members = new();

    private readonly Func<FhirElement, bool> _keeps;
    private readonly bool _deep;

    private ResourceSubset(Func<FhirElement, bool> keeps, bool deep)
    {
        _keeps = keeps;
        _deep = deep;
    }

    /// <summary>The part that the parameters ask for; null where they ask for the whole.</summary>
    /// <param name="type">The resource type.</param>
    /// <param name="summary"><c>_summary</c>: <c>true</c>, <c>text</c>, <c>data</c>, <c>false</c>; null where absent.</param>
    /// <param name="elements"><c>_elements</c>: names with commas between; null where absent.</param>
    /// <exception cref="FhirException">400: <c>_summary</c> has another value.</exception>
    public static ResourceSubset? Of(string type, string? summary, string? elements)
    {
        switch (summary)
        {
            case "true":
                return new ResourceSubset(element => element.IsSummary, deep: true);
            case "text":
                return new ResourceSubset(element => element.Name == "text", deep: false);
            case "data":
                return new ResourceSubset(element => element.Name != "text", deep: false);
            case null or "" or "false" when string.IsNullOrEmpty(elements):
                return null;
            case null or "" or "false":
                // search.html#elements: names of the base level, of a choice without its type; a type before the name is for that type alone.
                HashSet<string> names = [.. elements.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                    .Select(name => name.StartsWith(type + ".", StringComparison.Ordinal) ? name[(type.Length + 1)..] : name)];
                return new ResourceSubset(element => names.Contains(element.Name) || (element.IsChoice && names.Contains(element.Name[..^element.Type.Name.Length])), deep: false);
            default:
                throw FhirException.BadRequest("value", "_summary is true, text, data or false here.");
        }
    }

    /// <summary>The part of a resource.</summary>
    public byte[] Apply(byte[] json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        JsonElement root = document.RootElement;
        if (!root.TryGetProperty("resourceType", out JsonElement name) || FhirElementType.Find(name.GetString()!) is not { } type) return json;
        var output = new ArrayBufferWriter<byte>(json.Length);
        using (var writer = new Utf8JsonWriter(output, Negotiation.Compact))
        {
            writer.WriteStartObject();
            bool hasMeta = root.TryGetProperty("meta", out JsonElement meta) && meta.ValueKind == JsonValueKind.Object;
            foreach (JsonProperty property in root.EnumerateObject())
            {
                if (property.NameEquals("meta"u8)) continue;
                if (property.Name is "resourceType" or "id") property.WriteTo(writer);
                else WriteMember(writer, property, type, top: true);
                if (property.NameEquals(root.TryGetProperty("id", out _) ? "id"u8 : "resourceType"u8)) WriteMeta(writer, hasMeta ? meta : null);
            }

            writer.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }

    private void WriteMember(Utf8JsonWriter writer, JsonProperty property, FhirElementType type, bool top)
    {
        string name = property.Name.StartsWith('_') ? property.Name[1..] : property.Name;
        if (!Of(type).TryGetValue(name, out FhirElement? element))
        {
            if (!top) property.WriteTo(writer); // id and the like
            return;
        }

        bool kept = element.IsRequired || element.IsModifier || element.Name is "id" or "implicitRules" || _keeps(element);
        if (!kept) return;
        writer.WritePropertyName(property.Name);
        if (_deep && !element.Type.IsPrimitive && !element.Type.IsResource && element.Type.Name != "Extension") WriteValue(writer, property.Value, element.Type);
        else property.Value.WriteTo(writer);
    }

    private void WriteValue(Utf8JsonWriter writer, JsonElement value, FhirElementType type)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            writer.WriteStartArray();
            foreach (JsonElement item in value.EnumerateArray()) WriteValue(writer, item, type);
            writer.WriteEndArray();
        }
        else if (value.ValueKind == JsonValueKind.Object && value.EnumerateObject().Any(member => Keeps(member.Name, type)))
        {
            writer.WriteStartObject();
            foreach (JsonProperty property in value.EnumerateObject()) WriteMember(writer, property, type, top: false);
            writer.WriteEndObject();
        }
        else
        {
            value.WriteTo(writer); // an element may not be empty (ele-1): where nothing of it would stay, all of it does
        }
    }

    private bool Keeps(string property, FhirElementType type) =>
        !Of(type).TryGetValue(property.StartsWith('_') ? property[1..] : property, out FhirElement? element) || element.IsRequired || element.IsModifier || _keeps(element);

    private static void WriteMeta(Utf8JsonWriter writer, JsonElement? meta)
    {
        writer.WriteStartObject("meta");
        bool tagged = false;
        if (meta is { } known)
        {
            foreach (JsonProperty property in known.EnumerateObject())
            {
                if (property.NameEquals("tag"u8) && property.Value.ValueKind == JsonValueKind.Array)
                {
                    writer.WriteStartArray("tag");
                    foreach (JsonElement tag in property.Value.EnumerateArray()) tag.WriteTo(writer);
                    WriteTag(writer);
                    writer.WriteEndArray();
                    tagged = true;
                }
                else
                {
                    property.WriteTo(writer);
                }
            }
        }

        if (!tagged)
        {
            writer.WriteStartArray("tag");
            WriteTag(writer);
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private static void WriteTag(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("system", TagSystem);
        writer.WriteString("code", TagCode);
        writer.WriteString("display", "subsetted");
        writer.WriteEndObject();
    }

    private static Dictionary<string, FhirElement> Of(FhirElementType type) => Members.GetOrAdd(
        type, static known => known.PropertyNames.ToDictionary(name => name, name => known.Element(name)!, StringComparer.Ordinal));
}
