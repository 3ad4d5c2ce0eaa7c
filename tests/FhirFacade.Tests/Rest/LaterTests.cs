using System.Data.Common;
using System.Text.Json;
using Consortium.FhirFacade.Tests.Search;
using Consortium.Storage;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace Consortium.FhirFacade.Tests.Rest;

/// <summary>Prefer: respond-async (FHIR R4 async.html).</summary>
public sealed class LaterTests
{
    private static readonly (string, string) s_later = ("Prefer", "respond-async");

    [Theory, BothStores]
    public async Task SearchHistoryEverythingAndBatch_AreAnsweredLater_WithWhatTheyWouldHaveBeenAnsweredAtOnce(Dialect dialect)
    {
        await using FacadeHost host = await SearchSample.StartAsync(dialect);
        foreach (string path in (string[])["Patient?_sort=_id&_count=2", "_history?_count=3", "Patient/pat2/$everything", "Patient/pat2/Observation", "?_type=Patient"])
        {
            Answer now = await host.GetAsync(path);
            JsonElement entry = await FinishAsync(host, "GET", path, null);
            Assert.Equal("200", entry.GetProperty("response").GetProperty("status").GetString());
            JsonElement later = entry.GetProperty("resource");
            Assert.Equal(now.Json.GetProperty("type").GetString(), later.GetProperty("type").GetString());
            Assert.Equal(
                now.Entries.Select(one => one.GetProperty("fullUrl").GetString()),
                later.GetProperty("entry").EnumerateArray().Select(one => one.GetProperty("fullUrl").GetString()));
        }

        JsonElement batch = await FinishAsync(host, "POST", "", """
            {"resourceType":"Bundle","type":"batch","entry":[
             {"resource":{"resourceType":"Patient","id":"later"},"request":{"method":"PUT","url":"Patient/later"}},
             {"request":{"method":"GET","url":"Patient/nobody"}}]}
            """);
        JsonElement[] entries = [.. batch.GetProperty("resource").GetProperty("entry").EnumerateArray()];
        Assert.Equal(["201", "404"], entries.Select(one => one.GetProperty("response").GetProperty("status").GetString()));
        Assert.Equal(200, (await host.GetAsync("Patient/later")).Status);
    }

    [Theory, BothStores]
    public async Task WhatFails_IsAnOutcomeInTheBundle_AndATransactionThatFailsLeavesNothing(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);

        JsonElement refused = await FinishAsync(host, "POST", "", """
            {"resourceType":"Bundle","type":"transaction","entry":[
             {"resource":{"resourceType":"Patient","id":"a"},"request":{"method":"PUT","url":"Patient/a"}},
             {"resource":{"resourceType":"Patient","id":"b","gender":"nonsense"},"request":{"method":"PUT","url":"Patient/b"}}]}
            """);

        Assert.Equal("422", refused.GetProperty("response").GetProperty("status").GetString());
        Assert.Equal("OperationOutcome", refused.GetProperty("response").GetProperty("outcome").GetProperty("resourceType").GetString());
        Assert.Equal(404, (await host.GetAsync("Patient/a")).Status);
        string status = await StartAsync(host, "GET", "Patient?gender=male", null);
        await WaitAsync(host, status);
        Answer xml = await host.GetAsync(status, ("Accept", "application/fhir+xml"));
        Assert.StartsWith("application/fhir+xml", xml.ContentType, StringComparison.Ordinal);
        Assert.Contains("<type value=\"batch-response\"", xml.Text, StringComparison.Ordinal);
        Answer bad = await host.PostAsync("", """{"resourceType":"Bundle","type":"collection"}""", s_later);
        bad.ShouldFail(400, "value");
    }

    [Theory, BothStores]
    public async Task GivenUp_ItIsGone_AndWhatCannotBeAnsweredLaterIsAnsweredAtOnce(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        string status = await StartAsync(host, "GET", "Patient?gender=male", null);

        Assert.Equal(202, (await host.DeleteAsync(status)).Status);

        (await host.GetAsync(status)).ShouldFail(404, "not-found");
        (await host.DeleteAsync(status)).ShouldFail(404, "not-found");
        Assert.Equal(200, (await host.GetAsync("metadata", s_later)).Status);
        Assert.Equal(201, (await host.PutAsync("Patient/p", """{"resourceType":"Patient","id":"p"}""", s_later)).Status);
    }

    [Theory, BothStores]
    public async Task ToAnotherCaller_ItDoesNotExist(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        string status = await StartAsync(host, "GET", "Patient?gender=male", null);
        await ExecuteAsync(host, "UPDATE later_request SET owner = 'Member:somebody'");

        (await host.GetAsync(status)).ShouldFail(404, "not-found");
        (await host.DeleteAsync(status)).ShouldFail(404, "not-found");
    }

    [Theory, BothStores]
    public async Task AfterItsProcessDied_ARequestThatHadDoneNothingRunsAgain_AndOneThatHadSaysSo(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        string transaction = """{"resourceType":"Bundle","type":"transaction","entry":[{"resource":{"resourceType":"Patient","id":"p"},"request":{"method":"PUT","url":"Patient/p"}}]}""";

        // As a crash before the commit leaves it.
        await InsertAsync(host, "lost", kind: 1, writes: 0, transaction);
        JsonElement again = await WaitAsync(host, "$async-status/lost");
        Assert.Equal("200", again.GetProperty("response").GetProperty("status").GetString());
        Assert.Equal("W/\"1\"", (await host.GetAsync("Patient/p")).ETag);

        // As a crash after the commit leaves it: it does not run a second time.
        await InsertAsync(host, "stored", kind: 1, writes: 1, transaction.Replace("\"p\"", "\"q\"", StringComparison.Ordinal));
        JsonElement stored = await WaitAsync(host, "$async-status/stored");
        Assert.Equal("incomplete", stored.GetProperty("response").GetProperty("outcome").GetProperty("issue")[0].GetProperty("code").GetString());
        Assert.Equal("200", stored.GetProperty("response").GetProperty("status").GetString());
        Assert.Equal(404, (await host.GetAsync("Patient/q")).Status);

        await InsertAsync(host, "half", kind: 2, writes: 3, transaction);
        Assert.Equal("500", (await WaitAsync(host, "$async-status/half")).GetProperty("response").GetProperty("status").GetString());
    }

    [Theory, BothStores]
    public async Task AProcessThatLostARequest_CannotCommitForIt(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        RecordStore store = host.Services.GetRequiredService<RecordStore>();
        await InsertAsync(host, "taken", kind: 1, writes: 0, "{}");
        Later.LaterWork.Current = new Later.LaterWork("taken", "somebody else");
        try
        {
            await Assert.ThrowsAsync<Consortium.FhirFacade.Rest.FhirException>(() => store.TransactAsync(unit => unit.ApplyAsync([Tests.Store.StoreHarness.Put("""{"resourceType":"Patient","id":"p"}""")])));
        }
        finally
        {
            Later.LaterWork.Current = null;
        }

        Assert.Equal(404, (await host.GetAsync("Patient/p")).Status);
    }

    [Theory, BothStores]
    public async Task AfterADay_ItIsForgotten(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        string status = await StartAsync(host, "GET", "Patient?gender=male", null);
        await WaitAsync(host, status);
        await ExecuteAsync(host, "UPDATE later_request SET created_at = created_at - 86400001");

        (await host.GetAsync(status)).ShouldFail(404, "not-found");
        await StartAsync(host, "GET", "Patient?gender=female", null);
        await using DbConnection connection = await host.Services.GetRequiredService<Database>().ConnectAsync();
        Assert.Equal(1, await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM later_request"));
    }

    private static async Task<JsonElement> FinishAsync(FacadeHost host, string method, string path, string? body) => await WaitAsync(host, await StartAsync(host, method, path, body));

    private static async Task<string> StartAsync(FacadeHost host, string method, string path, string? body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), $"{host.Base}/{path}".TrimEnd('/'));
        request.Headers.Add("Prefer", "respond-async");
        if (body is not null) request.Content = new StringContent(body, System.Text.Encoding.UTF8, "application/fhir+json");
        using HttpResponseMessage answer = await host.Client.SendAsync(request);
        Assert.True((int)answer.StatusCode == 202, await answer.Content.ReadAsStringAsync());
        string place = answer.Content.Headers.ContentLocation!.OriginalString;
        Assert.StartsWith(host.Base + "/$async-status/", place, StringComparison.Ordinal);
        return place;
    }

    private static async Task<JsonElement> WaitAsync(FacadeHost host, string status)
    {
        for (int i = 0; i < 600; i++)
        {
            Answer answer = await host.GetAsync(status);
            if (answer.Status == 200)
            {
                Assert.Equal("batch-response", answer.Json.GetProperty("type").GetString());
                return Assert.Single(answer.Entries);
            }

            Assert.Equal(202, answer.Status);
            await Task.Delay(50);
        }

        throw new TimeoutException("It was not finished.");
    }

    private static async Task InsertAsync(FacadeHost host, string id, int kind, int writes, string body)
    {
        byte[] kept = JsonSerializer.SerializeToUtf8Bytes(new Later.KeptRequest(
            "POST", [], [], System.Text.Encoding.UTF8.GetBytes(body), 0, "application/fhir+json", null, null, null, null, false, 0));
        await using DbConnection connection = await host.Services.GetRequiredService<Database>().ConnectAsync();
        await connection.ExecuteAsync(
            "INSERT INTO later_request (id, owner, kind, state, writes, runner, leased_until, created_at, request) VALUES (@id, 'LocalUser:', @kind, 0, @writes, 'dead', 0, @now, @kept)",
            new { id, kind = (long)kind, writes = (long)writes, now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), kept });
    }

    private static async Task ExecuteAsync(FacadeHost host, string sql)
    {
        await using DbConnection connection = await host.Services.GetRequiredService<Database>().ConnectAsync();
        await connection.ExecuteAsync(sql);
    }
}
