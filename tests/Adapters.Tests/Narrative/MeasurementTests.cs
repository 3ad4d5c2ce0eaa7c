using Consortium.Adapters.Narrative;

namespace Consortium.Adapters.Tests.Narrative;

/// <summary>Vital signs and laboratory values in the ways in which notes write them.</summary>
public class MeasurementTests
{
    [Theory]
    [InlineData("T：36.5℃，P：80次/分，R：20次/分，BP：120/80mmHg", "8310-5=36.5 8867-4=80 9279-1=20 85354-9=120/80")]
    [InlineData("体温36.5℃脉搏80次／分呼吸20次／分血压120／80mmHg", "8310-5=36.5 8867-4=80 9279-1=20 85354-9=120/80")]
    [InlineData("Ｔ３６．５℃ ＢＰ １２０／８０ ｍｍＨｇ", "8310-5=36.5 85354-9=120/80")]
    [InlineData("HR 76bpm SpO2 98% 血压 16.0/10.5kPa", "8867-4=76 59408-5=98 85354-9=16.0/10.5")]
    [InlineData("T 36.50℃", "8310-5=36.50")]
    [InlineData("体重 65kg 身高 1.70m", "29463-7=65")]
    [InlineData("PT 12.1s TP 65g/L", "")]
    [InlineData("体温波动于36.5-38.0℃", "")]
    [InlineData("T 36.5-37.2℃", "")]
    public void Vital_signs_are_read(string text, string expected)
    {
        NoteReading reading = Notes.Read($"{Notes.Head}查体：{text}\n");
        Assert.Equal(expected, string.Join(' ', reading.Facts.OfType<VitalFact>().Select(fact => $"{fact.Code}={fact.First.Digits}{(fact.Second is null ? "" : "/" + fact.Second.Digits)}")));
    }

    [Theory]
    [InlineData("T 365℃")]
    [InlineData("BP 80/120mmHg")]
    [InlineData("BP 1200/80mmHg 脉搏 800次/分")]
    [InlineData("T 36.5.2℃")]
    public void A_vital_sign_that_no_body_has_is_refused(string text) => Assert.NotEmpty(Notes.Errors($"查体：{text}"));

    [Theory]
    [InlineData("BP 120/80")]
    [InlineData("体温 36.5，神清")]
    [InlineData("血糖 6.8，余正常")]
    public void A_number_without_unit_stays_text_with_a_warning(string text)
    {
        ConversionResult result = Notes.Convert($"{Notes.Head}查体：{text}");
        Assert.Empty(Notes.Of(result, "Observation"));
        Assert.Contains(result.Issues, issue => issue.Severity == Fhir.IssueSeverity.Warning && issue.Line == 3);
    }

    [Theory]
    [InlineData("WBC 12.3×10^9/L↑", "WBC|26464-8|12.3|10*9/L|H|")]
    [InlineData("WBC：12.3*10^9/L", "WBC|26464-8|12.3|10*9/L||")]
    [InlineData("白细胞计数（WBC）12.30×10⁹/L", "白细胞计数|26464-8|12.30|10*9/L||")]
    [InlineData("白细胞 12.3×109/L（参考值3.5-9.5×109/L）", "白细胞|26464-8|12.3|10*9/L||3.5-9.5×109/L")]
    [InlineData("血红蛋白132g/L", "血红蛋白|718-7|132|g/L||")]
    [InlineData("空腹血糖 6.8 mmol/L", "空腹血糖|14771-0|6.8|mmol/L||")]
    [InlineData("血常规示白细胞11.2×10^9/L", "白细胞|26464-8|11.2|10*9/L||")]
    [InlineData("K 4.1mmol/L，Na 140mmol/L", "K||4.1|mmol/L||;Na||140|mmol/L||")]
    [InlineData("电解质：K 4.1mmol/L", "K|2823-3|4.1|mmol/L||")]
    [InlineData("CK-MB 14U/L", "CK-MB|32673-6|14|U/L||")]
    [InlineData("INR 1.05", "INR|6301-6|1.05|||")]
    [InlineData("hs-CRP >10.0mg/L（↑）", "hs-CRP|30522-7|10.0|mg/L|H|")]
    [InlineData("脑脊液：葡萄糖 2.5mmol/L", "葡萄糖||2.5|mmol/L||")]
    [InlineData("脑脊液白细胞 10×10^6/L", "脑脊液白细胞||10|10*6/L||")]
    [InlineData("葡萄糖 6.8mmol/L", "葡萄糖||6.8|mmol/L||")]
    [InlineData("血肌酐↑ 188 μmol/L(41～73)", "血肌酐|14682-9|188|umol/L|H|41～73")]
    [InlineData("血肌酐 188 μmol/L(41～73)", "血肌酐|14682-9|188|umol/L||41～73")]
    [InlineData("复查白细胞 2026-11-06 回报", "")]
    [InlineData("血糖 7.0-10.0mmol/L", "")]
    [InlineData("白细胞不高，血红蛋白正常", "")]
    [InlineData("糖类抗原199  35.2 U/mL  0-37", "糖类抗原199||35.2|U/mL||0-37")]
    [InlineData("| 白细胞 | 12.3 | 10^9/L | 3.5-9.5 | ↑ |", "白细胞|26464-8|12.3|10*9/L|H|3.5-9.5")]
    [InlineData("腹部彩超：胆囊 60mm，输液 500ml", "")]
    [InlineData("D-二聚体 0.8mg/L", "D-二聚体||0.8|mg/L||")]
    [InlineData("剩余碱 -2.1mmol/L", "剩余碱||-2.1|mmol/L||")]
    [InlineData("血钾 -2.1mmol/L", "")]
    public void Laboratory_values_are_read(string text, string expected)
    {
        NoteReading reading = Notes.Read($"{Notes.Head}辅助检查：{text}\n");
        Assert.False(reading.IsRefused);
        Assert.Equal(expected, string.Join(';', reading.Facts.OfType<LaboratoryFact>().Select(fact => $"{fact.Name}|{fact.Code}|{fact.Number!.Digits}|{fact.Ucum}|{fact.Flag}|{fact.Range?.Text}")));
    }

    [Theory]
    [InlineData("WBC 12.3×10^/L")]
    [InlineData("WBC 12.3×10^?/L")]
    [InlineData("血糖 6.8mmo1/L")]
    [InlineData("血糖 6.8m□ol/L")]
    [InlineData("血糖 6.8?")]
    [InlineData("PLT 1,200×10^9/L")]
    [InlineData("血钾 4.1.0mmol/L")]
    public void A_laboratory_number_or_unit_that_cannot_be_read_is_refused_with_its_place(string text)
    {
        var issue = Assert.Single(Notes.Errors($"辅助检查：{text}"));
        Assert.Equal(3, issue.Line);
        Assert.NotNull(issue.Column);
    }

    [Theory]
    [InlineData("HBsAg（+）", "LA6576-8")]
    [InlineData("HBsAg 阴性", "LA6577-6")]
    [InlineData("乙肝表面抗原：阳性", "LA6576-8")]
    public void Qualitative_results_are_read(string text, string answer) =>
        Assert.Equal(answer, Assert.Single(Notes.Facts($"辅助检查：{text}").OfType<LaboratoryFact>()).Word!.Answer);

    [Fact]
    public void Every_number_in_the_output_stands_in_its_evidence_character_by_character()
    {
        var random = new Random(20261122);
        for (int round = 0; round < 300; round++)
        {
            string number = random.Next(3) switch
            {
                0 => random.Next(1, 999).ToString(System.Globalization.CultureInfo.InvariantCulture),
                1 => $"{random.Next(0, 99)}.{random.Next(0, 99):D2}",
                _ => $"{random.Next(1, 99)}.{random.Next(0, 9)}0",
            };
            string text = $"{Notes.Head}辅助检查：WBC {number}×10^9/L↑（{number}-{number}），血钾{number}mmol/L。\n出院带药：\n1. 某某片 {number}mg 口服 tid×7天\n";
            NoteReading reading = Notes.Read(text);
            ConversionResult result = Notes.Convert(text);
            Assert.Equal(2, Notes.Of(result, "Observation").Length);
            foreach (NoteNumber read in reading.Facts.SelectMany(Numbers))
            {
                Assert.Equal(read.Digits, text[read.Span.Start..read.Span.End]);
            }

            Assert.All(Notes.Of(result, "Observation"), observation => Assert.Equal(number, observation["valueQuantity"]!["value"]!.ToJsonString()));
            Assert.Equal(number, Notes.Of(result, "MedicationRequest").Single()["dosageInstruction"]![0]!["doseAndRate"]![0]!["doseQuantity"]!["value"]!.ToJsonString());
        }
    }

    private static IEnumerable<NoteNumber> Numbers(NarrativeFact fact) => ((NoteNumber?[])(fact switch
    {
        VitalFact vital => [vital.First, vital.Second],
        LaboratoryFact laboratory => [laboratory.Number],
        DrugFact drug => [drug.Dose, drug.DoseHigh, drug.Duration],
        _ => [],
    })).OfType<NoteNumber>();
}
