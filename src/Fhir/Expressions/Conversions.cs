using System.Globalization;

namespace Consortium.Fhir.Expressions;

/// <summary>Conversions between System types (FHIRPath N1 5.5). Null where there is none.</summary>
internal static class Conversions
{
    /// <summary>A JSON number as Integer or Decimal; false where it is beyond what a decimal holds.</summary>
    public static bool TryNumber(string text, bool integer, out PathValue value)
    {
        value = default;
        if (integer && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole))
        {
            value = PathValue.Of(whole);
            return true;
        }

        if (!decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number)) return false;
        value = PathValue.Of(number);
        return true;
    }

    public static PathValue? ToBoolean(in PathValue value) => value.Kind switch
    {
        PathKind.Boolean => value,
        PathKind.Integer or PathKind.Decimal when value.Decimal is 0 or 1 => PathValue.Of(value.Decimal == 1),
        PathKind.String => value.String.ToLowerInvariant() switch
        {
            "true" or "t" or "yes" or "y" or "1" or "1.0" => PathValue.Of(true),
            "false" or "f" or "no" or "n" or "0" or "0.0" => PathValue.Of(false),
            _ => null,
        },
        _ => null,
    };

    public static PathValue? ToInteger(in PathValue value) => value.Kind switch
    {
        PathKind.Integer => value,
        PathKind.Boolean => PathValue.Of(value.Boolean ? 1L : 0L),
        PathKind.String when NumberLength(value.String) == value.String.Length && int.TryParse(value.String, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) => PathValue.Of((long)number),
        _ => null,
    };

    public static PathValue? ToDecimal(in PathValue value) => value.Kind switch
    {
        PathKind.Decimal => value,
        PathKind.Integer => PathValue.Of((decimal)value.Integer),
        PathKind.Boolean => PathValue.Of(value.Boolean ? 1m : 0m),
        PathKind.String when NumberLength(value.String) == value.String.Length && decimal.TryParse(value.String, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number) => PathValue.Of(number),
        _ => null,
    };

    public static PathValue? ToText(in PathValue value) => value.Kind switch
    {
        PathKind.String => value,
        PathKind.Boolean => PathValue.Of(value.Boolean ? "true" : "false"),
        PathKind.Integer => PathValue.Of(value.Integer.ToString(CultureInfo.InvariantCulture)),
        PathKind.Decimal => PathValue.Of(value.Decimal.ToString(CultureInfo.InvariantCulture)),
        PathKind.Date or PathKind.DateTime or PathKind.Time => PathValue.Of(value.DateTime.ToString()),
        PathKind.Quantity => PathValue.Of(value.Quantity.ToString()),
        _ => null,
    };

    public static PathValue? ToTemporal(in PathValue value, PathKind kind)
    {
        if (value.Kind == kind) return value;
        if (value.Kind == PathKind.String)
        {
            if (PathDateTime.TryParse(value.String, kind, out PathDateTime? parsed)) return PathValue.Of(parsed!);
            return kind == PathKind.Date && PathDateTime.TryParse(value.String, PathKind.DateTime, out PathDateTime? longer) ? PathValue.Of(longer!.As(PathKind.Date)) : null;
        }

        bool dates = value.Kind is PathKind.Date or PathKind.DateTime && kind is PathKind.Date or PathKind.DateTime;
        return dates ? PathValue.Of(value.DateTime.As(kind)) : null;
    }

    public static PathValue? ToQuantity(in PathValue value)
    {
        switch (value.Kind)
        {
            case PathKind.Quantity:
                return value;
            case PathKind.Integer or PathKind.Decimal:
                return PathValue.Of(new PathQuantity(value.Decimal, "1"));
            case PathKind.Boolean:
                return PathValue.Of(new PathQuantity(value.Boolean ? 1m : 0m, "1"));
            case PathKind.String:
                break;
            default:
                return null;
        }

        // (+|-)?digits(.digits)? then spaces, then 'unit' or a calendar word (FHIRPath N1 5.5.7)
        string text = value.String;
        int length = NumberLength(text);
        if (length == 0 || !decimal.TryParse(text.AsSpan(0, length), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal amount)) return null;
        string unit = text[length..].TrimStart();
        if (unit.Length == 0) return length == text.Length ? PathValue.Of(new PathQuantity(amount, "1")) : null;
        if (unit.Length > 2 && unit[0] == '\'' && unit.IndexOf('\'', 1) == unit.Length - 1) return PathValue.Of(new PathQuantity(amount, unit[1..^1]));
        return PathQuantity.CalendarUnit(unit) is { } calendar ? PathValue.Of(new PathQuantity(amount, calendar, calendar: true)) : null;
    }

    /// <summary>How many characters from the start are a number: a sign, digits, and a fraction with digits; 0 where there is none.</summary>
    private static int NumberLength(string text)
    {
        int at = text.Length > 0 && text[0] is '+' or '-' ? 1 : 0, digits = at;
        while (at < text.Length && char.IsAsciiDigit(text[at])) at++;
        if (at == digits) return 0;
        if (at + 1 >= text.Length || text[at] != '.' || !char.IsAsciiDigit(text[at + 1])) return at;
        at++;
        while (at < text.Length && char.IsAsciiDigit(text[at])) at++;
        return at;
    }
}
