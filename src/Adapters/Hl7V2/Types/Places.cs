using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Er7;
using Consortium.Adapters.Site;
using Consortium.Messaging;

namespace Consortium.Adapters.Hl7V2.Types;

/// <summary>
/// PL to Locations, each part of the next larger one: bed, room, point of care, floor, building, facility (HL7 v2-to-FHIR PL[Location]).
/// </summary>
internal static class Places
{
    private const string PhysicalType = "http://terminology.hl7.org/CodeSystem/location-physical-type";

    /// <summary>From the largest to the smallest: component of PL and FHIR physical type.</summary>
    private static readonly (int Component, string Type, DraftObject Concept)[] Levels =
        [Level(4, "si", "Site"), Level(7, "bu", "Building"), Level(8, "lvl", "Level"), Level(1, "wa", "Ward"), Level(2, "ro", "Room"), Level(3, "bd", "Bed")];

    /// <summary>Reference to the smallest place of a PL, null where it names none.</summary>
    public static DraftObject? Location(Er7Value value, MessageConversion conversion)
    {
        DraftObject? reference = null;
        string path = "";
        string source = conversion.SystemOf("location");
        string? description = value[9].Text;
        foreach ((int component, string type, DraftObject concept) in Levels)
        {
            Er7Value part = value[component];
            if (part[1].Text is not { } name) continue;
            string? authority = part[2].HasData ? Identifiers.Authority(part, conversion) : null;
            path = path.Length == 0 ? $"{type}={authority ?? name}" : $"{path}|{type}={authority ?? name}";
            DraftObject location = JsonBuilding.Resource("Location", conversion.Id("Location", source, path))
                .Append("identifier", Element.Identifier(source, path))
                .With("name", name)
                .With("mode", "instance")
                .With("physicalType", concept)
                .With("partOf", reference);
            reference = Element.Reference(conversion.Add(location, ApplyMode.CreateIfAbsent), name);
        }

        if (reference is null && description is not null) return Element.LogicalReference(null, description, "Location");
        return reference;
    }

    private static (int, string, DraftObject) Level(int component, string type, string display) =>
        (component, type, DraftNode.Shared(Element.CodeableConcept(PhysicalType, type, display, null)!));
}
