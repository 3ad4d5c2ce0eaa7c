using Consortium.Adapters.Elements;
using Consortium.Adapters.Narrative;

namespace Consortium.Adapters.Tests.Narrative;

/// <summary>Ranges of doses, frequencies and durations, and limits, become what FHIR R4 Dosage and Timing have for them; an amount of which more or less than its number is meant becomes no dose.</summary>
public class DoseRangeTests
{
    // dose | route-less frequency[-max]/period[-max]/unit | as needed | duration | limit
    [Theory]
    [InlineData("Oxycodone 5 mg PO q4-6h prn pain", "5 mg", "1/4-6/h", true, null, null)]
    [InlineData("Oxycodone 5 mg 1-2 tabs PO q4-6h prn pain", "1-2 tabs", "1/4-6/h", true, null, null)]
    [InlineData("Oxycodone 5 mg tablets, take 1-2 tablets by mouth every 4-6 hours as needed for pain", "1-2 tablets", "1/4-6/h", true, null, null)]
    [InlineData("Acetaminophen 325-650 mg PO q6h prn", "325-650 mg", "1/6/h", true, null, null)]
    [InlineData("Acetaminophen 500 mg-1000 mg PO every 4 to 6 hours prn", "500-1000 mg", "1/4-6/h", true, null, null)]
    [InlineData("Acetaminophen 325 mg Tablet Sig: 1-2 Tablets PO Q4-6H (every 4 to 6 hours) as needed for pain.", "1-2 Tablets", "1/4-6/h", true, null, null)]
    [InlineData("Acetaminophen 325 mg Tablet Sig: One (1) to Two (2) Tablets PO Q4-6H as needed.", "1-2 Tablets", "1/4-6/h", true, null, null)]
    [InlineData("Ibuprofen 400 mg PO every six to eight hours prn", "400 mg", "1/6-8/h", true, null, null)]
    [InlineData("Lorazepam 0.5 to 1 mg PO q8h prn anxiety", "0.5-1 mg", "1/8/h", true, null, null)]
    [InlineData("Lorazepam 1 or 2 tablets PO qhs prn", "1-2 tablets", "1/1/d/NIGHT", true, null, null)]
    [InlineData("Albuterol inhaler 2 puffs q4h-q6h prn wheezing", "2 puffs", "1/4-6/h", true, null, null)]
    [InlineData("Ondansetron 4 mg PO 8 hourly prn", "4 mg", "1/8/h", true, null, null)]
    [InlineData("Senna 8.6 mg PO once or twice daily", "8.6 mg", "1-2/1/d", false, null, null)]
    [InlineData("Docusate 100 mg PO 2-3 times daily", "100 mg", "2-3/1/d", false, null, null)]
    [InlineData("Docusate 100 mg PO bid-tid", "100 mg", "2-3/1/d", false, null, null)]
    [InlineData("Epoetin 4000 units SC 2-3x/week", "4000 units", "2-3/1/wk", false, null, null)]
    [InlineData("Methotrexate 10 mg PO every 7 to 10 days", "10 mg", "1/7-10/d", false, null, null)]
    [InlineData("Amoxicillin 500 mg PO tid x 7-10 days", "500 mg", "3/1/d", false, "7-10 d", null)]
    [InlineData("Acetaminophen 650 mg PO q6h prn, max 4 g/day", "650 mg", "1/6/h", true, null, "4 g/1 d")]
    [InlineData("Acetaminophen 650 mg PO q6h prn, not to exceed 3 g in 24 hours", "650 mg", "1/6/h", true, null, "3 g/24 h")]
    [InlineData("Loperamide 2 mg PO prn, up to 8 capsules per day", "2 mg", null, true, null, "8 capsules/1 d")]
    public void An_English_line_has_both_bounds(string line, string? dose, string? frequency, bool asNeeded, string? duration, string? limit) =>
        Is(Read(English, line), dose, frequency, asNeeded, duration, limit);

    [Theory]
    [InlineData("布洛芬片 每次1-2片 每4-6小时一次 口服 必要时", "1-2 片", "1/4-6/h", true, null, null)]
    [InlineData("布洛芬片，每次1～2片，每4～6小时1次，口服", "1-2 片", "1/4-6/h", false, null, null)]
    [InlineData("对乙酰氨基酚片 0.3-0.6g 口服 q4-6h prn", "0.3-0.6 g", "1/4-6/h", true, null, null)]
    [InlineData("对乙酰氨基酚片 0.5g～1g 口服 q6h prn", "0.5-1 g", "1/6/h", true, null, null)]
    [InlineData("对乙酰氨基酚片 每次1至2片 4-6小时一次 口服", "1-2 片", "1/4-6/h", false, null, null)]
    [InlineData("乳果糖口服溶液 10-15ml 口服 每日2-3次", "10-15 ml", "2-3/1/d", false, null, null)]
    [InlineData("乳果糖口服溶液 15ml 口服 1～2次/日", "15 ml", "1-2/1/d", false, null, null)]
    [InlineData("铝碳酸镁片 1g 口服 一日3至4次", "1 g", "3-4/1/d", false, null, null)]
    [InlineData("重组人促红素 3000IU 皮下注射 每周2-3次", "3000 IU", "2-3/1/wk", false, null, null)]
    [InlineData("维生素D滴剂 1粒 口服 每3天一次", "1 粒", "1/3/d", false, null, null)]
    [InlineData("阿仑膦酸钠片 70mg 口服 1次/2周", "70 mg", "1/2/wk", false, null, null)]
    [InlineData("硝苯地平片 10mg/次 口服 tid", "10 mg", "3/1/d", false, null, null)]
    [InlineData("阿莫西林胶囊 0.5g 口服 tid×5-7天", "0.5 g", "3/1/d", false, "5-7 d", null)]
    [InlineData("对乙酰氨基酚片 0.5g 口服 q6h 每日不超过2g", "0.5 g", "1/6/h", false, null, "2 g/1 d")]
    [InlineData("对乙酰氨基酚片 1片 口服 必要时 24小时内不超过4片", "1 片", null, true, null, "4 片/24 h")]
    public void A_Chinese_line_has_both_bounds(string line, string? dose, string? frequency, bool asNeeded, string? duration, string? limit) =>
        Is(Read(Notes.Head + "出院带药：\n1. ", line), dose, frequency, asNeeded, duration, limit);

    // Read as the number next to the unit, each of these would be a wrong dose.
    [Theory]
    [InlineData("美托洛尔片 每次1/2片 口服 bid")]
    [InlineData("美托洛尔片 1片半 口服 bid")]
    [InlineData("美托洛尔片 1½片 口服 bid")]
    [InlineData("门冬胰岛素注射液 12-10-8U 皮下注射 三餐前")]
    [InlineData("门冬胰岛素注射液 8-6-6u 皮下注射")]
    [InlineData("门冬胰岛素注射液 8u-6u-6u 三餐前")]
    [InlineData("多巴胺注射液 10mg/(kg·d) 静滴")]
    [InlineData("肝素注射液 500U/小时 静滴")]
    [InlineData("泼尼松片 40mg/d 口服")]
    [InlineData("泼尼松片 30mg 口服 每日 分2次")]
    [InlineData("氯吡格雷片 首剂4片 口服")]
    [InlineData("头孢克肟胶囊 100mg×2 口服 bid")]
    [InlineData("沙美特罗替卡松粉吸入剂 50-250μg 吸入 bid")]
    public void A_Chinese_amount_that_is_not_what_is_taken_at_once_is_no_dose(string line) => Assert.Null(Read(Notes.Head + "出院带药：\n1. ", line).Dose);

    [Theory]
    [InlineData("Metoprolol 25 mg, 1½ tabs PO bid")]
    [InlineData("Metoprolol ½ to 1 tab PO bid")]
    [InlineData("Metoprolol 1/2 to 1 tab PO bid")]
    [InlineData("Acetaminophen 325 mg 1-2 PO q4-6h prn")]
    [InlineData("Percocet 5-325 mg PO q6h prn")]
    [InlineData("Lisinopril-hydrochlorothiazide 10-12.5 mg PO daily")]
    [InlineData("Carbamazepine 400 mg daily in divided doses")]
    [InlineData("Insulin aspart 8-6-6 units SC with meals")]
    [InlineData("Methylprednisolone 40 mg/day IV")]
    [InlineData("Lorazepam up to 2 tablets PO q8h prn")]
    [InlineData("Gabapentin increase from 300 to 600 mg PO tid")]
    [InlineData("Tylenol 25 or 50 mg PO daily")]
    public void An_English_amount_that_is_not_what_is_taken_at_once_is_no_dose(string line) => Assert.Null(Read(English, line).Dose);

    [Theory]
    [InlineData("Acetaminophen 650 mg PO up to 4 times daily")]
    [InlineData("对乙酰氨基酚片 0.5g 口服 每日不超过4次")]
    public void The_most_times_a_day_are_no_frequency(string line)
    {
        DrugFact drug = Read(line[0] < 'z' ? English : Notes.Head + "出院带药：\n1. ", line);
        Assert.Null(drug.Frequency);
        Assert.Null(drug.Limit);
    }

    [Theory]
    [InlineData("Acetaminophen 650 mg PO q6-4h prn")]
    [InlineData("Docusate 100 mg PO 3-2 times daily")]
    [InlineData("Docusate 2-1 tabs PO daily")]
    [InlineData("Unheardofine 10-20 mg PO daily")]
    [InlineData("Docusate 100 mg PO 2 or 4 times daily")]
    public void Two_numbers_with_two_readings_are_refused(string line) =>
        Assert.Matches("two readings|two substances", Assert.Single(Notes.Read(English + line).Issues, issue => issue.Severity == Consortium.Fhir.IssueSeverity.Error).Diagnostics);

    [Theory]
    [InlineData("布洛芬片 每次2-1片 口服 tid")]
    [InlineData("布洛芬片 1片 口服 每6-4小时一次")]
    [InlineData("布洛芬片 1片 口服 每日3-2次")]
    public void Two_numbers_that_go_down_are_refused(string line)
    {
        var issue = Assert.Single(Notes.Errors($"出院带药：{line}"));
        Assert.Equal(3, issue.Line);
        Assert.Contains("two readings", issue.Diagnostics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("每2周减1片")]
    [InlineData("每3天复查血常规")]
    public void An_interval_of_something_else_is_no_frequency(string words) =>
        Assert.Null(Read(Notes.Head + "出院带药：\n1. ", "泼尼松片 6片 口服 " + words).Frequency);

    [Fact]
    public void In_FHIR_the_bounds_stand_where_Dosage_and_Timing_have_them()
    {
        ConversionResult result = Notes.Convert(Notes.Head + "出院带药：\n1. 布洛芬片 每次1-2片 每日2-3次 口服 连用3-5天 每日不超过6片\n2. 对乙酰氨基酚片 0.5g 口服 q4-6h");
        Valid.Bundle(result);
        DraftObject request = Assert.Single(Notes.Of(result, "MedicationRequest"), json => ((string?)json["medicationCodeableConcept"]!["text"])!.StartsWith("布洛芬", StringComparison.Ordinal));
        DraftNode dosage = request["dosageInstruction"]![0]!;
        DraftNode repeat = dosage["timing"]!["repeat"]!;
        Assert.Equal(("2", "3", "1", "d"), (Json(repeat["frequency"]), Json(repeat["frequencyMax"]), Json(repeat["period"]), (string?)repeat["periodUnit"]));
        Assert.Equal(("3", "5"), (Json(repeat["boundsRange"]!["low"]!["value"]), Json(repeat["boundsRange"]!["high"]!["value"])));
        DraftNode range = dosage["doseAndRate"]![0]!["doseRange"]!;
        Assert.Equal(("1", "2"), (Json(range["low"]!["value"]), Json(range["high"]!["value"])));
        Assert.Equal(("6", "片", "1", "d"), (Json(dosage["maxDosePerPeriod"]!["numerator"]!["value"]), (string?)dosage["maxDosePerPeriod"]!["numerator"]!["unit"], Json(dosage["maxDosePerPeriod"]!["denominator"]!["value"]), (string?)dosage["maxDosePerPeriod"]!["denominator"]!["code"]));
        Assert.Null(dosage["doseAndRate"]![0]!["doseQuantity"]);
    }

    private const string English = "DISCHARGE SUMMARY\nPatient: Some Body   MRN: 1234\nDate: 2024-03-05\nDISCHARGE MEDICATIONS:\n";

    private static string Json(DraftNode? node) => node!.ToJsonString();

    private static DrugFact Read(string head, string line)
    {
        NoteReading reading = Notes.Read(head + line + "\n");
        Assert.False(reading.IsRefused, string.Join('\n', reading.Issues.Select(issue => issue.Diagnostics)));
        return Assert.Single(reading.Facts.OfType<DrugFact>());
    }

    private static void Is(DrugFact drug, string? dose, string? frequency, bool asNeeded, string? duration, string? limit)
    {
        Assert.Equal(dose, drug.Dose is null ? null : $"{drug.Dose.Digits}{(drug.DoseHigh is null ? "" : "-" + drug.DoseHigh.Digits)} {drug.DoseUnit}");
        Assert.Equal(frequency, drug.Frequency?.Extra);
        Assert.Equal(asNeeded, drug.AsNeeded);
        Assert.Equal(duration, drug.Duration is null ? null : $"{drug.Duration.Digits}{(drug.DurationHigh is null ? "" : "-" + drug.DurationHigh.Digits)} {drug.DurationUnit}");
        Assert.Equal(limit, drug.Limit is null ? null : $"{drug.Limit.Number.Digits} {drug.Limit.Unit}/{drug.Limit.Period} {drug.Limit.PeriodUnit}");
    }
}
