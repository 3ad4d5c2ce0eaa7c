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
    /// The language of a line; null where it tells nothing (numbers, abbreviations). Four Han characters say about as much as ten Latin letters;
    /// English needs two words, so that a line of abbreviations in a Chinese note stays Chinese.
    /// </summary>
    public static NoteLanguage? Of(ReadOnlySpan<char> line)
    {
        int han = 0, words = 0, run = 0, inWords = 0;
        for (int i = 0; i <= line.Length; i++)
        {
            char c = i < line.Length ? line[i] : ' ';
            if (IsHan(c)) han++;
            if (char.IsAsciiLetter(c))
            {
                run++;
                continue;
            }

            if (run >= WordLength)
            {
                words++;
                inWords += run;
            }

            run = 0;
        }

        if (han == 0) return words >= 2 ? NoteLanguage.English : null;
        return words >= 3 && inWords > han * 5 ? NoteLanguage.English : NoteLanguage.Chinese;
    }
}
