using System.Text.Json.Nodes;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Er7;
using Consortium.Adapters.Hl7V2.Tables;
using Consortium.Adapters.Hl7V2.Types;

namespace Consortium.Adapters.Hl7V2.Map;

/// <summary>AL1 to AllergyIntolerance (HL7 v2-to-FHIR AL1[AllergyIntolerance]).</summary>
internal static class AllergyMap
{
    /// <summary>Adds the AllergyIntolerance of an AL1.</summary>
    public static void Map(Er7Segment allergy, ResourceDraft patient, MessageConversion conversion)
    {
        allergy.MarkRead(1);
        if (Codes.CodeableConcept(allergy[3], conversion) is not { } code)
        {
            conversion.Error("required", allergy[3], "an allergy without the substance.");
            return;
        }

        JsonObject resource = JsonBuilding.Resource("AllergyIntolerance", conversion.Id("AllergyIntolerance", conversion.Source, $"{patient.Id}|{Key(allergy[3])}"))
            .Set("clinicalStatus", Element.CodeableConcept("http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "active", "Active", null));
        if (Codes.Optional(allergy[2], conversion, CodeTables.AllergyCategory, "HL7 table 0127 (allergen type)") is { } category) resource.Append("category", category);
        resource.Set("code", code).Set("patient", Element.Reference(patient)).Set("onsetDateTime", Times.DateTime(allergy[6], conversion));
        resource.Append("reaction", Reaction(allergy, conversion));
        conversion.Add(resource, patient.Apply);
    }

    // AL1-4 is the severity of the reaction; criticality (the risk of the next one) is another thing and is not derived from it.
    private static JsonObject Reaction(Er7Segment allergy, MessageConversion conversion)
    {
        var reaction = new JsonObject();
        foreach (Er7Value manifestation in allergy[5].Repetitions())
        {
            // AL1-5 is text (ST); only some senders put a coded element there.
            bool coded = manifestation[2].HasData || manifestation[3].HasData;
            reaction.Append("manifestation", coded ? Codes.CodeableConcept(manifestation, conversion) : Element.CodeableConcept(manifestation.Text));
        }
        string? severity = Codes.Optional(allergy[4], conversion, CodeTables.AllergySeverity, "HL7 table 0128 (allergy severity)");
        if (severity is null) return reaction;
        if (reaction.Count == 0) reaction.Append("manifestation", new JsonObject { ["extension"] = new JsonArray(Element.DataAbsentReason("unknown")) });
        return reaction.Set("severity", severity);
    }

    private static string Key(Er7Value substance) => $"{substance[3].PeekText}|{substance[1].PeekText ?? substance[2].PeekText ?? substance[9].PeekText}";
}
