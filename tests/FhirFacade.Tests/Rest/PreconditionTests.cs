using Consortium.Storage;

namespace Consortium.FhirFacade.Tests.Rest;

/// <summary>Entity tags in conditions (RFC 9110 13.1, FHIR R4 http.html#concurrency), and labels in use.</summary>
public sealed class PreconditionTests
{
    private const string Patient = """{"resourceType":"Patient","id":"p","gender":"GENDER"}""";

    [Theory, BothStores]
    public async Task SeveralTags_HoldWhereOneIsTheCurrentVersion(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Patient/p", Patient.Replace("GENDER", "male", StringComparison.Ordinal));
        string female = Patient.Replace("GENDER", "female", StringComparison.Ordinal);

        (await host.PutAsync("Patient/p", female, ("If-Match", "W/\"7\", W/\"8\""))).ShouldFail(412, "conflict");
        Assert.Equal(200, (await host.PutAsync("Patient/p", female, ("If-Match", "W/\"7\", \"1\""))).Status);
        (await host.DeleteAsync("Patient/p", ("If-Match", "W/\"1\", W/\"9\""))).ShouldFail(412, "conflict");
        (await host.SendAsync("PATCH", "Patient/p", """[{"op":"remove","path":"/gender"}]""", ("Content-Type", "application/json-patch+json"), ("If-Match", "W/\"1\", W/\"3\""))).ShouldFail(412, "conflict");
        (await host.PutAsync("Patient/p", female, ("If-Match", "W/\"2\", nonsense"))).ShouldFail(400, "value");
        Assert.Equal(204, (await host.DeleteAsync("Patient/p", ("If-Match", "W/\"1\", W/\"2\""))).Status);
    }

    [Theory, BothStores]
    public async Task IfNoneMatch_OfVersions_RefusesAChangeOfThose(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Patient/p", Patient.Replace("GENDER", "male", StringComparison.Ordinal));
        string female = Patient.Replace("GENDER", "female", StringComparison.Ordinal);

        (await host.PutAsync("Patient/p", female, ("If-None-Match", "W/\"1\", W/\"5\""))).ShouldFail(412, "conflict");
        Assert.Equal(200, (await host.PutAsync("Patient/p", female, ("If-None-Match", "W/\"5\""))).Status);
        Assert.Equal(304, (await host.GetAsync("Patient/p", ("If-None-Match", "W/\"1\", W/\"2\""))).Status);
        Assert.Equal(200, (await host.GetAsync("Patient/p", ("If-None-Match", "W/\"1\", W/\"3\""))).Status);
    }

    [Theory, BothStores]
    public async Task AStarForADeletion_WantsTheResourceToBeThere(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);

        (await host.DeleteAsync("Patient/p", ("If-Match", "*"))).ShouldFail(412, "conflict");
        await host.PutAsync("Patient/p", Patient.Replace("GENDER", "male", StringComparison.Ordinal));
        Assert.Equal(204, (await host.DeleteAsync("Patient/p", ("If-Match", "*"))).Status);
    }

    [Theory, BothStores]
    public async Task Meta_OfATypeAndOfAll_GivesTheLabelsInUse(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Patient/a", """{"resourceType":"Patient","id":"a","meta":{"tag":[{"system":"urn:t","code":"one"}],"security":[{"system":"urn:s","code":"secret"}]}}""");
        await host.PutAsync("Patient/b", """{"resourceType":"Patient","id":"b","meta":{"tag":[{"system":"urn:t","code":"one"},{"system":"urn:t","code":"two"}]}}""");
        await host.PutAsync("Organization/o", """{"resourceType":"Organization","id":"o","name":"A","meta":{"tag":[{"code":"three"}]}}""");
        await host.PutAsync("Patient/gone", """{"resourceType":"Patient","id":"gone","meta":{"tag":[{"code":"four"}]}}""");
        await host.DeleteAsync("Patient/gone");

        Assert.Equal(["one", "two"], Tags(await host.GetAsync("Patient/$meta")));
        Assert.Equal(["one", "three", "two"], Tags(await host.GetAsync("$meta")));
        Assert.Equal("secret", (await host.GetAsync("$meta")).Parameter("return")!.Value.GetProperty("valueMeta").GetProperty("security")[0].GetProperty("code").GetString());
    }

    [Theory, BothStores]
    public async Task AHistoryOfAList_HasTheVersionsThatItRefersTo(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        foreach (string gender in (string[])["male", "female", "other"]) await host.PutAsync("Patient/p", Patient.Replace("GENDER", gender, StringComparison.Ordinal));
        await host.PutAsync("Patient/q", """{"resourceType":"Patient","id":"q"}""");
        await host.PutAsync("Patient/r", """{"resourceType":"Patient","id":"r"}""");
        await host.PutAsync("List/l", """
            {"resourceType":"List","id":"l","status":"current","mode":"working","entry":[
             {"item":{"reference":"Patient/p/_history/2"}},{"item":{"reference":"Patient/q"}},{"item":{"display":"somebody"}}]}
            """);

        Answer answer = await host.GetAsync("Patient/_history?_list=l");

        Assert.Equal(
            [$"{host.Base}/Patient/p/_history/2", $"{host.Base}/Patient/q/_history/1"],
            answer.Entries.Select(entry => entry.GetProperty("response").GetProperty("location").GetString()).Order());
        Assert.Contains("_list=l", answer.Link("self"), StringComparison.Ordinal);
        Assert.Equal(2, answer.Json.GetProperty("total").GetInt32());
        (await host.GetAsync("_history?_list=none")).ShouldFail(404, "not-found");
    }

    private static string[] Tags(Answer answer) =>
        [.. answer.Parameter("return")!.Value.GetProperty("valueMeta").GetProperty("tag").EnumerateArray().Select(tag => tag.GetProperty("code").GetString()!).Order()];
}
