using System.Text.Json;
using Consortium.Fhir.Definitions;
using Consortium.Fhir.Terminology;

namespace Consortium.DefinitionsCompiler;

/// <summary>
/// Expands every value set as far as the code systems at hand allow (FHIR R4 valueset.html#compositions); a part that cannot
/// be enumerated keeps the reason why not, so that the validator can say what it could not decide.
/// </summary>
internal sealed class ValueSetCompiler(DefinitionSet definitions, CodeSystemSet codeSystems, TableBuilder tables)
{
    public void Compile()
    {
        ValueSetComposer composer = new(
            codeSystems.Find,
            canonical => definitions.ValueSets.TryGetValue(canonical.Split('|')[0], out JsonElement found) ? found : null);
        foreach (string url in definitions.ValueSets.Keys)
        {
            ValueSetContent content = composer.Compose(url);
            ValueSetRow row = new() { Url = tables.Text(url), CodeStart = tables.Codes.Count, OpenStart = tables.OpenParts.Count };
            foreach (((string system, string code), ValueSetCode details) in content.Codes.OrderBy(c => c.Key.System, StringComparer.Ordinal).ThenBy(c => c.Key.Code, StringComparer.Ordinal))
            {
                tables.Codes.Add(new CodeRow { System = tables.Text(system), Code = tables.Text(code) });
            }

            foreach (OpenPart part in content.Open)
            {
                tables.OpenParts.Add(new OpenPartRow { System = tables.Text(part.System ?? string.Empty), Whole = part.Whole ? 1 : 0, Reason = tables.Text(part.Reason) });
            }

            row.CodeCount = tables.Codes.Count - row.CodeStart;
            row.OpenCount = tables.OpenParts.Count - row.OpenStart;
            tables.ValueSets.Add(row);
        }
    }
}
