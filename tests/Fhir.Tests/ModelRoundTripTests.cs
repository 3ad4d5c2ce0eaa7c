using System.Collections.Concurrent;
using Consortium.Fhir.Model;
using Consortium.Testing;

namespace Consortium.Fhir.Tests;

/// <summary>FHIR R4 json.html, xml.html: objects keep all that a resource says.</summary>
public sealed class ModelRoundTripTests
{
    [CorpusFact]
    public void EveryOfficialExample_ComesBackFromObjects_ThroughJsonAndXml()
    {
        ConcurrentBag<string> differences = [];
        string[] files = [.. Directory.EnumerateFiles(Corpora.Path("fhir/r4-examples"), "*.json")];
        Parallel.ForEach(files, file =>
        {
            try
            {
                byte[] json = File.ReadAllBytes(file);
                Resource resource = FhirJson.Parse<Resource>(json);
                byte[] written = resource.ToUtf8Json();
                string? difference = SameContent.Difference(json, written);
                Resource second = FhirXml.Parse<Resource>(resource.ToUtf8Xml());
                difference ??= written.AsSpan().SequenceEqual(second.ToUtf8Json()) ? null : "XML gives other JSON";
                difference ??= resource.DeepEquals(second) ? null : "XML gives unequal objects";
                Resource copy = resource.DeepCopy();
                difference ??= copy.DeepEquals(resource) && written.AsSpan().SequenceEqual(copy.ToUtf8Json()) ? null : "the copy differs";
                if (difference is not null) differences.Add($"{Path.GetFileName(file)} {difference}");
            }
            catch (Exception refused) when (refused is FhirFormatException or InvalidOperationException or InvalidCastException)
            {
                differences.Add($"{Path.GetFileName(file)} {refused.Message}");
            }
        });
        Assert.True(files.Length > 2600, $"Only {files.Length} examples were found.");
        Assert.True(differences.IsEmpty, string.Join("\n", differences.Order(StringComparer.Ordinal).Take(20)));
    }
}
