using System.Data.Common;
using Consortium.FhirFacade.Redaction;
using Consortium.FhirFacade.Store;
using Consortium.FhirFacade.Tests.Rest;
using Consortium.FhirFacade.Tests.Search;
using Consortium.Integrity;
using Consortium.Ledger;
using Consortium.Storage;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace Consortium.FhirFacade.Tests.Access;

/// <summary>A search from outside finds by what the caller's view shows, and by nothing else.</summary>
public sealed class ViewSearchTests
{
    [Theory, BothStores]
    public Task Telemedicine_FindsByWhatItsViewShows(Dialect dialect) => FindsAsync(dialect, MemberRole.Telemedicine, """
        Patient?gender=female                                            pat1
        Patient?birthdate=1980-05                                        pat1 pat2
        Patient?_sort=-birthdate                                         pat3 pat2 pat1
        Patient?_sort=-birthdate&_count=1                                pat3 pat2 pat1
        Patient?deceased=true                                            pat2
        Patient?general-practitioner=Practitioner/doc1                   pat1
        Patient?general-practitioner:missing=true                        pat2 pat3
        Patient?gender:not=male                                          pat1
        Patient?_tag=urn:tags|test                                       pat2
        Observation?code=http://loinc.org|2339-0                         glu glu2
        Observation?code:text=glucose                                    glu
        Observation?code:text=血糖
        Observation?value-quantity=gt0.006|http://unitsofmeasure.org|g/L glu2
        Observation?code-value-quantity=2339-0$5.4||mg/L                 glu
        Observation?component-code-value-quantity=8480-6$140             bp
        Observation?combo-code-value-quantity=8462-4$lt100               bp
        Observation?date=ge2021-03-02&date=lt2022                        glu bp
        Observation?patient=Patient/pat1                                 glu bp
        Observation?subject.gender=male                                  glu2
        Observation?patient.gender:not=male                              glu bp
        Patient?_has:Observation:patient:code=2339-0                     pat1 pat2
        Patient?_has:Observation:patient:_has:Provenance:target:recorded=2021   pat1
        Patient/pat1/Observation?status=final                            glu bp
        RiskAssessment?probability=gt0.5                                 risk
        ?_type=Patient,Observation&_tag=test                             pat2
        """);

    [Theory, BothStores]
    public Task Regulator_FindsByStatusDatesAndReferences(Dialect dialect) => FindsAsync(dialect, MemberRole.Regulator, """
        Observation?status=preliminary                                   glu2
        Observation?date=2021-03-02                                      glu
        Observation?patient=Patient/pat2                                 glu2
        Encounter?_has:Observation:encounter:status=final                enc1
        Provenance?recorded=2021&_sort=recorded                          prov
        """);

    [Theory, BothStores]
    public async Task WhatTheViewAlwaysHides_IsRefusedWithTheParameter(Dialect dialect)
    {
        await using FacadeHost host = await SearchSample.StartAsync(dialect);
        foreach ((MemberRole role, string query, string named) in new[]
        {
            (MemberRole.Telemedicine, "Patient?name=x", "Patient?name"),
            (MemberRole.Telemedicine, "Patient?phone:missing=true", "Patient?phone"),
            (MemberRole.Telemedicine, "Patient?identifier:of-type=a|MR|1", "Patient?identifier:of-type"),
            (MemberRole.Telemedicine, "Patient?_sort=family", "Patient?family"),
            (MemberRole.Telemedicine, "Observation?subject:identifier=urn:mrn|12345", "Observation?subject:identifier"),
            (MemberRole.Telemedicine, "Observation?patient.name=x", "Patient?name"),
            (MemberRole.Telemedicine, "Observation?value-string=x", "Observation?value-string"),
            (MemberRole.Telemedicine, "Patient?_has:Observation:patient:value-string=x", "Observation?value-string"),
            (MemberRole.Regulator, "Observation?code=2339-0", "Observation?code"),
            (MemberRole.Regulator, "Patient?birthdate=1980", "Patient?birthdate"),
            (MemberRole.Regulator, "Observation?value-quantity=5", "Observation?value-quantity"),
        })
        {
            using LocalSigner caller = host.Membership.Member(role);
            Answer answer = await host.GetAsync(query, await host.TokenAsync(caller));
            Assert.True(answer.Status == 403, $"{role} {query}: {answer.Status} {answer.Text}");
            Assert.Contains($"hides what {named} looks at", answer.Text, StringComparison.Ordinal);
        }
    }

    [Theory, BothStores]
    public async Task Resident_FindsItsOwnRecords_ByChainsThatStayWithin(Dialect dialect)
    {
        await using FacadeHost host = await SearchSample.StartAsync(dialect);
        await host.PutAsync("MedicationRequest/rx", """{"resourceType":"MedicationRequest","id":"rx","status":"active","intent":"order","medicationCodeableConcept":{"coding":[{"system":"urn:drug","code":"lithium"}]},"subject":{"reference":"Patient/pat1"}}""");
        await host.PutAsync("Patient/pat2", """{"resourceType":"Patient","id":"pat2","gender":"male","identifier":[{"system":"urn:mrn","value":"67890"}],"link":[{"other":{"reference":"Patient/pat1"},"type":"seealso"}]}""");
        using LocalSigner resident = host.Membership.Resident(IndexIdentifiers.SubjectTag(host.Options.IndexKey, 1, "urn:mrn", "12345"));
        await FindsAsync(host, resident, """
            Observation?code=2339-0                         glu
            Observation?code:text=血糖                      glu
            Observation?patient.family=angstrom             glu bp
            Patient?_has:Observation:patient:status=final   pat1
            Patient?_has:Patient:link:gender=male
            Patient?general-practitioner.family=zhao
            MedicationRequest?status=active                 rx
            Observation                                     glu bp by-number
            """);
        Assert.Equal(["pat1"], (await host.GetAsync("Patient?_id=pat1&_revinclude=Patient:link", await host.TokenAsync(resident))).Entries
            .Select(entry => entry.GetProperty("resource").GetProperty("id").GetString()));
        (await host.GetAsync("MedicationRequest?code=lithium", await host.TokenAsync(resident))).ShouldFail(403, "forbidden");
    }

    [Theory, BothStores]
    public async Task NameOfThePatient_ThatBecomesKnownLater_IsNoLongerFoundWhereItSurfaces(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        using LocalSigner member = host.Membership.Member(MemberRole.Telemedicine);
        await host.PutAsync("Observation/o", """{"resourceType":"Observation","id":"o","status":"final","code":{"coding":[{"system":"urn:x","code":"a","display":"Wang Xiaoming follow-up"}]},"subject":{"reference":"Patient/p"}}""");
        await FindsAsync(host, member, "Observation?code:text=wang o\nObservation?code=a o");

        await host.PutAsync("Patient/p", """{"resourceType":"Patient","id":"p","name":[{"text":"Wang Xiaoming"}]}""");
        await FindsAsync(host, member, "Observation?code:text=wang\nObservation?code=a o");
        Assert.Equal(["o"], (await host.GetAsync("Observation?code:text=wang")).Matches); // the hospital's own search is as it was

        await host.PutAsync("Observation/o", """{"resourceType":"Observation","id":"o","status":"amended","code":{"coding":[{"system":"urn:x","code":"a","display":"Follow-up"}]},"subject":{"reference":"Patient/p"}}""");
        await FindsAsync(host, member, "Observation?code:text=follow o\nObservation?status=final\nObservation?status=amended o");
        await host.DeleteAsync("Observation/o");
        await FindsAsync(host, member, "Observation?status=amended");
    }

    [Theory, BothStores]
    public async Task Grant_WidensWhatIsShown_AndNotWhatIsSearchedBy(Dialect dialect)
    {
        await using FacadeHost host = await SearchSample.StartAsync(dialect);
        using LocalSigner member = host.Membership.Member(MemberRole.Telemedicine);
        host.Membership.Grants[(member.Address, IndexIdentifiers.SubjectTag(host.Options.IndexKey, 1, "urn:mrn", "12345"), IndexIdentifiers.Kind("Observation"))] = ViewRole.Hospital;

        await FindsAsync(host, member, "Observation?code:text=血糖\nObservation?code=2339-0 glu glu2");
        Assert.Contains("血糖", (await host.GetAsync("Observation?code=2339-0", await host.TokenAsync(member))).Text, StringComparison.Ordinal);
    }

    [Theory, BothStores]
    public async Task WhenTooMuchIsToBeMadeReady_TheSearchIsToComeAgain_AndReadingWorks(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect, options => options with { ViewIndexWait = TimeSpan.Zero });
        using LocalSigner member = host.Membership.Member(MemberRole.Telemedicine);
        await using (Database database = Database.Open(host.Options.Store))
        {
            await host.PutAsync("Patient/p", """{"resourceType":"Patient","id":"p","gender":"male"}""");
            await using DbConnection connection = await database.ConnectAsync();
            string ten = "(SELECT 1 AS x" + string.Concat(Enumerable.Repeat(" UNION ALL SELECT 1", 9)) + ")";
            await connection.ExecuteAsync($"INSERT INTO view_mark (type, key) SELECT 'Patient', r.key FROM resource r, {ten} a, {ten} b, {ten} c, {ten} d, {ten} e"); // more than the background does meanwhile
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, "Patient?gender=male");
        (string name, string token) = await host.TokenAsync(member);
        request.Headers.Add(name, token);
        using HttpResponseMessage response = await host.Client.SendAsync(request);

        Assert.Equal(503, (int)response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(30), response.Headers.RetryAfter!.Delta);
        (await Answer.ReadAsync(response)).ShouldFail(503, "transient");
        Assert.Equal(200, (await host.GetAsync("Patient/p", (name, token))).Status);
        Assert.Equal(200, (await host.GetAsync("Patient?_id=p", (name, token))).Status);
        Assert.Equal(200, (await host.GetAsync("Patient?gender=male")).Status); // the hospital does not wait
    }

    [Theory, BothStores]
    public async Task StoreOfTheVersionBefore_IsMadeReady(Dialect dialect)
    {
        await using FacadeHost host = await SearchSample.StartAsync(dialect);
        using LocalSigner member = host.Membership.Member(MemberRole.Telemedicine);
        await using (Database database = Database.Open(host.Options.Store))
        {
            // As the script leaves a store that knew nothing of views: tables empty, everything marked.
            await using DbConnection connection = await database.ConnectAsync();
            foreach (string table in ViewSchema.Tables.Append("view_identity").Append("view_mark")) await connection.ExecuteAsync($"DELETE FROM {table}");
            await connection.ExecuteAsync("INSERT INTO view_mark (type, key) SELECT type, key FROM resource WHERE version > 0");
        }

        await FindsAsync(host, member, "Observation?code=2339-0 glu glu2\nPatient?gender=female pat1");
    }

    [Theory, BothStores]
    public async Task ResourceThatIsTakenOutOfTheIndex_LeavesTheViewsAtOnce(Dialect dialect)
    {
        await using FacadeHost host = await SearchSample.StartAsync(dialect);
        using LocalSigner member = host.Membership.Member(MemberRole.Telemedicine);
        await FindsAsync(host, member, "Patient?gender=female pat1");
        await using DbConnection connection = await host.Services.GetRequiredService<Database>().ConnectAsync();
        long key = await connection.ExecuteScalarAsync<long>("SELECT key FROM resource WHERE type = 'Patient' AND id = 'pat1'");
        Assert.True(await LeftAsync() > 5);

        await host.Services.GetRequiredService<Database>().TransactAsync(transaction => host.Services.GetRequiredService<RecordStore>().Engine.IndexAsync(transaction, [key], []));

        Assert.Equal(0, await LeftAsync());

        async Task<long> LeftAsync()
        {
            long left = 0;
            foreach (string table in ViewSchema.Tables.Append("view_identity")) left += await connection.ExecuteScalarAsync<long>($"SELECT COUNT(*) FROM {table} WHERE key = @key", new { key });
            return left;
        }
    }

    [Theory, BothStores]
    public async Task Everything_FromOutside_TakesDatesOfCareThatTheViewShows_AndNobodyElsesRecords(Dialect dialect)
    {
        await using FacadeHost host = await SearchSample.StartAsync(dialect);
        using LocalSigner member = host.Membership.Member(MemberRole.Telemedicine);
        async Task<string> AllAsync(string query) => string.Join(' ', (await host.GetAsync(query, await host.TokenAsync(member))).Matches.Where(id => id.Length < 20).Order(StringComparer.Ordinal)); // without the AuditEvents of asking

        Assert.Equal("bp enc1 glu pat1 risk", await AllAsync("Patient/pat1/$everything"));
        Assert.Equal("bp pat1 risk", await AllAsync("Patient/pat1/$everything?start=2021-03-06"));
        Assert.Equal("enc2 glu2 pat2", await AllAsync("Patient/pat2/$everything"));
    }

    private static async Task FindsAsync(Dialect dialect, MemberRole role, string table)
    {
        await using FacadeHost host = await SearchSample.StartAsync(dialect);
        using LocalSigner caller = host.Membership.Member(role);
        await FindsAsync(host, caller, table);
    }

    private static async Task FindsAsync(FacadeHost host, LocalSigner caller, string table)
    {
        List<string> wrong = [];
        foreach (string line in table.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            List<string> found = [];
            for (string? page = words[0]; page is not null;)
            {
                Answer answer = await host.GetAsync(page, await host.TokenAsync(caller), ("Prefer", "handling=strict"));
                if (answer.Status != 200) found.Add($"{answer.Status} {answer.Text}");
                else found.AddRange(answer.Matches);
                page = answer.Status == 200 ? answer.Link("next") : null;
            }

            if (!words.Skip(1).SequenceEqual(found)) wrong.Add($"{words[0]}: {string.Join(' ', found)}; expected {string.Join(' ', words.Skip(1))}");
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }
}
