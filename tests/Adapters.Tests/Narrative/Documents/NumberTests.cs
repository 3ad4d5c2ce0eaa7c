using System.Globalization;
using System.Text;
using Consortium.Adapters.Chinese;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Tests.Narrative.Facts;

namespace Consortium.Adapters.Tests.Narrative.Documents;

/// <summary>Nothing numeric is ever altered: every number of every resource of a fact stands, digit by digit, in the evidence that the resource cites.</summary>
public class NumberTests
{
    // How often in how long is what a word such as tid means; it has no digits of its own.
    private static readonly string[] Coded = ["frequency", "frequencyMax", "period", "periodMax"];

    [Theory]
    [InlineData("zh")]
    [InlineData("en")]
    public void Every_number_of_the_gold_notes_stands_in_its_evidence(string language)
    {
        int numbers = GoldNote.All(language).Sum(note => Check(note.Text, GoldDocuments.Convert(note)));
        Assert.InRange(numbers, 500, int.MaxValue);
    }

    [Fact]
    public void Every_number_of_random_Chinese_notes_stands_in_its_evidence()
    {
        var random = new Random(20261122);
        int numbers = 0;
        for (int round = 0; round < 300; round++)
        {
            string text = $"入院记录\n姓名：某某 性别：男 年龄：{random.Next(20, 90)}岁 住院号：{random.Next(1000, 9999)}\n现病史：{random.Next(1, 9)}天前出现发热，体温最高{Number(random, 36, 41)}℃，服布洛芬{Number(random, 1, 9)}g bid。\n"
                + $"查体：T {Number(random, 36, 41)}℃ P {random.Next(50, 150)}次/分 BP {random.Next(100, 200)}/{random.Next(40, 90)}mmHg\n"
                + $"辅助检查：WBC {Number(random, 1, 30)}×10^9/L↑（{Number(random, 1, 3)}-{Number(random, 4, 9)}），CRP >{Number(random, 1, 200)}mg/L，抗核抗体 1:{random.Next(10, 999)}，HBV-DNA {Number(random, 1, 9)}×10^5IU/ml，INR {Number(random, 1, 4)}\n"
                + $"出院带药：1. 某某片 {Number(random, 1, 500)}mg 口服 tid×{random.Next(1, 30)}天\n";
            numbers += Check(text, GoldDocuments.Convert(text));
        }

        Assert.InRange(numbers, 2400, int.MaxValue);
    }

    [Fact]
    public void Every_number_of_random_English_notes_stands_in_its_evidence()
    {
        var random = new Random(20261123);
        int numbers = 0;
        for (int round = 0; round < 300; round++)
        {
            string text = $"DISCHARGE SUMMARY\nPatient: Some Body   MRN: {random.Next(1000, 9999)}\nHISTORY OF PRESENT ILLNESS: Fever for {random.Next(2, 9)} days, took ibuprofen {random.Next(100, 900)} mg PO BID.\n"
                + $"PHYSICAL EXAM: T {Number(random, 36, 41)} C, HR {random.Next(50, 150)} bpm, BP {random.Next(100, 200)}/{random.Next(40, 90)} mmHg, RR {random.Next(10, 40)}\n"
                + $"LABS: WBC {Number(random, 1, 30)} K/uL (H), creatinine {Number(random, 1, 9)} mg/dL, Na {random.Next(120, 150)}, CRP <{Number(random, 1, 200)} mg/L, ANA 1:{random.Next(10, 999)}\n"
                + $"DISCHARGE MEDICATIONS:\n1. Lisinopril {Number(random, 1, 50)} mg PO daily\n2. Amoxicillin {random.Next(100, 900)} mg PO TID for {random.Next(1, 30)} days\n";
            numbers += Check(text, GoldDocuments.Convert(text));
        }

        Assert.InRange(numbers, 2400, int.MaxValue);
    }

    private static string Number(Random random, int least, int most) =>
        random.Next(3) switch
        {
            0 => random.Next(least, most).ToString(CultureInfo.InvariantCulture),
            1 => string.Create(CultureInfo.InvariantCulture, $"{random.Next(least, most)}.{random.Next(0, 99):D2}"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{random.Next(least, most)}.{random.Next(0, 9)}0"),
        };

    private static int Check(string text, ConversionResult result)
    {
        int numbers = 0;
        foreach (ResourceDraft draft in result.Resources)
        {
            string[] evidence = [.. ExpectedResources.Evidence(draft.Json).Select(place => Folding.Fold(text.Substring(place.Start, place.Length)))];
            if (evidence.Length == 0) continue;
            foreach (string number in Numbers(draft.Json))
            {
                numbers++;
                Assert.True(Array.Exists(evidence, words => HasNumber(words, number)), $"{draft.ResourceType}: {number} does not stand in what it cites.");
            }
        }

        return numbers;
    }

    private static bool HasNumber(string words, string number)
    {
        for (int at = words.IndexOf(number, StringComparison.Ordinal); at >= 0; at = words.IndexOf(number, at + 1, StringComparison.Ordinal))
        {
            int end = at + number.Length;
            // SpO289%: the digit of a name that touches the number.
            bool name = at > 1 && char.IsAsciiDigit(words[at - 1]) && char.IsAsciiLetter(words[at - 2]);
            bool goesOn = (at > 0 && char.IsAsciiDigit(words[at - 1]) && !name) || (end < words.Length && char.IsAsciiDigit(words[end])) || (end + 1 < words.Length && words[end] == '.' && char.IsAsciiDigit(words[end + 1]));
            if (!goesOn) return true;
        }

        return false;
    }

    // JSON numbers, but not those of the evidence itself and of coded timings.
    private static IEnumerable<string> Numbers(DraftNode node)
    {
        if (node is DraftArray array)
        {
            foreach (DraftNode? item in array)
            {
                foreach (string number in item is null ? [] : Numbers(item)) yield return number;
            }
        }
        else if (node is DraftObject element)
        {
            foreach ((string name, DraftNode? value) in element)
            {
                if (value is null || name is "extension" || Coded.Contains(name)) continue;

                // The day of "max 4 g a day" has no digit.
                foreach (string number in Numbers(name == "maxDosePerPeriod" ? value["numerator"]! : value)) yield return number;
            }
        }
        else
        {
            string json = node.ToJsonString();
            if (json.Length > 0 && (char.IsAsciiDigit(json[0]) || json[0] == '-')) yield return json;
        }
    }
}
