using System.Text;
using Consortium.Adapters.Table;
using Consortium.Adapters.Table.Sources;
using Consortium.Testing;

namespace Consortium.Adapters.Tests.Table.Sources;

/// <summary>Texts whose columns stand under each other, and texts in a character set that somebody names.</summary>
public class TextFormTests
{
    private static readonly byte[] Sample = File.ReadAllBytes(Repository.Path("samples/table/lab-export-fixed.prn"));

    private static string[] Values(byte[] bytes) =>
        [.. Tables.Convert(bytes).SelectMany(result => Tables.Of(result, "Observation")).Select(observation => $"{(string?)observation["valueQuantity"]!["comparator"]}{observation["valueQuantity"]!["value"]!.ToJsonString()}")];

    [Fact]
    public void Columns_are_found_from_the_rule_line_with_Chinese_characters_two_places_wide()
    {
        Assert.Equal(90, new TableAdapter(TableMapping.BuiltIn).Detect(new RawRecord(Sample, "lis", Tables.ReceivedAt)));
        ConversionResult[] results = Tables.Convert(Sample);
        Assert.All(results, result => Assert.False(result.IsRejected, Tables.Errors(result)));
        Assert.Equal(["4.10", "139", "9.80", "<1.5"], Values(Sample));
        Assert.Equal("欧阳秀英", (string?)Tables.Of(results[1], "Patient").Single()["name"]![0]!["text"]);
    }

    [Fact]
    public void A_line_that_does_not_fit_the_columns_spoils_its_own_sample_only()
    {
        string text = Tables.Gb18030.GetString(Sample).Replace("2611060501 MR0012051 王小明   男   血钠 ", "2611060501 MR0012051 王小明小明小明 血钠", StringComparison.Ordinal);
        ConversionResult[] results = Tables.Convert(Tables.Gb18030.GetBytes(text));
        Assert.Equal([true, false], results.Select(result => result.IsRejected));
        Assert.Contains(results[0].Issues, issue => issue.Line == 6);
    }

    [Fact]
    public void Columns_are_found_from_gaps_that_all_lines_share()
    {
        const string text = "病案号     检验项目      结果    单位\nMR1        血钾          4.10    mmol/L\nMR1        血钠          139     mmol/L\n";
        Assert.Equal(["4.10", "139"], Values(Encoding.UTF8.GetBytes(text)));
    }

    [Theory]
    [InlineData("MR000001血钾      5.10", "5.10", null)]
    [InlineData("MR000001ABCDE     05.1", "05.1", null)]
    [InlineData("MR000001血钾      5.10 and more", "5.10", "something stands behind the last column")]
    [InlineData("MR00000血血钾     5.10", null, "a character lies across the edge of a column")]
    public void A_layout_cuts_by_places_and_refuses_what_does_not_fit(string line, string? result, string? fault)
    {
        FixedColumn[] layout = [new("mrn", 0, 8), new("test", 8, 10), new("result", 18, 4)];
        TableRow row = FixedWidth.Read(line, layout, FixedMeasure.Columns)[1];
        Assert.Equal(fault, row.Fault);
        if (result is not null) Assert.Equal(result, row.Cells[2]);
    }

    [Fact]
    public void A_named_character_set_reads_what_cannot_be_found_by_itself()
    {
        byte[] big5 = CodePagesEncodingProvider.Instance.GetEncoding("big5")!.GetBytes("病歷號,檢驗項目,結果\nMR1,血鉀,4.1\n");
        IReadOnlyList<TableGrid> grids = TableSource.Read(big5, new TableFormat { Charset = "big5" }, cell => cell is "檢驗項目" or "結果" ? cell : null, null, out _);
        Assert.Equal(["病歷號", "檢驗項目", "結果"], grids[0].Rows[0].Cells);
        Assert.Empty(TableSource.Read(big5, new TableFormat { Charset = "klingon" }, cell => cell, null, out var issue));
        Assert.Contains("klingon", issue!.Diagnostics, StringComparison.Ordinal);
    }
}
