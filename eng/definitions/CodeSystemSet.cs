using System.Text.Json;
using Consortium.Fhir.Terminology;

namespace Consortium.DefinitionsCompiler;

/// <summary>The code systems by URL: those that R4 publishes, and the <see cref="CodeListFile"/>s of those that it refers to.</summary>
internal sealed class CodeSystemSet
{
    private readonly SortedDictionary<string, CodeSystemContent> _byUrl = new(StringComparer.Ordinal);

    public IEnumerable<CodeSystemContent> All => _byUrl.Values;

    public static CodeSystemSet Load(DefinitionSet definitions, string codeLists)
    {
        CodeSystemSet set = new();
        foreach ((string url, JsonElement resource) in definitions.CodeSystems) set._byUrl.Add(url, CodeSystemReader.Read(resource));
        foreach (string path in Directory.EnumerateFiles(codeLists, "*.txt").Order(StringComparer.Ordinal))
        {
            CodeSystemContent system = CodeListFile.Read(path);
            if (!set._byUrl.TryAdd(system.Url, system)) throw new DefinitionException($"{path}: R4 publishes {system.Url} itself.");
        }

        return set;
    }

    public CodeSystemContent? Find(string url) => _byUrl.GetValueOrDefault(url);
}
