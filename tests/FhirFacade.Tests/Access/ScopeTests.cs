using System.Text.Json;
using Consortium.FhirFacade.Tests.Rest;
using Consortium.Storage;

namespace Consortium.FhirFacade.Tests.Access;

/// <summary>What a token's scopes let its holder do, on every interaction (SMART App Launch 2.2.0).</summary>
public sealed class ScopeTests
{
    private const string Laboratory = "http://terminology.hl7.org/CodeSystem/observation-category|laboratory";

    private static readonly string[] s_resources =
    [
        """{"resourceType":"Organization","id":"org","name":"Ward 7"}""",
        """{"resourceType":"Practitioner","id":"doc","active":true}""",
        """{"resourceType":"Patient","id":"p1","active":true,"managingOrganization":{"reference":"Organization/org"},"generalPractitioner":[{"reference":"Practitioner/doc"}]}""",
        """{"resourceType":"Patient","id":"p2","active":true}""",
        """{"resourceType":"Encounter","id":"e1","status":"finished","class":{"code":"IMP"},"subject":{"reference":"Patient/p1"}}""",
        """{"resourceType":"Encounter","id":"e2","status":"finished","class":{"code":"IMP"},"subject":{"reference":"Patient/p2"}}""",
        """{"resourceType":"Observation","id":"lab1","status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory"}]}],"code":{"text":"K"},"subject":{"reference":"Patient/p1"},"encounter":{"reference":"Encounter/e1"}}""",
        """{"resourceType":"Observation","id":"vital1","status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],"code":{"text":"P"},"subject":{"reference":"Patient/p1"}}""",
        """{"resourceType":"Observation","id":"lab2","status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory"}]}],"code":{"text":"K"},"subject":{"reference":"Patient/p2"},"encounter":{"reference":"Encounter/e2"}}""",
        """{"resourceType":"Condition","id":"c1","code":{"text":"x"},"subject":{"reference":"Patient/p1"}}""",
    ];

    [Fact]
    public async Task AUser_WhateverItsScopes_ErasesNothingAndHoldsNothing()
    {
        await using TestOidcProvider provider = await TestOidcProvider.StartAsync();
        await using FacadeHost host = await WithRecordsAsync(Dialect.Sqlite, provider);
        foreach (string scope in new[] { "user/*.cruds", "system/*.cruds", "user/*.* system/*.*" })
        {
            foreach (string path in new[] { "Patient/p1/$erase", "Patient/p1/_history/1/$erase", "Patient/p1/$legal-hold", "Patient/p1/$legal-hold-release" })
            {
                (await host.PostAsync(path, """{"resourceType":"Parameters","parameter":[{"name":"basis","valueCode":"pipl-47"},{"name":"scope","valueCode":"record"},{"name":"reason","valueCode":"court-order"}]}""", provider.Login(scope))).ShouldFail(403, "forbidden");
            }
        }
    }

    [Theory, BothStores]
    public async Task TypeScopes_GiveTheirInteractions_AndNameWhatIsMissing(Dialect dialect)
    {
        await using TestOidcProvider provider = await TestOidcProvider.StartAsync();
        await using FacadeHost host = await WithRecordsAsync(dialect, provider);
        string lab = s_resources[6];

        foreach ((string scope, string method, string path, string? body, int status) in new (string, string, string, string?, int)[]
        {
            ("user/Observation.r", "GET", "Observation/lab1", null, 200), ("user/Observation.s", "GET", "Observation/lab1", null, 403), ("user/Observation.r", "GET", "Observation/lab1/_history/1", null, 200),
            ("user/Observation.r", "GET", "Observation/lab1/_history", null, 200), ("user/Observation.r", "GET", "Observation/_history", null, 403), ("user/Observation.s", "GET", "Observation/_history", null, 200),
            ("user/Observation.s", "GET", "Observation", null, 200), ("user/Observation.r", "GET", "Observation", null, 403), ("user/Observation.r", "POST", "Observation/_search", "", 403),
            ("user/Observation.rs", "GET", "Patient/p1", null, 403), ("user/Observation.rs", "GET", "_history", null, 403), ("user/*.rs", "GET", "_history", null, 200),
            ("user/Observation.rs", "GET", "Patient/p1/Observation", null, 200), ("user/Observation.rs", "GET", "Patient/p1/*", null, 403), ("user/Observation.rs", "GET", "Patient/p1/Encounter", null, 403),
            ("user/Observation.u", "PUT", "Observation/lab1", lab, 200), ("user/Observation.cr", "PUT", "Observation/lab1", lab, 403), ("user/Observation.c", "POST", "Observation", lab, 201),
            ("user/Observation.u", "PUT", "Observation?code:text=none", lab, 403), ("user/Observation.cruds", "DELETE", "Condition/c1", null, 403), ("user/*.d", "DELETE", "Condition/none", null, 204),
            ("user/*.rs", "DELETE", "Condition/c1", null, 403), ("system/*.rs", "GET", "Observation/lab1/$meta", null, 200), ("openid", "GET", "Observation", null, 403), ("user/*.rs", "GET", "Patient/p1/$everything", null, 200),
            ("user/Observation.rs", "GET", "Patient/p1/$everything", null, 403), ("user/Observation.rs", "GET", "$export", null, 202), ("user/Observation.rs", "GET", "$export?_type=Patient", null, 403),
            ("user/Observation.rs", "GET", "$locate?identifier=a|b", null, 403), ("user/*.rs", "GET", "CodeSystem/$lookup?system=http://hl7.org/fhir/observation-status&code=final", null, 200),
        })
        {
            (string, string) contentType = ("Content-Type", path.EndsWith("_search", StringComparison.Ordinal) ? "application/x-www-form-urlencoded" : "application/fhir+json");
            Answer answer = await host.SendAsync(method, path, body, provider.Login(scope), contentType);
            Assert.True(answer.Status == status, $"{scope} {method} {path}: {answer.Status} {answer.Text}");
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, $"{host.Base}/Patient/never");
        (string name, string value) = provider.Login("user/Observation.rs");
        request.Headers.Add(name, value);
        using HttpResponseMessage refused = await host.Client.SendAsync(request);
        Assert.Equal("Bearer error=\"insufficient_scope\", scope=\"user/Patient.r\"", refused.Headers.WwwAuthenticate.ToString());
        Assert.Contains("user/Patient.r", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory, BothStores]
    public async Task PatientScopes_ConfineEveryInteractionToTheCompartment(Dialect dialect)
    {
        await using TestOidcProvider provider = await TestOidcProvider.StartAsync();
        await using FacadeHost host = await WithRecordsAsync(dialect, provider);
        (string, string) login = provider.Login("launch/patient patient/*.cruds", ("patient", "p1"));

        foreach ((string path, string ids) in new[]
        {
            ("Patient", "p1"), ("Observation", "lab1 vital1"), ("Observation?subject=Patient/p2", ""), ("Encounter", "e1"), ("Observation?encounter.status=finished", "lab1"),
            ("Patient?_has:Observation:patient:status=final", "p1"), ("Observation?_sort=-_lastUpdated&_count=1", "vital1"), ("Practitioner", "doc"), ("Patient/p1/Observation", "lab1 vital1"),
            ("Patient/p2/Observation", ""), ("?_type=Patient,Observation", "lab1 p1 vital1"), ("Observation?code:text=K", "lab1"), ("Observation?status:not=amended", "lab1 vital1"),
            ("Observation?_id=lab1,lab2", "lab1"),
        })
        {
            Answer found = await host.GetAsync(path, login);
            Assert.True(found.Status == 200 && string.Join(' ', found.Matches.Order(StringComparer.Ordinal)) == ids, $"{path}: {found.Text}");
        }

        Assert.Equal(2, (await host.GetAsync("Observation?_count=0", login)).Json.GetProperty("total").GetInt32());
        foreach (string path in new[] { "Observation/lab2", "Observation/lab2/_history/1", "Observation/lab2/_history", "Patient/p2", "Patient/p2/$everything", "Observation/lab2/$meta", "Observation/lab2/$disclose", "Observation/lab2/$receipt", "Observation/lab2/$validate" })
        {
            (await host.GetAsync(path, login)).ShouldFail(404, "not-found");
        }

        foreach (string path in new[] { "_history", "Observation/_history", "$export", "Patient/$export", "Observation?encounter.subject.organization.endpoint.status=x" })
        {
            Assert.Contains((await host.GetAsync(path, login)).Status, new[] { 403, 200, 400 });
        }

        (await host.GetAsync("$export", login)).ShouldFail(403, "forbidden");
        (await host.GetAsync("Observation/_history", login)).ShouldFail(403, "forbidden");
        Answer all = await host.GetAsync("Patient/p1/$everything", login);
        Assert.DoesNotContain("p2", all.Text, StringComparison.Ordinal);
        Assert.Contains("\"lab1\"", all.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("\"e2\"", (await host.GetAsync("Encounter?_revinclude=Observation:encounter&_include=Encounter:subject", login)).Text, StringComparison.Ordinal);

        // Writes are about the patient, before and after.
        Assert.Equal(201, (await host.PutAsync("Observation/new", Observation("new", "p1"), login)).Status);
        (await host.PutAsync("Observation/other", Observation("other", "p2"), login)).ShouldFail(403, "forbidden");
        (await host.PutAsync("Observation/lab1", Observation("lab1", "p2"), login)).ShouldFail(403, "forbidden");
        (await host.PutAsync("Observation/lab2", Observation("lab2", "p1"), login)).ShouldFail(403, "forbidden");
        (await host.PostAsync("Observation", Observation(null, "p2"), login)).ShouldFail(403, "forbidden");
        (await host.DeleteAsync("Observation/lab2", login)).ShouldFail(403, "forbidden");
        (await host.SendAsync("PATCH", "Observation/lab2", """[{"op":"test","path":"/status","value":"x"}]""", login, ("Content-Type", "application/json-patch+json"))).ShouldFail(403, "forbidden");
        (await host.SendAsync("PATCH", "Observation/new", """[{"op":"replace","path":"/subject/reference","value":"Patient/p2"}]""", login, ("Content-Type", "application/json-patch+json"))).ShouldFail(403, "forbidden");
        (await host.PutAsync("Practitioner/doc", """{"resourceType":"Practitioner","id":"doc","active":false}""", login)).ShouldFail(403, "forbidden");
        (await host.PutAsync("Patient/p3", """{"resourceType":"Patient","id":"p3"}""", login)).ShouldFail(403, "forbidden");
        Assert.Equal(204, (await host.DeleteAsync("Observation?subject=Patient/p2", login)).Status); // finds nothing that it may see
        Assert.Equal(200, (await host.GetAsync("Observation/lab2", provider.Login("system/*.rs"))).Status);
        Assert.Equal(201, (await host.PostAsync("Observation", Observation(null, "p1"), login, ("If-None-Exist", "subject=Patient/p2"))).Status);
    }

    [Theory, BothStores]
    public async Task BatchesAndTransactions_AreCheckedEntryByEntry(Dialect dialect)
    {
        await using TestOidcProvider provider = await TestOidcProvider.StartAsync();
        await using FacadeHost host = await WithRecordsAsync(dialect, provider);
        (string, string) login = provider.Login("patient/Observation.cruds", ("patient", "p1"));
        string entries = "{\"request\":{\"method\":\"GET\",\"url\":\"Observation/lab1\"}},{\"request\":{\"method\":\"GET\",\"url\":\"Observation/lab2\"}},{\"request\":{\"method\":\"GET\",\"url\":\"Observation\"}},{\"request\":{\"method\":\"GET\",\"url\":\"Encounter/e1\"}}";

        Answer batch = await host.PostAsync("", "{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":[" + entries + "]}", login);
        Assert.Equal(["200", "404", "200", "403"], batch.Entries.Select(entry => entry.GetProperty("response").GetProperty("status").GetString()));
        Assert.DoesNotContain("p2", batch.Text, StringComparison.Ordinal);
        (await host.PostAsync("", "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[" + Put("new", "p1") + ",{\"request\":{\"method\":\"GET\",\"url\":\"Encounter/e1\"}}]}", login)).ShouldFail(403, "forbidden");
        (await host.PostAsync("", "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[" + Put("new", "p1") + ",{\"request\":{\"method\":\"GET\",\"url\":\"Observation/lab2\"}}]}", login)).ShouldFail(404, "not-found");
        Answer refused = (await host.PostAsync("", "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[" + Put("new", "p1") + "," + Put("new2", "p2") + "]}", login)).ShouldFail(403, "forbidden");
        Assert.Contains("Observation.u", refused.Text, StringComparison.Ordinal);
        Assert.Equal(["lab1", "vital1"], (await host.GetAsync("Observation", login)).Matches);
        Assert.Equal(200, (await host.PostAsync("", "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[" + Put("new", "p1") + "]}", login)).Status);
    }

    [Theory, BothStores]
    public async Task Restrictions_AreAndedToSearches_AndCheckedOnReadsAndWrites(Dialect dialect)
    {
        await using TestOidcProvider provider = await TestOidcProvider.StartAsync();
        await using FacadeHost host = await WithRecordsAsync(dialect, provider);
        (string, string) login = provider.Login($"patient/Observation.rs?category={Laboratory} patient/Observation.u?category={Laboratory}", ("patient", "Patient/p1"));

        Assert.Equal(["lab1"], (await host.GetAsync("Observation", login)).Matches);
        Assert.Equal(["lab1", "lab2"], (await host.GetAsync("Observation", provider.Login($"user/Observation.rs?category={Laboratory}"))).Matches);
        Assert.Equal(200, (await host.GetAsync("Observation/lab1", login)).Status);
        (await host.GetAsync("Observation/vital1", login)).ShouldFail(404, "not-found");
        (await host.PutAsync("Observation/vital1", Observation("vital1", "p1"), login)).ShouldFail(403, "forbidden");
        (await host.PutAsync("Observation/lab1", Observation("lab1", "p1"), login)).ShouldFail(403, "forbidden"); // it would no longer be a laboratory result
        Assert.Equal(["lab1", "vital1"], (await host.GetAsync("Observation", provider.Login($"patient/Observation.rs?category={Laboratory} patient/Observation.rs?category=vital-signs", ("patient", "p1")))).Matches);

        // What is not understood gives nothing, rather than more than was meant.
        foreach (string scope in new[] { "user/Observation.rs?no-such=1", "user/Observation.rs?value-quantity=gt5", "user/Observation.rs?patient.name=a", "user/Observation.rs?_count=5", "user/Observation.rs?category:nonsense=1" })
        {
            (await host.GetAsync("Observation", provider.Login(scope))).ShouldFail(403, "forbidden");
        }
    }

    [Theory, BothStores]
    public async Task Filters_AndSearchesInside_LookNoFurtherThanTheScopes(Dialect dialect)
    {
        await using TestOidcProvider provider = await TestOidcProvider.StartAsync();
        await using FacadeHost host = await WithRecordsAsync(dialect, provider);
        (string, string) all = provider.Login("user/*.cruds"), login = provider.Login("user/Observation.rs user/MedicationRequest.rs user/Medication.rs patient/Encounter.rs", ("patient", "p1"));
        Assert.Equal(201, (await host.PutAsync("MedicationRequest/m", """{"resourceType":"MedicationRequest","id":"m","contained":[{"resourceType":"Medication","id":"x","code":{"text":"x"},"manufacturer":{"reference":"Organization/org"}}],"status":"active","intent":"order","medicationReference":{"reference":"#x"},"subject":{"reference":"Patient/p1"}}""", all)).Status);

        // Every observation may be seen, and the encounters of one patient: what is asked of the others holds for none of them.
        foreach ((string path, string ids) in new[]
        {
            ("Observation?encounter.status=finished", "lab1"), ("Observation?_filter=encounter.status+eq+finished", "lab1"),
            ("Observation?_filter=encounter.status+eq+finished+or+status+eq+amended", "lab1"), ("Observation?_filter=not(encounter.status+eq+finished)", "lab2 vital1"),
            ("Observation?_filter=encounter[status+eq+finished].class+eq+IMP", "lab1"), ("Medication?_contained=true", "m"),
        })
        {
            Answer found = await host.GetAsync(path, login);
            Assert.True(found.Status == 200 && string.Join(' ', found.Matches.Order(StringComparer.Ordinal)) == ids, $"{path}: {found.Text}");
        }

        Assert.Equal(["m"], (await host.GetAsync("Medication?manufacturer.name=Ward&_contained=true", all)).Matches);
        (await host.GetAsync("Medication?manufacturer.name=Ward&_contained=true", login)).ShouldFail(403, "forbidden");
        (await host.GetAsync("MedicationRequest?medication.manufacturer.name=Ward", login)).ShouldFail(403, "forbidden");
    }

    [Theory, BothStores]
    public async Task WithoutAPatientInContext_PatientScopesGiveNothing(Dialect dialect)
    {
        await using TestOidcProvider provider = await TestOidcProvider.StartAsync();
        await using FacadeHost host = await WithRecordsAsync(dialect, provider);

        (await host.GetAsync("Observation", provider.Login("patient/*.rs"))).ShouldFail(403, "forbidden");
        (await host.GetAsync("Observation", provider.Login("patient/*.rs", ("patient", "https://other.example/Patient/p1")))).ShouldFail(403, "forbidden");
        Assert.Equal(["lab1", "vital1"], (await host.GetAsync("Observation", provider.Login("user/*.rs", ("fhirUser", host.Base + "/Patient/p1")))).Matches); // a user who is a patient
        (await host.GetAsync("Observation", provider.Login("user/*.rs", ("fhirUser", host.Base + "/RelatedPerson/r")))).ShouldFail(403, "forbidden");
        Assert.Equal(["lab1", "vital1", "lab2"], (await host.GetAsync("Observation", provider.Login("user/*.rs", ("fhirUser", host.Base + "/Practitioner/doc")))).Matches);
    }

    [Theory, BothStores]
    public async Task Roles_LimitUserScopes_AndGiveRightsToTokensWithoutAny(Dialect dialect)
    {
        await using TestOidcProvider provider = await TestOidcProvider.StartAsync();
        await using FacadeHost host = await WithRecordsAsync(dialect, provider, options => options with
        {
            RoleClaim = "realm_access.roles",
            RoleScopes = new Dictionary<string, string> { ["nurse"] = "user/Observation.cruds user/Patient.rs", ["lab"] = $"user/Observation.rs?category={Laboratory}" },
        });
        (string, object) nurse = ("realm_access", new { roles = new[] { "nurse", "staff" } }), technician = ("realm_access", new { roles = new[] { "lab" } });

        Assert.Equal(3, (await host.GetAsync("Observation", provider.Login("openid profile", nurse))).Matches.Length);
        (await host.GetAsync("Encounter", provider.Login("openid profile", nurse))).ShouldFail(403, "forbidden");
        Assert.Equal(3, (await host.GetAsync("Observation", provider.Login("user/*.rs", nurse))).Matches.Length);
        (await host.GetAsync("Encounter", provider.Login("user/*.rs", nurse))).ShouldFail(403, "forbidden");
        (await host.DeleteAsync("Observation/lab1", provider.Login("user/*.rs", nurse))).ShouldFail(403, "forbidden");
        Assert.Equal(["lab1", "lab2"], (await host.GetAsync("Observation", provider.Login("user/Observation.rs", technician))).Matches);
        (await host.GetAsync("Observation", provider.Login("user/*.rs"))).ShouldFail(403, "forbidden"); // no role, no rights
        (await host.GetAsync("Observation", provider.Login("launch openid", nurse))).ShouldFail(403, "forbidden"); // a SMART client that asked for nothing
        Assert.Equal(3, (await host.GetAsync("Observation", provider.Login("system/*.rs"))).Matches.Length);
    }

    [Theory, BothStores]
    public async Task WriteOnlyClients_GetNoContentBack(Dialect dialect)
    {
        await using TestOidcProvider provider = await TestOidcProvider.StartAsync();
        await using FacadeHost host = await WithRecordsAsync(dialect, provider);

        Answer patched = await host.SendAsync("PATCH", "Observation/lab1", """[{"op":"replace","path":"/status","value":"amended"}]""", provider.Login("user/Observation.u"), ("Content-Type", "application/json-patch+json"));
        Assert.Equal((200, ""), (patched.Status, patched.Text));
        Answer transaction = await host.PostAsync("", "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[" + Put("lab1", "p1") + "]}", provider.Login("user/Observation.u"));
        Assert.Equal(200, transaction.Status);
        Assert.DoesNotContain("Patient/p1", transaction.Text, StringComparison.Ordinal);
    }

    [Theory, BothStores]
    public async Task Export_GivesTheTypesOfTheScopes_AndIsItsClientsOwn(Dialect dialect)
    {
        await using TestOidcProvider provider = await TestOidcProvider.StartAsync();
        await using FacadeHost host = await WithRecordsAsync(dialect, provider);
        (string, string) login = provider.Login("system/Observation.rs system/Patient.rs", ("sub", "warehouse"), ("client_id", "warehouse"));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{host.Base}/$export");
        request.Headers.Add(login.Item1, login.Item2);
        using HttpResponseMessage started = await host.Client.SendAsync(request);
        string status = started.Content.Headers.ContentLocation!.OriginalString;

        JsonElement[] output = [.. (await host.GetAsync(status, login)).Json.GetProperty("output").EnumerateArray()];
        Assert.Equal(["Observation", "Patient"], output.Select(file => file.GetProperty("type").GetString()!).Order(StringComparer.Ordinal));
        string file = output[0].GetProperty("url").GetString()!;
        Assert.Equal(3, (await host.GetAsync(file.Replace("Patient", "Observation", StringComparison.Ordinal), login)).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        (await host.GetAsync(status, provider.Login("system/*.rs", ("sub", "other")))).ShouldFail(404, "not-found");
        (await host.GetAsync(file, provider.Login("system/Encounter.rs", ("sub", "warehouse"), ("client_id", "warehouse")))).ShouldFail(403, "forbidden");
    }

    internal static async Task<FacadeHost> WithRecordsAsync(Dialect dialect, TestOidcProvider provider, Func<OidcOptions, OidcOptions>? configure = null)
    {
        FacadeHost host = await OidcTests.StartAsync(dialect, provider, configure);
        (string, string) login = provider.Login("system/*.cruds");
        foreach (string resource in s_resources)
        {
            JsonElement json = JsonSerializer.Deserialize<JsonElement>(resource);
            Answer answer = await host.PutAsync($"{json.GetProperty("resourceType").GetString()}/{json.GetProperty("id").GetString()}", resource, login);
            Assert.True(answer.Status == 201, answer.Text);
        }

        return host;
    }

    private static string Observation(string? id, string patient) =>
        "{\"resourceType\":\"Observation\"," + (id is null ? "" : $"\"id\":\"{id}\",") + "\"status\":\"final\",\"code\":{\"text\":\"x\"},\"subject\":{\"reference\":\"Patient/" + patient + "\"}}";

    private static string Put(string id, string patient) => "{\"resource\":" + Observation(id, patient) + ",\"request\":{\"method\":\"PUT\",\"url\":\"Observation/" + id + "\"}}";
}
