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
        Assert.Equal([host.Base + "/Patient/new", host.Base + "/Patient/new", null], answer.Entries.Select(entry => entry.TryGetProperty("fullUrl", out JsonElement url) ? url.GetString() : null));
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

        Assert.Contains("Bundle.entry[500]", (await host.PostAsync("", Bundle(entries))).ShouldFail(412, "conflict").Text, StringComparison.Ordinal);

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
        (await host.PostAsync("", Bundle("""{"request":{"method":"PATCH","url":"Patient/a"}}"""))).ShouldFail(400, "required");
        (await host.PostAsync("", Bundle("""{"request":{"method":"BREW","url":"Patient/a"}}"""))).ShouldFail(400, "code-invalid");
        (await host.PostAsync("", Bundle("""{"request":{"method":"DELETE","url":"http://other.example/fhir/Patient/a"}}"""))).ShouldFail(400, "value");
        (await host.PostAsync("", Bundle("""{"request":{"method":"DELETE","url":"Patient"}}"""))).ShouldFail(400, "required");
        (await host.PostAsync("", Bundle("""{"request":{"method":"POST","url":"Patient"}}"""))).ShouldFail(400, "required");
        (await host.PostAsync("", Bundle(Post("urn:uuid:1", """{"resourceType":"Patient","active":true}"""), Post("urn:uuid:1", """{"resourceType":"Patient","active":true}""")))).ShouldFail(400, "duplicate");
        (await host.PostAsync("", Bundle("""{"request":{"method":"POST","url":"Nothing"},"resource":{"resourceType":"Patient"}}"""))).ShouldFail(400, "not-supported");
        (await host.PostAsync("", """{"resourceType":"Bundle","type":"collection"}""")).ShouldFail(400, "value");
        (await host.PostAsync("", """{"resourceType":"Patient"}""")).ShouldFail(400, "invalid");
    }

    [Theory, BothStores]
    public async Task Patches_OfBothKinds_ConditionalOnesToo(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        foreach (string id in new[] { "a", "b", "c" }) await host.PutAsync($"Patient/{id}", "{\"resourceType\":\"Patient\",\"id\":\"" + id + "\",\"identifier\":[{\"value\":\"" + id + "\"}],\"gender\":\"male\"}");
        string json = Convert.ToBase64String("""[{"op":"replace","path":"/gender","value":"female"}]"""u8), failing = Convert.ToBase64String("""[{"op":"test","path":"/gender","value":"x"}]"""u8);
        const string parameters = """{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"add"},{"name":"path","valueString":"Patient"},{"name":"name","valueString":"generalPractitioner"},{"name":"value","valueReference":{"reference":"urn:uuid:0b0f9d3e-0c6a-4a60-9d6a-8e27e5f2a009"}}]}]}""";
        string Binary(string patch, string url) => "{\"request\":{\"method\":\"PATCH\",\"url\":\"" + url + "\"},\"resource\":{\"resourceType\":\"Binary\",\"contentType\":\"application/json-patch+json\",\"data\":\"" + patch + "\"}}";

        Answer answer = await host.PostAsync("", Bundle(
            Binary(json, "Patient/a"), Binary(json, "Patient?identifier=b"), "{\"request\":{\"method\":\"PATCH\",\"url\":\"Patient/c\",\"ifMatch\":\"W/\\\"1\\\"\"},\"resource\":" + parameters + "}",
            Post("urn:uuid:0b0f9d3e-0c6a-4a60-9d6a-8e27e5f2a009", """{"resourceType":"Practitioner","active":true}""")));

        Assert.Equal(["200", "200", "200", "201"], Statuses(answer));
        Assert.Equal("female", (await host.GetAsync("Patient/b")).Json.GetProperty("gender").GetString());
        Assert.StartsWith("Practitioner/", (await host.GetAsync("Patient/c")).Json.GetProperty("generalPractitioner")[0].GetProperty("reference").GetString(), StringComparison.Ordinal);
        Answer failed = (await host.PostAsync("", Bundle(Binary(json, "Patient/c"), Binary(failing, "Patient/a")))).ShouldFail(422, "processing");
        Assert.Contains("Bundle.entry[1]", failed.Text, StringComparison.Ordinal);
        Assert.Equal("W/\"2\"", (await host.GetAsync("Patient/c")).ETag);
        (await host.PostAsync("", Bundle(Binary(json, "Patient/none")))).ShouldFail(404, "not-found");
        (await host.PostAsync("", Bundle(Binary(json, "Patient/a"), Binary(json, "Patient?identifier=a")))).ShouldFail(400, "duplicate");
    }

    [Theory, BothStores]
    public async Task ConditionalUpdateAndDelete_AreDecidedInside(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Patient/a", """{"resourceType":"Patient","id":"a","identifier":[{"value":"1"}]}""");
        await host.PutAsync("Patient/b", """{"resourceType":"Patient","id":"b","identifier":[{"value":"2"}]}""");

        Answer answer = await host.PostAsync("", Bundle(
            """{"fullUrl":"urn:uuid:0b0f9d3e-0c6a-4a60-9d6a-8e27e5f2a002","request":{"method":"PUT","url":"Patient?identifier=1"},"resource":{"resourceType":"Patient","identifier":[{"value":"1"}],"active":true}}""",
            """{"request":{"method":"DELETE","url":"Patient?identifier=2"}}""",
            """{"request":{"method":"DELETE","url":"Patient?identifier=3"}}""",
            """{"request":{"method":"POST","url":"Patient","ifNoneExist":"identifier=2"},"resource":{"resourceType":"Patient","identifier":[{"value":"2"}]}}""",
            Post("urn:uuid:0b0f9d3e-0c6a-4a60-9d6a-8e27e5f2a001", """{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"urn:uuid:0b0f9d3e-0c6a-4a60-9d6a-8e27e5f2a002"}}""")));

        Assert.Equal(["200", "204", "204", "201", "201"], Statuses(answer)); // deletions come first, so the create finds none
        Assert.Equal("W/\"2\"", (await host.GetAsync("Patient/a")).ETag);
        Assert.Single((await host.GetAsync("Observation?patient=a")).Matches);
        (await host.PostAsync("", Bundle("""{"request":{"method":"PUT","url":"Patient?identifier=1"},"resource":{"resourceType":"Patient","id":"other","identifier":[{"value":"1"}]}}"""))).ShouldFail(400, "invalid");
        (await host.PostAsync("", Bundle("""{"request":{"method":"DELETE","url":"Patient/a"}}""", """{"request":{"method":"DELETE","url":"Patient?identifier=1"}}"""))).ShouldFail(400, "duplicate");
        (await host.PostAsync("", Bundle("""{"request":{"method":"DELETE","url":"Patient?nickname=1"}}"""))).ShouldFail(400, "not-supported");
    }

    [Theory, BothStores]
    public async Task ConditionalReference_FindsWhatTheTransactionWrites_AndVersionsAreThoseGiven(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Patient/old", """{"resourceType":"Patient","id":"old","active":true}""");

        Answer answer = await host.PostAsync("", Bundle(
            Post("urn:uuid:0b0f9d3e-0c6a-4a60-9d6a-8e27e5f2a001", """{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Patient?identifier=urn:mrn|new"}}"""),
            Post("urn:uuid:0b0f9d3e-0c6a-4a60-9d6a-8e27e5f2a002", """{"resourceType":"Patient","identifier":[{"system":"urn:mrn","value":"new"}]}"""),
            """{"fullUrl":"http://other.example/fhir/Patient/old","request":{"method":"PUT","url":"Patient/old"},"resource":{"resourceType":"Patient","id":"old","meta":{"versionId":"7"},"active":false}}""",
            """{"fullUrl":"http://other.example/fhir/Provenance/x","request":{"method":"POST","url":"Provenance"},"resource":{"resourceType":"Provenance","recorded":"2026-01-01T00:00:00Z","agent":[{"who":{"display":"x"}}],"target":[{"reference":"Patient/old/_history/7"},{"reference":"http://other.example/fhir/Patient/old/_history/3"},{"reference":"http://other.example/fhir/Patient/old"},{"reference":"urn:uuid:0b0f9d3e-0c6a-4a60-9d6a-8e27e5f2a001"}]}}"""));

        Assert.Equal(["201", "201", "200", "201"], Statuses(answer));
        string patient = "Patient/" + answer.Entries[1].GetProperty("resource").GetProperty("id").GetString();
        Assert.Equal(patient, answer.Entries[0].GetProperty("resource").GetProperty("subject").GetProperty("reference").GetString());
        Assert.Equal(
            ["Patient/old/_history/2", "Patient/old/_history/3", "Patient/old", "Observation/" + answer.Entries[0].GetProperty("resource").GetProperty("id").GetString()],
            answer.Entries[3].GetProperty("resource").GetProperty("target").EnumerateArray().Select(target => target.GetProperty("reference").GetString()));
    }

    [Theory, BothStores]
    public async Task References_AreRewrittenByTheBaseOfTheirEntry_AndOnlyWhereTheyAreReferences(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);

        Answer answer = await host.PostAsync("", Bundle(
            """{"fullUrl":"http://other.example/fhir/Patient/1","request":{"method":"POST","url":"Patient"},"resource":{"resourceType":"Patient","identifier":[{"system":"http://other.example/fhir/Patient/1","value":"http://other.example/fhir/Patient/1"}]}}""",
            """{"fullUrl":"http://other.example/fhir/Observation/1","request":{"method":"POST","url":"Observation"},"resource":{"resourceType":"Observation","status":"final","code":{"text":"Patient/1"},"subject":{"reference":"Patient/1","display":"http://other.example/fhir/Patient/1"},"focus":[{"reference":"#c"}],"contained":[{"resourceType":"Basic","id":"c","code":{"text":"x"},"subject":{"reference":"http://other.example/fhir/Patient/1"}}],"extension":[{"url":"http://other.example/fhir/Patient/1","valueCanonical":"http://other.example/fhir/Patient/1"}]}}""",
            """{"fullUrl":"http://third.example/fhir/Observation/2","request":{"method":"POST","url":"Observation"},"resource":{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/1"}}}"""));

        Assert.Equal(["201", "201", "201"], Statuses(answer));
        string patient = "Patient/" + answer.Entries[0].GetProperty("resource").GetProperty("id").GetString();
        JsonElement one = answer.Entries[1].GetProperty("resource"), two = answer.Entries[2].GetProperty("resource");
        Assert.Equal(patient, one.GetProperty("subject").GetProperty("reference").GetString());
        Assert.Equal(patient, one.GetProperty("contained")[0].GetProperty("subject").GetProperty("reference").GetString());
        Assert.Equal("#c", one.GetProperty("focus")[0].GetProperty("reference").GetString());
        Assert.Equal("http://other.example/fhir/Patient/1", one.GetProperty("subject").GetProperty("display").GetString());
        Assert.Equal("http://other.example/fhir/Patient/1", one.GetProperty("extension")[0].GetProperty("url").GetString());
        Assert.Equal("http://other.example/fhir/Patient/1", one.GetProperty("extension")[0].GetProperty("valueCanonical").GetString()); // no uri
        Assert.Equal("Patient/1", two.GetProperty("subject").GetProperty("reference").GetString()); // another base, another patient
        Assert.Equal("http://other.example/fhir/Patient/1", answer.Entries[0].GetProperty("resource").GetProperty("identifier")[0].GetProperty("value").GetString());
    }

    [Theory, BothStores]
    public async Task SearchesAndHistories_SeeTheResult_AndHeadHasNoBody(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);

        Answer answer = await host.PostAsync("", Bundle(
            """{"request":{"method":"GET","url":"Patient?identifier=1"}}""",
            """{"request":{"method":"HEAD","url":"Patient/a"}}""",
            """{"request":{"method":"GET","url":"Patient/a/_history/1"}}""",
            """{"request":{"method":"GET","url":"Patient/none/_history"}}""",
            """{"request":{"method":"PUT","url":"Patient/a"},"resource":{"resourceType":"Patient","id":"a","identifier":[{"value":"1"}]}}"""));

        Assert.Equal(["200", "200", "200", "404", "201"], Statuses(answer));
        Assert.Equal(1, answer.Entries[0].GetProperty("resource").GetProperty("total").GetInt32());
        Assert.False(answer.Entries[1].TryGetProperty("resource", out _));
        Assert.Equal("W/\"1\"", answer.Entries[1].GetProperty("response").GetProperty("etag").GetString());
        Assert.Equal("OperationOutcome", answer.Entries[3].GetProperty("response").GetProperty("outcome").GetProperty("resourceType").GetString());
        (await host.PostAsync("", Bundle("""{"request":{"method":"PUT","url":"Patient/b"},"resource":{"resourceType":"Patient","id":"b","active":true}}""", """{"request":{"method":"GET","url":"Patient/none"}}"""))).ShouldFail(404, "not-found");
        Assert.Equal(404, (await host.GetAsync("Patient/b")).Status);
    }

    [Theory, BothStores]
    public async Task Prefer_DecidesWhatEntriesAnswer_AndXmlGoesBothWays(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        string bundle = Bundle("""{"request":{"method":"PUT","url":"Patient/a"},"resource":{"resourceType":"Patient","id":"a","active":true}}""");

        Answer minimal = await host.PostAsync("", bundle, ("Prefer", "return=minimal"));
        Answer outcome = await host.PostAsync("", bundle, ("Prefer", "return=OperationOutcome"));
        string xml = System.Text.Encoding.UTF8.GetString(Consortium.Fhir.FhirDocument.Parse(System.Text.Encoding.UTF8.GetBytes(bundle.Replace("true", "false", StringComparison.Ordinal))).ToXml());
        Answer asXml = await host.PostAsync("", xml, ("Content-Type", "application/fhir+xml"), ("Accept", "application/fhir+xml"));

        Assert.False(minimal.Entries[0].TryGetProperty("resource", out _));
        Assert.NotNull(minimal.Entries[0].GetProperty("response").GetProperty("lastModified").GetString());
        Assert.Equal("OperationOutcome", outcome.Entries[0].GetProperty("response").GetProperty("outcome").GetProperty("resourceType").GetString());
        Assert.Contains("<etag value=\"W/&quot;2&quot;\"", asXml.Text, StringComparison.Ordinal);
        Assert.Contains("<type value=\"transaction-response\"", asXml.Text, StringComparison.Ordinal);
    }

    [Theory, BothStores]
    public async Task ManyAtOnce_OverTheSameResourcesInAnyOrder_AllEndAndLoseNothing(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        string[] ids = [.. Enumerable.Range(0, 6).Select(i => $"p{i}")];
        foreach (string id in ids) await host.PutAsync($"Patient/{id}", "{\"resourceType\":\"Patient\",\"id\":\"" + id + "\",\"name\":[{\"text\":\"x\"}]}");

        Answer[] answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(writer =>
        {
            var random = new Random(writer);
            return host.PostAsync("", Bundle([.. ids.OrderBy(_ => random.Next()).Select(id =>
                "{\"request\":{\"method\":\"PATCH\",\"url\":\"Patient/" + id + "\"},\"resource\":{\"resourceType\":\"Binary\",\"contentType\":\"application/json-patch+json\",\"data\":\""
                + Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes("[{\"op\":\"add\",\"path\":\"/name/-\",\"value\":{\"text\":\"" + writer + "\"}}]")) + "\"}}")]));
        }));

        Assert.All(answers, answer => Assert.Equal(200, answer.Status));
        foreach (string id in ids) Assert.Equal(17, (await host.GetAsync($"Patient/{id}")).Json.GetProperty("name").GetArrayLength());
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
            """{"request":{"method":"POST","url":""},"resource":{"resourceType":"Bundle","type":"batch"}}""",
            """{"request":{"method":"PATCH","url":"Patient/a"},"resource":{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"add"},{"name":"path","valueString":"Patient"},{"name":"name","valueString":"active"},{"name":"value","valueBoolean":true}]}]}}""",
            """{"request":{"method":"PUT","url":"Patient?identifier=1","ifMatch":"W/\"9\""},"resource":{"resourceType":"Patient","identifier":[{"value":"1"}]}}""",
            """{"request":{"method":"HEAD","url":"Patient/a"}}""",
            """{"request":{"method":"DELETE","url":"Patient?identifier=9"}}""").Replace("\"transaction\"", "\"batch\"", StringComparison.Ordinal));

        Assert.Equal("batch-response", answer.Json.GetProperty("type").GetString());
        Assert.Equal(["404", "201", "422", "200", "400", "200", "412", "200", "204"], Statuses(answer));
        Assert.False(answer.Entries[7].TryGetProperty("resource", out _));
        Assert.Equal("OperationOutcome", answer.Entries[0].GetProperty("response").GetProperty("outcome").GetProperty("resourceType").GetString());
        Assert.Equal(1, answer.Entries[3].GetProperty("resource").GetProperty("total").GetInt32());
    }

    private static string Bundle(params string[] entries) => "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[" + string.Join(",", entries) + "]}";

    private static string Post(string fullUrl, string resource) =>
        "{\"fullUrl\":\"" + fullUrl + "\",\"request\":{\"method\":\"POST\",\"url\":\"" + JsonSerializer.Deserialize<JsonElement>(resource).GetProperty("resourceType").GetString() + "\"},\"resource\":" + resource + "}";

    private static IEnumerable<string?> Statuses(Answer answer) => answer.Entries.Select(entry => entry.GetProperty("response").GetProperty("status").GetString());
}
