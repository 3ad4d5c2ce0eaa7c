using System.Data.Common;
using System.Text.Json;
using System.Text.Json.Nodes;
using Consortium.FhirFacade.Tests.Rest;
using Consortium.Storage;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace Consortium.FhirFacade.Tests.Search;

/// <summary>Search parameters of the site's own (FHIR R4 searchparameter.html; decision 0216).</summary>
public sealed class CustomParameterTests
{
    private const string Eye = "Patient.extension('http://site.org/eye').value";

    [Theory, BothStores]
    public async Task Parameter_IsSearchable_WhenEveryResourceIsIndexed_AndNotBefore(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect, indexes: false);
        await SearchSample.PutAsync(host, Patient("a", "blue"), Patient("b", "brown"), """{"resourceType":"Observation","id":"o","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/a"}}""");
        await host.DeleteAsync("Patient/gone");

        Assert.Equal(201, (await host.PutAsync("SearchParameter/eye", Parameter("eye", "eye-color", "token", Eye))).Status);

        foreach (string query in new[] { "Patient?eye-color=blue", "Patient?eye-color:missing=true", "Patient?_sort=eye-color", "Observation?patient.eye-color=blue", "Patient?eye-color:not=blue", "Patient?eye-color:text=blue", "Patient?_filter=eye-color+eq+blue", "Patient?_summary=count&eye-color=x" })
        {
            (await host.GetAsync(query)).ShouldFail(503, "incomplete");
        }

        (await host.PutAsync("Patient?eye-color=blue", Patient("a", "green"))).ShouldFail(503, "incomplete");
        Assert.DoesNotContain("eye-color", (await host.GetAsync("metadata")).Text, StringComparison.Ordinal);
        Assert.Equal("indexing", await StateAsync(host, "eye"));

        await IndexAsync(host);

        await SearchSample.FindsAsync(host, """
            Patient?eye-color=blue                     a
            Patient?eye-color=brown,blue               a b
            Patient?eye-color:not=blue                 b
            Patient?eye-color:missing=true
            Patient?_sort=-eye-color                   b a
            Observation?patient.eye-color=blue         o
            """);
        Answer status = await host.GetAsync("SearchParameter/eye/$status");
        Assert.Equal(("ready", 2, 2), (status.Parameter("state")!.Value.GetProperty("valueCode").GetString(), Number(status, "indexed"), Number(status, "total")));
        Assert.Contains("\"definition\":\"http://site.org/SearchParameter/eye\"", (await host.GetAsync("metadata")).Text, StringComparison.Ordinal);
        Assert.Single((await host.GetAsync("SearchParameter/$status")).Json.GetProperty("parameter").EnumerateArray());

        await SearchSample.PutAsync(host, Patient("c", "blue"), Patient("b", "blue"));
        await host.DeleteAsync("Patient/a");
        Assert.Equal(["b", "c"], await SearchSample.IdsAsync(host, "Patient?eye-color=blue"));
        Assert.Equal(200, (await host.PutAsync("Patient?eye-color=blue&_id=c", Patient("c", "green"))).Status);
    }

    [Theory, BothStores]
    public async Task ChangedDefinition_IsIndexedAnew_AndADeletedOneLeavesNothing(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect, indexes: false);
        await SearchSample.PutAsync(host, Patient("a", "blue"), """{"resourceType":"Patient","id":"b","gender":"female","extension":[{"url":"http://site.org/hair","valueString":"blue"}]}""");
        await host.PutAsync("SearchParameter/eye", Parameter("eye", "eye-color", "token", Eye));
        await IndexAsync(host);

        string described = Parameter("eye", "eye-color", "token", Eye).Replace("\"status\":\"draft\"", "\"status\":\"active\"", StringComparison.Ordinal);
        Assert.Equal(200, (await host.PutAsync("SearchParameter/eye", described)).Status);
        Assert.Equal(["a"], await SearchSample.IdsAsync(host, "Patient?eye-color=blue"));

        Assert.Equal(200, (await host.PutAsync("SearchParameter/eye", Parameter("eye", "eye-color", "token", "Patient.extension('http://site.org/hair').value"))).Status);
        (await host.GetAsync("Patient?eye-color=blue")).ShouldFail(503, "incomplete");
        await IndexAsync(host);
        Assert.Equal(["b"], await SearchSample.IdsAsync(host, "Patient?eye-color=blue"));
        Assert.Equal(1, await RowsAsync(host));

        await host.PutAsync("SearchParameter/eye", Parameter("eye", "iris", "token", Eye));
        await IndexAsync(host);
        (await host.GetAsync("Patient?eye-color=blue", ("Prefer", "handling=strict"))).ShouldFail(400, "not-supported");
        Assert.Equal(["a"], await SearchSample.IdsAsync(host, "Patient?iris=blue"));

        await host.PutAsync("SearchParameter/eye", Parameter("eye", "iris", "token", Eye).Replace("\"draft\"", "\"retired\"", StringComparison.Ordinal));
        (await host.GetAsync("Patient?iris=blue", ("Prefer", "handling=strict"))).ShouldFail(400, "not-supported");
        await IndexAsync(host);
        Assert.Equal("not-in-force", await StateAsync(host, "eye"));

        await host.PutAsync("SearchParameter/eye", Parameter("eye", "iris", "token", Eye));
        await IndexAsync(host);
        Assert.Equal(204, (await host.DeleteAsync("SearchParameter/eye")).Status);
        (await host.GetAsync("Patient?iris=blue", ("Prefer", "handling=strict"))).ShouldFail(400, "not-supported");
        await IndexAsync(host);
        Assert.Equal(0, await RowsAsync(host));
        Assert.DoesNotContain("iris", (await host.GetAsync("metadata")).Text, StringComparison.Ordinal);
    }

    [Theory, BothStores]
    public async Task EveryKind_CompositesAmongThem(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect, indexes: false);
        await SearchSample.PutAsync(
            host,
            """{"resourceType":"Practitioner","id":"d","name":[{"family":"Zhao"}]}""",
            """{"resourceType":"Observation","id":"o1","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"1"}]},"issued":"2021-03-01T00:00:00Z","note":[{"text":"Sehr gut","authorReference":{"reference":"Practitioner/d"}}],"referenceRange":[{"low":{"value":3,"system":"http://unitsofmeasure.org","code":"g/L"},"text":"adult"},{"low":{"value":1,"system":"http://unitsofmeasure.org","code":"g/L"},"text":"child"}],"extension":[{"url":"http://site.org/n","valueInteger":7},{"url":"http://site.org/u","valueUri":"http://x.org/a"}]}""",
            """{"resourceType":"Observation","id":"o2","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"2"}]},"issued":"2022-03-01T00:00:00Z","extension":[{"url":"http://site.org/n","valueInteger":8}]}""");
        foreach (string parameter in new[]
        {
            Parameter("p1", "issued", "date", "Observation.issued", "Observation"), Parameter("p2", "note", "string", "Observation.note.text", "Observation"),
            Parameter("p3", "noter", "reference", "Observation.note.author.ofType(Reference)", "Observation", ",\"target\":[\"Practitioner\"]"),
            Parameter("p4", "low", "quantity", "Observation.referenceRange.low", "Observation"), Parameter("p5", "count", "number", "Observation.extension('http://site.org/n').value", "Observation"),
            Parameter("p6", "link", "uri", "Observation.extension('http://site.org/u').value", "Observation"), Parameter("p7", "range-text", "string", "Observation.referenceRange.text", "Observation"),
            Parameter("p8", "low-text", "composite", "Observation.referenceRange", "Observation", ",\"component\":[{\"definition\":\"http://site.org/SearchParameter/p7\",\"expression\":\"text\"},{\"definition\":\"http://site.org/SearchParameter/p4\",\"expression\":\"low\"}]"),
            Parameter("p9", "label", "token", "meta.tag.code | Patient.language", "Resource"),
            Parameter("p10", "code-issued", "composite", "Observation", "Observation", ",\"component\":[{\"definition\":\"http://hl7.org/fhir/SearchParameter/clinical-code\",\"expression\":\"code\"},{\"definition\":\"http://site.org/SearchParameter/p1\",\"expression\":\"issued\"}]"),
        })
        {
            string id = JsonNode.Parse(parameter)!["id"]!.GetValue<string>();
            Answer stored = await host.PutAsync($"SearchParameter/{id}", parameter);
            Assert.True(stored.Status == 201, stored.Text);
        }

        await IndexAsync(host);
        await SearchSample.PutAsync(host, """{"resourceType":"Observation","id":"o3","meta":{"tag":[{"code":"T"}]},"status":"final","code":{"coding":[{"system":"http://loinc.org","code":"2"}]},"issued":"2021-03-01T00:00:00Z"}""");

        await SearchSample.FindsAsync(host, """
            Observation?issued=2021                                          o1 o3
            Observation?issued=ge2021-01&issued=lt2021-06                    o1 o3
            Observation?note=sehr                                            o1
            Observation?note:contains=gut                                    o1
            Observation?noter=Practitioner/d                                 o1
            Observation?noter.name=zhao                                      o1
            Practitioner?_has:Observation:noter:count=7                      d
            Observation?low=lt2|http://unitsofmeasure.org|g/L                o1
            Observation?low=3000|http://unitsofmeasure.org|mg/L              o1
            Observation?count=gt7                                            o2
            Observation?link:below=http://x.org                              o1
            Observation?low-text=child$lt2                                   o1
            Observation?low-text=adult$lt2
            Observation?code-issued=1$2021                                   o1
            Observation?code-issued=http://loinc.org|2$2021                  o3
            ?label=T                                                         o3
            Observation?_sort=-count,-_id                                    o2 o1 o3
            """);
        Answer with = await host.GetAsync("Observation?count=7&_include=Observation:noter");
        Assert.Contains("\"Practitioner\"", with.Text, StringComparison.Ordinal);
        (await host.DeleteAsync("SearchParameter/p4")).ShouldFail(409, "conflict");
    }

    [Theory, BothStores]
    public async Task WhatCannotBeSearchedBy_IsRefused_WithTheElement(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect, indexes: false);
        await host.PutAsync("SearchParameter/eye", Parameter("eye", "eye-color", "token", Eye));

        foreach ((string parameter, int status, string place) in new[]
        {
            (Parameter("x", "x", "token", "Patient.nmae"), 422, "SearchParameter.expression"),
            (Parameter("x", "x", "token", "Patient.name["), 422, "SearchParameter.expression"),
            (Parameter("x", "x", "token", "Observation.status"), 422, "SearchParameter.expression"),
            (Parameter("x", "gender", "token", "Patient.gender"), 422, "SearchParameter.code"),
            (Parameter("x", "_mine", "token", "Patient.gender"), 422, "SearchParameter.code"),
            (Parameter("x", "a.b", "token", "Patient.gender"), 422, "SearchParameter.code"),
            (Parameter("x", "x", "special", "Patient.gender"), 422, "SearchParameter.type"),
            (Parameter("x", "near", "token", "Location.status", "Location"), 422, "SearchParameter.code"),
            (Parameter("x", "x", "composite", "Patient.name", "Patient", ",\"component\":[{\"definition\":\"http://nowhere\",\"expression\":\"family\"},{\"definition\":\"http://nowhere\",\"expression\":\"given\"}]"), 422, "SearchParameter.component[0].definition"),
            (Parameter("x", "x", "composite", "Patient.name"), 422, "SearchParameter.component"),
            (Parameter("x", "eye-color", "token", "Patient.gender"), 409, "SearchParameter.code"),
            (Parameter("x", "eye-color", "token", "Patient.gender | Group.type", "Patient\",\"Group"), 409, "SearchParameter.code"),
            (Parameter("eye", "x", "token", "Patient.gender").Replace("\"id\":\"eye\"", "\"id\":\"x\"", StringComparison.Ordinal), 409, "SearchParameter.url"),
        })
        {
            Answer answer = await host.PutAsync("SearchParameter/x", parameter);
            Assert.True(answer.Status == status, $"{parameter}: {answer.Status} {answer.Text}");
            Assert.Contains($"\"{place}\"", answer.Text, StringComparison.Ordinal);
            Assert.Equal(404, (await host.GetAsync("SearchParameter/x")).Status);
        }

        string bundle = $$$"""{"resourceType":"Bundle","type":"transaction","entry":[{"resource":{{{Patient("z", "red")}}},"request":{"method":"PUT","url":"Patient/z"}},{"resource":{{{Parameter("x", "gender", "token", "Patient.gender")}}},"request":{"method":"PUT","url":"SearchParameter/x"}}]}""";
        Assert.Equal(422, (await host.PostAsync("", bundle)).Status);
        Assert.Equal(404, (await host.GetAsync("Patient/z")).Status);
        // R4's own definition, and one that is not in force, may be stored: they change nothing.
        Assert.Equal(201, (await host.PutAsync("SearchParameter/own", Parameter("own", "family", "string", "Patient.name.family").Replace("http://site.org/SearchParameter/own", "http://hl7.org/fhir/SearchParameter/individual-family", StringComparison.Ordinal))).Status);
        Assert.Equal("not-in-force", await StateAsync(host, "own"));
        Assert.Equal(404, (await host.GetAsync("SearchParameter/none/$status")).Status);
    }

    [Theory, BothStores]
    public async Task Indexing_GoesOnWhereItStood_OnAnotherServer(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect, indexes: false);
        await StorePatientsAsync(host, 450);
        await host.PutAsync("SearchParameter/eye", Parameter("eye", "eye-color", "token", Eye));
        Assert.True(await host.Services.GetRequiredService<RecordStore>().Indexing.StepAsync(default));

        await using FacadeHost other = await host.BesideAsync(indexes: false);
        Answer status = await other.GetAsync("SearchParameter/eye/$status");
        Assert.Equal((200, 450), (Number(status, "indexed"), Number(status, "total")));
        (await other.GetAsync("Patient?eye-color=blue")).ShouldFail(503, "incomplete");
        Assert.Equal(3, await IndexAsync(other));

        Assert.Equal(450, (await other.GetAsync("Patient?eye-color=blue&_summary=count")).Json.GetProperty("total").GetInt32());
        Assert.Equal(450, (await host.GetAsync("Patient?eye-color=blue&_summary=count")).Json.GetProperty("total").GetInt32());
        await other.DeleteAsync("SearchParameter/eye");
        (await host.GetAsync("Patient?eye-color=blue", ("Prefer", "handling=strict"))).ShouldFail(400, "not-supported"); // at once, and no half answer
    }

    [Fact]
    public async Task WritesOnSeveralServers_WhileAParameterComes_AreAllFound()
    {
        await using FacadeHost first = await FacadeHost.StartAsync(Dialect.Postgres);
        await using FacadeHost second = await first.BesideAsync();
        using var stop = new CancellationTokenSource();
        int[] written = new int[4];
        Task[] writers = [.. Enumerable.Range(0, written.Length).Select(writer => Task.Run(async () =>
        {
            FacadeHost host = writer % 2 == 0 ? first : second;
            while (!stop.IsCancellationRequested)
            {
                string id = $"w{writer}-{written[writer] % 60}";
                Answer answer = await host.PutAsync($"Patient/{id}", Patient(id, $"c{written[writer]}"));
                Assert.True(answer.Status is 200 or 201, answer.Text);
                written[writer]++;
            }
        }))];
        for (int round = 0; round < 3; round++)
        {
            await first.PutAsync("SearchParameter/eye", Parameter("eye", $"eye{round}", "token", Eye));
            while (await StateAsync(second, "eye") != "ready") await Task.Yield();
        }

        await stop.CancelAsync();
        await Task.WhenAll(writers);

        int all = (await second.GetAsync("Patient?_summary=count")).Json.GetProperty("total").GetInt32();
        Assert.True(all > 20, $"{all} patients");
        Assert.Equal(all, (await second.GetAsync("Patient?eye2:missing=false&_summary=count")).Json.GetProperty("total").GetInt32());
        for (int writer = 0; writer < written.Length; writer++)
        {
            for (int last = Math.Max(0, written[writer] - 60); last < written[writer]; last++)
            {
                Assert.Contains($"w{writer}-{last % 60}", await SearchSample.IdsAsync(first, $"Patient?eye2=c{last}"));
            }
        }
    }

    private static async Task<int> IndexAsync(FacadeHost host)
    {
        int steps = 0;
        while (await host.Services.GetRequiredService<RecordStore>().Indexing.StepAsync(default)) steps++;
        await host.Services.GetRequiredService<RecordStore>().Catalogs.RefreshAsync(default);
        return steps;
    }

    private static async Task StorePatientsAsync(FacadeHost host, int count)
    {
        string entries = string.Join(',', Enumerable.Range(0, count).Select(i => $$$"""{"resource":{{{Patient($"p{i}", "blue")}}},"request":{"method":"PUT","url":"Patient/p{{{i}}}"}}"""));
        Answer answer = await host.PostAsync("", $$"""{"resourceType":"Bundle","type":"transaction","entry":[{{entries}}]}""");
        Assert.True(answer.Status == 200, answer.Text);
    }

    private static async Task<string?> StateAsync(FacadeHost host, string id) =>
        (await host.GetAsync($"SearchParameter/{id}/$status")).Parameter("state")!.Value.GetProperty("valueCode").GetString();

    private static int Number(Answer status, string name) => status.Parameter(name)!.Value.GetProperty("valueDecimal").GetInt32();

    private static async Task<long> RowsAsync(FacadeHost host)
    {
        await using DbConnection connection = await host.Services.GetRequiredService<Database>().ConnectAsync();
        return await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM search_token WHERE parameter >= 1000000");
    }

    private static string Patient(string id, string eye) => $$$"""{"resourceType":"Patient","id":"{{{id}}}","extension":[{"url":"http://site.org/eye","valueCode":"{{{eye}}}"}]}""";

    private static string Parameter(string id, string code, string type, string expression, string bases = "Patient", string more = "") =>
        $$"""{"resourceType":"SearchParameter","id":"{{id}}","url":"http://site.org/SearchParameter/{{id}}","name":"{{id}}","status":"draft","description":"x","code":"{{code}}","base":["{{bases}}"],"type":"{{type}}","expression":{{JsonSerializer.Serialize(expression)}}{{more}}}""";
}
