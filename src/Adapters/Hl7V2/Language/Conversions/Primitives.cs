using System.Buffers;
using System.Globalization;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Er7;
using Consortium.Adapters.Hl7V2.Language.Run;
using Consortium.Adapters.Hl7V2.Types;

namespace Consortium.Adapters.Hl7V2.Language.Conversions;

/// <summary>The primitive types of FHIR R4 (datatypes.html#primitive) from simple values of HL7 v2. What does not fit is an error, never a guess.</summary>
internal static class Primitives
{
    private static readonly Dictionary<string, ConvertValue> Conversions = new(StringComparer.Ordinal)
    {
        ["string"] = static (in value, _, _) => Text(value.Text),
        ["markdown"] = static (in value, _, _) => Text(value.WholeText?.Trim()),
        ["text"] = static (in value, _, _) => Text(value.WholeText?.Trim()),
        ["code"] = static (in value, _, run) => Checked(value, run, IsCode, "a code has no line breaks and no double blanks"),
        ["id"] = static (in value, _, run) => Checked(value, run, IsId, "an id has at most 64 letters, digits, hyphens and points"),
        ["uri"] = static (in value, _, run) => Checked(value, run, IsUri, "a URI has no blanks"),
        ["url"] = static (in value, _, run) => Checked(value, run, IsUri, "a URL has no blanks"),
        ["canonical"] = static (in value, _, run) => Checked(value, run, IsUri, "a canonical URL has no blanks"),
        ["oid"] = static (in value, _, run) => Prefixed(value, run, "urn:oid:", static text => Oid.IsValid(text), "an OID is expected, such as 2.16.840.1.113883"),
        ["uuid"] = static (in value, _, run) => Prefixed(value, run, "urn:uuid:", IsUuid, "a UUID is expected"),
        ["boolean"] = static (in value, _, run) => Flags.YesNo(value, run.Conversion) is { } flag ? DraftValue.Of(flag) : null,
        ["integer"] = static (in value, _, run) => Whole(value, run, int.MinValue, "a whole number is expected"),
        ["unsignedInt"] = static (in value, _, run) => Whole(value, run, 0, "a whole number of 0 or more is expected"),
        ["positiveInt"] = static (in value, _, run) => Whole(value, run, 1, "a whole number of 1 or more is expected"),
        ["decimal"] = static (in value, _, run) => FhirDecimal.Number(value.Text) ?? Fault(value, run, "a decimal number is expected"),
        ["date"] = static (in value, _, run) => Text(Times.Date(value, run.Conversion)),
        ["dateTime"] = static (in value, _, run) => Text(Times.DateTime(value, run.Conversion)),
        ["instant"] = static (in value, _, run) => Text(Times.Instant(value, run.Conversion)),
        ["time"] = static (in value, _, run) => Text(Times.Time(value, run.Conversion)),
        ["base64Binary"] = static (in value, _, run) => Base64(value, run),
    };

    private static readonly SearchValues<char> Whites = SearchValues.Create(" \t\n\r");

    // What else an element of a type takes without loss: a date is a dateTime, a code is a text.
    private static readonly Dictionary<string, string[]> Also = new(StringComparer.Ordinal)
    {
        ["string"] = ["text", "markdown", "code", "id", "uri", "date", "dateTime", "time"],
        ["markdown"] = ["string", "text"],
        ["dateTime"] = ["date", "instant"],
        ["uri"] = ["url", "canonical", "oid", "uuid"],
        ["url"] = ["uri"],
        ["canonical"] = ["uri", "url"],
        ["integer"] = ["positiveInt", "unsignedInt"],
        ["unsignedInt"] = ["positiveInt"],
        ["decimal"] = ["integer", "positiveInt", "unsignedInt"],
        ["code"] = ["id"],
    };

    /// <summary>The names of the conversions.</summary>
    public static IEnumerable<string> Names => Conversions.Keys;

    /// <summary>The conversion of this name; null where there is none.</summary>
    public static ConvertValue? Find(string name) => Conversions.GetValueOrDefault(name);

    /// <summary>Whether an element of a type takes what a conversion makes.</summary>
    public static bool Fits(string made, string element) => made == element || (Also.TryGetValue(element, out string[]? others) && others.Contains(made));

    /// <summary>A fixed value of a primitive type as JSON; null where the text is no value of it.</summary>
    public static DraftValue? Fixed(string text, string type) => type switch
    {
        "boolean" => text is "true" or "false" ? DraftValue.Of(text == "true") : null,
        "integer" => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? DraftValue.Of(number) : null,
        "unsignedInt" => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? DraftValue.Of(number) : null,
        "positiveInt" => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0 ? DraftValue.Of(number) : null,
        "decimal" => FhirDecimal.Number(text),
        "code" => text.Length > 0 && IsCode(text) ? DraftValue.Of(text) : null,
        "uri" or "url" or "canonical" => IsUri(text) && text.Length > 0 ? DraftValue.Of(text) : null,
        _ => string.IsNullOrWhiteSpace(text) ? null : DraftValue.Of(text),
    };

    /// <summary>FHIR R4 datatypes.html#code: no white space at the ends, single blanks inside.</summary>
    public static bool IsCode(string text)
    {
        // Most codes have no white space at all.
        int blank = text.AsSpan().IndexOfAny(Whites);
        return blank < 0 || (text.AsSpan(blank).IndexOfAny('\t', '\n', '\r') < 0 && !text.Contains("  ", StringComparison.Ordinal));
    }

    /// <summary>A JSON text; null for none.</summary>
    public static DraftValue? Text(string? text) => string.IsNullOrEmpty(text) ? null : DraftValue.Of(text);

    private static bool IsId(string text) => text.Length <= 64 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.');

    private static bool IsUuid(string text) => Guid.TryParseExact(text, "D", out _);

    private static bool IsUri(string text) => !text.Any(char.IsWhiteSpace);

    private static DraftValue? Checked(Er7Value value, MapRun run, Func<string, bool> isGood, string rule)
    {
        if (value.Text is not { } text) return null;
        return isGood(text) ? DraftValue.Of(text) : Fault(value, run, rule);
    }

    private static DraftValue? Prefixed(Er7Value value, MapRun run, string prefix, Func<string, bool> isGood, string rule)
    {
        if (value.Text is not { } text) return null;
        string bare = text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : text;
        return isGood(bare) ? DraftValue.Of(prefix + bare) : Fault(value, run, rule);
    }

    private static DraftValue? Whole(Er7Value value, MapRun run, int least, string rule)
    {
        if (value.Text is not { } text) return null;
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && number >= least
            ? DraftValue.Of(number)
            : Fault(value, run, rule);
    }

    private static DraftValue? Base64(Er7Value value, MapRun run)
    {
        if (value.WholeText is not { } text) return null;
        string compact = string.Concat(text.Where(c => !char.IsWhiteSpace(c)));
        return System.Convert.TryFromBase64String(compact, new byte[(compact.Length * 3 / 4) + 3], out _)
            ? DraftValue.Of(compact)
            : Fault(value, run, "Base64 is expected");
    }

    private static DraftValue? Fault(Er7Value value, MapRun run, string rule)
    {
        run.Conversion.Error("value", value, $"the value does not fit: {rule}.");
        return null;
    }
}
