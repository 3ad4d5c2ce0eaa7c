using Consortium.Fhir.Definitions;
using Consortium.Fhir.Terminology;

namespace Consortium.DefinitionsCompiler;

/// <summary>Turns the code systems into rows, so that every Coding can be looked up as it is walked.</summary>
internal sealed class CodeSystemCompiler(CodeSystemSet codeSystems, TableBuilder tables)
{
    public void Compile()
    {
        foreach (CodeSystemContent system in codeSystems.All)
        {
            CodeSystemRow row = new()
            {
                Url = tables.Text(system.Url),
                Version = tables.Text(system.Version ?? string.Empty),
                Content = (int)system.Content,
                CaseSensitive = system.CaseSensitive switch { true => 1, false => 0, null => -1 },
                ConceptStart = tables.Concepts.Count,
            };
            foreach (CodeSystemConcept concept in system.Concepts)
            {
                tables.Concepts.Add(new ConceptRow
                {
                    Code = tables.Text(concept.Code),
                    Display = tables.Text(concept.Display ?? string.Empty),
                    Flags = (concept.IsAbstract ? ConceptFlags.Abstract : 0)
                        | (concept.IsInactive ? ConceptFlags.Inactive : 0)
                        | (concept.Designations.Count > 0 ? ConceptFlags.Designated : 0),
                });
            }

            row.ConceptCount = tables.Concepts.Count - row.ConceptStart;
            tables.CodeSystems.Add(row);
        }
    }
}
