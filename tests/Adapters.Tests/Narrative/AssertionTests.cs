using Consortium.Adapters.Narrative;

namespace Consortium.Adapters.Tests.Narrative;

/// <summary>Denied, suspected, past, conditional and other people's findings: none of them becomes a present fact.</summary>
public class AssertionTests
{
    [Theory]
    [InlineData("无高血压。", "高血压", "Negated")]
    [InlineData("否认高血压、糖尿病、冠心病病史。", "冠心病", "Negated")]
    [InlineData("否认有糖尿病史。", "糖尿病", "Negated")]
    [InlineData("未见肺结核。", "肺结核", "Negated")]
    [InlineData("暂不能排除肺炎。", "肺炎", "Uncertain")]
    [InlineData("不除外肺炎。", "肺炎", "Uncertain")]
    [InlineData("考虑肺炎可能。", "肺炎", "Uncertain")]
    [InlineData("肺炎待排。", "肺炎", "Uncertain")]
    [InlineData("无明显诱因出现发热。", "发热", "Present")]
    [InlineData("无胸闷，但有发热。", "发热", "Present")]
    [InlineData("无咳嗽，有发热。", "发热", "Present")]
    [InlineData("双下肢无力，伴发热。", "发热", "Present")]
    [InlineData("无发热、胸痛。", "胸痛", "Negated")]
    [InlineData("父亲患高血压。", "高血压", "Other")]
    [InlineData("如出现发热，及时就诊。", "发热", "Hypothetical")]
    [InlineData("曾患肺炎。", "肺炎", "Historical")]
    [InlineData("肺炎已治愈。否认高血压。", "肺炎", "Present")]
    [InlineData("体格检查如下：发热。", "发热", "Present")]
    public void A_mention_is_asserted_as_its_sentence_says(string sentence, string term, string assertion)
    {
        NoteReading reading = Notes.Read($"{Notes.Head}诊疗经过：{sentence}");
        NarrativeFact fact = Assert.Single(reading.Facts, fact => reading.Text[fact.Span] == term);
        Assert.Equal(assertion, fact.Assertion.ToString());
    }

    [Fact]
    public void Diseases_mentioned_in_the_text_are_provisional_refuted_or_the_relatives_and_never_confirmed()
    {
        ConversionResult result = Notes.Convert($"{Notes.Head}诊疗经过：考虑肺炎，无高血压，父亲患糖尿病，发热。");
        Assert.Equal(
            ["肺炎 provisional", "高血压 refuted"],
            Notes.Of(result, "Condition").Select(condition => $"{(string?)condition["code"]!["text"]} {(string?)condition["verificationStatus"]!["coding"]![0]!["code"]}"));
        var relative = Assert.Single(Notes.Of(result, "FamilyMemberHistory"));
        Assert.Equal("FTH", (string?)relative["relationship"]!["coding"]![0]!["code"]);
        Assert.Equal("糖尿病", (string?)relative["condition"]![0]!["code"]!["text"]);
    }

    [Theory]
    [InlineData("肺炎", "confirmed", "J18.9")]
    [InlineData("肺炎？", "provisional", "J18.9")]
    [InlineData("肺炎待查", "provisional", "J18.9")]
    [InlineData("肺炎（待排）", "provisional", "J18.9")]
    [InlineData("疑似肺炎", "provisional", "J18.9")]
    [InlineData("发热待查", "provisional", "R50.9")]
    [InlineData("排除肺炎", "refuted", null)]
    [InlineData("肺炎已排除", "refuted", null)]
    [InlineData("无糖尿病", "refuted", null)]
    [InlineData("非小细胞肺癌", "confirmed", "C34.9")]
    [InlineData("非酒精性脂肪性肝病", "confirmed", "K76.0")]
    [InlineData("胆囊切除术后", "confirmed", null)]
    [InlineData("肺炎 重症", "confirmed", null)]
    public void A_listed_diagnosis_has_the_verification_that_its_words_give(string diagnosis, string verification, string? icd10)
    {
        var condition = Assert.Single(Notes.Of(Notes.Convert($"{Notes.Head}出院诊断：{diagnosis}\n"), "Condition"));
        Assert.Equal(verification, (string?)condition["verificationStatus"]!["coding"]![0]!["code"]);
        Assert.Equal(icd10, (string?)condition["code"]!["coding"]?[0]!["code"]);
        Assert.Equal(diagnosis, (string?)condition["code"]!["text"]);
    }

    [Theory]
    [InlineData("1.肺炎2.高血压病3.2型糖尿病", new[] { "肺炎", "高血压病", "2型糖尿病" })]
    [InlineData("1、肺炎\n2、高血压病", new[] { "肺炎", "高血压病" })]
    [InlineData("（1）肺炎；（2）高血压病。", new[] { "肺炎", "高血压病" })]
    [InlineData("①肺炎 ②高血压病", new[] { "肺炎", "高血压病" })]
    [InlineData("高血压、2型糖尿病、冠心病", new[] { "高血压", "2型糖尿病", "冠心病" })]
    [InlineData("胃、十二指肠溃疡", new[] { "胃、十二指肠溃疡" })]
    [InlineData("一、肺炎\n二、高血压病3级", new[] { "肺炎", "高血压病3级" })]
    [InlineData("右肺结节，大小约1.2cm", new[] { "右肺结节，大小约1.2cm" })]
    [InlineData("同入院诊断", new string[0])]
    public void A_list_of_diagnoses_is_split_at_its_numbers_only(string list, string[] items)
    {
        NoteReading reading = Notes.Read($"{Notes.Head}出院诊断：{list}\n");
        Assert.Equal(items, reading.Facts.OfType<DiagnosisFact>().Select(fact => reading.Text[fact.Span]));
    }

    [Theory]
    [InlineData("出院情况：如血糖>11.1mmol/L，及时就诊。")]
    [InlineData("诊疗经过：空腹血糖控制在 6.5mmol/L。")]
    [InlineData("诊疗经过：若体温 38.5℃，口服退热药。")]
    [InlineData("出院医嘱：体温超过38.5℃时就诊，血糖 7.0mmol/L为目标。")]
    [InlineData("家族史：母亲血糖 12.0mmol/L。")]
    [InlineData("诊疗经过：其母血糖 12.0mmol/L。")]
    public void A_number_that_is_a_condition_a_target_or_somebody_elses_is_no_observation(string body) =>
        Assert.Empty(Notes.Of(Notes.Convert(Notes.Head + body), "Observation"));

    [Fact]
    public void A_denied_symptom_in_front_of_a_measurement_does_not_deny_the_measurement() =>
        Assert.Equal(2, Notes.Of(Notes.Convert(Notes.Head + "出院情况：无发热，T 36.5℃，考虑感染，WBC 9.8×10^9/L。"), "Observation").Count(observation => observation["valueQuantity"] is not null));

    [Theory]
    [InlineData("过敏史：无", "Negated", "")]
    [InlineData("过敏史：否认药物过敏史", "Negated", "药物")]
    [InlineData("既往史：否认青霉素过敏。", "Negated", "青霉素")]
    [InlineData("既往史：无食物过敏史。", "Negated", "食物")]
    [InlineData("既往史：对青霉素过敏。", "Present", "青霉素")]
    [InlineData("既往史：有磺胺类药物过敏史。", "Present", "磺胺类药物")]
    [InlineData("既往史：对对乙酰氨基酚过敏。", "Present", "对乙酰氨基酚")]
    [InlineData("过敏史：青霉素（皮疹）", "Present", "青霉素")]
    public void Allergies_and_their_denials_are_told_apart(string body, string assertion, string substance)
    {
        AllergyFact fact = Assert.Single(Notes.Facts(body).OfType<AllergyFact>());
        Assert.Equal(assertion, fact.Assertion.ToString());
        Assert.Equal(substance, fact.Substance);
    }

    [Theory]
    [InlineData("诊疗经过：予抗过敏治疗。")]
    [InlineData("出院诊断：过敏性鼻炎")]
    [InlineData("诊疗经过：无过敏反应。")]
    [InlineData("过敏史：不详")]
    public void What_only_contains_the_word_is_no_allergy(string body) => Assert.Empty(Notes.Facts(body).OfType<AllergyFact>());

    [Fact]
    public void An_allergy_and_a_denial_of_all_drug_allergies_go_to_a_person_and_a_denial_of_the_others_does_not()
    {
        Assert.Contains(Notes.Errors("既往史：青霉素过敏。\n过敏史：否认药物过敏史。"), issue => issue.Code == "conflict");
        Assert.Empty(Notes.Errors("过敏史：对青霉素过敏，否认其他药物过敏史。"));
        Assert.Empty(Notes.Errors("过敏史：对海鲜过敏，否认药物过敏史。"));
    }
}
