using System.Collections.Frozen;

namespace Consortium.Adapters.Chinese;

/// <summary>
/// Units that no table has in one piece but whose parts have one meaning only: a power of ten, a part and what it is per (<c>×10^5 CFU/mL</c>, <c>μg/g</c>, <c>L/L</c>).
/// Capitals are not guessed (<c>G/L</c> is grams to one laboratory and giga to another): they stand in the table or are no unit.
/// </summary>
internal static class ComposedUnit
{
    private const int LongestPart = 6;

    private static readonly FrozenDictionary<string, string> Parts = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["kg"] = "kg", ["g"] = "g", ["mg"] = "mg", ["μg"] = "ug", ["ug"] = "ug", ["mcg"] = "ug", ["ng"] = "ng", ["pg"] = "pg",
        ["L"] = "L", ["dL"] = "dL", ["dl"] = "dL", ["mL"] = "mL", ["ml"] = "mL", ["μL"] = "uL", ["μl"] = "uL", ["uL"] = "uL", ["ul"] = "uL",
        ["mol"] = "mol", ["mmol"] = "mmol", ["μmol"] = "umol", ["umol"] = "umol", ["nmol"] = "nmol", ["pmol"] = "pmol",
        ["U"] = "U", ["mU"] = "mU", ["kU"] = "kU", ["IU"] = "[IU]", ["mIU"] = "m[IU]", ["μIU"] = "u[IU]", ["uIU"] = "u[IU]", ["kIU"] = "k[IU]",
        ["CFU"] = "[CFU]", ["cfu"] = "[CFU]", ["copies"] = "{copies}", ["copy"] = "{copies}", ["cp"] = "{copies}",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The unit at a position of a folded text: its length there and its UCUM code; null where none is.</summary>
    public static (int Length, string Ucum)? Match(string folded, int start)
    {
        int at = start;
        while (at < folded.Length && folded[at] is '×' or 'x' or 'X' or '*' or '·' or ' ') at++;
        string? power = Power(folded, ref at);
        if (power is null) at = start; // without a power there is no sign of multiplication
        while (at < folded.Length && folded[at] == ' ') at++;
        string? above = Part(folded, ref at);
        if (above is null && power is null) return null;
        string? below = null;
        if (at + 1 < folded.Length && folded[at] == '/')
        {
            at++;
            below = Part(folded, ref at);
            if (below is null) return null;
        }

        if (below is null) return null; // what is no rate stands in the table
        string ucum = string.Join('.', new[] { power, above }.Where(part => part is not null)) + "/" + below;
        return (at - start, ucum);
    }

    // 10^5, 10*5, 10E5, 10⁵ is not told from 105: only with a sign between.
    private static string? Power(string text, ref int at)
    {
        if (at + 3 >= text.Length || text[at] != '1' || text[at + 1] != '0' || text[at + 2] is not ('^' or '*' or 'E' or 'e')) return null;
        int digits = at + 3;
        while (digits < text.Length && char.IsAsciiDigit(text[digits]) && digits - at < 5) digits++;
        if (digits == at + 3) return null;
        string power = $"10*{text[(at + 3)..digits]}";
        at = digits;
        return power;
    }

    private static string? Part(string text, ref int at)
    {
        for (int length = Math.Min(LongestPart, text.Length - at); length > 0; length--)
        {
            int end = at + length;
            if (end < text.Length && char.IsAsciiLetterOrDigit(text[end])) continue;
            if (!Parts.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text.AsSpan(at, length), out string? ucum)) continue;
            at = end;
            return ucum;
        }

        return null;
    }
}
