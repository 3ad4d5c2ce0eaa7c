using Consortium.Adapters.Elements;
using Consortium.Fhir;

namespace Consortium.Adapters.Tests.Hl7V2;

/// <summary>A24 links two records of one person, A37 takes the link back (HL7 v2.5.1 ch. 3.3.24, 3.3.37).</summary>
public sealed class LinkTests
{
    private const string First = "PID|1||Z1^^^HOSP^MR||Li^Ming||19800229|M\r";
    private const string Second = "PID|2||Z2^^^OTHER^MR||Li^Ming||19800229|M\r";

    [Fact]
    public void Linked_patients_point_to_each_other_and_both_stay_in_use()
    {
        ConversionResult result = Convert("A24", First + Second);
        DraftObject first = Of(result, "Z1"), second = Of(result, "Z2");

        Assert.Equal(("seealso", Reference(second)), Link(first));
        Assert.Equal(("seealso", Reference(first)), Link(second));
        Assert.All([first, second], patient => Assert.False(patient.ContainsKey("active")));
        AssertValid(result);
    }

    [Fact]
    public void The_link_is_a_resource_of_its_own_that_an_unlink_takes_out_of_force()
    {
        ConversionResult linked = Convert("A24", First + Second);
        ConversionResult unlinked = Convert("A37", First + Second);
        DraftObject link = linked.Only("Linkage"), gone = unlinked.Only("Linkage");

        Assert.True((bool)link["active"]!);
        Assert.Equal([("alternate", Reference(Of(linked, "Z1"))), ("alternate", Reference(Of(linked, "Z2")))], Items(link));
        Assert.False((bool)gone["active"]!);
        Assert.Equal((string?)link["id"], (string?)gone["id"]);
        Assert.Equal(ApplyMode.Update, unlinked.Resources.Single(draft => draft.ResourceType == "Linkage").Apply);
        Assert.All(unlinked.All("Patient"), patient => Assert.False(patient.ContainsKey("link")));
        AssertValid(unlinked);
    }

    [Fact]
    public void An_unlink_that_names_the_two_the_other_way_round_is_about_the_same_link()
    {
        string? link = (string?)Convert("A24", First + Second).Only("Linkage")["id"];
        Assert.Equal(link, (string?)Convert("A37", Second + First).Only("Linkage")["id"]);
        Assert.NotEqual(link, (string?)Convert("A24", First + Second.Replace("Z2", "Z3", StringComparison.Ordinal)).Only("Linkage")["id"]);
    }

    [Theory]
    [InlineData("A24", "Z1^^^HOSP^MR")]
    [InlineData("A37", "Z1^^^HOSP^MR")]
    [InlineData("A24", "330106^^^NATION^SS~Z1^^^HOSP^MR")]
    public void A_patient_is_never_linked_to_himself(string trigger, string numbers)
    {
        ConversionResult result = Convert(trigger, First + $"PID|2||{numbers}||Li^Ming||19800229|M\r");

        Assert.True(result.IsRejected);
        Assert.Contains(result.Issues, issue => issue.Diagnostics!.Contains("one and the same", StringComparison.Ordinal) && issue.Expression == "PID[2]");
        Assert.DoesNotContain(result.Issues, issue => issue.Diagnostics!.Contains("Ming", StringComparison.Ordinal) || issue.Diagnostics!.Contains("Z1", StringComparison.Ordinal));
    }

    [Fact]
    public void A_link_of_one_person_or_of_three_is_refused()
    {
        Assert.True(Convert("A24", First).IsRejected);
        ConversionResult three = Convert("A24", First + Second + "PID|3||Z3^^^HOSP^MR||Li^Ming\r");
        Assert.True(three.IsRejected);
        Assert.Contains(three.Issues, issue => issue.Diagnostics!.Contains("more PID segments", StringComparison.Ordinal));
    }

    [Fact]
    public void What_stands_under_a_person_is_of_that_person()
    {
        ConversionResult result = Convert("A24", First + "PD1||||77^Chen^Wei^^^^^^HOSP\r" + Second);

        Assert.NotNull(Of(result, "Z1")["generalPractitioner"]);
        Assert.Null(Of(result, "Z2")["generalPractitioner"]);
    }

    private static DraftObject Of(ConversionResult result, string number) =>
        Assert.Single(result.All("Patient"), patient => patient["identifier"]!.AsArray().Any(identifier => (string?)identifier!["value"] == number));

    private static string Reference(DraftObject patient) => $"Patient/{(string?)patient["id"]}";

    private static (string? Type, string? Other) Link(DraftObject patient)
    {
        DraftNode link = Assert.Single(patient["link"]!.AsArray())!;
        return ((string?)link["type"], (string?)link["other"]!["reference"]);
    }

    private static IEnumerable<(string?, string?)> Items(DraftObject link) =>
        link["item"]!.AsArray().Select(item => ((string?)item!["type"], (string?)item["resource"]!["reference"]));

    private static ConversionResult Convert(string trigger, string segments) =>
        Messages.Convert($"MSH|^~\\&|HIS|HOSP|F|H|20240102030405||ADT^{trigger}^ADT_{trigger}|M1|P|2.5.1\rEVN|{trigger}|20240102030405\r{segments}");

    private static void AssertValid(ConversionResult result)
    {
        ValidationResult validation = FhirValidator.R4.Validate(BundleWriter.Write(result));
        Assert.True(validation.IsValid, string.Join('\n', validation.Issues.Select(issue => $"{issue.Expression}: {issue.Diagnostics}")));
    }
}
