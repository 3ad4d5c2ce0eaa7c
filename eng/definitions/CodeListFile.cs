using Consortium.Fhir.Terminology;

namespace Consortium.DefinitionsCompiler;

/// <summary>
/// Reads a code system that FHIR R4 refers to but does not publish (ISO countries and currencies) from a list of codes: comment
/// lines name <c>url</c> and <c>version</c>, every other word is a code, and those after the line <c>former</c> are withdrawn.
/// </summary>
internal static class CodeListFile
{
    public static CodeSystemContent Read(string path)
    {
        string? url = null, version = null;
        List<CodeSystemConcept> concepts = [];
        bool former = false;
        foreach (string line in File.ReadLines(path))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (line.StartsWith('#'))
            {
                if (words is [_, "url", _]) url = words[2];
                if (words is [_, "version", _]) version = words[2];
            }
            else if (line == "former")
            {
                former = true;
            }
            else
            {
                concepts.AddRange(words.Select(code => new CodeSystemConcept(code) { IsInactive = former }));
            }
        }

        CodeSystemContent system = new(url ?? throw new DefinitionException($"{path} names no url.")) { Version = version, Content = ContentMode.Complete, CaseSensitive = true };
        foreach (CodeSystemConcept concept in concepts)
        {
            if (system.Find(concept.Code) is not null) throw new DefinitionException($"{path}: {concept.Code} stands twice.");
            system.Add(concept);
        }

        return system;
    }
}
