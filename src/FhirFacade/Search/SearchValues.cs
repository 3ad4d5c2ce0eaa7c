using System.Globalization;
using System.Text;
using Consortium.FhirFacade.Rest;

namespace Consortium.FhirFacade.Search;

/// <summary>Reads the values of search parameters (FHIR R4 search.html#escaping, #prefix, #date).</summary>
internal static class SearchValues
{
    private static readonly string[] Prefixes = ["eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"];

    /// <summary>The alternatives of a value: split at commas that are not escaped. The escapes stay.</summary>
    public static IReadOnlyList<string> Alternatives(string value) => Split(value, ',', int.MaxValue);

    /// <summary>The two parts of a token, unescaped; the first is null where there is no <c>|</c>.</summary>
    public static (string? System, string Value) Token(string value)
    {
        List<string> parts = Split(value, '|', 2);
        return parts.Count == 1 ? (null, Unescape(parts[0])) : (Unescape(parts[0]), Unescape(parts[1]));
    }

    /// <summary>Removes the backslashes that escape <c>, | $ \</c>.</summary>
    public static string Unescape(string value)
    {
        if (!value.Contains('\\', StringComparison.Ordinal)) return value;
        var text = new StringBuilder(value.Length);
        for (int i = 0; i < value.Length; i++)
        {
            if (value[i] == '\\' && i + 1 < value.Length && value[i + 1] is ',' or '|' or '$' or '\\') i++;
            text.Append(value[i]);
        }

        return text.ToString();
    }

    /// <summary>A page size.</summary>
    public static int Count(string value, int most) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int count)
            ? Math.Min(count, most)
            : throw FhirException.BadRequest("value", "_count is a whole number, not negative.");

    /// <summary>A date with its prefix, as the interval of milliseconds that it covers.</summary>
    public static DateRange Date(string value)
    {
        string prefix = value.Length > 2 && Prefixes.Contains(value[..2], StringComparer.Ordinal) ? value[..2] : "eq";
        string text = value.Length > 2 && char.IsAsciiLetter(value[0]) ? value[2..] : value;
        if (!TryInterval(text.Replace(' ', '+'), out DateTimeOffset from, out DateTimeOffset to)) // an unescaped '+' of a zone arrives as a space
        {
            throw FhirException.BadRequest("value", "A date is YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm[:ss[.fff]] with Z or ±hh:mm, after a prefix of eq, ne, gt, lt, ge, le, sa, eb, ap or none.");
        }

        return new DateRange(prefix, from.ToUnixTimeMilliseconds(), to.ToUnixTimeMilliseconds());
    }

    private static bool TryInterval(string text, out DateTimeOffset from, out DateTimeOffset to)
    {
        to = default;
        // A date without a zone is taken as UTC: the server's own zone must not change an answer.
        (string Format, Func<DateTimeOffset, DateTimeOffset> End)[] forms =
        [
            ("yyyy", date => date.AddYears(1)),
            ("yyyy-MM", date => date.AddMonths(1)),
            ("yyyy-MM-dd", date => date.AddDays(1)),
            ("yyyy-MM-dd'T'HH:mmK", date => date.AddMinutes(1)),
            ("yyyy-MM-dd'T'HH:mm:ssK", date => date.AddSeconds(1)),
            ("yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", date => date.AddMilliseconds(1)),
        ];
        from = default;
        foreach ((string format, Func<DateTimeOffset, DateTimeOffset> end) in forms)
        {
            if (!DateTimeOffset.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out from)) continue;
            if (from.Year >= 9999) return false;
            to = end(from);
            return true;
        }

        return false;
    }

    private static List<string> Split(string value, char separator, int most)
    {
        List<string> parts = [];
        int start = 0;
        for (int i = 0; i < value.Length && parts.Count < most - 1; i++)
        {
            if (value[i] == '\\') i++;
            else if (value[i] == separator)
            {
                parts.Add(value[start..i]);
                start = i + 1;
            }
        }

        parts.Add(value[start..]);
        return parts;
    }
}

/// <summary>A date of a search: its prefix and the interval from (inclusive) to (exclusive), in milliseconds.</summary>
internal readonly record struct DateRange(string Prefix, long From, long To);
