using Consortium.Adapters.Elements;
using Consortium.Fhir;

namespace Consortium.Adapters.Tests.Hl7V2;

/// <summary>Compounds (RXC) and several routes (RXR): amounts stay with what they are of.</summary>
public sealed class CompoundTests
{
    private const string Patient = "PID|1||Z1^^^HOSP^MR||Li^Ming\r";
    private const string Components = "RXC|B|NS^Sodium chloride 0.9 %^L|500|mL\rRXC|A|KCL^Potassium chloride^L|20|mmol\r";

    [Theory]
    [InlineData("OMP^O09", "ORC|NW|P1\rRXO|MIX^Infusion^L|500||mL\r")]
    [InlineData("ORM^O01", "ORC|NW|P1\rRXO|MIX^Infusion^L|500||mL\r")]
    [InlineData("RDE^O11", "ORC|NW|P1\rRXE||MIX^Infusion^L|500||mL\r")]
    public void Each_component_is_an_ingredient_with_its_own_amount(string type, string order)
    {
        ConversionResult result = Convert(type, order + "RXR|IV\r" + Components);

        DraftObject medication = result.Only("Medication");
        Assert.Equal(
            [("Sodium chloride 0.9 %", "500", "mL"), ("Potassium chloride", "20", "mmol")],
            medication["ingredient"]!.AsArray().Select(ingredient => (
                (string?)ingredient!["itemCodeableConcept"]!["coding"]![0]!["display"], ingredient["strength"]!["numerator"]!["value"]!.ToJsonString(), (string?)ingredient["strength"]!["numerator"]!["unit"])));
        DraftObject request = result.Only("MedicationRequest");
        Assert.Equal($"Medication/{(string?)medication["id"]}", (string?)request["medicationReference"]!["reference"]);
        Assert.False(request.ContainsKey("medicationCodeableConcept"));
        Assert.Equal("500", request["dosageInstruction"]![0]!["doseAndRate"]![0]!["doseQuantity"]!["value"]!.ToJsonString());
        AssertValid(result);
    }

    [Fact]
    public void Components_and_route_as_ordered_are_not_added_to_those_as_the_pharmacy_made_them()
    {
        ConversionResult result = Convert("RDE^O11", "ORC|NW|P1\rRXO|MIX^Infusion^L|500||mL\rRXR|PO\r" + Components + "RXE||MIX^Infusion^L|500||mL\rRXR|IV\rRXC|B|GLU^Glucose 5 %^L|500|mL\r");

        DraftNode ingredient = Assert.Single(result.Only("Medication")["ingredient"]!.AsArray())!;
        Assert.Equal("GLU", (string?)ingredient["itemCodeableConcept"]!["coding"]![0]!["code"]);
        DraftNode dosage = Assert.Single(result.Only("MedicationRequest")["dosageInstruction"]!.AsArray())!;
        Assert.DoesNotContain("\"PO\"", dosage["route"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains(result.Issues, issue => issue.Diagnostics!.Contains("RXC", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("OMP^O09", "ORC|NW|P1\rRXO|A^Drug^L|5||mg\r")]
    [InlineData("RDE^O11", "ORC|NW|P1\rRXE||A^Drug^L|5||mg\r")]
    public void A_further_route_is_an_alternative_without_an_amount_and_never_part_of_the_dose(string type, string order)
    {
        ConversionResult result = Convert(type, order + "RXR|PO\rRXR|IM|LA\r");

        DraftArray dosages = result.Only("MedicationRequest")["dosageInstruction"]!.AsArray();
        Assert.Equal(2, dosages.Count);
        Assert.Equal("5", dosages[0]!["doseAndRate"]![0]!["doseQuantity"]!["value"]!.ToJsonString());
        Assert.Null(dosages[0]!["site"]);
        Assert.Null(dosages[1]!["doseAndRate"]);
        Assert.NotNull(dosages[1]!["route"]);
        Assert.NotNull(dosages[1]!["site"]);
        Assert.Contains("not a further dose", (string?)dosages[1]!["text"], StringComparison.Ordinal);
        AssertValid(result);
    }

    [Fact]
    public void The_routes_of_one_order_are_not_those_of_the_next()
    {
        ConversionResult result = Convert("OMP^O09", "ORC|NW|P1\rRXO|A^Drug^L|5||mg\rRXR|PO\rORC|NW|P2\rRXO|B^Other^L|7||mg\rRXR|IV\r");
        Assert.Equal([1, 1], result.All("MedicationRequest").Select(request => request["dosageInstruction"]!.AsArray().Count));
    }

    [Fact]
    public void A_dispensed_compound_has_its_components_and_an_administration_by_two_routes_is_refused()
    {
        ConversionResult dispense = Convert("RDS^O13", "ORC|RE|P1\rRXD|1|MIX^Infusion^L|20240102|1\rRXR|IV\r" + Components);
        Assert.Equal(2, dispense.Only("Medication")["ingredient"]!.AsArray().Count);
        Assert.Equal($"Medication/{(string?)dispense.Only("Medication")["id"]}", (string?)dispense.Only("MedicationDispense")["medicationReference"]!["reference"]);
        AssertValid(dispense);

        ConversionResult administration = Convert("RAS^O17", "ORC|RE|P1\rRXA|0|1|20240102||A^Drug^L|5|mg\rRXR|PO\rRXR|IM|LA\r");
        Assert.True(administration.IsRejected);
        Assert.False(Convert("RAS^O17", "ORC|RE|P1\rRXA|0|1|20240102||A^Drug^L|5|mg\rRXR|PO\r").IsRejected);
    }

    [Fact]
    public void The_timing_that_the_pharmacy_understood_takes_the_place_of_the_one_that_was_ordered()
    {
        ConversionResult both = Convert("RDE^O11", "ORC|NW|P1\rTQ1|1||Q12H\rRXE||A^Drug^L|5||mg\rTQ1|1||Q6H\rRXR|PO\r");
        DraftNode dosage = Assert.Single(both.Only("MedicationRequest")["dosageInstruction"]!.AsArray())!;
        Assert.Equal("Q6H", (string?)dosage["timing"]!["code"]!["coding"]![0]!["code"]);
        Assert.Contains(both.Issues, issue => issue.Severity == IssueSeverity.Information && issue.Diagnostics!.Contains("TQ1", StringComparison.Ordinal));

        ConversionResult ordered = Convert("RDE^O11", "ORC|NW|P1\rTQ1|1||Q12H\rRXE||A^Drug^L|5||mg\rRXR|PO\r");
        Assert.Equal("Q12H", (string?)ordered.Only("MedicationRequest")["dosageInstruction"]![0]!["timing"]!["code"]!["coding"]![0]!["code"]);
        AssertValid(both);
    }

    [Fact]
    public void Several_timings_after_RXE_are_dosages_and_several_before_it_are_refused()
    {
        ConversionResult encoded = Convert("RDE^O11", "ORC|NW|P1\rRXE||A^Drug^L|5||mg\rTQ1|1||Q12H\rTQ1|2||Q6H\r");
        Assert.Equal(["Q12H", "Q6H"], encoded.Only("MedicationRequest")["dosageInstruction"]!.AsArray().Select(dosage => (string?)dosage!["timing"]!["code"]!["coding"]![0]!["code"]));

        ConversionResult ordered = Convert("RDE^O11", "ORC|NW|P1\rTQ1|1||Q12H\rTQ1|2||Q6H\rRXE||A^Drug^L|5||mg\r");
        Assert.Contains(ordered.Issues, issue => issue.Expression == "TQ1[2]" && issue.Severity == IssueSeverity.Error && issue.Diagnostics!.Contains("after RXE", StringComparison.Ordinal));
    }

    [Fact]
    public void A_given_compound_has_the_components_of_the_preparation_that_the_administration_names()
    {
        const string order = "ORC|RE|P1|F1\rRXE||MIX^Infusion^L|500||mL\rRXR|IV\r" + Components;
        ConversionResult result = Convert("RAS^O17", order + "RXA|0|1|20240102||MIX^Infusion^L|500|mL\rRXR|IV\r");
        DraftObject given = result.Only("MedicationAdministration");
        Assert.Equal(2, result.Only("Medication")["ingredient"]!.AsArray().Count);
        Assert.Equal($"Medication/{(string?)result.Only("Medication")["id"]}", (string?)given["medicationReference"]!["reference"]);
        Assert.False(given.ContainsKey("medicationCodeableConcept"));
        Assert.Equal(("P1", "MedicationRequest"), ((string?)given["request"]!["identifier"]!["value"], (string?)given["request"]!["type"]));
        AssertValid(result);

        DraftObject other = Convert("RAS^O17", order + "RXA|0|1|20240102||NS^Saline^L|100|mL\r").Only("MedicationAdministration");
        Assert.Equal("NS", (string?)other["medicationCodeableConcept"]!["coding"]![0]!["code"]);
        Assert.False(other.ContainsKey("medicationReference"));
    }

    [Fact]
    public void Each_administration_of_an_order_has_the_number_of_the_order()
    {
        ConversionResult result = Convert("RAS^O17", "ORC|RE|P1|F1\rRXE||A^Drug^L|5||mg\rRXA|0|1|20240102080000||A^Drug^L|5|mg\rRXA|0|2|20240102200000||A^Drug^L|5|mg\r");
        DraftObject[] given = result.All("MedicationAdministration");

        Assert.Equal(2, given.Select(administration => (string?)administration["id"]).Distinct().Count());
        Assert.All(given, administration => Assert.Equal("P1", (string?)administration["request"]!["identifier"]!["value"]));
        AssertValid(result);
    }

    [Fact]
    public void A_second_timing_of_a_request_is_refused_and_of_a_prescription_a_dosage()
    {
        ConversionResult order = Convert("OMG^O19", "ORC|NW|P1\rTQ1|1||Q12H\rTQ1|2||||||20240102\rOBR|1|P1||1^Test^L\r");
        Assert.Contains(order.Issues, issue => issue.Expression == "TQ1[2]" && issue.Severity == IssueSeverity.Error && issue.Diagnostics!.Contains("one timing", StringComparison.Ordinal));

        ConversionResult prescription = Convert("OMP^O09", "ORC|NW|P1\rTQ1|||Q12H\rTQ1|||Q6H\rRXO|A^Drug^L|5||mg\r");
        Assert.Equal(["Q12H", "Q6H"], prescription.Only("MedicationRequest")["dosageInstruction"]!.AsArray().Select(dosage => (string?)dosage!["timing"]!["code"]!["coding"]![0]!["code"]));
    }

    [Fact]
    public void A_second_timing_of_a_result_is_reported_and_stops_no_result()
    {
        ConversionResult result = Convert("ORU^R01", "ORC|RE|P1|F1\rOBR|1|P1|F1|1^Test^L|||20240101070000||||||||||||||||||F\rTQ1|1||Q12H\rTQ1|2||||||20240102\rOBX|1|ST|2^Result^L||fine||||||F\r");
        Assert.False(result.IsRejected);
        Assert.False(result.Only("ServiceRequest")["occurrenceTiming"]!.AsObject().ContainsKey("repeat"));
        Assert.Contains(result.Issues, issue => issue.Severity == IssueSeverity.Information && issue.Diagnostics!.Contains("TQ1-7", StringComparison.Ordinal));
    }

    private static ConversionResult Convert(string type, string segments) =>
        Messages.Convert($"MSH|^~\\&|HIS|HOSP|F|H|20240102030405||{type}|M1|P|2.5.1\r{Patient}{segments}");

    private static void AssertValid(ConversionResult result)
    {
        ValidationResult validation = FhirValidator.R4.Validate(BundleWriter.Write(result));
        Assert.True(validation.IsValid, string.Join('\n', validation.Issues.Select(issue => $"{issue.Expression}: {issue.Diagnostics}")));
    }
}
