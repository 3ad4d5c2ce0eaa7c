using Consortium.Adapters.Elements;
using Consortium.Fhir;
using Consortium.Messaging;

namespace Consortium.Adapters.Tests.Hl7V2;

/// <summary>What ADT events say, beyond the samples.</summary>
public sealed class AdmissionTests
{
    [Fact]
    public void Each_of_several_allergies_relatives_and_procedures_is_one_of_its_own()
    {
        ConversionResult result = With(
            "NK1|1|Peach^Princess|SPO\rNK1|2|Toad^Prince|BRO\rNK1|3|Toad^Prince|FND",
            "AL1|1|DA|PEN^Penicillin^L|SV|rash\rAL1|2|DA|ASP^Aspirin^L|MI|hives\rAL1|3|FA|^Peanut",
            "PR1|1||A^appendectomy^L||20240102\rPR1|2||B^biopsy^L||20240103");

        Assert.Equal(["Penicillin", "Aspirin", "Peanut"], result.All("AllergyIntolerance").Select(allergy => (string?)allergy["code"]!["coding"]?[0]!["display"] ?? (string?)allergy["code"]!["text"]));
        Assert.Equal(3, result.All("RelatedPerson").Length);
        Assert.Equal(2, result.All("Procedure").Length);
        AssertValid(result);
    }

    [Fact]
    public void Each_adverse_reaction_has_the_reporter_of_its_own_segment()
    {
        ConversionResult result = With(
            "IAM|1|DA|PEN^Penicillin^L|SV|rash||A1||||||20240101|Peach^Princess|SPO",
            "IAM|2|DA|ASP^Aspirin^L|MI|hives||A2||||||20240101|Toad^Prince|BRO");

        Assert.Equal(2, result.All("AllergyIntolerance").Length);
        Assert.Equal(2, result.All("AllergyIntolerance").Select(allergy => (string?)allergy["recorder"]?["reference"]).Distinct().Count());
        AssertValid(result);
    }

    [Fact]
    public void Two_segments_of_one_identity_are_refused_where_they_differ_and_one_where_they_do_not()
    {
        ConversionResult differing = With("AL1|1|DA|PEN^Penicillin^L|SV|rash\rAL1|2|DA|PEN^Penicillin^L|MI|rash");
        Assert.Contains(differing.Issues, issue => (issue.Severity, issue.Code, issue.Expression) == (IssueSeverity.Error, "duplicate", "AL1[2]"));
        Assert.Single(With("AL1|1|DA|PEN^Penicillin^L|SV|rash\rAL1|2|DA|PEN^Penicillin^L|SV|rash").All("AllergyIntolerance"));
    }

    [Fact]
    public void A_diagnosis_of_another_visit_is_another_Condition_and_one_of_the_same_visit_the_same()
    {
        const string diagnosis = "DG1|1||I10^Hypertension^I10|||A";
        string Id(string visit) => (string)With(Messages.Admission(visit: visit), diagnosis).Only("Condition")["id"]!;

        Assert.NotEqual(Id("V1"), Id("V2"));
        Assert.Equal(Id("V1"), Id("V1"));
    }

    [Fact]
    public void A_diagnosis_with_a_number_of_its_own_is_known_again_by_it()
    {
        string first = (string)With("DG1|1||I10^Hypertension^I10|||A||||||||||||||D77^HIS").Only("Condition")["id"]!;
        string corrected = (string)With("DG1|1||I15^Secondary hypertension^I10|||F||||||||||||||D77^HIS").Only("Condition")["id"]!;
        Assert.Equal(first, corrected);
    }

    [Fact]
    public void A_diagnosis_that_says_nothing_and_an_admission_without_visit_are_refused()
    {
        Assert.Contains(With("DG1|1|||||A").Issues, issue => (issue.Code, issue.Expression) == ("required", "DG1-3"));
        string[] lines = Messages.Admission().Split('\r');
        Assert.Contains(Messages.Convert(string.Join('\r', lines[..3])).Issues, issue => (issue.Severity, issue.Code) == (IssueSeverity.Error, "required"));
    }

    [Fact]
    public void A_discharge_that_is_taken_back_has_no_end_though_the_message_repeats_its_time()
    {
        string message = Messages.Admission().Replace("ADT^A01", "ADT^A13", StringComparison.Ordinal).TrimEnd('\r') + "|20240105120000\r";
        DraftObject encounter = Messages.Convert(message).Only("Encounter");
        Assert.Equal("in-progress", (string?)encounter["status"]);
        Assert.False(((DraftObject)encounter["period"]!).ContainsKey("end"));
    }

    [Theory]
    [InlineData("A06", "O", "AMB")]
    [InlineData("A07", "I", "IMP")]
    public void A_change_of_the_patient_class_is_what_PV1_says(string trigger, string patientClass, string code)
    {
        string message = Messages.Admission().Replace("ADT^A01", $"ADT^{trigger}", StringComparison.Ordinal).Replace("PV1|1|I|", $"PV1|1|{patientClass}|", StringComparison.Ordinal);
        DraftObject encounter = Messages.Convert(message).Only("Encounter");
        Assert.Equal(("in-progress", code), ((string?)encounter["status"], (string?)encounter["class"]!["code"]));
    }

    [Theory]
    [InlineData("A28")]
    [InlineData("A31")]
    public void An_event_about_the_person_makes_a_visit_only_where_PV1_numbers_one(string trigger)
    {
        string person = Messages.Admission().Replace("ADT^A01", $"ADT^{trigger}", StringComparison.Ordinal);
        Assert.Single(Messages.Convert(person).All("Encounter"));
        string[] lines = person.Split('\r');
        lines[3] = "PV1|1|N";
        ConversionResult result = Messages.Convert(string.Join('\r', lines));
        Assert.Empty(result.All("Encounter"));
        Assert.Equal("male", (string?)result.Only("Patient")["gender"]);
    }

    [Fact]
    public void A_note_belongs_to_the_observation_that_it_follows()
    {
        ConversionResult result = With("OBX|1|NM|8302-2^Height^LN||171|cm|||||F\rNTE|1||standing\rOBX|2|NM|29463-7^Weight^LN||70|kg|||||F");
        DraftObject[] observations = result.All("Observation");
        Assert.Equal("standing", (string?)observations[0]["note"]![0]!["text"]);
        Assert.False(observations[1].ContainsKey("note"));
        Assert.All(observations, observation => Assert.Equal($"Encounter/{(string?)result.Only("Encounter")["id"]}", (string?)observation["encounter"]!["reference"]));
    }

    [Fact]
    public void A_code_outside_the_table_is_kept_without_a_system_that_does_not_have_it()
    {
        string[] lines = Messages.Admission().Split('\r');
        lines[2] += "||||||||20"; // PID-16: a marital status of GB/T 2261.2
        ConversionResult result = Messages.Convert(string.Join('\r', lines));
        Assert.Equal("""{"coding":[{"code":"20"}]}""", result.Only("Patient")["maritalStatus"]!.ToJsonString());
        Assert.Contains(result.Issues, issue => (issue.Severity, issue.Code, issue.Expression) == (IssueSeverity.Warning, "code-invalid", "PID-16.1"));
        AssertValid(result);
    }

    private static ConversionResult With(params string[] segments) =>
        segments[0].StartsWith("MSH", StringComparison.Ordinal)
            ? Messages.Convert(segments[0] + string.Join('\r', segments[1..]) + "\r")
            : Messages.Convert(Messages.Admission() + string.Join('\r', segments) + "\r");

    private static void AssertValid(ConversionResult result)
    {
        ValidationResult validation = FhirValidator.R4.Validate(BundleWriter.Write(result));
        Assert.True(validation.IsValid, string.Join('\n', validation.Issues.Select(issue => $"{issue.Expression}: {issue.Diagnostics}")));
    }
}
