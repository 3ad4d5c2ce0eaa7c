using System.Globalization;
using System.Text.Json;
using Consortium.Storage;

namespace Consortium.FhirFacade.Tests.Rest;

/// <summary>FHIR R4 http.html#search and search.html, for the parameters that the server has.</summary>
public sealed class SearchTests
{
    [Theory, BothStores]
    public async Task Identifier_AllFormsOfAToken(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Patient/a", Patient("a", ("urn:mrn", "1")));
        await host.PutAsync("Patient/b", Patient("b", ("urn:mrn", "2"), ("urn:card", "1")));
        await host.PutAsync("Patient/c", Patient("c", (null, "1")));
        await host.PutAsync("Patient/d", Patient("d", ("urn:mrn", "x,y|z")));

        Assert.Equal(["a"], await MatchesAsync(host, "Patient?identifier=urn:mrn|1"));
        Assert.Equal(["a", "b", "c"], await MatchesAsync(host, "Patient?identifier=1"));
        Assert.Equal(["c"], await MatchesAsync(host, "Patient?identifier=|1"));
        Assert.Equal(["a", "b", "d"], await MatchesAsync(host, "Patient?identifier=urn:mrn|"));
        Assert.Equal(["a", "b"], await MatchesAsync(host, "Patient?identifier=urn:mrn|1,urn:card|1"));
        Assert.Equal(["b"], await MatchesAsync(host, "Patient?identifier=urn:mrn|2&identifier=urn:card|1"));
        Assert.Equal(["d"], await MatchesAsync(host, @"Patient?identifier=urn:mrn|x\,y\|z"));
        Assert.Empty(await MatchesAsync(host, "Patient?identifier=URN:MRN|1"));
        Assert.Empty(await MatchesAsync(host, "Observation?identifier=1"));
    }

    [Theory, BothStores]
    public async Task Index_FollowsUpdatesAndDeletes(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Patient/a", Patient("a", ("urn:mrn", "1")));
        await host.PutAsync("Patient/a", Patient("a", ("urn:mrn", "2")));

        Assert.Empty(await MatchesAsync(host, "Patient?identifier=1"));
        Assert.Equal(["a"], await MatchesAsync(host, "Patient?identifier=2"));

        await host.DeleteAsync("Patient/a");

        Assert.Empty(await MatchesAsync(host, "Patient?identifier=2"));
        Assert.Empty(await MatchesAsync(host, "Patient"));
    }

    [Theory, BothStores]
    public async Task Patient_EveryFormOfAReference_OnEveryTypeThatHasIt(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Patient/a", Patient("a"));
        await host.PutAsync("Observation/o1", """{"resourceType":"Observation","id":"o1","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/a"}}""");
        await host.PutAsync("Observation/o2", """{"resourceType":"Observation","id":"o2","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/b"}}""");
        await host.PutAsync("Observation/o3", """{"resourceType":"Observation","id":"o3","status":"final","code":{"text":"x"},"subject":{"reference":"Device/a"}}""");
        await host.PutAsync("Observation/o4", """{"resourceType":"Observation","id":"o4","status":"final","code":{"text":"x"},"subject":{"reference":"http://other/fhir/Patient/a"}}""");
        await host.PutAsync("AllergyIntolerance/i1", """{"resourceType":"AllergyIntolerance","id":"i1","clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical","code":"active"}]},"patient":{"reference":"Patient/a"}}""");
        await host.PutAsync("Appointment/t1", """{"resourceType":"Appointment","id":"t1","status":"proposed","participant":[{"status":"accepted","actor":{"reference":"Patient/a"}}]}""");

        foreach (string value in new[] { "a", "Patient/a", host.Base + "/Patient/a" }) Assert.Equal(["o1"], await MatchesAsync(host, $"Observation?patient={value}"));
        Assert.Equal(["o1"], await MatchesAsync(host, "Observation?patient:Patient=a"));
        Assert.Equal(["o1", "o2"], await MatchesAsync(host, "Observation?patient=a,b"));
        Assert.Equal(["o4"], await MatchesAsync(host, "Observation?patient=http://other/fhir/Patient/a"));
        Assert.Equal(["o3"], await MatchesAsync(host, "Observation?subject=Device/a"));
        Assert.Equal(["o1", "o3"], await MatchesAsync(host, "Observation?subject=a"));
        Assert.Empty(await MatchesAsync(host, "Observation?patient=Device/a"));
        Assert.Equal(["i1"], await MatchesAsync(host, "AllergyIntolerance?patient=a"));
        Assert.Equal(["t1"], await MatchesAsync(host, "Appointment?patient=a"));
    }

    [Theory, BothStores]
    public async Task IdAndLastUpdated_WithPrefixes(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        foreach (string id in new[] { "a", "b", "c" }) await host.PutAsync($"Patient/{id}", Patient(id));
        string instant = (await host.GetAsync("Patient/b")).Json.GetProperty("meta").GetProperty("lastUpdated").GetString()!;
        string day = instant[..10], year = instant[..4];

        Assert.Equal(["a", "c"], await MatchesAsync(host, "Patient?_id=a,c,z"));
        Assert.Equal(["a"], await MatchesAsync(host, "Patient?_id=a,b&_id=a,c"));
        Assert.Contains("b", await MatchesAsync(host, $"Patient?_lastUpdated={instant}"));
        Assert.Contains("b", await MatchesAsync(host, $"Patient?_lastUpdated=le{instant}"));
        Assert.DoesNotContain("b", await MatchesAsync(host, $"Patient?_lastUpdated=ne{instant}"));
        Assert.DoesNotContain("b", await MatchesAsync(host, $"Patient?_lastUpdated=gt{instant}"));
        Assert.DoesNotContain("b", await MatchesAsync(host, $"Patient?_lastUpdated=lt{instant}"));
        Assert.Equal(3, (await MatchesAsync(host, $"Patient?_lastUpdated=ge{year}")).Length);
        Assert.Equal(3, (await MatchesAsync(host, $"Patient?_lastUpdated=ge{day}&_lastUpdated=lt2999")).Length);
        Assert.Empty(await MatchesAsync(host, "Patient?_lastUpdated=sa2999-01"));
        Assert.Empty(await MatchesAsync(host, "Patient?_lastUpdated=eb2000-01-01T00:00:00+08:00"));
        Assert.Equal(3, (await MatchesAsync(host, $"Patient?_lastUpdated=ap{day}")).Length);
        (await host.GetAsync("Patient?_lastUpdated=yesterday")).ShouldFail(400, "value");
        (await host.GetAsync("Patient?_lastUpdated=2026-13-01")).ShouldFail(400, "value");
    }

    [Theory, BothStores]
    public async Task Paging_VisitsEachMatchOnce_UnderWrites_InEachOrder(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        string[] all = [.. Enumerable.Range(0, 11).Select(i => $"p{i:00}")];
        foreach (string id in all) await host.PutAsync($"Patient/{id}", Patient(id));

        foreach (string order in new[] { "", "&_sort=_id", "&_sort=-_id", "&_sort=_lastUpdated", "&_sort=-_lastUpdated" })
        {
            List<string> seen = [];
            int pages = 0;
            for (string? page = $"Patient?_count=4{order}"; page is not null; pages++)
            {
                Answer answer = await host.GetAsync(page);
                Assert.Equal(page.StartsWith("http", StringComparison.Ordinal) ? page : $"{host.Base}/{page}", answer.Link("self"));
                seen.AddRange(answer.Matches.Where(id => id != "p99"));
                await host.PutAsync("Patient/p99", Patient("p99"));
                page = answer.Link("next");
            }

            Assert.Equal(order.StartsWith("&_sort=-", StringComparison.Ordinal) ? all.Reverse() : all, seen);
            Assert.Equal(3, pages);
            await host.DeleteAsync("Patient/p99");
        }
    }

    [Theory, BothStores]
    public async Task Paging_GoesBackAsItCame_InEachOrder_AlsoOverWhatHasNoValue(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        for (int i = 0; i < 11; i++)
        {
            string born = i % 4 == 3 ? "" : $",\"birthDate\":\"19{50 + (i % 3)}\"", name = i % 5 == 4 ? "" : $",\"name\":[{{\"family\":\"{(char)('A' + (i % 2))}\"}}]";
            await host.PutAsync($"Patient/p{i:00}", $$"""{"resourceType":"Patient","id":"p{{i:00}}"{{born}}{{name}}}""");
        }

        foreach (string order in new[] { "", "&_sort=birthdate", "&_sort=-birthdate", "&_sort=family,-birthdate", "&_sort=-family,-_id", "&_sort=-_lastUpdated" })
        {
            List<string[]> forward = [], backward = [];
            string? last = null;
            for (string? page = $"Patient?_count=3{order}"; page is not null;)
            {
                Answer answer = await host.GetAsync(page);
                forward.Add(answer.Matches);
                Assert.Equal(forward.Count > 1 ? $"{host.Base}/Patient?_count=3{order.Replace(",", "%2C", StringComparison.Ordinal)}" : null, answer.Link("first"));
                last = answer.Link("previous");
                page = answer.Link("next");
            }

            for (string? page = last; page is not null;)
            {
                Answer answer = await host.GetAsync(page);
                backward.Add(answer.Matches);
                Assert.Equal(forward[^backward.Count], (await host.GetAsync(answer.Link("next")!)).Matches);
                page = answer.Link("previous");
            }

            Assert.Equal(4, forward.Count);
            Assert.Equal(forward[..^1], Enumerable.Reverse(backward));
        }
    }

    [Theory, BothStores]
    public async Task WhatIsNotKnownOfSortsAndIncludes_IsNamed_AndLeftOutOfTheSelfLink(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);

        Answer answer = await host.GetAsync("Patient?_sort=shoe-size,-birthdate&_include=Patient:nothing&gender=male&_revinclude=Observation:nothing");

        Assert.Equal($"{host.Base}/Patient?_sort=-birthdate&gender=male", answer.Link("self"));
        foreach (string named in new[] { "_sort=shoe-size", "_include=Patient:nothing", "_revinclude=Observation:nothing" }) Assert.Contains(named, answer.Text, StringComparison.Ordinal);
        (await host.GetAsync("Patient?_sort=shoe-size", ("Prefer", "handling=strict"))).ShouldFail(400, "not-supported");
    }

    [Theory, BothStores]
    public async Task CountAndTotal_AreAsAsked(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        for (int i = 0; i < 3; i++) await host.PutAsync($"Patient/p{i}", Patient($"p{i}"));

        Answer none = await host.GetAsync("Patient?_count=0"), summary = await host.GetAsync("Patient?_summary=count"), untold = await host.GetAsync("Patient?_total=none");

        Assert.Equal((3, 0), (none.Json.GetProperty("total").GetInt32(), none.Entries.Length));
        Assert.Equal((3, 0), (summary.Json.GetProperty("total").GetInt32(), summary.Entries.Length));
        Assert.False(untold.Json.TryGetProperty("total", out _));
        Assert.Equal(3, untold.Entries.Length);
        (await host.GetAsync("Patient?_count=-1")).ShouldFail(400, "value");
        (await host.GetAsync("Patient?_cursor=%27%3B--")).ShouldFail(400, "value");
    }

    [Theory, BothStores]
    public async Task UnknownParameter_IsNamedAndLeftOutOfTheSelfLink_OrAnErrorWhenStrict(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Patient/a", Patient("a", ("urn:mrn", "1")));

        Answer lenient = await host.GetAsync("Patient?identifier=1&nickname=x&organization.nickname=y");

        Assert.Equal(["a"], lenient.Matches);
        Assert.Equal($"{host.Base}/Patient?identifier=1", lenient.Link("self"));
        JsonElement outcome = Assert.Single(lenient.Entries, entry => entry.GetProperty("search").GetProperty("mode").GetString() == "outcome").GetProperty("resource");
        Assert.Equal("OperationOutcome", outcome.GetProperty("resourceType").GetString());
        string[] said = [.. outcome.GetProperty("issue").EnumerateArray().Select(issue => issue.GetProperty("diagnostics").GetString()!)];
        Assert.Contains("'nickname'", said[0], StringComparison.Ordinal);
        Assert.Contains("'organization.nickname'", said[1], StringComparison.Ordinal);
        Assert.Equal(1, lenient.Json.GetProperty("total").GetInt32());
        (await host.GetAsync("Patient?identifier=1&nickname=x", ("Prefer", "handling=strict"))).ShouldFail(400, "not-supported");
        Assert.Equal(200, (await host.GetAsync("Patient?identifier=1", ("Prefer", "handling=strict"))).Status);
    }

    [Theory, BothStores]
    public async Task UnknownModifier_IsAnError_AlwaysBecauseItWouldChangeTheMeaning(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);

        (await host.GetAsync("Patient?identifier:near=1")).ShouldFail(400, "not-supported");
        (await host.GetAsync("Patient?_id:missing=true")).ShouldFail(400, "not-supported");
        (await host.GetAsync("Observation?patient:exact=1")).ShouldFail(400, "not-supported");
        (await host.GetAsync("Patient?birthdate:contains=19")).ShouldFail(400, "not-supported");
    }

    [Theory, BothStores]
    public async Task Post_IsTheSameSearch_WithItsParametersInTheForm(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Patient/a", Patient("a", ("urn:mrn", "1")));
        await host.PutAsync("Patient/b", Patient("b", ("urn:mrn", "1")));

        Answer answer = await host.PostAsync("Patient/_search?_id=b", "identifier=urn%3Amrn%7C1", ("Content-Type", "application/x-www-form-urlencoded"));

        Assert.Equal(["b"], answer.Matches);
        (await host.PostAsync("Patient/_search", "{}")).ShouldFail(415, "not-supported");
        Assert.Equal(["a", "b"], await MatchesAsync(host, "Patient/_search?identifier=1"));
    }

    [Theory, BothStores]
    public async Task HostileValues_AreOnlyValues(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Patient/a", Patient("a", ("urn:mrn", "1")));

        foreach (string value in new[] { "1' OR '1'='1", "%00", "%", "_", "1;DROP TABLE resource", "1\\", new string('9', 5000) })
        {
            Answer answer = await host.GetAsync($"Patient?identifier={Uri.EscapeDataString(value)}");
            Assert.Equal((200, 0), (answer.Status, answer.Matches.Length));
        }

        Assert.Equal(["a"], await MatchesAsync(host, "Patient"));
    }

    private static async Task<string[]> MatchesAsync(FacadeHost host, string query)
    {
        Answer answer = await host.GetAsync(query);
        Assert.Equal(200, answer.Status);
        Assert.Equal(answer.Matches.Length, answer.Json.GetProperty("total").GetInt32());
        return answer.Matches;
    }

    private static string Patient(string id, params (string? System, string Value)[] identifiers) => JsonSerializer.Serialize(new Dictionary<string, object>
    {
        ["resourceType"] = "Patient",
        ["id"] = id,
        ["active"] = true,
        ["identifier"] = identifiers.Length == 0
            ? [new Dictionary<string, string> { ["value"] = string.Create(CultureInfo.InvariantCulture, $"own-{id}") }]
            : identifiers.Select(identifier => identifier.System is null
                ? new Dictionary<string, string> { ["value"] = identifier.Value }
                : new Dictionary<string, string> { ["system"] = identifier.System, ["value"] = identifier.Value }).ToArray(),
    });
}
