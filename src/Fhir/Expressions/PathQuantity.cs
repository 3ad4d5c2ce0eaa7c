using System.Globalization;
using Consortium.Fhir.Definitions;
using Consortium.Fhir.Json;

namespace Consortium.Fhir.Expressions;

/// <summary>
/// A Quantity (FHIRPath N1 2.1.8): a number with a UCUM unit or a calendar duration. A year or month of the calendar is not
/// UCUM's <c>a</c> or <c>mo</c>, the shorter ones are the same as UCUM's.
/// </summary>
internal sealed class PathQuantity(decimal number, string unit, bool calendar = false)
{
    public decimal Number { get; } = number;

    /// <summary>A UCUM code, or the singular of a calendar word.</summary>
    public string Unit { get; } = unit;

    public bool Calendar { get; } = calendar;

    /// <summary>Whether it is of calendar years or months, which have no definite length.</summary>
    public bool IsIndefinite => Calendar && Unit is "year" or "month";

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

    /// <summary>
    /// Reads an element of type Quantity; UCUM's durations become those of the calendar, so that they can be added to a date
    /// (FHIR R4 fhirpath.html#quantity).
    /// </summary>
    public static bool TryRead(in PathValue element, out PathValue value)
    {
        value = element;
        R4Tables tables = R4Tables.Instance;
        if (element.TypeRow == 0 || !tables.IsA(element.TypeRow, QuantityNames.Type)) return false;
        FhirDocument document = element.Document;
        string? code = null, unit = null;
        bool ucum = false;
        decimal? number = null;
        ElementChildren children = document.ChildrenOf(element.NodeIndex);
        while (children.MoveNext())
        {
            ref readonly Node node = ref document.Nodes[children.Current];
            int name = tables.Elements[node.Element].Name;
            if (name == QuantityNames.Comparator) return false;
            if (name == QuantityNames.Value && Conversions.TryNumber(document.Text(children.Current), false, out PathValue read)) number = read.Decimal;
            else if (name == QuantityNames.Code && node.Kind == JsonKind.String) code = document.Text(children.Current);
            else if (name == QuantityNames.System && node.Kind == JsonKind.String) ucum = document.Value(children.Current).SequenceEqual("http://unitsofmeasure.org"u8);
            else if (name == QuantityNames.Unit && node.Kind == JsonKind.String) unit = document.Text(children.Current);
        }

        if (number is null) return false;
        string? calendar = !ucum ? null : code switch
        {
            "a" => "year",
            "mo" => "month",
            "d" => "day",
            "h" => "hour",
            "min" => "minute",
            "s" => "second",
            _ => null,
        };
        value = PathValue.Of(calendar is null ? new PathQuantity(number.Value, code ?? unit ?? "1") : new PathQuantity(number.Value, calendar, calendar: true));
        return true;
    }

    public override string ToString() => Calendar
        ? string.Create(CultureInfo.InvariantCulture, $"{Number} {Unit}{(Number == 1 ? string.Empty : "s")}")
        : string.Create(CultureInfo.InvariantCulture, $"{Number} '{Unit}'");

    private static class QuantityNames
    {
        public static readonly int Type = R4Tables.Instance.FindType("Quantity"u8);
        public static readonly int Value = R4Tables.Instance.FindName("value"u8);
        public static readonly int Code = R4Tables.Instance.FindName("code"u8);
        public static readonly int System = R4Tables.Instance.FindName("system"u8);
        public static readonly int Unit = R4Tables.Instance.FindName("unit"u8);
        public static readonly int Comparator = R4Tables.Instance.FindName("comparator"u8);
    }
}
