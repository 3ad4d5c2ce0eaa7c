using System.Text;
using System.Text.Json;
using Consortium.Testing;

namespace Consortium.Fhir.Tests;

/// <summary>
/// HL7's validator cases, valid or invalid as the Java validator recorded: against the base definitions, and where the case has
/// one against its profile. A recorded outcome is evidence, not law: <c>Expected/validator-case-differences.txt</c> lists each
/// case decided otherwise and why (<c>name</c> for the base, <c>name:profile</c> for the profile).
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
            string name = one.GetProperty("name").GetString()!;
            if (IsRecorded(one, "java"))
            {
                total++;
                Compare(name, one.GetProperty("java"), Validate(one, profiled: false), differences);
            }

            if (IsRecorded(one, "javaProfile"))
            {
                total++;
                Compare(name + ":profile", one.GetProperty("javaProfile"), Validate(one, profiled: true), differences);
            }
        }

        HashSet<string> listed = [.. Expected.Rows("validator-case-differences.txt", columns: 2).Select(r => r[0])];
        string[] unexpected = [.. differences.Where(d => !listed.Contains(d.Key)).Select(d => $"{d.Key} | {d.Value}")];
        string[] agreeing = [.. listed.Where(l => !differences.ContainsKey(l))];
        Assert.True(total > 200, $"Only {total} outcomes were found.");
        Assert.True(unexpected.Length == 0, $"{total - differences.Count} of {total} agree. Not on the list:\n" + string.Join("\n", unexpected));
        Assert.True(agreeing.Length == 0, "These agree now; take them off the list:\n" + string.Join("\n", agreeing));
    }

    private static bool IsRecorded(JsonElement one, string outcome) => one.GetProperty(outcome).ValueKind == JsonValueKind.Object;

    private static ValidationResult Validate(JsonElement one, bool profiled)
    {
        List<FhirDocument> loaded = [.. Files(one, "supporting"), .. Files(one, "profiles")];
        List<string> profiles = [];
        if (profiled)
        {
            loaded.AddRange(Files(one, "profileSupporting"));
            FhirDocument profile = Document(one.GetProperty("profile").GetString()!);
            loaded.Add(profile);
            profiles.Add(profile.Root.Child("url").Value!);
        }

        FhirValidator validator = new(FhirDefinitions.R4.With(loaded), new ValidationOptions
        {
            Profiles = profiles,
            RefuseExampleUrls = Option(one, "examples") == "False",
            RefuseMarkup = Option(one, "security-checks") == "True",
            RequireTargets = Option(one, "validateReference") is "CHECK_VALID" or "CHECK_EXISTS_AND_TYPE",
            ResolveReference = reference => loaded.Find(d => reference == $"{d.ResourceType}/{d.Root.Child("id").Value}" || reference == d.Root.Child("url").Value),
        });
        byte[] bytes = Bytes(one.GetProperty("file").GetString()!);
        return one.GetProperty("format").GetString() == "xml" ? validator.ValidateXml(bytes) : validator.Validate(bytes);
    }

    /// <summary>How the case asks the validator to be called.</summary>
    private static string? Option(JsonElement one, string name) =>
        one.GetProperty("options").TryGetProperty(name, out JsonElement value) ? value.ToString() : null;

    private static IEnumerable<FhirDocument> Files(JsonElement one, string property) =>
        one.GetProperty(property) is { ValueKind: JsonValueKind.Array } files ? files.EnumerateArray().Select(f => Document(f.GetString()!)) : [];

    private static FhirDocument Document(string file) =>
        file.EndsWith(".xml", StringComparison.Ordinal) ? FhirDocument.ParseXml(Bytes(file)) : FhirDocument.Parse(Bytes(file));

    private static byte[] Bytes(string file)
    {
        byte[] bytes = File.ReadAllBytes(Corpora.Path("fhir/validator-cases/" + file));
        return bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? bytes[3..] : bytes;
    }

    private static void Compare(string name, JsonElement recorded, ValidationResult result, SortedDictionary<string, string> differences)
    {
        bool expected = recorded.GetProperty("valid").GetBoolean();
        if (result.IsValid == expected) return;
        string why = expected
            ? "error here: " + string.Join(" / ", result.Issues.Where(i => i.Severity <= IssueSeverity.Error).Take(3).Select(i => $"{i.Line}:{i.Column} {i.Expression}: {i.Diagnostics}"))
            : "error there: " + (recorded.TryGetProperty("errors", out JsonElement errors)
                ? string.Join(" / ", errors.EnumerateArray().Take(3).Select(i => i.GetProperty("text").GetString()))
                : "not recorded");
        if (!differences.TryAdd(name, why)) differences.Add(name + "-2", why);
    }
}
