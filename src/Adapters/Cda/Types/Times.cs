using System.Globalization;
using Consortium.Adapters.Cda.Xml;
using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Cda.Types;

/// <summary>
/// TS and IVL_TS (HL7 v3 data types) to dateTime, date, instant and Period. A partial date stays partial. A time without offset has that of the document's own
/// time, else is in the site's zone, never the server's.
/// </summary>
internal static class Times
{
    /// <summary>FHIR dateTime of a TS; null where it has no value or none that is a date (which is reported).</summary>
    public static string? DateTime(CdaNode? ts, CdaConversion conversion) => Read(ts, conversion)?.Text;

    /// <summary>FHIR date: a time of day is cut off.</summary>
    public static string? Date(CdaNode? ts, CdaConversion conversion) => Read(ts, conversion) is { } moment ? moment.Text[..Math.Min(10, moment.Text.Length)] : null;

    /// <summary>FHIR instant; null where the time is not known to the minute.</summary>
    public static string? Instant(CdaNode? ts, CdaConversion conversion) => Read(ts, conversion) is { HasTime: true } moment ? moment.Text : null;

    /// <summary>One time of an IVL_TS or TS: its value, else its low, center or high end.</summary>
    public static string? Point(CdaNode? ivl, CdaConversion conversion) =>
        ivl is null ? null : DateTime(ivl, conversion) ?? DateTime(ivl.Child("low"), conversion) ?? DateTime(ivl.Child("center"), conversion) ?? DateTime(ivl.Child("high"), conversion);

    /// <summary>The Period of an IVL_TS; of a TS, one that begins there. Null where neither end is known.</summary>
    public static DraftObject? Period(CdaNode? ivl, CdaConversion conversion)
    {
        if (ivl is null) return null;
        string? start = DateTime(ivl.Child("low"), conversion) ?? DateTime(ivl, conversion);
        string? end = DateTime(ivl.Child("high"), conversion);
        if (start is not null && end is not null && Order(start, end) > 0)
        {
            conversion.Warn("value", ivl, "the interval ends before it begins; its end is left out.");
            end = null;
        }

        return Element.Period(start, end);
    }

    /// <summary>Sets <c>nameDateTime</c> for a point and <c>namePeriod</c> for an interval; nothing where no time is known.</summary>
    public static bool Set(DraftObject target, string name, CdaNode? ivl, CdaConversion conversion)
    {
        if (ivl is null) return false;
        bool interval = ivl.Child("high") is { } high && high["value"] is not null || ivl.Child("low") is { } low && low["value"] is not null && ivl.Child("high") is not null;
        if (interval && Period(ivl, conversion) is { } period)
        {
            target.Set($"{name}Period", period);
            return true;
        }

        string? point = Point(ivl, conversion);
        target.Set($"{name}DateTime", point);
        return point is not null;
    }

    /// <summary>The offset that a TS ends with; null without one.</summary>
    public static TimeSpan? OffsetOf(string? value)
    {
        int sign = value is null ? -1 : value.AsSpan().LastIndexOfAny('+', '-');
        return sign < 8 ? null : Offset(value.AsSpan(sign));
    }

    // Partial dates are compared by what both have.
    private static int Order(string start, string end)
    {
        if (start.Length > 10 && end.Length > 10)
        {
            return DateTimeOffset.Parse(start, CultureInfo.InvariantCulture).CompareTo(DateTimeOffset.Parse(end, CultureInfo.InvariantCulture));
        }

        int both = Math.Min(10, Math.Min(start.Length, end.Length));
        return string.CompareOrdinal(start, 0, end, 0, both);
    }

    private static Moment? Read(CdaNode? ts, CdaConversion conversion)
    {
        if (ts?["value"] is not { } value) return null;
        if (Parse(value, conversion) is { } moment) return moment;
        conversion.Warn("value", ts, "this is no date or time; YYYY[MM[DD[HHMM[SS[.S]]]]][+/-ZZZZ] is expected. It is left out here and stays in the section's text and the original.");
        return null;
    }

    private static Moment? Parse(ReadOnlySpan<char> value, CdaConversion conversion)
    {
        int sign = value.LastIndexOfAny('+', '-');
        TimeSpan? offset = null;
        if (sign > 0)
        {
            if (Offset(value[sign..]) is not { } stated) return null;
            offset = stated;
            value = value[..sign];
        }
        else if (value is [.., 'Z'])
        {
            offset = TimeSpan.Zero;
            value = value[..^1];
        }

        int point = value.IndexOf('.');
        ReadOnlySpan<char> fraction = point < 0 ? [] : value[(point + 1)..];
        ReadOnlySpan<char> digits = point < 0 ? value : value[..point];
        if (digits.ContainsAnyExceptInRange('0', '9') || fraction.ContainsAnyExceptInRange('0', '9')) return null;
        if (digits.Length is not (4 or 6 or 8 or 10 or 12 or 14) || (point >= 0 && (digits.Length < 14 || fraction.Length is 0 or > 9))) return null;
        int year = (Two(digits, 0, 0) * 100) + Two(digits, 2, 0), month = Two(digits, 4, 1), day = Two(digits, 6, 1);
        int hour = Two(digits, 8, 0), minute = Two(digits, 10, 0), second = Two(digits, 12, 0);
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > System.DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 59) return null;
        if (digits.Length == 4) return new Moment(string.Create(CultureInfo.InvariantCulture, $"{year:0000}"), false);
        if (digits.Length == 6) return new Moment(string.Create(CultureInfo.InvariantCulture, $"{year:0000}-{month:00}"), false);

        // An hour without minutes cannot be said in FHIR; the date can (FHIR R4 datatypes.html#dateTime).
        if (digits.Length is 8 or 10) return new Moment(string.Create(CultureInfo.InvariantCulture, $"{year:0000}-{month:00}-{day:00}"), false);
        if ((offset ?? LocalOffset(new System.DateTime(year, month, day, hour, minute, second), conversion)) is not { } shift) return null;
        string tail = fraction.IsEmpty ? "" : $".{fraction}";
        return new Moment(
            string.Create(CultureInfo.InvariantCulture, $"{year:0000}-{month:00}-{day:00}T{hour:00}:{minute:00}:{second:00}{tail}{(shift < TimeSpan.Zero ? '-' : '+')}{Math.Abs(shift.Hours):00}:{Math.Abs(shift.Minutes):00}"),
            true);
    }

    private static TimeSpan? LocalOffset(System.DateTime local, CdaConversion conversion)
    {
        if (conversion.DocumentOffset is { } documents) return documents;
        TimeZoneInfo zone = conversion.Context.TimeZone;
        return zone.IsInvalidTime(local) ? null : zone.GetUtcOffset(local);
    }

    private static TimeSpan? Offset(ReadOnlySpan<char> text)
    {
        if (text.Length == 6 && text[3] == ':') text = string.Concat(text[..3], text[4..]);
        if (text.Length is not (3 or 5) || text[1..].ContainsAnyExceptInRange('0', '9')) return null;
        int hours = Two(text, 1, 0), minutes = Two(text, 3, 0);
        var offset = new TimeSpan(hours, minutes, 0);
        if (minutes > 59 || offset > TimeSpan.FromHours(14)) return null;
        return text[0] == '-' ? -offset : offset;
    }

    private static int Two(ReadOnlySpan<char> digits, int at, int absent) => at + 1 < digits.Length ? ((digits[at] - '0') * 10) + digits[at + 1] - '0' : absent;

    private readonly record struct Moment(string Text, bool HasTime);
}
