using System.Buffers;

namespace Consortium.Adapters.Narrative.Facts.Chinese;

/// <summary>
/// Reads the value that stands behind a name: <c>: 12.3×10^9/L↑</c>, <c>最高38.9℃</c>, <c>120/80mmHg</c>, <c>阴性(-)</c>, <c>+++</c>, <c>&lt;1:40</c>.
/// A reference range behind the value is not read.
/// </summary>
internal static class MeasuredValue
{
    private const int LongestBracket = 8;

    // A longer run of digits without a point or a unit is the number of a record.
    private const int LongestPlain = 5;

    private static readonly SearchValues<char> Compounds = SearchValues.Create("./-~:×*");

    private static readonly string[] Leads = ChineseWords.Of("value-lead");
    private static readonly string[] Words = ChineseWords.Of("value-word");
    private static readonly string[] SeparatedWords = ChineseWords.Of("value-word-separated");
    private static readonly string[] Qualifiers = ChineseWords.Of("value-qualifier");
    private static readonly string[] Signs = ChineseWords.Of("value-sign");
    private static readonly string[] Counters = ChineseWords.Of("value-counter");

    /// <summary>The end of the value, or -1 where none stands there.</summary>
    /// <param name="text">The folded text.</param>
    /// <param name="from">Behind the name.</param>
    /// <param name="limit">The end of the line.</param>
    /// <param name="unitEnd">The end of the unit of the lexicon that begins at a place, or -1.</param>
    /// <param name="numeric">True where the name takes numbers only.</param>
    /// <param name="signed">True where the value may be under nought: elsewhere a stroke before the number is punctuation.</param>
    public static int End(string text, int from, int limit, Func<int, int> unitEnd, bool numeric, bool signed = false)
    {
        int at = Separator(text, from, limit);
        for (int lead = at; ;)
        {
            lead += ChineseWords.At(Leads, text.AsSpan(lead, limit - lead));
            if (lead == at) break;
            at = lead = Separator(text, lead, limit);
        }

        bool separated = at > from;
        int start = at;
        while (at < limit && text[at] is '↑' or '↓') at = Spaces(text, at + 1, limit);
        while (at < limit && text[at] is '<' or '>' or '≤' or '≥' or '=') at++;
        at = at > start ? Spaces(text, at, limit) : at;
        if (at < limit && char.IsAsciiDigit(text[at])) return AfterNumber(text, at, limit, unitEnd, numeric);
        if (signed && at + 1 < limit && text[at] is '-' or '+' && char.IsAsciiDigit(text[at + 1])) return AfterNumber(text, at + 1, limit, unitEnd, numeric);
        if (numeric || at > start) return -1;
        int end = Word(text, at, limit, separated);
        return end < 0 ? -1 : Qualified(text, end, limit);
    }

    private static int Separator(string text, int from, int limit)
    {
        int at = Spaces(text, from, limit);
        return at < limit && text[at] is ':' or '=' ? Spaces(text, at + 1, limit) : at;
    }

    private static int AfterNumber(string text, int from, int limit, Func<int, int> unitEnd, bool numeric)
    {
        int at = MeasuredNumber.End(text, from, limit);
        if (at < 0) return -1;
        while (at < limit && text[at] == '+') at++;
        int after = Spaces(text, at, limit);
        int unit = MeasuredUnit.Known(text, at, after, limit, unitEnd(after));
        if (unit < 0) unit = numeric ? MeasuredUnit.Per(text, at, limit) : MeasuredUnit.Other(text, at, limit);
        // A date or a time is no value: 8-15, 10:30 behind a name without a unit is, 2026-03-04 is not.
        if (unit > 0) at = unit;
        else if (at < limit && char.IsAsciiLetter(text[at]) && !(numeric && NextBegins(text, at, limit))) return -1;
        else if (at - from > (numeric ? LongestPlain - 1 : LongestPlain) && !text.AsSpan(from, at - from).ContainsAny(Compounds)) return -1;
        else if (ChineseWords.At(Counters, text.AsSpan(at, limit - at)) > 0) return -1;
        if (at + 4 <= limit && text.AsSpan(at, 4) is " FEU") at += 4;
        return Qualified(text, at, limit);
    }

    // T36.5P80R20BP120/80: capitals with a number behind them begin the next sign.
    private static bool NextBegins(string text, int at, int limit)
    {
        int end = at;
        while (end < limit && char.IsAsciiLetterUpper(text[end])) end++;
        if (end == at || end - at > 2) return false;
        while (end < limit && text[end] is ' ' or ':') end++;
        return end < limit && char.IsAsciiDigit(text[end]);
    }

    // Behind value and unit: 阳性, (+), a titre, arrows, H and L of tables.
    private static int Qualified(string text, int end, int limit)
    {
        int at = Bracketed(text, end, limit);
        if (at == end)
        {
            int word = Spaces(text, end, limit);
            int result = ChineseWords.At(Qualifiers, text.AsSpan(word, limit - word));
            if (result > 0) at = word + result;
        }

        at = Titre(text, at, limit);
        int flag = Spaces(text, at, limit);
        int flagged = flag;
        while (flagged < limit && text[flagged] is '↑' or '↓') flagged++;
        if (flagged > flag) return flagged;
        if (flag + 2 < limit && text[flag] == '(' && text[flag + 1] is '↑' or '↓' or 'H' or 'L' && text[flag + 2] == ')') return flag + 3;
        bool letter = flag > at && flag < limit && text[flag] is 'H' or 'L' && (flag + 1 == limit || text[flag + 1] is ' ' or '\r' or '(');
        return letter ? flag + 1 : at;
    }

    // 阳性1:160, (+)(1:320)
    private static int Titre(string text, int at, int limit)
    {
        int start = Spaces(text, at, limit);
        bool open = start < limit && text[start] == '(';
        if (open) start++;
        if (start + 2 >= limit || text[start] != '1' || text[start + 1] != ':' || !char.IsAsciiDigit(text[start + 2])) return at;
        int end = MeasuredNumber.End(text, start, limit);
        if (end < 0 || (open && (end >= limit || text[end] != ')'))) return at;
        return open ? end + 1 : end;
    }

    private static int Bracketed(string text, int at, int limit)
    {
        if (at >= limit || text[at] != '(') return at;
        int close = text.AsSpan(at, Math.Min(limit - at, LongestBracket)).IndexOf(')');
        if (close < 2) return at;
        ReadOnlySpan<char> inside = text.AsSpan(at + 1, close - 1);
        return ChineseWords.At(Signs, inside) == inside.Length || ChineseWords.At(Qualifiers, inside) == inside.Length ? at + close + 1 : at;
    }

    private static int Word(string text, int at, int limit, bool separated)
    {
        if (at >= limit) return -1;
        int bracket = Bracketed(text, at, limit);
        if (bracket > at) return bracket;
        int plus = at;
        while (plus < limit && text[plus] == '+') plus++;
        if (plus > at) return plus;
        if (text[at] == '±') return at + 1;
        // The minus sign alone is a result only where nothing goes on behind it.
        if (text[at] == '-' && (at + 1 == limit || text[at + 1] is ',' or '。' or ';' or ' ' or '\r' or '、')) return separated || at + 1 == limit || text[at + 1] is not ' ' ? at + 1 : -1;
        ReadOnlySpan<char> rest = text.AsSpan(at, limit - at);
        int word = ChineseWords.At(Words, rest);
        if (word > 0)
        {
            return rest[..word] is "满视野" && rest[word..].StartsWith("/HP") ? at + word + 3 : at + word;
        }

        word = separated ? ChineseWords.At(SeparatedWords, rest) : 0;
        return word > 0 && (word == rest.Length || !Scripts.IsHan(rest[word])) ? at + word : -1;
    }

    private static int Spaces(string text, int from, int limit)
    {
        while (from < limit && text[from] == ' ') from++;
        return from;
    }
}
