using System.Text;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Table;
using Consortium.Messaging;
using Consortium.Testing;

namespace Consortium.Adapters.Tests.Table;

/// <summary>The sample export: what a clinician expects of it.</summary>
public class LaboratoryExportTests
{
    private static readonly byte[] Sample = File.ReadAllBytes(Repository.Path("samples/table/lab-export-gb18030.csv"));

    [Fact]
    public void Each_sample_of_the_export_is_one_result_in_the_order_of_the_file()
    {
        ConversionResult[] results = Tables.Convert(Sample);

        Assert.Equal(["2611060101", "2611060102", "2611060215", "2611060216", "2611060301"], results.Select(result => result.ControlId));
        Assert.All(results, result => Assert.False(result.IsRejected, Tables.Errors(result)));
        Assert.Equal([0, 1, 2, 3, 4], results.Select(result => result.Index));
        Assert.Equal([4, 2, 2, 2, 2], results.Select(result => Tables.Of(result, "Observation").Length));
        Assert.All(results, result => Assert.Equal(
            ["Patient", "Specimen", "Observation", "DiagnosticReport", "Provenance"], result.Resources.Select(draft => draft.ResourceType).Distinct()));
    }

    [Fact]
    public void The_patient_is_created_only_where_missing_and_carries_both_numbers()
    {
        ResourceDraft patient = Tables.Convert(Sample)[0].Resources[0];

        Assert.Equal(ApplyMode.CreateIfAbsent, patient.Apply);
        Assert.Equal("王小明", (string?)patient.Json["name"]![0]!["text"]);
        Assert.Equal("male", (string?)patient.Json["gender"]);
        Assert.Equal("1960-05-12", (string?)patient.Json["birthDate"]);
        Assert.Equal("MR0012001", (string?)patient.Json["identifier"]![0]!["value"]);
        Assert.Equal("urn:oid:2.16.156.10011.1.3", (string?)patient.Json["identifier"]![1]!["system"]);
        Assert.Equal("999999196005120016", (string?)patient.Json["identifier"]![1]!["value"]);
    }

    [Fact]
    public void A_leukocyte_count_keeps_its_trailing_zero_and_has_code_unit_range_and_flag()
    {
        DraftObject wbc = Tables.Of(Tables.Convert(Sample)[0], "Observation")[0];

        Assert.Equal("final", (string?)wbc["status"]);
        Assert.Equal("26464-8", (string?)wbc["code"]!["coding"]![0]!["code"]);
        Assert.Equal("WBC", (string?)wbc["code"]!["coding"]![1]!["code"]);
        Assert.Equal("白细胞计数", (string?)wbc["code"]!["text"]);
        Assert.Equal("12.30", wbc["valueQuantity"]!["value"]!.ToJsonString());
        Assert.Equal("×10^9/L", (string?)wbc["valueQuantity"]!["unit"]);
        Assert.Equal("10*9/L", (string?)wbc["valueQuantity"]!["code"]);
        Assert.Equal("H", (string?)wbc["interpretation"]![0]!["coding"]![0]!["code"]);
        Assert.Equal("↑", (string?)wbc["interpretation"]![0]!["text"]);
        Assert.Equal("3.5", wbc["referenceRange"]![0]!["low"]!["value"]!.ToJsonString());
        Assert.Equal("9.5", wbc["referenceRange"]![0]!["high"]!["value"]!.ToJsonString());
        Assert.Equal("2026-11-06T07:15:00+08:00", (string?)wbc["effectiveDateTime"]);
        Assert.Equal("2026-11-06T09:02:00+08:00", (string?)wbc["issued"]);
    }

    [Fact]
    public void A_result_below_the_limit_keeps_its_comparator()
    {
        DraftObject troponin = Tables.Of(Tables.Convert(Sample)[1], "Observation")[0];

        Assert.Equal("<", (string?)troponin["valueQuantity"]!["comparator"]);
        Assert.Equal("0.01", troponin["valueQuantity"]!["value"]!.ToJsonString());
        Assert.Equal("0.04", troponin["referenceRange"]![0]!["high"]!["value"]!.ToJsonString());
        Assert.Null(troponin["referenceRange"]![0]!["low"]);
    }

    [Fact]
    public void Urine_results_are_words_and_are_not_coded_as_serum()
    {
        DraftObject[] urine = Tables.Of(Tables.Convert(Sample)[3], "Observation");

        Assert.Equal("20454-5", (string?)urine[0]["code"]!["coding"]![0]!["code"]);
        Assert.Equal("LA6577-6", (string?)urine[0]["valueCodeableConcept"]!["coding"]![0]!["code"]);
        Assert.Equal("阴性", (string?)urine[0]["valueCodeableConcept"]!["text"]);
        Assert.Equal("NEG", (string?)urine[0]["interpretation"]![0]!["coding"]![0]!["code"]);
        Assert.Equal("2+", (string?)urine[1]["valueString"]);
    }

    [Fact]
    public void The_report_refers_to_its_results_and_the_Provenance_stands_last_and_targets_everything()
    {
        ConversionResult result = Tables.Convert(Sample)[0];
        DraftObject report = Tables.Of(result, "DiagnosticReport").Single();
        DraftObject provenance = result.Resources[^1].Json;

        Assert.Equal("血常规", (string?)report["code"]!["text"]);
        Assert.Equal(4, report["result"]!.AsArray().Count);
        Assert.Equal("赵敏", (string?)report["performer"]![0]!["display"]);
        Assert.Equal("孙立", (string?)report["resultsInterpreter"]![0]!["display"]);
        Assert.Equal("心血管内科", (string?)report["encounter"]!["display"]);
        Assert.Equal(result.Resources.Count - 1, provenance["target"]!.AsArray().Count);
    }

    [Fact]
    public void The_same_bytes_give_the_same_bytes_whatever_culture_and_clock()
    {
        byte[] Bundles() => [.. Tables.Convert(Sample).SelectMany(result => BundleWriter.Write(result))];
        byte[] first = Bundles();
        System.Globalization.CultureInfo before = System.Globalization.CultureInfo.CurrentCulture;
        try
        {
            // As in de-DE; built by hand, since the program knows the invariant culture only.
            var foreign = (System.Globalization.CultureInfo)System.Globalization.CultureInfo.InvariantCulture.Clone();
            foreign.NumberFormat.NumberDecimalSeparator = ",";
            foreign.NumberFormat.NegativeSign = "−";
            foreign.DateTimeFormat.DateSeparator = ".";
            foreign.DateTimeFormat.TimeSeparator = ".";
            System.Globalization.CultureInfo.CurrentCulture = foreign;
            Assert.Equal(first, Bundles());
        }
        finally
        {
            System.Globalization.CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [InlineData("utf-8", false)]
    [InlineData("utf-8", true)]
    [InlineData("utf-16", true)]
    public void Every_encoding_gives_the_same_resources(string encoding, bool mark)
    {
        string text = Tables.Gb18030.GetString(Sample);
        Encoding target = Encoding.GetEncoding(encoding);
        byte[] bytes = [.. mark ? target.GetPreamble() : [], .. target.GetBytes(text)];

        IEnumerable<string> Resources(byte[] file) => Tables.Convert(file)
            .SelectMany(result => result.Resources).Where(draft => draft.ResourceType != "Provenance").Select(draft => draft.Json.ToJsonString());

        Assert.Equal(Resources(Sample), Resources(bytes));
    }

    [Fact]
    public void Every_resource_of_the_export_and_of_each_form_of_result_is_valid_R4()
    {
        string[] forms = ["12.30", "<0.5", "≥100", "阴性", "2+", "±", "1:80", "黄色", ""];
        IEnumerable<ConversionResult> oneByOne = forms.SelectMany((form, i) => Tables.Convert($"{Tables.Header}\n{Tables.Row(form, range: form.Length == 0 ? "阴性" : "", barcode: $"B{i}")}\n"));
        ConversionResult[] withUnits = Tables.Convert($"{Tables.Header}\n{Tables.Row("0-1", "/HP", "0-5")}\n{Tables.Row("5.6↑", "AU/mL", "≤5", "↑", "X2")}\n{Tables.Row("5.6", "mmol/L", "3.9-6.1", "?", "X3")}\n");
        foreach (ConversionResult result in Tables.Convert(Sample).Concat(oneByOne).Concat(withUnits))
        {
            Assert.False(result.IsRejected, Tables.Errors(result));
            Assert.All(result.Resources, Narrative.Valid.Resource);
            Narrative.Valid.Bundle(result);
        }
    }

    [Fact]
    public void The_export_is_detected_as_a_table()
    {
        var adapter = new TableAdapter(TableMapping.BuiltIn);
        Assert.Equal(90, adapter.Detect(new RawRecord(Sample, "lis", Tables.ReceivedAt)));
    }

    [Theory]
    [InlineData("MSH|^~\\&|LIS|H|EMR|H|20261106||ORU^R01|1|P|2.5.1\rPID|1||姓名\r")]
    [InlineData("{\"resourceType\":\"Patient\",\"姓名\":1,\"性别\":2,\"结果\":3}")]
    [InlineData("<?xml version=\"1.0\"?><a>姓名,性别,结果</a>")]
    [InlineData("出院小结\n姓名：王小明 性别：男\n出院诊断：1. 高血压病")]
    [InlineData("")]
    public void Other_kinds_of_record_are_not_tables(string text) =>
        Assert.Equal(0, new TableAdapter(TableMapping.BuiltIn).Detect(new RawRecord(Encoding.UTF8.GetBytes(text), "x", Tables.ReceivedAt)));
}
