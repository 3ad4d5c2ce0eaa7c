using System.Text.RegularExpressions;
using Consortium.Adapters.Chinese;

namespace Consortium.Adapters.Narrative;

/// <summary>
/// Reads laboratory results from running text and from small tables: name, number, unit, arrow, reference range, in the orders in which notes have them.
/// </summary>
internal sealed partial class LaboratoryReader(NoteText note, AssertionCues cues, NoteIssues issues)
{
    private static readonly TermTable<(string Name, LaboratoryTest Test)> Automaton = new(LaboratoryTests.BuiltIn.ByName
        .Select(pair => KeyValuePair.Create(pair.Key.ToUpperInvariant(), (pair.Key, pair.Value))));

    private readonly SpecimenContext _specimens = new(note);

    /// <summary>The results of a section.</summary>
    public IEnumerable<LaboratoryFact> Read(NoteSection section)
    {
        List<TextSpan> taken = [];
        foreach (TermMatch<(string Name, LaboratoryTest Test)> match in Automaton.FindLongest(note.Upper.AsSpan(section.Body.Start, section.Body.Length)))
        {
            var name = new TextSpan(section.Body.Start + match.Start, section.Body.Start + match.End);
            if (!IsWholeName(name, match.Value.Name)) continue;
            if (Known(name, match.Value.Name, match.Value.Test, section.Body.End, taken) is { } fact)
            {
                taken.Add(fact.Span);
                yield return fact;
            }
        }

        if (section.Heading.Kind != "tests") yield break;
        int next = 0;
        taken.Sort(static (a, b) => a.Start.CompareTo(b.Start));
        foreach (Match row in Unknown().EnumerateAll(note.Folded, section.Body.Start, section.Body.End))
        {
            var whole = new TextSpan(row.Index, row.Index + row.Length);
            while (next < taken.Count && taken[next].End <= whole.Start) next++;
            if (next < taken.Count && taken[next].Overlaps(whole)) continue;
            if (UnknownTest(row, section.Body.End) is { } fact) yield return fact;
        }
    }

    private LaboratoryFact? Known(TextSpan name, string term, LaboratoryTest test, int end, List<TextSpan> taken)
    {
        string text = note.Folded;
        Match lead = Lead().Match(text, name.End, end - name.End);
        int at = name.End + lead.Length;
        if (taken.Count > 0 && taken[^1].Overlaps(name)) return null;
        if (test.UcumUnits.Count == 0 && Words(name, term, test, at, end) is { } words) return words;

        LaboratoryValue? value = LaboratoryValue.ReadAt(note, at, end);
        if (value is null) return null;
        if (value.IsDate || value.IsRange) return null;
        if (!value.IsNumber)
        {
            issues.Error(value.Number.Span.Start, "value", "a laboratory number that cannot be read: digits with one decimal point are wanted (1,200 and 12.3.4 have more than one reading).");
            return null;
        }

        if (value.Ucum is null && !(test.IsUnitless && !value.HasUnreadableUnit))
        {
            if (value.HasUnreadableUnit) issues.Error(value.Number.Span.End, "value", "the unit of this laboratory number cannot be read. Correct it, or add its written form to the table of units.");
            else issues.Warning(value.Number.Span.Start, "incomplete", "a laboratory number without a unit stays text: the unit is not assumed.");
            return null;
        }

        if (value.Ucum is { } found && !test.UcumUnits.Contains(found) && !found.Contains('/', StringComparison.Ordinal))
        {
            issues.Warning(value.Number.Span.End, "code-invalid", "this unit is none in which the test is measured; the value stays text.");
            return null;
        }

        bool glued = IsGlued(name, out int runStart);
        TextSpan shown = glued ? new TextSpan(runStart, name.End) : name;
        string? loinc = glued ? null : test.CodeFor(term, value.Ucum, _specimens.At(name.Start));
        var span = new TextSpan(shown.Start, value.End);
        return Fact(span, shown, value, loinc is null ? "0.85" : "0.97") with { Assertion = cues.OfMeasurement(new TextSpan(name.Start, value.End)), Code = loinc, Display = loinc is null ? null : test.Display };
    }

    private LaboratoryFact? UnknownTest(Match row, int end)
    {
        Group name = row.Groups["name"];
        LaboratoryValue? value = LaboratoryValue.ReadAt(note, row.Groups["v"].Index, end);
        if (value is not { IsNumber: true, Ucum: { } ucum, IsDate: false, IsRange: false }) return null;

        // Only what looks like a laboratory's row: a concentration, or an arrow or a reference range beside the number. 输液500ml is none.
        if (!(ucum.Contains('/', StringComparison.Ordinal) && ucum != "/min") && value.Flag is null && value.Range is null) return null;
        var shown = new TextSpan(name.Index, name.Index + name.Length);
        return Fact(new TextSpan(shown.Start, value.End), shown, value, "0.7");
    }

    private LaboratoryFact Fact(TextSpan span, TextSpan name, LaboratoryValue value, string confidence) =>
        new(span, cues.OfMeasurement(span), confidence, note[name], null)
        {
            NameSpan = name,
            Number = value.Number,
            Comparator = value.Comparator,
            Unit = value.UnitText,
            Ucum = value.Ucum,
            Flag = value.Flag,
            FlagText = value.FlagText,
            Range = value.Range,
            Date = NoteDates.Before(note, name.Start),
        };

    private LaboratoryFact? Words(TextSpan name, string term, LaboratoryTest test, int at, int end)
    {
        Match words = ResultWord().Match(note.Folded, at, end - at);
        if (!words.Success || ResultWords.Find(words.Groups["w"].Value) is not { } word || IsGlued(name, out _)) return null;
        Group written = words.Groups["w"];
        string? loinc = test.CodeFor(term, null, _specimens.At(name.Start));
        var span = new TextSpan(name.Start, written.Index + written.Length);
        return new LaboratoryFact(span, cues.Of(span), loinc is null ? "0.85" : "0.95", note[name], loinc is null ? null : test.Display)
        {
            Code = loinc,
            NameSpan = name,
            Words = note[new TextSpan(written.Index, written.Index + written.Length)],
            Word = word,
            Date = NoteDates.Before(note, name.Start),
        };
    }

    // Latin names stand alone: K is not found in CK. Short ones are matched with their case: Ca is calcium, CA an antigen.
    private bool IsWholeName(TextSpan name, string term)
    {
        string text = note.Folded;
        if (term.Length <= 3 && text[name.Start..name.End] != term) return false;
        bool latinStart = char.IsAsciiLetter(text[name.Start]), latinEnd = char.IsAsciiLetterOrDigit(text[name.End - 1]);
        if (latinStart && name.Start > 0 && (char.IsAsciiLetterOrDigit(text[name.Start - 1]) || text[name.Start - 1] is '-' or '/' or '.')) return false;
        return !(latinEnd && name.End < text.Length && (char.IsAsciiLetter(text[name.End]) || (text[name.End] is '-' or '/' && name.End + 1 < text.Length && char.IsAsciiLetter(text[name.End + 1]))));
    }

    // 脑脊液白细胞, 抗核抗体…: a Chinese word glued in front makes another test of it; its own name is the whole run and it gets no code.
    private bool IsGlued(TextSpan name, out int runStart)
    {
        string text = note.Folded;
        runStart = name.Start;
        if (char.IsAsciiLetter(text[name.Start])) return false;
        while (runStart > 0 && name.Start - runStart < 12 && text[runStart - 1] is >= '\u3400' and <= '\u9FFF') runStart--;
        if (runStart == name.Start) return false;
        Match intro = Introduction().Match(text, runStart, name.Start - runStart);
        if (intro.Success)
        {
            runStart = name.Start;
            return false;
        }

        return true;
    }

    // 血常规示白细胞, 复查血钾: words that introduce a result and are no part of its name.
    [GeneratedRegex(@"(?:示|提示|患者|入院|出院|门诊|外院|院外|急诊|我院|行|查|复查|急查|测|监测|为|及|和|与|见|中|常规|生化|功能|电解质|血脂|凝血|检查|检验|化验|回报|结果|其中|增高|升高|降低|其|仍|后|前|日|时)$", RegexOptions.CultureInvariant)]
    private static partial Regex Introduction();

    [GeneratedRegex(@"\G(?:计数|测定|水平|浓度|含量|定量|定性|值|检测)? {0,3}(?:\([A-Za-z][A-Za-z0-9#%\-]{0,11}\))? {0,8}(?:[:=|]|为|是|示|达|升至|降至|高达|回报){0,2}[ |]{0,24}", RegexOptions.CultureInvariant)]
    private static partial Regex Lead();

    [GeneratedRegex(@"\G(?<w>弱阳性|强阳性|阳性|阴性|未检出|检出|可疑|\((?:\+{1,4}|-|±)\)|[1-4]\+|\+[1-4]|\+{1,4}|±|-)(?![0-9A-Za-z+])", RegexOptions.CultureInvariant)]
    private static partial Regex ResultWord();

    [GeneratedRegex(@"(?<![\u3400-\u9FFFA-Za-z0-9])(?<name>[\u3400-\u9FFFA-Za-zαβγ](?:[\u3400-\u9FFFA-Za-z0-9αβγ%#/\-]{0,19}[\u3400-\u9FFFA-Za-z0-9%#)])?) {0,3}[:= |] {0,24}\|? {0,24}(?<v>[↑↓]?(?:<=|>=|[<>≤≥])? ?[0-9])", RegexOptions.CultureInvariant)]
    private static partial Regex Unknown();
}
