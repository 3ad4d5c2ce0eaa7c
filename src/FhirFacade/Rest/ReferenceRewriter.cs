using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Consortium.FhirFacade.Rest;

/// <summary>
/// Replaces the references of a transaction's resources by the ids that they were given: in Reference.reference, in elements of type uri and url,
/// and in the links of the narrative (FHIR R4 http.html#trules). All other bytes stay as they are.
/// </summary>
internal static class ReferenceRewriter
{
    /// <summary>The literal references of a resource that name no place yet: <c>urn:uuid:</c>, <c>urn:oid:</c> and conditional ones.</summary>
    public static IEnumerable<string> Unresolved(ReadOnlySpan<byte> resource)
    {
        List<string> found = [];
        var reader = new Utf8JsonReader(resource);
        bool reference = false;
        while (reader.Read())
        {
            if (reference && reader.TokenType == JsonTokenType.String && reader.GetString() is { } value && (IsUrn(value) || IsConditional(value))) found.Add(value);
            reference = reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("reference"u8);
        }

        return found;
    }

    /// <summary>True for <c>Patient?identifier=…</c>.</summary>
    public static bool IsConditional(string reference) => reference.IndexOf('?', StringComparison.Ordinal) is > 0 and var mark && !reference.AsSpan(0, mark).ContainsAny(':', '/');

    /// <summary>The resource with each key of the map replaced by its value.</summary>
    public static byte[] Rewrite(byte[] resource, IReadOnlyDictionary<string, string> targets)
    {
        if (targets.Count == 0) return resource;
        ArrayBufferWriter<byte>? output = null;
        int copied = 0;
        var reader = new Utf8JsonReader(resource);
        Place place = Place.Elsewhere;
        while (reader.Read())
        {
            if (place != Place.Elsewhere && reader.TokenType == JsonTokenType.String && Replacement(reader.GetString()!, place, targets) is { } replacement)
            {
                output ??= new ArrayBufferWriter<byte>(resource.Length + 256);
                output.Write(resource.AsSpan(copied, (int)reader.TokenStartIndex - copied));
                output.Write("\""u8);
                output.Write(JsonEncodedText.Encode(replacement, Negotiation.Compact.Encoder).EncodedUtf8Bytes);
                output.Write("\""u8);
                copied = (int)reader.BytesConsumed;
            }

            place = reader.TokenType == JsonTokenType.PropertyName ? PlaceOf(reader) : Place.Elsewhere;
        }

        if (output is null) return resource;
        output.Write(resource.AsSpan(copied));
        return output.WrittenSpan.ToArray();
    }

    private static bool IsUrn(string value) => value.StartsWith("urn:uuid:", StringComparison.Ordinal) || value.StartsWith("urn:oid:", StringComparison.Ordinal);

    private static string? Replacement(string value, Place place, IReadOnlyDictionary<string, string> targets)
    {
        if (place == Place.Link) return targets.GetValueOrDefault(value);
        // The narrative: <a href="…"> and <img src="…">.
        if (!value.Contains("href=", StringComparison.Ordinal) && !value.Contains("src=", StringComparison.Ordinal)) return null;
        var text = new StringBuilder(value);
        foreach ((string from, string to) in targets)
        {
            foreach (string attribute in new[] { "href", "src" }) text.Replace($"{attribute}=\"{from}\"", $"{attribute}=\"{to}\"");
        }

        string replaced = text.ToString();
        return replaced == value ? null : replaced;
    }

    private static Place PlaceOf(in Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("div"u8)) return Place.Narrative;
        return reader.ValueTextEquals("reference"u8) || reader.ValueTextEquals("url"u8) || reader.ValueTextEquals("uri"u8)
            || reader.ValueTextEquals("valueUri"u8) || reader.ValueTextEquals("valueUrl"u8) || reader.ValueTextEquals("valueUuid"u8) || reader.ValueTextEquals("valueOid"u8)
            ? Place.Link
            : Place.Elsewhere;
    }

    private enum Place
    {
        Elsewhere,
        Link,
        Narrative,
    }
}
