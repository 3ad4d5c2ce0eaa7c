using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Tests.Cda;

public sealed class ProblemTests
{
    [Fact]
    public void A_problem_has_code_times_status_and_category()
    {
        DraftObject condition = Problem("""<effectiveTime><low value="20100203"/></effectiveTime>""", Pneumonia);
        Assert.Equal("http://snomed.info/sct", condition.At("code.coding.0.system"));
        Assert.Equal("233604007", condition.At("code.coding.0.code"));
        Assert.Equal("http://hl7.org/fhir/sid/icd-10-cm", condition.At("code.coding.1.system"));
        Assert.Equal("2010-02-03", condition.At("onsetDateTime"));
        Assert.Equal("active", condition.At("clinicalStatus.coding.0.code"));
        Assert.Equal("problem-list-item", condition.At("category.0.coding.0.code"));
        Assert.Null(condition["abatementDateTime"]);
    }

    [Fact]
    public void An_end_of_unknown_date_is_resolved_with_a_reason_for_the_missing_date()
    {
        DraftObject condition = Problem("""<effectiveTime><low value="2010"/><high nullFlavor="UNK"/></effectiveTime>""", Pneumonia);
        Assert.Equal("resolved", condition.At("clinicalStatus.coding.0.code"));
        Assert.Equal("unknown", condition.At("_abatementDateTime.extension.0.valueCode"));
    }

    [Fact]
    public void A_negated_problem_is_refuted_and_one_of_no_kind_says_that_there_is_none()
    {
        Assert.Equal("refuted", Problem("", Pneumonia, "true").At("verificationStatus.coding.0.code"));
        DraftObject none = Problem("", """<value xsi:type="CD" code="55607006" codeSystem="2.16.840.1.113883.6.96"/>""", "true");
        Assert.Equal("160245001", none.At("code.coding.0.code"));
        Assert.Equal("confirmed", none.At("verificationStatus.coding.0.code"));
    }

    [Fact]
    public void An_active_status_and_an_end_are_both_kept_and_reported()
    {
        ConversionResult result = Convert("""<effectiveTime><low value="2010"/><high value="2011"/></effectiveTime>""", Pneumonia, "false", """
            <entryRelationship typeCode="REFR"><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.6"/><code code="33999-4" codeSystem="2.16.840.1.113883.6.1"/><statusCode code="completed"/>
            <value xsi:type="CD" code="55561003" codeSystem="2.16.840.1.113883.6.96"/></observation></entryRelationship>
            """);
        DraftObject condition = result.Only("Condition");
        Assert.Equal("active", condition.At("clinicalStatus.coding.0.code"));
        Assert.Equal("Ended: 2011", condition.At("note.0.text"));
        Assert.Contains(result.Issues, issue => issue.Code == "conflict");
    }

    [Fact]
    public void A_qualifier_changes_what_the_words_say()
    {
        DraftObject condition = Problem("", """
            <value xsi:type="CD" code="233604007" codeSystem="2.16.840.1.113883.6.96" displayName="Pneumonia"><qualifier><name code="272741003" codeSystem="2.16.840.1.113883.6.96" displayName="Laterality"/>
            <value code="7771000" codeSystem="2.16.840.1.113883.6.96" displayName="Left"/></qualifier></value>
            """);
        Assert.Equal("Pneumonia (Laterality: Left)", condition.At("code.text"));
    }

    private const string Pneumonia = """
        <value xsi:type="CD" code="233604007" codeSystem="2.16.840.1.113883.6.96" displayName="Pneumonia"><translation code="J18.9" codeSystem="2.16.840.1.113883.6.90"/></value>
        """;

    private static DraftObject Problem(string time, string value, string negated = "false") => Convert(time, value, negated, "").Only("Condition");

    private static ConversionResult Convert(string time, string value, string negated, string inner) => Documents.Valid(Documents.Around(Documents.Section("11450-4", $"""
        <entry><act classCode="ACT" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.3"/><id root="2.999.6.1"/><code code="CONC" codeSystem="2.16.840.1.113883.5.6"/><statusCode code="active"/>
        <entryRelationship typeCode="SUBJ"><observation classCode="OBS" moodCode="EVN" negationInd="{negated}"><templateId root="2.16.840.1.113883.10.20.22.4.4"/><id root="2.999.6.2" extension="1"/>
        <code code="55607006" codeSystem="2.16.840.1.113883.6.96"/><statusCode code="completed"/>{time}{value}{inner}</observation></entryRelationship></act></entry>
        """)));
}
