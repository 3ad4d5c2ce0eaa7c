using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Types;
using Consortium.Adapters.Site;
using Consortium.Fhir;
using Consortium.Messaging;
using Consortium.Testing;

namespace Consortium.Adapters.Tests.Hl7V2;

public sealed class SampleTests
{
    [Fact]
    public void Every_sample_converts_to_a_valid_Bundle_without_errors_or_warnings_of_the_adapter()
    {
        var pipeline = new ConversionPipeline(AdapterRegistry.BuiltIn(), SiteConfiguration.Default);
        string[] files = Directory.GetFiles(Repository.Path("samples/hl7v2"), "*.hl7");
        Assert.Equal(6, files.Length);
        foreach (string file in files)
        {
            ConversionResult result = Assert.Single(pipeline.Convert(new RawRecord(File.ReadAllBytes(file), "his", DateTimeOffset.UnixEpoch)));
            Assert.DoesNotContain(result.Issues, issue => issue.Severity != IssueSeverity.Information);
            Assert.True(FhirValidator.R4.Validate(BundleWriter.Write(result)).IsValid);
        }
    }

    [Fact]
    public void An_admission_gives_what_a_clinician_expects()
    {
        ConversionResult result = Convert("adt-a01.hl7");

        DraftObject patient = result.Only("Patient");
        Assert.Equal("MR0012001", (string?)patient["identifier"]![0]!["value"]);
        Assert.Equal((IdentifierSystems.ChineseResidentId, "999999196005120016"), ((string?)patient["identifier"]![1]!["system"], (string?)patient["identifier"]![1]!["value"]));
        Assert.Equal(("王小明", "王", "official"), ((string?)patient["name"]![0]!["text"], (string?)patient["name"]![0]!["family"], (string?)patient["name"]![0]!["use"]));
        Assert.Equal(("male", "1960-05-12"), ((string?)patient["gender"], (string?)patient["birthDate"]));
        Assert.Equal(("phone", "13900000001", "home"), ((string?)patient["telecom"]![0]!["system"], (string?)patient["telecom"]![0]!["value"], (string?)patient["telecom"]![0]!["use"]));
        Assert.False((bool)patient["deceasedBoolean"]!);
        Assert.Equal("王大明", (string?)patient["contact"]![0]!["name"]!["text"]);

        DraftObject encounter = result.Only("Encounter");
        Assert.Equal(("in-progress", "IMP"), ((string?)encounter["status"], (string?)encounter["class"]!["code"]));
        Assert.Equal("2026-11-05T09:20:00+08:00", (string?)encounter["period"]!["start"]);
        Assert.Null(encounter["period"]!["end"]);
        Assert.Equal(["ATND", "ADM"], encounter["participant"]!.AsArray().Select(participant => (string?)participant!["type"]![0]!["coding"]![0]!["code"]));
        Assert.Equal(2, encounter["diagnosis"]!.AsArray().Count);
        Assert.Equal("AD", (string?)encounter["diagnosis"]![0]!["use"]!["coding"]![0]!["code"]);

        DraftObject allergy = result.Only("AllergyIntolerance");
        Assert.Equal(("medication", "severe", "皮疹"), (
            (string?)allergy["category"]![0], (string?)allergy["reaction"]![0]!["severity"], (string?)allergy["reaction"]![0]!["manifestation"]![0]!["text"]));
        Assert.Equal(2, result.All("Condition").Length);
        Assert.Equal("CHILD", (string?)result.Only("RelatedPerson")["relationship"]![0]!["coding"]![0]!["code"]);
        Assert.Equal("2026-11-05T09:20:00+08:00", (string?)result.Only("Provenance")["occurredDateTime"]);
    }

    [Fact]
    public void A_correction_and_a_discharge_speak_of_the_same_patient_and_visit()
    {
        ConversionResult admission = Convert("adt-a01.hl7");
        ConversionResult correction = Convert("adt-a08.hl7");
        ConversionResult discharge = Convert("adt-a03.hl7");

        Assert.Equal((string?)admission.Only("Patient")["id"], (string?)correction.Only("Patient")["id"]);
        Assert.Equal((string?)admission.Only("Patient")["id"], (string?)discharge.Only("Patient")["id"]);
        Assert.Equal((string?)admission.Only("Encounter")["id"], (string?)discharge.Only("Encounter")["id"]);
        Assert.Equal("13900000009", (string?)correction.Only("Patient")["telecom"]![0]!["value"]);
        Assert.Equal("finished", (string?)discharge.Only("Encounter")["status"]);
        Assert.Equal("2026-11-12T10:30:00+08:00", (string?)discharge.Only("Encounter")["period"]!["end"]);
        Assert.Equal([1, 2, 3], discharge.Only("Encounter")["diagnosis"]!.AsArray().Select(diagnosis => (int)diagnosis!["rank"]!));
    }

    [Fact]
    public void A_laboratory_report_gives_results_with_their_digits_units_and_ranges()
    {
        ConversionResult result = Convert("oru-r01.hl7");

        Assert.Equal(ApplyMode.CreateIfAbsent, result.Resources.Single(draft => draft.ResourceType == "Patient").Apply);
        Assert.Equal(ApplyMode.CreateIfAbsent, result.Resources.Single(draft => draft.ResourceType == "Encounter").Apply);
        Assert.Equal((string?)Convert("adt-a01.hl7").Only("Encounter")["id"], (string?)result.Only("Encounter")["id"]);
        DraftObject[] reports = result.All("DiagnosticReport");
        Assert.Equal([3, 5], reports.Select(report => report["result"]!.AsArray().Count));
        Assert.Equal(("final", "2026-11-06T10:12:00+08:00"), ((string?)reports[0]["status"], (string?)reports[0]["issued"]));

        DraftObject leukocytes = Of(result, "6690-2");
        Assert.Equal("12.30", leukocytes["valueQuantity"]!["value"]!.ToJsonString());
        Assert.Equal(("10*9/L", "http://unitsofmeasure.org"), ((string?)leukocytes["valueQuantity"]!["code"], (string?)leukocytes["valueQuantity"]!["system"]));
        Assert.Equal(("3.5", "9.5", "3.5-9.5"), (
            leukocytes["referenceRange"]![0]!["low"]!["value"]!.ToJsonString(), leukocytes["referenceRange"]![0]!["high"]!["value"]!.ToJsonString(), (string?)leukocytes["referenceRange"]![0]!["text"]));
        Assert.Equal("H", (string?)leukocytes["interpretation"]![0]!["coding"]![0]!["code"]);
        Assert.Equal("laboratory", (string?)leukocytes["category"]![0]!["coding"]![0]!["code"]);
        Assert.Equal("2026-11-06T08:12:00+08:00", (string?)leukocytes["effectiveDateTime"]);
        Assert.Equal($"Specimen/{(string?)result.Only("Specimen")["id"]}", (string?)leukocytes["specimen"]!["reference"]);
        Assert.Equal("标本轻度溶血，结果仅供参考。", (string?)Of(result, "777-3")["note"]![0]!["text"]);

        Assert.Equal(("<", "0.01"), ((string?)Of(result, "10839-9")["valueQuantity"]!["comparator"], Of(result, "10839-9")["valueQuantity"]!["value"]!.ToJsonString()));
        Assert.Equal("阴性", (string?)Of(result, "5196-1")["valueCodeableConcept"]!["coding"]![0]!["display"]);
        Assert.Equal("血糖轻度升高，建议复查&随访", (string?)Of(result, "YX")["valueString"]);
    }

    [Fact]
    public void A_corrected_result_in_GB18030_is_read_to_the_character()
    {
        ConversionResult result = Convert("oru-r01-gb18030.hl7");

        Assert.Equal("李秀英", (string?)result.Only("Patient")["name"]![0]!["text"]);
        Assert.Equal("corrected", (string?)result.Only("DiagnosticReport")["status"]);
        Assert.Equal("corrected", (string?)result.Only("Observation")["status"]);
        Assert.Contains("億", (string?)result.Only("ServiceRequest")["requester"]!["display"], StringComparison.Ordinal);
    }

    [Fact]
    public void The_samples_identity_numbers_have_right_check_characters_and_an_area_that_does_not_exist()
    {
        foreach (string file in Directory.GetFiles(Repository.Path("samples/hl7v2"), "*.hl7"))
        {
            foreach (DraftObject patient in Messages.ConvertAll(File.ReadAllBytes(file)).SelectMany(result => result.All("Patient")))
            {
                string number = (string)patient["identifier"]!.AsArray().Single(identifier => (string?)identifier!["system"] == IdentifierSystems.ChineseResidentId)!["value"]!;
                Assert.True(ResidentIdentityNumber.IsValid(number));
                Assert.StartsWith("999999", number, StringComparison.Ordinal);
            }
        }
    }

    private static ConversionResult Convert(string file) => Assert.Single(Messages.ConvertAll(File.ReadAllBytes(Repository.Path($"samples/hl7v2/{file}")), "his"));

    private static DraftObject Of(ConversionResult result, string code) =>
        result.All("Observation").Single(observation => (string?)observation["code"]!["coding"]![0]!["code"] == code);
}
