using System.Globalization;
using Consortium.Fhir;
using Consortium.Fhir.Units;

namespace Consortium.FhirFacade.Search.Indexing;

/// <summary>Numbers and quantities as intervals, with UCUM's canonical units beside the written ones (FHIR R4 search.html#quantity).</summary>
internal static class QuantityValues
{
    private const string Currency = "urn:iso:std:iso:4217";

    [ThreadStatic]
    private static (decimal Value, string Unit, bool IsKnown, double Canonical, string Code)? t_last;

    /// <summary>Reads a number, a Quantity, a Range, Money or SampledData's kin; others give nothing.</summary>
    public static void Read(int parameter, FhirNode node, int group, HashSet<QuantityRow> rows)
    {
        switch (node.TypeName)
        {
            case "Range":
                FhirNode low = node.Child("low"), high = node.Child("high"), unit = low.Exists ? low : high;
                decimal? from = Number(low.Child("value").Value), to = Number(high.Child("value").Value);
                if (from is not null || to is not null) rows.Add(Row(parameter, group, from, to, unit));
                break;
            case "Money":
                if (Number(node.Child("value").Value) is { } amount)
                {
                    double money = (double)amount;
                    rows.Add(new QuantityRow(parameter, group, money, money, Currency, node.Child("currency").Value ?? "", "", 0, 0, ""));
                }

                break;
            case "decimal" or "integer" or "positiveInt" or "unsignedInt":
                if (Number(node.Value) is { } number) rows.Add(new QuantityRow(parameter, group, (double)number, (double)number, "", "", "", 0, 0, ""));
                break;
            default:
                if (Number(node.Child("value").Value) is not { } value) break;
                // A comparator says that the value is beyond the number (datatypes.html#Quantity).
                (decimal? Low, decimal? High) open = node.Child("comparator").Value switch
                {
                    "<" or "<=" => (null, value),
                    ">" or ">=" => (value, null),
                    _ => (value, value),
                };
                rows.Add(Row(parameter, group, open.Low, open.High, node));
                break;
        }
    }

    /// <summary>A value in UCUM's base units; false where the unit is none of UCUM's.</summary>
    public static bool TryCanonical(decimal value, string unit, out double canonical, out string code)
    {
        // One value is read for several parameters, one after the other.
        if (t_last is not { } last || last.Value != value || last.Unit != unit)
        {
            bool known = Ucum.TryCanonical(value, unit, out decimal exact, out string canonicalUnit);
            t_last = last = (value, unit, known, (double)exact, canonicalUnit);
        }

        (canonical, code) = (last.Canonical, last.Code);
        return last.IsKnown;
    }

    private static QuantityRow Row(int parameter, int group, decimal? low, decimal? high, FhirNode quantity)
    {
        string system = quantity.Child("system").Value ?? "", code = quantity.Child("code").Value ?? "", unit = quantity.Child("unit").Value ?? "";
        double canonicalLow = double.NegativeInfinity, canonicalHigh = double.PositiveInfinity;
        string canonicalCode = "";
        bool known = system == Ucum.CodeSystem && code.Length > 0;
        if (known && low is { } l) known = TryCanonical(l, code, out canonicalLow, out canonicalCode);
        if (known && high == low) canonicalHigh = canonicalLow;
        else if (known && high is { } h) known = TryCanonical(h, code, out canonicalHigh, out canonicalCode);
        if (!known) (canonicalLow, canonicalHigh, canonicalCode) = (0, 0, "");
        return new QuantityRow(
            parameter, group, low is { } from ? (double)from : double.MinValue, high is { } to ? (double)to : double.MaxValue, system, code, unit,
            Math.Max(canonicalLow, double.MinValue), Math.Min(canonicalHigh, double.MaxValue), canonicalCode);
    }

    private static decimal? Number(string? text) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number) ? number : null;
}
