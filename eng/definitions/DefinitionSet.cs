using System.Text.Json;
using Consortium.Fhir.Terminology;

namespace Consortium.DefinitionsCompiler;

/// <summary>A definition or correction that cannot be compiled; the build fails with the message.</summary>
internal sealed class DefinitionException(string message) : Exception(message);

/// <summary>The StructureDefinitions, CodeSystems and ValueSets of FHIR R4 as published.</summary>
internal sealed class DefinitionSet
{
    private static readonly string[] Files =
        ["profiles-types.json", "profiles-resources.json", "valuesets.json", "v3-codesystems.json", "v2-tables.json"];

    /// <summary>StructureDefinitions by id, in file order.</summary>
    public List<JsonElement> Structures { get; } = [];

    /// <summary>Those of R4 by URL, and with <see cref="AddCodeLists"/> those that it refers to.</summary>
    public Dictionary<string, CodeSystemContent> CodeSystems { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, JsonElement> ValueSets { get; } = new(StringComparer.Ordinal);

    public static DefinitionSet Load(string folder)
    {
        DefinitionSet set = new();
        foreach (string name in Files)
        {
            string path = Path.Combine(folder, name);
            if (!File.Exists(path)) throw new DefinitionException($"{path} is missing: run npm ci.");
            using FileStream stream = File.OpenRead(path);
            using JsonDocument bundle = JsonDocument.Parse(stream);
            foreach (JsonElement entry in bundle.RootElement.GetProperty("entry").EnumerateArray())
            {
                set.Add(entry.GetProperty("resource"));
            }
        }

        return set;
    }

    /// <summary>Adds the code systems of a folder of <see cref="CodeListFile"/>s.</summary>
    public void AddCodeLists(string folder)
    {
        foreach (string path in Directory.EnumerateFiles(folder, "*.txt").Order(StringComparer.Ordinal))
        {
            CodeSystemContent system = CodeListFile.Read(path);
            if (!CodeSystems.TryAdd(system.Url, system)) throw new DefinitionException($"{path}: R4 publishes {system.Url} itself.");
        }
    }

    private void Add(JsonElement resource)
    {
        // The four resource types of Medplum's own (Project, ClientApplication, User, ProjectMembership) have no url: not FHIR.
        if (!resource.TryGetProperty("url", out JsonElement url)) return;
        switch (resource.GetProperty("resourceType").GetString())
        {
            case "StructureDefinition": Structures.Add(resource.Clone()); break;
            case "CodeSystem": CodeSystems[url.GetString()!] = CodeSystemReader.Read(resource); break;
            case "ValueSet": ValueSets[url.GetString()!] = resource.Clone(); break;
        }
    }
}
