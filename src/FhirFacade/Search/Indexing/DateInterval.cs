using System.Globalization;

namespace Consortium.FhirFacade.Search.Indexing;

/// <summary>The interval that a FHIR date of any precision covers (FHIR R4 search.html#date). Without a zone it is UTC: the server's own must not change an answer.</summary>
internal static class DateInterval
{
    private static readonly (string Format, Func<DateTimeOffset, DateTimeOffset> End)[] s_forms =
    [
        ("yyyy", date => date.AddYears(1)),
        ("yyyy-MM", date => date.AddMonths(1)),
        ("yyyy-MM-dd", date => date.AddDays(1)),
        ("yyyy-MM-dd'T'HH:mmK", date => date.AddMinutes(1)),
        ("yyyy-MM-dd'T'HH:mm:ssK", date => date.AddSeconds(1)),
        ("yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", date => date.AddMilliseconds(1)),
    ];

    /// <summary>From (inclusive) and to (exclusive) in milliseconds since 1970; false where the text is no date.</summary>
    public static bool TryRead(string? text, out long from, out long to)
    {
        (from, to) = (0, 0);
        if (text is null) return false;
        foreach ((string format, Func<DateTimeOffset, DateTimeOffset> end) in s_forms)
        {
            if (!DateTimeOffset.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset start)) continue;
            if (start.Year >= 9999) return false;
            (from, to) = (start.ToUnixTimeMilliseconds(), end(start).ToUnixTimeMilliseconds());
            return true;
        }

        return false;
    }
}
