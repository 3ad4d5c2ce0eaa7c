using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Consortium.Cli.Page;
using Consortium.Storage;
using Consortium.Testing;
using Dapper;

namespace Consortium.EndToEnd.Tests;

/// <summary>The README's first command, as a stranger runs it: what it shows, how it ends, and what a regulator finds when somebody tampers with hospital A's database.</summary>
public sealed class DemoTests : IAsyncLifetime, IDisposable
{
    private const string TravellingIdentifier = "urn:oid:2.16.156.10011.1.3|999999196005120016";
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(5));
    private readonly string _state = Path.Combine(Directory.CreateTempSubdirectory("consortium-demo-").FullName, "state");
    private readonly HttpClient _http = new();
    private readonly int _base = FlowUnderTest.FreePort();
    private HostProcess _demo = null!;

    public Task InitializeAsync()
    {
        _demo = Demo();
        _demo.Start();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _demo.EndAsync();
        await _demo.DisposeAsync();
        Directory.Delete(Path.GetDirectoryName(_state)!, recursive: true);
    }

    public void Dispose()
    {
        _http.Dispose();
        _limit.Dispose();
    }

    [Fact]
    public async Task TheWholeRoad_FromSamplesToReplay_AndTamperingIsNamed()
    {
        await UpAsync();
        StatusDocument status = await StoryAsync(lines: 4);
        Assert.All(status.Story, line => Assert.True(line.Good, line.En));
        Assert.Equal(2, status.Hospitals.Count);
        Assert.All(status.Hospitals, hospital => Assert.Empty(hospital.Problems));
        Assert.Contains(status.Hospitals[0].Quarantine, line => line.Reason.Length > 0);

        // The documented call against its facade.
        using JsonDocument patients = JsonDocument.Parse(await _http.GetStringAsync(Url(1, "fhir/Patient?_count=1"), _limit.Token));
        Assert.Equal("searchset", patients.RootElement.GetProperty("type").GetString());
        Assert.Equal(HttpStatusCode.OK, (await _http.GetAsync(Url(0, ""), _limit.Token)).StatusCode);
        await AssertPageAsync("en-GB", "Between the members", "anchored");
        await AssertPageAsync("zh-CN", "成员之间", "已上链");
        await AssertHospitalBFindsAndVerifiesAsync(custodian: status.Hospitals[0].Custodian!);
        (int intact, JsonDocument verdict) = await ReplayAsync(status);
        using (verdict) Assert.True(intact == 0, verdict.RootElement.ToString());

        // Ctrl-C: within five seconds, every child with it.
        int[] children = Children(_demo.ProcessId);
        Assert.NotEmpty(children);
        TimeSpan took = await _demo.InterruptAsync(_limit.Token);
        Assert.True(took < TimeSpan.FromSeconds(5), $"It took {took.TotalSeconds:F1} s to end.\n{_demo.Tail}");
        Assert.Equal(0, _demo.ExitCode);
        Assert.DoesNotContain(children, IsRunning);

        // One digit of one stored record, and one whole record, changed behind the facade's back.
        string altered = await AlterOneDigitAsync();
        string deleted = await DeleteOneAsync();
        _demo.Start();
        await UpAsync();
        StatusDocument again = await StatusAsync();
        Assert.True(again.Hospitals[0].Hops.Received >= status.Hospitals[0].Hops.Received, "what was received before the end was lost");
        (int tampered, JsonDocument findings) = await ReplayAsync(again);
        using (findings)
        {
            Assert.Equal(1, tampered);
            Assert.Equal("tampered", findings.RootElement.GetProperty("verdict").GetString());
            Dictionary<string, string?> byKind = findings.RootElement.GetProperty("findings").EnumerateArray()
                .Where(f => f.GetProperty("kind").GetString() is "altered" or "missing")
                .ToDictionary(f => f.GetProperty("kind").GetString()!, f => f.GetProperty("kind").GetString() == "altered" ? Text(f, "resource") : Text(f, "recordId"));
            Assert.Equal(altered, byKind["altered"]);
            Assert.Equal(deleted, byKind["missing"]);
        }
    }

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

    private HostProcess Demo() => new("demo", ["up", "--demo", "--state", _state, "--port-base", _base.ToString(System.Globalization.CultureInfo.InvariantCulture)], new Dictionary<string, string>());

    private Uri Url(int offset, string path) => new($"http://127.0.0.1:{_base + offset}/{path}");

    private Task<string> UpAsync() => _demo.LineAsync(line => line.Contains("Ctrl-C ends it and keeps everything", StringComparison.Ordinal), _limit.Token);

    private async Task<StatusDocument> StatusAsync() => (await _http.GetFromJsonAsync<StatusDocument>(Url(0, "status"), JsonSerializerOptions.Web, _limit.Token))!;

    private async Task<StatusDocument> StoryAsync(int lines)
    {
        while (true)
        {
            try
            {
                StatusDocument status = await StatusAsync();
                if (status.Story.Count >= lines && status.Hospitals[0].Quarantine.Count > 0) return status;
                await Task.Delay(300, _limit.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"The demo's story never came to its end.\n{_demo.Tail}");
            }
        }
    }

    private async Task AssertHospitalBFindsAndVerifiesAsync(string custodian)
    {
        (int located, string lines, string error) = await Command.RunAsync(["share", "locate", "--identifier", TravellingIdentifier, "--at", Url(2, "").ToString()], _limit.Token);
        Assert.True(located == 0, error);
        string record = lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)
            .First(entry => entry.GetProperty("custodian").GetString() == custodian && entry.GetProperty("kind").GetString() == "Patient").GetProperty("recordId").GetString()!;
        (int fetched, string answer, _) = await Command.RunAsync(["share", "fetch", "--custodian", custodian, "--record", record, "--at", Url(2, "").ToString()], _limit.Token);
        Assert.Equal(0, fetched);
        Assert.Contains("\"verified\":true", answer, StringComparison.Ordinal);
        Assert.Contains("王小明", answer, StringComparison.Ordinal);
        await AssertTelemedicineSeesNoNameAsync(custodian, record);
    }

    private async Task AssertTelemedicineSeesNoNameAsync(string custodian, string record)
    {
        StatusDocument status = await StatusAsync();
        (int fetched, string answer, string error) = await Command.RunAsync(
            [
                "share", "fetch", "--custodian", custodian, "--record", record, "--chain", ChainUrl(), "--contract", status.Chain!.Contract,
                "--key", Path.Combine(_state, "keys", "telemedicine.json"), "--password-file", Path.Combine(_state, "keys", "password"),
            ], _limit.Token);
        Assert.True(fetched == 0, error);
        Assert.Contains("\"verified\":true", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("王", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("999999196005120016", answer, StringComparison.Ordinal);
        Assert.Contains("birthDate", answer, StringComparison.Ordinal);
    }

    /// <summary>The page as a browser draws it, in the browser's language, without anybody's name.</summary>
    private async Task AssertPageAsync(string language, params string[] words)
    {
        string profile = Directory.CreateTempSubdirectory("consortium-chromium-").FullName;
        try
        {
            var start = new ProcessStartInfo(TestServers.Chromium)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                ArgumentList =
                {
                    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                    "--disable-component-update", "--disable-sync", $"--user-data-dir={profile}", $"--lang={language}", $"--accept-lang={language}",
                    "--virtual-time-budget=4000", "--dump-dom", Url(0, "").ToString(),
                },
                Environment = { ["LANGUAGE"] = language.Replace('-', '_') },
            };
            using Process browser = Process.Start(start)!;
            Task<string> errors = browser.StandardError.ReadToEndAsync(_limit.Token);
            string page = await browser.StandardOutput.ReadToEndAsync(_limit.Token);
            await browser.WaitForExitAsync(_limit.Token);
            Assert.All(words, word => Assert.True(page.Contains(word, StringComparison.Ordinal), $"{language}: '{word}' is not on the page:\n{page}\n{errors.Result}"));
            Assert.Contains("hospital-b", page, StringComparison.Ordinal);
            Assert.DoesNotContain("王小明", page, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(profile, recursive: true);
        }
    }

    private string ChainUrl() => $"http://127.0.0.1:{8545 + _base - 5080}/";

    private async Task<(int ExitCode, JsonDocument Verdict)> ReplayAsync(StatusDocument status)
    {
        (int exitCode, string output, string error) = await Command.RunAsync(["audit", "replay", "--chain", ChainUrl(), "--contract", status.Chain!.Contract], _limit.Token);
        Assert.True(output.Length > 0, error);
        return (exitCode, JsonDocument.Parse(output));
    }

    /// <summary>Changes one digit of the value of one Observation of hospital A's; gives the version's name.</summary>
    private async Task<string> AlterOneDigitAsync()
    {
        await using Database database = HospitalA();
        return await database.TransactAsync(async transaction =>
        {
            (string id, long version, byte[] body) = await transaction.Connection!.QueryFirstAsync<(string, long, byte[])>(
                "SELECT v.id, v.version, v.body FROM resource_version v JOIN receipt r ON r.record_id = v.record_id WHERE v.type = 'Observation' AND instr(v.body, '\"valueQuantity\":{\"value\":') > 0 ORDER BY v.seq", transaction: transaction);
            int at = body.AsSpan().IndexOf("\"valueQuantity\":{\"value\":"u8) + "\"valueQuantity\":{\"value\":".Length;
            Assert.InRange(body[at], (byte)'0', (byte)'9');
            body[at] = body[at] == (byte)'9' ? (byte)'8' : (byte)(body[at] + 1);
            await transaction.Connection!.ExecuteAsync("UPDATE resource_version SET body = @body WHERE type = 'Observation' AND id = @id AND version = @version", new { body, id, version }, transaction);
            return $"Observation/{id}/_history/{version}";
        });
    }

    /// <summary>Deletes one version's row of hospital A's; gives its record id, all that the chain knows of it.</summary>
    private async Task<string> DeleteOneAsync()
    {
        await using Database database = HospitalA();
        return await database.TransactAsync(async transaction =>
        {
            byte[] recordId = await transaction.Connection!.QueryFirstAsync<byte[]>(
                "SELECT v.record_id FROM resource_version v JOIN receipt r ON r.record_id = v.record_id WHERE v.type = 'Encounter' ORDER BY v.seq", transaction: transaction);
            Assert.Equal(1, await transaction.Connection!.ExecuteAsync("DELETE FROM resource_version WHERE record_id = @recordId", new { recordId }, transaction));
            return Convert.ToHexStringLower(recordId);
        });
    }

    private Database HospitalA() => Database.Open($"sqlite:{Path.Combine(_state, "hospital-a", "facade.db")}");

    private static int[] Children(int processId) => Directory.EnumerateDirectories("/proc")
        .Select(folder => int.TryParse(Path.GetFileName(folder), out int id) ? id : 0)
        .Where(id => id != 0 && Stat(id) is { } stat && stat[1] == processId.ToString(System.Globalization.CultureInfo.InvariantCulture)).ToArray();

    private static bool IsRunning(int processId) => Stat(processId) is { } stat && stat[0] != "Z";

    /// <summary>State and parent of a process; null where it is gone.</summary>
    private static string[]? Stat(int processId)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{processId}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[..2];
        }
        catch (IOException)
        {
            return null;
        }
    }
}
