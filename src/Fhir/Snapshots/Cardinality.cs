using System.Globalization;

namespace Consortium.Fhir.Snapshots;

/// <summary>Minimum and maximum as element definitions write them.</summary>
internal static class Cardinality
{
    /// <summary>What <c>*</c> is read as.</summary>
    public const int Unbounded = -1;

    /// <summary>A maximum; null where it is neither a number nor <c>*</c>.</summary>
    public static int? Max(string? text) => text == "*" ? Unbounded : Min(text);

    public static int? Min(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;

    /// <summary>Whether a maximum is above another.</summary>
    public static bool Exceeds(int max, int limit) => limit != Unbounded && (max == Unbounded || max > limit);

    public static string Show(int max) => max == Unbounded ? "*" : max.ToString(CultureInfo.InvariantCulture);
}
