using System.Net;
using System.Text.Json;
using Consortium.FhirFacade.Tests.Rest;
using Consortium.FhirFacade.Tests.Search;
using Consortium.Storage;

namespace Consortium.FhirFacade.Tests.Export;

/// <summary>HL7 Bulk Data Access: kick-off, status, files.</summary>
public sealed class BulkExportTests
{
    [Theory, BothStores]
    public async Task System_GivesTheStoreAsItStood_WhateverIsWrittenAfterwards(Dialect dialect)
    {
        await using FacadeHost host = await SearchSample.StartAsync(dialect);
        await host.DeleteAsync("RiskAssessment/risk");
        string status = await StartAsync(host, "$export");
        string before = (await host.GetAsync("Patient/pat3")).Text;
        await host.PutAsync("Patient/pat3", before.Replace("Petersen", "Changed", StringComparison.Ordinal));
        await host.PutAsync("Patient/pat4", """{"resourceType":"Patient","id":"pat4","active":true}""");
        await host.DeleteAsync("Provenance/prov");

        JsonElement manifest = (await host.GetAsync(status)).Json;
        Dictionary<string, int> counts = manifest.GetProperty("output").EnumerateArray().ToDictionary(file => file.GetProperty("type").GetString()!, file => file.GetProperty("count").GetInt32());

        Assert.Equal(new Dictionary<string, int> { ["Encounter"] = 2, ["Observation"] = 4, ["Organization"] = 1, ["Patient"] = 3, ["Practitioner"] = 1, ["Provenance"] = 1, ["ValueSet"] = 2 }, counts);
        Assert.Equal($"{host.Base}/$export", manifest.GetProperty("request").GetString());
        foreach (JsonElement file in manifest.GetProperty("output").EnumerateArray())
        {
            JsonElement[] lines = await LinesAsync(host, file.GetProperty("url").GetString()!);
            Assert.Equal(counts[file.GetProperty("type").GetString()!], lines.Length);
            Assert.All(lines, line => Assert.Equal(file.GetProperty("type").GetString(), line.GetProperty("resourceType").GetString()));
        }

        JsonElement[] patients = await LinesAsync(host, status.Replace("$export-status", "$export-file", StringComparison.Ordinal) + "/Patient");
        Assert.Contains(patients, line => line.GetRawText() == before);
    }

    [Theory, BothStores]
    public async Task PatientsAndGroups_GiveTheirCompartments(Dialect dialect)
    {
        await using FacadeHost host = await SearchSample.StartAsync(dialect);
        await host.PutAsync("Group/g", """{"resourceType":"Group","id":"g","type":"person","actual":true,"member":[{"entity":{"reference":"Patient/pat2"}}]}""");

        Assert.Equal("Encounter 2 Group 1 Observation 3 Patient 3 RiskAssessment 1", await FilesAsync(host, "Patient/$export"));
        Assert.Equal("Encounter 1 Group 1 Observation 1 Patient 1", await FilesAsync(host, "Group/g/$export"));
        Assert.Equal("Observation 1", await FilesAsync(host, "Group/g/$export?_type=Observation"));
        Assert.Equal("", await FilesAsync(host, "$export?_since=2999-01-01"));
        (await host.GetAsync("Group/none/$export")).ShouldFail(404, "not-found");
        (await host.GetAsync("$export?_type=Nothing")).ShouldFail(400, "value");
        (await host.GetAsync("$export?_outputFormat=text/csv")).ShouldFail(400, "not-supported");
    }

    [Theory, BothStores]
    public async Task GivenUp_ItIsGone_AsItIsForAnybodyElse(Dialect dialect)
    {
        await using FacadeHost host = await SearchSample.StartAsync(dialect);
        string status = await StartAsync(host, "$export");

        using (HttpResponseMessage removed = await host.Client.DeleteAsync(new Uri(status))) Assert.Equal(HttpStatusCode.Accepted, removed.StatusCode);

        (await host.GetAsync(status)).ShouldFail(404, "not-found");
        (await host.GetAsync(status.Replace("$export-status", "$export-file", StringComparison.Ordinal) + "/Patient")).ShouldFail(404, "not-found");
        (await host.GetAsync($"$export-status/{new string('0', 32)}")).ShouldFail(404, "not-found");
    }

    private static async Task<string> StartAsync(FacadeHost host, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Accept", "application/fhir+json");
        request.Headers.Add("Prefer", "respond-async");
        using HttpResponseMessage answer = await host.Client.SendAsync(request);
        Assert.True(answer.StatusCode == HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync());
        return answer.Content.Headers.ContentLocation!.OriginalString;
    }

    private static async Task<string> FilesAsync(FacadeHost host, string path)
    {
        JsonElement manifest = (await host.GetAsync(await StartAsync(host, path))).Json;
        return string.Join(' ', manifest.GetProperty("output").EnumerateArray().Select(file => $"{file.GetProperty("type").GetString()} {file.GetProperty("count").GetInt32()}").Order(StringComparer.Ordinal));
    }

    private static async Task<JsonElement[]> LinesAsync(FacadeHost host, string url)
    {
        using HttpResponseMessage answer = await host.Client.GetAsync(new Uri(url));
        Assert.Equal("application/fhir+ndjson", answer.Content.Headers.ContentType!.MediaType);
        string text = await answer.Content.ReadAsStringAsync();
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<JsonElement>(line))];
    }
}
