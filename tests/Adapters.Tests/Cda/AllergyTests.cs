using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Tests.Cda;

public sealed class AllergyTests
{
    [Fact]
    public void An_allergy_has_its_substance_type_status_reaction_and_criticality()
    {
        DraftObject allergy = Documents.Valid(Documents.Around(Documents.Section("48765-2", Concern("active", "416098002")))).Only("AllergyIntolerance");
        Assert.Equal("http://www.nlm.nih.gov/research/umls/rxnorm", allergy.At("code.coding.0.system"));
        Assert.Equal("7980", allergy.At("code.coding.0.code"));
        Assert.Equal("Penicillin, as written", allergy.At("code.text"));
        Assert.Equal("allergy", allergy.At("type"));
        Assert.Equal("medication", allergy.At("category.0"));
        Assert.Equal("active", allergy.At("clinicalStatus.coding.0.code"));
        Assert.Equal("confirmed", allergy.At("verificationStatus.coding.0.code"));
        Assert.Equal("high", allergy.At("criticality"));
        Assert.Equal("1998-05", allergy.At("onsetDateTime"));
        Assert.Equal("247472004", allergy.At("reaction.0.manifestation.0.coding.0.code"));
        Assert.Equal("moderate", allergy.At("reaction.0.severity"));
        Assert.Equal("2014-01-04T12:35:06-05:00", allergy.At("recordedDate"));
    }

    [Theory]
    [InlineData("416098002", "409137002")]
    [InlineData("414285001", "429625007")]
    [InlineData("419199007", "716186003")]
    public void A_negated_allergy_without_substance_says_that_none_is_known(string kind, string expected)
    {
        string entry = Concern("active", kind).Replace("moodCode=\"EVN\" negationInd=\"false\"", "moodCode=\"EVN\" negationInd=\"true\"", StringComparison.Ordinal)
            .Replace("<code code=\"7980\" codeSystem=\"2.16.840.1.113883.6.88\"><originalText><reference value=\"#pen\"/></originalText></code>", "<code nullFlavor=\"NA\"/>", StringComparison.Ordinal);
        DraftObject allergy = Documents.Valid(Documents.Around(Documents.Section("48765-2", entry))).Only("AllergyIntolerance");
        Assert.Equal(expected, allergy.At("code.coding.0.code"));
        Assert.Equal("confirmed", allergy.At("verificationStatus.coding.0.code"));
        Assert.Null(allergy["type"]);
    }

    [Fact]
    public void A_negated_allergy_to_a_substance_is_refuted_and_not_active()
    {
        string entry = Concern("active", "416098002").Replace("negationInd=\"false\"", "negationInd=\"true\"", StringComparison.Ordinal);
        DraftObject allergy = Documents.Valid(Documents.Around(Documents.Section("48765-2", entry))).Only("AllergyIntolerance");
        Assert.Equal("refuted", allergy.At("verificationStatus.coding.0.code"));
        Assert.Equal("inactive", allergy.At("clinicalStatus.coding.0.code"));
        Assert.Equal("7980", allergy.At("code.coding.0.code"));
    }

    [Theory]
    [InlineData("completed", "inactive")]
    [InlineData("aborted", "inactive")]
    public void A_concern_that_is_closed_makes_the_allergy_inactive(string status, string expected) =>
        Assert.Equal(expected, Documents.Valid(Documents.Around(Documents.Section("48765-2", Concern(status, "416098002")))).Only("AllergyIntolerance").At("clinicalStatus.coding.0.code"));

    private static string Concern(string status, string kind) => $"""
        <entry><act classCode="ACT" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.30"/><id root="2.999.5.1"/><code code="CONC" codeSystem="2.16.840.1.113883.5.6"/>
        <statusCode code="{status}"/><effectiveTime><low value="19980501"/></effectiveTime>
        <author><time value="20140104123506-0500"/><assignedAuthor><id extension="99" root="2.999.5.2"/></assignedAuthor></author>
        <entryRelationship typeCode="SUBJ"><observation classCode="OBS" moodCode="EVN" negationInd="false"><templateId root="2.16.840.1.113883.10.20.22.4.7"/><id root="2.999.5.3" extension="1"/>
          <code code="ASSERTION" codeSystem="2.16.840.1.113883.5.4"/><statusCode code="completed"/><effectiveTime><low value="199805"/></effectiveTime>
          <value xsi:type="CD" code="{kind}" codeSystem="2.16.840.1.113883.6.96"/>
          <participant typeCode="CSM"><participantRole classCode="MANU"><playingEntity classCode="MMAT"><code code="7980" codeSystem="2.16.840.1.113883.6.88"><originalText><reference value="#pen"/></originalText></code></playingEntity></participantRole></participant>
          <entryRelationship typeCode="MFST" inversionInd="true"><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.9"/><id root="2.999.5.3" extension="2"/>
            <code code="ASSERTION" codeSystem="2.16.840.1.113883.5.4"/><statusCode code="completed"/><value xsi:type="CD" code="247472004" codeSystem="2.16.840.1.113883.6.96" displayName="Wheal"/>
            <entryRelationship typeCode="SUBJ" inversionInd="true"><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.8"/><code code="SEV" codeSystem="2.16.840.1.113883.5.4"/><statusCode code="completed"/><value xsi:type="CD" code="6736007" codeSystem="2.16.840.1.113883.6.96"/></observation></entryRelationship>
          </observation></entryRelationship>
          <entryRelationship typeCode="SUBJ" inversionInd="true"><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.145"/><code code="82606-5" codeSystem="2.16.840.1.113883.6.1"/><statusCode code="completed"/><value xsi:type="CD" code="CRITH" codeSystem="2.16.840.1.113883.5.1063"/></observation></entryRelationship>
        </observation></entryRelationship></act></entry>
        """;
}
