using System.Globalization;
using Consortium.Adapters.Hl7V2.Er7;

namespace Consortium.Adapters.Hl7V2.Types;

/// <summary>
/// DTM, TS, DT and TM (HL7 v2.5.1 ch. 2.A) to FHIR dateTime, date, instant and time. A partial date stays partial.
/// A time without offset is in the site's zone, never the server's. What is no date is an error, not a blank.
/// </summary>
internal static class Times
{
    /// <summary>FHIR dateTime, or null where the value is absent or no date.</summary>
    public static string? DateTime(Er7Value value, MessageConversion conversion)
    {
        if (value.Length == 0) return null;
        if (conversion.KnownTime(value.Bytes) is { } known)
        {
            value.MarkRead();
            return known;
        }

        if (Read(value, conversion) is not { } moment) return null;
        if (moment.Digits == 10)
        {
            conversion.Warn("value", value, "the time has an hour without minutes, which FHIR cannot say; only the date is kept.");
        }

        string time = moment.Digits < 12 ? moment.Date : moment.DateTime;

        // What is to be said of a field is said of each field.
        if (!moment.IsAmbiguous && moment.Digits != 10) conversion.Remember(value, time);
        return time;
    }

    /// <summary>FHIR date: the time of day, if any, is cut off.</summary>
    public static string? Date(Er7Value value, MessageConversion conversion) => Read(value, conversion)?.Date;

    /// <summary>FHIR instant; a value that is not known to the minute cannot be one and is reported.</summary>
    public static string? Instant(Er7Value value, MessageConversion conversion)
    {
        if (Read(value, conversion) is not { } moment) return null;
        if (moment.Digits >= 12) return moment.DateTime;
        conversion.Warn("value", value, "a time of day is needed for a FHIR instant; the value is not mapped.");
        return null;
    }

    /// <summary>FHIR time of a TM value.</summary>
    public static string? Time(Er7Value value, MessageConversion conversion)
    {
        if (value.Text is not { } text) return null;
        string digits = new([.. text.TakeWhile(char.IsAsciiDigit)]);
        string rest = text[digits.Length..];
        string fraction = rest.StartsWith('.') ? "." + new string([.. rest.Skip(1).TakeWhile(char.IsAsciiDigit)]) : "";
        if (digits.Length is 4 or 6 && rest.Length == fraction.Length && fraction != "."
            && TimeOnly.TryParseExact(digits.PadRight(6, '0'), "HHmmss", CultureInfo.InvariantCulture, DateTimeStyles.None, out TimeOnly time))
        {
            return time.ToString("HH:mm:ss", CultureInfo.InvariantCulture) + (digits.Length == 6 ? fraction : "");
        }

        conversion.Error("value", value, "this is no time of day. Have the sender write HHMM or HHMMSS, without colons (HL7 v2.5.1 ch. 2.A.75).");
        return null;
    }

    private static Moment? Read(Er7Value value, MessageConversion conversion)
    {
        if (value.Text is not { } text) return null;
        if (Moment.TryParse(text, conversion.Context.TimeZone) is { } moment)
        {
            if (moment.IsAmbiguous) conversion.Warn("value", value, "the local time occurred twice when the clocks were set back; the earlier offset was not assumed, the standard one was.");
            return moment;
        }

        conversion.Error("value", value, "this is no date or time; YYYY[MM[DD[HHMM[SS[.S]]]]][+/-ZZZZ] is expected.");
        return null;
    }

    /// <summary>A date and time as far as it is known.</summary>
    private readonly struct Moment
    {
        private readonly DateTime _local;
        private readonly string _fraction;
        private readonly TimeSpan _shift;

        private Moment(int digits, DateTime local, string fraction, TimeSpan shift, bool isAmbiguous)
        {
            Digits = digits;
            _local = local;
            _fraction = fraction;
            _shift = shift;
            IsAmbiguous = isAmbiguous;
        }

        /// <summary>Digits before the decimal point: 4, 6, 8, 10, 12 or 14.</summary>
        public int Digits { get; }

        /// <summary>True where the local time occurred twice and the value has no offset.</summary>
        public bool IsAmbiguous { get; }

        /// <summary>FHIR date.</summary>
        public string Date => string.Create(Digits >= 8 ? 10 : Digits == 6 ? 7 : 4, this, static (text, moment) => moment.WriteDate(text));

        /// <summary>FHIR dateTime with offset.</summary>
        public string DateTime => string.Create("yyyy-MM-ddTHH:mm:ss+zz:zz".Length + (_fraction.Length == 0 ? 0 : _fraction.Length + 1), this, static (text, moment) =>
        {
            moment.WriteDate(text[..10]);
            text[10] = 'T';
            Write(text[11..], moment._local.Hour);
            text[13] = ':';
            Write(text[14..], moment._local.Minute);
            text[16] = ':';
            Write(text[17..], moment._local.Second);
            text = text[19..];
            if (moment._fraction.Length > 0)
            {
                text[0] = '.';
                moment._fraction.CopyTo(text[1..]);
                text = text[(moment._fraction.Length + 1)..];
            }

            int minutes = (int)Math.Abs(moment._shift.TotalMinutes);
            text[0] = moment._shift < TimeSpan.Zero ? '-' : '+';
            Write(text[1..], minutes / 60);
            text[3] = ':';
            Write(text[4..], minutes % 60);
        });

        public static Moment? TryParse(string text, TimeZoneInfo zone)
        {
            int sign = text.AsSpan().LastIndexOfAny('+', '-');
            ReadOnlySpan<char> offset = sign > 0 ? text.AsSpan(sign) : [];
            ReadOnlySpan<char> rest = sign > 0 ? text.AsSpan(0, sign) : text;
            int point = rest.IndexOf('.');
            ReadOnlySpan<char> fraction = point < 0 ? [] : rest[(point + 1)..];
            ReadOnlySpan<char> digits = point < 0 ? rest : rest[..point];
            if (digits.ContainsAnyExceptInRange('0', '9') || fraction.ContainsAnyExceptInRange('0', '9')) return null;
            if (digits.Length is not (4 or 6 or 8 or 10 or 12 or 14) || (point >= 0 && (digits.Length < 14 || fraction.Length is 0 or > 9))) return null;

            // What is not there is filled only to have the calendar check the rest.
            int year = (Read(digits, 0, 0) * 100) + Read(digits, 2, 0);
            int month = Read(digits, 4, 1), day = Read(digits, 6, 1);
            int hour = Read(digits, 8, 0), minute = Read(digits, 10, 0), second = Read(digits, 12, 0);
            if (year < 1 || month is < 1 or > 12 || day < 1 || day > System.DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 59) return null;
            var local = new DateTime(year, month, day, hour, minute, second);

            TimeSpan shift = default;
            bool ambiguous = false;
            if (offset.IsEmpty)
            {
                // A date has no offset to be known.
                if (digits.Length >= 12)
                {
                    shift = zone.GetUtcOffset(local);
                    ambiguous = zone.IsAmbiguousTime(local);
                    if (zone.IsInvalidTime(local)) return null;
                }
            }
            else
            {
                if (offset.Length != 5 || offset[1..].ContainsAnyExceptInRange('0', '9')) return null;
                int hours = Read(offset, 1, 0), minutes = Read(offset, 3, 0);
                shift = new TimeSpan(hours, minutes, 0);
                if (minutes > 59 || shift > TimeSpan.FromHours(14)) return null;
                if (offset[0] == '-') shift = -shift;
            }

            return new Moment(digits.Length, local, fraction.IsEmpty ? "" : fraction.ToString(), shift, ambiguous);
        }

        private void WriteDate(Span<char> text)
        {
            Write(text, _local.Year / 100);
            Write(text[2..], _local.Year % 100);
            if (text.Length < 7) return;
            text[4] = '-';
            Write(text[5..], _local.Month);
            if (text.Length < 10) return;
            text[7] = '-';
            Write(text[8..], _local.Day);
        }

        private static void Write(Span<char> text, int number) => (text[0], text[1]) = ((char)('0' + (number / 10)), (char)('0' + (number % 10)));

        private static int Read(ReadOnlySpan<char> digits, int at, int absent) => at + 1 < digits.Length ? ((digits[at] - '0') * 10) + digits[at + 1] - '0' : absent;
    }
}
