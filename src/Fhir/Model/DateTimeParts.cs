using System.Globalization;

namespace Consortium.Fhir.Model;

/// <summary>How much of a date and time is known, coarse before fine.</summary>
public enum DateTimePrecision
{
    /// <summary>The year alone.</summary>
    Year,

    /// <summary>Year and month.</summary>
    Month,

    /// <summary>The whole date.</summary>
    Day,

    /// <summary>Date and time to the second.</summary>
    Second,

    /// <summary>Date and time with a fraction of a second.</summary>
    Fraction,
}

/// <summary>The parts of a FHIR date, dateTime or instant (FHIR R4 datatypes.html#dateTime): with a time, seconds and an offset are required.</summary>
internal readonly record struct DateTimeParts(DateTimePrecision Precision, int Year, int Month, int Day, TimeSpan Clock, bool LeapSecond, TimeSpan? Offset)
{
    public DateOnly Date => new(Year, Month, Day);

    /// <summary>The moment, where it is known and .NET can hold it.</summary>
    public DateTimeOffset? Moment
    {
        get
        {
            if (Offset is not { } offset || LeapSecond) return null;
            DateTime local = Date.ToDateTime(TimeOnly.FromTimeSpan(Clock));
            long utc = local.Ticks - offset.Ticks;
            return utc < DateTime.MinValue.Ticks || utc > DateTime.MaxValue.Ticks ? null : new DateTimeOffset(local, offset);
        }
    }

    public static DateTimeParts? Read(ReadOnlySpan<char> text)
    {
        if (!Number(text, 0, 4, 1, 9999, out int year)) return null;
        if (text.Length == 4) return new(DateTimePrecision.Year, year, 0, 0, default, false, null);
        if (text[4] != '-' || !Number(text, 5, 2, 1, 12, out int month)) return null;
        if (text.Length == 7) return new(DateTimePrecision.Month, year, month, 0, default, false, null);
        if (text[7] != '-' || !Number(text, 8, 2, 1, DateTime.DaysInMonth(year, month), out int day)) return null;
        if (text.Length == 10) return new(DateTimePrecision.Day, year, month, day, default, false, null);
        if (text[10] != 'T' || !Clocked(text[11..], out int used, out TimeSpan clock, out bool leap, out bool fraction)) return null;
        if (ReadOffset(text[(11 + used)..]) is not { } offset) return null;
        return new(fraction ? DateTimePrecision.Fraction : DateTimePrecision.Second, year, month, day, clock, leap, offset);
    }

    public static bool IsTime(ReadOnlySpan<char> text) => Clocked(text, out int used, out _, out _, out _) && used == text.Length;

    public static TimeOnly? Time(ReadOnlySpan<char> text) =>
        Clocked(text, out _, out TimeSpan clock, out bool leap, out _) && !leap ? TimeOnly.FromTimeSpan(clock) : null;

    /// <summary>Reads <c>hh:mm:ss</c> with an optional fraction.</summary>
    private static bool Clocked(ReadOnlySpan<char> text, out int used, out TimeSpan clock, out bool leap, out bool fraction)
    {
        (used, clock, leap, fraction) = (8, default, false, false);
        if (text.Length < 8 || text[2] != ':' || text[5] != ':') return false;
        if (!Number(text, 0, 2, 0, 23, out int hour) || !Number(text, 3, 2, 0, 59, out int minute) || !Number(text, 6, 2, 0, 60, out int second)) return false;
        leap = second == 60;
        long ticks = 0;
        if (text.Length > 8 && text[8] == '.')
        {
            long unit = TimeSpan.TicksPerSecond;
            for (used = 9; used < text.Length && char.IsAsciiDigit(text[used]); used++) ticks += (text[used] - '0') * (unit /= 10);
            if (used == 9) return false;
            fraction = true;
        }

        clock = new TimeSpan(hour, minute, Math.Min(second, 59)) + new TimeSpan(ticks);
        return true;
    }

    private static TimeSpan? ReadOffset(ReadOnlySpan<char> text)
    {
        if (text is "Z") return TimeSpan.Zero;
        if (text.Length != 6 || text[0] is not ('+' or '-') || text[3] != ':') return null;
        if (!Number(text, 1, 2, 0, 14, out int hours) || !Number(text, 4, 2, 0, hours == 14 ? 0 : 59, out int minutes)) return null;
        TimeSpan offset = new(hours, minutes, 0);
        return text[0] == '-' ? -offset : offset;
    }

    private static bool Number(ReadOnlySpan<char> text, int start, int length, int least, int most, out int value)
    {
        value = 0;
        return text.Length >= start + length && int.TryParse(text.Slice(start, length), NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= least && value <= most;
    }
}

/// <summary>Dates and times in FHIR's characters.</summary>
internal static class DateText
{
    public static string Of(int year) => Checked(year, 1).ToString("0000", CultureInfo.InvariantCulture);

    public static string Of(int year, int month) => string.Create(CultureInfo.InvariantCulture, $"{Checked(year, month):0000}-{month:00}");

    public static string Of(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static string Of(TimeOnly time) => time.ToString("HH':'mm':'ss.FFFFFFF", CultureInfo.InvariantCulture);

    public static string Of(DateTimeOffset value)
    {
        string local = value.ToString("yyyy-MM-dd'T'HH':'mm':'ss.FFFFFFF", CultureInfo.InvariantCulture);
        return local + (value.Offset == TimeSpan.Zero ? "Z" : value.ToString("zzz", CultureInfo.InvariantCulture));
    }

    private static int Checked(int year, int month) => new DateOnly(year, month, 1).Year;
}
