namespace Consortium.Adapters.Narrative.Facts.Chinese;

/// <summary>
/// Reads the value that stands behind a name: <c>: 12.3×10^9/L↑</c>, <c>最高38.9℃</c>, <c>120/80mmHg</c>, <c>阴性(-)</c>, <c>+++</c>, <c>&lt;1:40</c>.
/// A reference range behind the value is not read.
/// </summary>
internal static class MeasuredValue
{
    private static readonly string[] Leads =
    ChineseWords.Of("value-lead");

    private static readonly string[] Words =
    ChineseWords.Of("value-word");

    private static readonly string[] Qualifiers = ChineseWords.Of("value-qualifier");

    /// <summary>The end of the value, or -1 where none stands there.</summary>
    /// <param name="text">The folded text.</param>
    /// <param name="from">Behind the name.</param>
    /// <param name="limit">The end of the line.</param>
    /// <param name="unitEnd">The end of the unit of the lexicon that begins at a place, or -1.</param>
    /// <param name="numeric">True where the name takes numbers only.</param>
    public static int End(string text, int from, int limit, Func<int, int> unitEnd, bool numeric)
    {
        int at = Spaces(text, from, limit);
        bool separated = at > from;
        if (at < limit && text[at] is ':' or '=')
        {
            at = Spaces(text, at + 1, limit);
            separated = true;
        }

        int lead = Lead(text, at, limit);
        if (lead > at) at = Spaces(text, lead, limit);
        if (at < limit && text[at] == ':' && lead > from) at = Spaces(text, at + 1, limit);
        int start = at;
        while (at < limit && text[at] is '<' or '>' or '≤' or '≥' or '=') at++;
        at = at > start ? Spaces(text, at, limit) : at;
        if (at < limit && char.IsAsciiDigit(text[at])) return AfterNumber(text, at, limit, unitEnd, numeric);
        if (numeric || at > start) return -1;
        int end = Word(text, at, limit, separated);
        return end < 0 ? -1 : Qualified(text, end, limit);
    }

    private static int AfterNumber(string text, int from, int limit, Func<int, int> unitEnd, bool numeric)
    {
        int at = Number(text, from, limit);
        // 120/80, 2-4, 1:160, 90-130/60-80
        while (at + 1 < limit && text[at] is '/' or '-' or '~' or ':' && char.IsAsciiDigit(text[at + 1])) at = Number(text, at + 1, limit);
        at = Exponent(text, at, limit);
        if (at < limit && text[at] == '+')
        {
            while (at < limit && text[at] == '+') at++;
        }

        int after = Spaces(text, at, limit);
        int unit = Unit(text, at, after, limit, unitEnd(after));
        if (unit < 0 && !numeric) unit = GenericUnit(text, at, limit);
        // A date or a time is no value: 8-15, 10:30 behind a name without a unit is, 2026-03-04 is not.
        if (unit > 0) at = unit;
        else if (at < limit && char.IsAsciiLetter(text[at])) return -1;
        else if (at - from > 4 && text.AsSpan(from, at - from).IndexOfAny("./-~") < 0) return -1; // a number of a record
        else if (at < limit && text[at] is '年' or '月' or '日' or '天' or '岁' or '周' or '例' or '片' or '粒') return -1;
        if (at + 4 <= limit && text.AsSpan(at, 4) is " FEU") at += 4;
        return Qualified(text, at, limit);
    }

    // The unit of the lexicon, with what goes on behind it (μg/g), where it is one: not the L of "36.2 L% 58.0", not 15年.
    private static int Unit(string text, int at, int after, int limit, int end)
    {
        if (end < 0 || after - at > 12 || text[after] is '年' or '月' or '天' or '岁' or '周' or '日' or '次' && text.AsSpan(after, end - after) is not ("次/分" or "次/min" or "次/分钟")) return -1;
        if (end + 1 < limit && text[end] == '/' && char.IsAsciiLetterOrDigit(text[end + 1]))
        {
            end++;
            while (end < limit && char.IsAsciiLetterOrDigit(text[end])) end++;
        }

        if (end < limit && (char.IsAsciiLetter(text[end - 1]) && char.IsAsciiLetter(text[end]) || text[end] == '%')) return -1;
        if (end - after == 1 && char.IsAsciiLetter(text[after]) && (after > at || text[after] is 'P' or 'T' or 'R' or 'N' or 'K' or 'H')) return text[after] is 's' or 'g' or 'U' ? end : -1;
        return end;
    }

    // Behind value and unit: 阳性, (+), arrows, H and L of tables.
    private static int Qualified(string text, int end, int limit)
    {
        int at = Bracketed(text, end, limit);
        if (at == end)
        {
            int word = Spaces(text, end, limit);
            int result = ChineseWords.At(Qualifiers, text.AsSpan(word, limit - word));
            if (result > 0) at = word + result;
        }

        int flag = Spaces(text, at, limit);
        int flagged = flag;
        while (flagged < limit && text[flagged] is '↑' or '↓') flagged++;
        if (flagged > flag) return flagged;
        bool letter = flag > at && flag < limit && text[flag] is 'H' or 'L' && (flag + 1 == limit || text[flag + 1] is ' ' or '\r' or '(');
        return letter ? flag + 1 : at;
    }

    private static int Bracketed(string text, int at, int limit)
    {
        if (at >= limit || text[at] != '(') return at;
        int close = text.AsSpan(at, Math.Min(limit - at, 8)).IndexOf(')');
        if (close < 2) return at;
        ReadOnlySpan<char> inside = text.AsSpan(at + 1, close - 1);
        return inside is "+" or "-" or "++" or "+++" or "++++" or "±" or "阳性" or "阴性" or "弱阳性" ? at + close + 1 : at;
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
        // The minus sign alone is a result only where a colon or a space stands before it and nothing goes on behind it.
        foreach (string word in Words)
        {
            if (!text.AsSpan(at, limit - at).StartsWith(word)) continue;
            if (word == "满视野" && text.AsSpan(at + word.Length, limit - at - word.Length).StartsWith("/HP")) return at + word.Length + 3;
            return word is "正常" or "未见" or "未见异常" or "微量" && !separated ? -1 : at + word.Length;
        }

        return -1;
    }

    private static int Lead(string text, int at, int limit)
    {
        foreach (string lead in Leads)
        {
            if (text.AsSpan(at, limit - at).StartsWith(lead)) return at + lead.Length;
        }

        return at;
    }

    private static int Number(string text, int at, int limit)
    {
        while (at < limit && char.IsAsciiDigit(text[at])) at++;
        if (at + 1 < limit && text[at] == '.' && char.IsAsciiDigit(text[at + 1]))
        {
            at++;
            while (at < limit && char.IsAsciiDigit(text[at])) at++;
        }

        return at;
    }

    // ×10^9, *10^12, x10E9, ×10⁹
    private static int Exponent(string text, int at, int limit)
    {
        int power = Spaces(text, at, limit);
        if (power + 2 >= limit || text[power] is not ('×' or '*' or 'x' or 'X') || text[power + 1] != '1' || text[power + 2] != '0') return at;
        power += 3;
        if (power < limit && text[power] is '^' or '*' or 'E' or 'e' or '~') power++;
        while (power < limit && (char.IsAsciiDigit(text[power]) || text[power] is '⁹' or '¹' or '²' or '⁶' or '³' or '⁵' or '⁴' or '⁸' or '⁷')) power++;
        return power;
    }

    // A unit that no lexicon has: letters and signs that stand directly behind the number.
    private static int GenericUnit(string text, int at, int limit)
    {
        int end = at;
        bool letters = false;
        while (end < limit && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '/' or '%' or 'μ' or '℃' or '^' or '·' or '‰'))
        {
            letters |= !char.IsAsciiDigit(text[end]);
            end++;
        }

        return letters && end > at && (char.IsAsciiLetter(text[at]) || text[at] is 'μ' or '%' or '℃' or '/' or '‰') ? end : -1;
    }

    private static int Spaces(string text, int from, int limit)
    {
        while (from < limit && text[from] == ' ') from++;
        return from;
    }
}
