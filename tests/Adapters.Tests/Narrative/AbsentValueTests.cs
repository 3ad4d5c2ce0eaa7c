using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Tests.Narrative;

/// <summary>A value that the note says to be missing is an Observation without a value, with the reason and the place; a value that is there, and a result in words, are none.</summary>
public class AbsentValueTests
{
    [Theory]
    [InlineData("WBC 待查", "WBC", "laboratory", "temp-unknown", "registered")]
    [InlineData("肌钙蛋白I：待回报", "肌钙蛋白I", "laboratory", "temp-unknown", "registered")]
    [InlineData("降钙素原结果未回。", "降钙素原", "laboratory", "temp-unknown", "registered")]
    [InlineData("血钾：标本溶血", "血钾", "laboratory", "error", "cancelled")]
    [InlineData("血小板(标本凝集)", "血小板", "laboratory", "error", "cancelled")]
    [InlineData("CRP 未查，", "CRP", "laboratory", "not-performed", "cancelled")]
    [InlineData("血糖 ****", "血糖", "laboratory", "unknown", "final")]
    [InlineData("T 测不出", "T", "vital-signs", "unknown", "final")]
    [InlineData("体温：拒测", "体温", "vital-signs", "not-performed", "cancelled")]
    [InlineData("未测体重。", "体重", "vital-signs", "not-performed", "cancelled")]
    [InlineData("体温：____℃", "体温", "vital-signs", "unknown", "final")]
    public void A_Chinese_note_says_why_there_is_no_value(string words, string name, string category, string reason, string status) =>
        Is(Observations(Notes.Head + "查体：一般情况可。\n辅助检查：" + words + "\n"), words, name, category, reason, status);

    [Theory]
    [InlineData("Troponin pending", "Troponin", "laboratory", "temp-unknown", "registered")]
    [InlineData("Potassium: hemolyzed", "Potassium", "laboratory", "error", "cancelled")]
    [InlineData("K hemolysed", "K", "laboratory", "error", "cancelled")]
    [InlineData("Lactate not done", "Lactate", "laboratory", "not-performed", "cancelled")]
    [InlineData("WBC: ****", "WBC", "laboratory", "unknown", "final")]
    [InlineData("Weight: not recorded", "Weight", "vital-signs", "unknown", "final")]
    [InlineData("Temp [**Numeric**]", "Temp", "vital-signs", "masked", "final")]
    public void An_English_note_says_why_there_is_no_value(string words, string name, string category, string reason, string status) =>
        Is(Observations("DISCHARGE SUMMARY\nPatient: Some Body   MRN: 1234\nDate: 2024-03-05\nPERTINENT RESULTS:\n" + words + "\n"), words, name, category, reason, status);

    [Theory]
    [InlineData("查体：BP 测不出，神志不清。\n")]
    [InlineData("查体：无法测量血压。\n")]
    public void A_blood_pressure_has_the_reason_in_both_components(string body) => Pressure(Notes.Head + body);

    [Theory]
    [InlineData("BP unobtainable, patient moribund")]
    [InlineData("Unable to obtain blood pressure")]
    public void An_English_blood_pressure_too(string line) => Pressure("DISCHARGE SUMMARY\nPatient: Some Body   MRN: 1234\nDate: 2024-03-05\nPHYSICAL EXAM: " + line + ".\n");

    [Theory]
    [InlineData("辅助检查：WBC 12.3×10^9/L，HBsAg 阴性。")]
    [InlineData("入院诊断：1.发热待查；2.溶血性贫血")]
    [InlineData("辅助检查：胆红素溶血性升高。")]
    [InlineData("现病史：如血糖测不出，请急诊就诊。")]
    [InlineData("家族史：父亲血压不详。")]
    public void What_has_a_value_or_is_none_of_the_patient_is_not_missing(string body) => Assert.DoesNotContain(Observations(Notes.Head + body + "\n"), IsAbsent);

    [Theory]
    [InlineData("Viral load undetectable. Weight declined by 5 kg.")]
    [InlineData("Insulin refused by the patient.")]
    [InlineData("Hemolyzed blood was seen in the basin.")]
    public void What_is_no_missing_value_is_none(string line) =>
        Assert.DoesNotContain(Observations("DISCHARGE SUMMARY\nPatient: Some Body   MRN: 1234\nDate: 2024-03-05\nHOSPITAL COURSE: " + line + "\n"), IsAbsent);

    private static void Pressure(string text)
    {
        DraftObject panel = Assert.Single(Observations(text), json => (string?)json["code"]!["coding"]?[0]?["code"] == "85354-9");
        Assert.Null(panel["dataAbsentReason"]);
        Assert.Equal(["8480-6", "8462-4"], panel["component"]!.AsArray().Select(part => (string?)part!["code"]!["coding"]![0]!["code"]));
        Assert.All(panel["component"]!.AsArray(), part => Assert.Equal("unknown", (string?)part!["dataAbsentReason"]!["coding"]![0]!["code"]));
        Assert.All(panel["component"]!.AsArray(), part => Assert.Null(part!["valueQuantity"]));
    }

    private static void Is(DraftObject[] observations, string words, string name, string category, string reason, string status)
    {
        DraftObject absent = Assert.Single(observations, IsAbsent);
        Assert.Equal(name, (string?)absent["code"]!["text"]);
        Assert.Equal(category, (string?)absent["category"]![0]!["coding"]![0]!["code"]);
        Assert.Equal(reason, (string?)absent["dataAbsentReason"]!["coding"]![0]!["code"]);
        Assert.Equal(status, (string?)absent["status"]);
        Assert.DoesNotContain(absent, pair => pair.Key.StartsWith("value", StringComparison.Ordinal));
        Assert.Contains((string?)absent["dataAbsentReason"]!["text"] ?? "", words, StringComparison.Ordinal);
    }

    private static bool IsAbsent(DraftObject json) => json["dataAbsentReason"] is not null || json["component"]?[0]?["dataAbsentReason"] is not null;

    private static DraftObject[] Observations(string text)
    {
        ConversionResult result = Notes.Convert(text);
        DraftObject[] observations = Notes.Of(result, "Observation");
        Valid.Bundle(result);
        return observations;
    }
}
