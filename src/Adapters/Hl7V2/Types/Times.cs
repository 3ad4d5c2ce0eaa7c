using System.Globalization;
using Consortium.Adapters.Hl7V2.Er7;
using Consortium.Adapters.Hl7V2.Map;

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
        if (Read(value, conversion) is not { } moment) return null;
        if (moment.Digits == 10)
        {
            conversion.Warn("value", value, "the time has an hour without minutes, which FHIR cannot say; only the date is kept.");
        }

        return moment.Digits < 12 ? moment.Date : moment.DateTime;
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

        conversion.Error("value", value, "this is no time of day; HHMM[SS[.S]] is expected.");
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
    private readonly record struct Moment(int Digits, string Date, string DateTime, bool IsAmbiguous)
    {
        public static Moment? TryParse(string text, TimeZoneInfo zone)
        {
            int sign = text.LastIndexOfAny(['+', '-']);
            ReadOnlySpan<char> offset = sign > 0 ? text.AsSpan(sign) : [];
            ReadOnlySpan<char> rest = sign > 0 ? text.AsSpan(0, sign) : text;
            int point = rest.IndexOf('.');
            ReadOnlySpan<char> fraction = point < 0 ? [] : rest[(point + 1)..];
            ReadOnlySpan<char> digits = point < 0 ? rest : rest[..point];
            if (digits.ContainsAnyExceptInRange('0', '9') || fraction.ContainsAnyExceptInRange('0', '9')) return null;
            if (digits.Length is not (4 or 6 or 8 or 10 or 12 or 14) || (point >= 0 && (digits.Length < 14 || fraction.Length is 0 or > 9))) return null;

            // What is not there is filled only to have the calendar check the rest.
            string full = string.Concat(digits, "00000101000000".AsSpan(digits.Length));
            if (!System.DateTime.TryParseExact(full, "yyyyMMddHHmmss", CultureInfo.InvariantCulture, DateTimeStyles.None, out System.DateTime local)) return null;
            string date = local.ToString("yyyy-MM-dd".AsSpan(0, digits.Length >= 8 ? 10 : digits.Length == 6 ? 7 : 4).ToString(), CultureInfo.InvariantCulture);

            TimeSpan shift;
            bool ambiguous = false;
            if (offset.IsEmpty)
            {
                shift = zone.GetUtcOffset(local);
                ambiguous = digits.Length >= 12 && zone.IsAmbiguousTime(local);
                if (digits.Length >= 12 && zone.IsInvalidTime(local)) return null;
            }
            else
            {
                if (offset.Length != 5 || !TimeSpan.TryParseExact(offset[1..], "hhmm", CultureInfo.InvariantCulture, out shift) || shift > TimeSpan.FromHours(14)) return null;
                if (offset[0] == '-') shift = -shift;
            }

            string zoneText = string.Create(CultureInfo.InvariantCulture, $"{(shift < TimeSpan.Zero ? '-' : '+')}{shift:hh\\:mm}");
            string time = local.ToString("HH:mm:ss", CultureInfo.InvariantCulture) + (fraction.IsEmpty ? "" : $".{fraction}");
            return new Moment(digits.Length, date, $"{date}T{time}{zoneText}", ambiguous);
        }
    }
}
