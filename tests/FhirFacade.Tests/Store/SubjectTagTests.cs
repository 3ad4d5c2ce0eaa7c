using Consortium.Integrity;
using Consortium.Messaging;
using Consortium.Storage;
using Consortium.Testing;
using static Consortium.FhirFacade.Tests.Store.StoreHarness;

namespace Consortium.FhirFacade.Tests.Store;

/// <summary>record-commitment.md, "Fields": the tag is made from the patient's strongest identifier.</summary>
public sealed class SubjectTagTests
{
    private const string Card = """{"system":"urn:oid:2.16.156.10011.1.3","value":"110101199003078515"}""";
    private const string Number = """{"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"MR"}]},"system":"urn:mrn","value":"M1"}""";
    private const string Other = """{"system":"urn:other","value":"X"}""";

    public static TheoryData<Dialect, string, string, string> Strongest()
    {
        var cases = new TheoryData<Dialect, string, string, string>();
        foreach (Dialect dialect in new[] { Dialect.Sqlite, Dialect.Postgres })
        {
            cases.Add(dialect, $"{Other},{Number},{Card}", FacadeOptions.ChineseIdCard, "110101199003078515");
            cases.Add(dialect, $"{Other},{Number}", "urn:mrn", "M1");
            cases.Add(dialect, Other, "urn:other", "X");
        }

        return cases;
    }

    [Theory, MemberData(nameof(Strongest))]
    public async Task Patient_TagIsOfTheStrongestIdentifier(Dialect dialect, string identifiers, string system, string value)
    {
        await using StoreHarness harness = await CreateAsync(dialect);

        await harness.StoreAsync(1, Resource($$"""{"resourceType":"Patient","id":"p","identifier":[{{identifiers}}]}"""));

        Assert.Equal(IndexIdentifiers.SubjectTag(Options.IndexKey, 1, system, value), Assert.Single(await harness.EntriesAsync()).SubjectTag);
    }

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task OtherResources_HaveTheTagOfTheirPatient_StoredBeforeOrInTheSameTransaction(Dialect dialect)
    {
        await using StoreHarness harness = await CreateAsync(dialect);
        Tag128 tag = IndexIdentifiers.SubjectTag(Options.IndexKey, 1, FacadeOptions.ChineseIdCard, "110101199003078515");

        await harness.StoreAsync(1, // the patient last: the order in the transaction does not matter
            Resource("""{"resourceType":"Observation","id":"o1","subject":{"reference":"Patient/p"}}"""),
            Resource($$"""{"resourceType":"Patient","id":"p","identifier":[{{Card}}]}"""));
        await harness.StoreAsync(2,
            Resource("""{"resourceType":"Provenance","id":"v1","target":[{"reference":"Observation/o1"},{"reference":"Patient/p"}]}"""),
            Resource("""{"resourceType":"Appointment","id":"a1","participant":[{"actor":{"reference":"Practitioner/x"}},{"actor":{"reference":"http://127.0.0.1:1/fhir/Patient/p"}}]}"""),
            Resource("{\"resourceType\":\"Condition\",\"id\":\"c1\",\"subject\":{\"identifier\":" + Card + "}}"),
            Resource($$"""{"resourceType":"Patient","id":"p"}""", ApplyMode.CreateIfAbsent),
            Resource("""{"resourceType":"Encounter","id":"e1","subject":{"reference":"Patient/p"}}"""));

        Assert.All(await harness.EntriesAsync(), entry => Assert.Equal(tag, entry.SubjectTag));
        Assert.Equal(6, (await harness.EntriesAsync()).Length);
    }

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task WithoutASubject_TheTagIsZero(Dialect dialect)
    {
        await using StoreHarness harness = await CreateAsync(dialect);

        await harness.StoreAsync(1,
            Resource("""{"resourceType":"Organization","id":"h","identifier":[{"system":"urn:x","value":"1"}]}"""),
            Resource("""{"resourceType":"Observation","id":"o1","subject":{"reference":"Patient/unknown"}}"""),
            Resource("""{"resourceType":"Observation","id":"o2","subject":{"reference":"#contained"}}"""),
            Resource("""{"resourceType":"Patient","id":"p","identifier":[{"value":"without a system"}]}"""));

        Assert.All(await harness.EntriesAsync(), entry => Assert.Equal(Tag128.Zero, entry.SubjectTag));
    }
}
