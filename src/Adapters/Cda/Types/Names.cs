using Consortium.Adapters.Cda.Xml;
using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Cda.Types;

/// <summary>PN, AD and TEL to HumanName, Address and ContactPoint.</summary>
internal static class Names
{
    /// <summary>HumanName; a name that is only text stays text. Null where nothing is said.</summary>
    public static DraftObject? Human(CdaNode? name, CdaConversion conversion)
    {
        if (name is null) return null;
        string? use = CdaTables.Map("name-use", First(name["use"]));
        List<string?> given = [], prefix = [], suffix = [];
        string? family = null;
        foreach (CdaNode part in name.Elements())
        {
            if (part.Text is not { } text) continue;
            switch (part.Name)
            {
                case "given":
                    given.Add(text);
                    break;
                case "family":
                    family = family is null ? text : $"{family} {text}";
                    if (part["qualifier"] is "BR" or "SP" && use is null) use = part["qualifier"] == "BR" ? "maiden" : null;
                    break;
                case "prefix":
                    prefix.Add(text);
                    break;
                case "suffix":
                    suffix.Add(text);
                    break;
            }
        }

        // Words beside the parts (or instead of them) are the name as it is written.
        string? loose = name.RawText is { } raw && raw.Trim(',', ' ').Length > 0 ? name.Text : null;
        return Element.HumanName(loose, family, given, use, prefix, suffix, Times.Period(name.Child("validTime"), conversion));
    }

    /// <summary>All names of an element.</summary>
    public static IEnumerable<DraftObject?> Humans(CdaNode? element, CdaConversion conversion) => element is null ? [] : element.Children("name").Select(name => Human(name, conversion));

    /// <summary>The names of a person as one line, for a display; null where there is none.</summary>
    public static string? Display(CdaNode? element)
    {
        if (element?.Child("name") is not { } name) return null;
        IEnumerable<string?> parts = name.Elements().Where(part => part.Name is "prefix" or "given" or "family" or "suffix").Select(part => part.Text);
        string said = string.Join(' ', parts.Where(part => part is not null));
        return said.Length > 0 && name.RawText is null ? said : name.Text;
    }

    /// <summary>Address; null where nothing is said.</summary>
    public static DraftObject? Address(CdaNode? addr, CdaConversion conversion)
    {
        if (addr is null) return null;
        var address = new DraftObject();
        string? uses = addr["use"];
        address.Set("use", CdaTables.Map("address-use", First(uses)));
        List<string?> lines = [];
        string? district = null, street = null;
        foreach (CdaNode part in addr.Elements())
        {
            string? text = part.Text;
            switch (part.Name)
            {
                case "streetAddressLine" or "additionalLocator" or "unitID" or "postBox" or "deliveryAddressLine" or "careOf":
                    lines.Add(text);
                    break;
                case "township" or "streetName" or "streetNameBase" or "houseNumber" or "direction" or "streetNameType" or "houseNumberNumeric":
                    street = text is null ? street : part.Name == "houseNumber" && street is not null ? $"{street} {text}" : street is null ? text : $"{text} {street}";
                    break;
                case "county":
                    district = text;
                    break;
            }
        }

        lines.Add(street);
        address.SetAll("line", lines).Set("city", addr.Child("city")?.Text).Set("district", district).Set("state", addr.Child("state")?.Text)
            .Set("postalCode", addr.Child("postalCode")?.Text).Set("country", addr.Child("country")?.Text);
        if (address.Count == (address.ContainsKey("use") ? 1 : 0))
        {
            if (addr.RawText is null) return null;
            address.Set("text", addr.Text);
        }

        return address.Set("period", Times.Period(addr.Child("useablePeriod"), conversion));
    }

    /// <summary>All addresses of an element.</summary>
    public static IEnumerable<DraftObject?> Addresses(CdaNode? element, CdaConversion conversion) => element is null ? [] : element.Children("addr").Select(addr => Address(addr, conversion));

    /// <summary>ContactPoint; null without a value.</summary>
    public static DraftObject? Telecom(CdaNode telecom, CdaConversion conversion)
    {
        if (telecom["value"] is not { } value) return null;
        int colon = value.IndexOf(':', StringComparison.Ordinal);
        string scheme = colon < 0 ? "" : value[..colon].ToLowerInvariant();
        string? use = CdaTables.Map("telecom-use", First(telecom["use"]));
        (string system, string number) = scheme switch
        {
            "tel" => (telecom["use"]?.Split(' ').Contains("PG") == true ? "pager" : "phone", value[4..]),
            "fax" or "x-text-fax" => ("fax", value[(colon + 1)..]),
            "mailto" => ("email", value[7..]),
            "http" or "https" or "ftp" => ("url", value),
            "" => (value.Contains('@', StringComparison.Ordinal) ? "email" : "phone", value),
            _ => ("other", value),
        };
        return Element.ContactPoint(system, number, use, Times.Period(telecom.Child("useablePeriod"), conversion));
    }

    /// <summary>All telecoms of an element.</summary>
    public static IEnumerable<DraftObject?> Telecoms(CdaNode? element, CdaConversion conversion) => element is null ? [] : element.Children("telecom").Select(telecom => Telecom(telecom, conversion));

    private static string? First(string? uses) => uses?.Split(' ', 2)[0];
}
