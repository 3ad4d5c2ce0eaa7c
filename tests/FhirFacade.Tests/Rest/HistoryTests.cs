using System.Text.Json;
using Consortium.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Consortium.FhirFacade.Tests.Rest;

/// <summary>FHIR R4 http.html#history.</summary>
public sealed class HistoryTests
{
    [Theory, BothStores]
    public async Task Instance_ListsVersionsNewestFirst_DeletionsAmongThem(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Patient/p1", Patient("p1", "female"));
        await host.PutAsync("Patient/p1", Patient("p1", "male"));
        await host.DeleteAsync("Patient/p1");

        Answer answer = await host.GetAsync("Patient/p1/_history");

        Assert.Equal(("history", 3), (answer.Json.GetProperty("type").GetString(), answer.Json.GetProperty("total").GetInt32()));
        Assert.Equal(["DELETE", "PUT", "PUT"], answer.Entries.Select(entry => entry.GetProperty("request").GetProperty("method").GetString()));
        Assert.Equal(["W/\"3\"", "W/\"2\"", "W/\"1\""], answer.Entries.Select(entry => entry.GetProperty("response").GetProperty("etag").GetString()));
        Assert.False(answer.Entries[0].TryGetProperty("resource", out _));
        Assert.Equal("male", answer.Entries[1].GetProperty("resource").GetProperty("gender").GetString());
    }

    [Theory, BothStores]
    public async Task Instance_ThatNeverWas_Is404(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);

        (await host.GetAsync("Patient/p1/_history")).ShouldFail(404, "not-found");
    }

    [Theory, BothStores]
    public async Task Paging_GoesThroughAll_AndDoesNotShiftUnderWrites(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        for (int i = 0; i < 7; i++) await host.PutAsync($"Patient/p{i}", Patient($"p{i}", "female"));

        List<string> seen = [];
        for (string? page = "Patient/_history?_count=3"; page is not null;)
        {
            Answer answer = await host.GetAsync(page);
            seen.AddRange(answer.Entries.Select(entry => entry.GetProperty("resource").GetProperty("id").GetString()!));
            await host.PutAsync("Patient/new", Patient("new", seen.Count % 2 == 0 ? "male" : "female"));
            page = answer.Link("next");
        }

        Assert.Equal(["p6", "p5", "p4", "p3", "p2", "p1", "p0"], seen);
    }

    [Theory, BothStores]
    public async Task SystemAndSince_Filter(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Patient/p1", Patient("p1", "female"));
        await host.PutAsync("Basic/b1", """{"resourceType":"Basic","id":"b1","code":{"text":"x"}}""");

        Assert.Equal(["b1", "p1"], (await host.GetAsync("_history")).Entries.Select(entry => entry.GetProperty("resource").GetProperty("id").GetString()));
        Assert.Equal(2, (await host.GetAsync("_history?_since=2020-01-01")).Entries.Length);
        Assert.Empty((await host.GetAsync("_history?_since=2999-01-01T00:00:00Z")).Entries);
        (await host.GetAsync("_history?_since=yesterday")).ShouldFail(400, "value");
        (await host.GetAsync("_history?_cursor=x")).ShouldFail(400, "value");
    }

    [Theory, BothStores]
    public async Task At_GivesWhatWasCurrentInThePeriod(Dialect dialect)
    {
        var time = new ManualTime(new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero));
        await using FacadeHost host = await FacadeHost.StartAsync(dialect, services: services => services.AddSingleton<TimeProvider>(time));
        await host.PutAsync("Patient/p1", Patient("p1", "female"));
        time.Now = time.Now.AddDays(2);
        await host.PutAsync("Patient/p1", Patient("p1", "male"));
        time.Now = time.Now.AddDays(2);
        await host.PutAsync("Patient/p1", Patient("p1", "other"));

        Assert.Equal(["1"], await AtAsync("2026-03-02"));
        Assert.Equal(["2", "1"], await AtAsync("2026-03-03"));
        Assert.Equal(["2"], await AtAsync("2026-03-04T08:00:00Z"));
        Assert.Equal(["3", "2", "1"], await AtAsync("2026-03"));
        Assert.Equal(["3"], await AtAsync("gt2026-03-06"));
        Assert.Empty(await AtAsync("2026-02"));
        Assert.Contains("_at=2026-03-02", (await host.GetAsync("Patient/p1/_history?_at=2026-03-02")).Link("self"), StringComparison.Ordinal);

        async Task<string[]> AtAsync(string at) => [.. (await host.GetAsync($"Patient/p1/_history?_at={at}")).Entries.Select(entry => entry.GetProperty("resource").GetProperty("meta").GetProperty("versionId").GetString()!)];
    }

    private static string Patient(string id, string gender) => JsonSerializer.Serialize(new { resourceType = "Patient", id, gender });
}
