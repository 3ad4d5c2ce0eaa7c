using Consortium.Adapters.Elements;
using Consortium.Fhir;

namespace Consortium.Adapters.Tests.Hl7V2;

/// <summary>What an order or a report says, and what belongs to which order.</summary>
public sealed class ReportTests
{
    [Fact]
    public void An_observation_that_nobody_names_is_refused_with_the_place_the_reason_and_the_way_out()
    {
        ConversionResult result = Messages.Convert(
            "MSH|^~\\&|LIS|HOSP|F|H|20240102030405||ORU^R01|R1|P|2.5.1\rPID|1||Z1^^^HOSP^MR\rOBR|1||F1|P^panel^L|||20240101070000||||||||||||||||||F\rOBX|1|NM|1^a^L||5||||||F\rOBX|2|TX|||secret||||||F\r");

        OutcomeIssue issue = Assert.Single(result.Issues, found => found.Severity <= IssueSeverity.Error);
        Assert.Equal("OBX[2]-3", issue.Expression);
        Assert.Contains("OBX-3 is missing", issue.Diagnostics, StringComparison.Ordinal);
        Assert.Contains("have the sender name it", issue.Diagnostics, StringComparison.Ordinal);
        Assert.Contains("segments/OBX-Observation.yaml", issue.Diagnostics, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", issue.Diagnostics, StringComparison.Ordinal);
    }

    private const string Header = "MSH|^~\\&|LIS|HOSP|F|H|20240102030405||ORU^R01^ORU_R01|R1|P|2.5.1\rPID|1||Z1001^^^HOSP^MR\r";

    [Theory]
    [InlineData("ORC|RE|P1|F1||CM", "completed")]
    [InlineData("ORC|CA|P1|F1", "active")] // a request to cancel: until the filler has done it, the order stands
    [InlineData("ORC|OC|P1|F1", "revoked")]
    [InlineData("ORC|RE|P1|F1||DC", "revoked")]
    [InlineData("", "unknown")]
    public void The_order_has_the_status_of_its_ORC_and_none_without(string order, string status)
    {
        ConversionResult result = Messages.Convert($"{Header}{order}\rOBR|1|P1|F1|P^panel^L|||20240101||||||||||||||||||F\rOBX|1|ST|X^x^L||v||||||F\r");
        Assert.Equal(status, (string?)result.Only("ServiceRequest")["status"]);
        Assert.DoesNotContain(result.Issues, issue => issue.Code == "conflict");
    }

    [Fact]
    public void An_observation_has_the_specimen_of_its_own_order_and_none_where_there_are_several()
    {
        ConversionResult result = Messages.Convert(
            Header + "OBR|1||F1|A^a^L|||20240101||||||||||||||||||F\rOBX|1|ST|X1^x^L||v||||||F\r"
            + "OBR|2||F2|B^b^L|||20240101||||||||||||||||||F\rOBX|1|ST|X2^x^L||v||||||F\rSPM|1|^S2||BLD\r"
            + "OBR|3||F3|C^c^L|||20240101||||||||||||||||||F\rOBX|1|ST|X3^x^L||v||||||F\rSPM|1|^S3||BLD\rSPM|2|^S4||UR\r");

        Assert.Equal(3, result.All("Specimen").Length);
        DraftObject second = result.All("Specimen").Single(specimen => (string?)specimen["identifier"]![0]!["value"] == "S2");
        Assert.Equal([null, $"Specimen/{(string?)second["id"]}", null], result.All("Observation").Select(observation => (string?)observation["specimen"]?["reference"]));
        Assert.Equal([0, 1, 2], result.All("DiagnosticReport").Select(report => report["specimen"]?.AsArray().Count ?? 0));
    }

    [Fact]
    public void A_result_whose_order_or_patient_the_message_does_not_name_is_refused()
    {
        Assert.Contains(
            Messages.Convert(Header + "OBR|1||F1|A^a^L|||20240101||||||||||||||||||F\rOBX|1|ST|X^x^L||v||||||F\rORC|RE\rOBX|1|ST|Y^y^L||v||||||F\r").Issues,
            issue => (issue.Severity, issue.Code) == (IssueSeverity.Error, "required"));
        Assert.Contains(
            Messages.Convert("MSH|^~\\&|LIS|HOSP|F|H|20240102030405||ORU^R01|R1|P|2.5.1\rOBR|1||F1|A^a^L\rPID|1||Z1^^^HOSP^MR\r").Issues,
            issue => (issue.Severity, issue.Expression) == (IssueSeverity.Error, "OBR"));
    }

    [Theory]
    [InlineData("F", "O", "OBX-11")] // order detail only
    [InlineData("Y", "F", "OBR-25")] // no order on record
    [InlineData("Z", "F", "OBR-25")] // no record of this patient
    public void What_says_that_there_is_no_result_is_refused(string report, string observation, string place)
    {
        ConversionResult result = Messages.Convert($"{Header}OBR|1||F1|A^a^L|||20240101||||||||||||||||||{report}\rOBX|1|ST|X^x^L||v||||||{observation}\r");
        Assert.Contains(result.Issues, issue => (issue.Severity, issue.Code, issue.Expression) == (IssueSeverity.Error, "code-invalid", place));
    }

    [Fact]
    public void An_order_control_without_an_OBR_says_nothing_of_the_report_before_it()
    {
        ConversionResult result = Messages.Convert(Header + "ORC|RE|P1|F1||CM\rOBR|1|P1|F1|A^a^L|||20240101||||||||||||||||||F\rORC|OC|P2|F2||CA\r");
        Assert.Equal("completed", (string?)result.Only("ServiceRequest")["status"]);
    }
}
