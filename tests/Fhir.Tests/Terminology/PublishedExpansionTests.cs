using System.Text.Json;
using Consortium.Fhir.Terminology;
using Consortium.Testing;

namespace Consortium.Fhir.Tests.Terminology;

/// <summary>The expansions that the specification's own value sets carry, against those worked out here (FHIR R4 valueset.html#expansion).</summary>
public sealed class PublishedExpansionTests
{
    [CorpusFact]
    public void Expand_ValueSetsWithAPublishedExpansion_HaveEachOfItsCodes()
    {
        int compared = 0;
        List<string> missing = [];
        foreach (string path in Directory.EnumerateFiles(Corpora.Path("fhir/r4-examples"), "ValueSet-*.json"))
        {
            using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(path));
            if (!json.RootElement.TryGetProperty("expansion", out JsonElement expansion) || !json.RootElement.TryGetProperty("compose", out _)) continue;
            if (FhirDefinitions.R4.Terminology.Expand(json.RootElement.GetProperty("url").GetString()!) is not { Incomplete: null } own) continue;
            compared++;
            HashSet<(string, string)> codes = [.. own.Codes.Select(c => (c.System, c.Code))];
            foreach (JsonElement entry in Flat(expansion))
            {
                if (!entry.TryGetProperty("code", out JsonElement code) || (entry.TryGetProperty("abstract", out JsonElement group) && group.GetBoolean())) continue;
                if (!codes.Contains((entry.GetProperty("system").GetString()!, code.GetString()!))) missing.Add($"{Path.GetFileName(path)} {code}");
            }
        }

        Assert.True(compared > 0);
        Assert.Empty(missing);
    }

    private static IEnumerable<JsonElement> Flat(JsonElement holder)
    {
        if (!holder.TryGetProperty("contains", out JsonElement contains)) yield break;
        foreach (JsonElement entry in contains.EnumerateArray())
        {
            yield return entry;
            foreach (JsonElement below in Flat(entry)) yield return below;
        }
    }
}
