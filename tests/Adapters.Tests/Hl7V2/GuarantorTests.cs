using Consortium.Adapters.Elements;
using Consortium.Fhir;

namespace Consortium.Adapters.Tests.Hl7V2;

/// <summary>Guarantors (GT1) and deaths (PDA): what is said of an account and of a patient who died.</summary>
public sealed class GuarantorTests
{
    private const string Account = "PID|1||Z1^^^HOSP^MR||Li^Ming||19800229|M||||||||||ACC1^^^HOSP\r";
    private const string Visit = "PV1|1|I|W1||||||||||||||||V1^^^HOSP^VN\r";

    [Theory]
    [InlineData("ADT^A01", Account + Visit)]
    [InlineData("ADT^A28", Account)]
    [InlineData("DFT^P03", Account + Visit)]
    [InlineData("BAR^P01", Account + Visit)]
    public void Each_guarantor_is_a_party_of_the_account_for_his_own_time(string type, string segments)
    {
        ConversionResult result = Convert(
            type, segments + "GT1|1|G7^^^HOSP|Li^Hong||1 Main St^^Town||||F||FTH||20240101|20241231\rGT1|2||||||||||||20250101||||||||Rich Insurance\rGT1|3||Li^Ming||||||||SEL\r");

        DraftNode[] guarantors = [.. result.Only("Account")["guarantor"]!.AsArray().Select(guarantor => guarantor!)];
        DraftObject father = Assert.Single(result.All("RelatedPerson"));
        DraftObject insurance = Assert.Single(result.All("Organization"), organization => (string?)organization["name"] == "Rich Insurance");
        DraftNode Of(string type, DraftObject party) => Assert.Single(guarantors, guarantor => (string?)guarantor["party"]!["reference"] == $"{type}/{(string?)party["id"]}");
        Assert.Equal(3, guarantors.Length);
        DraftNode byFather = Of("RelatedPerson", father)["period"]!;
        Assert.Equal(("2024-01-01", "2024-12-31"), ((string?)byFather["start"], (string?)byFather["end"]));
        Assert.Null(Of("Patient", result.Only("Patient"))["period"]);
        Assert.Equal("2025-01-01", (string?)Of("Organization", insurance)["period"]!["start"]);
        Assert.Equal("G7", (string?)father["identifier"]![0]!["value"]);
        Assert.NotNull(father["relationship"]);
        AssertValid(result);
    }

    [Fact]
    public void A_guarantor_without_an_account_is_a_related_person_and_nothing_else_is_invented()
    {
        ConversionResult result = Convert("ADT^A01", "PID|1||Z1^^^HOSP^MR||Li^Ming\r" + Visit + "GT1|1||Li^Hong||||||||FTH\r");
        Assert.Empty(result.All("Account"));
        Assert.Equal("Li", (string?)result.Only("RelatedPerson")["name"]![0]!["family"]);
    }

    [Fact]
    public void A_death_has_its_cause_and_its_autopsy()
    {
        ConversionResult result = Convert("ADT^A03", Account + Visit + "PDA|I21^Acute myocardial infarction^I10||Y|20240102123000+0100|77^Chen^Wei|Y|20240102130000+0100^20240102150000+0100|78^Sun^Li\r");

        Assert.True((bool)result.Only("Patient")["deceasedBoolean"]!);
        DraftObject cause = result.Only("Observation");
        Assert.Equal(("I21", "final"), ((string?)cause["valueCodeableConcept"]!["coding"]![0]!["code"], (string?)cause["status"]));
        Assert.Equal("2024-01-02T12:30:00+01:00", (string?)cause["issued"]);
        DraftObject autopsy = result.Only("Procedure");
        Assert.Equal("completed", (string?)autopsy["status"]);
        Assert.Equal("2024-01-02T13:00:00+01:00", (string?)autopsy["performedPeriod"]!["start"]);
        Assert.NotNull(autopsy["performer"]![0]!["actor"]);
        AssertValid(result);
    }

    [Fact]
    public void What_PID_says_of_a_death_stands_and_a_contradiction_is_refused()
    {
        const string dead = "PID|1||Z1^^^HOSP^MR||Li^Ming||||||||||||||||||||||||20240101|Y\r";
        ConversionResult result = Convert("ADT^A03", dead + Visit + "PDA|I21^Infarction^I10|||||N\r");
        Assert.Equal("2024-01-01", (string?)result.Only("Patient")["deceasedDateTime"]);
        Assert.False(result.Only("Patient").ContainsKey("deceasedBoolean"));
        Assert.Empty(result.All("Procedure"));

        ConversionResult alive = Convert("ADT^A03", dead.Replace("20240101|Y", "|N", StringComparison.Ordinal) + Visit + "PDA|I21^Infarction^I10\r");
        Assert.Contains(alive.Issues, issue => issue.Expression == "PDA" && issue.Severity == IssueSeverity.Error);
    }

    private static ConversionResult Convert(string type, string segments) =>
        Messages.Convert($"MSH|^~\\&|HIS|HOSP|F|H|20240102030405||{type}|M1|P|2.5.1\rEVN||20240102030405\r{segments}");

    private static void AssertValid(ConversionResult result)
    {
        ValidationResult validation = FhirValidator.R4.Validate(BundleWriter.Write(result));
        Assert.True(validation.IsValid, string.Join('\n', validation.Issues.Select(issue => $"{issue.Expression}: {issue.Diagnostics}")));
    }
}
