using System.Text;
using System.Text.Json.Nodes;
using Consortium.FhirFacade.Redaction;
using Consortium.Integrity;

namespace Consortium.FhirFacade.Tests.Redaction;

public sealed class RecordViewTests
{
    private const string Patient = """
        {
          "resourceType": "Patient", "id": "p1",
          "meta": { "versionId": "1", "lastUpdated": "2026-11-22T08:00:00.000+08:00", "security": [ { "system": "urn:x", "code": "K" } ] },
          "text": { "status": "generated", "div": "<div xmlns=\"http://www.w3.org/1999/xhtml\">王小明</div>" },
          "extension": [ { "url": "http://example.org/evidence", "valueString": "患者王小明，男" }, { "url": "http://example.org/n", "valueInteger": 4 } ],
          "identifier": [ { "system": "urn:oid:2.16.156.10011.1.3", "value": "11010519491231002X" } ],
          "name": [ { "text": "王小明", "family": "王", "given": [ "小明" ] } ],
          "telecom": [ { "system": "phone", "value": "13800000000" } ],
          "gender": "male", "birthDate": "1949-12-31",
          "address": [ { "text": "北京市" } ],
          "generalPractitioner": [ { "reference": "Practitioner/d1", "display": "李医生" } ],
          "contact": [ { "name": { "text": "王大明" } } ],
          "communication": [ { "language": { "coding": [ { "system": "urn:ietf:bcp:47", "code": "zh", "display": "中文" } ], "text": "中文" }, "preferred": true } ]
        }
        """;

    private const string Prescription = """
        {
          "resourceType": "MedicationRequest", "id": "m1", "meta": { "versionId": "2" },
          "contained": [ { "resourceType": "Medication", "id": "drug", "code": { "text": "阿莫西林胶囊" } } ],
          "status": "active", "intent": "order",
          "medicationReference": { "reference": "#drug", "display": "阿莫西林胶囊" },
          "subject": { "reference": "Patient/p1", "display": "王小明" },
          "authoredOn": "2026-11-20",
          "reasonCode": [ { "text": "肺炎，予阿莫西林胶囊" } ],
          "dosageInstruction": [ { "text": "0.5g 口服 tid", "doseAndRate": [ { "doseQuantity": { "value": 0.50, "unit": "g" } } ] } ]
        }
        """;

    [Fact]
    public void Redact_Hospital_IsTheRecordItself()
    {
        RedactedRecord record = RecordView.Redact(Encoding.UTF8.GetBytes(Patient), ViewRole.Hospital);

        Assert.Equal(Encoding.UTF8.GetBytes(Patient), record.View);
        Assert.Empty(record.HiddenPointers);
    }

    [Fact]
    public void Redact_PatientForTelemedicine_HidesIdentityAndKeepsTheRest()
    {
        RedactedRecord record = RecordView.Redact(Encoding.UTF8.GetBytes(Patient), ViewRole.Telemedicine);
        JsonNode view = JsonNode.Parse(record.View)!;

        Assert.Equal(
            ["/text", "/extension/0", "/identifier", "/name", "/telecom", "/address", "/generalPractitioner/0/display", "/contact", "/communication/0/language/text"],
            record.HiddenPointers);
        Assert.Equal("1949-12-31", view["birthDate"]!.GetValue<string>());
        Assert.Equal("male", view["gender"]!.GetValue<string>());
        Assert.Equal("中文", view["communication"]![0]!["language"]!["coding"]![0]!["display"]!.GetValue<string>());
        Assert.Equal(["K", "PSEUDED", "REDACTED", "N"], view["meta"]!["security"]!.AsArray().Select(c => c!["code"]!.GetValue<string>()));
        Assert.DoesNotContain("王", Encoding.UTF8.GetString(record.View), StringComparison.Ordinal);
    }

    [Fact]
    public void Redact_PrescriptionForResident_HidesDrugAndDose()
    {
        RedactedRecord record = RecordView.Redact(Encoding.UTF8.GetBytes(Prescription), ViewRole.Resident);
        string text = Encoding.UTF8.GetString(record.View);
        JsonNode view = JsonNode.Parse(record.View)!;

        Assert.DoesNotContain("阿莫西林", text, StringComparison.Ordinal);
        Assert.DoesNotContain("0.50", text, StringComparison.Ordinal);
        Assert.Equal("王小明", view["subject"]!["display"]!.GetValue<string>());
        Assert.Equal("masked", view["medicationReference"]!["extension"]![0]!["valueCode"]!.GetValue<string>());
        Assert.Equal("2026-11-20", view["authoredOn"]!.GetValue<string>());
    }

    [Fact]
    public void Redact_ConditionForResident_NamesNoDrugByReference()
    {
        const string list = """{"resourceType":"List","status":"current","mode":"working","entry":[{"item":{"reference":"MedicationRequest/m1","display":"阿莫西林"}},{"item":{"reference":"Condition/c1","display":"肺炎"}},{"item":{"display":"阿莫西林"}}]}""";

        RedactedRecord record = RecordView.Redact(Encoding.UTF8.GetBytes(list), ViewRole.Resident);

        Assert.Equal(["/entry/0/item/display", "/entry/2"], record.HiddenPointers);
    }

    [Fact]
    public void Redact_ObservationForRegulator_KeepsMetadataAndMasksWhatIsRequired()
    {
        const string observation = """{"resourceType":"Observation","id":"o1","meta":{"versionId":"1"},"status":"final","code":{"coding":[{"system":"http://loinc.org","code":"2823-3"}]},"subject":{"reference":"Patient/p1","display":"王小明"},"valueQuantity":{"value":4.10,"unit":"mmol/L"}}""";

        RedactedRecord record = RecordView.Redact(Encoding.UTF8.GetBytes(observation), ViewRole.Regulator);

        Assert.Equal(
            """{"resourceType":"Observation","id":"o1","meta":{"versionId":"1","security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"REDACTED","display":"redacted"},{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"L","display":"low"}]},"status":"final","code":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"masked"}]},"subject":{"reference":"Patient/p1"}}""",
            Encoding.UTF8.GetString(record.View));
        Assert.Equal(["/code", "/subject/display", "/valueQuantity"], record.HiddenPointers);
    }

    [Theory]
    [InlineData("""{"resourceType":"Basic","code":{"coding":[{"system":"urn:x","code":"a","display":"王小明的记录"}]}}""")]
    [InlineData("""{"resourceType":"Basic","code":{"coding":[{"display":"王小明"}]}}""")]
    [InlineData("""{"resourceType":"Basic","code":{"coding":[{"system":"urn:x","code":"王小明"}]}}""")]
    [InlineData("""{"resourceType":"Basic","code":{"text":"王小明"}}""")]
    [InlineData("""{"resourceType":"Basic","code":{"coding":[{"system":"urn:x","code":"a"}]},"subject":{"reference":"Patient?name=王小明"}}""")]
    [InlineData("""{"resourceType":"Basic","code":{"coding":[{"system":"urn:x","code":"a"}]},"subject":{"identifier":{"value":"王小明"}}}""")]
    [InlineData("""{"resourceType":"Basic","code":{"coding":[{"system":"urn:x","code":"a"}]},"extension":[{"url":"urn:王小明","valueBoolean":true}]}""")]
    [InlineData("""{"resourceType":"Basic","code":{"coding":[{"system":"urn:x","code":"a"}]},"unknownElement":"王小明","_created":{"extension":[{"url":"urn:y","valueString":"王小明"}]},"created":"2026-01-01"}""")]
    [InlineData("""{"resourceType":"Basic","id":"王小明","code":{"coding":[{"system":"urn:x","code":"a"}]}}""")]
    [InlineData("""{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient","name":[{"text":"王小明"}]}},{"resource":{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"urn:x","code":"a","display":"王小明"}]}}}]}""")]
    public void Redact_NameWhereItDoesNotBelong_NeverReachesTelemedicineOrRegulator(string json)
    {
        foreach (ViewRole role in (ViewRole[])[ViewRole.Telemedicine, ViewRole.Regulator])
        {
            byte[] bytes = Encoding.UTF8.GetBytes(json);
            RedactedRecord record = RecordView.Redact(bytes, role, ["王小明"]);

            Assert.DoesNotContain("王小明", Encoding.UTF8.GetString(record.View), StringComparison.Ordinal);
            AssertVerifies(bytes, record);
        }
    }

    [Fact]
    public void Redact_HiddenExtensionOfPrimitive_HidesThePrimitiveWithIt()
    {
        const string json = """{"resourceType":"Patient","gender":"male","birthDate":"1970-03-30","_birthDate":{"extension":[{"url":"urn:x","valueString":"born at home"}]}}""";

        Assert.Equal(["/birthDate", "/_birthDate"], RecordView.Redact(Encoding.UTF8.GetBytes(json), ViewRole.Telemedicine).HiddenPointers);
    }

    [Fact]
    public void Redact_OneHiddenEntryOfPrimitiveArray_HidesTheArray()
    {
        const string json = """{"resourceType":"PlanDefinition","status":"draft","library":["urn:a","urn:王小明"],"_library":[null,{"extension":[{"url":"urn:x","valueCode":"y"}]}]}""";

        Assert.Equal(["/library", "/_library"], RecordView.Redact(Encoding.UTF8.GetBytes(json), ViewRole.Telemedicine).HiddenPointers);
    }

    [Fact]
    public void Redact_RequiredPrimitiveHidden_IsMaskedBesideIt()
    {
        const string json = """{"resourceType":"Questionnaire","status":"active","item":[{"linkId":"编号一","type":"group","item":[{"linkId":"二","type":"string"}]}]}""";
        byte[] bytes = Encoding.UTF8.GetBytes(json);

        RedactedRecord record = RecordView.Redact(bytes, ViewRole.Telemedicine);

        Assert.Equal(["/item/0/linkId", "/item/0/item/0/linkId"], record.HiddenPointers);
        Assert.Equal("masked", JsonNode.Parse(record.View)!["item"]![0]!["item"]![0]!["_linkId"]!["extension"]![0]!["valueCode"]!.GetValue<string>());
        AssertVerifies(bytes, record);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[1]")]
    [InlineData("""{"id":"x"}""")]
    [InlineData("""{"resourceType":"Patient" """)]
    [InlineData("""{"resourceType":"Patient","x":"\ud800"}""")]
    public void Redact_NoResource_IsRefused(string json) =>
        Assert.Throws<FormatException>(() => RecordView.Redact(Encoding.UTF8.GetBytes(json), ViewRole.Telemedicine));

    internal static void AssertVerifies(byte[] json, RedactedRecord record)
    {
        byte[] secret = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
        foreach (CommitmentSuite suite in Enum.GetValues<CommitmentSuite>())
        {
            Hash256 commitment = RecordCommitment.Compute(json, secret, suite).Commitment;
            Disclosure disclosure = RecordCommitment.Disclose(json, secret, suite, record.HiddenPointers);
            VerificationResult result = DisclosureVerifier.Verify(record.View, Disclosure.Parse(disclosure.ToJson()), commitment);
            Assert.True(result.Ok, $"{result.Reason} at {result.Pointer}");
        }
    }
}
