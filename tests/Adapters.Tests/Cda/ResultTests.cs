using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Tests.Cda;

public sealed class ResultTests
{
    [Fact]
    public void A_result_organizer_is_a_report_of_its_results_with_ranges_and_interpretation()
    {
        ConversionResult result = Documents.Valid(Report(Result("718-7", "<value xsi:type=\"PQ\" value=\"10.20\" unit=\"g/dL\"/>")));
        DraftObject report = result.Only("DiagnosticReport"), observation = result.Only("Observation");
        Assert.Equal("final", report.At("status"));
        Assert.Equal("57021-8", report.At("code.coding.0.code"));
        Assert.Equal($"Observation/{observation.At("id")}", report.At("result.0.reference"));
        Assert.Equal("10.20", observation.At("valueQuantity.value"));
        Assert.Equal("g/dL", observation.At("valueQuantity.code"));
        Assert.Equal("L", observation.At("interpretation.0.coding.0.code"));
        Assert.Equal("12.0", observation.At("referenceRange.0.low.value"));
        Assert.Equal("15.5", observation.At("referenceRange.0.high.value"));
        Assert.Equal("2012-08-06T08:00:00-04:00", observation.At("effectiveDateTime"));
        Assert.Equal("laboratory", observation.At("category.0.coding.0.code"));
    }

    [Theory]
    [InlineData("<value xsi:type=\"IVL_PQ\"><high value=\"0.01\" unit=\"ng/mL\" inclusive=\"false\"/></value>", "valueQuantity.comparator", "<")]
    [InlineData("<value xsi:type=\"IVL_PQ\"><low value=\"500\" unit=\"ng/mL\" inclusive=\"false\"/></value>", "valueQuantity.comparator", ">")]
    [InlineData("<value xsi:type=\"IVL_PQ\"><high value=\"0.01\" unit=\"ng/mL\"/></value>", "valueQuantity.comparator", "<=")]
    [InlineData("<value xsi:type=\"IVL_PQ\"><low value=\"1\" unit=\"/[HPF]\"/><high value=\"5\" unit=\"/[HPF]\"/></value>", "valueRange.high.value", "5")]
    [InlineData("<value xsi:type=\"ST\">straw colored</value>", "valueString", "straw colored")]
    [InlineData("<value xsi:type=\"CD\" code=\"10828004\" codeSystem=\"2.16.840.1.113883.6.96\" displayName=\"Positive\"/>", "valueCodeableConcept.coding.0.display", "Positive")]
    [InlineData("<value xsi:type=\"INT\" value=\"7\"/>", "valueInteger", "7")]
    [InlineData("<value xsi:type=\"RTO_PQ_PQ\"><numerator value=\"1\"/><denominator value=\"128\"/></value>", "valueRatio.denominator.value", "128")]
    [InlineData("<value xsi:type=\"TS\" value=\"20120806\"/>", "valueDateTime", "2012-08-06")]
    [InlineData("<value xsi:type=\"BL\" value=\"false\"/>", "valueBoolean", "false")]
    [InlineData("<value xsi:type=\"PQ\" nullFlavor=\"NASK\"/>", "dataAbsentReason.coding.0.code", "not-asked")]
    [InlineData("<value xsi:type=\"PQ\" nullFlavor=\"MSK\"/>", "dataAbsentReason.coding.0.code", "masked")]
    public void Each_data_type_of_a_value_has_its_form(string value, string path, string expected) =>
        Assert.Equal(expected, Documents.Valid(Report(Result("1000-9", value))).Only("Observation").At(path));

    [Theory]
    [InlineData("active", "preliminary")]
    [InlineData("aborted", "cancelled")]
    [InlineData("completed", "final")]
    public void The_status_of_a_result_is_that_of_its_act(string status, string expected) =>
        Assert.Equal(expected, Documents.Valid(Report(Result("718-7", "<value xsi:type=\"PQ\" value=\"1\" unit=\"g/dL\"/>", status))).Only("Observation").At("status"));

    [Fact]
    public void A_result_that_is_negated_is_not_mapped_and_named()
    {
        ConversionResult result = Documents.Valid(Report(Result("718-7", "<value xsi:type=\"ST\">x</value>").Replace("moodCode=\"EVN\"><templateId root=\"2.16.840.1.113883.10.20.22.4.2\"", "moodCode=\"EVN\" negationInd=\"true\"><templateId root=\"2.16.840.1.113883.10.20.22.4.2\"", StringComparison.Ordinal)));
        Assert.Empty(result.All("Observation"));
        Assert.Contains(result.Issues, issue => issue.Diagnostics.Contains("2.16.840.1.113883.10.20.22.4.2", StringComparison.Ordinal));
    }

    [Fact]
    public void Systolic_and_diastolic_of_one_organizer_are_one_blood_pressure()
    {
        ConversionResult result = Documents.Valid(Vitals(Vital("8480-6", "132", "mm[Hg]"), Vital("8462-4", "86", "mm[Hg]"), Vital("8867-4", "80", "{beats}/min")));
        DraftObject pressure = Assert.Single(result.All("Observation"), observation => observation.At("code.coding.0.code") == "85354-9");
        Assert.Equal("132", pressure.At("component.0.valueQuantity.value"));
        Assert.Equal("86", pressure.At("component.1.valueQuantity.value"));
        DraftObject rate = Assert.Single(result.All("Observation"), observation => observation.At("code.coding.0.code") == "8867-4");
        Assert.Equal("/min", rate.At("valueQuantity.code"));
        Assert.Equal("{beats}/min", rate.At("valueQuantity.unit"));
        Assert.DoesNotContain(result.All("Observation"), observation => observation.At("code.coding.0.code") == "8480-6");
    }

    [Fact]
    public void A_vital_sign_in_a_unit_that_the_profile_has_not_is_kept_as_a_note_and_never_converted()
    {
        ConversionResult result = Documents.Valid(Vitals(Vital("8302-2", "1.77", "m")));
        DraftObject height = Assert.Single(result.All("Observation"), observation => observation.At("code.coding.0.code") == "8302-2");
        Assert.Equal("1.77 m", height.At("note.0.text"));
        Assert.Null(height.At("valueQuantity"));
        Assert.Equal("unsupported", height.At("dataAbsentReason.coding.0.code"));
    }

    private static string Report(string results) => Documents.Around(Documents.Section("30954-2", $"""
        <entry><organizer classCode="BATTERY" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.1"/><id root="2.999.9.1"/><code code="57021-8" codeSystem="2.16.840.1.113883.6.1"/><statusCode code="completed"/>
        <effectiveTime><low value="201208060800-0400"/><high value="201208060800-0400"/></effectiveTime>{results}</organizer></entry>
        """));

    private static string Result(string loinc, string value, string status = "completed") => $"""
        <component><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.2"/><id root="2.999.9.2" extension="{loinc}"/><code code="{loinc}" codeSystem="2.16.840.1.113883.6.1"/>
        <statusCode code="{status}"/><effectiveTime value="201208060800-0400"/>{value}<interpretationCode code="L" codeSystem="2.16.840.1.113883.5.83"/>
        <referenceRange><observationRange><value xsi:type="IVL_PQ"><low value="12.0" unit="g/dL"/><high value="15.5" unit="g/dL"/></value></observationRange></referenceRange></observation></component>
        """;

    private static string Vitals(params string[] vitals) => Documents.Around(Documents.Section("8716-3", $"""
        <entry><organizer classCode="CLUSTER" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.26"/><id root="2.999.9.3"/><code code="46680005" codeSystem="2.16.840.1.113883.6.96"/><statusCode code="completed"/>
        <effectiveTime value="20120806"/>{string.Concat(vitals)}</organizer></entry>
        """));

    private static string Vital(string loinc, string value, string unit) => $"""
        <component><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.27"/><id root="2.999.9.4" extension="{loinc}"/><code code="{loinc}" codeSystem="2.16.840.1.113883.6.1"/>
        <statusCode code="completed"/><effectiveTime value="20120806"/><value xsi:type="PQ" value="{value}" unit="{unit}"/></observation></component>
        """;
}
