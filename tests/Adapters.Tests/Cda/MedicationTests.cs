using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Tests.Cda;

public sealed class MedicationTests
{
    [Fact]
    public void A_drug_taken_has_code_dose_route_frequency_and_times()
    {
        DraftObject statement = Documents.Valid(Medication("EVN", "active", Every("8", "h"))).Only("MedicationStatement");
        Assert.Equal("active", statement.At("status"));
        Assert.Equal("573621", statement.At("medicationCodeableConcept.coding.0.code"));
        Assert.Equal("2012-08-06", statement.At("effectivePeriod.start"));
        Assert.Equal("2012-08-13", statement.At("effectivePeriod.end"));
        Assert.Equal("0.90", statement.At("dosage.0.doseAndRate.0.doseQuantity.value"));
        Assert.Equal("mg", statement.At("dosage.0.doseAndRate.0.doseQuantity.code"));
        Assert.Equal("http://unitsofmeasure.org", statement.At("dosage.0.doseAndRate.0.doseQuantity.system"));
        Assert.Equal("C38288", statement.At("dosage.0.route.coding.0.code"));
        Assert.Equal("1", statement.At("dosage.0.timing.repeat.frequency"));
        Assert.Equal("8", statement.At("dosage.0.timing.repeat.period"));
        Assert.Equal("h", statement.At("dosage.0.timing.repeat.periodUnit"));
        Assert.Null(statement.At("dosage.0.timing.repeat.periodMax"));
    }

    [Fact]
    public void Every_four_to_six_hours_as_needed_keeps_both_ends_and_the_reason()
    {
        DraftObject statement = Documents.Valid(Medication("EVN", "active", """
            <effectiveTime xsi:type="PIVL_TS" operator="A"><period xsi:type="IVL_PQ"><low value="4" unit="h"/><high value="6" unit="h"/></period></effectiveTime>
            """, after: """<precondition><criterion><code code="ASSERTION" codeSystem="2.16.840.1.113883.5.4"/><value xsi:type="CD" code="56018004" codeSystem="2.16.840.1.113883.6.96" displayName="Wheezing"/></criterion></precondition>""")).Only("MedicationStatement");
        Assert.Equal("4", statement.At("dosage.0.timing.repeat.period"));
        Assert.Equal("6", statement.At("dosage.0.timing.repeat.periodMax"));
        Assert.Equal("56018004", statement.At("dosage.0.asNeededCodeableConcept.coding.0.code"));
    }

    [Fact]
    public void At_bedtime_is_an_event_and_not_a_period()
    {
        DraftObject statement = Documents.Valid(Medication("EVN", "active", """<effectiveTime xsi:type="EIVL_TS" operator="A"><event code="HS"/></effectiveTime>""")).Only("MedicationStatement");
        Assert.Equal("HS", statement.At("dosage.0.timing.repeat.when.0"));
        Assert.Null(statement.At("dosage.0.timing.repeat.period"));
    }

    [Theory]
    [InlineData("MG")]
    [InlineData("ML")]
    [InlineData("tablet(s)")]
    public void A_unit_that_is_no_ucum_or_never_meant_stays_as_written_without_a_code(string unit)
    {
        ConversionResult result = Documents.Valid(Medication("EVN", "active", "").Replace("unit=\"mg\"", $"unit=\"{unit}\"", StringComparison.Ordinal));
        DraftObject statement = result.Only("MedicationStatement");
        Assert.Equal(unit, statement.At("dosage.0.doseAndRate.0.doseQuantity.unit"));
        Assert.Equal("0.90", statement.At("dosage.0.doseAndRate.0.doseQuantity.value"));
        Assert.Null(statement.At("dosage.0.doseAndRate.0.doseQuantity.code"));
        Assert.Contains(result.Issues, issue => issue.Code == "code-invalid");
    }

    [Theory]
    [InlineData("INT", "plan")]
    [InlineData("RQO", "order")]
    public void What_is_intended_is_a_request(string mood, string intent)
    {
        DraftObject request = Documents.Valid(Medication(mood, "active", Every("12", "h"), after: "<repeatNumber value=\"3\"/>")).Only("MedicationRequest");
        Assert.Equal(intent, request.At("intent"));
        Assert.Equal("active", request.At("status"));
        Assert.Equal("12", request.At("dosageInstruction.0.timing.repeat.period"));
        Assert.Equal("2012-08-06", request.At("dosageInstruction.0.timing.repeat.boundsPeriod.start"));
        Assert.Equal("2", request.At("dispenseRequest.numberOfRepeatsAllowed"));
    }

    [Fact]
    public void What_was_given_in_the_hospital_is_an_administration()
    {
        DraftObject given = Documents.Valid(Medication("EVN", "completed", "", section: "29549-3")).Only("MedicationAdministration");
        Assert.Equal("completed", given.At("status"));
        Assert.Equal("0.90", given.At("dosage.dose.value"));
    }

    [Fact]
    public void A_drug_that_is_denied_is_not_taken_and_one_of_no_kind_leaves_the_section_empty_for_that_reason()
    {
        string denied = Medication("EVN", "active", "").Replace("moodCode=\"EVN\"><templateId root=\"2.16.840.1.113883.10.20.22.4.16\"", "moodCode=\"EVN\" negationInd=\"true\"><templateId root=\"2.16.840.1.113883.10.20.22.4.16\"", StringComparison.Ordinal);
        Assert.Equal("not-taken", Documents.Valid(denied).Only("MedicationStatement").At("status"));
        ConversionResult none = Documents.Valid(denied.Replace("573621", "410942007", StringComparison.Ordinal).Replace("2.16.840.1.113883.6.88", "2.16.840.1.113883.6.96", StringComparison.Ordinal));
        Assert.Empty(none.All("MedicationStatement"));
        Assert.Equal("nilknown", none.Only("Composition").At("section.0.emptyReason.coding.0.code"));
    }

    [Fact]
    public void A_frequency_that_fhir_cannot_say_stays_in_the_text_and_is_reported()
    {
        ConversionResult result = Documents.Valid(Medication("EVN", "active", Every("8", "fortnight")));
        Assert.Null(result.Only("MedicationStatement").At("dosage.0.timing"));
        Assert.Contains(result.Issues, issue => issue.Diagnostics.Contains("period", StringComparison.Ordinal));
    }

    private static string Every(string value, string unit) => $"""<effectiveTime xsi:type="PIVL_TS" institutionSpecified="true" operator="A"><period value="{value}" unit="{unit}"/></effectiveTime>""";

    private static string Medication(string mood, string status, string frequency, string after = "", string section = "10160-0") => Documents.Around(Documents.Section(section, $"""
        <entry><substanceAdministration classCode="SBADM" moodCode="{mood}"><templateId root="2.16.840.1.113883.10.20.22.4.16"/><id root="2.999.8.1" extension="m1"/>
        <statusCode code="{status}"/><effectiveTime xsi:type="IVL_TS"><low value="20120806"/><high value="20120813"/></effectiveTime>{frequency}
        <routeCode code="C38288" codeSystem="2.16.840.1.113883.3.26.1.1" displayName="ORAL"/><doseQuantity value="0.90" unit="mg"/>
        <consumable><manufacturedProduct classCode="MANU"><manufacturedMaterial><code code="573621" codeSystem="2.16.840.1.113883.6.88" displayName="Proventil"/></manufacturedMaterial></manufacturedProduct></consumable>{after}
        </substanceAdministration></entry>
        """));
}
