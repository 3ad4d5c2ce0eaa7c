using System.Text.Json;
using Consortium.Integrity;
using Consortium.Messaging;
using Consortium.Storage;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace Consortium.FhirFacade.Tests.Rest;

/// <summary>FHIR R4 http.html#transaction, transactions.</summary>
public sealed class TransactionTests
{
    [Theory, BothStores]
    public async Task UrnReferences_BecomeTheIdsThatWereGiven_AlsoInNarrativeAndUri(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);

        Answer answer = await host.PostAsync("", Bundle(
            Post("urn:uuid:0b0f9d3e-0c6a-4a60-9d6a-8e27e5f2a001", """
                {"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"urn:uuid:0b0f9d3e-0c6a-4a60-9d6a-8e27e5f2a002"},
                 "text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><a href=\"urn:uuid:0b0f9d3e-0c6a-4a60-9d6a-8e27e5f2a002\">中</a></div>"},
                 "extension":[{"url":"http://x.example/e","valueUri":"urn:uuid:0b0f9d3e-0c6a-4a60-9d6a-8e27e5f2a002"}],
                 "identifier":[{"value":"urn:uuid:0b0f9d3e-0c6a-4a60-9d6a-8e27e5f2a002"}]}
                """),
            Post("urn:uuid:0b0f9d3e-0c6a-4a60-9d6a-8e27e5f2a002", """{"resourceType":"Patient","gender":"male"}""")));

        Assert.Equal(200, answer.Status);
        Assert.Equal("transaction-response", answer.Json.GetProperty("type").GetString());
        Assert.Equal(["201", "201"], Statuses(answer));
        string patient = "Patient/" + answer.Entries[1].GetProperty("resource").GetProperty("id").GetString();
        JsonElement observation = (await host.GetAsync(answer.Entries[0].GetProperty("response").GetProperty("location").GetString()!)).Json;
        Assert.Equal(patient, observation.GetProperty("subject").GetProperty("reference").GetString());
        Assert.Equal(patient, observation.GetProperty("extension")[0].GetProperty("valueUri").GetString());
        Assert.Contains($"<a href=\"{patient}\">中</a>", observation.GetProperty("text").GetProperty("div").GetString(), StringComparison.Ordinal);
        Assert.StartsWith("urn:uuid:", observation.GetProperty("identifier")[0].GetProperty("value").GetString(), StringComparison.Ordinal);
        Assert.Single((await host.GetAsync($"Observation?patient={patient}")).Matches);
    }

    [Theory, BothStores]
    public async Task AllVerbs_HappenInTheirOrder_AndReadsSeeTheResult(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Patient/gone", """{"resourceType":"Patient","id":"gone","active":true}""");

        Answer answer = await host.PostAsync("", Bundle(
            """{"request":{"method":"GET","url":"Patient/new"}}""",
            """{"request":{"method":"PUT","url":"Patient/new"},"resource":{"resourceType":"Patient","id":"new","active":true}}""",
            """{"request":{"method":"DELETE","url":"Patient/gone"}}"""));

        Assert.Equal(["200", "201", "204"], Statuses(answer));
        Assert.Equal("new", answer.Entries[0].GetProperty("resource").GetProperty("id").GetString());
        Assert.Equal("W/\"1\"", answer.Entries[1].GetProperty("response").GetProperty("etag").GetString());
        Assert.Equal(410, (await host.GetAsync("Patient/gone")).Status);
    }

    [Theory, BothStores]
    public async Task OneBadEntryOfMany_LeavesNothing_AndIsNamed(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Patient/p", """{"resourceType":"Patient","id":"p","active":true}""");
        string[] entries = [.. Enumerable.Range(0, 1000).Select(i => "{\"request\":{\"method\":\"PUT\",\"url\":\"Patient/p" + i + "\"},\"resource\":{\"resourceType\":\"Patient\",\"id\":\"p" + i + "\",\"active\":true}}")];
        entries[500] = """{"request":{"method":"PUT","url":"Patient/p","ifMatch":"W/\"9\""},"resource":{"resourceType":"Patient","id":"p","active":false}}""";

        (await host.PostAsync("", Bundle(entries))).ShouldFail(412, "conflict");

        entries[500] = """{"request":{"method":"POST","url":"Patient"},"resource":{"resourceType":"Patient","gender":"unheard-of"}}""";
        Answer invalid = (await host.PostAsync("", Bundle(entries))).ShouldFail(422, "code-invalid");
        Assert.Contains("Bundle.entry[500].resource.gender", invalid.Text, StringComparison.Ordinal);
        Assert.Equal(1, (await host.GetAsync("Patient?_count=0")).Json.GetProperty("total").GetInt32());
        await using System.Data.Common.DbConnection connection = await host.Services.GetRequiredService<Database>().ConnectAsync();
        Assert.Equal(1, await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM outbox_facade"));

        entries[500] = entries[501].Replace("p501", "q", StringComparison.Ordinal);
        Answer good = await host.PostAsync("", Bundle(entries));
        Assert.All(Statuses(good), status => Assert.Equal("201", status));
        byte[] message = await connection.QuerySingleAsync<byte[]>("SELECT body FROM outbox_facade ORDER BY seq DESC LIMIT 1");
        Assert.Equal(1000, IndexEntry.Unpack(JsonSerializer.Deserialize<RecordCommitted>(message)!.Entries).Length); // one message for all
    }

    [Theory, BothStores]
    public async Task ConditionalCreateAndConditionalReference_AreResolvedInside(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Patient/p", """{"resourceType":"Patient","id":"p","identifier":[{"system":"urn:mrn","value":"7"}]}""");

        Answer answer = await host.PostAsync("", Bundle(
            """{"fullUrl":"urn:uuid:0b0f9d3e-0c6a-4a60-9d6a-8e27e5f2a002","request":{"method":"POST","url":"Patient","ifNoneExist":"identifier=urn:mrn|7"},"resource":{"resourceType":"Patient","active":true}}""",
            Post("urn:uuid:0b0f9d3e-0c6a-4a60-9d6a-8e27e5f2a001", """{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"urn:uuid:0b0f9d3e-0c6a-4a60-9d6a-8e27e5f2a002"}}"""),
            Post("urn:uuid:0b0f9d3e-0c6a-4a60-9d6a-8e27e5f2a003", """{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Patient?identifier=urn:mrn|7"}}""")));

        Assert.Equal(["200", "201", "201"], Statuses(answer));
        Assert.Equal(2, (await host.GetAsync("Observation?patient=p")).Matches.Length);
        (await host.PostAsync("", Bundle(Post("urn:uuid:0b0f9d3e-0c6a-4a60-9d6a-8e27e5f2a004",
            """{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Patient?identifier=urn:mrn|8"}}""")))).ShouldFail(412, "not-found");
        (await host.PostAsync("", Bundle(Post("urn:uuid:0b0f9d3e-0c6a-4a60-9d6a-8e27e5f2a004",
            """{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"urn:uuid:0b0f9d3e-0c6a-4a60-9d6a-8e27e5f2aaaa"}}""")))).ShouldFail(400, "not-found");
    }

    [Theory, BothStores]
    public async Task WhatCannotBeMeant_Is400(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        const string put = """{"request":{"method":"PUT","url":"Patient/a"},"resource":{"resourceType":"Patient","id":"a","active":true}}""";

        (await host.PostAsync("", Bundle(put, """{"request":{"method":"DELETE","url":"Patient/a"}}"""))).ShouldFail(400, "duplicate");
        (await host.PostAsync("", Bundle("""{"resource":{"resourceType":"Patient"}}"""))).ShouldFail(400, "required");
        (await host.PostAsync("", Bundle("""{"request":{"method":"PATCH","url":"Patient/a"}}"""))).ShouldFail(400, "not-supported");
        (await host.PostAsync("", Bundle("""{"request":{"method":"POST","url":"Nothing"},"resource":{"resourceType":"Patient"}}"""))).ShouldFail(400, "not-supported");
        (await host.PostAsync("", """{"resourceType":"Bundle","type":"collection"}""")).ShouldFail(400, "value");
        (await host.PostAsync("", """{"resourceType":"Patient"}""")).ShouldFail(400, "invalid");
    }

    [Theory, BothStores]
    public async Task MoreEntriesThanTheLimit_Is413(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect, options => options with { MaxBundleEntries = 2 });

        (await host.PostAsync("", Bundle([.. Enumerable.Repeat("""{"request":{"method":"GET","url":"Patient/a"}}""", 3)]))).ShouldFail(413, "too-long");
    }

    [Theory, BothStores]
    public async Task Batch_EntriesStandByThemselves(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);

        Answer answer = await host.PostAsync("", Bundle(
            """{"request":{"method":"GET","url":"Patient/none"}}""",
            """{"request":{"method":"PUT","url":"Patient/a"},"resource":{"resourceType":"Patient","id":"a","identifier":[{"value":"1"}]}}""",
            """{"request":{"method":"POST","url":"Patient"},"resource":{"resourceType":"Patient","gender":"unheard-of"}}""",
            """{"request":{"method":"GET","url":"Patient?identifier=1"}}""",
            """{"request":{"method":"POST","url":""},"resource":{"resourceType":"Bundle","type":"batch"}}""").Replace("\"transaction\"", "\"batch\"", StringComparison.Ordinal));

        Assert.Equal("batch-response", answer.Json.GetProperty("type").GetString());
        Assert.Equal(["404", "201", "422", "200", "400"], Statuses(answer));
        Assert.Equal("OperationOutcome", answer.Entries[0].GetProperty("response").GetProperty("outcome").GetProperty("resourceType").GetString());
        Assert.Equal(1, answer.Entries[3].GetProperty("resource").GetProperty("total").GetInt32());
    }

    private static string Bundle(params string[] entries) => "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[" + string.Join(",", entries) + "]}";

    private static string Post(string fullUrl, string resource) =>
        "{\"fullUrl\":\"" + fullUrl + "\",\"request\":{\"method\":\"POST\",\"url\":\"" + JsonSerializer.Deserialize<JsonElement>(resource).GetProperty("resourceType").GetString() + "\"},\"resource\":" + resource + "}";

    private static IEnumerable<string?> Statuses(Answer answer) => answer.Entries.Select(entry => entry.GetProperty("response").GetProperty("status").GetString());
}
