using System.Text.Json;

namespace Consortium.FhirFacade.Store;

/// <summary>
/// Decides whether two resources say the same, so that unchanged content makes no new version:
/// equal but for <c>meta.versionId</c>, <c>meta.lastUpdated</c>, the order of properties and white space.
/// A number is compared by its characters, because <c>1.0</c> and <c>1</c> differ in precision (FHIR R4 datatypes.html#decimal).
/// </summary>
internal static class SameContent
{
    /// <param name="stored">The stored bytes, with their version and time.</param>
    /// <param name="incoming">The new content.</param>
    /// <param name="id">The logical id, which the incoming bytes may lack.</param>
    /// <param name="version">The version of the stored bytes.</param>
    /// <param name="lastUpdated">The time of the stored bytes, in milliseconds.</param>
    public static bool As(ReadOnlySpan<byte> stored, ResourceJson incoming, string id, long version, long lastUpdated)
    {
        byte[] stamped = incoming.Stamp(id, version, lastUpdated);
        if (stored.SequenceEqual(stamped)) return true; // an adapter's output for the same record is the same, byte for byte
        try
        {
            using JsonDocument left = JsonDocument.Parse(stored.ToArray());
            using JsonDocument right = JsonDocument.Parse(stamped);
            return Equal(left.RootElement, right.RootElement);
        }
        catch (JsonException)
        {
            return false; // the stored bytes were altered from outside: whatever they were, the incoming content is not the same
        }
    }

    private static bool Equal(JsonElement left, JsonElement right)
    {
        if (left.ValueKind != right.ValueKind) return false;
        switch (left.ValueKind)
        {
            case JsonValueKind.Object:
                int members = 0;
                foreach (JsonProperty member in left.EnumerateObject())
                {
                    if (!right.TryGetProperty(member.Name, out JsonElement other) || !Equal(member.Value, other)) return false;
                    members++;
                }

                return members == right.EnumerateObject().Count();
            case JsonValueKind.Array:
                if (left.GetArrayLength() != right.GetArrayLength()) return false;
                for (int i = 0; i < left.GetArrayLength(); i++)
                {
                    if (!Equal(left[i], right[i])) return false;
                }

                return true;
            case JsonValueKind.String:
                return left.GetString() == right.GetString();
            case JsonValueKind.Number:
                return left.GetRawText() == right.GetRawText();
            default:
                return true;
        }
    }
}
