using Consortium.Adapters.Cda.Xml;
using Consortium.Adapters.Chinese;
using Consortium.Adapters.Elements;
using Consortium.Fhir.Units;

namespace Consortium.Adapters.Cda.Types;

/// <summary>PQ, IVL_PQ and RTO_PQ_PQ to Quantity, Range and Ratio. Digits stay as they are written; a unit is a code only where it is UCUM.</summary>
internal static class Quantities
{
    /// <summary>The Quantity; null where there is no number. A unit that is no UCUM is kept as it is written, with a warning.</summary>
    public static DraftObject? Of(CdaNode? pq, CdaConversion conversion, string? comparator = null, CdaNode? unitCode = null)
    {
        if (pq?["value"] is not { } number) return null;
        string? unit = pq["unit"];
        if (Element.Quantity(number, unit, null, comparator) is not { } quantity)
        {
            conversion.Warn("value", pq, "this is no number, though the data type says so; it is not mapped and stays in the section's text.");
            return null;
        }

        if (unit is null)
        {
            // Of countable things the unit may stand apart (administrationUnitCode).
            if (unitCode?["code"] is { } code) quantity.Set("unit", unitCode["displayName"] ?? code).Set("system", Codes.System(unitCode, conversion)).Set("code", code);
            return quantity;
        }

        if (Code(unit) is { } ucum) return quantity.Set("system", Ucum.CodeSystem).Set("code", ucum);
        conversion.Warn("code-invalid", pq, "the unit is not UCUM, which CDA asks for; it is kept as it is written, without a code.");
        return quantity;
    }

    /// <summary>The UCUM code of a unit: the unit itself where it is one, else what the table of units in use knows; null where it is neither.</summary>
    public static string? Code(string unit)
    {
        // Megagauss, megalitre and gauss are UCUM; who writes them in a clinical document means milligram, millilitre and gram. Neither is assumed.
        if (unit is "MG" or "ML" or "G" || unit.Length > 100) return null;
        return Ucum.IsValid(unit, out _) ? unit : Units.BuiltIn.Ucum(Folding.Fold(unit));
    }

    /// <summary>IVL_PQ to a Quantity with a comparator (one end), or a Range (both); the name is that of <c>value[x]</c>.</summary>
    public static (string Name, DraftObject Value)? Interval(CdaNode ivl, CdaConversion conversion)
    {
        CdaNode? low = ivl.Child("low") is { } l && l["value"] is not null ? l : null;
        CdaNode? high = ivl.Child("high") is { } h && h["value"] is not null ? h : null;
        if (low is not null && high is not null) return Range(ivl, conversion) is { } range ? ("valueRange", range) : null;
        if (low is not null) return Of(low, conversion, low["inclusive"] == "false" ? ">" : ">=") is { } above ? ("valueQuantity", above) : null;
        if (high is not null) return Of(high, conversion, high["inclusive"] == "false" ? "<" : "<=") is { } below ? ("valueQuantity", below) : null;
        if (ivl.Child("center") is { } center) return Of(center, conversion) is { } middle ? ("valueQuantity", middle) : null;
        return Of(ivl, conversion) is { } value ? ("valueQuantity", value) : null;
    }

    /// <summary>IVL_PQ to Range; its ends have no comparator in FHIR. Null where neither end has a number.</summary>
    public static DraftObject? Range(CdaNode? ivl, CdaConversion conversion) =>
        ivl is null ? null : Element.Range(Of(ivl.Child("low"), conversion), Of(ivl.Child("high"), conversion));

    /// <summary>RTO_PQ_PQ to Ratio; null where one side has no number.</summary>
    public static DraftObject? Ratio(CdaNode? rto, CdaConversion conversion)
    {
        DraftObject? numerator = Of(rto?.Child("numerator"), conversion), denominator = Of(rto?.Child("denominator"), conversion);
        return numerator is null || denominator is null ? null : new DraftObject().Set("numerator", numerator).Set("denominator", denominator);
    }
}
