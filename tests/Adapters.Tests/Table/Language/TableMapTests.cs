using System.Globalization;
using System.Text;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Tests.Table.Sources;
using Consortium.Fhir;
using Consortium.Testing;

namespace Consortium.Adapters.Tests.Table.Language;

/// <summary>What a site's table maps make of tables.</summary>
public sealed class TableMapTests : IDisposable
{
    private const string Columns = """
        map: trial
        columns:
          id: [卡号]
          name: [名字]
          weight: [体重]
          unit: [重量单位]
          at: [测量时间]
          kind: [种类]
        required: [id]

        """;

    private const string Patient = """
        - resource: Patient
          name: patient
          identity: patient
          apply: createIfAbsent
          required: true
          rows:
          - {from: id, to: identifier, as: Identifier, with: {type: MR}}
          - {from: name, to: name, as: HumanName}

        """;

    private const string Weight = """
        - resource: Observation
          name: weight
          identity: {kind: weight, from: [id], and: [at]}
          set: {subject: patient}
          rows:
          - {value: final, to: status}
          - {value: 'http://loinc.org', to: code.coding.system}
          - {value: 29463-7, to: code.coding.code}
          - {from: weight, to: valueQuantity, as: Quantity, with: {unit: unit}}
          - {from: at, to: effectiveDateTime}

        """;

    private readonly TableSite _site = new();

    public void Dispose() => _site.Dispose();

    private TableSite Weights(string more = "") => _site.With("trial.yaml", Columns + more + "make:\n" + Patient + Weight);

    [Fact]
    public void One_row_becomes_several_resources_that_refer_to_each_other()
    {
        ConversionResult result = Weights().Good("卡号,名字,体重,重量单位,测量时间\nC1,王小明,70.50,kg,2024年3月5日 8时05分\n");

        DraftObject weight = TableSite.Of(result, "Observation"), patient = TableSite.Of(result, "Patient");
        Assert.Equal("70.50", weight["valueQuantity"]!["value"]!.ToJsonString());
        Assert.Equal("kg", (string?)weight["valueQuantity"]!["code"]);
        Assert.Equal("2024-03-05T08:05:00+08:00", (string?)weight["effectiveDateTime"]);
        Assert.Equal($"Patient/{(string?)patient["id"]}", (string?)weight["subject"]!["reference"]);
        Assert.All(result.Resources, Narrative.Valid.Resource);
        Assert.Equal("Provenance", result.Resources[^1].ResourceType);
        Assert.Contains("trial", (string?)result.Resources[^1].Json["policy"]![0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_repeat_gives_the_same_ids_and_a_correction_the_same_id_with_another_value()
    {
        const string header = "卡号,体重,重量单位,测量时间\n";
        DraftObject first = TableSite.Of(Weights().Good(header + "C1,70.5,kg,2024-03-05\n"), "Observation");
        DraftObject corrected = TableSite.Of(_site.Good(header + "C1,70.6,kg,2024-03-05\n"), "Observation");
        Assert.Equal((string?)first["id"], (string?)corrected["id"]);
        Assert.NotEqual(first.ToJsonString(), corrected.ToJsonString());
    }

    [Theory]
    [InlineData("2024年3月5日", "2024-03-05")]
    [InlineData("2024年3月5号 下午3:20", "2024-03-05T15:20:00+08:00")]
    [InlineData("2024.3.5 8:05", "2024-03-05T08:05:00+08:00")]
    [InlineData("20240305", "2024-03-05")]
    [InlineData("2024/3/5 12:30 AM", "2024-03-05T00:30:00+08:00")]
    [InlineData("2024-03-05T08:05:00Z", "2024-03-05T08:05:00+00:00")]
    [InlineData("5 Mar 2024", "2024-03-05")]
    [InlineData("March 5, 2024 08:05", "2024-03-05T08:05:00+08:00")]
    [InlineData("25/03/2024", "2024-03-25")]
    [InlineData("03/25/2024", "2024-03-25")]
    [InlineData("05/05/2024", "2024-05-05")]
    public void A_date_with_one_reading_is_read(string written, string fhir) =>
        Assert.Equal(fhir, (string?)TableSite.Of(Weights().Good($"卡号\t体重\t重量单位\t测量时间\nC1\t70\tkg\t{written}\n"), "Observation")["effectiveDateTime"]);

    [Theory]
    [InlineData("03/04/2024")]
    [InlineData("3.4.2024 8:05")]
    [InlineData("24-03-05")]
    [InlineData("45356")]
    [InlineData("2024-02-30")]
    [InlineData("去年")]
    [InlineData("上午下午8:05")]
    public void A_date_without_one_reading_is_refused_with_its_cell(string written)
    {
        OutcomeIssue issue = Assert.Single(Weights().Refused($"标题\n卡号,体重,重量单位,测量时间\nC1,70,kg,{written}\n"));
        Assert.Equal("line 3, column 测量时间", issue.Expression);
        Assert.DoesNotContain(written, issue.Diagnostics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("day-first", "03/04/2024", "2024-04-03")]
    [InlineData("month-first", "03/04/2024", "2024-03-04")]
    [InlineData("serial", "45356.336805556", "2024-03-05T08:05:00+08:00")]
    [InlineData("serial", "45356", "2024-03-05")]
    public void A_map_says_what_such_a_date_is(string dates, string written, string fhir) =>
        Assert.Equal(fhir, (string?)TableSite.Of(Weights($"read: {{dates: {dates}}}\n").Good($"卡号,体重,重量单位,测量时间\nC1,70,kg,{written}\n"), "Observation")["effectiveDateTime"]);

    [Theory]
    [InlineData("1,250", "")]
    [InlineData("1.2.3", "")]
    [InlineData("070", "")]
    [InlineData(".5", "")]
    [InlineData("60-70", "")]
    [InlineData("1O", "")]
    [InlineData("1,25", "read: {decimal: point}\n")]
    [InlineData("1.25", "read: {decimal: comma}\n")]
    public void A_number_without_one_reading_is_refused(string written, string read)
    {
        OutcomeIssue issue = Assert.Single(Weights(read).Refused($"卡号\t体重\t重量单位\t测量时间\nC1\t{written}\tkg\t2024-03-05\n"));
        Assert.Equal("line 2, column 体重", issue.Expression);
        Assert.DoesNotContain(written, issue.Diagnostics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1,250", "read: {decimal: point}\n", "1250")]
    [InlineData("1,25", "read: {decimal: comma}\n", "1.25")]
    [InlineData("1.250,50", "read: {decimal: comma}\n", "1250.50")]
    [InlineData("1,250.50", "", "1250.50")]
    [InlineData("７０．５０", "", "70.50")]
    [InlineData("70.50kg", "", "70.50")]
    public void A_number_with_one_reading_keeps_its_digits(string written, string read, string digits) =>
        Assert.Equal(digits, TableSite.Of(Weights(read).Good($"卡号\t体重\t重量单位\t测量时间\nC1\t{written}\tkg\t2024-03-05\n"), "Observation")["valueQuantity"]!["value"]!.ToJsonString());

    [Fact]
    public void An_amount_without_a_unit_and_one_with_two_are_refused()
    {
        Assert.Contains("no unit", Weights().Refused("卡号,体重,重量单位\nC1,70,\n")[0].Diagnostics, StringComparison.Ordinal);
        Assert.Equal("conflict", _site.Refused("卡号,体重,重量单位\nC1,70kg,g\n")[0].Code);
    }

    [Fact]
    public void Every_number_of_a_thousand_rows_comes_out_with_its_own_digits_whatever_the_culture()
    {
        var random = new Random(7);
        string[] numbers = [.. Enumerable.Range(0, 1000).Select(_ => random.Next(3) switch
        {
            0 => random.Next(1, 100000).ToString(CultureInfo.InvariantCulture),
            1 => $"{random.Next(0, 1000)}.{random.Next(0, 100):00}",
            _ => $"{random.Next(0, 10)}.{random.NextInt64(0, 1000000000000):000000000000}",
        })];
        string table = "卡号,体重,重量单位,测量时间\n" + string.Concat(numbers.Select((number, i) => $"C{i},{number},kg,2024-03-05\n"));
        CultureInfo before = CultureInfo.CurrentCulture;
        var foreign = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        foreign.NumberFormat.NumberDecimalSeparator = ",";
        foreign.DateTimeFormat.DateSeparator = ".";
        try
        {
            CultureInfo.CurrentCulture = foreign;
            IReadOnlyList<ConversionResult> results = Weights().Convert(table);
            Assert.Equal(numbers, results.Select(result => TableSite.Of(result, "Observation")["valueQuantity"]!["value"]!.ToJsonString()));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Rows_with_one_key_become_one_report_with_its_results()
    {
        ConversionResult result = Panels().Good("样本,卡号,检验,值,计量,报告日\nS1,C1,血钾,4.10,mmol/L,2024-03-05 08:00\nS1,C1,血钠,139,mmol/L,2024-03-05 09:30\n");
        DraftObject report = TableSite.Of(result, "DiagnosticReport");
        Assert.Equal(2, report["result"]!.AsArray().Count);
        Assert.Equal("2024-03-05T09:30:00+08:00", (string?)report["issued"]);
        Assert.Equal(["4.10", "139"], Tables.Of(result, "Observation").Select(observation => observation["valueQuantity"]!["value"]!.ToJsonString()));
        Assert.Single(Tables.Of(result, "Patient"));
        Assert.Equal("S1", result.ControlId);
    }

    [Fact]
    public void Rows_of_one_key_that_disagree_are_refused_with_both_places_and_the_other_groups_go_on()
    {
        IReadOnlyList<ConversionResult> results = Panels().Convert("样本,卡号,检验,值,计量\nS1,C1,血钾,4.1,mmol/L\nS2,C2,血钾,4.2,mmol/L\nS1,C9,血钠,139,mmol/L\n");
        Assert.Equal([true, false], results.Select(result => result.IsRejected));
        OutcomeIssue issue = results[0].Issues.First(issue => issue.Severity == IssueSeverity.Error);
        Assert.Equal("line 4, column 卡号", issue.Expression);
        Assert.Contains("line 2", issue.Diagnostics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("S1,C1,血钠,139")]
    [InlineData("S1,C1,血钠,139,mmol/L,2024-03-05,more")]
    [InlineData("S1,C1,血钠,很高,mmol/L,")]
    public void A_broken_row_spoils_its_own_group_and_no_other(string broken)
    {
        IReadOnlyList<ConversionResult> results = Panels().Convert($"样本,卡号,检验,值,计量,报告日\nS1,C1,血钾,4.1,mmol/L,2024-03-05\n{broken}\nS2,C2,血钾,4.2,mmol/L,2024-03-05\n");
        Assert.Equal([true, false], results.Select(result => result.IsRejected));
        Assert.Contains(results[0].Issues, issue => issue.Line == 3);
    }

    [Fact]
    public void The_same_row_twice_is_one_and_the_same_thing_stated_in_two_ways_is_none()
    {
        const string header = "样本,卡号,检验,值,计量\n";
        Assert.Single(Tables.Of(Panels().Good(header + "S1,C1,血钾,4.1,mmol/L\nS1,C1,血钾,4.1,mmol/L\n"), "Observation"));
        Assert.Contains(_site.Refused(header + "S1,C1,血钾,4.1,mmol/L\nS1,C1,血钾,4.2,mmol/L\n"), issue => issue.Code == "conflict" && issue.Line == 3);
    }

    [Fact]
    public void One_number_with_two_names_in_two_groups_is_refused_in_both()
    {
        IReadOnlyList<ConversionResult> results = Weights().Convert("卡号,名字,体重,重量单位,测量时间\nC1,王小明,70,kg,2024-03-05\nC1,李秀英,60,kg,2024-03-06\nC2,陈建国,80,kg,2024-03-05\n");
        Assert.Equal([true, true, false], results.Select(result => result.IsRejected));
        Assert.DoesNotContain(results.SelectMany(result => result.Issues), issue => issue.Diagnostics.Contains("王小明", StringComparison.Ordinal) || issue.Diagnostics.Contains("C1", StringComparison.Ordinal));
    }

    [Fact]
    public void Conditions_and_code_tables_decide_by_the_row()
    {
        _site.With("trial.yaml", Columns + """
            make:
            - resource: Patient
              identity: patient
              rows:
              - {from: id, to: identifier, as: Identifier}
              - {from: kind, to: gender, table: kinds, strict: true, when: kind VALUED AND NOT (kind = "保密" OR kind LENGTH > 3)}
              - {value: 'true', to: active, when: 'weight IS EMPTY'}
            tables:
              kinds:
                codes: {甲: male, 乙: female}
            """);
        Assert.Equal("male", (string?)TableSite.Of(_site.Good("卡号,种类,体重\nC1,甲,\n"), "Patient")["gender"]);
        DraftObject secret = TableSite.Of(_site.Good("卡号,种类,体重\nC1,保密,70\n"), "Patient");
        Assert.Null(secret["gender"]);
        Assert.Null(secret["active"]);
        Assert.Equal("code-invalid", _site.Refused("卡号,种类,体重\nC1,丙,\n")[0].Code);
    }

    [Fact]
    public void A_blank_cell_means_what_stands_above_it_only_where_the_map_says_so()
    {
        const string table = "卡号,名字,体重,重量单位,测量时间\nC1,王小明,70,kg,2024-03-05\n,,71,kg,2024-03-06\n";
        Assert.Equal([false, true], Weights().Convert(table).Select(result => result.IsRejected));
        IReadOnlyList<ConversionResult> filled = Weights("fillDown: [id, name]\n").Convert(table);
        Assert.All(filled, result => Assert.False(result.IsRejected, Tables.Errors(result)));
        Assert.Equal(TableSite.Of(filled[0], "Patient").ToJsonString(), TableSite.Of(filled[1], "Patient").ToJsonString());
    }

    [Fact]
    public void A_layout_reads_a_file_without_header()
    {
        Weights("""
            read:
              files: ['WEIGHT*.DAT']
              encoding: GB18030
              fixed:
              - {name: 卡号, at: 1, length: 4}
              - {name: 名字, at: 5, length: 8}
              - {name: 体重, at: 13, length: 6}
              - {name: 重量单位, at: 19, length: 2}
              - {name: 测量时间, at: 21}

            """);
        byte[] bytes = Tables.Gb18030.GetBytes("C001王小明  070.50kg2024-03-05\r\nC002欧阳秀英 61.20kg2024-03-05\r\n".Replace("070.50", " 70.50", StringComparison.Ordinal));
        IReadOnlyList<ConversionResult> results = _site.Convert(bytes, "WEIGHT01.DAT");
        Assert.Equal(["70.50", "61.20"], results.Select(result => { Assert.False(result.IsRejected, Tables.Errors(result)); return TableSite.Of(result, "Observation")["valueQuantity"]!["value"]!.ToJsonString(); }));
        Assert.Equal("欧阳秀英", (string?)TableSite.Of(results[1], "Patient")["name"]![0]!["text"]);
    }

    [Fact]
    public void A_spreadsheet_goes_through_the_same_map_and_names_its_cells()
    {
        SheetCell[][] rows = [["卡号", "体重", "重量单位", "测量时间"], ["C1", SheetCell.Number("70.5", "0.00"), "kg", SheetCell.Date(new DateTime(2024, 3, 5, 8, 5, 0), "d/m/yyyy h:mm")], ["C2", SheetCell.Number("70.123", "0.0"), "kg", ""]];
        IReadOnlyList<ConversionResult> results = Weights().Convert(Sheets.Xlsx(rows));
        Assert.Equal("70.50", TableSite.Of(results[0], "Observation")["valueQuantity"]!["value"]!.ToJsonString());
        Assert.Equal("2024-03-05T08:05:00+08:00", (string?)TableSite.Of(results[0], "Observation")["effectiveDateTime"]);
        Assert.Contains(results[1].Issues, issue => issue.Expression == "检验!B3 (体重)" && issue.Severity == IssueSeverity.Error);
        Assert.Equal("70.1", TableSite.Of(Weights("read: {numbers: shown}\n").Convert(Sheets.Xlsx(rows))[1], "Observation")["valueQuantity"]!["value"]!.ToJsonString());
        Assert.Equal("70.123", TableSite.Of(Weights("read: {numbers: stored}\n").Convert(Sheets.Xlsx(rows))[1], "Observation")["valueQuantity"]!["value"]!.ToJsonString());
    }

    [Fact]
    public void An_explanation_names_cell_and_rule_of_each_element_and_what_was_not_used()
    {
        RecordExplanation explanation = Assert.Single(Weights().Explain("卡号,名字,体重,重量单位,测量时间,种类\nC1,王小明,70,kg,2024-03-05,甲\n"));
        Assert.Contains(explanation.Elements, element => element is { Element: "Observation.valueQuantity", From: "line 2, column 体重", Map: "trial" } && element.At.StartsWith("trial.yaml:", StringComparison.Ordinal));
        Assert.Contains(explanation.Elements, element => element is { Element: "Observation.status", From: null });
        Assert.Equal(["line 2, column 种类"], explanation.Unused);
        Assert.DoesNotContain("王小明", string.Concat(explanation.Elements), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_maps_that_fit_equally_well_are_both_left_alone()
    {
        Weights().With("other.yaml", (Columns + "make:\n" + Patient).Replace("map: trial", "map: other", StringComparison.Ordinal));
        Assert.Contains("other and trial", Assert.Single(_site.Refused("卡号,名字\nC1,王小明\n")).Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void An_edit_takes_effect_while_running_and_a_wrong_one_leaves_the_maps_before_it_in_force()
    {
        var clock = new Mllp.HandClock();
        var notices = new List<string>();
        Weights();
        var source = new Consortium.Adapters.Table.Language.Load.TableMapSource(_site.Folder, clock, notices.Add);
        string first = source.Current.Maps.Maps[0].Version;
        _site.With("trial.yaml", Columns + "make:\n- resource: Patience\n");
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(first, source.Current.Maps.Maps[0].Version);
        Assert.Contains("trial.yaml: line 11, column 13", Assert.Single(notices), StringComparison.Ordinal);
        _site.With("trial.yaml", Columns + "description: another one\nmake:\n" + Patient);
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.NotEqual(first, source.Current.Maps.Maps[0].Version);
    }

    private TableSite Panels() => _site.With("panels.yaml", """
        map: panels
        columns:
          sample: [样本]
          id: [卡号]
          test: [检验]
          value: [值]
          unit: [计量]
          at: [报告日]
        required: [sample, id, test]
        group: sample
        control: sample
        make:
        - resource: Patient
          name: patient
          each: group
          identity: patient
          apply: createIfAbsent
          rows:
          - {from: id, to: identifier, as: Identifier, with: {type: MR}}
        - resource: DiagnosticReport
          name: report
          each: group
          identity: {kind: report, from: [sample]}
          set: {subject: patient}
          rows:
          - {value: final, to: status}
          - {value: Laboratory report, to: code.text}
          - {from: sample, to: identifier, as: Identifier, with: {kind: report}}
          - {from: at, to: issued, with: {several: latest}, when: at LENGTH > 10}
        - resource: Observation
          name: result
          identity: {kind: result, from: [sample], and: [test]}
          set: {subject: patient}
          add: {report.result: result}
          rows:
          - {value: final, to: status}
          - {from: test, to: code.text}
          - {from: value, to: valueQuantity, as: Quantity, with: {unit: unit}}
        """);
}
