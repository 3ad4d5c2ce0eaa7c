using Consortium.Adapters.Elements;
using Consortium.Fhir;

namespace Consortium.Adapters.Tests.Hl7V2;

/// <summary>Moves (A43 to A45) and changed numbers (A46 to A51) of patients, accounts and visits: what they say, not only that it is valid.</summary>
public sealed class MoveTests
{
    private const string Person = "PID|1||Z1^^^HOSP^MR||Li^Ming||19800229|M\r";
    private const string WithAccount = "PID|1||Z1^^^HOSP^MR||Li^Ming|||||||||||||ACC1^^^HOSP\r";

    [Fact]
    public void A_number_that_moved_is_the_patients_whom_the_message_names()
    {
        ConversionResult result = Convert("A43", "PID|1|P7^^^MPI|Z1^^^HOSP^MR||Li^Ming\rMRG|Z1^^^HOSP^MR|||P6^^^MPI\r");

        DraftObject patient = result.Only("Patient");
        Assert.Equal(["Z1", "P7"], patient["identifier"]!.AsArray().Select(identifier => (string?)identifier!["value"]));
        Assert.False(patient.ContainsKey("link"));
        AssertValid(result);
    }

    [Theory]
    [InlineData("A43", "MRG|Z9^^^HOSP^MR", "A40 merges")]
    [InlineData("A44", "MRG|Z9^^^HOSP^MR||ACC2^^^HOSP", "A41 merges")]
    public void A_move_that_names_another_number_than_the_one_that_moves_is_refused_with_the_way_out(string trigger, string merge, string way)
    {
        ConversionResult result = Convert(trigger, WithAccount + merge + "\r");
        Assert.True(result.IsRejected);
        Assert.Contains(result.Issues, issue => issue.Expression == "MRG" && issue.Diagnostics!.Contains(way, StringComparison.Ordinal));
    }

    [Fact]
    public void An_account_that_moved_is_the_correct_patients()
    {
        ConversionResult result = Convert("A44", WithAccount + "MRG|Z9^^^HOSP^MR||ACC1^^^HOSP\r");
        DraftObject account = result.Only("Account");

        Assert.Equal($"Patient/{(string?)result.Only("Patient")["id"]}", (string?)Assert.Single(account["subject"]!.AsArray())!["reference"]);
        Assert.NotEqual("inactive", (string?)account["status"]);
        Assert.True(Convert("A44", Person + "MRG|Z9^^^HOSP^MR\r").IsRejected);
        AssertValid(result);
    }

    [Theory]
    [InlineData("A35")]
    [InlineData("A41")]
    [InlineData("A49")]
    public void An_account_under_its_former_number_is_no_longer_in_use_and_part_of_the_one_that_stays(string trigger)
    {
        ConversionResult result = Convert(trigger, WithAccount + "MRG|Z1^^^HOSP^MR||ACC2^^^HOSP\r");
        DraftObject stays = Numbered(result, "Account", "ACC1"), former = Numbered(result, "Account", "ACC2");

        Assert.Equal(("inactive", $"Account/{(string?)stays["id"]}"), ((string?)former["status"], (string?)former["partOf"]!["reference"]));
        Assert.False(stays.ContainsKey("partOf"));
        Assert.Single(result.All("Patient"));
        AssertValid(result);
    }

    [Theory]
    [InlineData("A41", Person + "MRG|Z1^^^HOSP^MR||ACC2^^^HOSP\r", "PID")]
    [InlineData("A49", WithAccount + "MRG|Z1^^^HOSP^MR\r", "MRG")]
    [InlineData("A41", WithAccount + "MRG|Z1^^^HOSP^MR||ACC1^^^HOSP\r", "MRG")]
    [InlineData("A36", WithAccount + "MRG|Z9^^^HOSP^MR\r", "MRG")]
    [InlineData("A42", Person + "MRG|Z1^^^HOSP^MR\rPV1|1|I|W1||||||||||||||||V1^^^HOSP\r", "MRG")]
    [InlineData("A51", Person + "MRG|Z1^^^HOSP^MR|||||V8\rPV1|1|I|W1\r", "PV1")]
    public void What_does_not_name_both_numbers_or_names_one_twice_is_refused_where_it_is_missing(string trigger, string segments, string place)
    {
        ConversionResult result = Convert(trigger, segments);
        Assert.True(result.IsRejected);
        Assert.Contains(result.Issues, issue => issue.Expression == place);
    }

    [Fact]
    public void A_visit_that_moved_is_of_the_account_and_patient_that_the_message_names()
    {
        ConversionResult result = Convert("A45", WithAccount + "MRG|Z1^^^HOSP^MR||ACC2^^^HOSP||V1^^^HOSP^VN\rPV1|1|I|W1||||||||||||||||V1^^^HOSP^VN\r");
        DraftObject visit = result.Only("Encounter");

        Assert.Equal($"Account/{(string?)result.Only("Account")["id"]}", (string?)Assert.Single(visit["account"]!.AsArray())!["reference"]);
        Assert.Equal($"Patient/{(string?)result.Only("Patient")["id"]}", (string?)visit["subject"]!["reference"]);
        Assert.NotEqual("entered-in-error", (string?)visit["status"]);
        AssertValid(result);
    }

    [Fact]
    public void A_visit_of_the_same_number_in_another_hospital_is_another_visit()
    {
        ConversionResult result = Convert("A42", Person + "MRG|Z1^^^HOSP^MR||||V1^^^OTHER\rPV1|1|I|W1||||||||||||||||V1^^^HOSP\r");
        Assert.Equal(2, result.All("Encounter").Length);
        Assert.Single(result.All("Encounter"), visit => (string?)visit["status"] == "entered-in-error");
    }

    [Fact]
    public void A_changed_alternate_visit_number_takes_the_place_of_the_former_one()
    {
        string visit = string.Join('|', Enumerable.Repeat("", 49).Prepend("PV1|1|I|W1||||||||||||||||V1^^^HOSP^VN").Take(32)) + "A2^^^HOSP";
        ConversionResult result = Convert("A51", Person + "MRG|Z1^^^HOSP^MR|||||A1^^^HOSP\r" + visit + "\r");

        DraftObject encounter = result.Only("Encounter");
        Assert.Equal(["V1", "A2"], encounter["identifier"]!.AsArray().Select(identifier => (string?)identifier!["value"]));
        AssertValid(result);
    }

    [Theory]
    [InlineData("A46", "PID|1|P7^^^MPI|Z1^^^HOSP^MR||Li^Ming\rMRG|Z1^^^HOSP^MR|||P6^^^MPI\r", "P6")]
    [InlineData("A48", "PID|1||Z1^^^HOSP^MR|Q7^^^MPI|Li^Ming\rMRG|Z1^^^HOSP^MR|Q6^^^MPI\r", "Q6")]
    public void A_number_that_changed_stays_with_the_patient_as_an_old_one(string trigger, string segments, string number)
    {
        ConversionResult result = Convert(trigger, segments);
        DraftNode[] identifiers = [.. result.Only("Patient")["identifier"]!.AsArray().Select(identifier => identifier!)];

        Assert.Equal(3, identifiers.Length);
        Assert.Equal("old", (string?)Assert.Single(identifiers, identifier => (string?)identifier["value"] == number)["use"]);
        Assert.Equal(2, identifiers.Count(identifier => (string?)identifier["use"] != "old"));
        AssertValid(result);
    }

    [Fact]
    public void A_person_whose_own_number_changed_replaces_the_one_of_the_former_number()
    {
        ConversionResult result = Convert("A47", Person + "MRG|Z9^^^HOSP^MR\r");
        DraftObject now = Numbered(result, "Patient", "Z1"), former = Numbered(result, "Patient", "Z9");

        Assert.Equal(("replaces", $"Patient/{(string?)former["id"]}"), ((string?)now["link"]![0]!["type"], (string?)now["link"]![0]!["other"]!["reference"]));
        Assert.Equal(("replaced-by", $"Patient/{(string?)now["id"]}"), ((string?)former["link"]![0]!["type"], (string?)former["link"]![0]!["other"]!["reference"]));
        Assert.False((bool)former["active"]!);
        AssertValid(result);
    }

    [Fact]
    public void A_person_of_whom_only_another_number_changed_is_updated_and_replaces_nobody()
    {
        ConversionResult result = Convert("A47", "PID|1||Z1^^^HOSP^MR~N2^^^NATION^NI||Li^Ming\rMRG|N1^^^NATION^NI~Z1^^^HOSP^MR\r");
        DraftObject patient = result.Only("Patient");

        Assert.False(patient.ContainsKey("link"));
        Assert.False(patient.ContainsKey("active"));
        Assert.Equal(["Z1", "N2"], patient["identifier"]!.AsArray().Select(identifier => (string?)identifier!["value"]));
    }

    private static DraftObject Numbered(ConversionResult result, string type, string number)
    {
        Assert.False(result.IsRejected, string.Join('\n', result.Issues.Select(issue => issue.Diagnostics)));
        return Assert.Single(result.All(type), resource => (string?)resource["identifier"]![0]!["value"] == number);
    }

    private static ConversionResult Convert(string trigger, string segments) =>
        Messages.Convert($"MSH|^~\\&|HIS|HOSP|F|H|20240102030405||ADT^{trigger}|M1|P|2.5.1\rEVN|{trigger}|20240102030405\r{segments}");

    private static void AssertValid(ConversionResult result)
    {
        ValidationResult validation = FhirValidator.R4.Validate(BundleWriter.Write(result));
        Assert.True(validation.IsValid, string.Join('\n', validation.Issues.Select(issue => $"{issue.Expression}: {issue.Diagnostics}")));
    }
}
