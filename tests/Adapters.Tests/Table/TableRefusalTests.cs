using System.Text;
using Consortium.Adapters.Site;
using Consortium.Adapters.Table;
using Consortium.Fhir;

namespace Consortium.Adapters.Tests.Table;

/// <summary>What is broken is refused with its place; what is not goes on.</summary>
public class TableRefusalTests
{
    private static ConversionResult[] Convert(params string[] rows) => Tables.Convert($"{Tables.Header}\n{string.Join('\n', rows)}\n");

    [Theory]
    [InlineData("B1,王小明,男,MR1,999999196005120016,X2,某项目,5.6")]
    [InlineData("B1,王小明,男,MR1,999999196005120016,X2,某项目,5,6,mmol/L,,,2026-11-06 07:15,2026-11-06 09:02")]
    [InlineData("B1,王小明,男,MR1,999999196005120016,X2,\"某项目,5.6,mmol/L,,,2026-11-06 07:15,2026-11-06 09:02")]
    [InlineData("B1,王小明,男,MR1,999999196005120016,X2,某\"项\"目,5.6,mmol/L,,,2026-11-06 07:15,2026-11-06 09:02")]
    public void A_malformed_row_rejects_its_own_panel_and_no_other(string broken)
    {
        ConversionResult[] results = Convert(Tables.Row("1", "g/L"), broken, Tables.Row("2", "g/L", barcode: "B2"), Tables.Row("3", "g/L", barcode: "B3"));

        Assert.Equal(["B1", "B2", "B3"], results.Select(result => result.ControlId));
        Assert.Equal([true, false, false], results.Select(result => result.IsRejected));
        Assert.Contains(results[0].Issues, issue => issue.Line == 3);
    }

    [Fact]
    public void A_broken_row_of_no_known_sample_is_rejected_by_itself()
    {
        ConversionResult[] results = Convert(Tables.Row("1", "g/L"), "only,three,cells");
        Assert.False(results[0].IsRejected);
        Assert.True(results[1].IsRejected);
        Assert.Equal("line 3", results[1].ControlId);
    }

    [Theory]
    [InlineData("2026-13-06 07:15")]
    [InlineData("06/11/2026")]
    [InlineData("26-11-06")]
    [InlineData("2026-02-30")]
    [InlineData("2026-11-06 25:00")]
    [InlineData("昨天")]
    public void A_date_without_one_reading_rejects_the_panel(string date)
    {
        ConversionResult result = Convert(Tables.Row("1", "g/L", collected: date))[0];
        Assert.True(result.IsRejected);
        Assert.Contains(result.Issues, issue => issue.Line == 2 && issue.Diagnostics.Contains("采样时间", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("2026-11-22 08:30", "2026-11-22T08:30:00+08:00")]
    [InlineData("2026/11/2 8:30:15", "2026-11-02T08:30:15+08:00")]
    [InlineData("2026年11月22日 8:30", "2026-11-22T08:30:00+08:00")]
    [InlineData("2026年11月2日8时5分", "2026-11-02T08:05:00+08:00")]
    [InlineData("20261122083000", "2026-11-22T08:30:00+08:00")]
    [InlineData("2026.11.22", "2026-11-22")]
    [InlineData("２０２６－１１－２２　０８：３０", "2026-11-22T08:30:00+08:00")]
    public void Dates_in_Chinese_habit_are_read_in_the_zone_of_the_site(string date, string fhir) =>
        Assert.Equal(fhir, (string?)Tables.Observation(Tables.Row("1", "g/L", collected: date))["effectiveDateTime"]);

    [Fact]
    public void An_identity_card_that_fails_its_check_character_rejects_the_panel_without_showing_it()
    {
        ConversionResult result = Convert(Tables.Row("1", "g/L").Replace("999999196005120016", "999999196005120017", StringComparison.Ordinal))[0];
        Assert.True(result.IsRejected);
        OutcomeIssue issue = Assert.Single(result.Issues);
        Assert.Equal(2, issue.Line);
        Assert.Contains("身份证号", issue.Diagnostics, StringComparison.Ordinal);
        Assert.DoesNotContain("999999", issue.Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sex_that_the_identity_card_contradicts_rejects_the_panel() =>
        Assert.Contains(Convert(Tables.Row("1", "g/L").Replace(",男,", ",女,", StringComparison.Ordinal))[0].Issues, issue => issue.Code == "conflict");

    [Fact]
    public void Rows_of_one_sample_with_two_names_are_refused() =>
        Assert.Contains(Convert(Tables.Row("1", "g/L"), Tables.Row("2", "g/L", code: "X2").Replace("王小明", "李秀英", StringComparison.Ordinal))[0].Issues, issue => issue is { Code: "conflict", Line: 3 });

    [Fact]
    public void One_identity_card_with_two_names_in_two_samples_is_refused_in_both() =>
        Assert.All(Convert(Tables.Row("1", "g/L"), Tables.Row("2", "g/L", barcode: "B2").Replace("王小明", "王晓明", StringComparison.Ordinal)), result => Assert.True(result.IsRejected));

    [Fact]
    public void The_same_test_twice_in_one_sample_is_refused() =>
        Assert.Contains(Convert(Tables.Row("1", "g/L"), Tables.Row("2", "g/L"))[0].Issues, issue => issue is { Code: "conflict", Line: 3 });

    [Fact]
    public void A_name_alone_does_not_say_who_the_patient_is() =>
        Assert.True(Tables.Convert("样本号,姓名,项目名称,结果\n1,王小明,尿糖,阴性\n")[0].IsRejected);

    [Fact]
    public void Sample_numbers_that_start_again_each_day_are_two_samples()
    {
        ConversionResult[] results = Tables.Convert(
            "样本号,姓名,病历号,项目名称,结果,采样时间\n1,王小明,MR1,尿糖,阴性,2026-11-06\n1,李秀英,MR2,尿糖,阴性,2026-11-07\n");
        Assert.Equal(2, results.Length);
        Assert.All(results, result => Assert.False(result.IsRejected, Tables.Errors(result)));
        Assert.NotEqual(Tables.Of(results[0], "Observation")[0]["id"]!.ToString(), Tables.Of(results[1], "Observation")[0]["id"]!.ToString());
    }

    [Theory]
    [InlineData('\t')]
    [InlineData(';')]
    [InlineData(',')]
    public void The_delimiter_is_found_from_the_header_even_below_a_title(char delimiter)
    {
        string table = "××医院检验结果导出\n\n病历号,姓名,项目名称,结果,单位\nMR1,王小明,血钾,4.10,mmol/L\n".Replace(',', delimiter);
        Assert.Equal("4.10", Tables.Of(Assert.Single(Tables.Convert(table)), "Observation")[0]["valueQuantity"]!["value"]!.ToJsonString());
    }

    [Fact]
    public void A_column_that_nothing_maps_is_named()
    {
        ConversionResult result = Tables.Convert("病历号,项目名称,结果,仪器\nMR1,尿糖,阴性,A-7\n")[0];
        Assert.Contains(result.Issues, issue => issue.Severity == IssueSeverity.Information && issue.Diagnostics.Contains("仪器", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(new byte[] { 0x31, 0x0A, 0xFF, 0x41 }, 2)]
    [InlineData(new byte[] { 0xEF, 0xBB, 0xBF, 0x41, 0xD0, 0xD5 }, 4)]
    public void Bytes_in_no_encoding_are_refused_with_their_offset(byte[] bytes, int offset)
    {
        ConversionResult result = Assert.Single(Tables.Convert(bytes));
        Assert.True(result.IsRejected);
        Assert.Equal($"byte {offset}", result.Issues[0].Expression);
    }

    [Fact]
    public void Damaged_UTF_8_is_refused_and_not_read_as_GB18030()
    {
        byte[] bytes = Encoding.UTF8.GetBytes($"{Tables.Header}\n{Tables.Row("1", "g/L")}\n");
        int at = bytes.AsSpan().IndexOf("王"u8);
        bytes[at + 1] = (byte)'?';
        ConversionResult result = Assert.Single(Tables.Convert(bytes));
        Assert.True(result.IsRejected);
        Assert.Equal($"byte {at}", result.Issues[0].Expression);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a,b,c\n1,2,3\n")]
    [InlineData("条码号,姓名,性别,病案号\n1,2,3,4\n")]
    [InlineData("项目名称,结果,测定结果\n血钾,1,2\n")]
    public void A_table_without_a_usable_header_is_refused_with_a_way_out(string text)
    {
        ConversionResult result = Assert.Single(Tables.Convert(text));
        Assert.True(result.IsRejected);
        Assert.Contains("table.yaml", result.Issues[0].Diagnostics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("name: x\nversion: 1\ncolumns:\n  result: [值]\n  unit: [值]\n", "line 5")]
    [InlineData("name: x\nversion: 1\ncolumns:\n  resullt: [值]\n", "line 4")]
    [InlineData("name: x\nversion: 1\nsexes:\n  男: man\n", "line 4")]
    [InlineData("name: x\ncolumns: {}\n", "version")]
    [InlineData("name: [x\n", "line")]
    public void A_wrong_site_mapping_is_refused_with_file_and_line(string yaml, string place)
    {
        var fault = Assert.Throws<SiteConfigurationException>(() => TableMapping.Read(new StringReader(yaml), "table.yaml"));
        Assert.StartsWith("table.yaml", fault.Message, StringComparison.Ordinal);
        Assert.Contains(place, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_site_names_its_own_columns_and_units()
    {
        TableMapping mapping = TableMapping.Read(
            new StringReader("name: county\nversion: \"3\"\ncolumns:\n  result: [数值]\n  medicalRecordNumber: [卡号]\nunits:\n  AU/mL: \"[arb'U]/mL\"\n"), "table.yaml");
        ConversionResult result = Tables.Convert("卡号,项目名称,数值,单位\nC1,某抗体,7.0,AU/mL\n", mapping)[0];

        Assert.False(result.IsRejected, Tables.Errors(result));
        Assert.Equal("[arb'U]/mL", (string?)Tables.Of(result, "Observation")[0]["valueQuantity"]!["code"]);
        Assert.Contains("county:3", result.Resources[^1].Json["policy"]![0]!.ToString(), StringComparison.Ordinal);
        Assert.True(Tables.Convert("病案号,项目名称,结果\nC1,某抗体,7.0\n", mapping)[0].IsRejected);
    }

    [Fact]
    public void Nothing_that_a_seeded_fuzzer_makes_of_the_sample_throws_or_is_lost_silently()
    {
        byte[] sample = Tables.Gb18030.GetBytes($"{Tables.Header}\n{Tables.Row("1", "g/L")}\n{Tables.Row("2", "g/L", barcode: "B2")}\n");
        for (int seed = 0; seed < 2000; seed++)
        {
            var random = new Random(seed);
            byte[] bytes = [.. sample];
            for (int i = random.Next(1, 6); i > 0; i--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (seed % 3 == 0) bytes = bytes[..random.Next(bytes.Length)];
            Assert.All(Tables.Convert(bytes), result => Assert.True(result.IsRejected || result.Resources.Count > 0));
        }
    }
}
