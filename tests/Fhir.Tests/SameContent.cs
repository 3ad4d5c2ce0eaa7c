using System.Globalization;
using System.Text.Json;

namespace Consortium.Fhir.Tests;

/// <summary>Compares two JSON texts as FHIR does: property order is free, everything else counts, numbers by their characters.</summary>
internal static class SameContent
{
    /// <summary>The place of the first difference, or null.</summary>
    public static string? Difference(ReadOnlyMemory<byte> expected, ReadOnlyMemory<byte> actual)
    {
        using JsonDocument first = JsonDocument.Parse(expected, new JsonDocumentOptions { MaxDepth = 300 });
        using JsonDocument second = JsonDocument.Parse(actual, new JsonDocumentOptions { MaxDepth = 300 });
        return Difference(first.RootElement, second.RootElement, "$");
    }

    private static string? Difference(JsonElement expected, JsonElement actual, string path)
    {
        if (expected.ValueKind != actual.ValueKind) return $"{path}: {expected.ValueKind} became {actual.ValueKind}";
        switch (expected.ValueKind)
        {
            case JsonValueKind.Object:
                if (expected.GetPropertyCount() != actual.GetPropertyCount()) return $"{path}: {expected.GetPropertyCount()} properties became {actual.GetPropertyCount()}";
                foreach (JsonProperty property in expected.EnumerateObject())
                {
                    if (!actual.TryGetProperty(property.Name, out JsonElement value)) return $"{path}.{property.Name} is lost";
                    if (Difference(property.Value, value, $"{path}.{property.Name}") is { } difference) return difference;
                }

                return null;
            case JsonValueKind.Array:
                if (expected.GetArrayLength() != actual.GetArrayLength()) return $"{path}: {expected.GetArrayLength()} items became {actual.GetArrayLength()}";
                for (int i = 0; i < expected.GetArrayLength(); i++)
                {
                    if (Difference(expected[i], actual[i], string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]")) is { } difference) return difference;
                }

                return null;
            case JsonValueKind.String:
                return expected.GetString() == actual.GetString() ? null : $"{path}: another text";
            default:
                return expected.GetRawText() == actual.GetRawText() ? null : $"{path}: {expected.GetRawText()} became {actual.GetRawText()}";
        }
    }
}
