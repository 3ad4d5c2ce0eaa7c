using Consortium.FhirFacade.Tests.Rest;
using Consortium.Storage;

namespace Consortium.FhirFacade.Tests.Search;

/// <summary>_filter (FHIR R4 search_filter.html), over the sample of <see cref="SearchLanguageTests"/>.</summary>
public sealed class FilterTests
{
    [Theory, BothStores]
    public Task Operators_OfEveryKind(Dialect dialect) => FindsAsync(dialect, """
        Patient: name co "ers"                                                   pat2 pat3
        Patient: family eq "peters"                                              pat2
        Patient: family ne "peters"                                              pat1 pat3
        Patient: family sw pet                                                   pat2 pat3
        Patient: family ew sen                                                   pat3
        Patient: family gt "peters"                                              pat3
        Patient: family le "peters"                                              pat1 pat2
        Patient: name co "ÅNG"                                                   pat1
        Patient: gender eq male                                                  pat2 pat3
        Patient: gender eq "male"                                                pat2 pat3
        Patient: gender ne male                                                  pat1
        Patient: gender eq http://hl7.org/fhir/administrative-gender|female      pat1
        Patient: gender in http://hl7.org/fhir/ValueSet/administrative-gender    pat1 pat2 pat3
        Patient: gender ni http://hl7.org/fhir/ValueSet/observation-status       pat1 pat2 pat3
        Patient: identifier co 234                                               pat1
        Patient: identifier sw 123                                               pat1
        Patient: identifier ew 345                                               pat1
        Patient: identifier ew 12345678
        Patient: birthdate ge 1980-05 and birthdate lt 1999                      pat1 pat2
        Patient: birthdate eq 1980                                               pat1 pat2
        Patient: birthdate po 1980-05-17                                         pat1 pat2
        Patient: birthdate ne 1980                                               pat3
        Patient: organization pr true                                            pat1
        Patient: organization pr false                                           pat2 pat3
        Patient: _id eq pat1 or id eq pat2                                       pat1 pat2
        Patient: _lastUpdated gt 2020-01-01 and _id ne pat1                      pat2 pat3
        Encounter: date sa 2021-12                                               enc2
        Encounter: date eb 2021-12                                               enc1
        Encounter: date po 2021-03-04                                            enc1
        Encounter: class ss http://terminology.hl7.org/CodeSystem/v3-ActCode|IMP   enc1
        Encounter: class sb http://terminology.hl7.org/CodeSystem/v3-ActCode|ACUTE   enc1
        Observation: value-quantity gt 6|http://unitsofmeasure.org|mg/L          glu2
        Observation: value-quantity ap 5|http://unitsofmeasure.org|mg/L          glu
        Observation: subject re Patient/pat1                                     glu bp
        Observation: subject eq pat2                                             glu2
        Observation: subject ne Patient/pat1                                     glu2
        RiskAssessment: probability ge 0.8                                       risk
        ValueSet: url sw "http://acme.org"                                       vs1 vs2
        ValueSet: url ss http://acme.org/fhir/ValueSet/123                       vs1 vs2
        ValueSet: url sb http://acme.org/fhir/ValueSet/123/history/5/x           vs1 vs2
        """);

    [Theory, BothStores]
    public Task Logic_FromLeftToRight_WithParenthesesAndNot(Dialect dialect) => FindsAsync(dialect, """
        Patient: gender eq female or gender eq male and family sw peters         pat2 pat3
        Patient: gender eq female or (gender eq male and family eq peters)       pat1 pat2
        Patient: not(gender eq male)                                             pat1
        Patient: not (gender eq male or birthdate lt 1990)
        Patient: not(not(gender eq male))                                        pat2 pat3
        Patient: (((_id eq pat1)))                                               pat1
        Patient: gender eq male and not(family eq peters)                        pat3
        Observation: code eq 2339-0 and (status eq final or status eq amended)   glu
        Observation: code eq http://loinc.org|2339-0 and subject.name co "ters"   glu2
        Observation: subject.name sw ang or value-quantity pr true               glu glu2 bp
        """);

    [Theory, BothStores]
    public Task Paths_OfOneTarget_AndOfOneElement(Dialect dialect) => FindsAsync(dialect, """
        Observation: subject.id eq pat1                                          glu bp
        Observation: subject:Patient.gender eq male                              glu2
        Observation: subject[gender eq female].family sw ang                     glu bp
        Observation: subject[gender eq male].family sw ang
        Observation: encounter.service-provider.name co "general"                glu
        Observation: component-code-value-quantity[component-code eq 8480-6].component-value-quantity gt 100   bp
        Observation: component-code-value-quantity[component-code eq 8462-4].component-value-quantity gt 100
        Observation: component-code-value-quantity[component-code eq 8462-4 and component-value-quantity lt 100].component-code eq 8462-4   bp
        Observation: code-value-quantity eq "2339-0$5.4||mg/L"                   glu
        Patient: _has:Observation:patient:code eq 85354-9                        pat1
        Patient: gender eq male and _has:Observation:patient:status eq preliminary   pat2
        """);

    [Theory, BothStores]
    public async Task Filter_GoesWithEverythingElse_AndSaysWhatIsWrong(Dialect dialect)
    {
        await using FacadeHost host = await SearchSample.StartAsync(dialect);

        Answer both = await host.GetAsync("Patient?gender=male&_filter=family+eq+peters&_filter=birthdate+lt+1990&_sort=-_id&_count=1");
        Assert.Equal(["pat2"], both.Matches);
        Assert.Contains("_filter=family%20eq%20peters", both.Link("self"), StringComparison.Ordinal);
        Assert.Equal(["pat3", "pat2"], await SearchSample.IdsAsync(host, "Patient?_filter=gender+eq+male&_sort=-_id&_count=1"));
        foreach ((string filter, string place) in new[]
        {
            ("family eq", "character 10"), ("family is x", "character 8"), ("(family eq x", "character 13"), ("family eq x)", "character 12"), ("family eq \"x", "character 11"), ("eq x", "character"),
            ("family eq x family eq y", "character 13"), ("nickname eq secret", "character 1"), ("gender.name eq secret", "character"), ("family po secret", "character 8"), ("birthdate co 1980", "character"),
            ("subject", "character"), ("_id co secret", "character 5"), ("organization pr maybe", "character 14"), ("[x]", "character 1"), (string.Concat(Enumerable.Repeat("not(", 30)) + "a eq b", "character"),
        })
        {
            Answer answer = await host.GetAsync($"Patient?_filter={Uri.EscapeDataString(filter)}");
            Assert.True(answer.Status == 400, $"{filter}: {answer.Status}");
            Assert.Contains(place, answer.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("secret", answer.Text, StringComparison.Ordinal);
        }
    }

    private static async Task FindsAsync(Dialect dialect, string table)
    {
        await using FacadeHost host = await SearchSample.StartAsync(dialect);
        List<string> wrong = [];
        foreach (string line in table.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            int colon = line.IndexOf(": ", StringComparison.Ordinal), gap = line.IndexOf("   ", StringComparison.Ordinal);
            string filter = gap < 0 ? line[(colon + 2)..] : line[(colon + 2)..gap];
            string[] expected = gap < 0 ? [] : line[gap..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            string[] found = await SearchSample.IdsAsync(host, $"{line[..colon]}?_filter={Uri.EscapeDataString(filter)}");
            if (!expected.SequenceEqual(found)) wrong.Add($"{line}: {string.Join(' ', found)}");
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }
}
