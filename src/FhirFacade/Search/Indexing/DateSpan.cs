namespace Consortium.FhirFacade.Search.Indexing;

/// <summary>
/// Intervals by their length. An interval that must reach beyond a time and is no longer than a day begins at most a day before it: with its class in the index a search
/// by two bounds reads what lies between them, and not all that comes after the lower one.
/// </summary>
internal static class DateSpan
{
    private const long Day = 24L * 60 * 60 * 1000;

    /// <summary>The longest interval of each class, in milliseconds; the last has no limit.</summary>
    public static IReadOnlyList<long> Longest { get; } = [Day, 31 * Day, 366 * Day, long.MaxValue];

    /// <summary>The class of an interval.</summary>
    public static int Of(long low, long high)
    {
        // An open end reaches to the ends of time, where the difference would overflow.
        if (low == long.MinValue || high == long.MaxValue) return Longest.Count - 1;
        int span = 0;
        while (high - low > Longest[span]) span++;
        return span;
    }
}
