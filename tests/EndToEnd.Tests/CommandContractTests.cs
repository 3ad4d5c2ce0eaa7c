using System.Text;
using System.Text.Json;
using Consortium.Testing;

namespace Consortium.EndToEnd.Tests;

/// <summary>The command's contract as it is checked from outside: output, exit codes, and what a person reads after a mistake.</summary>
public sealed class CommandContractTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("consortium-command-").FullName;
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(3));

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        _limit.Dispose();
    }

    [CorpusFact]
    public async Task CommitRedactVerify_EveryVector_AgreesByteForByte()
    {
        using JsonDocument vectors = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(Corpora.Root!, "..", "design", "record-commitment.vectors.json"), _limit.Token));
        foreach (JsonElement vector in vectors.RootElement.GetProperty("records").EnumerateArray())
        {
            string file = Write("record.json", vector.GetProperty("resource").GetString()!);
            foreach (string suite in (string[])["sha256", "sm3"])
            {
                (int exitCode, string output, string error) = await RunAsync("commit", file, "--secret", vector.GetProperty("secret").GetString()!, "--suite", suite);
                Assert.True(exitCode == 0, error);
                using JsonDocument answer = JsonDocument.Parse(output);
                string commitment = vector.GetProperty("commitment").GetProperty(suite).GetString()!;
                Assert.Equal(commitment, answer.RootElement.GetProperty("commitment").GetString());
                Assert.Equal(vector.GetProperty("disclosure").GetProperty(suite).GetProperty("leaves").GetInt32(), answer.RootElement.GetProperty("leaves").GetInt32());
            }
        }

        foreach (JsonElement rejected in vectors.RootElement.GetProperty("rejected").EnumerateArray())
        {
            string file = Write("rejected.json", rejected.GetProperty("resource").GetString()!);
            (int exitCode, _, string error) = await RunAsync("commit", file, "--secret", new string('a', 64));
            Assert.True(exitCode is 1 or 2, $"{rejected.GetProperty("name")}: exit {exitCode}");
            Assert.Contains("rejected.json", error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("telemedicine")]
    [InlineData("resident")]
    [InlineData("regulator")]
    public async Task Redact_ThenVerify_HoldsAndAChangedViewDoesNot(string role)
    {
        string secret = new('7', 64);
        string record = Write("patient.json", """{"resourceType":"Patient","id":"p1","meta":{"versionId":"1","lastUpdated":"2026-11-22T08:00:00.000+08:00"},"identifier":[{"system":"urn:oid:2.16.156.10011.1.3","value":"999999196005120016"}],"name":[{"family":"王"}],"gender":"male","birthDate":"1960-05-12"}""");
        string view = Path.Combine(_folder, "view.json"), disclosure = Path.Combine(_folder, "disclosure.json");
        (int redacted, string output, string error) = await RunAsync("redact", record, "--secret", secret, "--role", role, "--view", view, "--disclosure", disclosure);
        Assert.True(redacted == 0, error);
        using JsonDocument answer = JsonDocument.Parse(output);
        string commitment = answer.RootElement.GetProperty("commitment").GetString()!;
        Assert.Equal(0, (await RunAsync("verify", view, "--disclosure", disclosure, "--commitment", commitment)).ExitCode);

        // The same pair, taken from the JSON that the command printed.
        string printedView = Write("printed-view.json", answer.RootElement.GetProperty("view").GetRawText());
        string printedDisclosure = Write("printed-disclosure.json", answer.RootElement.GetProperty("disclosure").GetRawText());
        Assert.Equal(0, (await RunAsync("verify", printedView, "--disclosure", printedDisclosure, "--commitment", commitment)).ExitCode);

        string changed = Write("changed.json", (await File.ReadAllTextAsync(view, _limit.Token)).Replace("\"Patient\"", "\"Person\"", StringComparison.Ordinal));
        (int refused, string reason, _) = await RunAsync("verify", changed, "--disclosure", disclosure, "--commitment", commitment);
        Assert.Equal(1, refused);
        Assert.Contains("\"verified\":false", reason, StringComparison.Ordinal);

        // A disclosure that is cut, empty, reordered or no disclosure at all is an answer too: not verified.
        string whole = await File.ReadAllTextAsync(disclosure, _limit.Token);
        foreach (string broken in new[] { whole[..(whole.Length / 2)], "{}", "garbage", "[]", whole.Replace("\"leaves\":", "\"leaves\":1", StringComparison.Ordinal), whole.Replace("\"i\":0", "\"i\":7", StringComparison.Ordinal) })
        {
            (int exit, string said, string trace) = await RunAsync("verify", view, "--disclosure", Write("broken.json", broken), "--commitment", commitment);
            Assert.True(exit == 1 && said.StartsWith("{\"verified\":false,\"reason\":", StringComparison.Ordinal), $"{exit} {said} {trace}");
        }

        if (role != "resident") Assert.DoesNotContain("王", await File.ReadAllTextAsync(view, _limit.Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Convert_Samples_GivesABundleARecordAndAnOutcomeForWhatIsRefused()
    {
        (int good, string bundles, string error) = await RunAsync("convert", Repository.Path("samples/hl7v2"), Repository.Path("samples/table"));
        Assert.True(good == 0, error);
        JsonElement[] documents = Lines(bundles);
        Assert.True(documents.Length >= 6);
        Assert.All(documents, document => Assert.Equal("Bundle", document.GetProperty("resourceType").GetString()));
        Assert.All(documents, document => Assert.Contains(document.GetProperty("entry").EnumerateArray(), entry => entry.GetProperty("resource").GetProperty("resourceType").GetString() == "Provenance"));

        string validated = Write("bundles.ndjson", bundles);
        (int valid, string report, _) = await RunAsync("validate", validated);
        Assert.True(valid == 0, report);

        (int refused, string outcome, string words) = await RunAsync("convert", Repository.Path("samples/narrative/discharge-note-refused.txt"));
        Assert.Equal(1, refused);
        Assert.Equal("OperationOutcome", Assert.Single(Lines(outcome)).GetProperty("resourceType").GetString());
        Assert.Contains("line", words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Convert_WithASite_TheSitesMapsReachAdmissionsAndReportsAndExplainNamesTheirRows()
    {
        string site = Path.Combine(_folder, "site");
        foreach (string folder in (string[])["segments", "messages"]) Directory.CreateDirectory(Path.Combine(site, "hl7v2", folder));
        Write("site/hl7v2/segments/ward.yaml", "map: PV1[Encounter]\nrows:\n- {from: PV1-2.1, to: 'extension(https://hospital.example/fhir/patient-class).valueString'}\n");
        Write("site/hl7v2/segments/sender.yaml", "map: MSH[Patient]\nrows:\n- {from: MSH-3.1, to: 'extension(https://hospital.example/fhir/told-by).valueString'}\n");
        Write("site/hl7v2/messages/a01.yaml", "extends: ADT_A01\nmake:\n- {for: MSH, into: patient, map: 'MSH[Patient]'}\n");

        (int good, string output, string error) = await RunAsync("convert", Repository.Path("samples/hl7v2"), "--site", site, "--explain");

        Assert.True(good == 0, error);
        JsonElement[] lines = Lines(output);
        JsonElement[] bundles = [.. lines.Where(line => line.TryGetProperty("resourceType", out _))];
        Assert.Equal(6, bundles.Length);
        Assert.All(bundles, bundle => Assert.Contains("https://hospital.example/fhir/patient-class", bundle.GetRawText(), StringComparison.Ordinal));
        Assert.Equal(4, bundles.Count(bundle => bundle.GetRawText().Contains("https://hospital.example/fhir/told-by", StringComparison.Ordinal)));
        Assert.Equal(6, lines.Count(line => line.TryGetProperty("explain", out JsonElement explain) && explain.EnumerateArray().Any(element =>
            element.GetProperty("at").GetString()!.EndsWith("ward.yaml:3", StringComparison.Ordinal) && element.GetProperty("from").GetString() == "PV1-2.1")));
    }

    [Fact]
    public async Task Validate_AWrongResource_NamesThePlace()
    {
        string file = Write("wrong.json", """{"resourceType":"Patient","gender":"unicorn"}""");
        (int exitCode, string output, _) = await RunAsync("validate", file);
        Assert.Equal(1, exitCode);
        JsonElement line = Assert.Single(Lines(output));
        Assert.False(line.GetProperty("valid").GetBoolean());
        Assert.Contains(line.GetProperty("issue").EnumerateArray(), issue => issue.GetProperty("expression")[0].GetString() == "Patient.gender" && issue.GetProperty("line").GetInt32() == 1);
    }

    [Theory]
    [InlineData(2, "no-such-file.json", "commit", "no-such-file.json", "--secret", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData(2, "--secret", "commit", "/dev/null", "--secret", "aa")]
    [InlineData(2, "--rolle", "redact", "/dev/null", "--rolle", "x")]
    [InlineData(2, "no-such-folder", "convert", "no-such-folder")]
    [InlineData(2, "Name", "up")]
    [InlineData(2, "frobnicate", "frobnicate")]
    [InlineData(3, "127.0.0.1:9", "ledger", "show", "--chain", "http://127.0.0.1:9", "--contract", "0x5FbDB2315678afecb367f032d93F642f64180aa3")]
    public async Task AMistake_IsNamedWithTheRightExitCode(int expected, string named, params string[] arguments)
    {
        (int exitCode, _, string error) = await RunAsync(arguments);
        Assert.True(exitCode == expected, $"exit {exitCode}: {error}");
        Assert.Contains(named, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal); // no stack trace for a person
    }

    private static JsonElement[] Lines(string output) =>
        output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToArray();

    private Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments) => Command.RunAsync(arguments, _limit.Token);

    private string Write(string name, string text)
    {
        string file = Path.Combine(_folder, name);
        File.WriteAllBytes(file, Encoding.UTF8.GetBytes(text));
        return file;
    }
}
