using System.Text.Json;

namespace Consortium.Fhir.Terminology;

/// <summary>Reads a CodeSystem resource (FHIR R4 codesystem.html).</summary>
internal static class CodeSystemReader
{
    public static CodeSystemContent Read(JsonElement resource)
    {
        string? supplements = resource.Text("supplements");
        CodeSystemContent system = new(resource.Text("url") ?? string.Empty)
        {
            Version = resource.Text("version"),
            Title = resource.Text("title") ?? resource.Text("name"),
            Supplements = supplements,
            // One that supplements another is a supplement, whatever it says of its content.
            Content = supplements is not null ? ContentMode.Supplement : Mode(resource.Text("content")),
            CaseSensitive = resource.TryGetProperty("caseSensitive", out JsonElement sensitive) && sensitive.ValueKind is JsonValueKind.True or JsonValueKind.False
                ? sensitive.ValueKind == JsonValueKind.True
                : null,
        };
        foreach (JsonElement property in resource.Items("property"))
        {
            if (property.Text("code") is { } code) system.PropertyTypes.TryAdd(code, property.Text("type") ?? string.Empty);
        }

        foreach (JsonElement filter in resource.Items("filter"))
        {
            if (filter.Text("code") is { } code) system.Filters.Add(code);
        }

        List<(string Parent, string Child)> children = [];
        Collect(resource.Items("concept"), null, system, children);
        foreach ((string parent, string child) in children) system.Find(child)?.Parents.Add(parent);
        return system;
    }

    private static ContentMode Mode(string? content) => content switch
    {
        "complete" => ContentMode.Complete,
        "fragment" => ContentMode.Fragment,
        "example" => ContentMode.Example,
        "supplement" => ContentMode.Supplement,
        _ => ContentMode.NotPresent,
    };

    // The depth of nesting is bounded by the JSON reader.
    private static void Collect(IEnumerable<JsonElement> concepts, string? parent, CodeSystemContent system, List<(string, string)> children)
    {
        foreach (JsonElement source in concepts)
        {
            if (source.Text("code") is not { } code) continue;
            CodeSystemConcept concept = new(code) { Display = source.Text("display"), Definition = source.Text("definition") };
            if (parent is not null) concept.Parents.Add(parent);
            foreach (JsonElement designation in source.Items("designation"))
            {
                if (designation.Text("value") is { } value) concept.Designations.Add((designation.Text("language"), value));
            }

            foreach (JsonElement property in source.Items("property"))
            {
                if (property.Text("code") is not { } name || ValueOf(property) is not { } value) continue;
                concept.Properties.Add((name, value));
                switch (name)
                {
                    // v3 code systems say the hierarchy a second time, for concepts with several parents.
                    case "parent" or "subsumedBy": concept.Parents.Add(value); break;
                    case "child": children.Add((code, value)); break;
                    case "notSelectable" or "abstract" when value == "true": concept.IsAbstract = true; break;
                    case "inactive" when value == "true": concept.IsInactive = true; break;
                    case "status" when value is "retired" or "inactive": concept.IsInactive = true; break;
                }
            }

            system.Add(concept);
            Collect(source.Items("concept"), code, system, children);
        }
    }

    private static string? ValueOf(JsonElement property)
    {
        foreach (JsonProperty value in property.EnumerateObject())
        {
            if (!value.Name.StartsWith("value", StringComparison.Ordinal)) continue;
            return value.Value.ValueKind switch
            {
                JsonValueKind.String => value.Value.GetString(),
                JsonValueKind.Object => value.Value.Text("code") is { } code ? $"{value.Value.Text("system")}#{code}" : null,
                JsonValueKind.True => "true",
                JsonValueKind.False => "false",
                JsonValueKind.Number => value.Value.GetRawText(),
                _ => null,
            };
        }

        return null;
    }
}

/// <summary>Reads of optional properties that take any shape for absent: a resource may be invalid and still be asked.</summary>
internal static class TerminologyReads
{
    public static string? Text(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public static IEnumerable<JsonElement> Items(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [];
}
