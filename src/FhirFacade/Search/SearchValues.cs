using System.Globalization;
using System.Text;
using Consortium.FhirFacade.Rest;

namespace Consortium.FhirFacade.Search;

/// <summary>Reads the values of search parameters (FHIR R4 search.html#escaping, #prefix, #date).</summary>
internal static class SearchValues
{
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

    /// <summary>The parts of a value at a separator that is not escaped. The escapes stay.</summary>
    public static IReadOnlyList<string> Parts(string value, char separator) => Split(value, separator, int.MaxValue);

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
