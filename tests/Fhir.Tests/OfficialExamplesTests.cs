using Consortium.Testing;

namespace Consortium.Fhir.Tests;

/// <summary>Every official example of R4: no crash, and no error but those that the committed list explains.</summary>
public sealed class OfficialExamplesTests
{
    [CorpusFact]
    public void Validate_EveryOfficialExample_DrawsOnlyTheListedErrors()
    {
        SortedDictionary<string, string> found = new(StringComparer.Ordinal);
        List<string> details = [];
        int files = 0;
        foreach (string path in Directory.EnumerateFiles(Corpora.Path("fhir/r4-examples"), "*.json"))
        {
            files++;
            string name = Path.GetFileName(path);
            OutcomeIssue[] errors = [.. FhirValidator.R4.Validate(File.ReadAllBytes(path)).Issues.Where(i => i.Severity <= IssueSeverity.Error)];
            if (errors.Length == 0) continue;
            found[name] = string.Join(", ", errors.Select(e => e.Code).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
            details.AddRange(errors.Select(e => $"{name} line {e.Line}: {e.Code} {e.Expression}: {e.Diagnostics}"));
        }

        IEnumerable<string[]> rows = Expected.Rows("official-example-errors.txt", columns: 3);
        SortedDictionary<string, string> listed = new(rows.ToDictionary(r => r[0], r => r[1]), StringComparer.Ordinal);
        Assert.True(files > 2600, $"Only {files} examples were found.");
        Assert.True(listed.SequenceEqual(found), "Errors and the committed list differ:\n" + string.Join("\n", details));
        Assert.True(listed.Count * 100 <= files, "More than one in a hundred official examples draws an error.");
    }
}
