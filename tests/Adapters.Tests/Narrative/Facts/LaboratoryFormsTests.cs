using Consortium.Adapters.Narrative.Facts;

namespace Consortium.Adapters.Tests.Narrative.Facts;

/// <summary>The ways in which Chinese reports and notes write a laboratory value: any name with any separator, value, unit, flag and range.</summary>
public sealed class LaboratoryFormsTests
{
    private static readonly FactFinder Finder = FactFinder.ForSite();

    private static readonly string[] Names =
        ("白细胞 白细胞计数 WBC 血红蛋白 Hb PLT 血小板计数 中性粒细胞百分比 N% CRP 超敏C反应蛋白 ALT 谷丙转氨酶 总胆红素 肌酐 Cr 尿素氮 BUN 血钾 K+ Na+ 血糖 空腹血糖 糖化血红蛋白 HbA1c D-二聚体 PT APTT INR BNP NT-proBNP 肌钙蛋白I "
        + "cTnI CEA CA19-9 CA125 AFP TSH FT3 PaO2 PCO2 pH HCO3- SaO2 乳酸 降钙素原 PCT 血沉 ESR 淀粉酶 尿酸 甘油三酯 LDL-C 白蛋白 IgG 铁蛋白 25-羟维生素D 白细胞(WBC) 丙氨酸氨基转移酶（ALT） 肌酐(Cr) C-反应蛋白(CRP) β-HCG 24小时尿蛋白定量 IL-6 CD4+ CK-MB").Split(' ');

    private static readonly string[] Separators = [" ", ":", "：", "为", "=", ": ", "\t", "   ", "约", "达", " 为", "升至", "示", "："];

    private static readonly string[] Values =
        ("12.3 0.05 3 120 98.0 0.85 <0.5 ＜0.01 >1000 ≤5 ≥200 3.5-4.2 3.0~3.5 12.3×10^9/L 12.3×10^9 12.3*10^9/L 12.3x10^9/L 12.3X10^9/L 12.3×10~9/L 12.3*10~9/L 12.3×10⁹/L 12.3×10E9/L 12.3×109/L 12.3*10*9/L 12.3×10的9次方/L 1.2E+05IU/ml 12.3G/L 12.3g/L "
        + "88umol/L 88μmol/L 88µmol/L 60mmHg 85.2% 85.2％ 0.45L/L 3.5mmol/L 3.5mmoL/L 3.5MMOL/L 12.3ng/ml 12.3ng/ML 1200pg/ml 12.3s 12.3秒 35.6U/ml 48IU/L 65u/l 0.45mIU/L 45mm/h 45mm/1h 45mm/小时 12.3mg/dl 1.2mg/L 12.3ug/L 12.3µg/mL 6.5pmol/L 45ml/min/1.73m2 45ml/min·1.73m2 "
        + "45ml/(min·1.73m2) 15/HP 3-5/HP 8个/HP 15个/ul 300mOsm/kg 32.5pg 91.9fl 3.5g/24h 5.6AU/ml 2.3S/CO 12.3×10^12/L 2.3kPa 12.3μIU/ml 1.2mEq/L").Split(' ').Concat(["12.3 g/L", "12.3 ×10^9/L", "85.2 %", "35.6 U/mL", "12.3 10^9/L", "88 umol/L"]).ToArray();

    private static readonly string[] Flags = ["", "", "", "↑", "↓", " ↑", " ↓", "↑↑", "(↑)", "（↓）", "(H)"];
    private static readonly string[] Behind = ["。", "，", "；", "、血氧", "(参考值 44-133)", "（参考范围：120-160）", " 3.5-9.5", "\t3.5-9.5", "[3.5-9.5]", "\n", "  参考值：3.5~9.5", "，较前升高。", "，余正常。"];
    private static readonly string[] Before = ["", "查", "血常规：", "复查", "1、", "2. ", "化验示", "入院查", "急查", "，", "我院", "生化：", "- ", "①", "提示"];

    [Fact]
    public void A_value_is_read_whole_whatever_stands_around_it()
    {
        var random = new Random(20261123);
        List<string> wrong = [];
        for (int round = 0; round < 3000; round++)
        {
            string name = Of(Names), separator = Of(Separators), value = Of(Values) + Of(Flags);
            string opening = "患者入院后检查。\n" + Of(Before);
            string text = opening + name + separator + value + Of(Behind);
            int start = opening.Length, end = start + name.Length + separator.Length + value.Length;
            if (!Finder.Find(text).Any(fact => fact.Start == start && fact.End == end && fact.Name == (start, start + name.Length))) wrong.Add(text);
        }

        Assert.Empty(wrong);

        string Of(string[] choices) => choices[random.Next(choices.Length)];
    }

    [Theory]
    [InlineData("抗核抗体 1:160阳性，ANA(+)1:320，抗核抗体阳性(1:100)", "抗核抗体 1:160阳性", "ANA(+)1:320", "抗核抗体阳性(1:100)")]
    [InlineData("血型：A型，Rh(D)阳性", "血型：A型", "Rh(D)阳性")]
    [InlineData("尿常规：PRO 2+，BLD（+++），GLU -，KET(-)，WBC 30-40/HP，尿糖：阴性", "PRO 2+", "BLD（+++）", "GLU -", "KET(-)", "WBC 30-40/HP", "尿糖：阴性")]
    [InlineData("血气：PH7.32，PaCO262mmHg，SpO288%", "PH7.32", "PaCO262mmHg", "SpO288%")]
    [InlineData("血气：BE -3.2mmol/L，HCO3- 28mmol/L", "BE -3.2mmol/L", "HCO3- 28mmol/L")]
    [InlineData("血常规：N 85.2%，L:10.3%↓", "N 85.2%", "L:10.3%↓")]
    [InlineData("查TBIL/DBIL 35.6/12.3umol/L", "TBIL/DBIL 35.6/12.3umol/L")]
    [InlineData("白蛋白由28g/L升至35g/L", "白蛋白由28g/L")]
    [InlineData("查汉坦病毒IgM抗体阳性", "汉坦病毒IgM抗体阳性")]
    [InlineData("电解质：P 1.2mmol/L，生命体征：P 80次/分", "P 1.2mmol/L", "P 80次/分")]
    public void Rarer_forms_are_read_whole(string text, params string[] expected) =>
        Assert.Equal(expected, Finder.Find("患者：\n" + text).Where(fact => fact.Name is not null).Select(fact => fact.Text));

    [Theory]
    [InlineData("血糖 06:00")]
    [InlineData("白细胞 2026-03-04")]
    [InlineData("血红蛋白3天后复查")]
    [InlineData("免疫组化：ER（-），P63（-），Ki-67（30%+）")]
    [InlineData("PaO256")]
    public void A_time_a_date_and_a_stain_are_no_values(string text) => Assert.DoesNotContain(Finder.Find("患者：\n" + text), fact => fact.Name is not null);

    [Theory]
    [InlineData("P 1.2mmol/L", FactCategory.Lab)]
    [InlineData("P 80次/分", FactCategory.Vital)]
    [InlineData("T 3.5ng/ml", FactCategory.Lab)]
    [InlineData("T 36.5℃", FactCategory.Vital)]
    public void A_letter_is_a_vital_sign_only_with_its_unit(string text, FactCategory expected) => Assert.Equal(expected, Assert.Single(Finder.Find("患者：\n" + text)).Category);
}
