using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Tests.Cda;

/// <summary>One entry of each further section.</summary>
public sealed class SectionTests
{
    private const string Snomed = "codeSystem=\"2.16.840.1.113883.6.96\"";

    [Fact]
    public void An_immunization_given_and_one_refused()
    {
        string entry(string negated, string reason) => $"""
            <entry><substanceAdministration classCode="SBADM" moodCode="EVN" negationInd="{negated}"><templateId root="2.16.840.1.113883.10.20.22.4.52"/><id root="2.999.2.1" extension="{negated}"/><statusCode code="completed"/><effectiveTime value="20100815"/>
            <routeCode code="C28161" codeSystem="2.16.840.1.113883.3.26.1.1"/><doseQuantity value="60" unit="ug"/>
            <consumable><manufacturedProduct classCode="MANU"><manufacturedMaterial><code code="33" codeSystem="2.16.840.1.113883.12.292" displayName="Pneumococcal"/><lotNumberText>L1</lotNumberText></manufacturedMaterial><manufacturerOrganization><name>Maker</name></manufacturerOrganization></manufacturedProduct></consumable>{reason}</substanceAdministration></entry>
            """;
        DraftObject given = Only("11369-6", entry("false", ""), "Immunization");
        Assert.Equal("completed", given.At("status"));
        Assert.Equal("http://hl7.org/fhir/sid/cvx", given.At("vaccineCode.coding.0.system"));
        Assert.Equal("2010-08-15", given.At("occurrenceDateTime"));
        Assert.Equal("L1", given.At("lotNumber"));
        Assert.Equal("ug", given.At("doseQuantity.code"));
        DraftObject refused = Only("11369-6", entry("true", $"""<entryRelationship typeCode="RSON"><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.53"/><code code="PATOBJ" codeSystem="2.16.840.1.113883.5.8"/><statusCode code="completed"/></observation></entryRelationship>"""), "Immunization");
        Assert.Equal("not-done", refused.At("status"));
        Assert.Equal("PATOBJ", refused.At("statusReason.coding.0.code"));
    }

    [Theory]
    [InlineData("completed", "false", "completed")]
    [InlineData("aborted", "false", "stopped")]
    [InlineData("active", "false", "in-progress")]
    [InlineData("completed", "true", "not-done")]
    public void A_procedure_has_status_site_performer_and_device(string status, string negated, string expected)
    {
        ConversionResult result = Convert("47519-4", $"""
            <entry><procedure classCode="PROC" moodCode="EVN" negationInd="{negated}"><templateId root="2.16.840.1.113883.10.20.22.4.14"/><id root="2.999.3.1"/><code code="73761001" {Snomed} displayName="Colonoscopy"/><statusCode code="{status}"/><effectiveTime><low value="20120512"/><high value="20120513"/></effectiveTime>
            <targetSiteCode code="71854001" {Snomed}/><performer><assignedEntity><id root="2.999.3.2" extension="s1"/><assignedPerson><name><family>Surgeon</family></name></assignedPerson></assignedEntity></performer>
            <participant typeCode="DEV"><participantRole classCode="MANU"><templateId root="2.16.840.1.113883.10.20.22.4.37"/><id root="2.16.840.1.113883.3.3719" extension="(01)51022222233336(11)141231"/><playingDevice><code code="90412006" {Snomed}/></playingDevice><scopingEntity><id root="2.999.3.4"/><desc>Maker</desc></scopingEntity></participantRole></participant></procedure></entry>
            """);
        DraftObject procedure = result.Only("Procedure");
        Assert.Equal(expected, procedure.At("status"));
        Assert.Equal("2012-05-13", procedure.At("performedPeriod.end"));
        Assert.Equal("71854001", procedure.At("bodySite.0.coding.0.code"));
        Assert.StartsWith("Practitioner/", procedure.At("performer.0.actor.reference"), StringComparison.Ordinal);
        DraftObject device = result.Only("Device");
        Assert.Equal("51022222233336", device.At("udiCarrier.0.deviceIdentifier"));
        Assert.Equal($"Device/{device.At("id")}", procedure.At("focalDevice.0.manipulated.reference"));
    }

    [Theory]
    [InlineData("INT", "plan")]
    [InlineData("RQO", "order")]
    [InlineData("PRP", "proposal")]
    public void What_is_planned_is_a_request(string mood, string intent)
    {
        DraftObject request = Only("18776-5", $"""
            <entry><procedure classCode="PROC" moodCode="{mood}"><templateId root="2.16.840.1.113883.10.20.22.4.41"/><id root="2.999.4.1"/><code code="73761001" {Snomed}/><statusCode code="active"/><effectiveTime value="20130613"/><priorityCode code="R" codeSystem="2.16.840.1.113883.5.7"/></procedure></entry>
            """, "ServiceRequest");
        Assert.Equal(intent, request.At("intent"));
        Assert.Equal("active", request.At("status"));
        Assert.Equal("routine", request.At("priority"));
        Assert.Equal("2013-06-13", request.At("occurrenceDateTime"));
    }

    [Fact]
    public void An_encounter_has_its_diagnosis_and_disposition()
    {
        ConversionResult result = Convert("46240-8", $"""
            <entry><encounter classCode="ENC" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.49"/><id root="2.999.5.1"/><code code="99213" codeSystem="2.16.840.1.113883.6.12"><translation code="AMB" codeSystem="2.16.840.1.113883.5.4"/></code><statusCode code="completed"/><effectiveTime><low value="201209271300+0500"/></effectiveTime>
            <sdtc:dischargeDispositionCode code="01" codeSystem="2.16.840.1.113883.12.112"/>
            <entryRelationship typeCode="SUBJ"><act classCode="ACT" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.80"/><code code="29308-4" codeSystem="2.16.840.1.113883.6.1"/><entryRelationship typeCode="SUBJ"><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.4"/><id root="2.999.5.2"/><code code="282291009" {Snomed}/><statusCode code="completed"/><value xsi:type="CD" code="233604007" {Snomed}/></observation></entryRelationship></act></entryRelationship></encounter></entry>
            """);
        DraftObject encounter = result.Only("Encounter");
        Assert.Equal("finished", encounter.At("status"));
        Assert.Equal("AMB", encounter.At("class.code"));
        Assert.Equal("99213", encounter.At("type.0.coding.0.code"));
        Assert.Equal("2012-09-27T13:00:00+05:00", encounter.At("period.start"));
        DraftObject condition = result.Only("Condition");
        Assert.Equal("encounter-diagnosis", condition.At("category.0.coding.0.code"));
        Assert.Equal($"Condition/{condition.At("id")}", encounter.At("diagnosis.0.condition.reference"));
    }

    [Fact]
    public void A_family_history_has_relative_age_and_cause_of_death()
    {
        DraftObject history = Only("10157-6", $"""
            <entry><organizer classCode="CLUSTER" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.45"/><id root="2.999.6.1"/><statusCode code="completed"/>
            <subject><relatedSubject classCode="PRS"><code code="FTH" codeSystem="2.16.840.1.113883.5.111"/><subject><administrativeGenderCode code="M" codeSystem="2.16.840.1.113883.5.1"/><birthTime value="1910"/></subject></relatedSubject></subject>
            <component><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.46"/><id root="2.999.6.2"/><code code="64572001" {Snomed}/><statusCode code="completed"/><value xsi:type="CD" code="22298006" {Snomed}/>
              <entryRelationship typeCode="SUBJ" inversionInd="true"><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.31"/><code code="445518008" {Snomed}/><statusCode code="completed"/><value xsi:type="PQ" value="57" unit="a"/></observation></entryRelationship>
              <entryRelationship typeCode="CAUS"><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.47"/><code code="ASSERTION" codeSystem="2.16.840.1.113883.5.4"/><statusCode code="completed"/><value xsi:type="CD" code="419099009" {Snomed}/></observation></entryRelationship>
            </observation></component></organizer></entry>
            """, "FamilyMemberHistory");
        Assert.Equal("FTH", history.At("relationship.coding.0.code"));
        Assert.Equal("male", history.At("sex.coding.0.code"));
        Assert.Equal("1910", history.At("bornDate"));
        Assert.Equal("22298006", history.At("condition.0.code.coding.0.code"));
        Assert.Equal("57", history.At("condition.0.onsetAge.value"));
        Assert.Equal("true", history.At("condition.0.contributedToDeath"));
        Assert.Equal("true", history.At("deceasedBoolean"));
    }

    [Fact]
    public void A_scale_has_its_parts_as_components()
    {
        DraftObject scale = Only("47420-5", $"""
            <entry><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.69"/><id root="2.999.7.1"/><code code="54614-3" codeSystem="2.16.840.1.113883.6.1"/><statusCode code="completed"/><effectiveTime value="20120214"/><value xsi:type="INT" value="7"/>
            <entryRelationship typeCode="COMP"><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.86"/><id root="2.999.7.2"/><code code="52731-7" codeSystem="2.16.840.1.113883.6.1"/><statusCode code="completed"/><value xsi:type="INT" value="3"/></observation></entryRelationship></observation></entry>
            """, "Observation");
        Assert.Equal("7", scale.At("valueInteger"));
        Assert.Equal("3", scale.At("component.0.valueInteger"));
        Assert.Equal("survey", scale.At("category.0.coding.0.code"));
    }

    [Fact]
    public void A_goal_has_its_measure_and_a_health_concern_its_category()
    {
        DraftObject goal = Only("61146-7", """
            <entry><observation classCode="OBS" moodCode="GOL"><templateId root="2.16.840.1.113883.10.20.22.4.121"/><id root="2.999.8.1"/><code code="2708-6" codeSystem="2.16.840.1.113883.6.1" displayName="Oxygen saturation"/><statusCode code="active"/><effectiveTime><low value="20130902"/><high value="20140902"/></effectiveTime><value xsi:type="IVL_PQ"><low value="92" unit="%"/></value></observation></entry>
            """, "Goal");
        Assert.Equal("active", goal.At("lifecycleStatus"));
        Assert.Equal("2013-09-02", goal.At("startDate"));
        Assert.Equal("92", goal.At("target.0.detailQuantity.value"));
        Assert.Equal(">=", goal.At("target.0.detailQuantity.comparator"));
        Assert.Equal("2014-09-02", goal.At("target.0.dueDate"));
        DraftObject concern = Only("75310-3", $"""
            <entry><act classCode="ACT" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.132"/><id root="2.999.8.2"/><code code="75310-3" codeSystem="2.16.840.1.113883.6.1"/><statusCode code="active"/><entryRelationship typeCode="REFR"><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.4"/><id root="2.999.8.3"/><code code="404684003" {Snomed}/><statusCode code="completed"/><value xsi:type="CD" code="233604007" {Snomed}/></observation></entryRelationship></act></entry>
            """.Replace("{Snomed}", Snomed, StringComparison.Ordinal), "Condition");
        Assert.Equal("health-concern", concern.At("category.0.coding.0.code"));
        Assert.Equal("active", concern.At("clinicalStatus.coding.0.code"));
    }

    [Fact]
    public void A_policy_is_a_coverage_with_payer_and_member()
    {
        ConversionResult result = Convert("48768-6", """
            <entry><act classCode="ACT" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.60"/><id root="2.999.9.1"/><code code="48768-6" codeSystem="2.16.840.1.113883.6.1"/><statusCode code="completed"/><entryRelationship typeCode="COMP"><sequenceNumber value="1"/><act classCode="ACT" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.61"/><id root="2.999.9.2" extension="G1"/><code code="SELF" codeSystem="2.16.840.1.113883.5.110"/><statusCode code="completed"/>
            <performer typeCode="PRF"><templateId root="2.16.840.1.113883.10.20.22.4.87"/><assignedEntity><id root="2.999.9.3"/><representedOrganization><name>Test Insurance</name></representedOrganization></assignedEntity></performer>
            <participant typeCode="COV"><time><low value="20110727"/></time><participantRole classCode="PAT"><id root="2.999.9.4" extension="M-1138345"/><code code="SELF" codeSystem="2.16.840.1.113883.5.111"/></participantRole></participant></act></entryRelationship></act></entry>
            """);
        DraftObject coverage = result.Only("Coverage");
        Assert.Equal("M-1138345", coverage.At("subscriberId"));
        Assert.Equal("1", coverage.At("order"));
        Assert.Equal("2011-07-27", coverage.At("period.start"));
        Assert.StartsWith("Organization/", coverage.At("payor.0.reference"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_note_is_a_document_and_a_care_team_has_its_members()
    {
        DraftObject note = Only("34109-9", """
            <entry><act classCode="ACT" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.202"/><id root="2.999.10.1"/><code code="34109-9" codeSystem="2.16.840.1.113883.6.1"><translation code="11488-4" codeSystem="2.16.840.1.113883.6.1" displayName="Consult note"/></code><text mediaType="text/plain"><reference value="#pen"/></text><statusCode code="completed"/><effectiveTime value="20160908"/></act></entry>
            """, "DocumentReference");
        Assert.Equal("11488-4", note.At("type.coding.0.code"));
        Assert.Equal("Penicillin, as written", System.Text.Encoding.UTF8.GetString(System.Convert.FromBase64String(note.At("content.0.attachment.data")!)));
        DraftObject team = Only("85847-2", """
            <entry><organizer classCode="CLUSTER" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.500"/><id root="2.999.10.2"/><code code="86744-0" codeSystem="2.16.840.1.113883.6.1"/><statusCode code="active"/><component><act classCode="PCPR" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.500.1"/><id root="2.999.10.3"/><code code="85847-2" codeSystem="2.16.840.1.113883.6.1"/><statusCode code="active"/><performer><assignedEntity><id root="2.999.10.4" extension="n1"/><assignedPerson><name><family>Nurse</family></name></assignedPerson></assignedEntity></performer></act></component></organizer></entry>
            """, "CareTeam");
        Assert.Equal("active", team.At("status"));
        Assert.StartsWith("Practitioner/", team.At("participant.0.member.reference"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("NI", "unavailable")]
    [InlineData("NASK", "notasked")]
    [InlineData("MSK", "withheld")]
    public void A_section_with_a_null_flavor_says_why_it_is_empty(string flavor, string reason)
    {
        string document = Documents.Around(Documents.Section("11369-6", "").Replace("<section>", $"<section nullFlavor=\"{flavor}\">", StringComparison.Ordinal));
        Assert.Equal(reason, Documents.Valid(document).Only("Composition").At("section.0.emptyReason.coding.0.code"));
    }

    [Fact]
    public void An_unknown_template_is_named_with_its_place_and_the_rest_is_converted()
    {
        ConversionResult result = Convert("30954-2", """
            <entry><act classCode="ACT" moodCode="EVN"><templateId root="2.999.404"/><code code="x"/></act></entry>
            <entry><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.2"/><id root="2.999.11.1"/><code code="718-7" codeSystem="2.16.840.1.113883.6.1"/><statusCode code="completed"/><value xsi:type="PQ" value="13.2" unit="g/dL"/></observation></entry>
            """);
        Assert.Equal("13.2", result.Only("Observation").At("valueQuantity.value"));
        Fhir.OutcomeIssue issue = Assert.Single(result.Issues, issue => issue.Diagnostics.Contains("2.999.404", StringComparison.Ordinal));
        Assert.Equal(Fhir.IssueSeverity.Information, issue.Severity);
        Assert.Equal("/ClinicalDocument/component/structuredBody/component/section/entry[1]/act", issue.Expression);
        Assert.NotNull(issue.Line);
    }

    [Fact]
    public void Tables_lists_and_styles_of_narrative_become_xhtml()
    {
        string text = """<table border="1"><thead><tr><th colspan="2">Name</th></tr></thead><tbody><tr><td>A &amp; B</td><td><content styleCode="Bold">1</content></td></tr></tbody></table><list listType="ordered"><caption>C</caption><item>one</item></list><content revised="delete">gone</content>""";
        string div = Documents.Valid(Documents.Around(Documents.Section("10164-2", "", text))).Only("Composition").At("section.0.text.div")!;
        Assert.Contains("<table><thead><tr><th colspan=\"2\">Name</th></tr></thead><tbody><tr><td>A &amp; B</td><td><b>1</b></td></tr></tbody></table>", div, StringComparison.Ordinal);
        Assert.Contains("<p>C</p><ol><li>one</li></ol>", div, StringComparison.Ordinal);
        Assert.Contains("line-through\">gone</span>", div, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_kind_in_the_table_of_templates_has_a_reader() =>
        Assert.All(Consortium.Adapters.Cda.Entries.EntryTemplates.Kinds, kind => Assert.True(Consortium.Adapters.Cda.Entries.EntryReaders.Knows(kind), kind));

    private static DraftObject Only(string section, string entry, string type) => Convert(section, entry).Only(type);

    private static ConversionResult Convert(string section, string entry) => Documents.Valid(Documents.Around(Documents.Section(section, entry)));
}
