using System.Globalization;
using System.Text.RegularExpressions;
using Consortium.Adapters.Chinese;
using Consortium.Adapters.Table.Language.Model;

namespace Consortium.Adapters.Table.Language.Values;

/// <summary>
/// A date of a table: year first in any Chinese habit, ISO 8601 with an offset, a month by its English name, day or month first where the map says which or
/// only one of the two is a date, and the day counts of spreadsheets where the map says so. What can be read two ways is no date.
/// </summary>
internal sealed partial record TableDate
{
    /// <summary>Why a text that has two readings is refused.</summary>
    public const string TwoReadings = "this date can be read two ways, day first or month first. Say `dates: day-first` or `dates: month-first` under `read` in the table's map.";

    /// <summary>Why any other text is refused.</summary>
    public const string Wanted = "this is no date that has one reading. Wanted: year, month, day, as in 2026-11-22 08:30, 2026/11/22 or 2026年11月22日 8:30.";

    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    private static readonly DateTime Epoch = new(1899, 12, 30);

    private int Year { get; init; }

    private int? Month { get; init; }

    private int? Day { get; init; }

    private TimeOnly? Time { get; init; }

    private TimeSpan? Offset { get; init; }

    /// <summary>Reads a cell.</summary>
    /// <param name="text">The cell.</param>
    /// <param name="order">What the map says of dates with two readings.</param>
    /// <param name="fault">Why it is no date; empty where it is one.</param>
    public static TableDate? Read(string text, DateOrder order, out string fault)
    {
        fault = "";
        string folded = HalfOfDay(Folding.Fold(text).Trim().Replace('号', '日'), out int add);
        if (add < 0)
        {
            fault = Wanted;
            return null;
        }

        TableDate? date = order == DateOrder.Serial ? Serial(folded) ?? Written(folded, order, ref fault) : Written(folded, order, ref fault);
        if (date is not null && add > 0) date = date.Time is { } time && (add == 12 || time.Hour <= 12) ? date with { Time = Shifted(time, add) } : null;
        if (date is null && fault.Length == 0) fault = Wanted;
        return date;
    }

    /// <summary>FHIR date: the time is cut off.</summary>
    public string ToDate() => Day is not null ? string.Create(CultureInfo.InvariantCulture, $"{Year:0000}-{Month:00}-{Day:00}")
        : Month is not null ? string.Create(CultureInfo.InvariantCulture, $"{Year:0000}-{Month:00}") : Year.ToString("0000", CultureInfo.InvariantCulture);

    /// <summary>FHIR dateTime in the site's zone; null where the clocks were set forward over it.</summary>
    public string? ToDateTime(TimeZoneInfo zone) => Time is null ? ToDate() : ToInstant(zone);

    /// <summary>FHIR instant; null where there is no time, or it never was.</summary>
    public string? ToInstant(TimeZoneInfo zone)
    {
        if (Time is not { } time || Day is not { } day) return null;
        DateTime local = new DateOnly(Year, Month!.Value, day).ToDateTime(time);
        if (Offset is null && zone.IsInvalidTime(local)) return null;
        return new DateTimeOffset(local, Offset ?? zone.GetUtcOffset(local)).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);
    }

    private static TableDate? Written(string folded, DateOrder order, ref string fault)
    {
        if (ChineseDate.Parse(folded) is { } chinese) return new TableDate { Year = chinese.Date.Year, Month = chinese.Date.Month, Day = chinese.Date.Day, Time = chinese.Time };
        if (Iso().Match(folded) is { Success: true } && DateTimeOffset.TryParse(folded, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTimeOffset instant))
        {
            return Of(instant.Year, instant.Month, instant.Day, TimeOnly.FromTimeSpan(instant.TimeOfDay)) is { } at ? at with { Offset = instant.Offset } : null;
        }

        if (Partial().Match(folded) is { Success: true } partial)
        {
            int year = Number(partial, "y"), month = partial.Groups["m"].Success ? Number(partial, "m") : 0;
            return year < 1850 || month > 12 || (partial.Groups["m"].Success && month == 0) ? null : new TableDate { Year = year, Month = month == 0 ? null : month };
        }

        if (Named().Match(folded) is { Success: true } named)
        {
            int month = Array.IndexOf(Months, named.Groups["m"].Value[..3].ToLowerInvariant()) + 1;
            return month == 0 ? null : Of(Number(named, "y"), month, Number(named, "d"), TimeOf(named));
        }

        if (YearLast().Match(folded) is not { Success: true } match) return null;
        int a = Number(match, "a"), b = Number(match, "b"), y = Number(match, "y");
        TableDate? dayFirst = order != DateOrder.MonthFirst ? Of(y, b, a, TimeOf(match)) : null;
        TableDate? monthFirst = order != DateOrder.DayFirst ? Of(y, a, b, TimeOf(match)) : null;
        if (dayFirst is not null && monthFirst is not null && dayFirst != monthFirst)
        {
            fault = TwoReadings;
            return null;
        }

        return dayFirst ?? monthFirst;
    }

    // A spreadsheet counts days from 1900 and believes that year to have been a leap year; days before March 1900 are not read.
    private static TableDate? Serial(string folded)
    {
        if (!Digits().IsMatch(folded) || !double.TryParse(folded, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double days) || days is < 61 or >= 2958466) return null;
        DateTime at = Epoch.AddSeconds(Math.Round(days * 86400));
        return Of(at.Year, at.Month, at.Day, folded.Contains('.', StringComparison.Ordinal) ? TimeOnly.FromDateTime(at) : null);
    }

    private static TableDate? Of(int year, int month, int day, TimeOnly? time) =>
        year < 1850 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) ? null : new TableDate { Year = year, Month = month, Day = day, Time = time };

    private static TimeOnly? TimeOf(Match match)
    {
        if (!match.Groups["h"].Success) return null;
        return new TimeOnly(Number(match, "h"), Number(match, "min"), match.Groups["s"].Success ? Number(match, "s") : 0);
    }

    // 上午8:05, 下午 3:20, 8:05 PM. Gives the hours to add: 12 for the second half, 24 for the first (12 at night is 0), -1 where two words stand.
    private static string HalfOfDay(string text, out int add)
    {
        add = 0;
        MatchCollection words = Half().Matches(text);
        if (words.Count == 0) return text;
        if (words.Count > 1)
        {
            add = -1;
            return text;
        }

        add = words[0].Value.ToUpperInvariant() is "下午" or "晚上" or "PM" ? 12 : 24;
        return text.Remove(words[0].Index, words[0].Length).Insert(words[0].Index, " ").Replace("  ", " ", StringComparison.Ordinal).Trim();
    }

    private static TimeOnly Shifted(TimeOnly time, int add) => time.Hour == 12
        ? add == 12 ? time : time.AddHours(-12)
        : add == 12 && time.Hour < 12 ? time.AddHours(12) : time;

    private static int Number(Match match, string group) => int.Parse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    private const string Clock = @"(?:[ T]{1,3}(?<h>[01]?[0-9]|2[0-3]):(?<min>[0-5][0-9])(?::(?<s>[0-5][0-9])(?:\.[0-9]{1,7})?)?)?";

    [GeneratedRegex(@"^(?<a>[0-9]{1,2})(?<sep>[-/.])(?<b>[0-9]{1,2})\k<sep>(?<y>[12][0-9]{3})" + Clock + "$", RegexOptions.CultureInvariant)]
    private static partial Regex YearLast();

    [GeneratedRegex(@"^(?:(?<d>[0-9]{1,2})[- ](?<m>[A-Za-z]{3,9})[- ,]{1,2}(?<y>[12][0-9]{3})|(?<m>[A-Za-z]{3,9})\.? (?<d>[0-9]{1,2}),? (?<y>[12][0-9]{3}))" + Clock + "$", RegexOptions.CultureInvariant)]
    private static partial Regex Named();

    [GeneratedRegex(@"^(?<y>[12][0-9]{3})(?:年|(?:[-/.年])(?<m>[0-9]{1,2})月?)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Partial();

    [GeneratedRegex(@"^[12][0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,7})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})$", RegexOptions.CultureInvariant)]
    private static partial Regex Iso();

    [GeneratedRegex(@"^[0-9]{1,7}(?:\.[0-9]{1,15})?$", RegexOptions.CultureInvariant)]
    private static partial Regex Digits();

    [GeneratedRegex("上午|早上|凌晨|下午|晚上|(?<=[0-9 ])(?:AM|PM|am|pm)", RegexOptions.CultureInvariant)]
    private static partial Regex Half();
}
