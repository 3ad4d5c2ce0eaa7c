using System.Text.Json;

namespace Consortium.ModelGenerator;

/// <summary>A definition that no class can be made from; the build fails with the message.</summary>
internal sealed class DefinitionException(string message) : Exception(message);

/// <summary>The definitions of FHIR R4 that the model is made from, as published.</summary>
internal sealed class DefinitionSet
{
    private static readonly string[] s_files = ["profiles-types.json", "profiles-resources.json", "valuesets.json", "v3-codesystems.json", "v2-tables.json"];

    /// <summary>StructureDefinitions in file order.</summary>
    public List<JsonElement> Structures { get; } = [];

    public Dictionary<string, JsonElement> CodeSystems { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, JsonElement> ValueSets { get; } = new(StringComparer.Ordinal);

    public static DefinitionSet Load(string folder)
    {
        DefinitionSet set = new();
        foreach (string name in s_files)
        {
            string path = Path.Combine(folder, name);
            if (!File.Exists(path)) throw new DefinitionException($"{path} is missing: run npm ci.");
            using FileStream stream = File.OpenRead(path);
            using JsonDocument bundle = JsonDocument.Parse(stream);
            foreach (JsonElement entry in bundle.RootElement.GetProperty("entry").EnumerateArray()) set.Add(entry.GetProperty("resource"));
        }

        return set;
    }

    private void Add(JsonElement resource)
    {
        // The four resource types of Medplum's own (Project, ClientApplication, User, ProjectMembership) have no url: not FHIR.
        if (resource.Text("url") is not { } url) return;
        switch (resource.Text("resourceType"))
        {
            case "StructureDefinition": Structures.Add(resource.Clone()); break;
            case "CodeSystem": CodeSystems[url] = resource.Clone(); break;
            case "ValueSet": ValueSets[url] = resource.Clone(); break;
        }
    }
}

/// <summary>Short reads of optional JSON properties.</summary>
internal static class JsonElementReads
{
    public static string? Text(this JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public static IEnumerable<JsonElement> Items(this JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [];
}
