using System.Text.Json.Nodes;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Er7;
using Consortium.Adapters.Hl7V2.Tables;
using Consortium.Adapters.Hl7V2.Types;
using Consortium.Adapters.Site;
using Consortium.Messaging;

namespace Consortium.Adapters.Hl7V2.Map;

/// <summary>SPM to Specimen (HL7 v2-to-FHIR SPM[Specimen]).</summary>
internal static class SpecimenMap
{
    /// <summary>Adds the Specimen of an SPM.</summary>
    public static ResourceDraft Map(Er7Segment specimen, string orderKey, ResourceDraft patient, ResourceDraft order, MessageConversion conversion)
    {
        // SPM-2 is an EIP: the placer's and the filler's number, each an EI as a component.
        IdentifierValue? placer = Number(specimen[2][1], "PLAC", conversion);
        IdentifierValue? filler = Number(specimen[2][2], "FILL", conversion);
        IdentifierValue? accession = Identifiers.FromCx(specimen[30], conversion, "accession", "ACSN");

        // A specimen number alone may be one of many laboratories' "1"; with the order it is not.
        string key = (filler ?? placer) is { } number ? $"{number.System}|{number.Value}|{orderKey}" : $"{orderKey}|{specimen[1].PeekText ?? specimen.Occurrence.ToString(System.Globalization.CultureInfo.InvariantCulture)}";
        specimen.MarkRead(1);
        JsonObject resource = JsonBuilding.Resource("Specimen", conversion.Id("Specimen", conversion.Source, key))
            .SetAll("identifier", [placer?.Json, filler?.Json, .. specimen[31].Repetitions().Select(other => (JsonNode?)Identifiers.FromCx(other, conversion, "specimen")?.Json)])
            .Set("accessionIdentifier", accession?.Json)
            .Set("status", specimen[20].HasData ? Codes.Optional(specimen[20], conversion, CodeTables.SpecimenAvailability, "HL7 table 0136 (yes/no)") : null)
            .Set("type", Codes.CodeableConcept(specimen[4], conversion, CodeTables.SpecimenType))
            .Set("subject", Element.Reference(patient))
            .Set("receivedTime", Times.DateTime(specimen[18], conversion))
            .SetAll("request", [Element.Reference(order)])
            .Set("collection", Collection(specimen, conversion));
        JsonObject container = new JsonObject().Set("type", Codes.CodeableConcept(specimen[27], conversion))
            .Set("additiveCodeableConcept", Codes.CodeableConcept(specimen[6], conversion));
        resource.Append("container", container)
            .SetAll("condition", specimen[24].Repetitions().Select(condition => (JsonNode?)Codes.CodeableConcept(condition, conversion)))
            .SetAll("note", specimen[14].Repetitions().Select(note => (JsonNode?)Element.Annotation(note.WholeText)));
        return conversion.Add(resource, ApplyMode.Update);
    }

    private static JsonObject Collection(Er7Segment specimen, MessageConversion conversion)
    {
        string? start = Times.DateTime(specimen[17][1], conversion);
        string? end = Times.DateTime(specimen[17][2], conversion);
        var collection = new JsonObject();
        if (end is not null) collection.Set("collectedPeriod", Element.Period(start, end));
        else collection.Set("collectedDateTime", start);
        return collection
            .Set("quantity", Quantities.FromCq(specimen[12], conversion))
            .Set("method", Codes.CodeableConcept(specimen[7], conversion))
            .Set("bodySite", Codes.CodeableConcept(specimen[8], conversion));
    }

    private static IdentifierValue? Number(Er7Value value, string type, MessageConversion conversion)
    {
        if (value[1].Text is not { } number) return null;
        string system = Authority(value, conversion) ?? IdentifierSystems.OfSource(conversion.Source, "specimen");
        return new IdentifierValue(system, number, type, Element.Identifier(system, number, Identifiers.Type(type))!);
    }

    private static string? Authority(Er7Value value, MessageConversion conversion)
    {
        string? universal = value[3].Text;
        _ = value[4].Text;
        if (universal is not null && Oid.IsValid(universal)) return $"urn:oid:{universal}";
        string? name = value[2].Text ?? universal;
        return name is null ? null : conversion.Context.IdentifierSystems.OfAuthority(name);
    }
}
