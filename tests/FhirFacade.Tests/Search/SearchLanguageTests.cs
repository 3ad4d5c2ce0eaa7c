using System.Text.Json;
using Consortium.FhirFacade.Tests.Rest;
using Consortium.Storage;

namespace Consortium.FhirFacade.Tests.Search;

/// <summary>search.html, kind by kind: each line is a query and the ids that it finds.</summary>
public sealed class SearchLanguageTests
{
    [Theory, BothStores]
    public Task Strings_BeginWithoutCaseAccentsAndWidth(Dialect dialect) => FindsAsync(dialect, """
        Patient?name=ang                    pat1
        Patient?name=ANGSTRÖM               pat1
        Patient?family=peter                pat2 pat3
        Patient?family:exact=Peters         pat2
        Patient?family:exact=peters
        Patient?family:contains=STRO        pat1
        Patient?family:contains=%25
        Patient?name=王小                    pat1
        Patient?name:contains=小明           pat1
        Patient?given=maria                 pat1
        Patient?address-city=shang          pat1
        Patient?address=200                 pat1
        Patient?family=peters,ang           pat1 pat2 pat3
        Patient?name=eva&name=maria         pat1
        Organization?name=hopital           org1
        Observation?value-string=never      by-number
        """);

    [Theory, BothStores]
    public Task Tokens_BySystemCodeAndModifier(Dialect dialect) => FindsAsync(dialect, """
        Patient?gender=male                                                         pat2 pat3
        Patient?gender=http://hl7.org/fhir/administrative-gender|female             pat1
        Patient?gender=urn:other|female
        Patient?gender:not=male                                                     pat1
        Patient?active=true                                                         pat1
        Patient?deceased=true                                                       pat2
        Patient?deceased=false                                                      pat1 pat3
        Patient?identifier=urn:mrn|12345                                            pat1
        Patient?identifier:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|MR|12345   pat1
        Patient?identifier:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|SS|12345
        Patient?phone=555-1234                                                      pat1
        Patient?email=eva@example.org                                               pat1
        Patient?telecom=phone|555-1234                                              pat1
        Observation?code=http://loinc.org|2339-0                                    glu glu2
        Observation?code=2339-0,85354-9                                             glu glu2 bp
        Observation?code:text=glucose                                               glu
        Observation?code:text=血                                                     glu
        Observation?code:not=2339-0                                                 bp by-number
        Observation?status=final                                                    glu bp by-number
        Observation?status:in=http://hl7.org/fhir/ValueSet/observation-status       glu glu2 bp by-number
        Observation?status:not-in=http://hl7.org/fhir/ValueSet/administrative-gender   glu glu2 bp by-number
        Encounter?class=IMP                                                         enc1
        Encounter?class:below=http://terminology.hl7.org/CodeSystem/v3-ActCode|IMP  enc1
        Patient?_tag=urn:tags|test                                                  pat2
        Patient?_profile=http://example.org/StructureDefinition/p                   pat2
        Patient?_id:not=pat1                                                        pat2 pat3
        """);

    [Theory, BothStores]
    public Task Dates_ByPrecisionAndPrefix(Dialect dialect) => FindsAsync(dialect, """
        Patient?birthdate=1980                  pat1 pat2
        Patient?birthdate=1980-05-17            pat1
        Patient?birthdate=1980-05               pat1 pat2
        Patient?birthdate=ne1980                pat3
        Patient?birthdate=gt1980-05-17          pat2 pat3
        Patient?birthdate=ge1999                pat3
        Patient?birthdate=lt1980-05-17          pat2
        Patient?birthdate=le1980-05-17          pat1 pat2
        Patient?birthdate=sa1980-05-17          pat3
        Patient?birthdate=eb1999                pat1 pat2
        Patient?birthdate=ge1980&birthdate=lt1981   pat1 pat2
        Patient?birthdate=1999,1980-05-17       pat1 pat3
        Patient?death-date=2020                 pat2
        Encounter?date=2021-03                  enc1
        Encounter?date=gt2021-03-05             enc2
        Encounter?date=ge2022                   enc2
        Encounter?date=lt2021-03-01T08:00:00%2B08:00
        Encounter?date=lt2021-03-01T08:00:01%2B08:00   enc1
        Encounter?date=sa2021-12                enc2
        Encounter?date=eb2021-12                enc1
        Observation?date=2021-03-02             glu
        Observation?date=ap2021-03-02           glu bp
        """);

    [Theory, BothStores]
    public Task Quantities_AcrossUnits_AndNumbers(Dialect dialect) => FindsAsync(dialect, """
        Observation?value-quantity=5.4|http://unitsofmeasure.org|mg/L      glu
        Observation?value-quantity=5.4||mg/L                               glu
        Observation?value-quantity=0.0054|http://unitsofmeasure.org|g/L    glu
        Observation?value-quantity=gt6|http://unitsofmeasure.org|mg/L      glu2
        Observation?value-quantity=lt0.006|http://unitsofmeasure.org|g/L   glu
        Observation?value-quantity=7.5|http://unitsofmeasure.org|mg/L      glu2
        Observation?value-quantity=5                                       glu
        Observation?value-quantity=5.0
        Observation?value-quantity=ne5.4|http://unitsofmeasure.org|mg/L    glu2
        Observation?value-quantity=ap5|http://unitsofmeasure.org|mg/L      glu
        Observation?value-quantity=5.4|http://unitsofmeasure.org|mm
        Observation?component-value-quantity=ge140||mm[Hg]                 bp
        Observation?combo-value-quantity=90||mmHg                          bp
        RiskAssessment?probability=gt0.5                                   risk
        RiskAssessment?probability=0.8                                     risk
        RiskAssessment?probability=1                                       risk
        RiskAssessment?probability=8e-1                                    risk
        RiskAssessment?probability=0.80                                    risk
        RiskAssessment?probability=le0.7
        """);

    [Theory, BothStores]
    public Task References_Chains_AndHas(Dialect dialect) => FindsAsync(dialect, """
        Observation?subject=Patient/pat1                                   glu bp
        Observation?subject:Patient=pat1                                   glu bp
        Observation?subject:identifier=urn:mrn|12345                       by-number
        Observation?encounter=enc1                                         glu
        Observation?subject:Patient.name=ang                               glu bp
        Observation?subject.name=peters                                    glu2
        Observation?patient.birthdate=ge1981
        Observation?patient.gender:not=male                                glu bp
        Observation?patient.organization.name=hop                          glu bp
        Observation?encounter.service-provider.identifier=urn:org|1        glu
        Patient?general-practitioner.identifier=d1                         pat1
        Patient?_has:Observation:patient:code=2339-0                       pat1 pat2
        Patient?_has:Observation:patient:code=85354-9                      pat1
        Patient?_has:Observation:patient:_has:Provenance:target:agent=doc1   pat1
        Practitioner?_has:Provenance:agent:target.status=final             doc1
        Organization?_has:Patient:organization:_id=pat1                    org1
        Patient?organization:missing=true                                  pat2 pat3
        Patient?organization:missing=false                                 pat1
        Observation?value-quantity:missing=true                            bp by-number
        """);

    [Theory, BothStores]
    public Task Composites_HoldInOneElement(Dialect dialect) => FindsAsync(dialect, """
        Observation?code-value-quantity=2339-0$5.4||mg/L                                          glu
        Observation?code-value-quantity=http://loinc.org|2339-0$gt6|http://unitsofmeasure.org|mg/L   glu2
        Observation?component-code-value-quantity=8480-6$140                                      bp
        Observation?component-code-value-quantity=8480-6$90
        Observation?component-code-value-quantity=8480-6$90,8462-4$90                             bp
        Observation?combo-code-value-quantity=8462-4$lt100                                        bp
        """);

    [Theory, BothStores]
    public Task Uris_BelowAndAbove(Dialect dialect) => FindsAsync(dialect, """
        ValueSet?url=http://acme.org/fhir/ValueSet/123                    vs1
        ValueSet?url:below=http://acme.org/fhir                           vs1 vs2
        ValueSet?url:below=http://acme.org/fhir/ValueSet/12
        ValueSet?url:above=http://acme.org/fhir/ValueSet/123/history/5/x  vs1 vs2
        """);

    [Theory, BothStores]
    public Task Sort_ByAnyParameter_BothWays_WithWhatHasNoneLast(Dialect dialect) => FindsAsync(dialect, """
        Patient?_sort=family                       pat1 pat2 pat3
        Patient?_sort=-family                      pat3 pat2 pat1
        Patient?_sort=birthdate                    pat2 pat1 pat3
        Patient?_sort=-birthdate                   pat3 pat2 pat1
        Patient?_sort=gender,-birthdate            pat1 pat3 pat2
        Patient?_sort=given&_count=1               pat1 pat3 pat2
        Patient?_sort=-given&_count=1              pat3 pat1 pat2
        Patient?_sort=gender,-_id&_count=1         pat1 pat3 pat2
        Observation?_sort=value-quantity&_count=1  glu2 glu bp by-number
        Observation?_sort=-date&_count=2           bp glu2 glu by-number
        """);

    [Theory, BothStores]
    public async Task Includes_BothWays_AndAgain(Dialect dialect)
    {
        await using FacadeHost host = await SearchSample.StartAsync(dialect);

        Assert.Equal("Observation/glu Patient/pat1+", await ShownAsync(host, "Observation?code:text=glucose&_include=Observation:subject"));
        Assert.Equal("Observation/glu Encounter/enc1+ Patient/pat1+", await ShownAsync(host, "Observation?code:text=glucose&_include=*"));
        Assert.Equal("Observation/glu", await ShownAsync(host, "Observation?code:text=glucose&_include=Observation:subject:Group"));
        Assert.Equal("Observation/glu Organization/org1+ Patient/pat1+", await ShownAsync(host, "Observation?code:text=glucose&_include=Observation:subject&_include:iterate=Patient:organization"));
        Assert.Equal("Observation/glu Patient/pat1+", await ShownAsync(host, "Observation?code:text=glucose&_include=Observation:subject&_include=Patient:organization"));
        Assert.Equal("Patient/pat1 Encounter/enc1+", await ShownAsync(host, "Patient?_id=pat1&_revinclude=Encounter:patient"));
        Assert.Equal("Patient/pat1 Observation/bp+ Observation/glu+ Provenance/prov+", await ShownAsync(host, "Patient?_id=pat1&_revinclude=Observation:subject&_revinclude:iterate=Provenance:target"));
        (await host.GetAsync("Patient?_include=Patient:nonsense", ("Prefer", "handling=strict"))).ShouldFail(400, "not-supported");
        (await host.GetAsync("Patient?_include=nonsense")).ShouldFail(400, "value");
        Assert.Equal("Practitioner/doc1", await ShownAsync(host, "Practitioner?_id=doc1&_include=*")); // a type without any reference
        Assert.Equal(1, (await host.GetAsync("Observation?code:text=glucose&_include=*")).Json.GetProperty("total").GetInt32());
    }

    [Theory, BothStores]
    public async Task WrongValues_AreErrorsThatNameTheParameterAndNotTheValue(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        foreach (string query in new[]
        {
            "Patient?birthdate=1980-13", "Patient?birthdate=xx1980", "Observation?value-quantity=much", "Observation?value-quantity=5|mg", "Patient?identifier:of-type=MR|1",
            "Patient?organization:missing=perhaps", "Observation?code-value-quantity=2339-0", "Patient?_sort=,&_count=x", "Patient?_has:Observation:patient=1", "Patient?_summary=all",
            "Observation?code:in=http://example.org/unknown", "Observation?code:below=2339-0", "Patient?_total=all", "RiskAssessment?probability=1e99",
        })
        {
            Answer answer = await host.GetAsync(query);
            Assert.True(answer.Status == 400, $"{query}: {answer.Status} {answer.Text}");
            Assert.DoesNotContain("much", answer.Text, StringComparison.Ordinal);
        }

        (await host.GetAsync($"Observation?{string.Concat(Enumerable.Repeat("encounter.", 1).Concat(Enumerable.Repeat("part-of.", 9)))}status=x")).ShouldFail(400, "too-costly");
    }

    [Theory, BothStores]
    public async Task Cursor_TellsNothing_AndCannotBeMadeUp(Dialect dialect)
    {
        await using FacadeHost host = await SearchSample.StartAsync(dialect);

        string next = (await host.GetAsync("Patient?_sort=family&_count=1")).Link("next")!;
        string cursor = next[(next.IndexOf("_cursor=", StringComparison.Ordinal) + 8)..];

        byte[] plain = Convert.FromBase64String(cursor.Replace('-', '+').Replace('_', '/').PadRight((cursor.Length + 3) / 4 * 4, '='));
        Assert.DoesNotContain("angstrom", System.Text.Encoding.UTF8.GetString(plain), StringComparison.OrdinalIgnoreCase);
        string altered = (cursor[0] == 'A' ? 'B' : 'A') + cursor[1..];
        (await host.GetAsync($"Patient?_sort=family&_count=1&_cursor={altered}")).ShouldFail(400, "value");
        (await host.GetAsync($"Patient?_count=1&_cursor={cursor}")).ShouldFail(400, "value");
    }

    [Theory, BothStores]
    public async Task Index_FollowsEachVersion_InEveryTable(Dialect dialect)
    {
        await using FacadeHost host = await SearchSample.StartAsync(dialect);
        await host.PutAsync("Observation/glu", """{"resourceType":"Observation","id":"glu","status":"amended","code":{"text":"other"},"subject":{"reference":"Patient/pat3"},"effectiveDateTime":"2000","valueQuantity":{"value":1,"code":"kg","system":"http://unitsofmeasure.org"}}""");

        foreach (string before in new[] { "status=final", "code:text=glucose", "subject=Patient/pat1", "date=2021-03-02", "value-quantity=5.4" })
        {
            Assert.DoesNotContain("glu", await SearchSample.IdsAsync(host, $"Observation?{before}"));
        }

        foreach (string now in new[] { "status=amended", "code:text=other", "subject=Patient/pat3", "date=2000", "value-quantity=1000|http://unitsofmeasure.org|g" })
        {
            Assert.Equal(["glu"], await SearchSample.IdsAsync(host, $"Observation?{now}"));
        }

        await host.DeleteAsync("Observation/glu");
        Assert.Empty(await SearchSample.IdsAsync(host, "Observation?status=amended"));
        Assert.Empty(await SearchSample.IdsAsync(host, "Patient?_has:Observation:patient:status=amended"));
    }

    private static async Task<string> ShownAsync(FacadeHost host, string query)
    {
        Answer answer = await host.GetAsync(query);
        Assert.True(answer.Status == 200, $"{query}: {answer.Text}");
        IEnumerable<(string Name, bool Added)> entries = answer.Entries.Select(entry =>
        {
            JsonElement resource = entry.GetProperty("resource");
            return ($"{resource.GetProperty("resourceType").GetString()}/{resource.GetProperty("id").GetString()}", entry.GetProperty("search").GetProperty("mode").GetString() == "include");
        });
        return string.Join(' ', entries.OrderBy(entry => entry.Added).ThenBy(entry => entry.Name, StringComparer.Ordinal).Select(entry => entry.Name + (entry.Added ? "+" : "")));
    }

    private static async Task FindsAsync(Dialect dialect, string table)
    {
        await using FacadeHost host = await SearchSample.StartAsync(dialect);
        await SearchSample.FindsAsync(host, table);
    }
}
