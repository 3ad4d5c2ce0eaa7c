using System.Collections.Frozen;
using Consortium.Adapters.Chinese;
using Consortium.Adapters.Narrative.Lexicon;

namespace Consortium.Adapters.Narrative;

/// <summary>A heading that the lexicon knows.</summary>
/// <param name="Kind">What the section is, as in <c>section-kinds.tsv</c>.</param>
/// <param name="Loinc">The code of <c>Composition.section</c>, or null.</param>
/// <param name="Display">The code's name.</param>
internal sealed record Heading(string Kind, string? Loinc, string? Display);

/// <summary>
/// The headings of notes in both languages: those of <c>headings.tsv</c>, and those of the lexicon (<c>section.tsv</c>) whose LOINC code
/// <c>section-kinds.tsv</c> gives a kind. Chinese ones are kept without spaces, English ones in lower case.
/// </summary>
internal static class HeadingTable
{
    // A typing error is looked for only in words this long: in shorter ones one letter makes another word.
    private const int LeastTolerant = 4;
    private const int LongestTolerant = 8;

    /// <summary>Chinese headings, without spaces.</summary>
    public static FrozenDictionary<string, Heading> Chinese { get; }

    /// <summary>English headings, in lower case with single spaces.</summary>
    public static FrozenDictionary<string, Heading> English { get; }

    /// <summary>English abbreviations that stand before their text without a colon.</summary>
    public static FrozenSet<string> Short { get; } = DataTable.BuiltIn("english-sections.tsv", 2)
        .Where(row => row.Cells[1] == "short").Select(row => row.Cells[0]).ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, Heading> Codes;
    private static readonly FrozenDictionary<int, (string Words, Heading Heading)[]> ByLength;

    static HeadingTable()
    {
        Dictionary<string, Heading> kinds = DataTable.BuiltIn("section-kinds.tsv", 4)
            .ToDictionary(row => row.Cells[0], row => new Heading(row.Cells[1], row[2], row[3]), StringComparer.Ordinal);
        Codes = kinds.ToFrozenDictionary(StringComparer.Ordinal);
        var chinese = DataTable.BuiltIn("headings.tsv", 4)
            .ToDictionary(row => row.Cells[0], row => new Heading(row.Cells[1], row[2], row[3]), StringComparer.Ordinal);
        var english = new Dictionary<string, Heading>(StringComparer.Ordinal);
        foreach (LexiconEntry entry in LexiconFile.BuiltIn(NoteLanguage.Chinese, "section"))
        {
            string words = Squeezed(entry.Term);
            if (kinds.TryGetValue(entry.Code ?? entry.Display ?? "", out Heading? heading) && words.Length > 1) chinese.TryAdd(words, heading);
        }

        foreach (LexiconEntry entry in LexiconFile.BuiltIn(NoteLanguage.English, "section"))
        {
            if (kinds.TryGetValue(entry.Code ?? entry.Display ?? "", out Heading? heading)) english.TryAdd(entry.Term.ToLowerInvariant(), heading);
        }

        Chinese = chinese.ToFrozenDictionary(StringComparer.Ordinal);
        English = english.ToFrozenDictionary(StringComparer.Ordinal);
        ByLength = chinese.Concat(english).GroupBy(pair => pair.Key.Length).ToFrozenDictionary(group => group.Key, group => group.Select(pair => (pair.Key, pair.Value)).ToArray());
    }

    /// <summary>The section of a LOINC code; null where the table does not know it.</summary>
    public static Heading? ByCode(string loinc) => Codes.GetValueOrDefault(loinc);

    /// <summary>
    /// The heading that words with one typing error mean (入院诊段, 现病吏, DISCHARGE DIAGNOSSI): a letter too many, too few, wrong, or two exchanged.
    /// Null where headings of two kinds are as near.
    /// </summary>
    /// <param name="words">The words, without spaces where they are Chinese, in lower case where English.</param>
    public static Heading? Nearly(string words)
    {
        bool latin = words.Length > 0 && char.IsAsciiLetter(words[0]);
        if (words.Length < (latin ? LeastTolerant * 2 : LeastTolerant - 1) || (!latin && words.Length > LongestTolerant)) return null;
        Heading? found = null;
        for (int length = words.Length - 1; length <= words.Length + 1; length++)
        {
            // 月经史 and 用药史 are words of their own: of three Chinese letters none may be missing.
            if (!latin && words.Length < LeastTolerant && length != words.Length) continue;
            foreach ((string heading, Heading means) in ByLength.GetValueOrDefault(length) ?? [])
            {
                if (heading.Length < (latin ? LeastTolerant : 3) || !IsOneError(words, heading)) continue;
                if (found is not null && found.Kind != means.Kind) return null;
                found ??= means;
            }
        }

        return found;
    }

    /// <summary>A Chinese heading without its spaces.</summary>
    public static string Squeezed(ReadOnlySpan<char> words)
    {
        var squeezed = new System.Text.StringBuilder(words.Length);
        foreach (char c in words)
        {
            char folded = Folding.Fold(c);
            if (folded is not (' ' or '[' or ']')) squeezed.Append(folded);
        }

        return squeezed.ToString();
    }

    private static bool IsOneError(string a, string b)
    {
        int start = 0;
        while (start < a.Length && start < b.Length && a[start] == b[start]) start++;
        int endA = a.Length, endB = b.Length;
        while (endA > start && endB > start && a[endA - 1] == b[endB - 1])
        {
            endA--;
            endB--;
        }

        int left = endA - start, right = endB - start;
        return (left <= 1 && right <= 1 && left + right > 0) || (left == 2 && right == 2 && a[start] == b[start + 1] && a[start + 1] == b[start]);
    }
}
