using Consortium.FhirFacade.Tests.Rest;
using Consortium.Storage;

namespace Consortium.FhirFacade.Tests.Search;

/// <summary>A small hospital to search in: three patients, what was observed, ordered and written about them.</summary>
internal static class SearchSample
{
    private static readonly string[] s_resources =
    [
        """{"resourceType":"Organization","id":"org1","name":"Hôpital Général","identifier":[{"system":"urn:org","value":"1"}]}""",
        """{"resourceType":"Practitioner","id":"doc1","name":[{"family":"Zhao","given":["Lei"]}],"identifier":[{"system":"urn:doc","value":"d1"}]}""",
        """{"resourceType":"Patient","id":"pat1","active":true,"gender":"female","birthDate":"1980-05-17","deceasedBoolean":false,"name":[{"family":"Ångström","given":["Eva","Maria"]},{"text":"王小明"}],"telecom":[{"system":"phone","value":"555-1234"},{"system":"email","value":"eva@example.org"}],"address":[{"city":"Ｓｈａｎｇｈａｉ","postalCode":"200000"}],"managingOrganization":{"reference":"Organization/org1"},"generalPractitioner":[{"reference":"Practitioner/doc1"}],"identifier":[{"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"MR"}]},"system":"urn:mrn","value":"12345"}]}""",
        """{"resourceType":"Patient","id":"pat2","active":false,"gender":"male","birthDate":"1980-05","name":[{"family":"Peters"}],"deceasedDateTime":"2020-01-02","meta":{"tag":[{"system":"urn:tags","code":"test"}],"profile":["http://example.org/StructureDefinition/p|1.0"]}}""",
        """{"resourceType":"Patient","id":"pat3","gender":"male","birthDate":"1999","name":[{"family":"Petersen","given":["Ole"]}]}""",
        """{"resourceType":"Encounter","id":"enc1","status":"finished","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"IMP"},"subject":{"reference":"Patient/pat1"},"period":{"start":"2021-03-01T08:00:00+08:00","end":"2021-03-05"},"serviceProvider":{"reference":"Organization/org1"}}""",
        """{"resourceType":"Encounter","id":"enc2","status":"in-progress","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB"},"subject":{"reference":"Patient/pat2"},"period":{"start":"2022-01-01"}}""",
        """{"resourceType":"Observation","id":"glu","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"2339-0","display":"Glucose [Mass/volume] in Blood"}],"text":"血糖"},"subject":{"reference":"Patient/pat1"},"encounter":{"reference":"Encounter/enc1"},"effectiveDateTime":"2021-03-02T10:00:00Z","valueQuantity":{"value":5.4,"unit":"mg/L","system":"http://unitsofmeasure.org","code":"mg/L"}}""",
        """{"resourceType":"Observation","id":"glu2","status":"preliminary","code":{"coding":[{"system":"http://loinc.org","code":"2339-0"}]},"subject":{"reference":"Patient/pat2"},"effectiveDateTime":"2022-01-01","valueQuantity":{"value":0.0075,"system":"http://unitsofmeasure.org","code":"g/L"}}""",
        """{"resourceType":"Observation","id":"bp","status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"85354-9"}]},"subject":{"reference":"Patient/pat1"},"effectivePeriod":{"start":"2021-03-03"},"component":[{"code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},"valueQuantity":{"value":140,"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}},{"code":{"coding":[{"system":"http://loinc.org","code":"8462-4"}]},"valueQuantity":{"value":90,"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}}]}""",
        """{"resourceType":"Observation","id":"by-number","status":"final","code":{"text":"smoker"},"subject":{"identifier":{"system":"urn:mrn","value":"12345"}},"valueString":"Never smoked"}""",
        """{"resourceType":"RiskAssessment","id":"risk","status":"final","subject":{"reference":"Patient/pat1"},"prediction":[{"probabilityDecimal":0.8}]}""",
        """{"resourceType":"ValueSet","id":"vs1","status":"active","url":"http://acme.org/fhir/ValueSet/123"}""",
        """{"resourceType":"ValueSet","id":"vs2","status":"active","url":"http://acme.org/fhir/ValueSet/123/history/5"}""",
        """{"resourceType":"Provenance","id":"prov","target":[{"reference":"Observation/glu"}],"recorded":"2021-03-02T10:00:00Z","agent":[{"who":{"reference":"Practitioner/doc1"}}]}""",
    ];

    public static async Task<FacadeHost> StartAsync(Dialect dialect)
    {
        FacadeHost host = await FacadeHost.StartAsync(dialect);
        await PutAsync(host, s_resources);
        return host;
    }

    /// <summary>A hospital with these resources alone.</summary>
    public static async Task<FacadeHost> StartAsync(Dialect dialect, params string[] resources)
    {
        FacadeHost host = await FacadeHost.StartAsync(dialect);
        await PutAsync(host, resources);
        return host;
    }

    /// <summary>Stores resources under their ids.</summary>
    public static async Task PutAsync(FacadeHost host, params string[] resources)
    {
        foreach (string resource in resources)
        {
            string type = Member(resource, "resourceType"), id = Member(resource, "id");
            Answer answer = await host.PutAsync($"{type}/{id}", resource);
            Assert.True(answer.Status is 200 or 201, $"{type}/{id}: {answer.Text}");
        }
    }

    /// <summary>Asserts of each line, a query and the ids that it finds, that it does.</summary>
    public static async Task FindsAsync(FacadeHost host, string table)
    {
        List<string> wrong = [];
        foreach (string line in table.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            string[] found = await IdsAsync(host, words[0]);
            if (!words.Skip(1).SequenceEqual(found)) wrong.Add($"{words[0]}: {string.Join(' ', found)}; expected {string.Join(' ', words.Skip(1))}");
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    /// <summary>The ids that a search finds, in their order, over all pages.</summary>
    public static async Task<string[]> IdsAsync(FacadeHost host, string query)
    {
        List<string> found = [];
        for (string? page = query; page is not null;)
        {
            Answer answer = await host.GetAsync(page, ("Prefer", "handling=strict"));
            Assert.True(answer.Status == 200, $"{query}: {answer.Status} {answer.Text}");
            found.AddRange(answer.Matches);
            page = answer.Link("next");
        }

        return [.. found];
    }

    private static string Member(string json, string name)
    {
        int at = json.IndexOf($"\"{name}\":\"", StringComparison.Ordinal) + name.Length + 4;
        return json[at..json.IndexOf('"', at)];
    }
}
