using System.Globalization;
using System.Text.RegularExpressions;
using Consortium.Adapters.Chinese;
using Consortium.Adapters.Narrative.Facts;
using Consortium.Adapters.Narrative.Lexicon;

namespace Consortium.Adapters.Narrative;

/// <summary>
/// Reads the value of each laboratory result and vital sign that was found: number, comparator, unit, flag and reference range. Digits are never altered.
/// A number without a unit stays text in Chinese notes, where units are written; English notes often leave them out, and there the value is kept as it is written.
/// </summary>
internal sealed partial class MeasurementReader(NoteText note, MeasurementCues cues, NoteIssues issues)
{
    private static readonly TermTable<string> Names = new(LaboratoryTests.BuiltIn.ByName.Where(pair => Scripts.HasHan(pair.Key) && pair.Key.Length > 1).Select(pair => KeyValuePair.Create(pair.Key, pair.Key)));

    private readonly SpecimenContext _specimens = new(note);

    /// <summary>The results of a section whose names were found by nobody: 血肌酐↑ 188 μmol/L, rows of tables with bars.</summary>
    /// <param name="body">The section.</param>
    /// <param name="drafts">What was found.</param>
    public IEnumerable<LaboratoryFact> Unfound(TextSpan body, FactDrafts drafts)
    {
        foreach (TermMatch<string> match in Names.FindLongest(note.Folded.AsSpan(body.Start, body.Length)))
        {
            var name = new TextSpan(body.Start + match.Start, body.Start + match.End);
            // 脑脊液白细胞: a word in front makes another test of it.
            if (name.Start > body.Start && Scripts.IsHan(note.Folded[name.Start - 1])) continue;
            int found = drafts.FirstAt(name.End);
            if (found > 0 && drafts.All[found - 1].Span.End > name.Start) continue;
            if (Named(new FactDraft(name, FactCategory.Test, Assertion.Present, 0.85)) is { } fact) yield return fact;
        }
    }

    /// <summary>
    /// The measurement of a fact; null where it stays text. A name of the lexicon whose value could not be told as one is looked at too:
    /// a damaged number or unit behind it must not be passed over.
    /// </summary>
    public NarrativeFact? Read(in FactDraft draft)
    {
        if (draft.Category == FactCategory.Test)
        {
            bool measured = draft.Entry?.Category is LexiconCategory.Lab || LaboratoryTests.BuiltIn.Find(note.Folded[draft.Span.Start..draft.Span.End]) is not null;
            return measured ? Named(draft) : null;
        }

        if (draft.Name is not { } name || draft.Category is not (FactCategory.Lab or FactCategory.Vital)) return null;
        if (note.Folded.AsSpan(draft.Span.End).TrimStart(' ') is var further && (further.StartsWith("->") || further.StartsWith("→")) && further[1..].TrimStart("> ") is [>= '0' and <= '9', ..])
        {
            issues.Information(draft.Span.Start, "informational", "of values with arrows between only the first has a name; the others stay text.");
        }

        Match lead = Lead().Match(note.Folded, name.End, draft.Span.End - name.End);
        int at = name.End + lead.Length;
        int end = LineEnd(name.End);
        Assertion assertion = draft.Assertion is Assertion.Hypothetical or Assertion.Historical or Assertion.Other ? draft.Assertion : cues.Of(draft.Span);
        string loinc = draft.Category == FactCategory.Vital && draft.Entry?.Code is { } code ? code : "";
        if (loinc == VitalSignTable.BloodPressure) return Pressure(draft, name, at, end, assertion);
        // 2+ is a result in words, not a number.
        if (draft.Category == FactCategory.Lab && ResultWords.Find(note.Folded[Math.Min(at, draft.Span.End)..draft.Span.End]) is not null) return InWords(draft, name, at, assertion);
        LaboratoryValue? value = LaboratoryValue.ReadAt(note, at, end);
        if (value is null) return draft.Category == FactCategory.Lab ? InWords(draft, name, at, assertion) : null;
        if (value.IsDate) return null;
        if (value.IsRange || value.Number.Span.End > draft.Span.End + 1) return null;
        return draft.Category == FactCategory.Vital ? Vital(draft, name, value, loinc, assertion) : Laboratory(draft, name, value, assertion);
    }

    // 血肌酐↑ 188 μmol/L, | 白细胞 | 12.3 |, 血糖 6.8mmo1/L: the value begins where a name ends.
    private LaboratoryFact? Named(in FactDraft draft)
    {
        int end = LineEnd(draft.Span.End);
        Match lead = Lead().Match(note.Folded, draft.Span.End, end - draft.Span.End);
        LaboratoryValue? value = LaboratoryValue.ReadAt(note, draft.Span.End + lead.Length, end);
        // 血钾 -2.1: a stroke before the number of a plain name is no sign; what may be under nought is a measurement already.
        if (value?.Number.Digits.StartsWith('-') == true) return null;
        if (value is null or { IsDate: true } or { IsRange: true } || (value.Ucum is null && !value.HasUnreadableUnit && !value.HasPower)) return null;
        return Laboratory(draft, draft.Span, value, cues.Of(draft.Span));
    }

    private VitalFact? Pressure(in FactDraft draft, TextSpan name, int at, int end, Assertion assertion)
    {
        Match match = TwoPressures().Match(note.Folded, at, end - at);
        if (!match.Success) return null;
        NoteNumber high = Number(match.Groups["s"]), low = Number(match.Groups["d"]);
        int unitAt = Behind(match.Index + match.Length, end);
        (int Length, string Ucum)? unit = unitAt < end ? Units.Notes.Match(note.Folded, unitAt) : null;
        if (ContinuesAsRange(match.Index + match.Length)) return null;
        bool known = unit is { Ucum: "mm[Hg]" or "kPa" };
        if (!known && note.HasHan)
        {
            issues.Warning(high.Span.Start, "incomplete", "a blood pressure without mmHg or kPa stays text: the unit is not assumed.");
            return null;
        }

        decimal scale = unit?.Ucum == "kPa" ? 7.5m : 1m;
        decimal systolic = Size(high.Digits) * scale, diastolic = Size(low.Digits) * scale;
        if (systolic <= diastolic || systolic is < 30 or > 350 || diastolic > 250)
        {
            issues.Error(high.Span.Start, "value", "no blood pressure is like this (systolic above diastolic, within 30 to 350 mmHg): a slip of the pen.");
            return null;
        }

        var span = new TextSpan(name.Start, known ? unitAt + unit!.Value.Length : low.Span.End);
        return Made(draft, name, span, "Blood pressure panel with all children optional", high, low, known ? note[new TextSpan(unitAt, span.End)] : null, known ? unit!.Value.Ucum : null, assertion)
            with { Code = known ? VitalSignTable.BloodPressure : null };
    }

    private VitalFact? Vital(in FactDraft draft, TextSpan name, LaboratoryValue value, string loinc, Assertion assertion)
    {
        if (!value.IsNumber) return null;
        var span = new TextSpan(name.Start, value.UnitEnd);
        if (value.Ucum is null)
        {
            if (note.HasHan)
            {
                if (name.Length > 1) issues.Warning(value.Number.Span.Start, "incomplete", "a vital sign without its unit stays text: the unit is not assumed.");
                return null;
            }

            return value.HasUnreadableUnit ? null : Made(draft, name, span, draft.Entry?.Display ?? note[name], value.Number, null, null, null, assertion);
        }

        if (!VitalSignTable.Has(loinc)) return Made(draft, name, span, note[name], value.Number, null, value.UnitText, value.Ucum, assertion);
        if (VitalSignTable.Find(loinc, value.Ucum) is not { } sign)
        {
            issues.Warning(value.Number.Span.End, "code-invalid", "this unit is none in which the vital sign is measured; the value stays text.");
            return null;
        }

        decimal size = Size(value.Number.Digits);
        if (size < sign.Least || size > sign.Most)
        {
            issues.Error(value.Number.Span.Start, "value", $"the value lies outside of what a body can have ({sign.Least.ToString(CultureInfo.InvariantCulture)} to {sign.Most.ToString(CultureInfo.InvariantCulture)} {sign.Ucum}): a slip of the pen.");
            return null;
        }

        return Made(draft, name, span, sign.Display, value.Number, null, value.UnitText, value.Ucum, assertion) with { Code = sign.Loinc };
    }

    private VitalFact Made(in FactDraft draft, TextSpan name, TextSpan span, string display, NoteNumber first, NoteNumber? second, string? unit, string? ucum, Assertion assertion) =>
        new(span, assertion, unit is null ? "0.8" : "0.98", display, first, second, unit, ucum, NoteDates.Before(note, name.Start)) { NameSpan = name, Entry = draft.Entry };

    private LaboratoryFact? Laboratory(in FactDraft draft, TextSpan name, LaboratoryValue value, Assertion assertion)
    {
        bool chinese = note.HasHan;
        // A number with two points is refused by DamagedNumbers, which looks at all of them.
        if (!value.IsNumber) return null;

        if (value.HasPower)
        {
            var whole = new TextSpan(value.ValueStart, value.End);
            return new LaboratoryFact(new TextSpan(name.Start, value.End), assertion, "0.85", NameOf(name), null) { Entry = draft.Entry, NameSpan = name, Words = note[whole], Date = NoteDates.Before(note, name.Start) };
        }

        string written = Folding.Fold(note[name]).Trim();
        LaboratoryTest? test = LaboratoryTests.BuiltIn.Find(Bare(written), value.Ucum);
        if (value.Ucum is null && value.HasUnreadableUnit)
        {
            if (chinese) issues.Error(value.Number.Span.End, "value", "the unit of this laboratory number cannot be read. Correct it, or add its written form to the table of units.");
            else issues.Warning(value.Number.Span.End, "value", "the unit of this laboratory number cannot be read; the value stays text.");
            return null;
        }

        if (value.Ucum is null && value.Denominator is null && chinese && test is not { IsUnitless: true })
        {
            issues.Warning(value.Number.Span.Start, "incomplete", "a laboratory number without a unit stays text: the unit is not assumed.");
            return null;
        }

        if (value.Ucum is { } found && test is not null && !test.UcumUnits.Contains(found) && !found.Contains('/', StringComparison.Ordinal))
        {
            issues.Warning(value.Number.Span.End, "code-invalid", "this unit is none in which the test is measured; the value stays text.");
            return null;
        }

        string? loinc = test?.CodeFor(Bare(written), value.Ucum, _specimens.At(name.Start));
        var span = new TextSpan(Math.Min(name.Start, draft.Span.Start), value.End);
        return new LaboratoryFact(span, assertion, loinc is null ? "0.85" : "0.97", NameOf(name), loinc is null ? null : test!.Display)
        {
            Code = loinc,
            Entry = draft.Entry,
            NameSpan = name,
            Number = value.Number,
            Denominator = value.Denominator,
            Comparator = value.Comparator,
            Unit = value.UnitText,
            Ucum = value.Ucum,
            Flag = value.Flag,
            FlagText = value.FlagText,
            Range = value.Range,
            Date = NoteDates.Before(note, name.Start),
        };
    }

    private LaboratoryFact? InWords(in FactDraft draft, TextSpan name, int at, Assertion assertion)
    {
        TextSpan words = note.Trim(new TextSpan(Math.Min(at, draft.Span.End), draft.Span.End));
        if (words.Length == 0 || ResultWords.Find(note.Folded[words.Start..words.End]) is not { } word) return null;
        string written = Bare(Folding.Fold(note[name]).Trim());
        LaboratoryTest? test = LaboratoryTests.BuiltIn.Find(written, null);
        string? loinc = test?.CodeFor(written, null, _specimens.At(name.Start));
        return new LaboratoryFact(new TextSpan(name.Start, words.End), assertion, loinc is null ? "0.85" : "0.95", NameOf(name), loinc is null ? null : test!.Display)
        {
            Code = loinc,
            Entry = draft.Entry,
            NameSpan = name,
            Words = note[words],
            Word = word,
            Date = NoteDates.Before(note, name.Start),
        };
    }

    // 白细胞计数(WBC): the bracket says the same again.
    private string NameOf(TextSpan name)
    {
        int open = note.Folded.AsSpan(name.Start, name.Length).IndexOf('(');
        bool alias = open > 1 && note.Folded[name.End - 1] == ')' && !Scripts.HasHan(note.Folded.AsSpan(name.Start + open, name.Length - open));
        return note[alias ? note.Trim(name with { End = name.Start + open }) : name];
    }

    // 白细胞(WBC), 白细胞计数: the table has either name.
    private static string Bare(string name)
    {
        int open = name.IndexOf('(', StringComparison.Ordinal);
        return open > 0 && LaboratoryTests.BuiltIn.Find(name) is null ? name[..open].Trim() : name;
    }

    private int LineEnd(int at)
    {
        int end = note.Folded.IndexOf('\n', at);
        return end < 0 ? note.Folded.Length : end;
    }

    private int Behind(int at, int end)
    {
        while (at < end && note.Folded[at] == ' ') at++;
        return at;
    }

    private bool ContinuesAsRange(int at)
    {
        string text = note.Folded;
        while (at < text.Length && text[at] == ' ') at++;
        return at + 1 < text.Length && text[at] is '-' or '~' && char.IsAsciiDigit(text[at + 1]);
    }

    private static NoteNumber Number(Group group) => new(new TextSpan(group.Index, group.Index + group.Length), group.Value);

    private static decimal Size(string digits) =>
        decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value) ? value : decimal.MaxValue;

    // From a name to its value: 计数(WBC): 为 升至, was, of, is; the bars and gaps of tables.
    [GeneratedRegex(@"\G(?:计数|测定|水平|浓度|含量|定量|定性|值|检测)? {0,3}(?:\([A-Za-z][A-Za-z0-9#%\-]{0,11}\))? {0,8}(?:[:=|]|-(?! ?[0-9.])|为|是|示|达|约|升至|降至|高达|最高|最低|回报|was|is|of|at|to|rose|fell|level){0,3}(?: (?:was|is|of|at|to|up|down|level|count)){0,3}[ :=|]{0,24}", RegexOptions.CultureInvariant)]
    private static partial Regex Lead();

    [GeneratedRegex(@"\G(?:约|最高|达|at|of|was|is| )*(?<s>[1-9][0-9]{0,2}(?:\.[0-9])?) ?/ ?(?<d>[1-9][0-9]{0,2}(?:\.[0-9])?)(?![0-9.])", RegexOptions.CultureInvariant)]
    private static partial Regex TwoPressures();
}
