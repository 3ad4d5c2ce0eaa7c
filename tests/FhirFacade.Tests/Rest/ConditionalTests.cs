using Consortium.Storage;

namespace Consortium.FhirFacade.Tests.Rest;

/// <summary>FHIR R4 http.html#ccreate, #cond-update, #patch, #3.1.0.7.1: no, one and several matches; and several clients at once.</summary>
public sealed class ConditionalTests
{
    private const string Seven = "Patient?identifier=urn:mrn|7";

    [Theory, BothStores]
    public async Task Update_NoneCreates_OneUpdates_SeveralAre412(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);

        Answer created = await host.PutAsync(Seven, Patient("7", "female"));
        Answer updated = await host.PutAsync(Seven, Patient("7", "male"));
        string id = created.Json.GetProperty("id").GetString()!;

        Assert.Equal((201, $"{host.Base}/Patient/{id}/_history/1"), (created.Status, created.Location));
        Assert.Equal((200, "W/\"2\"", id), (updated.Status, updated.ETag!, updated.Json.GetProperty("id").GetString()!));
        Assert.Equal(200, (await host.PutAsync(Seven, Patient("7", "other", id))).Status);
        (await host.PutAsync(Seven, Patient("7", "male", "another"))).ShouldFail(400, "invalid");
        (await host.PutAsync(Seven, Patient("7", "male"), ("If-Match", "W/\"1\""))).ShouldFail(412, "conflict");
        await host.PostAsync("Patient", Patient("7", "male"));
        (await host.PutAsync(Seven, Patient("7", "male"))).ShouldFail(412, "multiple-matches");
        (await host.PutAsync("Patient?nickname=x", Patient("7", "male"))).ShouldFail(400, "not-supported");
        (await host.PutAsync("Patient", Patient("7", "male"))).ShouldFail(400, "required");
    }

    [Theory, BothStores]
    public async Task Update_NoneWithAnId_CreatesUnderIt_ButReplacesNoOther(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Patient/taken", Patient("8", "male", "taken"));

        Answer created = await host.PutAsync(Seven, Patient("7", "female", "mine"));

        Assert.Equal((201, "mine"), (created.Status, created.Json.GetProperty("id").GetString()));
        (await host.PutAsync("Patient?identifier=urn:mrn|9", Patient("9", "female", "taken"))).ShouldFail(409, "conflict");
        Assert.Equal("W/\"1\"", (await host.GetAsync("Patient/taken")).ETag);
    }

    [Theory, BothStores]
    public async Task Delete_NoneIs204_OneIsDeleted_SeveralAre412(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Patient/a", Patient("7", "female", "a"));

        Assert.Equal(204, (await host.DeleteAsync(Seven)).Status);
        Assert.Equal(204, (await host.DeleteAsync(Seven)).Status);
        (await host.GetAsync("Patient/a")).ShouldFail(410, "deleted");
        await host.PostAsync("Patient", Patient("7", "male"));
        await host.PostAsync("Patient", Patient("7", "male"));
        (await host.DeleteAsync(Seven)).ShouldFail(412, "multiple-matches");
        (await host.DeleteAsync("Patient")).ShouldFail(400, "required");
        (await host.DeleteAsync("Patient?nickname=x")).ShouldFail(400, "not-supported");
        Assert.Equal(2, (await host.GetAsync("Patient")).Json.GetProperty("total").GetInt32());
    }

    [Theory, BothStores]
    public async Task Patch_NoneIs404_OneIsPatched_SeveralAre412(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        const string patch = """[{"op":"replace","path":"/gender","value":"other"}]""";
        (string, string) type = ("Content-Type", "application/json-patch+json");

        (await host.SendAsync("PATCH", Seven, patch, type)).ShouldFail(404, "not-found");
        await host.PutAsync("Patient/a", Patient("7", "female", "a"));
        Assert.Equal((200, "other"), (await host.SendAsync("PATCH", Seven, patch, type)) is { } answer ? (answer.Status, answer.Json.GetProperty("gender").GetString()) : default);
        await host.PostAsync("Patient", Patient("7", "male"));
        (await host.SendAsync("PATCH", Seven, patch, type)).ShouldFail(412, "multiple-matches");
    }

    [Theory, BothStores]
    public async Task CreateAndUpdate_ManyAtOnceOnOneCondition_MakeOne(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);

        Answer[] answers = await Task.WhenAll(Enumerable.Range(0, 24).Select(i => i % 2 == 0
            ? host.PostAsync("Patient", Patient("7", "female"), ("If-None-Exist", "identifier=urn:mrn|7"))
            : host.PutAsync("Patient?identifier=urn%3Amrn%7C7", Patient("7", "female"))));

        Assert.Single(answers, answer => answer.Status == 201);
        Assert.All(answers, answer => Assert.Contains(answer.Status, new[] { 200, 201 }));
        Assert.Equal(1, (await host.GetAsync("Patient")).Json.GetProperty("total").GetInt32());
    }

    [Theory, BothStores]
    public async Task Create_ThatFindsOne_AnswersAsPreferred(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Patient/a", Patient("7", "female", "a"));

        Answer minimal = await host.PostAsync("Patient", Patient("7", "male"), ("If-None-Exist", "identifier=urn:mrn|7"), ("Prefer", "return=minimal"));
        Answer outcome = await host.PostAsync("Patient", Patient("7", "male"), ("If-None-Exist", "identifier=urn:mrn|7"), ("Prefer", "return=OperationOutcome"));

        Assert.Equal((200, "", $"{host.Base}/Patient/a/_history/1"), (minimal.Status, minimal.Text, minimal.Location));
        Assert.Equal((200, "OperationOutcome"), (outcome.Status, outcome.Type));
        foreach (string form in new[] { "?identifier=urn:mrn|7", "Patient?identifier=urn:mrn|7", host.Base + "/Patient?identifier=urn%3Amrn%7C7" })
        {
            Assert.Equal(200, (await host.PostAsync("Patient", Patient("7", "male"), ("If-None-Exist", form))).Status);
        }

        (await host.PostAsync("Patient", Patient("7", "male"), ("If-None-Exist", "Observation?identifier=urn:mrn|7"))).ShouldFail(400, "value");
    }

    private static string Patient(string number, string gender, string? id = null) =>
        "{\"resourceType\":\"Patient\"," + (id is null ? "" : $"\"id\":\"{id}\",") + "\"identifier\":[{\"system\":\"urn:mrn\",\"value\":\"" + number + "\"}],\"gender\":\"" + gender + "\"}";
}
