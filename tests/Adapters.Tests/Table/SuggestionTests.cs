using System.Text;
using Consortium.Adapters.Table.Suggest;
using Consortium.Adapters.Tests.Table.Language;
using Consortium.Adapters.Tests.Table.Sources;
using Consortium.Fhir;

namespace Consortium.Adapters.Tests.Table;

/// <summary>Drafts of maps for tables that nobody has seen: they load, they run as they stand, and they say what they do not know.</summary>
public sealed class SuggestionTests : IDisposable
{
    private readonly TableSite _site = new();

    public void Dispose() => _site.Dispose();

    private static SuggestedMap Draft(string table, string name = "export.csv")
    {
        SuggestedMap? draft = SuggestedMap.From(Encoding.UTF8.GetBytes(table), name, out OutcomeIssue? issue);
        Assert.True(draft is not null, issue?.Diagnostics);
        return draft;
    }

    private IReadOnlyList<ConversionResult> Run(SuggestedMap draft, string table)
    {
        IReadOnlyList<ConversionResult> results = _site.With("draft.yaml", draft.Yaml).Convert(table);
        Assert.All(results, result => Assert.False(result.IsRejected, draft.Yaml + Tables.Errors(result)));
        return results;
    }

    public static TheoryData<string, string, string, int> Unseen => new()
    {
        { "patients", "档案号,客户名称,xb,出生,手机电话,身份证件号\nA01,王小明,男,1960.5.12,13800000001,999999196005120016\nA02,李秀英,女,1975.8.23,13800000002,999999197508230027\n", "Patient", 2 },
        { "patients", "PatID;Full_Name;Gender;Birthday;Cell\nA01;Wang Ming;M;1960-05-12;13800000001\nA02;Li Ying;F;1975-08-23;13800000002\n", "Patient", 2 },
        { "prescriptions", "卡号\t患者\t单据号\t药物名称\t每次量\t每次单位\t用法频次\t服用方式\t开药日期\nC1\t王小明\tD1\t阿莫西林胶囊\t0.50\tg\ttid\t口服\t2026-03-05\nC1\t王小明\tD1\t布洛芬片\t0.2\tg\tbid\t口服\t2026-03-05\n", "MedicationRequest", 2 },
        { "prescriptions", "mrn|pt_name|rx_no|medicine|dosage|dose_uom|sig_freq|roa|ordered_on\n7|Li Si|R9|amoxicillin|500|mg|tid|po|2026-03-05 08:00\n8|Wu Liu|R10|ibuprofen|200|mg|bid|po|2026-03-05 09:00\n", "MedicationRequest", 2 },
        { "visits", "就诊卡号,患者姓名,住院登记号,病人类别,入院,出院,科别,管床医生\nC1,王小明,Z1,住院,2026年3月5日 8:05,2026年3月9日,心内科,赵敏\nC2,李秀英,Z2,住院,2026年3月6日 9:05,,内分泌科,孙立\n", "Encounter", 2 },
        { "diagnoses", "patient_no,patient,encounter_no,dx,dx_date,icd\nP1,Li Si,E1,Asthma,2026-03-05,J45.9\nP2,Wu Liu,E2,Hypertension,2026-03-06,I10\n", "Condition", 2 },
        { "laboratory", "示例医院\n就诊卡号,患者姓名,检验编号,检测项目,检测结果,计量,参考,箭头,采样\nC1,王小明,L1,血钾,4.10,mmol/L,3.5-5.3,,2026-03-05 08:00\nC1,王小明,L1,血钠,150,mmol/L,137-147,↑,2026-03-05 08:00\n", "Observation", 2 },
        { "laboratory", "pid,client,lab_no,analyte,reading,uom,normal,abn,drawn\nP1,Li Si,L1,Glucose,5.60,mmol/L,3.9-6.1,,2026-03-05 08:00\nP2,Wu Liu,L2,Glucose,9.10,mmol/L,3.9-6.1,H,2026-03-05 08:10\n", "Observation", 2 },
    };

    [Theory]
    [MemberData(nameof(Unseen))]
    public void A_table_with_headers_that_no_map_has_becomes_a_map_that_runs(string kind, string table, string type, int count)
    {
        SuggestedMap draft = Draft(table);
        Assert.Equal(kind, draft.Kind);
        IReadOnlyList<ConversionResult> results = Run(draft, table);
        Assert.Equal(count, results.Sum(result => Tables.Of(result, type).Length));
        Assert.All(results.SelectMany(result => result.Resources), Narrative.Valid.Resource);
        Assert.DoesNotContain("王小明", draft.Yaml, StringComparison.Ordinal);
        Assert.DoesNotContain("Li Si", draft.Yaml, StringComparison.Ordinal);
        Assert.DoesNotContain("13800000001", draft.Yaml, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_of_a_draft_keep_their_digits()
    {
        string table = (string)Unseen.First(row => (string)row[0] == "laboratory")[1];
        Assert.Equal(["4.10", "150"], Run(Draft(table), table).SelectMany(result => Tables.Of(result, "Observation")).Select(observation => observation["valueQuantity"]!["value"]!.ToJsonString()));
    }

    [Fact]
    public void Each_column_has_its_confidence_and_what_has_no_place_is_named()
    {
        SuggestedMap draft = Draft("病案号,姓名,手环颜色,ｘ,性别\nA01,王小明,红,1,男\nA02,李秀英,蓝,2,女\n");
        Assert.Contains("  patientId: ['病案号']  # 0.95", draft.Yaml.Replace("[病案号]", "['病案号']", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("# 0.99: a known header name; the values look like sex", draft.Yaml, StringComparison.Ordinal);
        Assert.Contains("# NOT PLACED: 手环颜色", draft.Yaml, StringComparison.Ordinal);
        Assert.Equal((3, 5), (draft.Placed, draft.Columns));
    }

    [Fact]
    public void A_column_is_placed_by_its_values_where_its_header_says_nothing()
    {
        SuggestedMap draft = Draft("病案号,姓名,甲\nA01,王小明,999999196005120016\nA02,李秀英,999999197508230027\n");
        Assert.Contains("idCard: [甲]  # 0.55: the header says nothing known; the values look like id-card", draft.Yaml, StringComparison.Ordinal);
    }

    [Fact]
    public void A_header_whose_values_are_something_else_is_not_believed() =>
        Assert.DoesNotContain("birthDate", Draft("病案号,姓名,性别,生辰\nA01,王小明,男,属鼠\nA02,李秀英,女,属兔\nA03,陈建国,男,属兔\n").Yaml, StringComparison.Ordinal);

    [Fact]
    public void Dates_that_can_be_read_two_ways_are_asked_about_and_decided_only_by_values_that_have_one_reading()
    {
        const string header = "mrn,name,sex,dob\n";
        string undecided = Draft(header + "A,Li Si,F,03/04/1975\nB,Wu Liu,M,05/06/1980\n").Yaml;
        Assert.Contains("2 values can be read two ways", undecided, StringComparison.Ordinal);
        Assert.DoesNotContain("\nread:", undecided, StringComparison.Ordinal);
        Assert.Contains("read: {dates: day-first}", Draft(header + "A,Li Si,F,03/04/1975\nB,Wu Liu,M,25/06/1980\n").Yaml, StringComparison.Ordinal);
        Assert.DoesNotContain("\nread:", Draft(header + "A,Li Si,F,03/04/1975\nB,Wu Liu,M,25/06/1980\nC,Zhao Qi,M,06/25/1980\n").Yaml, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_columns_of_one_name_are_both_left_to_a_person()
    {
        SuggestedMap draft = Draft("病案号,姓名,性别,电话,电话\nA01,王小明,男,13800000001,13800000002\nA02,李秀英,女,13800000003,13800000004\n");
        Assert.DoesNotContain("phone:", draft.Yaml, StringComparison.Ordinal);
        Assert.Equal(2, draft.Yaml.Split('\n').Count(line => line == "# NOT PLACED: 电话"));
    }

    [Fact]
    public void A_missing_number_of_the_patient_is_said_and_rows_are_refused_not_guessed()
    {
        const string table = "姓名,性别,联系方式,现住址\n王小明,男,13800000001,甲路1号\n李秀英,女,13800000002,乙路2号\n";
        SuggestedMap draft = Draft(table);
        Assert.Contains("# MISSING: no column is the patientId", draft.Yaml, StringComparison.Ordinal);
        Assert.All(_site.With("draft.yaml", draft.Yaml).Convert(table), result => Assert.True(result.IsRejected));
    }

    [Fact]
    public void A_table_that_is_like_nothing_known_gives_its_columns_and_nothing_made_of_them()
    {
        SuggestedMap draft = Draft("甲乙,丙丁,戊己\n1,2,3\n4,5,6\n");
        Assert.Null(draft.Kind);
        Assert.Contains("column1: [甲乙]", draft.Yaml, StringComparison.Ordinal);
        Assert.All(_site.With("draft.yaml", draft.Yaml).Convert("甲乙,丙丁,戊己\n1,2,3\n"), result => Assert.True(result.IsRejected));
    }

    [Fact]
    public void A_workbook_is_drafted_from_its_sheet()
    {
        byte[] bytes = Sheets.Xlsx([("首页", [["说明", "无"]], "visible", []), ("病人", [["示例医院"], [], ["就诊卡号", "患者姓名", "xb"], [SheetCell.Number("12", "000000"), "王小明", "男"], [SheetCell.Number("13", "000000"), "李秀英", "女"]], "visible", [])]);
        SuggestedMap draft = SuggestedMap.From(bytes, "病人.xlsx", out _)!;
        Assert.Contains("read: {sheet: 病人}", draft.Yaml, StringComparison.Ordinal);
        IReadOnlyList<ConversionResult> results = _site.With("draft.yaml", draft.Yaml).Convert(bytes);
        Assert.Equal(["000012", "000013"], results.Select(result => (string?)TableSite.Of(result, "Patient")["identifier"]![0]!["value"]));
    }
}
