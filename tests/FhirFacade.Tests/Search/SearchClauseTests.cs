using Consortium.FhirFacade.Tests.Rest;
using Consortium.Storage;

namespace Consortium.FhirFacade.Tests.Search;

/// <summary>search.html, clause by clause, where the sample of <see cref="SearchLanguageTests"/> has nothing to tell it by.</summary>
public sealed class SearchClauseTests
{
    [Theory, BothStores]
    public Task Strings_IgnorePunctuation_AndFindThePartsOfAFamilyName(Dialect dialect) => FindsAsync(dialect, """
        Patient?family=quinones                  p1
        Patient?family=carreno                   p1
        Patient?family=carreno%20quin            p1
        Patient?family:exact=Carreño%20Quiñones  p1
        Patient?family:exact=Quiñones
        Patient?name=quinones                    p1
        Patient?family=obrien                    p2
        Patient?family=O'Brien                   p2
        Patient?name=o%E2%80%99brien             p2
        Patient?address=12%20main%20st           p2
        Patient?address=12%20%20Main%20St.       p2
        Patient?_sort=family                     p1 p2 p3
        """,
        """{"resourceType":"Patient","id":"p1","name":[{"family":"Carreño Quiñones"}]}""",
        """{"resourceType":"Patient","id":"p2","name":[{"family":"O'Brien"}],"address":[{"line":["12, Main St."]}]}""",
        """{"resourceType":"Patient","id":"p3","name":[{"family":"Zhang An"}]}""");

    // Rows that several parameters find are written once (decision 0236): what they find is not to be told from rows of their own.
    [Theory, BothStores]
    public Task ParametersThatShareTheirRows_FindWhatTheirExpressionsFind(Dialect dialect) => FindsAsync(dialect, """
        Observation?subject=a                                         o1 o2
        Observation?patient=a                                         o1
        Observation?patient=Patient/a                                 o1
        Observation?patient=Group/a
        Observation?subject=Group/a                                   o2
        Observation?subject:Group=a                                   o2
        Observation?patient=http://else.org/fhir/Patient/z            o3
        Observation?patient=a,http://else.org/fhir/Patient/z          o1 o3
        Observation?patient=http://else.org/fhir/Group/z
        Observation?subject=http://else.org/fhir/Group/z              o4
        Observation?patient:identifier=urn:mrn|7                      o5
        Observation?subject:identifier=urn:mrn|7                      o5
        Observation?patient:missing=true                              o2 o4 o6
        Observation?patient:missing=false                             o1 o3 o5
        Observation?subject:missing=true                              o6
        Observation?patient.name=ann                                  o1
        Observation?subject:Patient.name=ann                          o1
        Patient?phonetic=ann                                          a
        Patient?name=ann                                              a
        Patient?phonetic:missing=true
        Patient?_has:Observation:patient:code=c1                      a
        Patient?_has:Observation:subject:code=c1                      a
        Patient/a/Observation                                         o1
        Observation?combo-code=c1                                     o1 o2
        Observation?combo-code=c2                                     o1
        Observation?code=c2
        Observation?component-code=c2                                 o1
        Observation?combo-code:not=c1                                 o3 o4 o5 o6
        Observation?combo-code:text=second                            o1
        Observation?combo-code:missing=true                           o6
        Observation?combo-value-quantity=5                            o1 o2
        Observation?component-value-quantity=5                        o1
        Observation?value-quantity=5                                  o2
        Observation?combo-code-value-quantity=c2$5                    o1
        Observation?combo-code-value-quantity=c1$5                    o2
        Observation?code-value-quantity=c1$5                          o2
        Observation?code-value-quantity=c2$5
        Observation?_sort=patient&code=c1                             o1 o2
        """,
        """{"resourceType":"Patient","id":"a","name":[{"text":"Ann"}]}""",
        """{"resourceType":"Group","id":"a","type":"person","actual":true}""",
        """{"resourceType":"Observation","id":"o1","status":"final","code":{"coding":[{"code":"c1","display":"first"}]},"subject":{"reference":"Patient/a"},"component":[{"code":{"coding":[{"code":"c2","display":"second"}]},"valueQuantity":{"value":5}}]}""",
        """{"resourceType":"Observation","id":"o2","status":"final","code":{"coding":[{"code":"c1"}]},"subject":{"reference":"Group/a"},"valueQuantity":{"value":5}}""",
        """{"resourceType":"Observation","id":"o3","status":"final","code":{"text":"x"},"subject":{"reference":"http://else.org/fhir/Patient/z"}}""",
        """{"resourceType":"Observation","id":"o4","status":"final","code":{"text":"x"},"subject":{"reference":"http://else.org/fhir/Group/z"}}""",
        """{"resourceType":"Observation","id":"o5","status":"final","code":{"text":"x"},"subject":{"type":"Patient","identifier":{"system":"urn:mrn","value":"7"}}}""",
        """{"resourceType":"Observation","id":"o6","status":"final","code":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}]}}""");

    [Theory, BothStores]
    public Task Numbers_StandForTheirSignificantDigits(Dialect dialect) => FindsAsync(dialect, """
        RiskAssessment?probability=100        p100
        RiskAssessment?probability=100.00     p100
        RiskAssessment?probability=1e2        p96 p100
        RiskAssessment?probability=1.00e2     p100
        RiskAssessment?probability=10e1       p100
        RiskAssessment?probability=ne100      p3 p96
        RiskAssessment?probability=3          p3
        RiskAssessment?probability=3.0
        RiskAssessment?probability=lt96.5     p3 p96
        RiskAssessment?probability=ge100      p100
        RiskAssessment?probability=gt100
        RiskAssessment?probability=ap96       p96 p100
        RiskAssessment?probability=sa96       p100
        RiskAssessment?probability=eb96       p3
        """,
        Risk("p3", "3.4"), Risk("p96", "96"), Risk("p100", "100"));

    [Theory, BothStores]
    public Task Tokens_OfEveryDataType(Dialect dialect) => FindsAsync(dialect, """
        DocumentReference?contenttype=text/xml                        d1
        DocumentReference?contenttype:below=text/xml                  d1 d2
        DocumentReference?contenttype:below=text/x
        DocumentReference?identifier=|1                               d2
        DocumentReference?identifier=urn:x|                           d1
        DocumentReference?identifier=A\,B                             d1
        DocumentReference?identifier=urn:x|A\,B                       d1
        DocumentReference?identifier=a\,b
        DocumentReference?identifier=x\|y,x\$y                        d2
        DocumentReference?status:not=current                          d2
        DocumentReference?category:not=x                              d1 d2
        Immunization?lot-number=ab-1                                  i1
        DocumentReference?_security=R                                 d1
        DocumentReference?_security=http://terminology.hl7.org/CodeSystem/v3-Confidentiality|R   d1
        DocumentReference?_source=urn:system:1                        d2
        DocumentReference?_lastUpdated=ge2020                         d1 d2
        """,
        """{"resourceType":"DocumentReference","id":"d1","meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}]},"status":"current","identifier":[{"system":"urn:x","value":"A,B"}],"content":[{"attachment":{"contentType":"text/xml"}}]}""",
        """{"resourceType":"DocumentReference","id":"d2","meta":{"source":"urn:system:1"},"status":"superseded","identifier":[{"value":"1"},{"value":"x|y"},{"value":"x$y"}],"content":[{"attachment":{"contentType":"text/xml; charset=UTF-8"}}]}""",
        """{"resourceType":"Immunization","id":"i1","status":"completed","vaccineCode":{"text":"x"},"patient":{"display":"x"},"occurrenceString":"x","lotNumber":"AB-1"}""");

    [Theory, BothStores]
    public Task Canonicals_WithAndWithoutTheirVersion(Dialect dialect) => FindsAsync(dialect, """
        QuestionnaireResponse?questionnaire=http://acme.org/q               r1 r2 r3
        QuestionnaireResponse?questionnaire=http://acme.org/q|1.0           r1
        QuestionnaireResponse?questionnaire:below=http://acme.org/q         r1 r2 r3
        QuestionnaireResponse?questionnaire:below=http://acme.org/q|1       r1 r2
        QuestionnaireResponse?questionnaire:below=http://acme.org/q|1.1     r2
        Questionnaire?url=http://acme.org/q                                 q
        Questionnaire?url=http://acme.org/q|2.0                             q
        Questionnaire?url=http://acme.org/q|2
        """,
        Response("r1", "http://acme.org/q|1.0"), Response("r2", "http://acme.org/q|1.1"), Response("r3", "http://acme.org/q"),
        """{"resourceType":"Questionnaire","id":"q","status":"active","url":"http://acme.org/q","version":"2.0"}""");

    [Theory, BothStores]
    public Task References_InEveryForm(Dialect dialect) => FindsAsync(dialect, """
        Observation?subject=a                              o1 o2 o3
        Observation?subject=Patient/a                      o1 o2
        Observation?subject:Device=a                       o3
        Observation?subject=Patient/a/_history/3           o1 o2
        Observation?subject=http://elsewhere/fhir/Patient/a   o4
        Observation?subject:Patient=Patient/a              o1 o2
        Observation?subject:Patient._tag=t
        Observation?subject:Device._tag=t                  o3
        """,
        Observation("o1", "Patient/a"), Observation("o2", "Patient/a/_history/3"), Observation("o3", "Device/a"), Observation("o4", "http://elsewhere/fhir/Patient/a"),
        """{"resourceType":"Device","id":"a","meta":{"tag":[{"code":"t"}]}}""", """{"resourceType":"Patient","id":"a"}""");

    [Theory, BothStores]
    public Task Dates_OfIntervalsOfEveryLength(Dialect dialect) => FindsAsync(dialect, """
        Encounter?date=ge2021-06-10&date=lt2021-06-12          day week year open before
        Encounter?date=ge2021-06-10&date=le2021-06-10          day week year open before
        Encounter?date=ge2021-06-11&date=lt2021-06-12          week year open before
        Encounter?date=2021-06                                 day week
        Encounter?date=2021                                    day week year
        Encounter?date=2021-06-10                              day
        Encounter?date=2021-06-10,2022                         day
        Encounter?date=sa2021-06-09                            day
        Encounter?date=sa2021-06-01&date=eb2021-06-20          day week
        Encounter?date=eb2021-06-20                            day week
        Encounter?date=eb2022                                  day week year
        Encounter?date=gt2022-03                               open before
        Encounter?date=gt2022-03&date=lt2022-04                open before
        Encounter?date=lt2020                                  before
        Encounter?date=lt1970&date=ge1960                      before
        Encounter?date=ne2021                                  open before
        Encounter?date=ne2021&date=lt2021                      open before
        Patient?death-date=ge2020&death-date=lt2021
        """,
        Encounter("day", "\"start\":\"2021-06-10T08:00:00Z\",\"end\":\"2021-06-10T09:00:00Z\""), Encounter("week", "\"start\":\"2021-06-05\",\"end\":\"2021-06-12\""),
        Encounter("year", "\"start\":\"2021-01\",\"end\":\"2021-12\""), Encounter("open", "\"start\":\"2020-06-01\""), Encounter("before", "\"end\":\"2030\""));

    [Theory, BothStores]
    public Task Dates_OfWhatHasSeveral_MayEachMeanAnotherOne(Dialect dialect) => FindsAsync(dialect, """
        Encounter?location-period=ge2021-06&location-period=lt2021-02   two
        Encounter?location-period=sa2021-02&location-period=eb2021-05   two
        Encounter?location-period=sa2021-02-01&location-period=lt2021-05-01   two
        Encounter?location-period=sa2021-07
        """,
        """{"resourceType":"Encounter","id":"two","status":"finished","class":{"code":"IMP"},"location":[{"location":{"display":"a"},"period":{"start":"2021-01-01","end":"2021-01-10"}},{"location":{"display":"b"},"period":{"start":"2021-06-01","end":"2021-06-02"}}]}""");

    [Theory, BothStores]
    public Task Near_IsADistanceOnTheEarth_InAnyUnit(Dialect dialect) => FindsAsync(dialect, """
        Location?near=31.2304|121.4737                          bund park
        Location?near=31.2304|121.4737|3                        bund
        Location?near=31.2304|121.4737|3|km                     bund
        Location?near=31.2304|121.4737|3000|m                   bund
        Location?near=31.2304|121.4737|2|mi_us                  bund
        Location?near=31.2304|121.4737|2|[mi_i]                 bund
        Location?near=31.2304|121.4737|0|km                     bund
        Location?near=31.2304|121.4737|2000|km                  bund park
        Location?near=31.2304|121.4737|30000|km                 bund park suva pole
        Location?near=-18.14|-179.9|200|km                      suva
        Location?near=90|0|20|km                                pole
        Location?near=90|0|20|km,31.2304|121.4737|3             bund pole
        Location?near=31.2304|121.4737&name=p                   park
        Encounter?location.near=31.2304|121.4737|3|km           visit
        """,
        Place("bund", "31.2304", "121.4737"), Place("park", "31.30", "121.60"), Place("suva", "-18.14", "178.44"), Place("pole", "89.9", "10"),
        """{"resourceType":"Location","id":"nowhere","name":"nowhere"}""",
        """{"resourceType":"Encounter","id":"visit","status":"finished","class":{"code":"IMP"},"location":[{"location":{"reference":"Location/bund"}}]}""");

    [Theory, BothStores]
    public Task Lists_TypesTogether_AndAllThatRefers(Dialect dialect) => FindsAsync(dialect, """
        Patient?_list=l                                                   a
        Patient?_list=List/l,m                                            a b
        Patient?_list=l&_id=b
        Patient?_list=none
        Observation?_list=l                                               o
        ?_type=Observation,Encounter&subject=Patient/a                    o e
        ?_type=Observation,Encounter&subject=Patient/b
        ?_type=Observation,Encounter&status=final                         o
        ?_type=Patient,Observation&_id=a,o                                a o
        """,
        """{"resourceType":"Patient","id":"a"}""", """{"resourceType":"Patient","id":"b"}""", Observation("o", "Patient/a"),
        """{"resourceType":"Encounter","id":"e","status":"finished","class":{"code":"IMP"},"subject":{"reference":"Patient/a"}}""",
        """{"resourceType":"List","id":"l","status":"current","mode":"working","entry":[{"item":{"reference":"Patient/a"}},{"item":{"reference":"Observation/o"}}]}""",
        """{"resourceType":"List","id":"m","status":"current","mode":"working","entry":[{"item":{"reference":"Patient/b"}}]}""");

    [Theory, BothStores]
    public async Task WhatIsNotThere_IsRefusedByName(Dialect dialect)
    {
        await using FacadeHost host = await SearchSample.StartAsync(dialect, """{"resourceType":"Patient","id":"a"}""", Observation("o", "Patient/a"));

        (await host.GetAsync("Patient?_query=current-high-risk")).ShouldFail(400, "not-supported");
        (await host.GetAsync("AllergyIntolerance?_list=$current-allergies")).ShouldFail(400, "not-supported");
        (await host.GetAsync("?_type=Patient,Observation&name=x", ("Prefer", "handling=strict"))).ShouldFail(400, "not-supported");
        foreach (string wrong in new[] { "91|0", "0|181", "0", "a|b", "0|0|-1", "0|0|5|kg", "0|0|5|miles", "0|0|1|km|x" }) (await host.GetAsync($"Location?near={wrong}")).ShouldFail(400, "value");
        (await host.GetAsync("Location?near:missing=true")).ShouldFail(400, "not-supported");
        Answer all = await host.GetAsync("Patient?_id=a&_revinclude=*");
        Assert.Equal(2, all.Entries.Length);
        Assert.Contains("\"Observation\"", all.Text, StringComparison.Ordinal);
    }

    private static string Place(string id, string latitude, string longitude) =>
        $$$"""{"resourceType":"Location","id":"{{{id}}}","name":"{{{id}}}","position":{"latitude":{{{latitude}}},"longitude":{{{longitude}}} }}""";

    private static string Risk(string id, string probability) =>
        $$"""{"resourceType":"RiskAssessment","id":"{{id}}","status":"final","subject":{"display":"x"},"prediction":[{"probabilityDecimal":{{probability}}}]}""";

    private static string Response(string id, string questionnaire) => $$"""{"resourceType":"QuestionnaireResponse","id":"{{id}}","status":"completed","questionnaire":"{{questionnaire}}"}""";

    private static string Observation(string id, string subject) =>
        $$$"""{"resourceType":"Observation","id":"{{{id}}}","status":"final","code":{"text":"x"},"subject":{"reference":"{{{subject}}}"}}""";

    private static string Encounter(string id, string period) =>
        $$$"""{"resourceType":"Encounter","id":"{{{id}}}","status":"finished","class":{"code":"IMP"},"period":{ {{{period}}} }}""";

    private static async Task FindsAsync(Dialect dialect, string table, params string[] resources)
    {
        await using FacadeHost host = await SearchSample.StartAsync(dialect, resources);
        await SearchSample.FindsAsync(host, table);
    }
}
