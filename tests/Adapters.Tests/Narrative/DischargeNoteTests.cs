using System.Text;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Narrative;
using Consortium.Adapters.Tests.Table;
using Consortium.Fhir;
using Consortium.Messaging;
using Consortium.Testing;

namespace Consortium.Adapters.Tests.Narrative;

/// <summary>The sample notes: what a clinician expects of them.</summary>
public class DischargeNoteTests
{
    private static readonly byte[] Cardiology = File.ReadAllBytes(Repository.Path("samples/narrative/discharge-note-1.txt"));
    private static readonly byte[] Diabetes = File.ReadAllBytes(Repository.Path("samples/narrative/discharge-note-2.txt"));
    private static readonly byte[] Refused = File.ReadAllBytes(Repository.Path("samples/narrative/discharge-note-refused.txt"));

    [Fact]
    public void The_note_becomes_a_document_with_the_Composition_first_and_the_Provenance_last()
    {
        ConversionResult result = Notes.Convert(Cardiology);

        Assert.Equal("document", result.BundleType);
        Assert.Equal("Composition", result.Resources[0].ResourceType);
        Assert.Equal("Provenance", result.Resources[^1].ResourceType);
        Dictionary<string, int> counts = result.Resources.GroupBy(draft => draft.ResourceType).ToDictionary(group => group.Key, group => group.Count());
        Assert.Equal((1, 1, 1, 1, 1), (counts["Composition"], counts["Patient"], counts["Encounter"], counts["DocumentReference"], counts["Provenance"]));
        Assert.Equal((2, 4, 1), (counts["AllergyIntolerance"], counts["MedicationRequest"], counts["FamilyMemberHistory"]));
        // Five of the lists, and those that the past history denies.
        Assert.Equal(5, Notes.Of(result, "Condition").Count(condition => condition["category"] is not null));
        // Vital signs and laboratory values; what else is an Observation are findings.
        Assert.Equal(21, Notes.Of(result, "Observation").Count(observation => (string?)observation["category"]![0]!["coding"]![0]!["code"] is "vital-signs" or "laboratory"));
        Assert.Equal(result.Resources.Count, result.Resources.Select(draft => draft.Id).Distinct().Count());
        Assert.Empty(result.Issues);
    }

    [Fact]
    public void Every_resource_of_the_samples_is_valid_R4()
    {
        foreach (byte[] note in (byte[][])[Cardiology, Diabetes])
        {
            ConversionResult result = Notes.Convert(note);
            Assert.All(result.Resources, Valid.Resource);
            Valid.Bundle(result);
        }
    }

    [Fact]
    public void The_patient_and_the_stay_are_identified_and_only_created_where_missing()
    {
        ConversionResult result = Notes.Convert(Cardiology);
        ResourceDraft patient = result.Resources.Single(draft => draft.ResourceType == "Patient");
        DraftObject encounter = Notes.Of(result, "Encounter").Single();

        Assert.Equal(ApplyMode.CreateIfAbsent, patient.Apply);
        Assert.Equal("王小明", (string?)patient.Json["name"]![0]!["text"]);
        Assert.Equal("male", (string?)patient.Json["gender"]);
        Assert.Equal("1960-05-12", (string?)patient.Json["birthDate"]);
        Assert.Equal(["MR0012001", "999999196005120016"], patient.Json["identifier"]!.AsArray().Select(identifier => (string?)identifier!["value"]));
        Assert.Equal("ZY20261105001", (string?)encounter["identifier"]![0]!["value"]);
        Assert.Equal("finished", (string?)encounter["status"]);
        Assert.Equal("2026-11-05T09:20:00+08:00", (string?)encounter["period"]!["start"]);
        Assert.Equal("2026-11-12T10:30:00+08:00", (string?)encounter["period"]!["end"]);
    }

    [Fact]
    public void The_note_and_the_laboratory_table_of_one_patient_share_an_identifier()
    {
        string card = Notes.Of(Notes.Convert(Cardiology), "Patient")[0]["identifier"]![1]!.ToJsonString();
        string other = Tables.Of(Tables.Convert(File.ReadAllBytes(Repository.Path("samples/table/lab-export-gb18030.csv")))[0], "Patient")[0]["identifier"]![1]!.ToJsonString();
        Assert.Equal(card, other);
    }

    [Fact]
    public void Diagnoses_keep_their_words_their_list_and_their_doubt()
    {
        DraftObject[] conditions = [.. Notes.Of(Notes.Convert(Cardiology), "Condition").Where(condition => condition["category"] is not null)];

        Assert.Equal(
            ["胸痛待查：冠心病？", "高血压病3级（很高危）", "不稳定型心绞痛", "高血压病3级（很高危）", "高脂血症"],
            conditions.Select(condition => (string?)condition["code"]!["text"]));
        Assert.Equal(
            ["provisional", "confirmed", "confirmed", "confirmed", "confirmed"],
            conditions.Select(condition => (string?)condition["verificationStatus"]!["coding"]![0]!["code"]));
        Assert.Equal(["AD", "AD", "DD", "DD", "DD"], conditions.Select(condition => (string?)condition["category"]![1]!["coding"]![0]!["code"]));
        Assert.Equal([null, "I10", "I20.0", "I10", "E78.5"], conditions.Select(condition => (string?)condition["code"]!["coding"]?[0]!["code"]));
    }

    [Fact]
    public void Vital_signs_have_their_LOINC_codes_and_blood_pressure_its_components()
    {
        DraftObject[] vitals = [.. Notes.Of(Notes.Convert(Cardiology), "Observation").Where(observation => (string?)observation["category"]![0]!["coding"]![0]!["code"] == "vital-signs")];

        Assert.Equal(
            ["8310-5", "8867-4", "9279-1", "85354-9", "8302-2", "29463-7", "8310-5", "8867-4", "85354-9"],
            vitals.Select(vital => (string?)vital["code"]!["coding"]![0]!["code"]));
        Assert.Equal("78.50", vitals[5]["valueQuantity"]!["value"]!.ToJsonString());
        Assert.Equal("Cel", (string?)vitals[0]["valueQuantity"]!["code"]);
        Assert.Null(vitals[3]["valueQuantity"]);
        Assert.Equal(["152", "95"], vitals[3]["component"]!.AsArray().Select(component => component!["valueQuantity"]!["value"]!.ToJsonString()));
        Assert.Equal(["8480-6", "8462-4"], vitals[3]["component"]!.AsArray().Select(component => (string?)component!["code"]!["coding"]![0]!["code"]));
    }

    [Fact]
    public void Laboratory_values_keep_digits_date_range_and_arrow()
    {
        DraftObject potassium = Laboratory("血钾"), wbc = Laboratory("WBC"), troponin = Laboratory("肌钙蛋白I"), antigen = Laboratory("乙肝表面抗原");

        Assert.Equal("4.10", potassium["valueQuantity"]!["value"]!.ToJsonString());
        Assert.Equal("2026-11-06", (string?)potassium["effectiveDateTime"]);
        Assert.Equal("×10^9/L", (string?)wbc["valueQuantity"]!["unit"]);
        Assert.Equal("10*9/L", (string?)wbc["valueQuantity"]!["code"]);
        Assert.Equal("H", (string?)wbc["interpretation"]![0]!["coding"]![0]!["code"]);
        Assert.Equal("9.5", wbc["referenceRange"]![0]!["high"]!["value"]!.ToJsonString());
        Assert.Equal("<", (string?)troponin["valueQuantity"]!["comparator"]);
        Assert.Null(troponin["effectiveDateTime"]);
        Assert.Equal("LA6577-6", (string?)antigen["valueCodeableConcept"]!["coding"]![0]!["code"]);
    }

    [Fact]
    public void A_small_table_in_the_text_is_read_row_by_row()
    {
        NoteReading reading = Notes.Read(Encoding.UTF8.GetString(Diabetes));
        Assert.Equal(
            ["葡萄糖 13.60 mmol/L H 3.9-6.1", "糖化血红蛋白 9.20 % H 4.0-6.0", "血肌酐 58.0 μmol/L  41-73", "甘油三酯 2.45 mmol/L H 0.45-1.70", "尿蛋白     ", "尿糖     "],
            reading.Facts.OfType<LaboratoryFact>().Select(fact => $"{fact.Name} {fact.Number?.Digits} {fact.Unit} {fact.Flag} {fact.Range?.Text}".TrimEnd() is var row && fact.Number is null ? $"{fact.Name}     " : $"{fact.Name} {fact.Number.Digits} {fact.Unit} {fact.Flag} {fact.Range?.Text}"));
    }

    [Fact]
    public void Drugs_keep_their_instruction_and_are_structured_where_it_has_one_reading()
    {
        DraftObject[] requests = Notes.Of(Notes.Convert(Cardiology), "MedicationRequest");

        Assert.Equal(
            ["阿司匹林肠溶片", "阿托伐他汀钙片 20mg×7片", "苯磺酸氨氯地平片（5mg/片）", "硝酸甘油片"],
            requests.Select(request => (string?)request["medicationCodeableConcept"]!["text"]));
        Assert.Equal(
            ["100mg 口服 每日一次 ×30天", "每次20mg 口服 每晚一次", "每次1片 口服 qd", "0.5mg 舌下含服 必要时"],
            requests.Select(request => (string?)request["dosageInstruction"]![0]!["text"]));
        Assert.Equal(["100", "20", "1", "0.5"], requests.Select(request => request["dosageInstruction"]![0]!["doseAndRate"]![0]!["doseQuantity"]!["value"]!.ToJsonString()));
        Assert.Equal("30", requests[0]["dosageInstruction"]![0]!["timing"]!["repeat"]!["boundsDuration"]!["value"]!.ToJsonString());
        Assert.Equal("NIGHT", (string?)requests[1]["dosageInstruction"]![0]!["timing"]!["repeat"]!["when"]![0]);
        Assert.Equal("SL", (string?)requests[3]["dosageInstruction"]![0]!["route"]!["coding"]![0]!["code"]);
        Assert.True((bool)requests[3]["dosageInstruction"]![0]!["asNeededBoolean"]);
    }

    [Fact]
    public void What_is_denied_is_refuted_and_what_the_father_has_is_not_the_patients()
    {
        ConversionResult result = Notes.Convert(Cardiology);

        Assert.All(Notes.Of(result, "AllergyIntolerance"), allergy => Assert.Equal("refuted", (string?)allergy["verificationStatus"]!["coding"]![0]!["code"]));
        Assert.All(
            Notes.Of(result, "Condition").Where(condition => condition["code"]!.ToJsonString().Contains("糖尿病", StringComparison.Ordinal)),
            condition => Assert.Equal("refuted", (string?)condition["verificationStatus"]!["coding"]![0]!["code"]));
        Assert.DoesNotContain(Notes.Of(result, "Condition"), condition => (string?)condition["code"]!["text"] == "冠心病");
        Assert.Equal("FTH", (string?)Notes.Of(result, "FamilyMemberHistory").Single()["relationship"]!["coding"]![0]!["code"]);
        NoteReading reading = Notes.Read(Encoding.UTF8.GetString(Cardiology));
        Assert.Contains(reading.Facts, fact => fact.Assertion == Assertion.Other && reading.Text[fact.Span] == "冠心病");
        Assert.Contains(reading.Facts, fact => fact.Assertion == Assertion.Negated && reading.Text[fact.Span] == "脑梗死");
        Assert.Contains(reading.Facts, fact => fact.Assertion == Assertion.Historical && reading.Text[fact.Span] == "高血压病");
    }

    [Fact]
    public void A_positive_allergy_is_active_and_unconfirmed()
    {
        DraftObject allergy = Assert.Single(Notes.Of(Notes.Convert(Diabetes), "AllergyIntolerance"));
        Assert.Equal("青霉素", (string?)allergy["code"]!["text"]);
        Assert.Equal("active", (string?)allergy["clinicalStatus"]!["coding"]![0]!["code"]);
        Assert.Equal("unconfirmed", (string?)allergy["verificationStatus"]!["coding"]![0]!["code"]);
    }

    [Fact]
    public void The_original_is_kept_byte_for_byte_with_its_digest()
    {
        DraftObject reference = Notes.Of(Notes.Convert(Cardiology), "DocumentReference").Single();
        DraftNode attachment = reference["content"]![0]!["attachment"]!;

        Assert.Equal(Cardiology, System.Convert.FromBase64String((string)attachment["data"]!));
        Assert.Equal($"urn:sha256:{System.Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Cardiology))}", (string?)reference["masterIdentifier"]!["value"]);
    }

    [Fact]
    public void The_refused_sample_names_each_place_and_no_patient()
    {
        ConversionResult result = Notes.Convert(Refused);

        Assert.True(result.IsRejected);
        Assert.Empty(result.Resources);
        Assert.Equal([3, 9, 9, 10, 12], result.Issues.Where(issue => issue.Severity == IssueSeverity.Error).Select(issue => issue.Line!.Value).Order());
        Assert.All(result.Issues, issue =>
        {
            Assert.NotNull(issue.Column);
            Assert.DoesNotContain("陈建国", issue.Diagnostics, StringComparison.Ordinal);
            Assert.DoesNotContain("19510203", issue.Diagnostics, StringComparison.Ordinal);
        });
        Assert.Contains(result.Issues, issue => issue.Code == "conflict" && issue.Diagnostics.Contains("line 4, character 25", StringComparison.Ordinal));
    }

    private static DraftObject Laboratory(string name) =>
        Notes.Of(Notes.Convert(Cardiology), "Observation").Single(observation => (string?)observation["code"]!["text"] == name);
}
