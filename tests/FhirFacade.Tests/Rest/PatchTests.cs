using System.Text;
using Consortium.Fhir;
using Consortium.Storage;

namespace Consortium.FhirFacade.Tests.Rest;

/// <summary>FHIR R4 http.html#patch.</summary>
public sealed class PatchTests
{
    private const string Patient = """{"resourceType":"Patient","id":"p","name":[{"text":"\u738b"}],"gender":"female"}""";
    private const string Parameters = """{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"replace"},{"name":"path","valueString":"Patient.gender"},{"name":"value","valueCode":"other"}]}]}""";
    private static readonly (string, string) Json = ("Content-Type", "application/json-patch+json");

    [Theory, BothStores]
    public async Task JsonPatch_MakesAVersion_AndKeepsTheOtherBytes(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Patient/p", Patient);

        Answer answer = await host.SendAsync("PATCH", "Patient/p", """[{"op":"test","path":"/gender","value":"female"},{"op":"replace","path":"/gender","value":"male"}]""", Json);

        Assert.Equal((200, "W/\"2\"", $"{host.Base}/Patient/p/_history/2"), (answer.Status, answer.ETag, answer.Location));
        Answer stored = await host.GetAsync("Patient/p");
        Assert.Equal("male", stored.Json.GetProperty("gender").GetString());
        Assert.Contains("\"name\":[{\"text\":\"\\u738b\"}]", stored.Text, StringComparison.Ordinal);
    }

    [Theory, BothStores]
    public async Task FhirPathPatch_InJsonAndXml(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Patient/p", Patient);
        string xml = Encoding.UTF8.GetString(FhirDocument.Parse(Encoding.UTF8.GetBytes(Parameters.Replace("other", "unknown", StringComparison.Ordinal))).ToXml());

        Assert.Equal("other", (await host.SendAsync("PATCH", "Patient/p", Parameters)).Json.GetProperty("gender").GetString());
        Assert.Equal("unknown", (await host.SendAsync("PATCH", "Patient/p", xml, ("Content-Type", "application/fhir+xml"))).Json.GetProperty("gender").GetString());
        Assert.Equal("W/\"3\"", (await host.GetAsync("Patient/p")).ETag);
    }

    [Theory, BothStores]
    public async Task WhatFails_ChangesNothing(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Patient/p", Patient);
        await host.PutAsync("Patient/gone", Patient.Replace("\"p\"", "\"gone\"", StringComparison.Ordinal));
        await host.DeleteAsync("Patient/gone");
        Task<Answer> PatchAsync(string patch, string path = "Patient/p", params (string, string)[] headers) => host.SendAsync("PATCH", path, patch, [Json, .. headers]);
        const string good = """[{"op":"replace","path":"/gender","value":"male"}]""";

        (await PatchAsync("""[{"op":"test","path":"/gender","value":"male"},{"op":"remove","path":"/gender"}]""")).ShouldFail(422, "processing");
        Assert.Contains("/gender", (await PatchAsync("""[{"op":"test","path":"/gender","value":"male"}]""")).Text, StringComparison.Ordinal);
        (await PatchAsync("""[{"op":"replace","path":"/gender","value":"unheard-of"}]""")).ShouldFail(422, "code-invalid");
        (await PatchAsync("""[{"op":"replace","path":"/id","value":"q"}]""")).ShouldFail(422, "invalid");
        (await PatchAsync("""[{"op":"replace","path":"/resourceType","value":"Basic"}]""")).ShouldFail(422, "invalid");
        Assert.Equal(422, (await PatchAsync("""[{"op":"replace","path":"","value":[]}]""")).Status);
        (await PatchAsync("""[{"op":"replace"}]""")).ShouldFail(400, "structure");
        Assert.Equal(400, (await PatchAsync("[")).Status);
        Assert.Equal(400, (await PatchAsync("")).Status);
        (await PatchAsync(good, "Patient/none")).ShouldFail(404, "not-found");
        (await PatchAsync(good, "Patient/gone")).ShouldFail(410, "deleted");
        (await PatchAsync(good, "Patient/p", ("If-Match", "W/\"9\""))).ShouldFail(412, "conflict");
        (await host.SendAsync("PATCH", "Patient/p", good, ("Content-Type", "text/plain"))).ShouldFail(415, "not-supported");
        (await host.SendAsync("PATCH", "Patient/p", Patient)).ShouldFail(400, "invalid");

        Assert.Equal("W/\"1\"", (await host.GetAsync("Patient/p")).ETag);
        Assert.Equal((200, "W/\"2\""), (await PatchAsync(good, "Patient/p", ("If-Match", "W/\"1\""))) is { } answer ? (answer.Status, answer.ETag) : default);
    }

    [Theory, BothStores]
    public async Task ManyAtOnce_LoseNone(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Patient/p", Patient);

        Answer[] answers = await Task.WhenAll(Enumerable.Range(0, 32).Select(i =>
            host.SendAsync("PATCH", "Patient/p", "[{\"op\":\"add\",\"path\":\"/name/-\",\"value\":{\"text\":\"n" + i + "\"}}]", Json)));

        Assert.All(answers, answer => Assert.Equal(200, answer.Status));
        Assert.Equal(33, (await host.GetAsync("Patient/p")).Json.GetProperty("name").GetArrayLength());
        Assert.Equal("W/\"33\"", (await host.GetAsync("Patient/p")).ETag);
    }

    [Theory, BothStores]
    public async Task Prefer_DecidesTheBody(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Patient/p", Patient);

        Assert.Equal((200, ""), (await host.SendAsync("PATCH", "Patient/p", Parameters, ("Prefer", "return=minimal"))) is { } answer ? (answer.Status, answer.Text) : default);
        Assert.Equal("OperationOutcome", (await host.SendAsync("PATCH", "Patient/p", Parameters, ("Prefer", "return=OperationOutcome"))).Type);
    }
}
