using System.Globalization;
using System.Text.RegularExpressions;
using Consortium.Adapters.Chinese;

namespace Consortium.Adapters.Narrative;

/// <summary>
/// Reads vital signs: <c>T 36.5℃ P 80次/分 R 20次/分 BP 120/80mmHg</c>. A number without its unit is no measurement and stays text;
/// one that no living body has is a slip of the pen and is refused.
/// </summary>
internal sealed partial class VitalSignReader(NoteText note, AssertionCues cues, NoteIssues issues)
{
    private sealed record VitalSign(string Loinc, string Display, string Ucum, decimal Least, decimal Most);

    private static readonly Dictionary<string, VitalSign> ByName = DataTable.BuiltIn("vital-signs.tsv", 6)
        .SelectMany(row => row.Cells[0].Split('|').Select(name => (Name: name, Row: row)))
        .ToDictionary(
            pair => pair.Name,
            pair => new VitalSign(pair.Row.Cells[1], pair.Row.Cells[2], pair.Row.Cells[3], Limit(pair.Row.Cells[4]), Limit(pair.Row.Cells[5])),
            StringComparer.Ordinal);

    private static readonly TermTable<(string Name, VitalSign Sign)> Automaton = new(ByName.Select(pair => KeyValuePair.Create(pair.Key, (pair.Key, pair.Value))));

    /// <summary>The vital signs of a section.</summary>
    public IEnumerable<VitalFact> Read(NoteSection section)
    {
        string text = note.Folded;
        int end = section.Body.End;
        foreach (Match pressure in BloodPressure().EnumerateAll(text, section.Body.Start, end))
        {
            if (ReadPressure(pressure, end) is { } fact) yield return fact;
        }

        foreach (TermMatch<(string Name, VitalSign Sign)> match in Automaton.FindLongest(text.AsSpan(section.Body.Start, section.Body.Length)))
        {
            int start = section.Body.Start + match.Start, nameEnd = start + match.Length;
            if (char.IsAsciiLetter(text[start]) && ((start > 0 && IsWord(text[start - 1])) || (nameEnd < text.Length && IsWord(text[nameEnd]) && !char.IsAsciiDigit(text[nameEnd])))) continue;
            Match value = Value().Match(text, nameEnd, end - nameEnd);
            if (value.Success && ReadValue(match.Value.Sign, new TextSpan(start, nameEnd), value, end) is { } fact) yield return fact;
        }
    }

    private VitalFact? ReadPressure(Match match, int end)
    {
        var name = new TextSpan(match.Groups["name"].Index, match.Groups["name"].Index + match.Groups["name"].Length);
        if (char.IsAsciiLetter(note.Folded[name.Start]) && name.Start > 0 && IsWord(note.Folded[name.Start - 1])) return null;
        NoteNumber systolic = Number(match.Groups["s"]), diastolic = Number(match.Groups["d"]);
        int at = match.Index + match.Length;
        (int Length, string Ucum)? unit = UnitAt(at, end, out int unitStart);
        if (unit is not { Ucum: "mm[Hg]" or "kPa" } found)
        {
            issues.Warning(systolic.Span.Start, "incomplete", "a blood pressure without mmHg or kPa stays text: the unit is not assumed.");
            return null;
        }

        int stop = unitStart + found.Length;
        if (ContinuesAsRange(at)) return null;
        decimal scale = found.Ucum == "kPa" ? 7.5m : 1m;
        decimal high = Limit(systolic.Digits) * scale, low = Limit(diastolic.Digits) * scale;
        if (high <= low || high is < 30 or > 350 || low > 250)
        {
            issues.Error(systolic.Span.Start, "value", "no blood pressure is like this (systolic above diastolic, within 30 to 350 mmHg): a slip of the pen.");
            return null;
        }

        var span = new TextSpan(name.Start, stop);
        return new VitalFact(span, cues.OfMeasurement(span), "0.98", "Blood pressure panel with all children optional", systolic, diastolic, note[new TextSpan(unitStart, stop)], found.Ucum, NoteDates.Before(note, name.Start))
        {
            Code = "85354-9",
            NameSpan = name,
        };
    }

    private VitalFact? ReadValue(VitalSign sign, TextSpan name, Match value, int end)
    {
        NoteNumber number = Number(value.Groups["n"]);
        int at = number.Span.End;
        if (ContinuesAsRange(at)) return null;
        (int Length, string Ucum)? unit = UnitAt(at, end, out int unitStart);
        if (unit is null)
        {
            if (name.Length > 1) issues.Warning(number.Span.Start, "incomplete", "a vital sign without its unit stays text: the unit is not assumed.");
            return null;
        }

        if (unit.Value.Ucum != sign.Ucum) return null;
        if (!Digits().IsMatch(number.Digits))
        {
            issues.Error(number.Span.Start, "value", "the number cannot be read: digits with one decimal point are wanted.");
            return null;
        }

        decimal size = Limit(number.Digits);
        if (size < sign.Least || size > sign.Most)
        {
            issues.Error(number.Span.Start, "value", $"the value lies outside of what a body can have ({sign.Least.ToString(CultureInfo.InvariantCulture)} to {sign.Most.ToString(CultureInfo.InvariantCulture)} {sign.Ucum}): a slip of the pen.");
            return null;
        }

        var span = new TextSpan(name.Start, unitStart + unit.Value.Length);
        return new VitalFact(span, cues.OfMeasurement(span), "0.98", sign.Display, number, null, note[new TextSpan(unitStart, span.End)], sign.Ucum, NoteDates.Before(note, name.Start))
        {
            Code = sign.Loinc,
            NameSpan = name,
        };
    }

    private (int Length, string Ucum)? UnitAt(int at, int end, out int start)
    {
        start = at;
        while (start < end && note.Folded[start] == ' ') start++;
        return start < end ? Units.BuiltIn.Match(note.Folded, start) : null;
    }

    private bool ContinuesAsRange(int at)
    {
        string text = note.Folded;
        while (at < text.Length && text[at] == ' ') at++;
        return at + 1 < text.Length && text[at] is '-' or '~' && char.IsAsciiDigit(text[at + 1]);
    }

    private static NoteNumber Number(Group group) => new(new TextSpan(group.Index, group.Index + group.Length), group.Value);

    private static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c);

    private static decimal Limit(string digits) =>
        decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value) ? value : decimal.MaxValue;

    [GeneratedRegex(@"(?<name>血压|BP|Bp|bp) {0,3}(?::|为|=)? {0,3}(?<s>[1-9][0-9]{0,2}(?:\.[0-9])?) ?/ ?(?<d>[1-9][0-9]{0,2}(?:\.[0-9])?)(?![0-9.])", RegexOptions.CultureInvariant)]
    private static partial Regex BloodPressure();

    [GeneratedRegex(@"\G {0,3}(?::|为|=)? {0,3}(?<n>[0-9]+(?:\.[0-9]+)*)", RegexOptions.CultureInvariant)]
    private static partial Regex Value();

    [GeneratedRegex("^" + LaboratoryResult.NumberPattern + "$", RegexOptions.CultureInvariant)]
    private static partial Regex Digits();
}
