using System.Text.RegularExpressions;
using Consortium.Adapters.Chinese;
using Consortium.Adapters.Narrative.Facts;
using Consortium.Adapters.Narrative.Lexicon;

namespace Consortium.Adapters.Narrative;

/// <summary>Why a value is missing (<c>absent-values.tsv</c>).</summary>
/// <param name="Reason">The code of http://terminology.hl7.org/CodeSystem/data-absent-reason.</param>
/// <param name="Status">Observation.status: <c>registered</c>, <c>cancelled</c>, <c>final</c>.</param>
/// <param name="IsBefore">True where the words stand before the name.</param>
internal sealed record AbsentWord(string Reason, string Status, bool IsBefore);

/// <summary>
/// Finds laboratory tests and vital signs whose value is said to be missing: WBC 待查, BP unobtainable, 血钾 标本溶血, T ****. Each becomes an Observation without a value and
/// with the reason (FHIR R4 Observation.dataAbsentReason); left out, the reader could not tell that it was asked for.
/// </summary>
/// <param name="note">The note.</param>
/// <param name="lower">Its folded text in lower case.</param>
/// <param name="drafts">What was found in it.</param>
/// <param name="cues">Tells what is a condition or about somebody else.</param>
internal sealed partial class AbsentValues(NoteText note, string lower, FactDrafts drafts, MeasurementCues cues)
{
    private const int LongestName = 40;

    private static readonly TermTable<AbsentWord[]> Words = new(DataTable.BuiltIn("absent-values.tsv", 4)
        .Select(row => (Word: row.Cells[0], Value: new AbsentWord(row.Cells[1], row.Cells[2], row.Cells[3] == "before")))
        .GroupBy(row => row.Word, row => row.Value, StringComparer.Ordinal)
        .Select(group => KeyValuePair.Create(group.Key, group.ToArray())));

    private static readonly Lazy<Dictionary<string, LexiconEntry>> Names = new(NamesOfMeasurements);

    // Blanked out: nothing says why.
    private static readonly AbsentWord Blank = new("unknown", "final", false);

    // [**…**] stands in texts that were stripped of what identifies.
    private static readonly AbsentWord Masked = new("masked", "final", false);

    /// <summary>The missing values of a section.</summary>
    /// <param name="body">The section.</param>
    /// <param name="measured">What was measured in the note: a name that has its value has it.</param>
    public IEnumerable<AbsentFact> Read(TextSpan body, IReadOnlyCollection<NarrativeFact> measured)
    {
        foreach (TermMatch<AbsentWord[]> match in Words.FindLongest(lower.AsSpan(body.Start, body.Length)))
        {
            var words = new TextSpan(body.Start + match.Start, body.Start + match.End);
            foreach (AbsentWord word in match.Value)
            {
                if (!StandsAlone(words) || (!word.IsBefore && !EndsThere(words.End, body.End))) continue;
                if ((word.IsBefore ? NameBehind(words.End, body.End) : NameBefore(words.Start, body.Start)) is not { } name) continue;
                if (Fact(name.Span, name.Entry, words, word, measured) is not { } fact) continue;
                yield return fact;
                break;
            }
        }

        foreach (Match match in Blanks().EnumerateAll(lower, body.Start, body.End))
        {
            var words = new TextSpan(match.Index, match.Index + match.Length);
            if (NameBefore(words.Start, body.Start) is { } name && Fact(name.Span, name.Entry, words, match.ValueSpan[0] == '[' ? Masked : Blank, measured) is { } fact) yield return fact;
        }
    }

    private AbsentFact? Fact(TextSpan name, LexiconEntry entry, TextSpan words, AbsentWord word, IReadOnlyCollection<NarrativeFact> measured)
    {
        var span = new TextSpan(Math.Min(name.Start, words.Start), Math.Max(name.End, words.End));
        if (cues.Of(span) != Assertion.Present) return null;
        foreach (NarrativeFact fact in measured)
        {
            if (fact is LaboratoryFact or VitalFact && fact.Span.Overlaps(span)) return null;
        }

        // Insulin refused, 血小板未输: a drug or a therapy of the same name.
        foreach (FactDraft draft in drafts.In(name))
        {
            if (draft.Category is not (FactCategory.Test or FactCategory.Lab or FactCategory.Vital)) return null;
        }

        bool vital = entry.Category == LexiconCategory.Vital;
        return new AbsentFact(span, vital ? "vital" : "lab", "0.9", word.Reason, word.Status, words)
        {
            NameSpan = name,
            Entry = entry,
            Date = NoteDates.Before(note, span.Start),

            // The code of a laboratory test implies a unit, and there is none.
            Code = vital && entry.Code is { } code && VitalSignTable.Has(code) ? code : null,
        };
    }

    // The longest name that ends where the words begin, with nothing between but "is", a colon or a gap.
    private (TextSpan Span, LexiconEntry Entry)? NameBefore(int at, int floor)
    {
        int end = at;
        for (bool again = true; again;)
        {
            again = false;
            while (end > floor && note.Folded[end - 1] is ' ' or ':' or '=' or '|' or '(' or '-') end--;
            foreach (string link in Links)
            {
                if (end - link.Length <= floor || !lower.AsSpan(floor, end - floor).EndsWith(link)) continue;
                end -= link.Length;
                again = true;
            }
        }

        int line = lower.LastIndexOf('\n', Math.Max(floor, end - 1), Math.Max(0, end - floor));
        for (int start = Math.Max(Math.Max(floor, line + 1), end - LongestName); start < end; start++)
        {
            if (Named(start, end, afterWords: false) is { } entry) return (new TextSpan(start, end), entry);
        }

        return null;
    }

    private (TextSpan Span, LexiconEntry Entry)? NameBehind(int at, int limit)
    {
        int start = at;
        while (start < limit && note.Folded[start] == ' ') start++;
        foreach (string article in Articles)
        {
            if (lower.AsSpan(start, limit - start).StartsWith(article)) start += article.Length;
        }

        for (int end = Math.Min(limit, start + LongestName); end > start; end--)
        {
            if (Named(start, end, afterWords: start == at) is { } entry && EndsThere(end, limit)) return (new TextSpan(start, end), entry);
        }

        return null;
    }

    private static readonly string[] Links = [" is", " was", " were", " are", " remains", " level", " levels", " still", "结果", "仍", "为", "值", "水平", "尚", "均"];
    private static readonly string[] Articles = ["a ", "an ", "the "];

    private LexiconEntry? Named(int start, int end, bool afterWords)
    {
        if (!Names.Value.TryGetValue(lower[start..end], out LexiconEntry? entry)) return null;
        if (entry.CasedTerm is { } cased && !note.Folded.AsSpan(start, end - start).SequenceEqual(cased)) return null;
        if (afterWords) return entry;
        char before = start == 0 ? '\n' : note.Folded[start - 1];

        // 脑脊液白细胞 is another test than 白细胞; a verb may stand before the name.
        return Scripts.IsHan(before) ? (before is '查' or '测' or '其' or '及' or '和' or '行' or '检' || !Scripts.IsHan(note.Folded[start])) ? entry : null
            : char.IsAsciiLetterOrDigit(before) && char.IsAsciiLetterOrDigit(note.Folded[start]) ? null
            : before is '-' or '/' && char.IsAsciiLetter(note.Folded[start]) ? null : entry;
    }

    private bool StandsAlone(TextSpan words) =>
        !(char.IsAsciiLetter(lower[words.Start]) && words.Start > 0 && char.IsAsciiLetterOrDigit(lower[words.Start - 1]))
        && !(char.IsAsciiLetter(lower[words.End - 1]) && words.End < lower.Length && char.IsAsciiLetterOrDigit(lower[words.End]));

    // 待查明, 未查及: what goes on says something else.
    private bool EndsThere(int at, int end) => at >= end || !Scripts.IsHan(lower[at]) || lower[at] is '中' or '者';

    private static Dictionary<string, LexiconEntry> NamesOfMeasurements()
    {
        var names = new Dictionary<string, LexiconEntry>(StringComparer.Ordinal);
        foreach (NoteLanguage language in (NoteLanguage[])[NoteLanguage.Chinese, NoteLanguage.English])
        {
            foreach (string file in (string[])["vital", "lab"])
            {
                foreach (LexiconEntry entry in LexiconFile.BuiltIn(language, file))
                {
                    if (entry.Term.Length <= LongestName && entry.Category is LexiconCategory.Vital or LexiconCategory.Lab) names.TryAdd(FoldedText.FoldLower(entry.Term), entry);
                }
            }
        }

        return names;
    }

    [GeneratedRegex(@"\[\*\*[^\]\n]{0,60}\*\*\]|(?<![*_0-9])(?:\*{2,}|_{2,}(?: ?/ ?_{2,})?)(?![*_0-9])", RegexOptions.CultureInvariant)]
    private static partial Regex Blanks();
}
