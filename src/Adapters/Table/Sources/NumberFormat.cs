using System.Globalization;
using System.Text;

namespace Consortium.Adapters.Table.Sources;

/// <summary>A spreadsheet's number as its cell shows it.</summary>
/// <param name="Text">The characters, without separators of thousands.</param>
/// <param name="IsRounded">True where the cell holds more digits than it shows.</param>
internal readonly record struct ShownNumber(string Text, bool IsRounded);

/// <summary>
/// Shows a number of a spreadsheet under the number format of its cell (ECMA-376 part 1, 18.8.31): 5.1 under <c>0.00</c> is <c>5.10</c>, 1234 under
/// <c>00000000</c> is <c>00001234</c>. Separators of thousands are left out, since the cell holds a number and its comma has one reading. A format that
/// says more than digits, literals and per cent (fractions, exponents, scaling by thousands, conditions) shows the number as it is stored.
/// </summary>
internal static class NumberFormat
{
    private const decimal Largest = 1e15m;

    /// <summary>The number as stored, to the 15 digits that spreadsheets keep; null where it has more than they can keep.</summary>
    public static string? Stored(double number) => double.IsFinite(number) && Math.Abs(number) < (double)Largest
        ? Exact(number).ToString(CultureInfo.InvariantCulture)
        : null;

    /// <summary>The number as shown; null where it has more digits than a spreadsheet keeps.</summary>
    public static ShownNumber? Show(double number, string? format)
    {
        if (Stored(number) is not { } stored) return null;
        if (string.IsNullOrEmpty(format) || format.Equals("General", StringComparison.OrdinalIgnoreCase) || format == "@") return new ShownNumber(stored, false);
        decimal exact = Exact(number);
        string[] sections = Sections(format);
        (string section, decimal shown) = sections.Length switch
        {
            1 => (sections[0], exact),
            2 => exact < 0 ? (sections[1], -exact) : (sections[0], exact),
            _ => exact < 0 ? (sections[1], -exact) : exact == 0 ? (sections[2], exact) : (sections[0], exact),
        };
        return Render(section, shown) ?? new ShownNumber(stored, false);
    }

    // A double holds 15 decimal digits; what stands behind them (5.0999999999999996) is how the machine writes 5.1, not what was typed.
    private static decimal Exact(double number) =>
        decimal.Parse(number.ToString("G15", CultureInfo.InvariantCulture), NumberStyles.Float, CultureInfo.InvariantCulture);

    private static ShownNumber? Render(string section, decimal number)
    {
        if (Tokens(section) is not { } tokens) return null;
        int point = tokens.FindIndex(token => token.Kind == '.');
        List<Token> whole = tokens[..(point < 0 ? tokens.Count : point)], fraction = point < 0 ? [] : tokens[(point + 1)..];
        int decimals = fraction.Count(token => token.IsDigit);
        if (tokens.TrueForAll(token => !token.IsDigit)) return null; // the format shows no number at all
        int percent = tokens.Count(token => token.Kind == '%');
        for (int i = 0; i < percent; i++) number *= 100;
        decimal rounded = decimals > 15 ? number : Math.Round(number, decimals, MidpointRounding.AwayFromZero);
        string digits = Math.Abs(rounded).ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        int dot = digits.IndexOf('.', StringComparison.Ordinal);
        string before = (dot < 0 ? digits : digits[..dot]).TrimStart('0'), after = dot < 0 ? "" : digits[(dot + 1)..];

        var text = new StringBuilder();
        if (rounded < 0) text.Append('-');
        AppendWhole(text, whole, before);
        if (point >= 0) AppendFraction(text, fraction, after);
        return new ShownNumber(text.ToString().Trim(), rounded != number);
    }

    // Digits fill the placeholders from the right; the first placeholder takes all that are left.
    private static void AppendWhole(StringBuilder text, List<Token> tokens, string digits)
    {
        int places = tokens.Count(token => token.IsDigit);
        int at = 0, place = 0;
        foreach (Token token in tokens)
        {
            if (!token.IsDigit)
            {
                text.Append(token.Literal);
                continue;
            }

            int take = place == 0 ? digits.Length - (places - 1) : digits.Length - at - (places - place - 1);
            if (take > 0)
            {
                text.Append(digits, at, take);
                at += take;
            }
            else if (token.Kind == '0')
            {
                text.Append('0');
            }

            place++;
        }

        // `#.00` shows .50; a number needs its zero to be one in JSON, and the value is the same.
        if (digits.Length == 0 && !tokens.Exists(token => token.Kind == '0')) text.Append('0');
    }

    private static void AppendFraction(StringBuilder text, List<Token> tokens, string digits)
    {
        // Optional places show no trailing zero.
        int wanted = digits.Length;
        List<Token> places = tokens.FindAll(token => token.IsDigit);
        while (wanted > 0 && places[wanted - 1].Kind != '0' && digits[wanted - 1] == '0') wanted--;
        if (wanted > 0) text.Append('.');
        int at = 0;
        foreach (Token token in tokens)
        {
            if (!token.IsDigit) text.Append(token.Literal);
            else if (at < wanted) text.Append(digits[at++]);
        }
    }

    private readonly record struct Token(char Kind, string Literal)
    {
        public bool IsDigit => Kind is '0' or '#' or '?';
    }

    // The tokens of a section; null where it says what is not shown here.
    private static List<Token>? Tokens(string section)
    {
        var tokens = new List<Token>();
        bool seenPoint = false;
        for (int i = 0; i < section.Length; i++)
        {
            char c = section[i];
            switch (c)
            {
                case '0' or '#' or '?':
                    tokens.Add(new Token(c, ""));
                    break;
                case '.' when !seenPoint:
                    seenPoint = true;
                    tokens.Add(new Token('.', ""));
                    break;
                case ',':
                    // Between digits it groups thousands; behind the last one it divides by thousand.
                    if (seenPoint || !section.AsSpan(i + 1).TrimStart(',').StartsWithDigitPlace()) return null;
                    break;
                case '%':
                    tokens.Add(new Token('%', "%"));
                    break;
                case '"':
                    int end = section.IndexOf('"', i + 1);
                    if (end < 0) return null;
                    tokens.Add(new Token('"', section[(i + 1)..end]));
                    i = end;
                    break;
                case '\\':
                    if (++i < section.Length) tokens.Add(new Token('"', section[i].ToString()));
                    break;
                case '_' or '*':
                    i++; // room as wide as the next character, or filled with it: nothing to read
                    break;
                case '[':
                    int close = section.IndexOf(']', i);
                    if (close < 0) return null;
                    string inside = section[(i + 1)..close];
                    if (inside.StartsWith('$')) tokens.Add(new Token('"', inside[1..].Split('-')[0]));
                    else if (!inside.All(char.IsLetterOrDigit)) return null; // a condition, or hours beyond a day
                    i = close;
                    break;
                case '/' or 'E' or 'e' or '@' or '.':
                    return null;
                default:
                    if (char.IsAsciiLetter(c)) return null;
                    tokens.Add(new Token('"', c.ToString()));
                    break;
            }
        }

        return tokens;
    }

    private static bool StartsWithDigitPlace(this ReadOnlySpan<char> rest) => rest.Length > 0 && rest[0] is '0' or '#' or '?';

    private static string[] Sections(string format)
    {
        var sections = new List<string>();
        int start = 0;
        bool quoted = false;
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] == '\\') i++;
            else if (format[i] == '"') quoted = !quoted;
            else if (format[i] == ';' && !quoted)
            {
                sections.Add(format[start..i]);
                start = i + 1;
            }
        }

        sections.Add(format[start..]);
        return [.. sections];
    }
}
