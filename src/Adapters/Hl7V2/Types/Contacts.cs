using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Er7;

namespace Consortium.Adapters.Hl7V2.Types;

/// <summary>XAD to FHIR Address, XTN to FHIR ContactPoint.</summary>
internal static class Contacts
{
    /// <summary>XAD to Address (HL7 v2-to-FHIR XAD[Address], SAD[Address]).</summary>
    public static DraftObject? Address(Er7Value written, MessageConversion conversion)
    {
        var value = new Er7Components(written);
        Er7Value street = value[1];
        (string? first, string? name, string? dwelling, string? second, string? third) = (street[1].Text, street[2].Text, street[3].Text, value.Text(2), value.Text(19));
        (string? city, string? district, string? state) = (value.Text(3), value.Text(9), value.Text(4));
        (string? postalCode, string? country) = (value.Text(5), value.Text(6));
        if ((city ?? district ?? state ?? postalCode ?? country ?? first ?? name ?? dwelling ?? second ?? third) is null) return null;

        // A type that is neither a FHIR use nor a FHIR type (birth place, legal address …) has no element; it is reported as not mapped.
        DraftObject address = new();
        if (Peek(value[7]) is { } kind)
        {
            if (conversion.Tables.AddressUse[kind]?.Target is { } use) address.Set("use", Used(value[7], use));
            if (conversion.Tables.AddressType[kind]?.Target is { } type) address.Set("type", Used(value[7], type));
        }

        address.Append("line", first).Append("line", name).Append("line", dwelling).Append("line", second).Append("line", third);
        address.With("city", city).With("district", district).With("state", state).With("postalCode", postalCode).With("country", country);
        string? start = Times.DateTime(value[13], conversion) ?? Times.DateTime(value[12][1], conversion);
        string? end = Times.DateTime(value[14], conversion) ?? Times.DateTime(value[12][2], conversion);
        return address.With("period", Element.Period(start, end));
    }

    /// <summary>XTN to ContactPoint (HL7 v2-to-FHIR XTN[ContactPoint]); null where there is neither number nor address.</summary>
    /// <param name="written">One repetition of the field.</param>
    /// <param name="conversion">The message.</param>
    /// <param name="defaultUse">FHIR use where XTN.2 is empty.</param>
    public static DraftObject? Telecom(Er7Value written, MessageConversion conversion, string? defaultUse = null)
    {
        var value = new Er7Components(written);
        string? use = value[2].HasData ? Codes.Optional(value[2], conversion, conversion.Tables.TelecomUse, "HL7 table 0201 (telecommunication use)") : defaultUse;
        string? system = Codes.Optional(value[3], conversion, conversion.Tables.TelecomSystem, "HL7 table 0202 (telecommunication equipment)");
        // A cellular phone (table 0202) is a phone whose use is mobile (HL7 v2-to-FHIR XTN[ContactPoint]).
        if (system is not null && string.Equals(value[3].PeekText, "CP", StringComparison.OrdinalIgnoreCase)) use = "mobile";
        string? number;
        if (system == "email")
        {
            number = value.Text(4) ?? value.Text(1);
        }
        else
        {
            number = value.Text(12) ?? Number(value.Text(5), value.Text(6), value.Text(7), value.Text(8)) ?? value.Text(1);
            _ = value.Text(1); // the same number in the form of v2.2, superseded by the parts
            if (number is null && value.Text(4) is { } address) (system, number) = ("email", address);
        }

        if (number is null) return null;

        // XTN.3 is optional before v2.7; what a number is for is known from the field, what it reaches is a telephone unless it says otherwise.
        DraftObject point = Element.ContactPoint(system ?? "phone", number, use)!;
        if (int.TryParse(value.Text(18), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int rank) && rank > 0) point["rank"] = rank;
        return point.With("period", Element.Period(Times.DateTime(value[13], conversion), Times.DateTime(value[14], conversion)));
    }

    private static string? Number(string? country, string? area, string? local, string? extension)
    {
        if (local is null) return null;
        string number = area is null ? local : $"{area} {local}";
        if (country is not null) number = $"+{country.TrimStart('+')} {number}";
        return extension is null ? number : $"{number} X{extension}";
    }

    // Looks at a code without saying that it was used.
    private static string? Peek(Er7Value value) => value.HasData ? value.PeekText : null;

    private static string Used(Er7Value value, string target)
    {
        _ = value.Text;
        return target;
    }
}
