using System.Collections.Frozen;

namespace Consortium.Adapters.Narrative.Facts.English;

/// <summary>
/// Numbers that can be a vital sign at all. Names of one letter (<c>T</c>, <c>P</c>, <c>R</c>) are also sides, vertebrae and headings: only such a number makes them a name.
/// The bounds are wide: a wrong value that was written down stays a value.
/// </summary>
internal static class VitalRanges
{
    private static readonly FrozenDictionary<string, (double Low, double High)> Bounds = new Dictionary<string, (double, double)>
    {
        ["8310-5"] = (25, 115),
        ["8867-4"] = (15, 320),
        ["9279-1"] = (3, 120),
        ["85354-9"] = (20, 320),
        ["8480-6"] = (30, 320),
        ["8462-4"] = (10, 220),
        ["59408-5"] = (20, 100),
        ["29463-7"] = (0.2, 7000),
        ["8302-2"] = (0.3, 300),
        ["39156-5"] = (5, 120),
    }.ToFrozenDictionary();

    public static bool Allows(EnglishTerm name, ReadOnlySpan<char> written, double value, bool fraction)
    {
        string? code = name.Entry.Code;
        if (code is null || !Bounds.TryGetValue(code, out (double Low, double High) bounds)) return true;
        if (double.IsNaN(value)) return false;
        if (code == "85354-9" && !fraction && written.Length <= 3) return value is >= 40 and <= 320;
        if (code != "85354-9" && fraction && written.Length == 1) return false;
        if (written.Length == 1 && code == "8310-5") return value is (>= 30 and <= 44) or (>= 86 and <= 112);
        return value >= bounds.Low && value <= bounds.High;
    }
}
