namespace Consortium.Integrity;

/// <summary>The number grammar of RFC 8259 section 6.</summary>
internal static class JsonNumber
{
    public static bool IsWellFormed(ReadOnlySpan<char> text)
    {
        if (text.StartsWith('-')) text = text[1..];
        int whole = Digits(text);
        if (whole == 0 || (whole > 1 && text[0] == '0')) return false;
        text = text[whole..];
        if (text.StartsWith('.'))
        {
            int fraction = Digits(text[1..]);
            if (fraction == 0) return false;
            text = text[(1 + fraction)..];
        }

        if (text.Length > 0 && text[0] is 'e' or 'E')
        {
            text = text[1..];
            if (text.Length > 0 && text[0] is '+' or '-') text = text[1..];
            int exponent = Digits(text);
            if (exponent == 0) return false;
            text = text[exponent..];
        }

        return text.IsEmpty;
    }

    private static int Digits(ReadOnlySpan<char> text)
    {
        int other = text.IndexOfAnyExceptInRange('0', '9');
        return other < 0 ? text.Length : other;
    }
}
