namespace Consortium.Adapters.Narrative.Facts.English;

/// <summary>
/// Ends of sentences: a full stop, a question or exclamation mark, or the end of a line that is not wrapped text. A line of a note is a statement of its own
/// far more often than not (lists, examinations, tables).
/// </summary>
internal static class EnglishSentences
{
    private static readonly HashSet<string> Abbreviations = new(StringComparer.OrdinalIgnoreCase)
    {
        "dr", "mr", "mrs", "ms", "vs", "approx", "st", "no", "pt", "e", "g", "i", "incl", "hosp", "wk", "mo", "yr", "hx", "tab", "tabs", "cap", "caps", "inj", "prof", "fig", "resp", "temp",
    };

    public static int[] Number(EnglishReading reading)
    {
        List<EnglishToken> tokens = reading.Tokens;
        int[] numbers = new int[tokens.Count];
        int sentence = 0;
        for (int i = 0; i < tokens.Count; i++)
        {
            if (i > 0 && (EndsLine(reading, i) || EndsWith(reading, i - 1))) sentence++;
            numbers[i] = sentence;
        }
        return numbers;
    }

    private static bool EndsLine(EnglishReading reading, int first) => reading.Tokens[first].NewLine && !EnglishLexicon.Wraps(reading.Span, reading.Tokens, first);

    private static bool EndsWith(EnglishReading reading, int sign)
    {
        EnglishToken token = reading.Tokens[sign];
        if (token.Kind != EnglishTokenKind.Sign || token.First is not ('.' or '!' or '?') || reading.Tokens[sign + 1].Joined) return false;
        if (token.First != '.') return token.Joined;
        if (sign == 0 || !token.Joined) return true;
        EnglishToken before = reading.Tokens[sign - 1];
        if (before.Kind != EnglishTokenKind.Word) return true;
        ReadOnlySpan<char> word = reading.Span[before.Start..before.End];
        char next = reading.Tokens[sign + 1].First;
        if (word.Length == 1 && !char.IsUpper(next)) return false; // E. coli, p.o. daily
        if (word.Length == 1 && sign >= 2 && reading.Tokens[sign - 2].First == '.') return char.IsUpper(next);
        if (word.Length == 1 && char.IsUpper(word[0]) && word[0] != 'L' && word[0] != 'R') return false; // initials
        return !Abbreviations.GetAlternateLookup<ReadOnlySpan<char>>().Contains(word) || (char.IsUpper(next) && word is "no" or "wk" or "mo" or "yr");
    }
}
