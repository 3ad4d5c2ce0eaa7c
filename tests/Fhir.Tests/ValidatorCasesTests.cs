using System.Text;
using System.Text.Json;
using Consortium.Testing;

namespace Consortium.Fhir.Tests;

/// <summary>
/// HL7's validator cases against the base definitions: valid or invalid, as the Java validator recorded. A recorded outcome
/// is evidence, not law. <c>Expected/validator-case-differences.txt</c> lists each case decided otherwise and why.
/// </summary>
public sealed class ValidatorCasesTests
{
    [CorpusFact]
    public void Validate_OfficialCases_DifferFromTheRecordedOutcomeOnlyWhereListed()
    {
        using JsonDocument cases = JsonDocument.Parse(File.ReadAllBytes(Corpora.Path("fhir/validator-cases/cases.json")));
        SortedDictionary<string, string> differences = new(StringComparer.Ordinal);
        int total = 0;
        foreach (JsonElement one in cases.RootElement.EnumerateArray())
        {
            if (one.GetProperty("java").ValueKind != JsonValueKind.Object) continue;
            total++;
            byte[] bytes = File.ReadAllBytes(Corpora.Path("fhir/validator-cases/" + one.GetProperty("file").GetString()));
            if (bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble)) bytes = bytes[3..];
            FhirValidator validator = Validator(one);
            ValidationResult result = one.GetProperty("format").GetString() == "xml" ? validator.ValidateXml(bytes) : validator.Validate(bytes);
            bool expected = one.GetProperty("java").GetProperty("valid").GetBoolean();
            if (result.IsValid == expected) continue;
            string name = one.GetProperty("name").GetString()!;
            string why = expected
                ? "error here: " + string.Join(" / ", result.Issues.Where(i => i.Severity <= IssueSeverity.Error).Take(3).Select(i => $"{i.Line}:{i.Column} {i.Expression}: {i.Diagnostics}"))
                : "error there: " + string.Join(" / ", one.GetProperty("java").GetProperty("errors").EnumerateArray().Take(3).Select(i => i.GetProperty("text").GetString()));
            if (!differences.TryAdd(name, why)) differences.Add(name + "-2", why);
        }

        HashSet<string> listed = [.. Expected.Rows("validator-case-differences.txt", columns: 2).Select(r => r[0])];
        string[] unexpected = [.. differences.Where(d => !listed.Contains(d.Key)).Select(d => $"{d.Key} | {d.Value}")];
        string[] agreeing = [.. listed.Where(l => !differences.ContainsKey(l))];
        Assert.True(total > 160, $"Only {total} cases were found.");
        Assert.True(unexpected.Length == 0, $"{total - differences.Count} of {total} agree. Not on the list:\n" + string.Join("\n", unexpected));
        Assert.True(agreeing.Length == 0, "These agree now; take them off the list:\n" + string.Join("\n", agreeing));
    }

    /// <summary>A validator that knows the definitions which a case brings along.</summary>
    private static FhirValidator Validator(JsonElement one)
    {
        if (one.GetProperty("supporting").ValueKind != JsonValueKind.Array) return FhirValidator.R4;
        List<FhirDocument> supporting = [];
        foreach (JsonElement file in one.GetProperty("supporting").EnumerateArray())
        {
            byte[] bytes = File.ReadAllBytes(Corpora.Path("fhir/validator-cases/" + file.GetString()));
            if (bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble)) bytes = bytes[3..];
            supporting.Add(file.GetString()!.EndsWith(".xml", StringComparison.Ordinal) ? FhirDocument.ParseXml(bytes) : FhirDocument.Parse(bytes));
        }

        return new FhirValidator(FhirDefinitions.R4.With(supporting));
    }
}
