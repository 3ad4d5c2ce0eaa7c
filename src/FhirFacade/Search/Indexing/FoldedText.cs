using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using Consortium.FhirFacade.Redaction;

namespace Consortium.FhirFacade.Search.Indexing;

/// <summary>
/// Text as string searches compare it: without case, accents, full width and repeated blanks (FHIR R4 search.html#string). By a table of its own, so that it is the same
/// on every machine, whatever its locale and libraries.
/// </summary>
internal static class FoldedText
{
    /// <summary>Longer words are compared by their beginning; an index entry has a limit in every database.</summary>
    public const int MostCharacters = 256;

    private const char FullWidthFirst = '\uff01';
    private const char FullWidthLast = '\uff5e';
    private const int FullWidthOffset = '\uff01' - '!';

    private static readonly FrozenDictionary<char, string> s_latin = Embedded.Read("latin-folding.tsv").Split('\n')
        .Where(line => line.Length > 0 && line[0] != '#')
        .Select(line => line.Split('\t'))
        .SelectMany(row => row[1].Trim().Select(letter => KeyValuePair.Create(letter, row[0])))
        .ToFrozenDictionary();

    /// <summary>Folds a text. Punctuation is left out, as search.html#string asks, unless the text has nothing else.</summary>
    public static string Of(string text)
    {
        string folded = Of(text, withPunctuation: false);
        return folded.Length > 0 ? folded : Of(text, withPunctuation: true);
    }

    /// <summary>Appends a letter or digit, folded.</summary>
    public static void Append(StringBuilder folded, Rune rune)
    {
        if (rune.IsBmp) Append(folded, (char)rune.Value);
        else folded.Append(Rune.ToLowerInvariant(rune).ToString());
    }

    /// <summary>Whether it is a mark that is written over a letter.</summary>
    public static bool IsMark(Rune rune) => !rune.IsAscii && Rune.GetUnicodeCategory(rune) == UnicodeCategory.NonSpacingMark;

    private static string Of(string text, bool withPunctuation)
    {
        var folded = new StringBuilder(Math.Min(text.Length, MostCharacters));
        bool blank = false;
        foreach (char c in text)
        {
            if (folded.Length >= MostCharacters) break;
            if (char.IsWhiteSpace(c))
            {
                blank = folded.Length > 0;
                continue;
            }

            if (!withPunctuation && char.IsPunctuation(c)) continue;
            if (!char.IsAscii(c) && CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.NonSpacingMark) continue;
            if (blank) folded.Append(' ');
            blank = false;
            Append(folded, c);
        }

        // A pair of surrogates is not cut in two.
        if (folded.Length > 0 && char.IsHighSurrogate(folded[^1])) folded.Length--;
        return folded.ToString();
    }

    private static void Append(StringBuilder folded, char written)
    {
        char c = written is >= FullWidthFirst and <= FullWidthLast ? (char)(written - FullWidthOffset) : written;
        if (!char.IsAscii(c) && CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.NonSpacingMark) return;
        char lower = char.ToLowerInvariant(c);
        if (!char.IsAscii(lower) && s_latin.TryGetValue(lower, out string? plain)) folded.Append(plain);
        else folded.Append(lower);
    }
}
