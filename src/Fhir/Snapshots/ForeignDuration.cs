using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Consortium.Fhir.Snapshots;

/// <summary>
/// Reads <c>minValueDuration</c> and <c>maxValueDuration</c>. R4's list of types for minValue[x] lacks Duration, so no definition
/// has the property; the text of 4.0.1 asks for it (elementdefinition-definitions.html#ElementDefinition.minValue[x]) and profiles use it.
/// </summary>
internal static class ForeignDuration
{
    public static SnapshotDuration? Read(FhirNode element, ReadOnlySpan<byte> property)
    {
        if (element.Utf8Json.Span.IndexOf(property) < 0) return null;
        using JsonDocument json = JsonDocument.Parse(element.Utf8Json);
        if (!json.RootElement.TryGetProperty(property, out JsonElement duration) || duration.ValueKind != JsonValueKind.Object) return null;
        string? unit = Text(duration, "code") ?? Text(duration, "unit");
        return unit is not null && duration.TryGetProperty("value", out JsonElement number) && number.ValueKind == JsonValueKind.Number
            && decimal.TryParse(Encoding.UTF8.GetBytes(number.GetRawText()), NumberStyles.Float, CultureInfo.InvariantCulture, out decimal value)
            ? new SnapshotDuration(value, unit)
            : null;
    }

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out JsonElement text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
}
