using System.Text;
using System.Text.Json;
using Consortium.FhirFacade.Tests.Rest;
using Consortium.FhirFacade.Tests.Search;
using Consortium.Storage;

namespace Consortium.FhirFacade.Tests.Export;

/// <summary>What narrows an export (HL7 Bulk Data Access, "Query Parameters").</summary>
public sealed class ExportParameterTests
{
    [Theory, BothStores]
    public async Task TypeFilter_GivesWhatItsSearchesFoundAtTheKickOff_AndOtherTypesWhole(Dialect dialect)
    {
        await using FacadeHost host = await SearchSample.StartAsync(dialect);
        JsonElement manifest = await StartAsync(host, "$export?_type=Patient,Observation&_typeFilter=Patient%3Fgender%3Dmale%26active%3Dfalse&_typeFilter=Patient%3F_id%3Dpat3");
        await host.PutAsync("Patient/pat2", """{"resourceType":"Patient","id":"pat2","gender":"female"}"""); // matched then
        await host.PutAsync("Patient/new", """{"resourceType":"Patient","id":"new","gender":"male","active":false}"""); // was not there

        Assert.Equal("pat2 pat3", await IdsAsync(host, manifest, "Patient"));
        Assert.Equal((await host.GetAsync("Observation?_summary=count")).Json.GetProperty("total").GetInt32(), (await LinesAsync(host, manifest, "Observation")).Length);
        Assert.Equal(2, manifest.GetProperty("output").EnumerateArray().Single(file => file.GetProperty("type").GetString() == "Patient").GetProperty("count").GetInt32());
    }

    [Theory, BothStores]
    public async Task Elements_GiveParts_OfTheTypeThatIsNamedOrOfAll(Dialect dialect)
    {
        await using FacadeHost host = await SearchSample.StartAsync(dialect);
        JsonElement manifest = await StartAsync(host, "$export?_type=Patient,Organization&_elements=Patient.birthDate,Organization.name");

        JsonElement patient = (await LinesAsync(host, manifest, "Patient")).Single(line => line.GetProperty("id").GetString() == "pat1");
        Assert.Equal("1980-05-17", patient.GetProperty("birthDate").GetString());
        Assert.False(patient.TryGetProperty("name", out _));
        Assert.Equal("SUBSETTED", patient.GetProperty("meta").GetProperty("tag")[0].GetProperty("code").GetString());
        Assert.True((await LinesAsync(host, manifest, "Organization"))[0].TryGetProperty("name", out _));
        Assert.True((await LinesAsync(host, await StartAsync(host, "$export?_type=Patient,Organization&_elements=Organization.name"), "Patient"))[0].TryGetProperty("gender", out _));
    }

    [Theory, BothStores]
    public async Task Patient_GivesTheRecordsOfThosePatients_AndSaysOfWhomThereIsNothing(Dialect dialect)
    {
        await using FacadeHost host = await SearchSample.StartAsync(dialect);
        JsonElement manifest = await KickOffAsync(host, "POST", "Patient/$export", """
            {"resourceType":"Parameters","parameter":[
             {"name":"patient","valueReference":{"reference":"Patient/pat2"}},{"name":"patient","valueReference":{"reference":"Patient/nobody"}}]}
            """);

        Assert.Equal("pat2", await IdsAsync(host, manifest, "Patient"));
        Assert.Equal("glu2", await IdsAsync(host, manifest, "Observation"));
        JsonElement error = Assert.Single(manifest.GetProperty("error").EnumerateArray());
        JsonElement line = Assert.Single(await FileAsync(host, error.GetProperty("url").GetString()!));
        Assert.Equal("OperationOutcome", line.GetProperty("resourceType").GetString());
        Assert.Contains("Patient/nobody", line.GetProperty("issue")[0].GetProperty("diagnostics").GetString(), StringComparison.Ordinal);
    }

    [Theory, BothStores]
    public async Task AGroup_IsItsMembersAtTheKickOff_WithInnerGroups_WithoutThoseWhoLeft(Dialect dialect)
    {
        await using FacadeHost host = await SearchSample.StartAsync(dialect);
        await host.PutAsync("Group/inner", """{"resourceType":"Group","id":"inner","type":"person","actual":true,"member":[{"entity":{"reference":"Patient/pat3"}},{"entity":{"reference":"Group/outer"}}]}""");
        await host.PutAsync("Group/outer", """
            {"resourceType":"Group","id":"outer","type":"person","actual":true,"member":[
             {"entity":{"reference":"Group/inner"}},{"entity":{"reference":"Patient/pat1"},"inactive":true},{"entity":{"reference":"Patient/pat2"},"period":{"end":"2001-01-01"}}]}
            """);
        await host.PutAsync("Group/kind", """{"resourceType":"Group","id":"kind","type":"person","actual":false}""");

        JsonElement manifest = await StartAsync(host, "Group/outer/$export?_type=Patient");
        await host.PutAsync("Group/inner", """{"resourceType":"Group","id":"inner","type":"person","actual":true}"""); // changes nothing of it

        Assert.Equal("pat3", await IdsAsync(host, manifest, "Patient"));
        Assert.Equal(0, manifest.GetProperty("error").GetArrayLength());
        (await host.GetAsync("Group/kind/$export")).ShouldFail(422, "not-supported");
    }

    [Theory]
    [InlineData("$export?includeAssociatedData=LatestProvenanceResources", "not-supported", "includeAssociatedData")]
    [InlineData("$export?organizeOutputBy=Patient", "not-supported", "organizeOutputBy")]
    [InlineData("$export?patient=Patient/1", "not-supported", "patient")]
    [InlineData("Patient/$export?patient=Organization/1", "value", "patient")]
    [InlineData("$export?_typeFilter=Patient%3Fnonsense%3D1", "not-supported", "condition")]
    [InlineData("$export?_typeFilter=Nothing%3Fa%3D1", "value", "_typeFilter")]
    [InlineData("$export?_type=Observation&_typeFilter=Patient%3Fgender%3Dmale", "value", "_typeFilter")]
    [InlineData("$export?_elements=Nothing.name", "value", "_elements")]
    public async Task WhatIsNotUnderstood_IsRefusedByName_NotPassedOver(string path, string code, string says)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(Dialect.Sqlite);

        Answer answer = (await host.GetAsync(path, ("Prefer", "respond-async, handling=lenient"))).ShouldFail(400, code);

        Assert.Contains(says, answer.Text, StringComparison.Ordinal);
    }

    private static Task<JsonElement> StartAsync(FacadeHost host, string path) => KickOffAsync(host, "GET", path, null);

    private static async Task<JsonElement> KickOffAsync(FacadeHost host, string method, string path, string? body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), $"{host.Base}/{path}");
        request.Headers.Add("Prefer", "respond-async");
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/fhir+json");
        using HttpResponseMessage answer = await host.Client.SendAsync(request);
        Assert.True((int)answer.StatusCode == 202, await answer.Content.ReadAsStringAsync());
        return (await host.GetAsync(answer.Content.Headers.ContentLocation!.OriginalString)).Json;
    }

    private static async Task<string> IdsAsync(FacadeHost host, JsonElement manifest, string type) =>
        string.Join(' ', (await LinesAsync(host, manifest, type)).Select(line => line.GetProperty("id").GetString()).Order());

    private static Task<JsonElement[]> LinesAsync(FacadeHost host, JsonElement manifest, string type) =>
        FileAsync(host, manifest.GetProperty("output").EnumerateArray().Single(file => file.GetProperty("type").GetString() == type).GetProperty("url").GetString()!);

    private static async Task<JsonElement[]> FileAsync(FacadeHost host, string url) =>
        [.. (await host.GetAsync(url)).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<JsonElement>(line))];
}
