using Consortium.Adapters.Cda.Header;
using Consortium.Adapters.Cda.Types;
using Consortium.Adapters.Cda.Xml;
using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Cda.Entries;

/// <summary>Product Instance (and the UDI observations beside it) to Device.</summary>
internal static class DeviceEntries
{
    /// <summary>The FDA's OID under which a UDI stands as it is printed.</summary>
    private const string Udi = "2.16.840.1.113883.3.3719";

    /// <summary>A reference to the Device of a participantRole; null where nothing says what it is.</summary>
    public static DraftObject? Read(CdaNode role, CdaConversion conversion)
    {
        CdaNode? playing = role.Child("playingDevice");
        DraftObject? type = Codes.Concept(playing?.Child("code"), conversion);
        CdaNode? udi = role.Children("id").FirstOrDefault(id => id["root"] == Udi && id["extension"] is not null);
        string? model = playing?.Child("manufacturerModelName")?.Text;
        if (type is null && udi is null && model is null) return null;
        DraftObject device = JsonBuilding.Resource("Device", conversion.IdFor("Device", role))
            .SetAll("identifier", Identifiers.All(role, conversion));
        if (udi is not null) device.Append("udiCarrier", new DraftObject().Set("deviceIdentifier", DeviceIdentifier(udi["extension"]!)).Set("carrierHRF", udi["extension"]));
        device.Set("manufacturer", role.Down("scopingEntity", "desc")?.Text)
            .Set("modelNumber", model)
            .Set("type", type);
        device["patient"] = conversion.Subject;
        AddDetails(device, role, conversion);
        return conversion.Add(device);
    }

    // GS1: application identifier 01 and 14 digits. Of other issuing agencies the carrier as printed says it.
    private static string? DeviceIdentifier(string carrier) =>
        carrier.StartsWith("(01)", StringComparison.Ordinal) && carrier.Length >= 18 && carrier.AsSpan(4, 14).IndexOfAnyExceptInRange('0', '9') < 0 ? carrier.Substring(4, 14) : null;

    // The UDI Organizer (C-CDA companion guide) states the parts of the UDI again, each in an observation.
    private static void AddDetails(DraftObject device, CdaNode role, CdaConversion conversion)
    {
        CdaNode? statement = role.Parent?.Parent;
        if (statement is null) return;
        foreach ((_, CdaNode organizer) in Statements.Inner(statement))
        {
            if (organizer.Name != "organizer" || !organizer.HasTemplate("2.16.840.1.113883.10.20.22.4.311")) continue;
            organizer.Used = true;
            foreach ((_, CdaNode part) in Statements.Inner(organizer))
            {
                part.Used = AddDetail(device, part, conversion);
            }
        }
    }

    private static bool AddDetail(DraftObject device, CdaNode part, CdaConversion conversion)
    {
        CdaNode? value = part.Child("value");
        string? text = value?["extension"] ?? value?.Text ?? value?["displayName"];
        foreach (CdaNode template in part.Children("templateId"))
        {
            switch (template["root"])
            {
                case "2.16.840.1.113883.10.20.22.4.319":
                    device.Set("serialNumber", text);
                    return true;
                case "2.16.840.1.113883.10.20.22.4.315":
                    device.Set("lotNumber", text);
                    return true;
                case "2.16.840.1.113883.10.20.22.4.316":
                    device.Set("manufactureDate", Times.DateTime(value, conversion));
                    return true;
                case "2.16.840.1.113883.10.20.22.4.309":
                    device.Set("expirationDate", Times.DateTime(value, conversion));
                    return true;
                case "2.16.840.1.113883.10.20.22.4.308":
                    device.Set("distinctIdentifier", text);
                    return true;
                case "2.16.840.1.113883.10.20.22.4.317" or "2.16.840.1.113883.10.20.22.4.302":
                    device.Set("modelNumber", text);
                    return true;
                case "2.16.840.1.113883.10.20.22.4.301":
                    if (text is not null) device.Append("deviceName", new DraftObject().Set("name", text).Set("type", "user-friendly-name"));
                    return true;
                case "2.16.840.1.113883.10.20.22.4.304":
                    if (device["udiCarrier"]?[0] is DraftObject carrier) carrier.Set("deviceIdentifier", text);
                    else if (text is not null) device.Append("udiCarrier", new DraftObject().Set("deviceIdentifier", text));
                    return true;
                case "2.16.840.1.113883.10.20.22.4.305" or "2.16.840.1.113883.10.20.22.4.314" or "2.16.840.1.113883.10.20.22.4.318":
                    device.Append("safety", Codes.Concept(value, conversion));
                    return true;
                case "2.16.840.1.113883.10.20.22.4.303":
                    device.Set("manufacturer", text);
                    return true;
            }
        }

        return false;
    }
}
