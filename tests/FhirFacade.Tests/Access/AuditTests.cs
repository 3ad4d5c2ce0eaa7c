using System.Data.Common;
using System.Text;
using System.Text.Json;
using Consortium.Fhir;
using Consortium.FhirFacade.AuditTrail;
using Consortium.FhirFacade.Tests.Rest;
using Consortium.Integrity;
using Consortium.Ledger;
using Consortium.Storage;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace Consortium.FhirFacade.Tests.Access;

/// <summary>Every access is an AuditEvent after IHE BALP, whoever asks and whatever comes of it.</summary>
public sealed class AuditTests
{
    private const string Rest = "http://hl7.org/fhir/restful-interaction";

    [Theory, BothStores]
    public async Task EachInteractionOfAUser_IsAnEventOfItsPattern(Dialect dialect)
    {
        await using TestOidcProvider provider = await TestOidcProvider.StartAsync();
        await using FacadeHost host = await ScopeTests.WithRecordsAsync(dialect, provider);
        await EventsAsync(host);
        (string, string) login = provider.Login("user/*.cruds", ("roles", new[] { "physician" }), ("fhirUser", host.Base + "/Practitioner/doc"), ("jti", "token-7"));
        (string, string) patch = ("Content-Type", "application/json-patch+json"), id = ("X-Request-Id", "request-1");

        foreach ((string method, string path, string? body, string pattern, string action, string record) in new (string, string, string?, string, string, string)[]
        {
            ("GET", "Observation/lab1", null, "PatientRead read", "R", "Observation/lab1/_history/1"), ("GET", "Observation/lab1/_history/1", null, "PatientRead vread", "R", "Observation/lab1/_history/1"),
            ("GET", "Practitioner/doc", null, "Read read", "R", "Practitioner/doc/_history/1"), ("GET", "Patient/p1", null, "PatientRead read", "R", "Patient/p1/_history/1"),
            ("PUT", "Observation/n", Observation("n"), "PatientUpdate update", "U", "Observation/n/_history/1"), ("PATCH", "Observation/n", """[{"op":"replace","path":"/status","value":"amended"}]""", "PatientUpdate patch", "U", "Observation/n/_history/2"),
            ("DELETE", "Observation/n", null, "PatientDelete delete", "D", "Observation/n/_history/3"), ("POST", "Observation", Observation(null), "PatientCreate create", "C", "/_history/1"),
            ("GET", "Observation?code:text=K&_id=lab1", null, "PatientQuery search-type", "E", "Observation/lab1/_history/1"), ("GET", "Observation?_id=none", null, "Query search-type", "E", ""),
            ("GET", "Observation/lab1/_history", null, " history-instance", "E", "Observation/lab1/_history/1"),
        })
        {
            int before = (await EventsAsync(host)).Length;
            Answer answer = method == "PATCH" ? await host.SendAsync(method, path, body, login, id, patch) : await host.SendAsync(method, path, body, login, id);
            Assert.True(answer.Status < 300, answer.Text);
            JsonElement[] events = await EventsAsync(host);
            Assert.True(events.Length == before + 1, $"{method} {path}: {events.Length - before} events");
            JsonElement one = events[^1];
            string profile = one.GetProperty("meta").TryGetProperty("profile", out JsonElement profiles) ? profiles[0].GetString()!.Split("IHE.BasicAudit.")[1] : "";
            Assert.Equal(pattern, $"{profile} {Code(one.GetProperty("subtype")[0])}");
            Assert.Equal((action, "0", "rest"), (one.GetProperty("action").GetString(), one.GetProperty("outcome").GetString(), Code(one.GetProperty("type"))));
            Assert.Equal(Rest, one.GetProperty("subtype")[0].GetProperty("system").GetString());
            JsonElement[] entities = [.. one.GetProperty("entity").EnumerateArray()];
            Assert.Equal(profile.StartsWith("Patient", StringComparison.Ordinal) || pattern == " history-instance" ? ["Patient/p1"] : [], entities.Where(entity => Code(entity.GetProperty("type")) == "1").Select(What));
            Assert.Equal("request-1", entities.Single(entity => Code(entity.GetProperty("type")) == "XrequestId").GetProperty("what").GetProperty("identifier").GetProperty("value").GetString());
            if (record.Length > 0) Assert.Contains(entities, entity => entity.TryGetProperty("role", out JsonElement role) && Code(role) == "4" && What(entity).EndsWith(record, StringComparison.Ordinal));
            if (action == "E") Assert.Equal($"{method} {path.Replace(":", "%3A", StringComparison.Ordinal)}", Query(one));

            JsonElement[] agents = [.. one.GetProperty("agent").EnumerateArray()];
            Assert.Equal(action == "R" ? ["110152", "110153"] : ["110153", "110152"], agents[..2].Select(agent => Code(agent.GetProperty("type").GetProperty("coding")[0])));
            Assert.Equal(("ward-app", "127.0.0.1"), (Value(agents[0]), agents[0].GetProperty("network").GetProperty("address").GetString()));
            Assert.Equal(MemberToken.Did(host.Options.ChainId, host.Options.Custodian), Value(agents[1]));
            Assert.Equal(("dr-wang", provider.Issuer, "Practitioner/doc", "physician", "token-7", true), (Value(agents[2]), agents[2].GetProperty("who").GetProperty("identifier").GetProperty("system").GetString(),
                agents[2].GetProperty("who").GetProperty("reference").GetString(), agents[2].GetProperty("role")[0].GetProperty("text").GetString(), agents[2].GetProperty("policy")[0].GetString(), agents[2].GetProperty("requestor").GetBoolean()));
            Valid(one);
        }
    }

    [Theory, BothStores]
    public async Task ASearchOverSeveralPatients_IsAnEventForEach(Dialect dialect)
    {
        await using TestOidcProvider provider = await TestOidcProvider.StartAsync();
        await using FacadeHost host = await ScopeTests.WithRecordsAsync(dialect, provider);
        int before = (await EventsAsync(host)).Length;

        Assert.Equal(3, (await host.GetAsync("Observation?_include=Observation:encounter", provider.Login("system/*.rs", ("sub", "warehouse"), ("client_id", "warehouse")))).Matches.Length);

        JsonElement[] events = (await EventsAsync(host))[before..];
        Assert.Equal(["Patient/p1", "Patient/p2"], events.Select(one => What(one.GetProperty("entity")[0])));
        Assert.DoesNotContain("p2", events[0].GetRawText(), StringComparison.Ordinal);
        Assert.Contains("Encounter/e1/_history/1", events[0].GetRawText(), StringComparison.Ordinal);
        Assert.Equal(2, events[0].GetProperty("agent").GetArrayLength()); // a client by itself has no user
        Assert.True(events[0].GetProperty("agent")[0].GetProperty("requestor").GetBoolean());
        Assert.All(events, Valid);
    }

    [Theory, BothStores]
    public async Task RefusedAccesses_AreOnRecord_WithTheirReason(Dialect dialect)
    {
        await using TestOidcProvider provider = await TestOidcProvider.StartAsync();
        await using FacadeHost host = await ScopeTests.WithRecordsAsync(dialect, provider);
        using LocalSigner member = host.Membership.Member(MemberRole.Telemedicine);

        foreach ((string method, string path, (string, string) login, string outcome) in new[]
        {
            ("GET", "Condition/c1", provider.Login("user/Observation.rs"), "HTTP 403 forbidden"), ("GET", "Observation/lab2", provider.Login("patient/*.rs", ("patient", "p1")), "HTTP 404 not-found"),
            ("GET", "Observation?date=nonsense", provider.Login("user/*.rs"), "HTTP 400 value"), ("DELETE", "Observation/lab1", provider.Login("user/*.rs"), "HTTP 403 forbidden"),
            ("PUT", "Observation/lab1", await host.TokenAsync(member), "HTTP 403 forbidden"), ("GET", "Observation/none", await host.TokenAsync(member), "HTTP 404 not-found"),
        })
        {
            int before = (await EventsAsync(host)).Length;
            Assert.True((await host.SendAsync(method, path, method == "PUT" ? Observation("lab1") : null, login)).Status >= 400);
            JsonElement one = Assert.Single((await EventsAsync(host))[before..]);
            Assert.Equal(("4", outcome), (one.GetProperty("outcome").GetString(), one.GetProperty("outcomeDesc").GetString()));
            if (!path.Contains('?', StringComparison.Ordinal)) Assert.Contains(one.GetProperty("entity").EnumerateArray(), entity => entity.TryGetProperty("role", out _) && What(entity) == path);
            Valid(one);
        }

        int known = (await EventsAsync(host)).Length;
        await host.GetAsync("Observation/lab1"); // nobody is known: there is nobody to name
        await host.GetAsync("Observation/lab1", ("Authorization", "Bearer nonsense"));
        Assert.Equal(known, (await EventsAsync(host)).Length);
    }

    [Theory, BothStores]
    public async Task EntriesOfABatch_AreAccessesOfTheirOwn_AndATransactionIsOneForEachPatient(Dialect dialect)
    {
        await using TestOidcProvider provider = await TestOidcProvider.StartAsync();
        await using FacadeHost host = await ScopeTests.WithRecordsAsync(dialect, provider);
        (string, string) login = provider.Login("user/*.cruds");
        int before = (await EventsAsync(host)).Length;

        await host.PostAsync("", """{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"Observation/lab1"}},{"request":{"method":"GET","url":"Observation/none"}}]}""", login);
        JsonElement[] batch = (await EventsAsync(host))[before..];
        Assert.Equal(["read 0", "read 4"], batch.Select(one => $"{Code(one.GetProperty("subtype")[0])} {one.GetProperty("outcome").GetString()}"));

        Assert.Equal(200, (await host.PostAsync("", "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[{\"resource\":" + Observation("t") + ",\"request\":{\"method\":\"PUT\",\"url\":\"Observation/t\"}}," +
            "{\"request\":{\"method\":\"GET\",\"url\":\"Observation/lab2\"}}]}", login)).Status);
        JsonElement[] transaction = (await EventsAsync(host))[(before + 2)..];
        Assert.Equal(["Observation/lab2/_history/1 p2", "Observation/t/_history/1 p1"], transaction.Select(one => Records(one)).Order(StringComparer.Ordinal));
        Assert.All(transaction, one => Assert.Equal("transaction", Code(one.GetProperty("subtype")[0])));
        Assert.All(transaction, Valid);

        static string Records(JsonElement one) => string.Join(' ', one.GetProperty("entity").EnumerateArray()
            .Where(entity => entity.TryGetProperty("role", out JsonElement role) && Code(role) == "4").Select(What)) + " " + What(one.GetProperty("entity")[0]).Split('/')[1];
    }

    [Theory, BothStores]
    public async Task TheTrail_IsReadByWhomTheSiteNames_AndChangedByNobody(Dialect dialect)
    {
        await using TestOidcProvider provider = await TestOidcProvider.StartAsync();
        await using FacadeHost host = await ScopeTests.WithRecordsAsync(dialect, provider, options => options with { AuditRoles = ["auditor"] });
        await host.GetAsync("Observation", provider.Login("user/*.rs"));
        int before = (await EventsAsync(host)).Length;
        string id = (await EventsAsync(host))[0].GetProperty("id").GetString()!;
        (string, string) auditor = provider.Login("user/*.cruds", ("roles", new[] { "auditor" })), program = provider.Login("system/AuditEvent.crs", ("sub", "siem"), ("client_id", "siem"));

        foreach ((string, string) login in new[] { provider.Login("user/*.cruds"), provider.Login("system/*.cruds"), provider.Login("patient/*.rs", ("patient", "p1")) })
        {
            (await host.GetAsync("AuditEvent", login)).ShouldFail(403, "forbidden");
            (await host.GetAsync($"AuditEvent/{id}", login)).ShouldFail(403, "forbidden");
            Assert.DoesNotContain("AuditEvent", (await host.GetAsync("Patient?_revinclude=AuditEvent:patient", login)).Text.Replace("_revinclude=AuditEvent%3Apatient", "", StringComparison.Ordinal), StringComparison.Ordinal);
        }

        Assert.True((await host.GetAsync("AuditEvent?_count=200", auditor)).Matches.Length >= before);
        Assert.Equal(200, (await host.GetAsync($"AuditEvent/{id}", program)).Status);
        Answer read = await host.GetAsync($"AuditEvent/{id}", auditor);
        (await host.PutAsync($"AuditEvent/{id}", read.Text, auditor)).ShouldFail(403, "forbidden");
        (await host.DeleteAsync($"AuditEvent/{id}", auditor)).ShouldFail(403, "forbidden");
        (await host.PostAsync("AuditEvent", read.Text, auditor)).ShouldFail(403, "forbidden");
        Assert.Equal(201, (await host.PostAsync("AuditEvent", read.Text, program)).Status);

        // A look at the trail is one event, however much it shows.
        int looked = (await EventsAsync(host)).Length;
        for (int i = 0; i < 3; i++) await host.GetAsync("AuditEvent?_count=200", auditor);
        Assert.Equal(looked + 3, (await EventsAsync(host)).Length);
    }

    [Theory, BothStores]
    public async Task AResident_SeesWhoSawItsRecords_WithoutTheirQueries(Dialect dialect)
    {
        await using TestOidcProvider provider = await TestOidcProvider.StartAsync();
        await using FacadeHost host = await OidcTests.StartAsync(dialect, provider);
        (string, string) login = provider.Login("user/*.cruds");
        await host.PutAsync("Patient/p", """{"resourceType":"Patient","id":"p","identifier":[{"system":"urn:mrn","value":"1"}]}""", login);
        await host.GetAsync("Patient?identifier=urn:mrn|1,urn:mrn|SOMEBODY-ELSE", login);
        await EventsAsync(host);
        using LocalSigner resident = host.Membership.Resident(IndexIdentifiers.SubjectTag(host.Options.IndexKey, 1, "urn:mrn", "1"));

        Answer seen = await host.GetAsync("AuditEvent", await host.TokenAsync(resident));

        Assert.Equal(200, seen.Status);
        Assert.Contains("dr-wang", seen.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("\"query\"", seen.Text, StringComparison.Ordinal);
        Assert.All(await EventsAsync(host), Valid);
    }

    [Theory, BothStores]
    public async Task OpenAccess_NamesNobody_AndIsOnRecordWhereTheSiteWantsIt(Dialect dialect)
    {
        await using FacadeHost silent = await FacadeHost.StartAsync(dialect);
        await silent.PutAsync("Patient/p", """{"resourceType":"Patient","id":"p"}""");
        Assert.Empty(await EventsAsync(silent));

        await using FacadeHost host = await FacadeHost.StartAsync(dialect, options => options with { AuditOpenAccess = true });
        await host.PutAsync("Patient/p", """{"resourceType":"Patient","id":"p"}""");
        JsonElement one = Assert.Single(await EventsAsync(host));
        Assert.Contains("OpenAccess", one.GetProperty("agent")[0].GetProperty("who").GetProperty("display").GetString(), StringComparison.Ordinal);
        Assert.Equal("127.0.0.1", one.GetProperty("agent")[0].GetProperty("network").GetProperty("address").GetString());
        Valid(one);
    }

    [Theory, BothStores]
    public async Task AtShutdown_EveryEventIsStored(Dialect dialect)
    {
        await using TestOidcProvider provider = await TestOidcProvider.StartAsync();
        await using FacadeHost host = await ScopeTests.WithRecordsAsync(dialect, provider);
        int before = (await EventsAsync(host)).Length;
        await using FacadeHost busy = await ScopeTests.WithRecordsAsync(dialect, provider);
        (string, string) login = provider.Login("user/*.rs");

        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => busy.GetAsync("Observation/lab1", login)));

        Assert.Equal(before + 100, (await EventsAsync(busy)).Length);
        await busy.GetAsync("Observation/lab1", login); // one that came after the end of the queue
        Assert.Equal(before + 101, (await EventsAsync(busy)).Length);
    }

    /// <summary>The events that are stored, oldest first, once all that wait are.</summary>
    internal static async Task<JsonElement[]> EventsAsync(FacadeHost host)
    {
        await host.Services.GetRequiredService<AuditBatch>().StopAsync(default);
        await using DbConnection connection = await host.Services.GetRequiredService<Database>().ConnectAsync();
        return [.. (await connection.QueryAsync<byte[]>("SELECT body FROM resource_version WHERE type = 'AuditEvent' ORDER BY seq")).Select(body => JsonSerializer.Deserialize<JsonElement>(body))];
    }

    internal static void Valid(JsonElement one)
    {
        string[] errors = [.. FhirValidator.R4.Validate(Encoding.UTF8.GetBytes(one.GetRawText())).Issues
            .Where(issue => issue.Severity is IssueSeverity.Error or IssueSeverity.Fatal).Select(issue => $"{issue.Expression}: {issue.Diagnostics}")];
        Assert.True(errors.Length == 0, string.Join('\n', errors) + one.GetRawText());
    }

    private static string Observation(string? id) =>
        "{\"resourceType\":\"Observation\"," + (id is null ? "" : $"\"id\":\"{id}\",") + "\"status\":\"final\",\"code\":{\"text\":\"x\"},\"subject\":{\"reference\":\"Patient/p1\"}}";

    private static string Code(JsonElement coding) => coding.GetProperty("code").GetString()!;

    private static string What(JsonElement entity) => entity.TryGetProperty("what", out JsonElement what) && what.TryGetProperty("reference", out JsonElement reference) ? reference.GetString()! : "";

    private static string Value(JsonElement agent) => agent.GetProperty("who").GetProperty("identifier").GetProperty("value").GetString()!;

    private static string Query(JsonElement one) => Encoding.UTF8.GetString(one.GetProperty("entity").EnumerateArray().Single(entity => entity.TryGetProperty("query", out _)).GetProperty("query").GetBytesFromBase64());
}
