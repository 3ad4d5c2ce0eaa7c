using System.Buffers;
using System.Buffers.Text;

namespace Consortium.Fhir.Validation;

/// <summary>
/// The value formats of the primitive types (FHIR R4 datatypes.html#primitive), over UTF-8 without a regular expression.
/// Each check gives null or the rule that is broken; the value itself never goes into a message.
/// </summary>
internal static class PrimitiveFormats
{
    private static readonly SearchValues<byte> s_base64 = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"u8);
    private static readonly SearchValues<byte> s_id = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-."u8);
    private static readonly SearchValues<byte> s_space = SearchValues.Create(" \t\r\n\v\f"u8);

    /// <summary>Longest string, in characters; counted in bytes only where that already decides (datatypes.html#string).</summary>
    private const int MaxString = 1024 * 1024;

    /// <summary>The rule that a JSON string breaks as a value of the type, or null.</summary>
    public static string? CheckText(PrimitiveType type, ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty) return "a value is never empty";
        return type switch
        {
            PrimitiveType.String or PrimitiveType.Markdown => CheckString(value),
            PrimitiveType.Code => CheckCode(value),
            PrimitiveType.Id => IsId(value) ? null : "an id is 1 to 64 of A-Z, a-z, 0-9, '-' and '.'",
            PrimitiveType.Uri or PrimitiveType.Canonical or PrimitiveType.Url => CheckUri(value),
            PrimitiveType.Oid => IsOid(value) ? null : "an oid is urn:oid: and numbers joined by dots, the first 0, 1 or 2",
            PrimitiveType.Uuid => IsUuid(value) ? null : "a uuid is urn:uuid: and 8-4-4-4-12 lower-case hexadecimal digits",
            PrimitiveType.Date => CheckDate(value, out int used) ?? (used == value.Length ? null : "a date is YYYY, YYYY-MM or YYYY-MM-DD"),
            PrimitiveType.DateTime => CheckDateTime(value, instant: false),
            PrimitiveType.Instant => CheckDateTime(value, instant: true),
            PrimitiveType.Time => IsTime(value, out int timeUsed) && timeUsed == value.Length ? null : "a time is hh:mm:ss with an optional fraction and no time zone",
            PrimitiveType.Base64Binary => CheckBase64(value),
            _ => null,
        };
    }

    /// <summary>The rule that a JSON number breaks as a value of the type, or null.</summary>
    public static string? CheckNumber(PrimitiveType type, ReadOnlySpan<byte> value)
    {
        if (type == PrimitiveType.Decimal) return null;
        if (!Utf8Parser.TryParse(value, out long number, out int used) || used != value.Length || value.StartsWith("-0"u8)) return "an integer has no fraction, no exponent and at most 32 bits";
        return type switch
        {
            PrimitiveType.Integer => number is >= int.MinValue and <= int.MaxValue ? null : "an integer is between -2147483648 and 2147483647",
            PrimitiveType.UnsignedInt => number is >= 0 and <= int.MaxValue ? null : "an unsignedInt is between 0 and 2147483647",
            _ => number is >= 1 and <= int.MaxValue ? null : "a positiveInt is between 1 and 2147483647",
        };
    }

    /// <summary>What the specification advises against in a string (datatypes.html#string), or null.</summary>
    public static string? AdviseText(PrimitiveType type, ReadOnlySpan<byte> value)
    {
        if (type == PrimitiveType.Canonical) return AdviseCanonical(value);
        if (type is not (PrimitiveType.String or PrimitiveType.Markdown)) return null;
        if (value.IndexOfAnyExcept(s_space) < 0) return "a string should have something else than white space";
        int control = value.IndexOfAnyInRange((byte)0, (byte)0x1F);
        while (control >= 0)
        {
            if (value[control] is not (9 or 10 or 13)) return "a string should have no control characters but tab, carriage return and line feed";
            value = value[(control + 1)..];
            control = value.IndexOfAnyInRange((byte)0, (byte)0x1F);
        }

        return null;
    }

    /// <summary>A canonical URL is the absolute one that its resource states (references.html#canonical); R4's own examples break it, so it is advice.</summary>
    private static string? AdviseCanonical(ReadOnlySpan<byte> value) =>
        value[0] == '#' || value.Contains((byte)':') ? null : "a canonical URL is absolute, or '#' and the id of a contained resource (FHIR R4 references.html#canonical)";

    public static bool IsId(ReadOnlySpan<byte> value) => value.Length is >= 1 and <= 64 && value.IndexOfAnyExcept(s_id) < 0;

    private static string? CheckString(ReadOnlySpan<byte> value)
    {
        if (value.Length <= MaxString) return null;
        int characters = 0;
        foreach (byte b in value) characters += (b & 0xC0) == 0x80 ? 0 : 1;
        return characters > MaxString ? "a string has at most 1048576 characters" : null;
    }

    private static string? CheckCode(ReadOnlySpan<byte> value)
    {
        const string Rule = "a code has no white space but single spaces inside";
        bool space = true;
        foreach (byte b in value)
        {
            bool isSpace = s_space.Contains(b);
            if (isSpace && (space || b != ' ')) return Rule;
            space = isSpace;
        }

        return space ? Rule : null;
    }

    private static string? CheckUri(ReadOnlySpan<byte> value)
    {
        if (value.ContainsAny(s_space)) return "a URI has no white space";
        if (value.StartsWith("urn:uuid:"u8) && !IsUuid(value)) return "urn:uuid: stands before 8-4-4-4-12 lower-case hexadecimal digits";
        return value.StartsWith("urn:oid:"u8) && !IsOid(value) ? "urn:oid: stands before numbers joined by dots, the first 0, 1 or 2" : null;
    }

    private static bool IsOid(ReadOnlySpan<byte> value)
    {
        if (!value.StartsWith("urn:oid:"u8)) return false;
        ReadOnlySpan<byte> rest = value[8..];
        if (rest.Length < 3 || rest[0] is < (byte)'0' or > (byte)'2' || rest[1] != '.') return false;
        foreach (Range part in rest[2..].Split((byte)'.'))
        {
            ReadOnlySpan<byte> number = rest[2..][part];
            if (number.IsEmpty || number.IndexOfAnyExceptInRange((byte)'0', (byte)'9') >= 0 || (number.Length > 1 && number[0] == '0')) return false;
        }

        return true;
    }

    private static bool IsUuid(ReadOnlySpan<byte> value) => value.StartsWith("urn:uuid:"u8) && IsUuidDigits(value[9..]);

    /// <summary>Whether a text is 8-4-4-4-12 lower-case hexadecimal digits, as they stand after <c>urn:uuid:</c>.</summary>
    public static bool IsUuidDigits(ReadOnlySpan<byte> value)
    {
        if (value.Length != 36) return false;
        for (int i = 0; i < value.Length; i++)
        {
            bool dash = i is 8 or 13 or 18 or 23;
            if (dash ? value[i] != '-' : value[i] is not ((>= (byte)'0' and <= (byte)'9') or (>= (byte)'a' and <= (byte)'f'))) return false;
        }

        return true;
    }

    private static string? CheckDate(ReadOnlySpan<byte> value, out int used)
    {
        const string Rule = "a date is YYYY, YYYY-MM or YYYY-MM-DD";
        used = 0;
        if (!Digits(value, 0, 4, out int year)) return Rule;
        if (year == 0) return "there is no year 0";
        used = 4;
        if (value.Length == 4 || value[4] != '-') return null;
        if (!Digits(value, 5, 2, out int month)) return Rule;
        if (month is < 1 or > 12) return "a month is 01 to 12";
        used = 7;
        if (value.Length == 7 || value[7] != '-') return null;
        if (!Digits(value, 8, 2, out int day)) return Rule;
        if (day < 1 || day > DateTime.DaysInMonth(year, month)) return "that month of that year has no such day";
        used = 10;
        return null;
    }

    private static string? CheckDateTime(ReadOnlySpan<byte> value, bool instant)
    {
        string form = instant
            ? "an instant is YYYY-MM-DDThh:mm:ss with an optional fraction and a time zone"
            : "a dateTime is YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss with a time zone";
        if (CheckDate(value, out int used) is { } rule) return rule;
        if (used == value.Length) return instant ? form : null;
        if (used != 10 || value[10] != 'T' || !IsTime(value[11..], out int time)) return form;
        ReadOnlySpan<byte> zone = value[(11 + time)..];
        if (zone.IsEmpty) return "a time with hours and minutes has a time zone";
        if (zone.Length == 1 && zone[0] == 'Z') return null;
        if (zone.Length != 6 || zone[0] is not ((byte)'+' or (byte)'-') || zone[3] != ':'
            || !Digits(zone, 1, 2, out int hours) || !Digits(zone, 4, 2, out int minutes)) return form;
        return minutes <= 59 && (hours <= 13 || (hours == 14 && minutes == 0)) ? null : "a time zone is Z or between -14:00 and +14:00";
    }

    private static bool IsTime(ReadOnlySpan<byte> value, out int used)
    {
        used = 0;
        if (value.Length < 8 || value[2] != ':' || value[5] != ':'
            || !Digits(value, 0, 2, out int hour) || !Digits(value, 3, 2, out int minute) || !Digits(value, 6, 2, out int second)) return false;
        // 60 is a leap second (datatypes.html#dateTime).
        if (hour > 23 || minute > 59 || second > 60) return false;
        used = 8;
        if (value.Length > 8 && value[8] == '.')
        {
            int digits = value[9..].IndexOfAnyExceptInRange((byte)'0', (byte)'9');
            if (digits < 0) digits = value.Length - 9;
            if (digits == 0) return false;
            used = 9 + digits;
        }

        return true;
    }

    private static string? CheckBase64(ReadOnlySpan<byte> value)
    {
        int significant = 0, padding = 0;
        for (int at = 0; at < value.Length;)
        {
            int run = value[at..].IndexOfAnyExcept(s_base64);
            if (run < 0) run = value.Length - at;
            if (run > 0 && padding > 0) return "base64 has '=' only at its end";
            significant += run;
            at += run;
            if (at == value.Length) break;
            if (value[at] == '=') padding++;
            else if (!s_space.Contains(value[at])) return "base64 has only A-Z, a-z, 0-9, '+', '/', '=' and white space";
            at++;
        }

        if (significant == 0) return "a base64 value is never empty";
        return padding <= 2 && (significant + padding) % 4 == 0 ? null : "base64 has a multiple of four characters, padded with '='";
    }

    private static bool Digits(ReadOnlySpan<byte> value, int at, int count, out int number)
    {
        number = 0;
        if (value.Length < at + count) return false;
        for (int i = at; i < at + count; i++)
        {
            if (value[i] is < (byte)'0' or > (byte)'9') return false;
            number = (number * 10) + value[i] - '0';
        }

        return true;
    }
}
