using Consortium.Adapters.Cda.Types;
using Consortium.Adapters.Cda.Xml;
using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Cda.Header;

/// <summary>componentOf/encompassingEncounter to Encounter. The document only mentions it: an admission message says more.</summary>
internal static class EncounterHeader
{
    /// <summary>Reads it and makes it the encounter of the conversion; nothing where the document names none.</summary>
    public static void Read(CdaConversion conversion)
    {
        CdaNode? encompassing = conversion.Document.Down("componentOf", "encompassingEncounter");
        if (encompassing is null) return;
        CdaNode? time = encompassing.Child("effectiveTime");
        bool known = encompassing.Children("id").Any(id => Identifiers.Key(id, conversion) is not null) || time?.First is not null || time?["value"] is not null || encompassing.Child("code")?["code"] is not null;
        if (!known && encompassing.Child("location") is null) return;
        DraftObject encounter = JsonBuilding.Resource("Encounter", Id(encompassing, conversion))
            .SetAll("identifier", Identifiers.All(encompassing, conversion))
            .Set("status", time?.Child("high")?["value"] is not null ? "finished" : "unknown")
            .Set("class", Class(encompassing.Child("code")));
        encounter.Append("type", Codes.Concept(encompassing.Child("code"), conversion));
        encounter["subject"] = conversion.Subject;
        AddParticipants(encounter, encompassing, conversion);
        encounter.Set("period", Times.Period(time, conversion));
        DraftObject? disposition = Codes.Concept(encompassing.Child("dischargeDispositionCode") ?? encompassing.Child("sdtc:dischargeDispositionCode"), conversion);
        encounter.Set("hospitalization", disposition is null ? null : new DraftObject().Set("dischargeDisposition", disposition));
        CdaNode? facility = encompassing.Down("location", "healthCareFacility");
        if (Places.Facility(facility, conversion) is { } place) encounter.Append("location", new DraftObject().Set("location", place));
        encounter.Set("serviceProvider", People.Organization(facility?.Child("serviceProviderOrganization"), conversion));
        conversion.Encounter = conversion.Add(encounter, ApplyMode.CreateIfAbsent);
    }

    /// <summary>The class of an encounter (required in FHIR): a code or translation of v3 ActCode; else an extension that says that it is not known.</summary>
    public static DraftObject Class(CdaNode? code)
    {
        IEnumerable<CdaNode> codes = code is null ? [] : [code, .. code.Children("translation")];
        foreach (CdaNode candidate in codes)
        {
            if (candidate["codeSystem"] == "2.16.840.1.113883.5.4" && CdaTables.Map("encounter-class", candidate["code"]) is { } known) return Element.Coding(CodeSystems.ActCode, known)!;
        }

        return new DraftObject().Append("extension", Element.DataAbsentReason("unknown"));
    }

    private static string Id(CdaNode encompassing, CdaConversion conversion)
    {
        foreach (CdaNode id in encompassing.Children("id"))
        {
            if (Identifiers.Key(id, conversion) is { } key) return conversion.Context.Ids.For(key.System, "Encounter", key.Value);
        }

        return conversion.PlacedId("Encounter", encompassing, "");
    }

    private static void AddParticipants(DraftObject encounter, CdaNode encompassing, CdaConversion conversion)
    {
        foreach (CdaNode participant in encompassing.Elements())
        {
            if (participant.Name is not ("responsibleParty" or "encounterParticipant")) continue;
            if (People.Assigned(participant.Child("assignedEntity"), conversion) is not { } who || !Entries.AllergyEntries.IsPerson(who)) continue;
            string? type = participant.Name == "encounterParticipant" ? participant["typeCode"] : null;
            encounter.Append("participant", new DraftObject()
                .Append("type", type is "ADM" or "ATND" or "CON" or "DIS" or "REF" ? Element.CodeableConcept("http://terminology.hl7.org/CodeSystem/v3-ParticipationType", type, null, null) : null)
                .Set("period", Times.Period(participant.Child("time"), conversion))
                .Set("individual", who));
        }
    }
}
