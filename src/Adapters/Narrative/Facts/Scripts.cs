using Consortium.Adapters.Narrative.Lexicon;

namespace Consortium.Adapters.Narrative.Facts;

/// <summary>Tells Chinese from English lines by their script.</summary>
internal static class Scripts
{
    // A word of lower-case letters this long is English; abbreviations, units and dose words of Chinese notes are shorter.
    private const int WordLength = 4;

    /// <summary>True for a Han character of the Basic Multilingual Plane.</summary>
    public static bool IsHan(char c) => c is (>= '\u4E00' and <= '\u9FFF') or (>= '\u3400' and <= '\u4DBF') or (>= '\uF900' and <= '\uFAFF');

    /// <summary>True where a Han character stands in the text.</summary>
    public static bool HasHan(ReadOnlySpan<char> text)
    {
        foreach (char c in text)
        {
            if (IsHan(c)) return true;
        }

        return false;
    }

    /// <summary>
    /// The language of a line; null where it tells nothing (numbers, abbreviations, units). One Han character says about as much as five Latin letters;
    /// a line without any is English only where it has one of the small words that sentences cannot do without: "mmol" and "NEUT" are no English.
    /// </summary>
    public static NoteLanguage? Of(ReadOnlySpan<char> line)
    {
        int han = 0, words = 0, start = -1, inWords = 0;
        bool sentence = false;
        for (int i = 0; i <= line.Length; i++)
        {
            char c = i < line.Length ? line[i] : ' ';
            if (char.IsAsciiLetter(c))
            {
                if (start < 0) start = i;
                continue;
            }

            if (IsHan(c)) han++;
            if (start < 0) continue;
            int length = i - start;
            if (length >= WordLength)
            {
                words++;
                inWords += length;
            }

            sentence |= length <= 4 && IsSmallWord(line.Slice(start, length));
            start = -1;
        }

        if (han == 0) return words >= 3 && sentence ? NoteLanguage.English : null;
        return words >= 3 && sentence && inWords > han * 5 ? NoteLanguage.English : NoteLanguage.Chinese;
    }

    private static bool IsSmallWord(ReadOnlySpan<char> word)
    {
        foreach (string small in SmallWords)
        {
            if (word.Equals(small, StringComparison.OrdinalIgnoreCase)) return true;
        }

        return false;
    }

    private static readonly string[] SmallWords =
        ["the", "of", "and", "with", "was", "were", "is", "are", "no", "for", "to", "in", "on", "by", "from", "at", "has", "had", "or", "not", "he", "she", "her", "his", "this", "that", "will", "be", "who", "due", "any"];
}
