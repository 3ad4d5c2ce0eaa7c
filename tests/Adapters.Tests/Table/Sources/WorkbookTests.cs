using System.Text;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Table;
using Consortium.Adapters.Table.Sources;
using Consortium.Fhir;
using Consortium.Testing;

namespace Consortium.Adapters.Tests.Table.Sources;

/// <summary>Workbooks are read as a person reads them.</summary>
public class WorkbookTests
{
    private static readonly SheetCell[] Header = ["条码号", "病案号", "检验项目", "结果", "单位", "采样时间"];

    private static SheetCell[] Row(SheetCell result, string barcode = "B1", SheetCell? mrn = null, SheetCell? at = null, string test = "血钾") =>
        [barcode, mrn ?? "MR1", test, result, "mmol/L", at ?? SheetCell.Date(new DateTime(2026, 11, 6, 7, 15, 0), "yyyy/m/d h:mm")];

    private static DraftObject Only(params SheetCell[][] rows)
    {
        ConversionResult result = Assert.Single(Tables.Convert(Sheets.Xlsx(rows)));
        Assert.False(result.IsRejected, Tables.Errors(result));
        return Assert.Single(Tables.Of(result, "Observation"));
    }

    [Theory]
    [InlineData("lab-export.xlsx")]
    [InlineData("lab-export.xls")]
    public void The_sample_workbook_gives_what_its_cells_show(string file)
    {
        byte[] bytes = File.ReadAllBytes(Repository.Path($"samples/table/{file}"));
        Assert.Equal(90, new TableAdapter(TableMapping.BuiltIn).Detect(new RawRecord(bytes, "lis", Tables.ReceivedAt)));
        ConversionResult[] results = Tables.Convert(bytes);

        Assert.All(results, result => Assert.False(result.IsRejected, Tables.Errors(result)));
        Assert.Equal(["2611060401", "2611060402"], results.Select(result => result.ControlId));
        Assert.Equal(["5.10", "140", "58.0"], Tables.Of(results[0], "Observation").Select(observation => observation["valueQuantity"]!["value"]!.ToJsonString()));
        DraftObject patient = Tables.Of(results[0], "Patient").Single();
        Assert.Equal("00012041", (string?)patient["identifier"]![0]!["value"]);
        Assert.Equal("王小明", (string?)patient["name"]![0]!["text"]);
        Assert.Equal("2026-11-06T07:15:00+08:00", (string?)Tables.Of(results[0], "Observation")[0]["effectiveDateTime"]);
        Assert.All(results.SelectMany(result => result.Resources), Narrative.Valid.Resource);
    }

    [Fact]
    public void A_date_cell_has_one_reading_whatever_order_its_format_shows() =>
        Assert.Equal("2024-04-03T08:05:00+08:00", (string?)Only(Header, Row(SheetCell.Number("5.1", "0.00"), at: SheetCell.Date(new DateTime(2024, 4, 3, 8, 5, 0), "mm/dd/yyyy hh:mm")))["effectiveDateTime"]);

    [Fact]
    public void The_same_date_as_a_text_is_refused_with_its_cell()
    {
        ConversionResult result = Assert.Single(Tables.Convert(Sheets.Xlsx(["标题"], [], Header, Row("5.1", at: "03/04/2024"))));
        Assert.True(result.IsRejected);
        Assert.Contains(result.Issues, issue => issue.Expression == "检验!F4 (采样时间)" && issue.Line == 4);
    }

    [Theory]
    [InlineData("5.1", "0.00", "5.10")]
    [InlineData("1234.5", "#,##0.00", "1234.50")]
    [InlineData("5.0999999999999996", "General", "5.1")]
    public void A_result_keeps_the_digits_that_its_cell_shows(string stored, string format, string shown) =>
        Assert.Equal(shown, Only(Header, Row(SheetCell.Number(stored, format)))["valueQuantity"]!["value"]!.ToJsonString());

    [Fact]
    public void A_result_that_shows_fewer_digits_than_it_holds_is_refused_and_no_other_sample()
    {
        ConversionResult[] results = Tables.Convert(Sheets.Xlsx(Header, Row(SheetCell.Number("0.25", "0")), Row(SheetCell.Number("4", "0"), "B2")));
        Assert.Equal([true, false], results.Select(result => result.IsRejected));
        Assert.Contains(results[0].Issues, issue => issue.Expression == "检验!D2 (结果)");
        Assert.DoesNotContain("0.25", Tables.Errors(results[0]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_record_number_keeps_its_leading_zeros_and_one_that_was_cut_is_refused()
    {
        ConversionResult kept = Assert.Single(Tables.Convert(Sheets.Xlsx(Header, Row("5.1", mrn: SheetCell.Number("1234", "00000000")))));
        Assert.Equal("00001234", (string?)Tables.Of(kept, "Patient").Single()["identifier"]![0]!["value"]);
        ConversionResult cut = Assert.Single(Tables.Convert(Sheets.Xlsx(Header, Row("5.1", mrn: SheetCell.Number("999999196005120016", "0")))));
        Assert.Contains(cut.Issues, issue => issue.Expression == "检验!B2 (病案号)" && issue.Severity == IssueSeverity.Error);
    }

    [Fact]
    public void A_cell_merged_over_rows_says_the_same_of_each()
    {
        ConversionResult result = Assert.Single(Tables.Convert(Sheets.Xlsx([("检验", [Header, Row("5.1"), ["", "", "血钠", "140", "mmol/L", ""]], "visible", ["A2:A3", "B2:B3", "F2:F3"])])));
        Assert.False(result.IsRejected, Tables.Errors(result));
        Assert.Equal(2, Tables.Of(result, "Observation").Length);
        Assert.All(Tables.Of(result, "Observation"), observation => Assert.Equal("2026-11-06T07:15:00+08:00", (string?)observation["effectiveDateTime"]));
    }

    [Theory]
    [InlineData("<v>#N/A</v>", "e")]
    [InlineData("<f>A1+1</f>", null)]
    public void An_error_and_a_formula_without_result_are_not_taken_for_an_empty_cell(string raw, string? type)
    {
        ConversionResult result = Assert.Single(Tables.Convert(Sheets.Xlsx(Header, Row(new SheetCell("", Raw: raw, Type: type)))));
        Assert.True(result.IsRejected);
        Assert.Contains(result.Issues, issue => issue.Expression == "检验!D2 (结果)");
    }

    [Fact]
    public void Hidden_sheets_are_not_read_and_a_note_beside_the_table_is_passed_over_but_another_table_is_refused_by_itself()
    {
        ConversionResult[] results = Tables.Convert(Sheets.Xlsx(
        [
            ("结果", [Header, Row("5.1")], "visible", []),
            ("旧", [Header, Row("9.9", "B9")], "hidden", []),
            ("说明", [["本表为示例"]], "visible", []),
            ("收费", [["甲", "乙", "丙"], ["1", "2", "3"]], "visible", []),
        ]));
        Assert.Equal([false, true], results.Select(result => result.IsRejected));
        Assert.Equal("B1", results[0].ControlId);
        Assert.Contains("收费", results[1].Issues[0].Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_or_cut_workbook_is_refused_and_never_throws()
    {
        foreach (string file in (string[])["lab-export.xlsx", "lab-export.xls"])
        {
            byte[] sample = File.ReadAllBytes(Repository.Path($"samples/table/{file}"));
            for (int seed = 0; seed < 150; seed++)
            {
                var random = new Random(seed);
                byte[] bytes = [.. sample];
                for (int i = random.Next(1, 8); i > 0; i--) bytes[random.Next(8, bytes.Length)] = (byte)random.Next(256);
                if (seed % 3 == 0) bytes = bytes[..random.Next(16, bytes.Length)];
                Assert.All(Tables.Convert(bytes), result => Assert.True(result.IsRejected || result.Resources.Count > 0));
            }
        }
    }

    [Fact]
    public void A_document_in_a_zip_archive_is_no_table()
    {
        using var stream = new MemoryStream();
        using (var archive = new System.IO.Compression.ZipArchive(stream, System.IO.Compression.ZipArchiveMode.Create, leaveOpen: true)) archive.CreateEntry("word/document.xml");
        Assert.Equal(0, new TableAdapter(TableMapping.BuiltIn).Detect(new RawRecord(stream.ToArray(), "x", Tables.ReceivedAt, "a.docx")));
    }

    [Theory]
    [InlineData(0, 1, "A1")]
    [InlineData(25, 4, "Z4")]
    [InlineData(26, 10, "AA10")]
    [InlineData(701, 2, "ZZ2")]
    [InlineData(702, 2, "AAA2")]
    public void A_cell_is_called_as_a_spreadsheet_calls_it(int column, int row, string name) => Assert.Equal(name, CellName.Of(column, row));
}
