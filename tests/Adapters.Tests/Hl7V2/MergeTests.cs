using Consortium.Adapters.Elements;
using Consortium.Fhir;

namespace Consortium.Adapters.Tests.Hl7V2;

/// <summary>Merges and swaps (HL7 v2.5.1 ch. 3.6): what they say, not only that it is valid.</summary>
public sealed class MergeTests
{
    private const string Survivor = "PID|1||Z1^^^HOSP^MR||Li^Ming||19800229|M\r";

    [Theory]
    [InlineData("A40", "Z2^^^HOSP^MR")]
    [InlineData("A40", "Z2^^^HOSP")]
    [InlineData("A40", "Z2^^^HOSP^MR~7788^^^NATION^SS")]
    [InlineData("A18", "Z2^^^HOSP^MR")]
    [InlineData("A30", "Z2^^^HOSP^MR")]
    [InlineData("A34", "Z2^^^HOSP^MR")]
    [InlineData("A39", "Z2^^^HOSP^MR")]
    [InlineData("A47", "Z2^^^HOSP^MR")]
    public void A_merged_patient_is_no_longer_in_use_and_points_to_the_one_who_stays(string trigger, string prior)
    {
        ConversionResult result = Convert(trigger, Survivor + $"MRG|{prior}||||||Li^Mingg\r");
        DraftObject[] patients = result.All("Patient");
        string survivor = IdOf("Z1^^^HOSP^MR"), merged = IdOf(prior);

        DraftObject former = Assert.Single(patients, patient => (string?)patient["id"] == merged);
        DraftObject stays = Assert.Single(patients, patient => (string?)patient["id"] == survivor);
        Assert.False((bool)former["active"]!);
        Assert.Equal(("replaced-by", $"Patient/{survivor}"), Link(former));
        Assert.Equal(("replaces", $"Patient/{merged}"), Link(stays));
        Assert.All([former, stays], patient => Assert.Single(patient["link"]!.AsArray()));
        Assert.False(stays.ContainsKey("active"));
        AssertValid(result);
    }

    [Fact]
    public void Several_merges_in_one_message_are_kept_apart()
    {
        ConversionResult result = Convert("A40", Survivor + "MRG|Z2^^^HOSP^MR\rPID|2||Z3^^^HOSP^MR||Wang^Fang\rMRG|Z4^^^HOSP^MR\r");
        DraftObject Of(string number) => result.All("Patient").Single(patient => (string?)patient["id"] == IdOf(number + "^^^HOSP^MR"));

        Assert.Equal(4, result.All("Patient").Length);
        Assert.Equal($"Patient/{IdOf("Z1^^^HOSP^MR")}", Link(Of("Z2")).Other);
        Assert.Equal($"Patient/{IdOf("Z3^^^HOSP^MR")}", Link(Of("Z4")).Other);
    }

    [Fact]
    public void A_patient_merged_with_himself_or_with_nobody_is_refused()
    {
        Assert.True(Convert("A40", Survivor + "MRG|Z1^^^HOSP^MR\r").IsRejected);
        Assert.Contains(
            Convert("A40", Survivor + "MRG|330106^^^NATION^SS~Z1^^^HOSP^MR\r").Issues,
            issue => issue.Expression == "MRG" && issue.Diagnostics!.Contains("refer to itself", StringComparison.Ordinal));
        Assert.True(Convert("A40", Survivor + "MRG|\r").IsRejected);
        Assert.True(Convert("A40", Survivor).IsRejected);
    }

    [Theory]
    [InlineData("A36")]
    [InlineData("A18")]
    public void A_merge_of_patients_and_accounts_merges_both(string trigger)
    {
        ConversionResult result = Convert(trigger, "PID|1||Z1^^^HOSP^MR||Li^Ming|||||||||||||ACC1\rMRG|Z2^^^HOSP^MR||ACC2\r");
        string survivor = $"Patient/{IdOf("Z1^^^HOSP^MR")}";
        DraftObject former = result.All("Patient").Single(patient => (string?)patient["id"] == IdOf("Z2^^^HOSP^MR"));
        DraftObject Account(string number) => result.All("Account").Single(account => (string?)account["identifier"]![0]!["value"] == number);

        Assert.False((bool)former["active"]!);
        Assert.Equal(("replaced-by", survivor), Link(former));
        Assert.Equal(("inactive", $"Account/{(string?)Account("ACC1")["id"]}"), ((string?)Account("ACC2")["status"], (string?)Account("ACC2")["partOf"]!["reference"]));
        Assert.NotEqual("inactive", (string?)Account("ACC1")["status"]);
        Assert.All(result.All("Account"), account => Assert.Equal(survivor, (string?)account["subject"]![0]!["reference"]));
        AssertValid(result);
    }

    [Fact]
    public void Patients_who_swap_their_beds_have_each_the_bed_of_their_own_PV1()
    {
        ConversionResult result = Convert("A17", Survivor + "PV1|1|I|W1^R1^B1|||W2^R2^B2|||||||||||||V1\rPID|2||Z2^^^HOSP^MR\rPV1|2|I|W2^R2^B2|||W1^R1^B1|||||||||||||V2\r");
        DraftObject[] visits = result.All("Encounter");
        Assert.Equal(2, visits.Length);
        string[] beds = [.. visits.Select(visit => (string)visit["location"]!.AsArray().Single(place => (string?)place!["status"] == "active")!["location"]!["reference"]!)];
        string[] before = [.. visits.Select(visit => (string)visit["location"]!.AsArray().Single(place => (string?)place!["status"] == "completed")!["location"]!["reference"]!)];
        Assert.NotEqual(beds[0], beds[1]);
        Assert.Equal([beds[1], beds[0]], before);
        Assert.Equal($"Patient/{IdOf("Z1^^^HOSP^MR")}", (string?)visits[0]["subject"]!["reference"]);
        Assert.Equal($"Patient/{IdOf("Z2^^^HOSP^MR")}", (string?)visits[1]["subject"]!["reference"]);
        AssertValid(result);
    }

    [Theory]
    [InlineData("A42")]
    [InlineData("A45")]
    [InlineData("A50")]
    public void A_visit_that_moved_is_the_correct_patients_and_its_former_number_was_an_error(string trigger)
    {
        ConversionResult result = Convert(trigger, Survivor + "MRG|Z9^^^HOSP^MR||||V8^^^HOSP\rPV1|1|I|W1||||||||||||||||V1^^^HOSP\r");
        string former = (string)Messages.Convert(Messages.Admission(visit: "V8^^^HOSP")).Only("Encounter")["id"]!;
        string visit = (string)Messages.Convert(Messages.Admission(visit: "V1^^^HOSP")).Only("Encounter")["id"]!;
        DraftObject[] encounters = result.All("Encounter");
        Assert.Equal("entered-in-error", (string?)encounters.Single(encounter => (string?)encounter["id"] == former)["status"]);
        DraftObject moved = encounters.Single(encounter => (string?)encounter["id"] == visit);
        Assert.Equal($"Patient/{IdOf("Z1^^^HOSP^MR")}", (string?)moved["subject"]!["reference"]);
        AssertValid(result);
    }

    private static (string? Type, string? Other) Link(DraftObject patient) => ((string?)patient["link"]![0]!["type"], (string?)patient["link"]![0]!["other"]!["reference"]);

    private static string IdOf(string number) =>
        (string)Messages.Convert(Messages.Admission().Replace("Z1001^^^HOSP^MR", number, StringComparison.Ordinal)).Only("Patient")["id"]!;

    private static ConversionResult Convert(string trigger, string segments) =>
        Messages.Convert($"MSH|^~\\&|HIS|HOSP|F|H|20240102030405||ADT^{trigger}|M1|P|2.5.1\rEVN|{trigger}|20240102030405\r{segments}");

    private static void AssertValid(ConversionResult result)
    {
        ValidationResult validation = FhirValidator.R4.Validate(BundleWriter.Write(result));
        Assert.True(validation.IsValid, string.Join('\n', validation.Issues.Select(issue => $"{issue.Expression}: {issue.Diagnostics}")));
    }
}
