using System.Globalization;
using Consortium.Fhir.Definitions;
using Consortium.Fhir.Json;

namespace Consortium.Fhir.Expressions;

/// <summary>
/// A Quantity (FHIRPath N1 2.1.8): a number with a UCUM unit or a calendar duration. Units are compared as written;
/// a year or month of the calendar is not UCUM's <c>a</c> or <c>mo</c>, the shorter ones are the same as UCUM's.
/// </summary>
internal sealed class PathQuantity(decimal number, string unit, bool calendar = false)
{
    public decimal Number { get; } = number;

    /// <summary>A UCUM code, or the singular of a calendar word.</summary>
    public string Unit { get; } = unit;

    public bool Calendar { get; } = calendar;

    /// <summary>The unit for equality: week and below are the same in the calendar and in UCUM.</summary>
    public string EqualUnit => Calendar ? Unit switch
    {
        "week" => "wk",
        "day" => "d",
        "hour" => "h",
        "minute" => "min",
        "second" => "s",
        "millisecond" => "ms",
        _ => Unit,
    } : Unit;

    /// <summary>The unit for equivalence, which lets year and month pass for UCUM's too.</summary>
    public string EquivalentUnit => Calendar && Unit == "year" ? "a" : Calendar && Unit == "month" ? "mo" : EqualUnit;

    /// <summary>The singular of a calendar word, or null.</summary>
    public static string? CalendarUnit(string word) => word switch
    {
        "year" or "years" => "year",
        "month" or "months" => "month",
        "week" or "weeks" => "week",
        "day" or "days" => "day",
        "hour" or "hours" => "hour",
        "minute" or "minutes" => "minute",
        "second" or "seconds" => "second",
        "millisecond" or "milliseconds" => "millisecond",
        _ => null,
    };

    /// <summary>The calendar unit to add to a date; UCUM's definite year and month are none (FHIRPath N1 6.6.7).</summary>
    public string? DateUnit => Calendar ? Unit : Unit switch
    {
        "wk" => "week",
        "d" => "day",
        "h" => "hour",
        "min" => "minute",
        "s" => "second",
        "ms" => "millisecond",
        _ => CalendarUnit(Unit),
    };

    public PathQuantity WithNumber(decimal value) => new(value, Unit, Calendar);

    /// <summary>A Quantity, or a number as one without unit; null for anything else.</summary>
    public static PathQuantity? From(in PathValue value) =>
        value.Kind == PathKind.Quantity ? value.Quantity : value.IsNumber ? new PathQuantity(value.Decimal, "1") : null;

    /// <summary>Order of two quantities; null where the units are not the same dimension as far as is known here.</summary>
    public static int? Compare(PathQuantity a, PathQuantity b)
    {
        if (a.EqualUnit == b.EqualUnit) return a.Number.CompareTo(b.Number);
        return Seconds(a) is { } x && Seconds(b) is { } y ? x.CompareTo(y) : null;
    }

    /// <summary>Reads an element of type Quantity (FHIR R4 fhirpath.html#quantity).</summary>
    public static bool TryRead(in PathValue element, out PathValue value)
    {
        value = element;
        R4Tables tables = R4Tables.Instance;
        if (element.TypeRow == 0 || !tables.IsA(element.TypeRow, QuantityNames.Type)) return false;
        FhirDocument document = element.Document;
        string? code = null, unit = null;
        decimal? number = null;
        ElementChildren children = document.ChildrenOf(element.NodeIndex);
        while (children.MoveNext())
        {
            ref readonly Node node = ref document.Nodes[children.Current];
            int name = tables.Elements[node.Element].Name;
            if (name == QuantityNames.Comparator) return false;
            if (name == QuantityNames.Value && Conversions.TryNumber(document.Text(children.Current), false, out PathValue read)) number = read.Decimal;
            else if (name == QuantityNames.Code && node.Kind == JsonKind.String) code = document.Text(children.Current);
            else if (name == QuantityNames.Unit && node.Kind == JsonKind.String) unit = document.Text(children.Current);
        }

        if (number is null) return false;
        value = PathValue.Of(new PathQuantity(number.Value, code ?? unit ?? "1"));
        return true;
    }

    public override string ToString() => Calendar
        ? string.Create(CultureInfo.InvariantCulture, $"{Number} {Unit}{(Number == 1 ? string.Empty : "s")}")
        : string.Create(CultureInfo.InvariantCulture, $"{Number} '{Unit}'");

    private static decimal? Seconds(PathQuantity quantity)
    {
        decimal? factor = quantity.EqualUnit switch
        {
            "wk" => 604800m,
            "d" => 86400m,
            "h" => 3600m,
            "min" => 60m,
            "s" => 1m,
            "ms" => 0.001m,
            _ => null,
        };
        try
        {
            return quantity.Number * factor;
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    private static class QuantityNames
    {
        public static readonly int Type = R4Tables.Instance.FindType("Quantity"u8);
        public static readonly int Value = R4Tables.Instance.FindName("value"u8);
        public static readonly int Code = R4Tables.Instance.FindName("code"u8);
        public static readonly int Unit = R4Tables.Instance.FindName("unit"u8);
        public static readonly int Comparator = R4Tables.Instance.FindName("comparator"u8);
    }
}
