using System.Globalization;
using System.Text.RegularExpressions;

namespace Consortium.Adapters.Chinese;

/// <summary>
/// A date as Chinese systems write it: <c>2026-11-22 08:30</c>, <c>2026/11/22</c>, <c>2026.11.22</c>, <c>20261122</c>, <c>2026年11月22日 8时30分</c>.
/// Year first always; two-digit years and day-first forms have two readings and are refused.
/// </summary>
internal readonly partial record struct ChineseDate(DateOnly Date, TimeOnly? Time, bool HasSeconds)
{
    /// <summary>Reads the whole of a folded text as one date.</summary>
    public static ChineseDate? Parse(string folded)
    {
        Match match = Whole().Match(folded);
        return match.Success ? From(match) : null;
    }

    /// <summary>Reads a date that starts at a position of a folded text; gives the length read.</summary>
    public static ChineseDate? ParseAt(string folded, int start, out int length)
    {
        Match match = Anchored().Match(folded, start);
        length = match.Success ? match.Length : 0;
        return match.Success ? From(match) : null;
    }

    /// <summary>
    /// FHIR dateTime: the date alone, or date, time and offset of the site's zone. Seconds that were not written are zero-filled, as FHIR R4 datatypes.html#dateTime says.
    /// Null where the local time does not exist in the zone.
    /// </summary>
    public string? ToFhir(TimeZoneInfo zone)
    {
        if (Time is not { } time) return Date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return Zoned(time, zone);
    }

    /// <summary>FHIR instant, or null where no time was written.</summary>
    public string? ToInstant(TimeZoneInfo zone) => Time is { } time ? Zoned(time, zone) : null;

    private string? Zoned(TimeOnly time, TimeZoneInfo zone)
    {
        DateTime local = Date.ToDateTime(time);
        if (zone.IsInvalidTime(local)) return null;
        return new DateTimeOffset(local, zone.GetUtcOffset(local)).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);
    }

    private static ChineseDate? From(Match match)
    {
        int Number(string group) => int.Parse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
        int year = Number("y"), month = Number("m"), day = Number("d");
        if (year < 1850 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)) return null;
        var date = new DateOnly(year, month, day);
        if (!match.Groups["h"].Success) return new ChineseDate(date, null, false);

        int hour = Number("h"), minute = match.Groups["min"].Success ? Number("min") : -1;
        bool seconds = match.Groups["s"].Success;
        int second = seconds ? Number("s") : 0;

        // A bare hour (8时) is a precision that FHIR cannot say: the date is kept, the hour is not made into 8:00.
        if (minute < 0) return hour <= 24 ? new ChineseDate(date, null, false) : null;
        return hour <= 23 && minute <= 59 && second <= 59 ? new ChineseDate(date, new TimeOnly(hour, minute, second), seconds) : null;
    }

    private const string Pattern =
        @"(?:(?<y>[12][0-9]{3})(?:(?<sep>[-/.])(?<m>[0-9]{1,2})\k<sep>(?<d>[0-9]{1,2})(?![0-9])| ?年 ?(?<m>[0-9]{1,2}) ?月 ?(?<d>[0-9]{1,2}) ?日)"
        + @"|(?<y>[12][0-9]{3})(?<m>[0-9]{2})(?<d>[0-9]{2})(?:(?<h>[0-9]{2})(?<min>[0-9]{2})(?<s>[0-9]{2})?)?(?![0-9]))"
        + @"(?:(?:T| {0,3})(?<h>[0-9]{1,2})(?::(?<min>[0-9]{2})(?::(?<s>[0-9]{2})(?:\.[0-9]{1,7})?)?| ?[时点](?: ?(?<min>[0-9]{1,2}) ?分(?: ?(?<s>[0-9]{1,2}) ?秒)?)?)(?![0-9]))?";

    [GeneratedRegex("^ *" + Pattern + " *$", RegexOptions.CultureInvariant)]
    private static partial Regex Whole();

    [GeneratedRegex(@"\G" + Pattern, RegexOptions.CultureInvariant)]
    private static partial Regex Anchored();
}
