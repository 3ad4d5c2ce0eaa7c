using System.Globalization;
using Consortium.Adapters.Narrative;
using Consortium.Adapters.Narrative.Facts;

namespace Consortium.Adapters.Tests.Narrative.Facts;

/// <summary>The rules of Chinese text, each with sentences of its own.</summary>
public sealed class ChineseFactsTests
{
    private static readonly FactFinder Finder = FactFinder.ForSite();

    [Theory]
    [InlineData("无头晕、呕吐及腹痛，有咳嗽。", "头晕 negated, 呕吐 negated, 腹痛 negated, 咳嗽 present")]
    [InlineData("否认糖尿病、冠心病史。", "糖尿病 negated, 冠心病 negated")]
    [InlineData("无明显诱因出现咳嗽。", "咳嗽 present")]
    [InlineData("右上腹压痛、反跳痛（-）。", "右上腹 present, 压痛 negated, 反跳痛 negated")]
    [InlineData("考虑肺炎，不除外肺结核。", "肺炎 uncertain, 肺结核 uncertain")]
    [InlineData("如发热、咳嗽加重及时就诊。", "发热 hypothetical, 咳嗽 hypothetical")]
    [InlineData("既往高血压病10年。", "高血压病 historical")]
    [InlineData("既往史：否认糖尿病史，10年前行阑尾切除术，2020年诊断冠心病。", "糖尿病 negated, 阑尾切除术 historical, 冠心病 historical")]
    [InlineData("否认肝炎、结核，疟疾，伤寒病史。", "肝炎 negated, 结核 negated, 疟疾 negated, 伤寒 negated")]
    [InlineData("家族史：父亲患糖尿病。", "糖尿病 other")]
    [InlineData("家族史：否认糖尿病。", "糖尿病 negated")]
    public void An_assertion_follows_from_cue_section_and_reach(string text, string expected) =>
        Assert.Equal(expected, string.Join(", ", Finder.Find(text).Select(fact => $"{fact.Text} {fact.Assertion.ToString().ToLowerInvariant()}")));

    [Theory]
    [InlineData("腹腔内未见积液。", "Body 腹腔, Symptom 积液")]
    [InlineData("肝肋下2cm可触及。", "Body 肝, Body 肋下")]
    [InlineData("宫底脐下1指。", "Body 宫底, Body 脐")]
    [InlineData("双肾盂无分离，膀胱无变化。", "Body 双肾盂, Symptom 分离, Body 膀胱")]
    [InlineData("腹软，切口敷料干燥。", "Body 腹, Body 切口")]
    [InlineData("取右侧切口，切口长约5cm。", "")]
    [InlineData("肠鸣音4次/分。", "")]
    [InlineData("输红细胞2U、血浆400ml、血小板1治疗量。", "Drug 红细胞, Drug 血浆, Drug 血小板")]
    [InlineData("红细胞2.1×10^12/L。", "Lab 红细胞2.1×10^12/L")]
    public void A_site_is_without_the_words_for_where_and_an_amount_makes_a_blood_product(string text, string expected) =>
        Assert.Equal(expected, string.Join(", ", Finder.Find(text).Select(fact => $"{fact.Category} {fact.Text}")));

    [Theory]
    [InlineData("WBC 12.3×10^9/L↑，Hb:98g/L。", "WBC|WBC 12.3×10^9/L↑", "Hb|Hb:98g/L")]
    [InlineData("T36.5℃ P80次/分 BP 120/80mmHg", "T|T36.5℃", "P|P80次/分", "BP|BP 120/80mmHg")]
    [InlineData("ＷＢＣ１１．６×１０＾９／Ｌ↑", "ＷＢＣ|ＷＢＣ１１．６×１０＾９／Ｌ↑")]
    [InlineData("乙型流感病毒抗原阴性(-)；大便隐血：阳性", "乙型流感病毒抗原|乙型流感病毒抗原阴性(-)", "大便隐血|大便隐血：阳性")]
    [InlineData("葡萄糖(GLU)\t12.46\tmmol/L\t↑\t3.9-6.1", "葡萄糖(GLU)|葡萄糖(GLU)\t12.46\tmmol/L\t↑")]
    public void A_value_goes_from_its_name_to_the_last_of_value_unit_and_flag(string text, params string[] expected) =>
        Assert.Equal(expected, Finder.Find(text).Where(fact => fact.Name is not null).Select(fact => $"{text[fact.Name!.Value.Start..fact.Name.Value.End]}|{fact.Text}"));

    [Theory]
    [InlineData("于3月5日在腰硬联合麻醉下行经尿道右侧输尿管镜下钬激光碎石取石术+右侧输尿管双J管置入术，术后恢复好。", "经尿道右侧输尿管镜下钬激光碎石取石术", "右侧输尿管双J管置入术")]
    [InlineData("全麻下行右侧额颞部硬膜下血肿清除及去骨瓣减压术。", "右侧额颞部硬膜下血肿清除及去骨瓣减压术")]
    public void What_stands_between_the_verb_and_the_end_of_an_operation_is_its_name(string text, params string[] expected) =>
        Assert.Equal(expected, Finder.Find(text).Where(fact => fact.Category == FactCategory.Procedure && !fact.Text.EndsWith("麻醉", StringComparison.Ordinal) && fact.Text != "全麻").Select(fact => fact.Text));

    [Theory]
    [InlineData("2023年10月复查CT示肝囊肿。", Assertion.Present)]
    [InlineData("术后第二天复查KUB：位置好。", Assertion.Present)]
    [InlineData("溶栓后24小时复查头颅CT无出血。", Assertion.Present)]
    [InlineData("2周后复查血常规。", Assertion.Hypothetical)]
    [InlineData("3个月后来院复查胸部CT。", Assertion.Hypothetical)]
    [InlineData("下周复查血常规。", Assertion.Hypothetical)]
    public void A_control_is_to_come_where_its_time_precedes_it_and_no_result_follows(string text, Assertion expected) =>
        Assert.Equal(expected, Finder.Find(text).First(fact => fact.Category == FactCategory.Test).Assertion);

    [Theory]
    [InlineData("房颤病史3年。", "房颤")]
    [InlineData("母亲有乙肝病史。", "乙肝")]
    public void The_word_for_a_history_is_no_part_of_a_disease(string text, string expected) => Assert.Equal(expected, Assert.Single(Finder.Find(text)).Text);

    [Theory]
    [InlineData("肝脏未见转移。", "转移")]
    [InlineData("考虑转移可能。", "转移")]
    [InlineData("腹痛转移至右下腹。", "")]
    public void A_spread_is_one_where_it_was_looked_for(string text, string expected) =>
        Assert.Equal(expected, string.Concat(Finder.Find(text).Where(fact => fact.Category == FactCategory.Disease).Select(fact => fact.Text)));

    [Theory]
    [InlineData("患高血压15年。")]
    [InlineData("输悬浮红细胞2U。")]
    [InlineData("头孢呋辛钠1.5g 静滴。")]
    [InlineData("住院号：P0098213")]
    public void A_number_that_is_no_result_makes_none(string text) => Assert.DoesNotContain(Finder.Find(text), fact => fact.Name is not null);

    [Fact]
    public void A_list_of_diagnoses_is_read_item_by_item()
    {
        const string Text = "出院诊断：1.急性脑梗死（右侧脑桥） 2.高血压病3级（极高危） 3.2型糖尿病\n4.肺部感染？\n";
        Assert.Equal(
            [("急性脑梗死（右侧脑桥）", Assertion.Present), ("高血压病3级（极高危）", Assertion.Present), ("2型糖尿病", Assertion.Present), ("肺部感染", Assertion.Uncertain)],
            Finder.Find(Text).Select(fact => (fact.Text, fact.Assertion)));
    }

    [Theory]
    [InlineData("腹部膨隆。", "body 腹部, symptom 膨隆")]
    [InlineData("伴腹痛、皮肤瘙痒。", "symptom 腹痛, symptom 皮肤瘙痒")]
    [InlineData("心肺(-)。", "body 心, body 肺")]
    [InlineData("空腹口服二甲双胍片。", "drug 二甲双胍片")]
    [InlineData("可见磨玻璃结节。", "symptom 磨玻璃结节")]
    [InlineData("面色苍白。", "symptom 面色苍白")]
    [InlineData("扁桃体Ⅱ°肿大。", "body 扁桃体, symptom 肿大")]
    [InlineData("心影增大。", "symptom 心影增大")]
    [InlineData("前列腺增生伴钙化。", "disease 前列腺增生伴钙化")]
    [InlineData("20%甘露醇静滴。", "drug 甘露醇")]
    [InlineData("肝素钠皮下注射。", "drug 肝素钠")]
    [InlineData("嘱多饮水。", "")]
    [InlineData("混合充血明显。", "symptom 混合充血")]
    [InlineData("印象：双侧上颌窦、筛窦炎。", "disease 双侧上颌窦、筛窦炎")]
    [InlineData("术中出血约60ml。", "")]
    [InlineData("予FOLFOX方案化疗。", "treatment FOLFOX方案化疗")]
    public void A_site_is_a_fact_of_its_own_but_for_fixed_words(string text, string expected) =>
        Assert.Equal(expected, string.Join(", ", Finder.Find(text).Select(fact => $"{fact.Category.ToString().ToLowerInvariant()} {fact.Text}")));

    [Fact]
    public void What_stands_in_a_span_is_what_stands_in_the_text_and_spans_do_not_overlap()
    {
        foreach (GoldNote note in GoldNote.All("zh"))
        {
            int end = 0;
            foreach (Fact fact in Finder.Find(note.Text))
            {
                string place = string.Create(CultureInfo.InvariantCulture, $"{note.File} at {fact.Start}");
                Assert.True(fact.Start >= end && fact.End > fact.Start, place);
                Assert.Equal(note.Text[fact.Start..fact.End], fact.Text);
                Assert.True(fact.Name is not { } name || (name.Start == fact.Start && name.End < fact.End), place);
                Assert.InRange(fact.Confidence, 0, 1);
                end = fact.End;
            }
        }
    }

    [Fact]
    public void Torn_and_hostile_text_is_read_to_its_end()
    {
        var random = new Random(20260301);
        string[] pieces = ["\uD840", "(", "[", "诊断：", "1.", "\n", "WBC", "12", "×10", "^", "无", "？", "。", " ", "\t", "腹", "痛", "高血压", "（", "-", "/", "\uDC00", "T", "如"];
        for (int round = 0; round < 300; round++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(60)).Select(_ => pieces[random.Next(pieces.Length)]));
            Assert.All(Finder.Find(text), fact => Assert.True(fact.End > fact.Start));
        }
    }
}
