namespace Consortium.Adapters.Narrative.Facts.Chinese;

/// <summary>Reads the number of a value: <c>12.3</c>, <c>120/80</c>, <c>3.5~4.2</c>, <c>1:160</c>, <c>1.2×10^9</c>, <c>5.6E+05</c>.</summary>
internal static class MeasuredNumber
{
    // Hours and minutes, and days of a year, stand in the columns of a report too: 06:00, 2026-03-04.
    private const int YearDigits = 4;

    /// <summary>The end of the number that begins at a place (a digit), with its power of ten; -1 where it is a time or a date.</summary>
    public static int End(string text, int from, int limit)
    {
        int at = Decimal(text, from, limit);
        int integer = at - from;
        if (at + 1 < limit && text[at] is ':' && char.IsAsciiDigit(text[at + 1]))
        {
            // 1:160 is a titre; anything else with a colon a time.
            if (integer != 1 || text[from] != '1') return -1;
            return Decimal(text, at + 1, limit);
        }

        int parts = 1;
        while (at + 1 < limit && text[at] is '/' or '-' or '~' && char.IsAsciiDigit(text[at + 1]))
        {
            at = Decimal(text, at + 1, limit);
            parts++;
        }

        if (parts > 2 && integer == YearDigits) return -1;
        return Power(text, at, limit);
    }

    private static int Decimal(string text, int at, int limit)
    {
        while (at < limit && char.IsAsciiDigit(text[at])) at++;
        if (at + 1 < limit && text[at] == '.' && char.IsAsciiDigit(text[at + 1]))
        {
            at++;
            while (at < limit && char.IsAsciiDigit(text[at])) at++;
        }

        return at;
    }

    // ×10^9, *10^12, x10E9, ×10⁹, ×10的9次方, E+05
    private static int Power(string text, int at, int limit)
    {
        if (at + 1 < limit && text[at] is 'E' or 'e')
        {
            int digits = text[at + 1] is '+' or '-' ? at + 2 : at + 1;
            int end = digits;
            while (end < limit && char.IsAsciiDigit(text[end])) end++;
            if (end > digits) return end;
        }

        int power = at;
        while (power < limit && text[power] == ' ') power++;
        if (power + 2 >= limit || text[power] is not ('×' or '*' or 'x' or 'X') || text[power + 1] != '1' || text[power + 2] != '0') return at;
        power += 3;
        if (power < limit && text[power] == '的') power++;
        if (power < limit && text[power] is '^' or '*' or 'E' or 'e' or '~') power++;
        if (power < limit && text[power] == '+') power++;
        while (power < limit && (char.IsAsciiDigit(text[power]) || text[power] is '⁹' or '¹' or '²' or '⁶' or '³' or '⁵' or '⁴' or '⁸' or '⁷')) power++;
        return text.AsSpan(power, limit - power).StartsWith("次方") ? power + 2 : power;
    }
}
