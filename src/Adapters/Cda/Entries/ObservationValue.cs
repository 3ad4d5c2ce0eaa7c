using Consortium.Adapters.Cda.Types;
using Consortium.Adapters.Cda.Xml;
using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Cda.Entries;

/// <summary>observation/value by its data type to Observation.value[x].</summary>
internal static class ObservationValue
{
    /// <summary>Sets <c>value[x]</c>, or <c>dataAbsentReason</c> where the document says why there is none. True where one of them was set.</summary>
    public static bool Set(DraftObject observation, CdaNode statement, CdaConversion conversion)
    {
        List<CdaNode> values = [.. statement.Children("value")];
        if (values.Count == 0) return false;
        if (values.Count > 1)
        {
            foreach (CdaNode each in values)
            {
                if (Of(each, conversion) is not { } part) continue;
                observation.Append("component", new DraftObject().Set("code", observation["code"]).Set(part.Name, part.Value));
            }

            return observation.ContainsKey("component");
        }

        if (Of(values[0], conversion) is { } value)
        {
            observation.Set(value.Name, value.Value);
            return true;
        }

        if (values[0].NullFlavor is { } flavor) observation.Set("dataAbsentReason", AbsentReason(flavor));
        return values[0].NullFlavor is not null;
    }

    /// <summary>The concept of a data-absent-reason.</summary>
    public static DraftObject? AbsentReason(string? flavor) =>
        Element.CodeableConcept("http://terminology.hl7.org/CodeSystem/data-absent-reason", CdaTables.AbsentReason(flavor), null, null);

    /// <summary>The name and content of the value; null where it has none.</summary>
    public static (string Name, DraftNode Value)? Of(CdaNode value, CdaConversion conversion)
    {
        switch (value.Type)
        {
            case "PQ" or "REAL":
                return Named("valueQuantity", Quantities.Of(value, conversion)) ?? TextOf(value, conversion);
            case "INT":
                return value["value"] is { } whole && int.TryParse(whole, out int number) ? ("valueInteger", DraftValue.Of(number)) : Named("valueQuantity", Quantities.Of(value, conversion)) ?? TextOf(value, conversion);
            case "MO":
                return value["value"] is { } amount ? ("valueString", DraftValue.Of($"{amount} {value["currency"]}".TrimEnd())) : null;
            case "IVL_PQ" or "IVL_INT" or "IVL_REAL":
                return Quantities.Interval(value, conversion) is { } interval ? (interval.Name, interval.Value) : TextOf(value, conversion);
            case "RTO" or "RTO_PQ_PQ" or "RTO_QTY_QTY":
                return Named("valueRatio", Quantities.Ratio(value, conversion)) ?? TextOf(value, conversion);
            case "CD" or "CE" or "CV" or "CO" or "CS":
                return Named("valueCodeableConcept", Codes.Concept(value, conversion));
            case "BL":
                return value["value"] is { } flag && flag is "true" or "false" or "1" or "0" ? ("valueBoolean", DraftValue.Of(value["value"] is "true" or "1")) : TextOf(value, conversion);
            case "TS":
                return Times.DateTime(value, conversion) is { } point ? ("valueDateTime", DraftValue.Of(point)) : null;
            case "IVL_TS":
                return Times.Period(value, conversion) is { } period ? ("valuePeriod", period) : Times.Point(value, conversion) is { } center ? ("valueDateTime", DraftValue.Of(center)) : null;
            case "ED" when value["representation"] == "B64" || value.Child("reference") is { } reference && conversion.Narrative.Find(reference["value"]) is null:
                conversion.Warn("not-supported", value, "a value that is a file, which an Observation cannot hold; it is not mapped. Send it as observationMedia or in the section.");
                return null;
            case "II":
                return value["extension"] is { } number2 ? ("valueString", DraftValue.Of(number2)) : value["root"] is { } root ? ("valueString", DraftValue.Of(CdaTables.Uri(root))) : null;
            case null or "ST" or "ED" or "SC" or "TEL" or "URL" or "EN" or "ON" or "PN" or "AD":
                return TextOf(value, conversion) ?? (value["code"] is not null ? Named("valueCodeableConcept", Codes.Concept(value, conversion)) : null);
            default:
                conversion.Warn("not-supported", value, "the data type of the value is not known; it is not mapped and stays in the section's text. Known: PQ, REAL, INT, IVL_PQ, RTO, CD, CE, CO, BL, TS, IVL_TS, ST, ED, II, MO.");
                return null;
        }
    }

    private static (string, DraftNode)? TextOf(CdaNode value, CdaConversion conversion) =>
        (conversion.Narrative.TextOf(value) ?? value["value"]) is { } text ? ("valueString", DraftValue.Of(text)) : null;

    private static (string, DraftNode)? Named(string name, DraftNode? value) => value is null ? null : (name, value);
}
