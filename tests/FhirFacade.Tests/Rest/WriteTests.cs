using System.Text.Json;
using Consortium.Storage;

namespace Consortium.FhirFacade.Tests.Rest;

/// <summary>FHIR R4 http.html#create, #ccreate, #update, #upsert, #delete, #concurrency.</summary>
public sealed class WriteTests
{
    private const string Patient = """{"resourceType":"Patient","id":"p1","identifier":[{"system":"urn:mrn","value":"7"}],"gender":"female"}""";

    [Theory, BothStores]
    public async Task Create_Is201_WithLocationOfTheFirstVersion(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);

        Answer answer = await host.PostAsync("Patient", Patient);

        string id = answer.Json.GetProperty("id").GetString()!;
        Assert.Equal(201, answer.Status);
        Assert.NotEqual("p1", id); // http.html#create: the client's id is ignored
        Assert.Equal($"{host.Base}/Patient/{id}/_history/1", answer.Location);
        Assert.Equal("W/\"1\"", answer.ETag);
        Assert.Equal(200, (await host.GetAsync(answer.Location!)).Status);
    }

    [Theory, BothStores]
    public async Task Create_KeepsNumbersAndTextAsWritten(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        const string written = "\"valueQuantity\":{\"value\":1.50,\"unit\":\"10^9\\/L\"},\"note\":[{\"text\":\"\\u738b 王\"}]";

        Answer created = await host.PostAsync("Observation", "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"x\"}," + written + "}");

        Assert.Equal(201, created.Status);
        Assert.Contains(written, (await host.GetAsync(created.Location!)).Text, StringComparison.Ordinal);
    }

    [Theory, BothStores]
    public async Task Create_WhereTheSiteDoesWithoutValidation_TakesWhatR4WouldRefuse_ButOnlyResources(Dialect dialect)
    {
        const string invalid = """{"resourceType":"Patient","gender":"unheard-of"}""";
        await using FacadeHost host = await FacadeHost.StartAsync(dialect, options => options with { ValidateWrites = false });
        await using FacadeHost strict = await FacadeHost.StartAsync(dialect);

        Assert.Equal(201, (await host.PostAsync("Patient", invalid)).Status);
        (await host.PostAsync("Patient", "{\"resourceType\":\"Patient\",}")).ShouldFail(400, "structure");
        (await strict.PostAsync("Patient", invalid)).ShouldFail(422, "code-invalid");
    }

    [Theory, BothStores]
    public async Task Update_CreatesThenReplaces(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);

        Answer created = await host.PutAsync("Patient/p1", Patient);
        Answer updated = await host.PutAsync("Patient/p1", Patient.Replace("female", "male", StringComparison.Ordinal));
        Answer unchanged = await host.PutAsync("Patient/p1", Patient.Replace("female", "male", StringComparison.Ordinal));

        Assert.Equal((201, $"{host.Base}/Patient/p1/_history/1"), (created.Status, created.Location));
        Assert.Equal((200, "W/\"2\""), (updated.Status, updated.ETag));
        Assert.Equal((200, "W/\"2\""), (unchanged.Status, unchanged.ETag)); // unchanged content makes no new version
    }

    [Theory, BothStores]
    public async Task Update_WithAnotherVersionInMind_Is412AndChangesNothing(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Patient/p1", Patient);

        (await host.PutAsync("Patient/p1", Patient.Replace("female", "male", StringComparison.Ordinal), ("If-Match", "W/\"2\""))).ShouldFail(412, "conflict");
        (await host.PutAsync("Patient/p9", Patient.Replace("p1", "p9", StringComparison.Ordinal), ("If-Match", "W/\"1\""))).ShouldFail(412, "conflict");
        (await host.PutAsync("Patient/p1", Patient.Replace("female", "male", StringComparison.Ordinal), ("If-None-Match", "*"))).ShouldFail(412, "conflict");
        (await host.DeleteAsync("Patient/p1", ("If-Match", "W/\"2\""))).ShouldFail(412, "conflict");
        (await host.PutAsync("Patient/p1", Patient, ("If-Match", "nonsense"))).ShouldFail(400, "value");

        Assert.Equal("W/\"1\"", (await host.GetAsync("Patient/p1")).ETag);
        Assert.Equal(404, (await host.GetAsync("Patient/p9")).Status);
        Assert.Equal(200, (await host.PutAsync("Patient/p1", Patient.Replace("female", "male", StringComparison.Ordinal), ("If-Match", "W/\"1\""))).Status);
    }

    [Theory, BothStores]
    public async Task Update_WithoutOrWithAnotherId_Is400(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);

        (await host.PutAsync("Patient/p2", Patient)).ShouldFail(400, "invalid");
        (await host.PutAsync("Patient/p2", """{"resourceType":"Patient"}""")).ShouldFail(400, "required");
        (await host.PutAsync("Patient/a_b", """{"resourceType":"Patient","id":"a_b"}""")).ShouldFail(400, "value");
        (await host.PutAsync("Observation/p1", Patient)).ShouldFail(400, "invalid");
    }

    [Theory, BothStores]
    public async Task Update_WithAPartOfAResource_IsRefused_SoThatNothingIsLost(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Patient/p1", Patient);
        string part = (await host.GetAsync("Patient/p1?_elements=gender")).Text.Replace("female", "male", StringComparison.Ordinal);

        (await host.PutAsync("Patient/p1", part)).ShouldFail(422, "business-rule");
        (await host.PutAsync("Patient?identifier=urn:mrn|7", part)).ShouldFail(422, "business-rule");
        Answer inside = (await host.PostAsync("", "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[{\"request\":{\"method\":\"PUT\",\"url\":\"Patient/p1\"},\"resource\":" + part + "}]}")).ShouldFail(422, "business-rule");

        Assert.Contains("Bundle.entry[0].resource.meta.tag", inside.Text, StringComparison.Ordinal);
        Assert.Equal("W/\"1\"", (await host.GetAsync("Patient/p1")).ETag);
        Assert.Equal(200, (await host.PutAsync("Patient/p1", Patient.Replace("\"gender\"", "\"name\":[{\"text\":\"SUBSETTED\"}],\"gender\"", StringComparison.Ordinal))).Status); // the word alone is nothing
    }

    [Theory, BothStores]
    public async Task Delete_Is204_AlsoAgainAndForWhatNeverWas(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Patient/p1", Patient);

        Assert.Equal((204, ""), Of(await host.DeleteAsync("Patient/p1")));
        Assert.Equal((204, ""), Of(await host.DeleteAsync("Patient/p1")));
        Assert.Equal((204, ""), Of(await host.DeleteAsync("Patient/never")));
        Assert.Equal(404, (await host.GetAsync("Patient/never")).Status);
        Assert.Equal(("W/\"3\"", 201), (await host.PutAsync("Patient/p1", Patient)) is { } again ? (again.ETag, again.Status) : default);

        static (int, string) Of(Answer answer) => (answer.Status, answer.Text);
    }

    [Theory, BothStores]
    public async Task ConditionalCreate_MatchesNoneOneOrSeveral(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        (string, string) condition = ("If-None-Exist", "identifier=urn:mrn|7");

        Answer first = await host.PostAsync("Patient", Patient, condition);
        Answer second = await host.PostAsync("Patient", Patient, condition);
        await host.PostAsync("Patient", Patient);
        Answer third = await host.PostAsync("Patient", Patient, condition);

        Assert.Equal((201, 200), (first.Status, second.Status));
        Assert.Equal(first.Location, second.Location);
        third.ShouldFail(412, "multiple-matches");
        (await host.PostAsync("Patient", Patient, ("If-None-Exist", "nickname=x"))).ShouldFail(400, "not-supported");
        Assert.Equal(2, (await host.GetAsync("Patient")).Json.GetProperty("total").GetInt32());
    }

    [Theory, BothStores]
    public async Task ConditionalCreate_ManyAtOnce_CreateOne(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);

        Answer[] answers = await Task.WhenAll(Enumerable.Range(0, 24).Select(_ => host.PostAsync("Patient", Patient, ("If-None-Exist", "identifier=urn:mrn|7"))));

        Assert.Single(answers, answer => answer.Status == 201);
        Assert.Equal(1, (await host.GetAsync("Patient")).Json.GetProperty("total").GetInt32());
    }

    [Theory, BothStores]
    public async Task Prefer_ReturnDecidesTheBody(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);

        Answer minimal = await host.PostAsync("Patient", Patient, ("Prefer", "return=minimal"));
        Answer outcome = await host.PostAsync("Patient", Patient, ("Prefer", "return=OperationOutcome"));
        Answer whole = await host.PostAsync("Patient", Patient, ("Prefer", "return=representation"));

        Assert.Equal((201, ""), (minimal.Status, minimal.Text));
        Assert.NotNull(minimal.Location);
        Assert.Equal("OperationOutcome", outcome.Type);
        Assert.Equal("Patient", whole.Type);
    }

    [Theory, BothStores]
    public async Task IfMatch_SixtyFourWriters_LoseNoUpdate(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        for (int i = 0; i < 4; i++) await host.PutAsync($"Basic/c{i}", Counter(i, 0));

        await Task.WhenAll(Enumerable.Range(0, 64).Select(async writer =>
        {
            var random = new Random(writer);
            for (int done = 0; done < 2;)
            {
                int resource = random.Next(4);
                Answer current = await host.GetAsync($"Basic/c{resource}");
                Answer written = await host.PutAsync($"Basic/c{resource}", Counter(resource, Value(current.Json) + 1), ("If-Match", current.ETag!));
                Assert.Contains(written.Status, new[] { 200, 412 });
                if (written.Status == 200) done++;
            }
        }));

        int total = 0;
        for (int i = 0; i < 4; i++)
        {
            Answer current = await host.GetAsync($"Basic/c{i}");
            Assert.Equal($"W/\"{Value(current.Json) + 1}\"", current.ETag);
            total += Value(current.Json);
        }

        Assert.Equal(128, total);
    }

    private static string Counter(int resource, int value) => "{\"resourceType\":\"Basic\",\"id\":\"c" + resource + "\",\"code\":{\"text\":\"" + value + "\"}}";

    private static int Value(JsonElement basic) =>
        int.Parse(basic.GetProperty("code").GetProperty("text").GetString()!, System.Globalization.CultureInfo.InvariantCulture);
}
