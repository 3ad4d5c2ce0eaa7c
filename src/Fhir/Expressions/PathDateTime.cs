using System.Globalization;

namespace Consortium.Fhir.Expressions;

/// <summary>How much of a date or time is known.</summary>
internal enum TemporalPrecision
{
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,

    /// <summary>With a fraction; compared as one with seconds (FHIRPath N1 6.2).</summary>
    Fraction,
}

/// <summary>A Date, DateTime or Time of FHIRPath, with its precision, its time zone if any, and the fraction as written.</summary>
internal sealed class PathDateTime
{
    // By precision, for dates; a Time has the eight of its date less.
    private static readonly int[] s_digits = [4, 6, 8, 10, 12, 14, 17];

    private readonly DateTime _local;
    private readonly int _fractionDigits;

    private PathDateTime(PathKind kind, DateTime local, TemporalPrecision precision, int fractionDigits, int? zoneMinutes)
    {
        (Kind, _local, Precision, _fractionDigits, ZoneMinutes) = (kind, local, precision, fractionDigits, zoneMinutes);
    }

    public PathKind Kind { get; }

    public TemporalPrecision Precision { get; }

    /// <summary>Offset from UTC; null where none is given.</summary>
    public int? ZoneMinutes { get; }

    /// <summary>The precision for comparison, which takes seconds and their fraction as one.</summary>
    public TemporalPrecision ComparedPrecision => Precision > TemporalPrecision.Second ? TemporalPrecision.Second : Precision;

    /// <summary>Number of digits written at this precision, the fraction counting three.</summary>
    public int DigitCount => s_digits[(int)Precision] - (Kind == PathKind.Time ? 8 : 0);

    public static PathDateTime Now(DateTimeOffset now) =>
        new(PathKind.DateTime, DateTime.SpecifyKind(now.DateTime, DateTimeKind.Unspecified), TemporalPrecision.Fraction, 3, (int)now.Offset.TotalMinutes);

    public PathDateTime As(PathKind kind) => kind switch
    {
        PathKind.Date => new(kind, _local.Date, Precision > TemporalPrecision.Day ? TemporalPrecision.Day : Precision, 0, null),
        PathKind.Time => new(kind, DateTime.MinValue + _local.TimeOfDay, Precision, _fractionDigits, null),
        _ => new(kind, _local, Precision, _fractionDigits, ZoneMinutes),
    };

    public static bool TryParse(string text, PathKind kind, out PathDateTime? value)
    {
        value = null;
        ReadOnlySpan<char> rest = text;
        int year = 1, month = 1, day = 1;
        TemporalPrecision precision = TemporalPrecision.Year;
        if (kind != PathKind.Time)
        {
            if (!Digits(ref rest, 4, out year) || year == 0) return false;
            if (Skip(ref rest, '-'))
            {
                if (!Digits(ref rest, 2, out month) || month is < 1 or > 12) return false;
                precision = TemporalPrecision.Month;
                if (Skip(ref rest, '-'))
                {
                    if (!Digits(ref rest, 2, out day) || day < 1 || day > DateTime.DaysInMonth(year, month)) return false;
                    precision = TemporalPrecision.Day;
                }
            }

            if (rest.IsEmpty)
            {
                value = new PathDateTime(kind, new DateTime(year, month, day), precision, 0, null);
                return true;
            }

            if (kind == PathKind.Date || !Skip(ref rest, 'T')) return false;
        }
        else
        {
            Skip(ref rest, 'T');
        }

        return TryParseTime(rest, kind, new DateTime(year, month, day), out value);
    }

    private static bool TryParseTime(ReadOnlySpan<char> rest, PathKind kind, DateTime date, out PathDateTime? value)
    {
        value = null;
        int minute = 0, second = 0, digits = 0;
        long ticks = 0;
        if (!Digits(ref rest, 2, out int hour) || hour > 23) return false;
        TemporalPrecision precision = TemporalPrecision.Hour;
        if (Skip(ref rest, ':'))
        {
            if (!Digits(ref rest, 2, out minute) || minute > 59) return false;
            precision = TemporalPrecision.Minute;
            if (Skip(ref rest, ':'))
            {
                if (!Digits(ref rest, 2, out second) || second > 60) return false;
                precision = TemporalPrecision.Second;
                if (Skip(ref rest, '.'))
                {
                    for (; digits < rest.Length && char.IsAsciiDigit(rest[digits]); digits++)
                    {
                        if (digits < 7) ticks = (ticks * 10) + rest[digits] - '0';
                    }

                    if (digits == 0) return false;
                    for (int i = digits; i < 7; i++) ticks *= 10;
                    rest = rest[digits..];
                    precision = TemporalPrecision.Fraction;
                }
            }
        }

        int? zone = null;
        if (Skip(ref rest, 'Z'))
        {
            zone = 0;
        }
        else if (!rest.IsEmpty && rest[0] is '+' or '-')
        {
            int sign = rest[0] == '-' ? -1 : 1;
            rest = rest[1..];
            if (!Digits(ref rest, 2, out int hours) || !Skip(ref rest, ':') || !Digits(ref rest, 2, out int minutes) || hours > 14 || minutes > 59) return false;
            zone = sign * ((hours * 60) + minutes);
        }

        if (!rest.IsEmpty || (kind == PathKind.Time && zone is not null)) return false;
        long time = new TimeSpan(hour, minute, second).Ticks + ticks;
        if (date.Ticks + time > DateTime.MaxValue.Ticks) return false;
        value = new PathDateTime(kind, date.AddTicks(time), precision, digits, zone);
        return true;
    }

    /// <summary>Order by FHIRPath N1 6.2: null where precisions differ before the values do; comparable tells that apart from different kinds.</summary>
    public static int? Compare(PathDateTime a, PathDateTime b, out bool comparable)
    {
        comparable = (a.Kind == PathKind.Time) == (b.Kind == PathKind.Time);
        if (!comparable) return null;
        DateTime x = a._local, y = b._local;
        bool timesA = a.Precision >= TemporalPrecision.Hour, timesB = b.Precision >= TemporalPrecision.Hour;
        if (a.Kind != PathKind.Time && timesA && timesB)
        {
            // One zone unknown: whether they are the same instant cannot be said.
            if (a.ZoneMinutes.HasValue != b.ZoneMinutes.HasValue) return null;
            x = Shift(x, -(a.ZoneMinutes ?? 0));
            y = Shift(y, -(b.ZoneMinutes ?? 0));
        }

        TemporalPrecision first = a.Kind == PathKind.Time ? TemporalPrecision.Hour : TemporalPrecision.Year;
        TemporalPrecision common = a.Precision < b.Precision ? a.Precision : b.Precision;
        for (TemporalPrecision part = first; part <= common && part <= TemporalPrecision.Second; part++)
        {
            int order = Part(x, part).CompareTo(Part(y, part));
            if (order != 0) return order;
        }

        bool same = a.Precision == b.Precision || (a.Precision >= TemporalPrecision.Second && b.Precision >= TemporalPrecision.Second);
        return same ? 0 : null;
    }

    /// <summary>One part as a number, seconds without their fraction; null where it is not known or a date or time has no such part.</summary>
    public int? Component(TemporalPrecision part)
    {
        if (part > Precision || (Kind == PathKind.Time && part < TemporalPrecision.Hour)) return null;
        return part switch
        {
            TemporalPrecision.Second => _local.Second,
            TemporalPrecision.Fraction => _local.Millisecond,
            _ => (int)Part(_local, part),
        };
    }

    /// <summary>Adds a number of a calendar unit (FHIRPath N1 6.6.7); null where the result leaves the calendar.</summary>
    public PathDateTime? Add(decimal amount, string unit)
    {
        try
        {
            int whole = (int)decimal.Truncate(amount);
            if (Kind == PathKind.Time)
            {
                long day = TimeSpan.TicksPerDay;
                long moved = (_local.Ticks + Ticks(amount, unit)) % day;
                return With(new DateTime(moved < 0 ? moved + day : moved));
            }

            return unit switch
            {
                "year" => With(_local.AddYears(whole)),
                "month" => With(_local.AddMonths(Precision == TemporalPrecision.Year ? whole / 12 * 12 : whole)),
                "week" or "day" when Precision < TemporalPrecision.Day => AddDaysCoarse(unit == "week" ? checked(whole * 7) : whole),
                "week" => With(_local.AddDays(whole * 7.0)),
                "day" => With(_local.AddDays(whole)),
                _ => AddTicks(Ticks(amount, unit)),
            };
        }
        catch (ArgumentOutOfRangeException)
        {
            return null;
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    /// <summary>
    /// The first or last moment that this value may stand for, at a precision given in digits; null where there is no such
    /// precision. Without a time zone the earliest is in +14:00, the latest in -12:00.
    /// </summary>
    public PathDateTime? Boundary(long? digits, bool high)
    {
        int offset = Kind == PathKind.Time ? 8 : 0;
        long wanted = (digits ?? (Kind == PathKind.Date ? 8 : 17 - offset)) + offset;
        int index = Array.IndexOf(s_digits, (int)Math.Clamp(wanted, 0, 100));
        if (index < 0 || (Kind == PathKind.Date && wanted > 8)) return null;
        TemporalPrecision precision = (TemporalPrecision)index;
        DateTime local = high ? LastMoment() : _local;
        int? zone = Kind == PathKind.DateTime && precision >= TemporalPrecision.Hour ? ZoneMinutes ?? (high ? -12 * 60 : 14 * 60) : null;
        return new PathDateTime(Kind, local, precision, precision == TemporalPrecision.Fraction ? Math.Max(3, _fractionDigits) : 0, zone);
    }

    private DateTime LastMoment()
    {
        try
        {
            DateTime next = Precision switch
            {
                TemporalPrecision.Year => _local.AddYears(1),
                TemporalPrecision.Month => _local.AddMonths(1),
                TemporalPrecision.Day => _local.AddDays(1),
                TemporalPrecision.Hour => _local.AddHours(1),
                TemporalPrecision.Minute => _local.AddMinutes(1),
                TemporalPrecision.Second => _local.AddSeconds(1),
                _ => _local.AddMilliseconds(1),
            };
            return Precision == TemporalPrecision.Fraction ? _local : next.AddMilliseconds(-1);
        }
        catch (ArgumentOutOfRangeException)
        {
            return DateTime.MaxValue;
        }
    }

    public override string ToString()
    {
        string date = Precision switch
        {
            TemporalPrecision.Year => "yyyy",
            TemporalPrecision.Month => "yyyy-MM",
            _ => "yyyy-MM-dd",
        };
        string time = Precision switch
        {
            < TemporalPrecision.Hour => string.Empty,
            TemporalPrecision.Hour => "HH",
            TemporalPrecision.Minute => "HH:mm",
            TemporalPrecision.Second => "HH:mm:ss",
            _ => "HH:mm:ss." + new string('f', Math.Clamp(_fractionDigits, 1, 7)),
        };
        if (Kind == PathKind.Time) return _local.ToString(time.Length == 2 ? "HH" : time, CultureInfo.InvariantCulture);
        string text = _local.ToString(date, CultureInfo.InvariantCulture);
        if (time.Length == 0) return text;
        text += "T" + _local.ToString(time.Length == 2 ? "%H" : time, CultureInfo.InvariantCulture).PadLeft(2, '0');
        if (ZoneMinutes is not { } zone) return text;
        return zone == 0 ? text + "Z" : string.Create(CultureInfo.InvariantCulture, $"{text}{(zone < 0 ? '-' : '+')}{Math.Abs(zone) / 60:00}:{Math.Abs(zone) % 60:00}");
    }

    private PathDateTime With(DateTime local) => new(Kind, local, Precision, _fractionDigits, ZoneMinutes);

    /// <summary>Days added to a partial date count as whole months or years of 30 and 365 days (FHIRPath N1 6.6.7).</summary>
    private PathDateTime AddDaysCoarse(int days) =>
        With(Precision == TemporalPrecision.Year ? _local.AddYears(days / 365) : _local.AddMonths(days / 30));

    private PathDateTime AddTicks(long ticks)
    {
        if (Precision >= TemporalPrecision.Hour) return With(_local.AddTicks(ticks));
        int days = (int)(ticks / TimeSpan.TicksPerDay);
        return Precision == TemporalPrecision.Day ? With(_local.AddDays(days)) : AddDaysCoarse(days);
    }

    private static long Ticks(decimal amount, string unit) => unit switch
    {
        "hour" => (long)decimal.Truncate(amount) * TimeSpan.TicksPerHour,
        "minute" => (long)decimal.Truncate(amount) * TimeSpan.TicksPerMinute,
        "second" => (long)(amount * TimeSpan.TicksPerSecond),
        "millisecond" => (long)(amount * TimeSpan.TicksPerMillisecond),
        _ => throw new FhirPathException($"A {unit} cannot be added to a Time."),
    };

    private static DateTime Shift(DateTime value, int minutes)
    {
        long ticks = value.Ticks + (minutes * TimeSpan.TicksPerMinute);
        return new DateTime(Math.Clamp(ticks, 0, DateTime.MaxValue.Ticks));
    }

    private static long Part(DateTime value, TemporalPrecision part) => part switch
    {
        TemporalPrecision.Year => value.Year,
        TemporalPrecision.Month => value.Month,
        TemporalPrecision.Day => value.Day,
        TemporalPrecision.Hour => value.Hour,
        TemporalPrecision.Minute => value.Minute,
        _ => value.Ticks % TimeSpan.TicksPerMinute,
    };

    private static bool Digits(ref ReadOnlySpan<char> text, int count, out int number)
    {
        number = 0;
        if (text.Length < count) return false;
        for (int i = 0; i < count; i++)
        {
            if (!char.IsAsciiDigit(text[i])) return false;
            number = (number * 10) + text[i] - '0';
        }

        text = text[count..];
        return true;
    }

    private static bool Skip(ref ReadOnlySpan<char> text, char c)
    {
        if (text.IsEmpty || text[0] != c) return false;
        text = text[1..];
        return true;
    }
}
