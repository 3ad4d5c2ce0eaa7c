using Consortium.Adapters.Elements;
using Consortium.Fhir;

namespace Consortium.Adapters.Tests.Hl7V2;

/// <summary>Which segment belongs to which: notes, participants and specimens under results, several persons and visits in a message.</summary>
public sealed class GroupingTests
{
    private const string Person = "PID|1||Z1001^^^HOSP^MR||Wang^Fang||19800229|F";

    [Fact]
    public void A_note_under_a_document_is_the_document_s_and_not_another_result_s()
    {
        ConversionResult result = Message(
            "OML^O21^OML_O21", Person, "ORC|NW|P1^HIS", "OBR|1|P1^HIS||1554-5^Glucose^LN|||20240102",
            "OBX|1|NM|2339-0^Glucose^LN||5.1|mmol/L|||||F|||20240102", "NTE|1||of the glucose",
            "OBX|2|ED|18842-5^Letter^LN||^TEXT^PLAIN^A^hello||||||F|||20240102", "NTE|1||of the letter");

        Assert.Equal("of the glucose", (string?)Assert.Single(result.Only("Observation")["note"]!.AsArray())!["text"]);
        DraftArray content = result.Only("DocumentReference")["content"]!.AsArray();
        Assert.Equal(["hello", "of the letter"], content.Select(part => System.Text.Encoding.UTF8.GetString(Convert.FromBase64String((string)part!["attachment"]!["data"]!))));
        Assert.Equal(2, result.Only("ServiceRequest")["supportingInfo"]!.AsArray().Count);
    }

    [Fact]
    public void A_participant_of_a_document_is_its_author()
    {
        ConversionResult result = Message(
            "OML^O21^OML_O21", Person, "ORC|NW|P1^HIS", "OBR|1|P1^HIS||1554-5^Glucose^LN|||20240102",
            "OBX|1|NM|2339-0^Glucose^LN||5.1|mmol/L|||||F|||20240102",
            "OBX|2|ED|18842-5^Letter^LN||^TEXT^PLAIN^A^hello||||||F|||20240102", "PRT|1|AD||RO^Responsible Observer^HL70912|77^Chen^Wei^^^^^^HOSP");

        DraftObject role = result.Only("PractitionerRole");
        Assert.Equal($"PractitionerRole/{(string?)role["id"]}", (string?)Assert.Single(result.Only("DocumentReference")["author"]!.AsArray())!["reference"]);
        Assert.Null(result.Only("Observation")["performer"]);
    }

    [Fact]
    public void Results_before_the_order_group_are_of_the_specimen()
    {
        ConversionResult result = Message(
            "OUL^R22^OUL_R22", Person, "SPM|1|S1&HIS||BLD^Blood^HL70487", "OBX|1|NM|19151-0^Specimen volume^LN||4|mL|||||F|||20240102",
            "SAC|||C1", "OBX|1|ST|33511-7^Appearance^LN||clear||||||F|||20240102",
            "OBR|1|P1^HIS|F1^LIS|1554-5^Glucose^LN|||20240102|||||||||||||||20240102||LAB|F", "ORC|SC|P1^HIS|F1^LIS", "OBX|1|NM|2339-0^Glucose^LN||5.1|mmol/L|||||F|||20240102", "NTE|1||fasting");

        string specimen = $"Specimen/{(string?)result.Only("Specimen")["id"]}";
        DraftObject[] observations = result.All("Observation");
        Assert.Equal(3, observations.Length);
        Assert.All(observations, observation => Assert.Equal(specimen, (string?)observation["specimen"]!["reference"]));
        DraftObject glucose = Assert.Single(observations, observation => observation["basedOn"] is not null);
        Assert.Equal("fasting", (string?)glucose["note"]![0]!["text"]);
        Assert.Equal($"Observation/{(string?)glucose["id"]}", (string?)Assert.Single(result.Only("DiagnosticReport")["result"]!.AsArray())!["reference"]);
    }

    [Fact]
    public void Results_of_the_patient_before_the_visit_belong_to_no_specimen_and_no_order()
    {
        ConversionResult result = Message(
            "OUL^R24^OUL_R24", Person, "OBX|1|NM|29463-7^Body weight^LN||70|kg|||||F|||20240102", "PV1|1|I",
            "OBR|1|P1^HIS|F1^LIS|1554-5^Glucose^LN|||20240102|||||||||||||||20240102||LAB|F", "OBX|1|NM|2339-0^Glucose^LN||5.1|mmol/L|||||F|||20240102",
            "SPM|1|S1&HIS||BLD^Blood^HL70487", "OBX|1|NM|19151-0^Specimen volume^LN||4|mL|||||F|||20240102");

        DraftObject weight = Assert.Single(result.All("Observation"), observation => (string?)observation["code"]!["coding"]![0]!["code"] == "29463-7");
        Assert.Null(weight["specimen"]);
        Assert.Null(weight["basedOn"]);
        DraftObject volume = Assert.Single(result.All("Observation"), observation => (string?)observation["code"]!["coding"]![0]!["code"] == "19151-0");
        Assert.NotNull(volume["specimen"]);
    }

    [Fact]
    public void Orders_under_a_specimen_are_of_that_specimen()
    {
        ConversionResult result = Message(
            "OML^O33^OML_O33", Person,
            "SPM|1|S1&HIS||BLD^Blood^HL70487", "ORC|NW|P1^HIS", "OBR|1|P1^HIS||1554-5^Glucose^LN|||20240102", "ORC|NW|P2^HIS", "OBR|2|P2^HIS||718-7^Hemoglobin^LN|||20240102",
            "SPM|2|S2&HIS||UR^Urine^HL70487", "ORC|NW|P3^HIS", "OBR|3|P3^HIS||5811-5^Gravity^LN|||20240102");

        DraftObject[] specimens = result.All("Specimen");
        Assert.Equal([2, 1], specimens.Select(specimen => specimen["request"]!.AsArray().Count));
        string?[] expected = [.. Enumerable.Repeat($"Specimen/{(string?)specimens[0]["id"]}", 2), $"Specimen/{(string?)specimens[1]["id"]}"];
        Assert.Equal(
            expected.AsEnumerable(),
            result.All("ServiceRequest").Select(order => (string?)Assert.Single(order["specimen"]!.AsArray())!["reference"]));
    }

    [Fact]
    public void An_order_without_its_administration_says_nothing_of_another_orders_administration()
    {
        string[] given = [Person, "ORC|RE|P1^HIS|F1^PHA||CM", "RXA|0|1|20240102||A^Drug^L|5|mg"];
        string[] further = ["ORC|DC|P2^HIS|F2^PHA||CA|||||||||||REASON^Stopped^L", "RXE||B^Other^L|7||mg"];

        DraftObject alone = Message("RAS^O17", given).Only("MedicationAdministration");
        ConversionResult both = Message("RAS^O17", [.. given, .. further]);

        Assert.Equal(alone.ToJsonString(), both.Only("MedicationAdministration").ToJsonString());
        Assert.Equal(alone.ToJsonString(), Message("RAS^O17", [Person, .. further, .. given[1..]]).Only("MedicationAdministration").ToJsonString());
    }

    [Theory]
    [InlineData("OML^O21^OML_O21", "OBR|1|P1^HIS||1554-5^Glucose^LN|||20240102", "OBR")]
    [InlineData("OMG^O19^OMG_O19", "OBR|1|P1^HIS||1554-5^Glucose^LN|||20240102", "OBR")]
    [InlineData("ORM^O01^ORM_O01", "OBR|1|P1^HIS||1554-5^Glucose^LN|||20240102", "OBR")]
    [InlineData("OMP^O09^OMP_O09", "RXO|A^Drug^L|5||mg", "RXO")]
    [InlineData("RDE^O11^RDE_O11", "RXE||A^Drug^L|5||mg", "RXE")]
    public void An_order_that_says_only_its_number_is_refused_and_a_cancellation_is_not_lost(string type, string order, string missing)
    {
        ConversionResult result = Message(type, Person, "ORC|NW|P1^HIS", order, "ORC|CA|P2^HIS", "NTE|1||of the second order");

        OutcomeIssue issue = Assert.Single(result.Issues, found => found.Severity <= IssueSeverity.Error);
        Assert.Equal("ORC[2]", issue.Expression);
        Assert.Contains(missing, issue.Diagnostics, StringComparison.Ordinal);
        Assert.False(Message(type, Person, "ORC|NW|P1^HIS", order).IsRejected);
    }

    [Fact]
    public void An_answer_with_the_number_of_an_order_alone_has_no_history_of_an_order_that_is_not_there()
    {
        ConversionResult result = Message(
            "ORL^O22^ORL_O22", "MSA|AA|1", Person, "ORC|OK|P1^HIS|F1^LIS", "OBR|1|P1^HIS|F1^LIS|1554-5^Glucose^LN", "ORC|OK|P2^HIS|F2^LIS||||||20240102030405+0800|77^Chen^Wei", "NTE|1||of the second order");

        Assert.Null(result.Only("ServiceRequest")["note"]);
        Assert.All(result.All("Provenance"), provenance => Assert.NotEmpty(provenance["target"]!.AsArray()));
        Assert.Contains(result.Issues, issue => issue.Severity == IssueSeverity.Information && issue.Diagnostics!.Contains("NTE", StringComparison.Ordinal));
    }

    [Fact]
    public void A_finding_of_a_specimen_without_an_order_belongs_to_no_other_specimens_order()
    {
        ConversionResult result = Message(
            "OML^O33^OML_O33", Person,
            "SPM|1|S1&HIS||BLD^Blood^HL70487", "ORC|NW|P1^HIS", "OBR|1|P1^HIS||1554-5^Glucose^LN|||20240102",
            "SPM|2|S2&HIS||UR^Urine^HL70487", "OBX|1|NM|19151-0^Specimen volume^LN||4|mL|||||F|||20240102");

        DraftObject order = result.Only("ServiceRequest");
        Assert.Single(order["specimen"]!.AsArray());
        Assert.Null(order["supportingInfo"]);
        Assert.Equal(["1", "0"], result.All("Specimen").Select(specimen => $"{specimen["request"]?.AsArray().Count ?? 0}"));
    }

    [Fact]
    public void Each_visit_of_an_account_has_its_own_diagnoses_and_results()
    {
        ConversionResult result = Message(
            "BAR^P01^BAR_P01", "EVN|P01|20240102", Person,
            "PV1|1|I|||||||||||||||||V1^^^HOSP", "DG1|1||I10^Hypertension^I10||20240101|A", "OBX|1|NM|29463-7^Body weight^LN||70|kg|||||F|||20240102",
            "PV1|2|O|||||||||||||||||V2^^^HOSP", "PV2||P", "DG1|1||J06.9^Cold^I10||20240102|A");

        DraftObject[] visits = result.All("Encounter");
        string?[] of = [.. result.All("Condition").Select(condition => (string?)condition["encounter"]?["reference"])];
        string?[] expected = [.. visits.Select(visit => $"Encounter/{(string?)visit["id"]}")];
        Assert.Equal(expected.AsEnumerable(), of);
        Assert.Equal($"Encounter/{(string?)visits[0]["id"]}", (string?)result.Only("Observation")["encounter"]!["reference"]);
    }

    [Theory]
    [InlineData("BAR^P01^BAR_P01")]
    [InlineData("DFT^P03^DFT_P03")]
    public void A_diagnosis_of_an_account_or_a_charge_is_the_one_that_the_admission_sent(string type)
    {
        string[] visit = ["EVN||20240102", Person, "PV1|1|I|||||||||||||||||V1^^^HOSP", "DG1|1||I10^Hypertension^I10||20240101|A"];
        Assert.Equal((string?)Message("ADT^A01^ADT_A01", visit).Only("Condition")["id"], (string?)Message(type, visit).Only("Condition")["id"]);
    }

    [Fact]
    public void The_same_diagnosis_of_two_visits_is_two()
    {
        ConversionResult result = Message(
            "BAR^P01^BAR_P01", "EVN||20240102", Person, "PV1|1|I|||||||||||||||||V1^^^HOSP", "DG1|1||I10^Hypertension^I10||20240101|A", "PV1|2|O|||||||||||||||||V2^^^HOSP", "DG1|1||I10^Hypertension^I10||20240201|A");
        Assert.Equal(["2024-01-01", "2024-02-01"], result.All("Condition").Select(condition => (string?)condition["onsetDateTime"]));
    }

    [Fact]
    public void Each_person_of_a_message_has_their_own_former_number()
    {
        ConversionResult result = Message(
            "ADT^A47^ADT_A30", "EVN|A47|20240102", Person, "MRG|Z900^^^HOSP^MR", "PID|2||Z1002^^^HOSP^MR||Li^Na||19810101|F", "MRG|Z901^^^HOSP^MR");

        DraftObject[] patients = result.All("Patient");
        Assert.Equal(4, patients.Length);
        Assert.Equal(4, patients.Sum(patient => patient["link"]?.AsArray().Count ?? 0));
    }

    [Fact]
    public void A_plain_number_with_a_unit_that_is_called_a_code_is_refused()
    {
        ConversionResult result = Message(
            "OML^O21^OML_O21", Person, "ORC|NW|P1^HIS", "OBR|1|P1^HIS||1554-5^Glucose^LN|||20240102", "OBX|1|CWE|8867-4^Heart rate^LN||160|/min|||||F|||20240102");

        Assert.True(result.IsRejected);
        Assert.Contains("OBX-2", result.Issues.Select(issue => issue.Expression));
    }

    [Theory]
    [InlineData("ACTIVE", "active", null)]
    [InlineData("Resolved", "resolved", null)]
    [InlineData("C", null, "confirmed")]
    public void The_life_of_a_problem_is_understood_where_old_senders_write_it(string confirmation, string? clinical, string? verification)
    {
        DraftObject condition = Message("PPR^PC1", "PID|1||Z1001^^^HOSP^MR||Wang^Fang", $"PRB|AD|20240102|596.5^Bladder dysfunction^I9|26744|||20240102||||||{confirmation}").Only("Condition");

        Assert.Equal(clinical, (string?)condition["clinicalStatus"]?["coding"]?[0]?["code"]);
        Assert.Equal(verification, (string?)condition["verificationStatus"]?["coding"]?[0]?["code"]);
    }

    private static ConversionResult Message(string type, params string[] segments) =>
        Messages.Convert(string.Join('\r', segments.Prepend($@"MSH|^~\&|HIS|HOSP|FHIR|HOSP|20240102030405||{type}|M1|P|2.5.1||||||UNICODE UTF-8")) + "\r");
}
