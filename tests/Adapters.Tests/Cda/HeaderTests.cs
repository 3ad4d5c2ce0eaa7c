using System.Text;
using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Tests.Cda;

public sealed class HeaderTests
{
    [Fact]
    public void The_composition_says_what_the_document_is_who_wrote_signed_and_keeps_it()
    {
        ConversionResult result = Documents.Valid(Documents.Around(Documents.Section("10164-2", ""), """
            <legalAuthenticator><time value="20240310103000-0500"/><signatureCode code="S"/><assignedEntity><id root="2.16.840.1.113883.4.6" extension="9999999999"/></assignedEntity></legalAuthenticator>
            <relatedDocument typeCode="RPLC"><parentDocument><id root="2.999.77.1" extension="DOC-0"/></parentDocument></relatedDocument>
            <documentationOf><serviceEvent classCode="PCPR"><effectiveTime><low value="2020"/><high value="20240310"/></effectiveTime></serviceEvent></documentationOf>
            """));
        DraftObject composition = result.Only("Composition");
        Assert.Equal("34133-9", composition.At("type.coding.0.code"));
        Assert.Equal("urn:oid:2.999.77.1", composition.At("identifier.system"));
        Assert.Equal("DOC-1", composition.At("identifier.value"));
        Assert.Equal("2024-03-10T10:15:00-05:00", composition.At("date"));
        Assert.Equal("N", composition.At("confidentiality"));
        Assert.Equal("legal", composition.At("attester.0.mode"));
        Assert.Equal("2024-03-10T10:30:00-05:00", composition.At("attester.0.time"));
        Assert.Equal("replaces", composition.At("relatesTo.0.code"));
        Assert.Equal("DOC-0", composition.At("relatesTo.0.targetIdentifier.value"));
        Assert.Equal("2020", composition.At("event.0.period.start"));
        Assert.Equal($"Organization/{result.Only("Organization").At("id")}", composition.At("custodian.reference"));
        DraftObject author = result.Only("Practitioner");
        Assert.Equal("http://hl7.org/fhir/sid/us-npi", author.At("identifier.0.system"));
        Assert.Equal("Tester", author.At("name.0.family"));
        Assert.Equal($"PractitionerRole/{result.Only("PractitionerRole").At("id")}", composition.At("author.0.reference"));
    }

    [Fact]
    public void The_patient_has_identifiers_names_contacts_and_what_extensions_carry()
    {
        string document = Documents.Around("").Replace("<birthTime value=\"19700102\"/>", """
            <birthTime value="197001021230-0500"/><sdtc:deceasedInd value="true"/><sdtc:deceasedTime value="20240301"/>
            <maritalStatusCode code="M" codeSystem="2.16.840.1.113883.5.2"/><raceCode code="2106-3" codeSystem="2.16.840.1.113883.6.238" displayName="White"/><sdtc:raceCode code="2076-8" codeSystem="2.16.840.1.113883.6.238" displayName="Hawaiian"/>
            <languageCommunication><languageCode code="fr-CA"/><preferenceInd value="true"/></languageCommunication>
            """, StringComparison.Ordinal)
            .Replace("<patient><name>", "<id root=\"2.16.840.1.113883.4.1\" extension=\"000-00-0000\"/><addr use=\"HP\"><streetAddressLine>1 Test St</streetAddressLine><city>Probe</city><postalCode>00000</postalCode></addr><telecom use=\"MC\" value=\"tel:+1(555)000-0000\"/><patient><name use=\"L\">", StringComparison.Ordinal);
        DraftObject patient = Documents.Valid(document).Only("Patient");
        Assert.Equal("P-100", patient.At("identifier.0.value"));
        Assert.Equal("http://hl7.org/fhir/sid/us-ssn", patient.At("identifier.1.system"));
        Assert.Equal("official", patient.At("name.0.use"));
        Assert.Equal("home", patient.At("address.0.use"));
        Assert.Equal("1 Test St", patient.At("address.0.line.0"));
        Assert.Equal("phone", patient.At("telecom.0.system"));
        Assert.Equal("mobile", patient.At("telecom.0.use"));
        Assert.Equal("+1(555)000-0000", patient.At("telecom.0.value"));
        Assert.Equal("1970-01-02", patient.At("birthDate"));
        Assert.Equal("1970-01-02T12:30:00-05:00", patient.At("_birthDate.extension.0.valueDateTime"));
        Assert.Equal("2024-03-01", patient.At("deceasedDateTime"));
        Assert.Equal("M", patient.At("maritalStatus.coding.0.code"));
        Assert.Equal("fr-CA", patient.At("communication.0.language.coding.0.code"));
        Assert.Equal("http://hl7.org/fhir/us/core/StructureDefinition/us-core-race", patient.At("extension.0.url"));
        Assert.Equal("2076-8", patient.At("extension.0.extension.1.valueCoding.code"));
    }

    [Fact]
    public void The_encounter_of_the_document_is_the_context_of_its_entries()
    {
        ConversionResult result = Documents.Valid(Documents.Around(
            Documents.Section("29762-2", """<entry><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.78"/><code code="72166-2" codeSystem="2.16.840.1.113883.6.1"/><statusCode code="completed"/><effectiveTime value="20240310"/><value xsi:type="CD" code="8517006" codeSystem="2.16.840.1.113883.6.96"/></observation></entry>"""),
            """<componentOf><encompassingEncounter><id root="2.999.77.9" extension="E1"/><code code="AMB" codeSystem="2.16.840.1.113883.5.4"/><effectiveTime><low value="20240310"/><high value="20240310"/></effectiveTime></encompassingEncounter></componentOf>"""));
        DraftObject encounter = result.Only("Encounter");
        Assert.Equal("AMB", encounter.At("class.code"));
        Assert.Equal("finished", encounter.At("status"));
        Assert.Equal("2024-03-10", encounter.At("period.end"));
        Assert.Equal($"Encounter/{encounter.At("id")}", result.Only("Observation").At("encounter.reference"));
        Assert.Equal("8517006", result.Only("Observation").At("valueCodeableConcept.coding.0.code"));
    }

    [Fact]
    public void Who_told_and_who_entered_it_are_agents_of_the_provenance()
    {
        ConversionResult result = Documents.Valid(Documents.Around("", """
            <dataEnterer><assignedEntity><id root="2.999.77.6" extension="D1"/><assignedPerson><name><given>Eva</given><family>Entry</family></name></assignedPerson></assignedEntity></dataEnterer>
            <informant><relatedEntity classCode="PRS"><code code="SPS" codeSystem="2.16.840.1.113883.5.111"/><relatedPerson><name><given>Paul</given><family>Probe</family></name></relatedPerson></relatedEntity></informant>
            """));
        Assert.Equal("SPS", result.Only("RelatedPerson").At("relationship.0.coding.0.code"));
        string[] agents = [.. result.Only("Provenance")["agent"]!.AsArray().Select(agent => agent.At("type.coding.0.code")!)];
        Assert.Contains("enterer", agents);
        Assert.Contains("informant", agents);
    }

    [Fact]
    public void A_second_conversion_and_a_second_document_of_one_patient_give_the_same_ids()
    {
        string first = Documents.Around(Documents.Section("10164-2", ""));
        Assert.Equal(BundleWriter.Write(Documents.Valid(first)), BundleWriter.Write(Documents.Valid(first)));
        ConversionResult other = Documents.Valid(first.Replace("DOC-1", "DOC-2", StringComparison.Ordinal));
        Assert.Equal(Documents.Valid(first).Only("Patient").At("id"), other.Only("Patient").At("id"));
        Assert.NotEqual(Documents.Valid(first).Only("Composition").At("id"), other.Only("Composition").At("id"));
    }

    [Fact]
    public void Times_without_an_offset_have_that_of_the_document_and_else_of_the_site()
    {
        string section = Documents.Section("47519-4", """<entry><procedure classCode="PROC" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.14"/><id root="2.999.1.1"/><code code="80146002" codeSystem="2.16.840.1.113883.6.96"/><statusCode code="completed"/><effectiveTime value="202401020304"/></procedure></entry>""");
        Assert.Equal("2024-01-02T03:04:00-05:00", Documents.Valid(Documents.Around(section)).Only("Procedure").At("performedDateTime"));
        Assert.Equal("2024-01-02T03:04:00+08:00", Documents.Valid(Documents.Around(section, time: "20240310101500")).Only("Procedure").At("performedDateTime"));
    }

    [Fact]
    public void Two_statements_under_one_identifier_are_both_kept()
    {
        string entry(string code) => $"""<entry><procedure classCode="PROC" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.14"/><id root="2.999.1.1"/><code code="{code}" codeSystem="2.16.840.1.113883.6.96"/><statusCode code="completed"/></procedure></entry>""";
        ConversionResult result = Documents.Valid(Documents.Around(Documents.Section("47519-4", entry("80146002") + entry("73761001"))));
        Assert.Equal(2, result.All("Procedure").Select(procedure => procedure.At("id")).Distinct().Count());
        Assert.Contains(result.Issues, issue => issue.Code == "duplicate");
    }

    [Fact]
    public void A_document_of_one_text_file_has_its_words_as_narrative_and_the_file_with_its_digest()
    {
        byte[] words = Encoding.UTF8.GetBytes("Line one <1>\nLine two");
        string document = Documents.Around("").Replace("<component><structuredBody></structuredBody></component>", $"<component><nonXMLBody><text mediaType=\"text/plain\" representation=\"B64\">{System.Convert.ToBase64String(words)}</text></nonXMLBody></component>", StringComparison.Ordinal);
        ConversionResult result = Documents.Valid(document);
        Assert.Contains("Line one &lt;1&gt;<br/>Line two", result.Only("Composition").At("section.0.text.div"), StringComparison.Ordinal);
        Assert.Equal(System.Convert.ToBase64String(words), result.Only("Binary").At("data"));
        Assert.Equal($"urn:sha256:{System.Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(words))}", result.Only("DocumentReference").At("masterIdentifier.value"));
        Assert.True(Documents.Convert(document.Replace("representation=\"B64\">", "representation=\"B64\">*", StringComparison.Ordinal)).IsRejected);
    }
}
