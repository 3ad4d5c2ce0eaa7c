using System.Text;
using System.Text.Json;
using Consortium.FhirFacade.Redaction;
using Consortium.Testing;

namespace Consortium.FhirFacade.Tests.Redaction;

/// <summary>The views of the official R4 examples: every resource type there is, every role, both suites.</summary>
public sealed class OfficialExampleViewTests
{
    private const int ExamplesOfEachType = 12;
    private static readonly HashSet<string> IdentityElements = ["name", "identifier", "telecom", "address", "contact", "photo"];

    public static TheoryData<ViewRole> Roles => [ViewRole.Hospital, ViewRole.Telemedicine, ViewRole.Resident, ViewRole.Regulator];

    [CorpusTheory]
    [MemberData(nameof(Roles))]
    public void Redact_OfficialExample_VerifiesAgainstItsCommitment(ViewRole role)
    {
        foreach (string file in Examples())
        {
            byte[] json = File.ReadAllBytes(file);
            try
            {
                RecordViewTests.AssertVerifies(json, RecordView.Redact(json, role));
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"{Path.GetFileName(file)}: {e}");
            }
            catch (Xunit.Sdk.XunitException e)
            {
                Assert.Fail($"{Path.GetFileName(file)}: {e.Message}");
            }
        }
    }

    [CorpusFact]
    public void Redact_OfficialExampleForTelemedicine_ShowsNoIdentityAnywhere()
    {
        var leaks = new List<string>();
        int searched = 0;
        foreach (string file in Examples())
        {
            byte[] json = File.ReadAllBytes(file);
            string[] shown = [.. Strings(JsonDocument.Parse(RecordView.Redact(json, ViewRole.Telemedicine).View).RootElement, "", false, all: true)];
            foreach (string identity in Strings(JsonDocument.Parse(json).RootElement, "", false, all: false).Distinct())
            {
                searched++;
                if (Array.Exists(shown, s => Contains(s, identity))) leaks.Add($"{Path.GetFileName(file)}: {identity}");
            }
        }

        Assert.True(leaks.Count == 0, string.Join('\n', leaks.Take(40)));
        Assert.True(searched > 200, $"only {searched} identity strings were found in the examples");
    }

    /// <summary>Long strings and numbers anywhere, short words as words: "Mint" is not in "administration".</summary>
    private static bool Contains(string text, string identity)
    {
        if (identity.Length >= 10) return text.Contains(identity, StringComparison.OrdinalIgnoreCase);
        string[] words = text.Split([.. text.Where(c => !char.IsLetterOrDigit(c)).Distinct()], StringSplitOptions.RemoveEmptyEntries);
        return text == identity || words.Contains(identity, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>All strings, or those that identify somebody, written without any knowledge of the policy.</summary>
    private static IEnumerable<string> Strings(JsonElement value, string name, bool identity, bool all)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty member in value.EnumerateObject().Where(m => m.Name is not "resourceType"))
                {
                    bool within = identity || IdentityElements.Contains(member.Name);
                    foreach (string text in Strings(member.Value, member.Name, within, all)) yield return text;
                }

                break;
            case JsonValueKind.Array:
                foreach (JsonElement entry in value.EnumerateArray())
                {
                    foreach (string text in Strings(entry, name, identity, all)) yield return text;
                }

                break;
            case JsonValueKind.String when all:
                yield return value.GetString()!;
                break;
            case JsonValueKind.String when identity && name is ("family" or "given" or "value" or "line") && IsIdentity(value.GetString()!.Trim()):
                yield return value.GetString()!.Trim();
                break;
            default:
                break;
        }
    }

    /// <summary>Not the web address of a publisher, which begins half of the specification's URLs.</summary>
    private static bool IsIdentity(string text) => text.Length >= 4 && !text.StartsWith("http", StringComparison.Ordinal);

    private static IEnumerable<string> Examples() =>
        Directory.EnumerateFiles(Corpora.Path("fhir/r4-examples"), "*.json")
            .Where(f => new FileInfo(f).Length < 200_000)
            .GroupBy(TypeOf)
            .SelectMany(g => g.Order(StringComparer.Ordinal).Take(ExamplesOfEachType));

    private static string TypeOf(string file)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
        return document.RootElement.TryGetProperty("resourceType", out JsonElement type) ? type.GetString()! : "";
    }
}
