using System.Text.Json;
using Consortium.Fhir;
using Consortium.Ledger;
using Consortium.Storage;

namespace Consortium.FhirFacade.Tests.Rest;

/// <summary>FHIR R4 resource-operation-validate.html, resource-operation-meta.html.</summary>
public sealed class OperationTests
{
    private const string Patient = """{"resourceType":"Patient","id":"p","meta":{"tag":[{"system":"urn:t","code":"a"}]},"gender":"female"}""";

    [Theory, BothStores]
    public async Task Validate_IsAlways200_WithTheIssues_AndStoresNothing(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);

        Answer good = await host.PostAsync("Patient/$validate", Patient);
        Answer bad = await host.PostAsync("Patient/$validate", Patient.Replace("female", "unheard-of", StringComparison.Ordinal));
        Answer other = await host.PostAsync("Observation/$validate", Patient);
        Answer wrapped = await host.PostAsync("Observation/$validate", """{"resourceType":"Parameters","parameter":[{"name":"resource","resource":{"resourceType":"Observation","status":"final","code":{"text":"x"}}},{"name":"profile","valueUri":"http://hl7.org/fhir/StructureDefinition/bodyweight"},{"name":"mode","valueCode":"create"}]}""");

        Assert.Equal((200, "OperationOutcome", false), (good.Status, good.Type, HasErrors(good)));
        Assert.Equal((200, true), (bad.Status, HasErrors(bad)));
        Assert.Contains("Patient.gender", bad.Text, StringComparison.Ordinal);
        Assert.Equal((200, true), (other.Status, HasErrors(other)));
        Assert.Equal((200, true), (wrapped.Status, HasErrors(wrapped))); // no valueQuantity, no body weight code
        Assert.False(HasErrors(await host.PostAsync("Parameters/$validate", """{"resourceType":"Parameters","parameter":[{"name":"x","valueCode":"y"}]}""")));
        Assert.Equal(400, (await host.PostAsync("Patient/$validate", "{")).Status);
        (await host.PostAsync("Patient/$validate", "")).ShouldFail(400, "required");
        (await host.PostAsync("Patient/$validate?mode=update", Patient)).ShouldFail(400, "value");
        (await host.PostAsync("Patient/$validate?mode=nonsense", Patient)).ShouldFail(400, "value");
        Assert.True(HasErrors(await host.PostAsync("Patient/$validate?profile=http://none.example/StructureDefinition/x", Patient)));
        Assert.Equal(0, (await host.GetAsync("Patient")).Json.GetProperty("total").GetInt32());
    }

    [Theory, BothStores]
    public async Task Validate_OfAnInstance_StoredOrAsItWouldBecome(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Patient/p", Patient);

        Assert.False(HasErrors(await host.GetAsync("Patient/p/$validate")));
        Assert.True(HasErrors(await host.GetAsync("Patient/p/$validate?profile=http://hl7.org/fhir/StructureDefinition/Observation")));
        Assert.True(HasErrors(await host.PostAsync("Patient/p/$validate?mode=update", Patient.Replace("\"p\"", "\"q\"", StringComparison.Ordinal))));
        Assert.False(HasErrors(await host.PostAsync("Patient/p/$validate", """{"resourceType":"Parameters","parameter":[{"name":"mode","valueCode":"delete"}]}""")));
        (await host.GetAsync("Patient/none/$validate")).ShouldFail(404, "not-found");
    }

    [Theory, BothStores]
    public async Task Meta_IsReadAddedToAndTakenFrom_AsVersions(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Patient/p", Patient);
        const string both = """{"resourceType":"Parameters","parameter":[{"name":"meta","valueMeta":{"profile":["http://hl7.org/fhir/StructureDefinition/Patient"],"tag":[{"system":"urn:t","code":"a"},{"system":"urn:t","code":"b"}],"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}]}}]}""";

        Answer added = await host.PostAsync("Patient/p/$meta-add", both), again = await host.PostAsync("Patient/p/$meta-add", both);
        JsonElement meta = Meta(await host.GetAsync("Patient/p/$meta"));
        Answer removed = await host.PostAsync("Patient/p/$meta-delete", both);

        Assert.Equal((200, "W/\"2\"", "W/\"2\""), (added.Status, added.ETag!, again.ETag!));
        Assert.Equal(["a", "b"], meta.GetProperty("tag").EnumerateArray().Select(tag => tag.GetProperty("code").GetString()));
        Assert.Equal("R", meta.GetProperty("security")[0].GetProperty("code").GetString());
        Assert.False(Meta(removed).TryGetProperty("tag", out _));
        Assert.Equal("a", Meta(await host.GetAsync("Patient/p/_history/1/$meta")).GetProperty("tag")[0].GetProperty("code").GetString());
        Assert.Equal("W/\"3\"", (await host.GetAsync("Patient/p")).ETag);
        (await host.PostAsync("Patient/p/$meta-add", """{"resourceType":"Parameters"}""")).ShouldFail(400, "required");
        (await host.PostAsync("Patient/p/$meta-add", """{"resourceType":"Parameters","parameter":[{"name":"meta","valueMeta":{"tag":[{"cody":"b"}]}}]}""")).ShouldFail(422, "structure");
        (await host.PostAsync("Patient/none/$meta-add", both)).ShouldFail(404, "not-found");

        static JsonElement Meta(Answer answer) => answer.Parameter("return")!.Value.GetProperty("valueMeta");
    }

    [Theory, BothStores]
    public async Task Outsiders_ReadMetaInTheirView_AndChangeNothing(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Patient/p", Patient);
        using LocalSigner member = host.Membership.Member(MemberRole.Telemedicine);
        (string, string) token = await host.TokenAsync(member);
        const string json = "application/json-patch+json";

        Assert.Equal(200, (await host.GetAsync("Patient/p/$meta", token)).Status);
        Assert.Equal(1, (await host.GetAsync("AuditEvent?_count=0")).Json.GetProperty("total").GetInt32()); // reading meta is reading
        (await host.PostAsync("Patient/p/$meta-add", "{}", token)).ShouldFail(403, "forbidden");
        (await host.PostAsync("Patient/p/$meta-delete", "{}", token)).ShouldFail(403, "forbidden");
        (await host.GetAsync("Patient/p/$validate", token)).ShouldFail(403, "forbidden");
        (await host.SendAsync("PATCH", "Patient/p", "[]", token, ("Content-Type", json))).ShouldFail(403, "forbidden");
        (await host.SendAsync("PATCH", "Patient?_id=p", "[]", token, ("Content-Type", json))).ShouldFail(403, "forbidden");
        (await host.DeleteAsync("Patient?_id=p", token)).ShouldFail(403, "forbidden");
        (await host.PutAsync("Patient?_id=p", Patient, token)).ShouldFail(403, "forbidden");
    }

    [Theory, BothStores]
    public async Task OwnOperations_AreDefinedWhereTheCapabilityStatementSays(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        JsonElement rest = (await host.GetAsync("metadata")).Json.GetProperty("rest")[0];
        string[] definitions = [.. rest.GetProperty("operation").EnumerateArray().Concat(rest.GetProperty("resource")[0].GetProperty("operation").EnumerateArray())
            .Select(operation => operation.GetProperty("definition").GetString()!).Where(url => url.StartsWith(host.Base, StringComparison.Ordinal)).Distinct()];

        Assert.Equal(8, definitions.Length);
        foreach (string url in definitions)
        {
            Answer definition = await host.GetAsync(url);
            Assert.Equal((200, url), (definition.Status, definition.Json.GetProperty("url").GetString()));
            Assert.DoesNotContain(FhirValidator.R4.Validate(System.Text.Encoding.UTF8.GetBytes(definition.Text)).Issues, issue => issue.Severity is IssueSeverity.Error or IssueSeverity.Fatal);
        }
    }

    private static bool HasErrors(Answer outcome) => outcome.Json.GetProperty("issue").EnumerateArray().Any(issue => issue.GetProperty("severity").GetString() is "error" or "fatal");
}
