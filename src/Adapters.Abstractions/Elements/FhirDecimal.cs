
namespace Consortium.Adapters.Elements;

/// <summary>
/// Decimals of legacy records, kept to the digit: <c>5.10</c> stays <c>5.10</c>, since its precision is part of the measurement
/// (FHIR R4 datatypes.html#decimal). Only what JSON cannot write is changed: a plus sign, leading zeros, a bare point.
/// </summary>
internal static class FhirDecimal
{
    /// <summary>FHIR asks for 18 digits at least; more is no measurement.</summary>
    private const int MostCharacters = 64;

    /// <summary>
    /// The characters of a decimal as JSON writes them, or null where <paramref name="text"/> is no plain decimal number
    /// (<c>[+-]digits[.digits]</c> as in HL7 v2 NM; white space around it is ignored). No thousands separators, no exponent: never a guess.
    /// </summary>
    public static string? Normalize(ReadOnlySpan<char> text)
    {
        text = text.Trim();
        if (text.IsEmpty || text.Length > MostCharacters) return null;
        bool negative = text[0] == '-';
        if (text[0] is '+' or '-') text = text[1..];
        int point = text.IndexOf('.');
        ReadOnlySpan<char> whole = point < 0 ? text : text[..point];
        ReadOnlySpan<char> fraction = point < 0 ? [] : text[(point + 1)..];
        if (whole.IsEmpty && fraction.IsEmpty) return null;
        if (whole.ContainsAnyExceptInRange('0', '9') || fraction.ContainsAnyExceptInRange('0', '9')) return null;

        whole = whole.TrimStart('0');
        return string.Concat(
            negative ? "-" : "",
            whole.IsEmpty ? "0" : whole,
            fraction.IsEmpty ? "" : ".",
            fraction);
    }

    /// <summary>A JSON number with exactly these characters, or null where <paramref name="text"/> is no decimal (<see cref="Normalize"/>).</summary>
    public static DraftValue? Number(string? text)
    {
        if (text is { Length: > 0 and <= MostCharacters } && IsPlain(text)) return DraftValue.Digits(text);
        return Normalize(text) is { } digits ? DraftValue.Digits(digits) : null;
    }

    // Most numbers are written as JSON has them: no sign, no zero before another digit, a digit on each side of a point.
    private static bool IsPlain(string text)
    {
        int point = -1;
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsAsciiDigit(text[i])) continue;
            if (text[i] != '.' || point >= 0 || i == 0 || i == text.Length - 1) return false;
            point = i;
        }

        return text[0] != '0' || text.Length == 1 || point == 1;
    }
}
