using System.Text;
using Dapper;
using Consortium.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Consortium.FhirFacade.Tests.Rest;

/// <summary>FHIR R4 http.html#Status-Codes, #mime-type: every error is an OperationOutcome.</summary>
public sealed class ErrorTests
{
    private const string Patient = """{"resourceType":"Patient","gender":"female"}""";

    [Theory, BothStores]
    public async Task UnknownPath_Is404_AndRepeatsNothingOfIt(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);

        foreach (string path in new[] { "Nothing", "Nothing/1", "Patient/1/2/3", "Patient/$everything", "a/b/c/d/e/f", "Patient/1/_history/1/x", "patient", "$nothing", "王小明" })
        {
            Answer answer = (await host.GetAsync(path)).ShouldFail(404, "not-found");
            Assert.DoesNotContain("王小明", answer.Text, StringComparison.Ordinal);
        }
    }

    [Theory, BothStores]
    public async Task VerbThatIsNotThere_Is405_WithAllow(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);

        Assert.Equal("GET, HEAD, POST", (await host.SendAsync("DELETE", "Patient/_search", null)).ShouldFail(405, "not-supported").Allow);
        Assert.Equal("GET, HEAD, PUT, PATCH, DELETE", (await host.PostAsync("Patient/1", Patient)).ShouldFail(405, "not-supported").Allow);
        Assert.Equal("GET, HEAD, POST", (await host.SendAsync("DELETE", "", null)).ShouldFail(405, "not-supported").Allow);
        Assert.Equal("GET, HEAD", (await host.PutAsync("metadata", Patient)).ShouldFail(405, "not-supported").Allow);
        (await host.SendAsync("BREW", "Patient/1", null)).ShouldFail(405, "not-supported");
    }

    [Theory, BothStores]
    public async Task Pretty_IndentsAndKeepsNumbers(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Observation/o", """{"resourceType":"Observation","id":"o","status":"final","code":{"text":"白细胞"},"valueQuantity":{"value":1.500}}""");

        string text = (await host.GetAsync("Observation/o?_pretty=true")).Text;

        Assert.Contains("\n    \"value\": 1.500\n", text.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Contains("白细胞", text, StringComparison.Ordinal);
    }

    [Theory, BothStores]
    public async Task ContentType_OtherThanJson_Is415(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);

        foreach (string type in new[] { "text/plain", "application/json-patch+json", "application/fhir+json; fhirVersion=3.0", "application/fhir+json; charset=gb18030", "application/x-www-form-urlencoded" })
        {
            (await host.PostAsync("Patient", Patient, ("Content-Type", type))).ShouldFail(415, "not-supported");
        }

        foreach (string type in new[] { "application/fhir+json", "application/json; charset=UTF-8", "application/fhir+json;fhirVersion=4.0", "application/fhir+json; charset=\"utf-8\"" })
        {
            Assert.Equal(201, (await host.PostAsync("Patient", Patient, ("Content-Type", type))).Status);
        }
    }

    [Theory, BothStores]
    public async Task BadJson_Is400_WithThePlace(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);

        foreach (string body in new[] { "", "{", "nonsense", "[]", "{}", "{\"resourceType\":\"Patient\"} {}", "{\"resourceType\":\"Patient\",\"resourceType\":\"Patient\"}", "\"Patient\"" })
        {
            Answer answer = await host.PostAsync("Patient", body);
            Assert.Equal(400, answer.Status);
            Assert.Equal("OperationOutcome", answer.Type);
        }

        Assert.Contains("operationoutcome-issue-line", (await host.PostAsync("Patient", "{\"resourceType\":\"Patient\",\n \"gender\" 1}")).Text, StringComparison.Ordinal);
    }

    [Theory, BothStores]
    public async Task InvalidResource_Is422_NamingTheElement_AndIsNotStored(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);

        Answer answer = await host.PostAsync("Patient", """{"resourceType":"Patient","gender":"unheard-of","birthDate":"1970-02-31","nickname":"x"}""");

        Assert.Equal((422, "OperationOutcome"), (answer.Status, answer.Type));
        Assert.Contains("Patient.gender", answer.Text, StringComparison.Ordinal);
        Assert.Contains("Patient.birthDate", answer.Text, StringComparison.Ordinal);
        Assert.Contains("nickname", answer.Text, StringComparison.Ordinal);
        Assert.Equal(0, (await host.GetAsync("Patient")).Json.GetProperty("total").GetInt32());
    }

    [Theory, BothStores]
    public async Task TooLarge_Is413_DeclaredOrNot(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect, options => options with { MaxBodyBytes = 2048 });
        string large = "{\"resourceType\":\"Patient\",\"name\":[{\"text\":\"" + new string('x', 4000) + "\"}]}";

        (await host.PostAsync("Patient", large)).ShouldFail(413, "too-long");
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{host.Base}/Patient") { Content = new StreamContent(new MemoryStream(Encoding.UTF8.GetBytes(large))) };
        request.Headers.TransferEncodingChunked = true;
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/fhir+json");
        using HttpResponseMessage response = await host.Client.SendAsync(request);
        (await Answer.ReadAsync(response)).ShouldFail(413, "too-long");
    }

    [Theory, BothStores]
    public async Task LongerUrlThanTheLimit_Is414(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);

        Assert.Equal(414, (await host.GetAsync("Patient?_id=" + new string('x', 9000))).Status);
    }

    [Theory, BothStores]
    public async Task WhatNobodyForesaw_Is500_WithoutPatientData(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await using (System.Data.Common.DbConnection connection = await host.Services.GetRequiredService<Database>().ConnectAsync())
        {
            await connection.ExecuteAsync("DROP TABLE search_token");
        }

        Answer answer = (await host.PutAsync("Patient/p", """{"resourceType":"Patient","id":"p","identifier":[{"system":"urn:mrn","value":"王小明"}]}""")).ShouldFail(500, "exception");

        Assert.DoesNotContain("王小明", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("search_token", answer.Text, StringComparison.Ordinal);
        Assert.Equal(404, (await host.GetAsync("Patient/p")).Status);
    }
}
