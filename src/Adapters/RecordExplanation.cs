using System.Text.Json;

namespace Consortium.Adapters;

/// <summary>Which rule made an element.</summary>
/// <param name="Element">The element, as a path from the resource type: <c>Patient.name[0].family</c>.</param>
/// <param name="Resource">The resource: <c>Patient/</c> and its logical id.</param>
/// <param name="From">The place in the record (<c>PID-5.1</c>); null for a fixed value.</param>
/// <param name="Map">The map: <c>PID[Patient]</c>.</param>
/// <param name="At">File and line of the rule: <c>segments/PID-Patient.yaml:7</c>.</param>
public sealed record ExplainedElement(string Element, string Resource, string? From, string Map, string At);

/// <summary>Where everything in the resources of one record comes from. Places and rules only: it holds no value of the record.</summary>
/// <param name="Index">Position of the record in its file, as <see cref="ConversionResult.Index"/>.</param>
/// <param name="Elements">The elements in the order in which they were made; empty where the record's map is not written in the mapping language.</param>
/// <param name="Unused">The places that hold data and that nothing used.</param>
public sealed record RecordExplanation(int Index, IReadOnlyList<ExplainedElement> Elements, IReadOnlyList<string> Unused)
{
    /// <summary>Writes it as a JSON object.</summary>
    /// <param name="json">The writer.</param>
    /// <param name="file">The file that the record came from.</param>
    public void WriteTo(Utf8JsonWriter json, string file)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        json.WriteString("file", file);
        json.WriteNumber("record", Index + 1);
        json.WriteStartArray("explain");
        foreach (ExplainedElement element in Elements)
        {
            json.WriteStartObject();
            json.WriteString("element", element.Element);
            json.WriteString("resource", element.Resource);
            if (element.From is not null) json.WriteString("from", element.From);
            json.WriteString("map", element.Map);
            json.WriteString("at", element.At);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("unused");
        foreach (string place in Unused) json.WriteStringValue(place);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
