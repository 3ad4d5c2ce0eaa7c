using System.Collections.Concurrent;
using System.Text;

namespace Consortium.Fhir.Units;

/// <summary>
/// The Unified Code for Units of Measure, case-sensitive codes (<c>http://unitsofmeasure.org</c>): whether a code is valid, and
/// conversion between commensurable units. Arithmetic is exact but for logarithmic scales. Thread-safe; a bounded number of
/// codes is kept once understood.
/// </summary>
public static class Ucum
{
    /// <summary>The code system's URI (FHIR R4 ucum.html).</summary>
    public const string CodeSystem = "http://unitsofmeasure.org";

    private const int Kept = 4000;
    private const int LongestKept = 100;

    private static readonly ConcurrentDictionary<byte[], Known> s_known = new(Utf8Comparer.Instance);
    private static readonly ConcurrentDictionary<byte[], Known>.AlternateLookup<ReadOnlySpan<byte>> s_lookup = s_known.GetAlternateLookup<ReadOnlySpan<byte>>();

    /// <summary>Whether the text is a valid UCUM code; <paramref name="reason"/> says position and fault where it is not.</summary>
    public static bool IsValid(string code, out string? reason)
    {
        ArgumentNullException.ThrowIfNull(code);
        return IsValid(Encoding.UTF8.GetBytes(code), out reason);
    }

    /// <summary>Whether the UTF-8 text is a valid UCUM code; a code seen before costs a look-up.</summary>
    public static bool IsValid(ReadOnlySpan<byte> utf8, out string? reason)
    {
        Known known = Find(utf8);
        reason = known.Fault is null ? null : $"position {known.Fault.At + 1}: {known.Fault.Reason}";
        return known.Fault is null;
    }

    /// <summary>Whether both are valid codes of the same dimension, so that quantities in them have an order.</summary>
    public static bool AreComparable(string first, string second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        return Find(first) is { Computable: true } a && Find(second) is { Computable: true } b && a.Dimension.Equals(b.Dimension);
    }

    /// <summary>Converts a number of one unit to another; false where the units are unknown, differ in dimension, or the result is beyond a decimal.</summary>
    public static bool TryConvert(decimal value, string from, string to, out decimal result)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        result = 0;
        if (!AreComparable(from, to) || Canonical(value, from) is not { } canonical) return false;
        return Find(to)!.FromCanonical(canonical.Number) is { } number && number.TryToDecimal(out result);
    }

    /// <summary>
    /// The quantity in base units (m, s, g, rad, K, C, cd, and units convertible only with themselves): the form by which
    /// quantities in different units are indexed. False where the code is not valid or the number is beyond a decimal.
    /// </summary>
    public static bool TryCanonical(decimal value, string unit, out decimal canonicalValue, out string canonicalUnit)
    {
        ArgumentNullException.ThrowIfNull(unit);
        (canonicalValue, canonicalUnit) = (0, string.Empty);
        if (Canonical(value, unit) is not { } canonical || !canonical.Number.TryToDecimal(out canonicalValue)) return false;
        canonicalUnit = CanonicalCode(canonical.Dimension);
        return true;
    }

    /// <summary>The unit, or null where the code is not valid.</summary>
    internal static CanonicalUnit? Find(string code) => Find(Encoding.UTF8.GetBytes(code)).Unit;

    internal static (Rational Number, UnitDimension Dimension)? Canonical(decimal value, string unit) =>
        Find(unit) is { } known && known.ToCanonical(Rational.Of(value)) is { } number ? (number, known.Dimension) : null;

    internal static string CanonicalCode(UnitDimension dimension) => dimension.Code(UcumTable.Instance.BaseName);

    private static Known Find(ReadOnlySpan<byte> utf8)
    {
        if (s_lookup.TryGetValue(utf8, out Known? known)) return known;
        CanonicalUnit? unit = UcumParser.Parse(Encoding.UTF8.GetString(utf8), UcumTable.Instance, out UcumFault? fault);
        known = new Known(unit, fault);
        if (utf8.Length <= LongestKept && s_known.Count < Kept) s_known.TryAdd(utf8.ToArray(), known);
        return known;
    }

    private sealed record Known(CanonicalUnit? Unit, UcumFault? Fault);
}
