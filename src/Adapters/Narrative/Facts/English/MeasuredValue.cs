using System.Globalization;

namespace Consortium.Adapters.Narrative.Facts.English;

/// <summary>Reads the value of a measurement: comparator, number, range or fraction, unit, flag; or a result in words. Nothing is computed: the span is the value.</summary>
internal static class MeasuredValue
{
    /// <summary>The index behind a numeric value that begins at a token, with unit and flag; the token itself when no value begins there.</summary>
    /// <param name="reading">The text.</param>
    /// <param name="token">Where the value would begin.</param>
    /// <param name="first">The number's value, for the check that it can be one of the measurement; NaN when it cannot be told.</param>
    public static int Numeric(EnglishReading reading, int token, out double first)
    {
        first = double.NaN;
        int i = token;
        while (IsComparator(reading, i) && i - token < 3) i++;
        if (reading.Is(i, '-') || reading.Is(i, '+'))
        {
            // A sign of the number, not a hyphen of a code (PH-221907).
            if (reading.Tokens[i].Joined || (i + 1 < reading.Tokens.Count && !reading.Tokens[i + 1].Joined)) return token;
            i++;
        }
        int end = Number(reading, i, out first);
        if (end == i) return token;
        // 120/80, 7.35-7.45, 5-10, 3+
        end = Decade(reading, end);
        int more = end;
        while (more < reading.Tokens.Count && (reading.Is(more, '/') || reading.Is(more, '-') || reading.Is(more, '\u2013')) && Number(reading, more + 1, out _) is var next && next > more + 1 && !reading.Tokens[more + 1].NewLine
            && (reading.Tokens[more].Joined == reading.Tokens[more + 1].Joined) && !IsDate(reading, end, more, next))
        {
            more = Decade(reading, next);
        }
        end = more;
        if (Height(reading, end) is var height && height > end) return height;
        if (IsDay(reading, i, end)) return token;
        if (reading.Is(end, '+') && reading.Tokens[end].Joined) return Flag(reading, end + 1);
        if (reading.Is(end, '\'') || reading.Is(end, ':')) return token; // a time or feet
        end = Unit(reading, end);
        return Flag(reading, end);
    }

    /// <summary>The index behind a result in words (<c>negative</c>, <c>not detected</c>, <c>3+</c>); the token itself when none begins there.</summary>
    public static int InWords(EnglishReading reading, int token)
    {
        int i = token;
        if (reading.Is(i, "not") || reading.Is(i, "non"))
        {
            i++;
            if (reading.Is(i, '-')) i++;
        }
        if (reading.Is(i, "reactive") || reading.Is(i, "detected")) return Flag(reading, i + 1);
        if (i > token) return token;
        if (!reading.Has(i, WordRole.Result)) return token;
        // "few", "large" and their like are results only when nothing follows that they describe.
        bool plain = reading.Is(i, "negative") || reading.Is(i, "positive") || reading.Is(i, "neg") || reading.Is(i, "pos") || reading.Is(i, "trace") || reading.Is(i, "undetectable") || reading.Is(i, "nonreactive");
        int end = i + 1;
        if (end < reading.Tokens.Count && !reading.Tokens[end].NewLine && reading.Together(i, end))
        {
            bool glued = reading.Tokens[i].Joined && reading.Is(i - 1, '-');
            if (!plain && !glued && reading.Tokens[end].IsWordOrDigits) return token;
            if (reading.Is(end, "for")) return token; // negative for: a cue
        }
        return Flag(reading, end);
    }

    // 80s, 110s/60s
    private static int Decade(EnglishReading reading, int token) =>
        token < reading.Tokens.Count && reading.Tokens[token] is { Joined: true, Kind: EnglishTokenKind.Word, First: 's' } word && word.End - word.Start == 1 ? token + 1 : token;

    // 5'10", 5 feet 10 inches, 6 ft: the index behind the height whose feet end at a token; the token itself where it is none.
    private static int Height(EnglishReading reading, int token)
    {
        if (token >= reading.Tokens.Count || reading.Tokens[token].NewLine) return token;
        bool sign = reading.Is(token, '\'') && reading.Tokens[token].Joined;
        if (!sign && !reading.Is(token, "feet") && !reading.Is(token, "ft") && !reading.Is(token, "foot")) return token;
        int end = token + 1;
        if (reading.Is(end, ',')) end++;
        int inches = Number(reading, end, out double value);
        if (inches == end || value is not (>= 0 and < 12)) return sign ? token : token + 1;
        end = inches;
        if (reading.Is(end, '"') || reading.Is(end, "inches") || reading.Is(end, "inch") || reading.Is(end, "in")) return end + 1;
        return reading.Is(end, '\'') && reading.Is(end + 1, '\'') ? end + 2 : sign ? end : token + 1;
    }

    /// <summary>The index behind <c>to 1.4</c> or <c>and 130</c> where a span of values begins before a token (<c>from 1.0 to 1.4</c>); the token itself where none goes on.</summary>
    public static int Through(EnglishReading reading, int token)
    {
        if (!reading.Is(token, "to") && !reading.Is(token, "and") && !reading.Is(token, "through")) return token;
        if (!reading.Together(token - 1, token)) return token;
        int end = Numeric(reading, token + 1, out _);
        return end > token + 1 ? end : token;
    }

    /// <summary>The index behind a number: digits, groups of thousands, one decimal point.</summary>
    public static int Number(EnglishReading reading, int token, out double value)
    {
        value = double.NaN;
        List<EnglishToken> tokens = reading.Tokens;
        int i = token;
        bool point = reading.Is(i, '.') && i + 1 < tokens.Count && tokens[i + 1] is { Kind: EnglishTokenKind.Digits, Joined: true };
        if (point) i++;
        if (i >= tokens.Count || tokens[i].Kind != EnglishTokenKind.Digits) return token;
        int end = i + 1;
        while (end + 1 < tokens.Count && reading.Is(end, ',') && tokens[end].Joined && tokens[end + 1] is { Kind: EnglishTokenKind.Digits, Joined: true } group && group.End - group.Start == 3) end += 2;
        if (!point && end + 1 < tokens.Count && reading.Is(end, '.') && tokens[end].Joined && tokens[end + 1] is { Kind: EnglishTokenKind.Digits, Joined: true }) end += 2;
        _ = double.TryParse(reading.Written(token, end), NumberStyles.AllowDecimalPoint | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out value);
        return end;
    }

    public static bool IsComparator(EnglishReading reading, int token) =>
        token < reading.Tokens.Count && reading.Tokens[token].Kind == EnglishTokenKind.Sign && reading.Tokens[token].First is '<' or '>' or '=' or '\u2264' or '\u2265' or '~' or '\u2248';

    /// <summary>The index behind the unit that begins at a token; the token itself when none does.</summary>
    public static int Unit(EnglishReading reading, int token)
    {
        List<EnglishToken> tokens = reading.Tokens;
        if (token >= tokens.Count || tokens[token].NewLine || !reading.Together(token - 1, token)) return token;
        int end = PowerOfTen(reading, token);
        TermHit unit = end < tokens.Count ? reading.Units[end] : default;
        if (unit.Length > 0 && unit.Is(TermKinds.Unit) && !(unit.Length == 1 && SingleLetter(reading, end)) && !NamesNext(reading, end, unit.End) && !IsTime(reading, end, unit.End))
        {
            end = unit.End;
            if (reading.Is(end - 1, '.') && end - unit.First > 1) end--; // "181 lb." at the end of a sentence
            if (reading.Is(end, '/') && tokens[end].Joined && end + 1 < tokens.Count && tokens[end + 1] is { Joined: true } per && (reading.Units[end + 1].Is(TermKinds.Unit) || per.Kind == EnglishTokenKind.Word))
            {
                end = reading.Units[end + 1].Is(TermKinds.Unit) ? reading.Units[end + 1].End : end + 2;
            }
            return end;
        }
        if (reading.Is(end, '%')) return end + 1;
        // 15.2K, 234k: thousands, where the letter is glued on.
        if (end == token && tokens[end] is { Joined: true, Kind: EnglishTokenKind.Word, First: 'K' or 'k' } thousands && thousands.End - thousands.Start == 1 && !reading.Is(end + 1, '/')) return end + 1;
        // mU/L, nkat/L: a short word per another, though the lexicon does not have it
        if (reading.Is(end + 1, '/') && tokens[end].Kind == EnglishTokenKind.Word && tokens[end].End - tokens[end].Start <= 5 && tokens[end + 1].Joined && end + 2 < tokens.Count
            && tokens[end + 2] is { Joined: true, Kind: EnglishTokenKind.Word } denominator && denominator.End - denominator.Start <= 4 && !reading.FactAt(end).Is(TermKinds.Facts & ~TermKinds.Lab))
        {
            return end + 3;
        }

        if (reading.Is(end, '\u00B0') || reading.Is(end, '\u2103') || reading.Is(end, '\u2109'))
        {
            bool sign = reading.Is(end, '\u00B0');
            return sign && end + 1 < tokens.Count && tokens[end + 1].First is 'C' or 'F' ? end + 2 : end + 1;
        }
        if (end < tokens.Count && tokens[end].First is 'C' or 'F' or 'c' or 'f' && tokens[end].End - tokens[end].Start == 1 && Temperature(reading, token - 1)) return end + 1;
        if (reading.Is(end, '/') && tokens[end].Joined && end + 1 < tokens.Count && tokens[end + 1] is { Kind: EnglishTokenKind.Word, Joined: true }) return end + 2; // 2/hpf, 20/min
        return end;
    }

    // "K 4.6 Mg 2.4", "BP 138/82 HR 76": the next name, not a unit.
    private static bool NamesNext(EnglishReading reading, int unit, int end) =>
        end == unit + 1 && !reading.Is(end, '/') && !reading.Tokens[unit].Joined && reading.FactAt(unit).Is(TermKinds.Lab | TermKinds.Vital | TermKinds.LooseName) && (Number(reading, end, out _) > end || IsComparator(reading, end) || reading.Is(end, ':'));

    // "PSA 6 wk", "lactate 2 h": when, not how much.
    private static bool IsTime(EnglishReading reading, int unit, int end) =>
        !reading.Is(end, '/') && (reading.Is(unit, "wk") || reading.Is(unit, "wks") || reading.Is(unit, "weeks") || reading.Is(unit, "days") || reading.Is(unit, "months") || reading.Is(unit, "mo"));

    private static bool Temperature(EnglishReading reading, int number) => Number(reading, number >= 2 && reading.Is(number - 1, '.') ? number - 2 : number, out double value) > 0 && value is (>= 30 and <= 45) or (>= 85 and <= 112);

    // x10^9/L, x 10(3)/uL, 10*9/L, K/uL is a unit of the lexicon
    private static int PowerOfTen(EnglishReading reading, int token)
    {
        List<EnglishToken> tokens = reading.Tokens;
        int i = token;
        if (i < tokens.Count && (reading.Is(i, "x") || reading.Is(i, '\u00D7') || reading.Is(i, '*'))) i++;
        if (i + 1 >= tokens.Count || !reading.Is(i, "10")) return token;
        int end = i + 1;
        bool bracket = reading.Is(end, '(');
        if (bracket || reading.Is(end, '^') || reading.Is(end, '*') || reading.Is(end, '~')) end++; // 10~9: the caret as a worn keyboard or a conversion leaves it
        else if (end < tokens.Count && tokens[end].Kind != EnglishTokenKind.Sign) return token;
        if (end < tokens.Count && (tokens[end].Kind == EnglishTokenKind.Digits || tokens[end].First is '\u00B2' or '\u00B3' or '\u2079' or '\u00B9')) end++;
        if (bracket && reading.Is(end, ')')) end++;
        if (reading.Is(end, '\u00B2')) end++;
        if (reading.Is(end, '/') && end + 1 < tokens.Count && tokens[end + 1].Kind == EnglishTokenKind.Word) end += 2;
        return end;
    }

    private static bool SingleLetter(EnglishReading reading, int token) =>
        reading.Tokens[token].End - reading.Tokens[token].Start == 1 && reading.Tokens[token].Kind == EnglishTokenKind.Word && !reading.Tokens[token].Joined && IsFlagLetter(reading.Tokens[token].First);

    private static bool IsFlagLetter(char c) => c is 'H' or 'L' or 'h' or 'l' or 'A';

    // (H), H, HH, *, ↑: on the same line, and nothing glued behind it.
    private static int Flag(EnglishReading reading, int token)
    {
        List<EnglishToken> tokens = reading.Tokens;
        int end = token;
        while (end < tokens.Count && !tokens[end].NewLine && tokens[end].Kind == EnglishTokenKind.Sign && tokens[end].First is '\u2191' or '\u2193' or '*' or '!' && end < tokens.Count && tokens[end].Kind == EnglishTokenKind.Sign) end++;
        if (end >= tokens.Count || tokens[end].NewLine) return end;
        if (reading.Is(end, '(') || reading.Is(end, '['))
        {
            if (end + 2 < tokens.Count && (reading.Has(end + 1, WordRole.Flag) || tokens[end + 1].First is '\u2191' or '\u2193' or '*') && (reading.Is(end + 2, ')') || reading.Is(end + 2, ']'))) return end + 3;
            return end;
        }
        int length = tokens[end].End - tokens[end].Start;
        if (tokens[end].Kind == EnglishTokenKind.Word && length <= 2 && IsFlagLetter(tokens[end].First) && reading.Has(end, WordRole.Flag) && !tokens[end].Joined
            && (end + 1 >= tokens.Count || tokens[end + 1].NewLine || !tokens[end + 1].Joined || tokens[end + 1].First is ',' or ';' or ')' or '.')
            && char.IsUpper(tokens[end].First) && !FollowsWord(reading, end))
        {
            return end + 1;
        }
        return end;
    }

    // "5 L arm": a side, not a flag. A flag ends its cell or stands before a bracket or a sign.
    private static bool FollowsWord(EnglishReading reading, int flag)
    {
        int next = flag + 1;
        return next < reading.Tokens.Count && !reading.Tokens[next].NewLine && reading.Tokens[next].Kind == EnglishTokenKind.Word
            && reading.Tokens[next].Start - reading.Tokens[flag].End < 2;
    }

    private static bool IsDate(EnglishReading reading, int firstEnd, int sign, int end) =>
        reading.Is(sign, '/') && reading.Is(end, '/') && reading.Tokens[end].Joined && end + 1 < reading.Tokens.Count && reading.Tokens[end + 1] is { Kind: EnglishTokenKind.Digits, Joined: true } && firstEnd <= sign;

    // 03/14/2026 and 2026-03-14 are days.
    private static bool IsDay(EnglishReading reading, int first, int end)
    {
        int signs = 0;
        int i = first;
        for (; i < reading.Tokens.Count && i < first + 6; i++)
        {
            if (reading.Is(i, '/') || (reading.Is(i, '-') && i > first)) signs++;
            else if (reading.Tokens[i].Kind != EnglishTokenKind.Digits) break;
        }
        return signs >= 2 && i >= end && i - first == 5;
    }
}
