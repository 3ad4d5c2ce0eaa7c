using System.Globalization;
using Consortium.Adapters.Hl7V2.Er7;

namespace Consortium.Adapters.Hl7V2.Types;

/// <summary>A time that the message gives as another one and a duration: AIL-6 with AIL-9, SCH-11.4 with SCH-9, TQ1-7 with TQ1-6.</summary>
internal static class Durations
{
    /// <summary>The time a duration after (or before) another one; null where either is absent, or where it cannot be said (an issue is noted).</summary>
    /// <param name="amount">NM: how many.</param>
    /// <param name="unit">The unit's code, in UCUM or as HL7 v2.5.1 ch. 2.A.81 writes it; null for minutes.</param>
    /// <param name="start">The time that is counted from.</param>
    /// <param name="sign">1 for after, -1 for before.</param>
    /// <param name="conversion">The message.</param>
    public static string? From(Er7Value amount, string? unit, Er7Value start, int sign, MessageConversion conversion)
    {
        if (amount.Text is not { } text || !start.HasData || Times.DateTime(start, conversion) is not { } moment) return null;
        if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out decimal number) || Math.Abs(number) > 1_000_000)
        {
            conversion.Warn("value", amount, "the duration is no number; the time that it leads to is not mapped.");
            return null;
        }

        if (Seconds(unit) is not { } seconds)
        {
            conversion.Warn("code-invalid", amount, "the unit of the duration is none of s, min, h, d and wk; the time that it leads to is not mapped.");
            return null;
        }

        decimal shift = sign * number * seconds;
        if (moment.Length > 10)
        {
            DateTimeOffset reached = DateTimeOffset.Parse(moment, CultureInfo.InvariantCulture).AddTicks((long)(shift * TimeSpan.TicksPerSecond));
            return reached.ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture);
        }

        // A date plus hours is no date; a date plus whole days is.
        if (moment.Length == 10 && shift % 86400 == 0)
        {
            return DateOnly.ParseExact(moment, "yyyy-MM-dd", CultureInfo.InvariantCulture).AddDays((int)(shift / 86400)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        }

        conversion.Warn("value", start, "a time of day is needed to count a duration from; the time that it leads to is not mapped.");
        return null;
    }

    private static decimal? Seconds(string? unit) => unit switch
    {
        null or "min" or "MIN" or "M" or "m" or "minutes" or "MINUTES" or "Minutes" => 60,
        "s" or "S" or "sec" or "SEC" => 1,
        "h" or "H" or "hr" or "HR" or "hours" or "HOURS" => 3600,
        "d" or "D" or "day" or "DAY" or "days" => 86400,
        "wk" or "W" or "week" => 604800,
        _ => null,
    };
}
