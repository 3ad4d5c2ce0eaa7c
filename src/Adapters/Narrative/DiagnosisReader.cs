using System.Text.RegularExpressions;
using Consortium.Adapters.Chinese;

namespace Consortium.Adapters.Narrative;

/// <summary>
/// Reads diagnosis lists (numbered, inline or by line) and mentions of known diagnoses elsewhere. An item is one diagnosis, in its own words;
/// a code is given only where the whole item is a term of the lexicon.
/// </summary>
internal sealed partial class DiagnosisReader(NoteText note, AssertionCues cues)
{
    private static readonly Dictionary<string, (string? Code, string? Display)> Lexicon = DataTable.BuiltIn("diagnoses.tsv", 3)
        .ToDictionary(row => Folding.Fold(row.Cells[0]), row => (row[1], row[2]), StringComparer.Ordinal);

    private static readonly TermTable<string> Automaton = new(Lexicon.Keys.Select(term => KeyValuePair.Create(term, term)));

    /// <summary>The diagnoses of a list.</summary>
    public IEnumerable<DiagnosisFact> List(NoteSection section, DiagnosisRole role)
    {
        int rank = 0;
        foreach (TextSpan item in Items(section.Body))
        {
            foreach (TextSpan part in SplitKnown(item))
            {
                if (Read(part, role, rank + 1) is not { } fact) continue;
                rank++;
                yield return fact;
            }
        }
    }

    /// <summary>Known diagnoses mentioned in a section of running text; facts only, no Condition is made of them.</summary>
    public IEnumerable<DiagnosisFact> Mentions(NoteSection section)
    {
        foreach (TermMatch<string> match in Automaton.FindLongest(note.Folded.AsSpan(section.Body.Start, section.Body.Length)))
        {
            var span = new TextSpan(section.Body.Start + match.Start, section.Body.Start + match.End);
            Assertion assertion = section.Heading.Kind == "family-history" ? Assertion.Other : cues.Of(span);
            if (section.Heading.Kind == "past-history" && assertion == Assertion.Present) assertion = Assertion.Historical;
            (string? code, string? display) = Lexicon[match.Value];
            yield return new DiagnosisFact(span, assertion, "0.8", DiagnosisRole.Mention, 0, display) { Code = code };
        }
    }

    private DiagnosisFact? Read(TextSpan item, DiagnosisRole role, int rank)
    {
        string folded = note.Folded[item.Start..item.End];
        if (NoDiagnosis().IsMatch(folded)) return null;
        TextSpan[] doubts = [.. cues.Inside(item, "uncertain")];
        TextSpan[] denials = [.. cues.Inside(item, "negation")];
        Assertion assertion = Assertion.Present;
        if (doubts.Length > 0) assertion = Assertion.Uncertain;
        else if (denials.Any(denial => denial.Start == item.Start || note.Folded[denial.Start..denial.End] is "排除" or "除外" or "已排除")) assertion = Assertion.Negated;

        string core = folded;
        if (assertion == Assertion.Uncertain)
        {
            core = Doubt().Replace(core, "");
        }

        (string? Code, string? Display) entry = default;
        string confidence = assertion == Assertion.Present ? "0.95" : "0.9";
        if (assertion != Assertion.Negated && !Lexicon.TryGetValue(core.Trim(), out entry))
        {
            // 高血压病3级（很高危）: what stands in brackets qualifies the diagnosis and does not change its category, unless it doubts or denies it.
            string bare = Bracket().Replace(core, "").Trim();
            if (bare.Length > 0 && bare != core.Trim()) Lexicon.TryGetValue(bare, out entry);
        }

        return new DiagnosisFact(item, assertion, confidence, role, rank, entry.Display) { Code = entry.Code };
    }

    private List<TextSpan> Items(TextSpan body)
    {
        List<TextSpan> items = [];
        string text = note.Folded;
        int start = body.Start;
        void Close(int end)
        {
            TextSpan item = note.Trim(new TextSpan(start, end));
            while (item.Length > 0 && text[item.End - 1] is '。' or ';' or ',' or '.' or '、') item = note.Trim(item with { End = item.End - 1 });
            if (item.Length > 0) items.Add(item);
        }

        for (int i = body.Start; i < body.End; i++)
        {
            if (text[i] is '\n' or '\r' or ';')
            {
                Close(i);
                start = i + 1;
            }
            else if (i == start || text[i - 1] is ' ' or ',' or '。' || char.IsAsciiDigit(text[i]))
            {
                Match number = Numbering().Match(text, i, body.End - i);
                if (!number.Success || (i > start && !FollowsABreak(text, i, start))) continue;
                Close(i);
                start = i + number.Length;
                i = start - 1;
            }
        }

        Close(body.End);
        return items;
    }

    // A number inside a line opens an item only behind a space or a mark (… 心脏病 2.高血压), so that 2.5 and T2. stay what they are.
    private static bool FollowsABreak(string text, int at, int start) => at == start || text[at - 1] is ' ' or ',' or '。' or '、' || text[at - 1] > '\u2E7F';

    // 高血压、2型糖尿病 is two diagnoses where the lexicon knows both; 胃、十二指肠溃疡 is one.
    private List<TextSpan> SplitKnown(TextSpan item)
    {
        string folded = note.Folded[item.Start..item.End];
        if (folded.Length > 200 || !folded.AsSpan().ContainsAny('、', ',')) return [item];
        List<TextSpan> parts = [];
        int start = item.Start;
        for (int i = item.Start; i <= item.End; i++)
        {
            if (i < item.End && note.Folded[i] is not ('、' or ',')) continue;
            TextSpan part = note.Trim(new TextSpan(start, i));
            if (!Lexicon.ContainsKey(note.Folded[part.Start..part.End])) return [item];
            parts.Add(part);
            start = i + 1;
        }

        return parts;
    }

    [GeneratedRegex(@"\G *(?:\(?(?:[1-9][0-9]?|[一二三四五六七八九十])\)[.、]? *|[1-9][0-9]?(?:[.、](?![0-9])|[.、](?=[12]型)) *|[①-⑳] *|[一二三四五六七八九十]、 *)", RegexOptions.CultureInvariant)]
    private static partial Regex Numbering();

    [GeneratedRegex(@"^(?:同上|同前|同入院诊断|同出院诊断|无|略|详见.*|[-_/.。 ]*)$", RegexOptions.CultureInvariant)]
    private static partial Regex NoDiagnosis();

    [GeneratedRegex(@"\((?:待查|待排|待排除|可疑|疑似|可能|\?)\)|待查|待排除|待排|\?|可能性大|可能$|^考虑|^可疑|^疑似|^疑|^拟诊", RegexOptions.CultureInvariant)]
    private static partial Regex Doubt();

    [GeneratedRegex(@"\([^()]*\)|\[[^\[\]]*\]", RegexOptions.CultureInvariant)]
    private static partial Regex Bracket();
}
