using Consortium.Fhir;
using Consortium.FhirFacade.Redaction;
using Consortium.FhirFacade.Tests.Rest;
using Consortium.Integrity;
using Consortium.Ledger;
using Consortium.Storage;

namespace Consortium.FhirFacade.Tests.Access;

/// <summary>No hidden value anywhere in an answer, whatever the route; and search cannot ask for it.</summary>
public sealed class IsolationTests
{
    private const string Name = "欧阳测试", Card = "110101199003078515", Phone = "13800001234";
    private static readonly string[] Hidden = [Name, Card, Phone];

    private static readonly string[] Routes =
    [
        "Patient/p", "Patient/p/_history/1", "Patient/p/_history", "Patient/_history", "_history", "Patient", "Patient?_id=p", "Patient/$x",
        "Observation/o", "Observation", "Observation?patient=p", "Observation/o/_history", "Patient/p/$disclose", "Observation/o/$disclose", "Patient/p?_pretty=true",
        "AuditEvent", "Provenance", "Observation?patient=p&_include=Observation:subject", "Patient?_id=p&_revinclude=Observation:patient", "Patient/p/Observation", "Patient/p/*", "Patient/p/$everything",
        "?_id=p,o", "?_type=Patient", "Patient?name=" + Name, "Patient?name:missing=true", "Patient?_sort=family", "Observation?patient.name=" + Name, "Patient?_has:Observation:patient:code=x",
    ];

    [Theory, BothStores]
    public async Task Telemedicine_SeesNoIdentity_OnAnyRoute(Dialect dialect)
    {
        await using FacadeHost host = await WithPatientAsync(dialect);
        using LocalSigner member = host.Membership.Member(MemberRole.Telemedicine);

        foreach (string route in Routes)
        {
            Answer answer = await host.GetAsync(route, await host.TokenAsync(member));
            Assert.Contains(answer.Status, new[] { 200, 403, 404 });
            string said = answer.Text + (answer.Status == 200 && answer.Type == "Parameters" ? Decoded(answer) : "");
            foreach (string value in Hidden) Assert.DoesNotContain(value, said, StringComparison.Ordinal);
        }

        Answer observation = await host.GetAsync("Observation/o", await host.TokenAsync(member));
        Assert.Equal("12.30", observation.Json.GetProperty("valueQuantity").GetProperty("value").GetRawText()); // what it came for is there
    }

    [Theory, BothStores]
    public async Task Telemedicine_SeesNoIdentity_InAnyFormOrPart(Dialect dialect)
    {
        await using FacadeHost host = await WithPatientAsync(dialect);
        await host.PutAsync("Binary/b", Name, ("Content-Type", "text/plain"), ("X-Security-Context", "Patient/p"));
        using LocalSigner member = host.Membership.Member(MemberRole.Telemedicine);

        foreach (string route in new[]
        {
            "Patient/p?_format=xml", "Patient/p?_format=xml&_pretty=true", "Patient/p?_summary=true", "Patient/p?_summary=text", "Patient/p?_summary=data", "Patient/p?_elements=name,identifier,telecom",
            "Patient/p/$meta", "Patient/p/_history/1/$meta", "Patient/p/_history?_at=2000", "Patient/p/_history?_format=xml", "Patient?_format=xml", "Patient/p/$disclose?_format=xml",
            "Observation/o?_format=xml", "Observation/o?_elements=subject,interpretation", "Binary/b", "Binary/b/_history/1", "Binary/b?_format=json", "Binary?_format=xml", "Patient/p/$validate", "metadata?_format=xml",
        })
        {
            Answer answer = await host.GetAsync(route, await host.TokenAsync(member));
            Assert.Contains(answer.Status, new[] { 200, 403, 404 });
            foreach (string value in Hidden)
            {
                Assert.DoesNotContain(value, answer.Text, StringComparison.Ordinal);
                Assert.DoesNotContain(Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(value)), answer.Text, StringComparison.Ordinal);
            }
        }

        Assert.Contains("<subject", (await host.GetAsync("Observation/o?_format=xml", await host.TokenAsync(member))).Text, StringComparison.Ordinal);
    }

    [Theory, BothStores]
    public async Task Export_GivesEachCallerItsView_AndNobodyElsesExport(Dialect dialect)
    {
        await using FacadeHost host = await WithPatientAsync(dialect);
        await host.PutAsync("Observation/x", """{"resourceType":"Observation","id":"x","status":"final","code":{"text":"x"}}""");
        using LocalSigner telemedicine = host.Membership.Member(MemberRole.Telemedicine), other = host.Membership.Member(MemberRole.Telemedicine), resident = host.Membership.Resident(Tag(host));

        (string status, string files) = await ExportAsync(host, telemedicine);
        foreach (string value in Hidden) Assert.DoesNotContain(value, files, StringComparison.Ordinal);
        Assert.Contains("12.30", files, StringComparison.Ordinal);
        (await host.GetAsync(status, await host.TokenAsync(other))).ShouldFail(404, "not-found");
        (await host.GetAsync("Patient/$export", await host.TokenAsync(telemedicine))).ShouldFail(403, "forbidden");

        string own = (await ExportAsync(host, resident)).Files;
        Assert.Contains("\"o\"", own, StringComparison.Ordinal);
        Assert.DoesNotContain("\"x\"", own, StringComparison.Ordinal);
    }

    private static async Task<(string Status, string Files)> ExportAsync(FacadeHost host, LocalSigner caller)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "$export");
        (string name, string token) = await host.TokenAsync(caller);
        request.Headers.Add(name, token);
        using HttpResponseMessage started = await host.Client.SendAsync(request);
        string status = started.Content.Headers.ContentLocation!.OriginalString;
        string files = "";
        foreach (System.Text.Json.JsonElement file in (await host.GetAsync(status, (name, token))).Json.GetProperty("output").EnumerateArray())
        {
            files += (await host.GetAsync(file.GetProperty("url").GetString()!, (name, token))).Text;
        }

        return (status, files);
    }

    [Theory, BothStores]
    public async Task Search_ByWhatIsHidden_IsRefused_WhetherItMatchesOrNot(Dialect dialect)
    {
        await using FacadeHost host = await WithPatientAsync(dialect);
        using LocalSigner telemedicine = host.Membership.Member(MemberRole.Telemedicine);

        Answer match = await host.GetAsync($"Patient?identifier={Card}", await host.TokenAsync(telemedicine));
        Answer none = await host.GetAsync("Patient?identifier=x", await host.TokenAsync(telemedicine));

        Assert.Equal(match.ShouldFail(403, "forbidden").Text, none.ShouldFail(403, "forbidden").Text);
    }

    [Theory, BothStores]
    public async Task OtherHospital_SeesEverything(Dialect dialect)
    {
        await using FacadeHost host = await WithPatientAsync(dialect);
        using LocalSigner hospital = host.Membership.Member(MemberRole.Hospital);

        Assert.Contains(Name, (await host.GetAsync("Patient/p", await host.TokenAsync(hospital))).Text, StringComparison.Ordinal);
        Assert.Equal(["p"], (await host.GetAsync($"Patient?identifier={Card}", await host.TokenAsync(hospital))).Matches);
    }

    [Theory, BothStores]
    public async Task Grant_WidensTheViewOfItsKindAndPatientOnly(Dialect dialect)
    {
        await using FacadeHost host = await WithPatientAsync(dialect);
        using LocalSigner member = host.Membership.Member(MemberRole.Telemedicine);
        host.Membership.Grants[(member.Address, Tag(host), IndexIdentifiers.Kind("Observation"))] = ViewRole.Hospital;

        Assert.Contains(Name, (await host.GetAsync("Observation/o", await host.TokenAsync(member))).Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Name, (await host.GetAsync("Patient/p", await host.TokenAsync(member))).Text, StringComparison.Ordinal);
        host.Membership.Grants[(member.Address, Tag(host), IndexIdentifiers.Kind("Observation"))] = ViewRole.Resident; // no wider than its own
        Assert.DoesNotContain(Name, (await host.GetAsync("Observation/o", await host.TokenAsync(member))).Text, StringComparison.Ordinal);
    }

    [Theory, BothStores]
    public async Task Resident_SeesItsOwnRecordsAndNoOther(Dialect dialect)
    {
        await using FacadeHost host = await WithPatientAsync(dialect);
        await host.PutAsync("Patient/other", """{"resourceType":"Patient","id":"other","identifier":[{"system":"urn:mrn","value":"2"}]}""");
        await host.PutAsync("Observation/x", """{"resourceType":"Observation","id":"x","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/other"}}""");
        await host.PutAsync("Patient/gone", """{"resourceType":"Patient","id":"gone","identifier":[{"system":"urn:mrn","value":"3"}]}""");
        await host.DeleteAsync("Patient/gone");
        using LocalSigner resident = host.Membership.Resident(Tag(host));

        Assert.Equal(["o"], (await host.GetAsync("Observation", await host.TokenAsync(resident))).Matches);
        Assert.Equal(1, (await host.GetAsync("Observation?_count=0", await host.TokenAsync(resident))).Json.GetProperty("total").GetInt32());
        Assert.Equal(200, (await host.GetAsync("Observation/o", await host.TokenAsync(resident))).Status);
        foreach (string route in new[] { "Observation/x", "Observation/x/_history/1", "Observation/x/_history", "Patient/other", "Patient/gone", "Patient/never", "Observation/x/$disclose", "Observation/x/$receipt" })
        {
            (await host.GetAsync(route, await host.TokenAsync(resident))).ShouldFail(404, "not-found");
        }

        Assert.DoesNotContain((await host.GetAsync("_history", await host.TokenAsync(resident))).Text, "Patient/other", StringComparison.Ordinal);
    }

    [Theory, BothStores]
    public async Task EachDisclosure_IsAnAuditEvent_ThatIsValidCommittedAndNamesNobody(Dialect dialect)
    {
        await using FacadeHost host = await WithPatientAsync(dialect);
        using LocalSigner member = host.Membership.Member(MemberRole.Telemedicine);
        await host.GetAsync("Observation/o");
        Assert.Equal(0, (await host.GetAsync("AuditEvent?_count=0")).Json.GetProperty("total").GetInt32()); // the hospital's own reading is no disclosure

        await host.GetAsync("Observation/o", await host.TokenAsync(member));
        await host.GetAsync("Observation", await host.TokenAsync(member));
        await host.GetAsync("Observation/o/$disclose", await host.TokenAsync(member));
        await host.GetAsync("Observation/none", await host.TokenAsync(member));

        Answer events = await host.GetAsync("AuditEvent?patient=Patient/p");
        Assert.Equal(3, events.Matches.Length);
        foreach (System.Text.Json.JsonElement entry in events.Entries)
        {
            string json = entry.GetProperty("resource").GetRawText();
            Assert.DoesNotContain(FhirValidator.R4.Validate(System.Text.Encoding.UTF8.GetBytes(json)).Issues, issue => issue.Severity is IssueSeverity.Error or IssueSeverity.Fatal);
            Assert.Contains(member.Address.ToString(), json, StringComparison.Ordinal);
            Assert.Contains("Observation/o/_history/1", json, StringComparison.Ordinal);
            Assert.Contains("telemedicine", json, StringComparison.Ordinal);
            foreach (string value in Hidden) Assert.DoesNotContain(value, json, StringComparison.Ordinal);
            string id = entry.GetProperty("resource").GetProperty("id").GetString()!;
            Assert.Equal(64, (await host.GetAsync($"AuditEvent/{id}/$receipt")).Parameter("commitment")!.Value.GetProperty("valueString").GetString()!.Length);
        }
    }

    [Theory, BothStores]
    public async Task Replay_IsOneEventAnHour_AndTheEventsOfAReplayDoNotGrowByIt(Dialect dialect)
    {
        await using FacadeHost host = await WithPatientAsync(dialect);
        using LocalSigner regulator = host.Membership.Member(MemberRole.Regulator);

        for (int round = 0; round < 3; round++)
        {
            foreach (string route in new[] { "Patient/p/$disclose", "Observation/o/$disclose" }) Assert.Equal(200, (await host.GetAsync(route, await host.TokenAsync(regulator))).Status);
        }

        Answer events = await host.GetAsync("AuditEvent");
        Assert.InRange(events.Matches.Length, 1, 2); // two where the hour ends in the middle
        string json = events.Entries[0].GetProperty("resource").GetRawText();
        Assert.DoesNotContain(FhirValidator.R4.Validate(System.Text.Encoding.UTF8.GetBytes(json)).Issues, issue => issue.Severity is IssueSeverity.Error or IssueSeverity.Fatal);
        Assert.Contains(regulator.Address.ToString(), json, StringComparison.Ordinal);
    }

    private static string Decoded(Answer answer) =>
        System.Text.Encoding.UTF8.GetString(answer.Parameter("viewBytes")!.Value.GetProperty("valueBase64Binary").GetBytesFromBase64())
        + System.Text.Encoding.UTF8.GetString(answer.Parameter("disclosure")!.Value.GetProperty("valueBase64Binary").GetBytesFromBase64());

    private static Tag128 Tag(FacadeHost host) => IndexIdentifiers.SubjectTag(host.Options.IndexKey, 1, FacadeOptions.ChineseIdCard, Card);

    private static async Task<FacadeHost> WithPatientAsync(Dialect dialect)
    {
        FacadeHost host = await FacadeHost.StartAsync(dialect);
        string patient = "{\"resourceType\":\"Patient\",\"id\":\"p\",\"text\":{\"status\":\"generated\",\"div\":\"<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\">" + Name + "</div>\"}," +
            "\"identifier\":[{\"system\":\"urn:oid:2.16.156.10011.1.3\",\"value\":\"" + Card + "\"}],\"name\":[{\"text\":\"" + Name + "\"}],\"telecom\":[{\"system\":\"phone\",\"value\":\"" + Phone + "\"}],\"gender\":\"female\"}";
        string observation = "{\"resourceType\":\"Observation\",\"id\":\"o\",\"status\":\"final\",\"code\":{\"text\":\"白细胞\"},\"subject\":{\"reference\":\"Patient/p\",\"display\":\"" + Name + "\"}," +
            "\"valueQuantity\":{\"value\":12.30,\"unit\":\"10^9/L\"},\"interpretation\":[{\"text\":\"" + Name + "偏高\"}]}";
        Assert.Equal(201, (await host.PutAsync("Patient/p", patient)).Status);
        Assert.Equal(201, (await host.PutAsync("Observation/o", observation)).Status);
        return host;
    }
}
