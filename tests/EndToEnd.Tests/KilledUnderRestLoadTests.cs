using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Consortium.Integrity;
using Consortium.Storage;

namespace Consortium.EndToEnd.Tests;

/// <summary>
/// SIGKILL during load loses nothing acknowledged: writers on REST, the host killed again and again, and at the end every write that was answered is there with its bytes under its
/// version, and every version stands on the chain exactly once.
/// </summary>
public sealed class KilledUnderRestLoadTests : IDisposable
{
    private const int Writers = 6;
    private const int Kills = 5;
    private const string Planted = "Wangxiaoming4403071990";
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(6));

    public void Dispose() => _limit.Dispose();

    [Theory]
    [InlineData(Dialect.Sqlite)]
    [InlineData(Dialect.Postgres)]
    public async Task HostKilledUnderLoad_EveryAcknowledgedWriteIsThereAndAnchoredOnce(Dialect dialect)
    {
        await using RestHostUnderTest test = await RestHostUnderTest.StartAsync(dialect, _limit.Token);
        var acknowledged = new ConcurrentDictionary<(string Id, long Version), string>();
        using var done = CancellationTokenSource.CreateLinkedTokenSource(_limit.Token);
        Task[] writers = [.. Enumerable.Range(0, Writers).Select(number => Task.Run(() => WriteAsync(test, number, acknowledged, done.Token)))];
        var random = new Random(20261123);
        List<string> said = [];
        for (int kill = 0; kill < Kills; kill++)
        {
            int next = acknowledged.Count + random.Next(40, 160);
            while (acknowledged.Count < next) await Task.Delay(20, _limit.Token);
            await test.Host.KillAsync();
            said.AddRange(test.Host.Lines);
            test.Host.Start();
            await test.UpAsync(_limit.Token);
        }

        await done.CancelAsync();
        await Task.WhenAll(writers);
        Assert.True(acknowledged.Count > Kills * 40);
        foreach (((string id, long version), string marker) in acknowledged)
        {
            using HttpResponseMessage read = await test.Http.GetAsync(new Uri(test.Url, $"fhir/Basic/{id}/_history/{version.ToString(CultureInfo.InvariantCulture)}"), _limit.Token);
            Assert.Equal(HttpStatusCode.OK, read.StatusCode);
            Assert.Contains(marker, await read.Content.ReadAsStringAsync(_limit.Token), StringComparison.Ordinal);
        }

        await test.AnchoredAsync(_limit.Token);
        await AssertAnchoredOnceAsync(test);
        await AssertSaysNothingOfPatientsAsync(test, said);
        await AssertErasedIsNoTamperingAsync(test, acknowledged.Keys.First().Id);

        string backup = await test.BackUpAsync(_limit.Token);
        using (var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30))) await test.Host.InterruptAsync(patience.Token);
        Assert.Equal(0, test.Host.ExitCode);
        await AssertRestoredAsync(test, backup);
    }

    /// <summary>A record is erased: the replay names it and calls it no tampering.</summary>
    private async Task AssertErasedIsNoTamperingAsync(RestHostUnderTest test, string id)
    {
        using var body = new StringContent("""{"resourceType":"Parameters","parameter":[{"name":"basis","valueCode":"pipl-47"},{"name":"by","valueString":"dpo-7"}]}""", Encoding.UTF8, "application/fhir+json");
        using HttpResponseMessage erased = await test.Http.PostAsync(new Uri(test.Url, $"fhir/Basic/{id}/$erase"), body, _limit.Token);
        Assert.True(erased.IsSuccessStatusCode, await erased.Content.ReadAsStringAsync(_limit.Token));
        await test.AnchoredAsync(_limit.Token);
        JsonElement verdict = await test.ReplayAsync(_limit.Token);
        Assert.Equal("intact", verdict.GetProperty("verdict").GetString());
        Assert.True(verdict.GetProperty("counts").GetProperty("findings").GetProperty("erased").GetInt32() > 0);
    }

    /// <summary>Restored into an empty SQLite store, whatever it was before: the host adopts its batches from the chain, and the replay says the same as before.</summary>
    private async Task AssertRestoredAsync(RestHostUnderTest test, string backup)
    {
        int versions = (await test.StoredAsync()).Length;
        await using HostProcess restored = await test.RestoreAsync(backup, _limit.Token);
        restored.Start();
        await test.UpAsync(restored, _limit.Token);
        await test.AnchoredAsync(_limit.Token);
        JsonElement verdict = await test.ReplayAsync(_limit.Token);
        Assert.Equal("intact", verdict.GetProperty("verdict").GetString());
        JsonElement counts = verdict.GetProperty("counts");
        Assert.Equal(counts.GetProperty("entries").GetInt32(), counts.GetProperty("verified").GetInt32() + counts.GetProperty("findings").GetProperty("erased").GetInt32());
        Assert.True(counts.GetProperty("entries").GetInt32() >= versions);
        await restored.EndAsync();
    }

    private static async Task WriteAsync(RestHostUnderTest test, int writer, ConcurrentDictionary<(string, long), string> acknowledged, CancellationToken stop)
    {
        var random = new Random(1000 + writer);
        for (int i = 0; !stop.IsCancellationRequested; i++)
        {
            bool transaction = random.Next(5) == 0;
            string[] ids = [.. Enumerable.Range(0, transaction ? 4 : 1).Select(n => $"r{writer}-{(random.Next(8) * 4) + n}").Distinct()];
            string marker = $"{Planted}-{writer}-{i}";
            string[] resources = [.. ids.Select(id => $$$"""{"resourceType":"Basic","id":"{{{id}}}","code":{"text":"{{{marker}}}"}}""")];
            try
            {
                if (transaction)
                {
                    string entries = string.Join(',', resources.Select((resource, n) => $$$"""{"resource":{{{resource}}},"request":{"method":"PUT","url":"Basic/{{{ids[n]}}}"}}"""));
                    using var body = new StringContent($$"""{"resourceType":"Bundle","type":"transaction","entry":[{{entries}}]}""", Encoding.UTF8, "application/fhir+json");
                    using HttpResponseMessage answer = await test.Http.PostAsync(new Uri(test.Url, "fhir"), body, CancellationToken.None);
                    JsonElement response = JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync(CancellationToken.None));
                    if (!answer.IsSuccessStatusCode) continue;
                    string[] tags = [.. response.GetProperty("entry").EnumerateArray().Select(entry => entry.GetProperty("response").GetProperty("etag").GetString()!)];
                    for (int n = 0; n < ids.Length; n++) acknowledged[(ids[n], Version(tags[n]))] = marker;
                }
                else
                {
                    using var body = new StringContent(resources[0], Encoding.UTF8, "application/fhir+json");
                    using HttpResponseMessage answer = await test.Http.PutAsync(new Uri(test.Url, $"fhir/Basic/{ids[0]}"), body, CancellationToken.None);
                    await answer.Content.ReadAsByteArrayAsync(CancellationToken.None); // an answer that is cut off is no acknowledgement
                    if (answer.IsSuccessStatusCode) acknowledged[(ids[0], Version(answer.Headers.ETag!.Tag))] = marker;
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException or JsonException)
            {
                await Task.Delay(50, CancellationToken.None); // killed; what was not answered may or may not be there
            }
        }
    }

    private async Task AssertAnchoredOnceAsync(RestHostUnderTest test)
    {
        Tag128[] anchored = await test.AnchoredIdsAsync(_limit.Token);
        Assert.Equal(anchored.Length, anchored.Distinct().Count());
        Tag128[] stored = await test.StoredAsync();
        Assert.Empty(stored.Except(anchored).Take(5));
        Assert.Empty(anchored.Except(stored).Take(5));
    }

    private async Task AssertSaysNothingOfPatientsAsync(RestHostUnderTest test, List<string> said)
    {
        string metrics = await test.Http.GetStringAsync(new Uri(test.Url, "metrics"), _limit.Token);
        Assert.Contains("fhir_request_duration_seconds_bucket{", metrics, StringComparison.Ordinal);
        Assert.Contains("route=\"/{type}/{id}\"", metrics, StringComparison.Ordinal);
        Assert.Contains("store_transaction_duration_seconds_count{", metrics, StringComparison.Ordinal);
        Assert.Contains("health_component{", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain(Planted, metrics, StringComparison.OrdinalIgnoreCase);
        JsonElement ready = JsonSerializer.Deserialize<JsonElement>(await test.Http.GetStringAsync(new Uri(test.Url, "health/ready"), _limit.Token));
        string[] parts = [.. ready.GetProperty("components").EnumerateArray().Select(part => part.GetProperty("name").GetString()!)];
        Assert.Superset(new HashSet<string> { "record-store", "intake-journal", "chain-projection", "anchor-service", "disk" }, new HashSet<string>(parts));
        foreach (string line in said.Concat(test.Host.Lines))
        {
            Assert.DoesNotContain(Planted, line, StringComparison.OrdinalIgnoreCase);
            if (line.StartsWith('{')) JsonDocument.Parse(line).Dispose();
        }
    }

    private static long Version(string etag) => long.Parse(etag.Split('"')[1], CultureInfo.InvariantCulture);
}
