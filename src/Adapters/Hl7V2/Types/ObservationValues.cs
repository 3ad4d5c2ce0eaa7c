using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Er7;
using Consortium.Adapters.Hl7V2.Language.Conversions;

namespace Consortium.Adapters.Hl7V2.Types;

/// <summary>OBX-5 to Observation.value[x], by the data type that OBX-2 names (HL7 v2-to-FHIR OBX[Observation], OBX-5 and OBX-6).</summary>
internal static class ObservationValues
{
    /// <summary>Sets the value; nothing where OBX-5 is empty.</summary>
    public static void Set(DraftObject observation, Er7Segment segment, MessageConversion conversion)
    {
        List<Er7Value> values = [.. segment[5].Repetitions()];
        string? type = segment[2].Text;
        if (values.Count == 0)
        {
            segment.MarkRead(6);
            return;
        }

        if (type is null)
        {
            conversion.Error("required", segment[2], "a value without its data type: what the value is must not be guessed.");
            return;
        }

        if (type is "TX" or "FT" or "ST")
        {
            // Lines of one text (HL7 v2.5.1 ch. 7.4.2: repetitions of a TX are its lines).
            Unit unit = type == "ST" ? ReadTextUnit(segment) : default;
            string text = string.Join('\n', values.Select(value => value.WholeText));
            observation.Set("valueString", unit.Text is null ? text : $"{text} {unit.Text}");
            return;
        }

        if (type is "CE" or "CWE" or "CNE" or "CF" or "IS" or "ID" && segment[6].HasData && values.Exists(IsPlainNumber))
        {
            conversion.Error("value", segment[2], "the data type says that the value is a code, but OBX-5 is a plain number and OBX-6 its unit: which of them is right must not be guessed. Have the sender write NM or SN in OBX-2 for a measurement, or send the code with its coding system.");
            return;
        }

        if (values.Count > 1)
        {
            Components(observation, values, type, segment, conversion);
            return;
        }

        if (Value(values[0], type, segment, conversion) is { } single) observation.Set(single.Name, single.Value);
    }

    // Several values under one code: a component each, as OBX[Observation-Component] has it.
    private static void Components(DraftObject observation, List<Er7Value> values, string type, Er7Segment segment, MessageConversion conversion)
    {
        foreach (Er7Value value in values)
        {
            if (Value(value, type, segment, conversion) is not { } component) continue;
            observation.Append("component", new DraftObject().Set("code", observation["code"]).Set(component.Name, component.Value));
        }
    }

    private static (string Name, DraftNode Value)? Value(Er7Value value, string type, Er7Segment segment, MessageConversion conversion)
    {
        switch (type)
        {
            case "NM":
                return Named("valueQuantity", Quantities.FromNm(value, Unit.Read(segment[6], conversion), conversion));
            case "SN":
                return Quantities.FromSn(value, Unit.Read(segment[6], conversion), conversion);
            case "NR":
                return Named("valueRange", Quantities.FromNr(value, Unit.Read(segment[6], conversion), conversion));
            case "CQ":
                return Named("valueQuantity", Quantities.FromCq(value, conversion));
            case "CE" or "CWE" or "CNE" or "CF" or "IS" or "ID":
                return Named("valueCodeableConcept", CodedValues.Concept(value, conversion));
            case "DT" or "DTM" or "TS":
                return Named("valueDateTime", JsonText(Times.DateTime(value, conversion)));
            case "TM":
                return Named("valueTime", JsonText(Times.Time(value, conversion)));
            case "DR":
                return Named("valuePeriod", Element.Period(Times.DateTime(value[1], conversion), Times.DateTime(value[2], conversion)));
            case "CX" or "EI" or "SI" or "VR" or "XAD" or "XPN" or "XCN" or "XTN" or "XON" or "PN" or "AD" or "TN" or "CK" or "CN" or "HD":
                return Named("valueString", JsonText(value.WholeText));
            default:
                conversion.Error("not-supported", segment[2], "the data type of the value is not supported. Known: NM, SN, NR, CQ, ST, TX, FT, CE, CWE, CNE, CF, IS, ID, DT, DTM, TS, TM, DR, ED, RP.");
                return null;
        }
    }

    // A number that names no coding system and has no text beside it: SNOMED CT's codes are numbers too.
    private static bool IsPlainNumber(Er7Value value) => !value[2].HasData && !value[3].HasData && FhirDecimal.Number(value[1].PeekText) is not null;

    private static Unit ReadTextUnit(Er7Segment segment) => new(segment[6][2].Text ?? segment[6][1].Text, null);

    private static DraftValue? JsonText(string? text) => text is null ? null : DraftValue.Of(text);

    private static (string, DraftNode)? Named(string name, DraftNode? value) => value is null ? null : (name, value);
}
