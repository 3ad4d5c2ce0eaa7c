using Consortium.Adapters.Elements;
using Consortium.Adapters.Narrative;

namespace Consortium.Adapters.Tests.Narrative;

/// <summary>Discharge medication: product, dose, route, frequency, duration; and what is refused.</summary>
public class MedicationTests
{
    [Theory]
    [InlineData("阿莫西林胶囊 0.5g 口服 tid×7天", "阿莫西林胶囊", "0.5 g", "PO", "3/1/d", "7 d")]
    [InlineData("阿莫西林胶囊0.5g口服tid×7天", "阿莫西林胶囊", "0.5 g", "PO", "3/1/d", "7 d")]
    [InlineData("阿莫西林胶囊 0.25g×24粒 每次0.5g 每日3次 口服", "阿莫西林胶囊 0.25g×24粒", "0.5 g", "PO", "3/1/d", null)]
    [InlineData("阿莫西林胶囊 0.25g*24粒*2盒 Sig: 0.5g tid po", "阿莫西林胶囊 0.25g*24粒*2盒", "0.5 g", "PO", "3/1/d", null)]
    [InlineData("硝苯地平控释片（30mg×7片） 一次1片 一日一次", "硝苯地平控释片（30mg×7片）", "1 片", null, "1/1/d", null)]
    [InlineData("维生素B12片 25ug 口服 一日三次", "维生素B12片", "25 ug", "PO", "3/1/d", null)]
    [InlineData("辅酶Q10胶囊 10mg po tid", "辅酶Q10胶囊", "10 mg", "PO", "3/1/d", null)]
    [InlineData("甘精胰岛素注射液 12IU 皮下注射 每晚一次", "甘精胰岛素注射液", "12 IU", "SQ", "1/1/d/NIGHT", null)]
    [InlineData("布洛芬缓释胶囊 0.3g 口服 必要时", "布洛芬缓释胶囊", "0.3 g", "PO", null, null)]
    [InlineData("沙美特罗替卡松粉吸入剂 每次1吸 每日2次 吸入", "沙美特罗替卡松粉吸入剂", "1 吸", "IPINHL", "2/1/d", null)]
    [InlineData("泼尼松片 1-2片 口服 qd", "泼尼松片", "1-2 片", "PO", "1/1/d", null)]
    [InlineData("泼尼松片 ５ｍｇ 口服 ｑｄ", "泼尼松片", "5 ｍｇ", "PO", "1/1/d", null)]
    [InlineData("头孢呋辛酯片 0.25g q12h po 共5天", "头孢呋辛酯片", "0.25 g", "PO", "1/12/h", "5 d")]
    [InlineData("0.9%氯化钠注射液 100ml 静滴 qd", "0.9%氯化钠注射液", "100 ml", "IV", "1/1/d", null)]
    [InlineData("氨氯地平片 5mg qd 每晚 口服", "氨氯地平片", "5 mg", "PO", "1/1/d/NIGHT", null)]
    [InlineData("莫匹罗星软膏 外用 bid", "莫匹罗星软膏", null, "TOPICAL", "2/1/d", null)]
    [InlineData("氨氯地平片 5mg 10mg qd", "氨氯地平片", null, null, "1/1/d", null)]
    [InlineData("速效救心丸 1盒", "速效救心丸 1盒", null, null, null, null)]
    public void A_line_is_read_as_far_as_it_has_one_reading(string line, string product, string? dose, string? route, string? frequency, string? duration)
    {
        NoteReading reading = Notes.Read($"{Notes.Head}出院带药：\n1. {line}\n");
        Assert.False(reading.IsRefused, string.Join('\n', reading.Issues.Select(issue => issue.Diagnostics)));
        DrugFact drug = Assert.Single(reading.Facts.OfType<DrugFact>());
        Assert.Equal(product, reading.Text[drug.Product]);
        Assert.Equal(dose, drug.Dose is null ? null : $"{drug.Dose.Digits}{(drug.DoseHigh is null ? "" : "-" + drug.DoseHigh.Digits)} {drug.DoseUnit}");
        Assert.Equal(route, drug.Route?.Code);
        Assert.Equal(frequency, drug.Frequency?.Extra);
        Assert.Equal(duration, drug.Duration is null ? null : $"{drug.Duration.Digits} {drug.DurationUnit}");
    }

    [Theory]
    [InlineData("阿莫西林 0.5 口服")]
    [InlineData("阿莫西林0.5口服tid")]
    [InlineData("阿莫西林胶囊 0.5 tid")]
    [InlineData("阿莫西林0.5tid")]
    [InlineData("阿莫西林po0.5tid")]
    [InlineData("维生素B1 10 口服")]
    [InlineData("阿莫西林 １．５ 口服")]
    [InlineData("头孢克肟 100×6 口服 bid")]
    public void A_dose_without_a_unit_is_refused_with_its_place(string line)
    {
        var issue = Assert.Single(Notes.Errors($"出院带药：{line}"));
        Assert.Equal(3, issue.Line);
        Assert.Contains("unit", issue.Diagnostics, StringComparison.Ordinal);
        Assert.DoesNotContain("西林", issue.Diagnostics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("BE -2.1mmol/L，血糖 5.6mmol/L")]
    [InlineData("BE -2.1mmol/L")]
    [InlineData("血红蛋白 102g/L")]
    [InlineData("血压 130/80mmHg")]
    public void A_line_of_values_in_a_list_of_medication_is_no_drug(string line)
    {
        NoteReading reading = Notes.Read($"{Notes.Head}出院带药：\n1. 氨氯地平片 5mg qd\n{line}\n");
        Assert.False(reading.IsRefused, string.Join('\n', reading.Issues.Select(issue => issue.Diagnostics)));
        Assert.Equal("氨氯地平片", reading.Text[Assert.Single(reading.Facts.OfType<DrugFact>()).Product]);
        Assert.Contains(reading.Issues, issue => issue.Line == 5);
    }

    [Fact]
    public void Two_frequencies_are_refused_with_both_places()
    {
        var issue = Assert.Single(Notes.Errors("出院带药：阿莫西林胶囊 0.5g 口服 bid，每日三次"));
        Assert.Equal("conflict", issue.Code);
        Assert.Contains("line 3, character 21", issue.Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void A_dose_without_a_drug_is_refused() => Assert.NotEmpty(Notes.Errors("出院带药：1. 0.5g 口服 tid"));

    [Theory]
    [InlineData("停用华法林钠片 3mg 口服 qd")]
    [InlineData("禁用阿司匹林片")]
    [InlineData("避免使用布洛芬片 0.2g 口服")]
    public void A_drug_that_is_stopped_is_not_prescribed(string line) => Assert.DoesNotContain(Notes.Facts($"出院带药：{line}").OfType<DrugFact>(), drug => !drug.IsStopped);

    [Theory]
    [InlineData("诊治经过：入院后停用华法林，改用低分子肝素。", "华法林")]
    [InlineData("诊治经过：患者已停用阿司匹林1周。", "阿司匹林")]
    [InlineData("诊治经过：二甲双胍已停用。", "二甲双胍")]
    public void A_drug_that_was_stopped_becomes_a_statement_that_says_so(string line, string drug)
    {
        DraftObject statement = Assert.Single(Notes.Of(Notes.Convert(Notes.Head + line), "MedicationStatement"), json => (string?)json["status"] == "stopped");
        Assert.Equal(drug, (string?)statement["medicationCodeableConcept"]!["text"]);
    }

    [Theory]
    [InlineData("诊治经过：未停用阿司匹林。")]
    [InlineData("诊治经过：建议停用阿司匹林。")]
    [InlineData("诊治经过：如出血停用阿司匹林。")]
    public void A_stop_that_is_denied_advised_or_conditional_is_none(string line) =>
        Assert.DoesNotContain(Notes.Of(Notes.Convert(Notes.Head + line), "MedicationStatement"), json => (string?)json["status"] == "stopped");

    [Theory]
    [InlineData("普萘洛尔片 10mg 口服 bid（心率<55次/分停药）")]
    [InlineData("氯吡格雷片 75mg 口服 qd（满21天停用）")]
    public void A_drug_that_will_be_stopped_on_a_condition_is_prescribed(string line) => Assert.NotNull(Assert.Single(Notes.Facts($"出院带药：{line}").OfType<DrugFact>()).Dose);

    [Fact]
    public void One_letter_says_that_a_drug_was_stopped_where_its_clause_begins_with_it() =>
        Assert.Equal("头孢呋辛", (string?)Assert.Single(Notes.Of(Notes.Convert(Notes.Head + "诊治经过：恢复顺利；停头孢呋辛，续甘露醇125ml bid。"), "MedicationStatement"), json => (string?)json["status"] == "stopped")["medicationCodeableConcept"]!["text"]);

    [Fact]
    public void The_same_drug_said_again_with_a_frequency_is_a_statement_of_its_own() =>
        Assert.Single(Notes.Of(Notes.Convert(Notes.Head + "诊治经过：术中予左氧氟沙星，术后左氧氟沙星 bid。"), "MedicationStatement"), json => json["dosage"]?[0]?["timing"] is not null);

    [Theory]
    [InlineData("入院诊断：重度抑郁发作。予艾司西酞普兰10mg qd治疗。\n", "艾司西酞普兰")]
    [InlineData("入院诊断：1.高血压病 2.白内障\n处理 甘露醇250ml 快速静滴\n", "甘露醇")]
    public void What_is_given_behind_a_list_of_diagnoses_is_no_diagnosis(string body, string drug)
    {
        IReadOnlyList<NarrativeFact> facts = Notes.Facts(body);
        Assert.Single(facts.OfType<DrugFact>());
        Assert.DoesNotContain(facts.OfType<DiagnosisFact>(), fact => (Notes.Head + body)[fact.Span.Start..fact.Span.End].Contains(drug, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("无")]
    [InlineData("无。")]
    [InlineData("定期复查肝功能")]
    [InlineData("以上药物请遵医嘱")]
    public void What_is_no_drug_is_none(string line) => Assert.Empty(Notes.Facts($"出院带药：{line}").OfType<DrugFact>());

    [Fact]
    public void An_instruction_on_a_line_of_its_own_belongs_to_the_drug_above()
    {
        NoteReading reading = Notes.Read($"{Notes.Head}出院带药：\n1. 阿莫西林胶囊 0.25g×24粒\n   用法：口服 每次0.5g 每日三次\n2. 维生素C片 0.1g 口服 tid\n");
        DrugFact[] drugs = [.. reading.Facts.OfType<DrugFact>()];
        Assert.Equal(["0.5", "0.1"], drugs.Select(drug => drug.Dose!.Digits));
        Assert.Equal("阿莫西林胶囊 0.25g×24粒", reading.Text[drugs[0].Product]);
    }
}
