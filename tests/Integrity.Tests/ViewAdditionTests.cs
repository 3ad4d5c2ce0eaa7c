using System.Text;

namespace Consortium.Integrity.Tests;

/// <summary>What redaction may add to a view, and that nothing else may be (<c>record-commitment.md</c>, "To verify", step 3).</summary>
public sealed class ViewAdditionTests
{
    private const string Json = """{"resourceType":"Observation","id":"o","meta":{"versionId":"1","security":[{"system":"urn:x","code":"K"}]},"status":"final","code":{"text":"K+"},"note":[{"text":"a"},{"text":"b"}],"valueQuantity":{"value":4.10}}""";
    private const string Masked = """{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"masked"}]}""";
    private const string Redacted = """{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"REDACTED"}""";
    private const string Restricted = """{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R","display":"restricted"}""";
    private static readonly byte[] Secret = new byte[32];

    [Theory]
    [InlineData("""{"resourceType":"Observation","id":"o","meta":{"versionId":"1","security":[{"system":"urn:x","code":"K"}]},"note":[{"text":"b"}],"valueQuantity":{"value":4.10}}""")]
    [InlineData("""{"resourceType":"Observation","id":"o","meta":{"versionId":"1","security":[{"system":"urn:x","code":"K"},#L]},"note":[{"text":"b"}],"valueQuantity":{"value":4.10}}""")]
    [InlineData("""{"resourceType":"Observation","id":"o","meta":{"versionId":"1","security":[#L,{"system":"urn:x","code":"K"},#C]},"_status":#M,"code":#M,"note":[{"text":"b"}],"valueQuantity":{"value":4.10}}""")]
    public void Verify_AllowedAdditions_AreGood(string view) => Assert.Equal(VerificationResult.Good, Verify(view));

    [Theory]
    [InlineData("""{"resourceType":"Observation","id":"o","meta":{"versionId":"1","security":[{"system":"urn:y","code":"K"},{"system":"urn:x","code":"K"}]},"note":[{"text":"b"}],"valueQuantity":{"value":4.10}}""", "/meta/security/0")]
    [InlineData("""{"resourceType":"Observation","id":"o","meta":{"versionId":"1","security":[#L]},"note":[{"text":"b"}],"valueQuantity":{"value":4.10}}""", "/meta/security")]
    [InlineData("""{"resourceType":"Observation","id":"o","meta":{"versionId":"1","security":[{"system":"urn:x","code":"K"}],"tag":[#L]},"note":[{"text":"b"}],"valueQuantity":{"value":4.10}}""", "/meta/tag")]
    [InlineData("""{"resourceType":"Observation","id":"o","meta":{"versionId":"1","security":[{"system":"urn:x","code":"K"}]},"note":[{"text":"b"}],"valueQuantity":{"value":4.1}}""", "/valueQuantity/value")]
    [InlineData("""{"resourceType":"Observation","id":"o","meta":{"versionId":"1","security":[{"system":"urn:x","code":"K"}]},"note":[{"text":"b"}],"valueQuantity":{"value":"4.10"}}""", "/valueQuantity/value")]
    [InlineData("""{"resourceType":"Observation","id":"o","meta":{"versionId":"1","security":[{"system":"urn:x","code":"K"}]},"note":[{"text":"b"}]}""", "/valueQuantity")]
    [InlineData("""{"resourceType":"Observation","id":"o","meta":{"versionId":"1","security":[{"system":"urn:x","code":"K"}]},"note":[#M,{"text":"b"}],"valueQuantity":{"value":4.10}}""", "/note/0/text")]
    [InlineData("""{"resourceType":"Observation","id":"o","meta":{"versionId":"1","security":[{"system":"urn:x","code":"K"}]},"note":[{"text":"b"},{"text":"b"}],"valueQuantity":{"value":4.10}}""", "/note/1")]
    [InlineData("""{"resourceType":"Observation","id":"o","meta":{"versionId":"1","security":[{"system":"urn:x","code":"K"}]},"note":[{"text":"b"}],"valueQuantity":{"value":4.10},"valueInteger":1}""", "/valueInteger")]
    [InlineData("""{"resourceType":"Observation","id":"o","meta":{"versionId":"1","security":[{"system":"urn:x","code":"K"}]},"note":[{"text":"b"}],"valueQuantity":{"value":4.10},"issued":#M}""", "/issued")]
    [InlineData("""{"resourceType":"Observation","id":"o","_id":#M,"meta":{"versionId":"1","security":[{"system":"urn:x","code":"K"}]},"note":[{"text":"b"}],"valueQuantity":{"value":4.10}}""", "/_id")]
    [InlineData("""{"resourceType":"Observation","id":"o","status":"final","meta":{"versionId":"1","security":[{"system":"urn:x","code":"K"}]},"note":[{"text":"b"}],"valueQuantity":{"value":4.10}}""", "/status")]
    [InlineData("""{"resourceType":"Observation","id":"o","code":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}]},"meta":{"versionId":"1","security":[{"system":"urn:x","code":"K"}]},"note":[{"text":"b"}],"valueQuantity":{"value":4.10}}""", "/code")]
    [InlineData("""{"resourceType":"Observation","id":"o","id":"o"}""", "/id")]
    public void Verify_AnythingElse_IsRefusedAtThePointer(string view, string pointer)
    {
        VerificationResult result = Verify(view);

        Assert.False(result.Ok);
        Assert.Equal(pointer, result.Pointer);
    }

    [Fact]
    public void Verify_MetaAddedForLabelsAlone_IsGood()
    {
        byte[] json = """{"resourceType":"Basic","id":"x"}"""u8.ToArray();
        Disclosure disclosure = RecordCommitment.Disclose(json, Secret, CommitmentSuite.Sm3, []);

        VerificationResult result = DisclosureVerifier.Verify(Bytes("""{"resourceType":"Basic","id":"x","meta":{"security":[#L,#C]}}"""), disclosure, RecordCommitment.Compute(json, Secret, CommitmentSuite.Sm3).Commitment);

        Assert.Equal(VerificationResult.Good, result);
    }

    private static VerificationResult Verify(string view)
    {
        byte[] json = Encoding.UTF8.GetBytes(Json);
        Disclosure disclosure = RecordCommitment.Disclose(json, Secret, CommitmentSuite.Sha256, ["/status", "/code", "/note/0"]);
        return DisclosureVerifier.Verify(Bytes(view), disclosure, RecordCommitment.Compute(json, Secret).Commitment);
    }

    private static byte[] Bytes(string view) =>
        Encoding.UTF8.GetBytes(view.Replace("#M", Masked, StringComparison.Ordinal).Replace("#L", Redacted, StringComparison.Ordinal).Replace("#C", Restricted, StringComparison.Ordinal));
}
