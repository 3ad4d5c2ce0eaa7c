using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Er7;

namespace Consortium.Adapters.Hl7V2.Types;

/// <summary>A unit: as the message writes it, and its UCUM code where that is known.</summary>
internal readonly record struct Unit(string? Text, string? Ucum)
{
    /// <summary>The CE or CWE of OBX-6, or a component that holds a unit.</summary>
    public static Unit Read(Er7Value value, MessageConversion conversion)
    {
        if (!value.HasData) return default;
        string? code = value[1].Text;
        string? text = value[2].Text;
        string? system = value[3].Text;
        string? written = text ?? code;
        if (written is null) return default;
        if (system == "UCUM" && code is not null) return new Unit(written, code);
        if ((conversion.Tables.Units[code] ?? conversion.Tables.Units[text]) is { } row) return new Unit(written, row.Target);
        conversion.Warn("code-invalid", value, "the unit is not in the table of UCUM units; it is kept as text. Add it to the table Units of the site (tables/ of its maps), or send UCUM.");
        return new Unit(written, null);
    }
}

/// <summary>NM, SN, NR and CQ to FHIR Quantity, Range and Ratio. Digits stay as they are written.</summary>
internal static class Quantities
{
    /// <summary>NM with a unit to Quantity; what is no number is an error.</summary>
    public static DraftObject? FromNm(Er7Value value, Unit unit, MessageConversion conversion, string? comparator = null)
    {
        if (value.Text is not { } number) return null;
        if (Element.Quantity(number, unit.Text, unit.Ucum, comparator) is { } quantity) return quantity;
        conversion.Error("value", value, "this is no number, though the data type says so. Send SN for a comparator or ratio, ST for text.");
        return null;
    }

    /// <summary>CQ (quantity and unit as components) to Quantity.</summary>
    public static DraftObject? FromCq(Er7Value value, MessageConversion conversion) => FromNm(value[1], SubUnit(value[2], conversion), conversion);

    /// <summary>SN (comparator, number, separator or suffix, number) to a value[x] of Observation: its name and content.</summary>
    public static (string Name, DraftNode Value)? FromSn(Er7Value value, Unit unit, MessageConversion conversion)
    {
        string? comparator = value[1].Text;
        string? separator = value[3].Text;
        bool hasSecond = value[4].HasData;
        if (!value[2].HasData)
        {
            if (value.HasData) conversion.Error("value", value[2], "a structured numeric without its first number.");
            return null;
        }

        string? fhirComparator = comparator is "<" or "<=" or ">" or ">=" ? comparator : null;
        if (comparator is null or "=" or "<" or "<=" or ">" or ">=")
        {
            switch (separator)
            {
                case null when !hasSecond:
                    return FromNm(value[2], unit, conversion, fhirComparator) is { } quantity ? ("valueQuantity", quantity) : null;
                case "-" when hasSecond && fhirComparator is null:
                    return Element.Range(FromNm(value[2], unit, conversion), FromNm(value[4], unit, conversion)) is { } range ? ("valueRange", range) : null;
                case ":" or "/" when hasSecond:
                    // The unit belongs to the quotient: FHIR has none for a Ratio, so that each side would claim it (SN[Ratio]); a titre has none.
                    return FromNm(value[2], unit, conversion, fhirComparator) is { } numerator && FromNm(value[4], unit, conversion) is { } denominator
                        ? ("valueRatio", new DraftObject().Set("numerator", numerator).Set("denominator", denominator))
                        : null;
            }
        }

        // "1+", "<>", and what else FHIR has no number for: as text, whole.
        string text = string.Join(' ', new[] { comparator, value[2].Text, separator, value[4].Text, unit.Text }.Where(part => part is not null));
        return ("valueString", DraftValue.Of(text));
    }

    /// <summary>NR to Range.</summary>
    public static DraftObject? FromNr(Er7Value value, Unit unit, MessageConversion conversion) =>
        Element.Range(FromNm(value[1], unit, conversion), FromNm(value[2], unit, conversion));

    private static Unit SubUnit(Er7Value value, MessageConversion conversion) => Unit.Read(value, conversion);
}
