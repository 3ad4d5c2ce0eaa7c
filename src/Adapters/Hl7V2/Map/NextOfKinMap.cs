using System.Text.Json.Nodes;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Er7;
using Consortium.Adapters.Hl7V2.Tables;
using Consortium.Adapters.Hl7V2.Types;
using Consortium.Messaging;

namespace Consortium.Adapters.Hl7V2.Map;

/// <summary>
/// NK1 to Patient.contact, and to a RelatedPerson where it is a person with a name (HL7 v2-to-FHIR NK1[Patient], NK1[RelatedPerson]).
/// Employers and the like (ADT_A01 map, NK1-3 of EMR, E, F, I, S) are contacts only.
/// </summary>
internal static class NextOfKinMap
{
    private static readonly string[] OrganizationalRoles = ["EMR", "E", "F", "I", "S"];

    /// <summary>The contact of an NK1; null where it says nothing of one.</summary>
    public static JsonObject? Contact(Er7Segment kin, MessageConversion conversion)
    {
        JsonObject contact = new JsonObject()
            .SetAll("relationship", Relationships(kin, conversion))
            .Set("name", kin[2].Repetitions().Select(name => Names.FromXpn(name, conversion)).FirstOrDefault(name => name is not null))
            .SetAll("telecom", Telecoms(kin, conversion))
            .Set("address", kin[4].Repetitions().Select(address => Contacts.Address(address, conversion)).FirstOrDefault(address => address is not null))
            .Set("gender", Codes.Required(kin[15], conversion, CodeTables.AdministrativeSex, "HL7 table 0001 (administrative sex)"))
            .Set("organization", People.Organization(kin[13], conversion));

        // pat-1: a contact has at least a name, telecom, address or organization; a bare relationship is none.
        if (!contact.ContainsKey("name") && !contact.ContainsKey("telecom") && !contact.ContainsKey("address") && !contact.ContainsKey("organization")) return null;
        kin.MarkRead(1);
        return contact.Set("period", Element.Period(Times.Date(kin[8], conversion), Times.Date(kin[9], conversion)));
    }

    /// <summary>Adds the RelatedPerson of an NK1.</summary>
    public static void Map(Er7Segment kin, ResourceDraft patient, MessageConversion conversion)
    {
        if (kin[3][1].PeekText is { } role && OrganizationalRoles.Contains(role)) return;
        List<JsonNode?> names = [.. kin[2].Repetitions().Select(name => (JsonNode?)Names.FromXpn(name, conversion)).Where(name => name is not null)];
        if (names.Count == 0) return;

        List<IdentifierValue> identifiers = [];
        foreach (int field in (ReadOnlySpan<int>)[33, 12])
        {
            foreach (Er7Value repetition in kin[field].Repetitions())
            {
                if (Identifiers.FromCx(repetition, conversion, "related-person") is { } identifier) identifiers.Add(identifier);
            }
        }

        List<JsonNode?> relationships = [.. Relationships(kin, conversion)];
        string key = identifiers is [{ } first, ..]
            ? $"{first.System}|{first.Value}"
            : $"{Names.Display((JsonObject)names[0]!)}|{string.Join('|', relationships.Select(relationship => relationship?.ToJsonString()))}";
        JsonObject person = JsonBuilding.Resource("RelatedPerson", conversion.Id("RelatedPerson", conversion.Source, $"{patient.Id}|{key}"))
            .SetAll("identifier", identifiers.Select(identifier => (JsonNode?)identifier.Json))
            .Set("patient", Element.Reference(patient))
            .SetAll("relationship", relationships)
            .SetAll("name", names)
            .SetAll("telecom", Telecoms(kin, conversion))
            .Set("gender", Codes.Required(kin[15], conversion, CodeTables.AdministrativeSex, "HL7 table 0001 (administrative sex)"))
            .Set("birthDate", Times.Date(kin[16], conversion))
            .SetAll("address", kin[4].Repetitions().Select(address => (JsonNode?)Contacts.Address(address, conversion)))
            .Set("period", Element.Period(Times.Date(kin[8], conversion), Times.Date(kin[9], conversion)));
        if (Codes.CodeableConcept(kin[20], conversion) is { } language) person.Append("communication", new JsonObject().Set("language", language));
        conversion.Add(person, patient.Apply);
    }

    private static IEnumerable<JsonNode?> Relationships(Er7Segment kin, MessageConversion conversion)
    {
        yield return Codes.CodeableConcept(kin[3], conversion, CodeTables.Relationship);
        yield return Codes.CodeableConcept(kin[7], conversion, CodeTables.ContactRole);
    }

    private static IEnumerable<JsonNode?> Telecoms(Er7Segment kin, MessageConversion conversion)
    {
        foreach (Er7Value phone in kin[5].Repetitions()) yield return Contacts.Telecom(phone, conversion);
        foreach (Er7Value work in kin[6].Repetitions()) yield return Contacts.Telecom(work, conversion, "work");
        foreach (Er7Value other in kin[40].Repetitions()) yield return Contacts.Telecom(other, conversion);
    }
}
