using Consortium.Adapters.Cda.Types;
using Consortium.Adapters.Cda.Xml;
using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Cda.Header;

/// <summary>healthCareFacility and Service Delivery Location to Location.</summary>
internal static class Places
{
    /// <summary>A reference to the location of a statement (participant LOC); null without one.</summary>
    public static DraftObject? Location(CdaNode statement, CdaConversion conversion)
    {
        foreach (CdaNode participant in statement.Children("participant"))
        {
            if (participant["typeCode"] is "LOC" && participant.Child("participantRole") is { } role) return Read(role, role.Child("playingEntity"), conversion);
        }

        return null;
    }

    /// <summary>A reference to the place of an encounter; null where nothing is said of it.</summary>
    public static DraftObject? Facility(CdaNode? facility, CdaConversion conversion) => facility is null ? null : Read(facility, facility.Child("location"), conversion);

    private static DraftObject? Read(CdaNode role, CdaNode? place, CdaConversion conversion)
    {
        string? name = place?.Child("name")?.Text;
        DraftObject? type = Codes.Concept(role.Child("code"), conversion);
        DraftObject? address = Names.Address(place?.Child("addr") ?? role.Child("addr"), conversion);
        DraftObject? keeper = People.Organization(role.Child("serviceProviderOrganization"), conversion);
        if (name is null && type is null && address is null) return null;
        CdaNode? id = role.Children("id").FirstOrDefault(candidate => Identifiers.Key(candidate, conversion) is not null);
        string key = $"{(string?)keeper?["reference"]}|{name}|{role.Child("code")?["code"]}|{address?.ToJsonString()}";
        string locationId = id is not null && Identifiers.Key(id, conversion) is { } known
            ? conversion.Context.Ids.For(known.System, "Location", known.Value)
            : conversion.Context.Ids.For(conversion.Record.Source, "Location", key);
        conversion.Add(
            JsonBuilding.Resource("Location", locationId)
                .SetAll("identifier", Identifiers.All(role, conversion))
                .Set("name", name)
                .Append("type", type)
                .SetAll("telecom", Names.Telecoms(role, conversion))
                .Set("address", address)
                .Set("managingOrganization", keeper),
            ApplyMode.CreateIfAbsent);
        return Element.Reference("Location", locationId, name);
    }
}
