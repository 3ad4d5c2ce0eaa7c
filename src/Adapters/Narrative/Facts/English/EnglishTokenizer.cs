using System.Globalization;

namespace Consortium.Adapters.Narrative.Facts.English;

/// <summary>Parts a text into tokens; white space is not a token. Every hyphen and every apostrophe has one form each, so that typographic ones match.</summary>
internal static class EnglishTokenizer
{
    public static List<EnglishToken> Tokenize(ReadOnlySpan<char> text, EnglishVocabulary vocabulary)
    {
        List<EnglishToken> tokens = new(text.Length / 5 + 8);
        bool newLine = true, joined = false;
        for (int i = 0; i < text.Length;)
        {
            char c = text[i];
            if (char.IsWhiteSpace(c))
            {
                newLine |= c is '\n' or '\r';
                joined = false;
                i++;
                continue;
            }
            int start = i;
            EnglishTokenKind kind;
            if (char.IsLetter(c))
            {
                while (++i < text.Length && (char.IsLetter(text[i]) || CharUnicodeInfo.GetUnicodeCategory(text[i]) == UnicodeCategory.NonSpacingMark)) { }
                kind = EnglishTokenKind.Word;
            }
            else if (char.IsAsciiDigit(c))
            {
                while (++i < text.Length && char.IsAsciiDigit(text[i])) { }
                kind = EnglishTokenKind.Digits;
            }
            else
            {
                i += char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]) ? 2 : 1;
                kind = EnglishTokenKind.Sign;
            }
            (int word, int singular) = vocabulary.Find(text[start..i], kind);
            tokens.Add(new EnglishToken(start, i - start, kind, word, singular, joined, newLine, kind == EnglishTokenKind.Sign ? Fold(c) : c));
            newLine = false;
            joined = true;
        }
        return tokens;
    }

    /// <summary>One hyphen for hyphen, non-breaking hyphen, dashes and minus; one apostrophe for the typographic ones.</summary>
    public static char Fold(char c) => c switch
    {
        '\u2010' or '\u2011' or '\u2012' or '\u2013' or '\u2014' or '\u2212' => '-',
        '\u2018' or '\u2019' or '\u02BC' or '`' => '\'',
        '\u201C' or '\u201D' => '"',
        '\uFF0C' => ',',
        '\uFF1A' => ':',
        '\uFF1B' => ';',
        '\uFF08' => '(',
        '\uFF09' => ')',
        _ => c,
    };
}
