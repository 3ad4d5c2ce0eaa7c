using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Tests.Table;

/// <summary>Result, unit, range and flag cells: what becomes of each form, and that nothing is guessed.</summary>
public class ResultCellTests
{
    [Theory]
    [InlineData("5.60", null, "5.60")]
    [InlineData("0", null, "0")]
    [InlineData("<0.5", "<", "0.5")]
    [InlineData("＞100", ">", "100")]
    [InlineData("≥1000.0", ">=", "1000.0")]
    [InlineData("<=3", "<=", "3")]
    [InlineData("１２.５", null, "12.5")]
    [InlineData("-2.5", null, "-2.5")]
    [InlineData("12345678901234567890.12345678901234567890", null, "12345678901234567890.12345678901234567890")]
    public void A_number_keeps_its_digits_and_its_comparator(string cell, string? comparator, string digits)
    {
        DraftNode quantity = Tables.Observation(Tables.Row(cell, "mmol/L"))["valueQuantity"]!;
        Assert.Equal(digits, quantity["value"]!.ToJsonString());
        Assert.Equal(comparator, (string?)quantity["comparator"]);
        Assert.Equal("mmol/L", (string?)quantity["code"]);
    }

    [Theory]
    [InlineData("12..3")]
    [InlineData("1O.5")]
    [InlineData("1 200")]
    [InlineData("12.3?")]
    [InlineData(".5")]
    [InlineData("012")]
    [InlineData("5.")]
    [InlineData("-")]
    [InlineData("1e3")]
    [InlineData("溶血")]
    [InlineData("9-2")]
    public void A_cell_that_claims_a_number_and_has_none_rejects_the_panel_with_line_and_column(string cell)
    {
        ConversionResult result = Assert.Single(Tables.Convert($"{Tables.Header}\n{Tables.Row("5.6", "mmol/L")}\n{Tables.Row(cell, "mmol/L", code: "X2")}\n"));

        Assert.True(result.IsRejected);
        Assert.Empty(result.Resources);
        var issue = Assert.Single(result.Issues, issue => issue.Severity == Fhir.IssueSeverity.Error);
        Assert.Equal(3, issue.Line);
        Assert.Contains("结果", issue.Expression, StringComparison.Ordinal);
        Assert.DoesNotContain("王小明", issue.Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_unit_but_with_a_numeric_range_a_number_is_claimed_too() =>
        Assert.True(Tables.Convert($"{Tables.Header}\n{Tables.Row("1.2.3", range: "1-2")}\n")[0].IsRejected);

    [Theory]
    [InlineData("黄色")]
    [InlineData("未见异常细胞")]
    [InlineData("AB型")]
    public void A_word_that_no_table_knows_stays_text(string cell) => Assert.Equal(cell, (string?)Tables.Observation(Tables.Row(cell))["valueString"]);

    [Theory]
    [InlineData("阳性", "LA6576-8", "POS")]
    [InlineData("阴性(-)", null, null)]
    [InlineData("+", "LA6576-8", "POS")]
    [InlineData("（－）", "LA6577-6", "NEG")]
    public void A_qualitative_result_is_coded_only_where_the_table_has_it(string cell, string? answer, string? interpretation)
    {
        DraftObject observation = Tables.Observation(Tables.Row(cell));
        Assert.Equal(answer, (string?)observation["valueCodeableConcept"]?["coding"]![0]!["code"]);
        Assert.Equal(interpretation, (string?)observation["interpretation"]?[0]!["coding"]![0]!["code"]);
        Assert.Equal(cell, (string?)(observation["valueString"] ?? observation["valueCodeableConcept"]!["text"]));
    }

    [Fact]
    public void A_titre_is_a_ratio() => Assert.Equal("80", Tables.Observation(Tables.Row("1:80"))["valueRatio"]!["denominator"]!["value"]!.ToJsonString());

    [Fact]
    public void A_count_in_a_field_of_view_is_a_range()
    {
        DraftNode range = Tables.Observation(Tables.Row("0-1", "/HP"))["valueRange"]!;
        Assert.Equal("0", range["low"]!["value"]!.ToJsonString());
        Assert.Equal("/[HPF]", (string?)range["high"]!["code"]);
    }

    [Fact]
    public void An_empty_result_says_that_it_is_absent_and_warns()
    {
        ConversionResult result = Tables.Convert($"{Tables.Header}\n{Tables.Row("", "mmol/L")}\n")[0];
        Assert.False(result.IsRejected);
        Assert.Equal("unknown", (string?)Tables.Of(result, "Observation")[0]["dataAbsentReason"]!["coding"]![0]!["code"]);
        Assert.Contains(result.Issues, issue => issue.Severity == Fhir.IssueSeverity.Warning && issue.Line == 2);
    }

    [Theory]
    [InlineData("AU/mL")]
    [InlineData("MMol/L")]
    [InlineData("mmol/Lx")]
    public void A_unit_that_the_table_does_not_know_stays_text_with_a_warning(string unit)
    {
        ConversionResult result = Tables.Convert($"{Tables.Header}\n{Tables.Row("5.6", unit)}\n")[0];
        DraftNode quantity = Tables.Of(result, "Observation")[0]["valueQuantity"]!;
        Assert.Equal(unit, (string?)quantity["unit"]);
        Assert.Null(quantity["code"]);
        Assert.Contains(result.Issues, issue => issue.Diagnostics.Contains("UCUM", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("×10＾9／L", "10*9/L")]
    [InlineData("*10^9/L", "10*9/L")]
    [InlineData("10^12/L", "10*12/L")]
    [InlineData("µmol/L", "umol/L")]
    [InlineData("μmol/L", "umol/L")]
    [InlineData("％", "%")]
    public void The_many_ways_to_write_a_unit_have_one_code(string unit, string ucum) =>
        Assert.Equal(ucum, (string?)Tables.Observation(Tables.Row("5.6", unit))["valueQuantity"]!["code"]);

    [Theory]
    [InlineData("3.5-9.5", "3.5", "9.5")]
    [InlineData("3.5～9.5", "3.5", "9.5")]
    [InlineData("3.50--9.50", "3.50", "9.50")]
    [InlineData("-2.0-2.0", "-2.0", "2.0")]
    [InlineData("≤5", null, "5")]
    [InlineData(">=60", "60", null)]
    [InlineData("<5", null, null)]
    [InlineData("9.5-3.5", null, null)]
    [InlineData("男130-175 女115-150", null, null)]
    public void A_reference_range_keeps_its_text_and_gives_ends_only_where_they_are_plain(string cell, string? low, string? high)
    {
        DraftNode range = Tables.Observation(Tables.Row("5", "g/L", cell))["referenceRange"]![0]!;
        Assert.Equal(cell, (string?)range["text"]);
        Assert.Equal(low, range["low"]?["value"]!.ToJsonString());
        Assert.Equal(high, range["high"]?["value"]!.ToJsonString());
    }

    [Theory]
    [InlineData("5.6↑", "", "H")]
    [InlineData("5.6 L", "", "L")]
    [InlineData("5.6", "偏低", "L")]
    [InlineData("5.6↑", "H", "H")]
    public void A_flag_may_stand_in_its_column_or_behind_the_number(string cell, string flag, string code) =>
        Assert.Equal(code, (string?)Tables.Observation(Tables.Row(cell, "mmol/L", flag: flag))["interpretation"]![0]!["coding"]![0]!["code"]);

    [Fact]
    public void Two_flags_that_disagree_reject_the_panel() =>
        Assert.True(Tables.Convert($"{Tables.Header}\n{Tables.Row("5.6↑", "mmol/L", flag: "↓")}\n")[0].IsRejected);

    [Fact]
    public void A_glucose_of_unknown_specimen_is_not_coded_as_one_of_serum()
    {
        Assert.DoesNotContain("14749-6", Tables.Observation(Tables.Row("5.6", "mmol/L", name: "葡萄糖"))["code"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("14749-6", Tables.Observation(Tables.Row("5.6", "mmol/L", name: "血糖"))["code"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("14749-6", Tables.Observation(Tables.Row("100", "mg/dL", name: "血糖"))["code"]!.ToJsonString(), StringComparison.Ordinal);
    }
}
