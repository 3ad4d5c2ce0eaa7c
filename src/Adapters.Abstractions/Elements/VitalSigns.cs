using System.Text.Json.Nodes;
using Consortium.Fhir;

namespace Consortium.Adapters.Elements;

/// <summary>
/// What R4 asks of every Observation with the code of a vital sign, whoever sent it: the category, and a time, or that it is not
/// known (FHIR R4 observation-vitalsigns.html; extension data-absent-reason). Nothing is guessed.
/// </summary>
public static class VitalSigns
{
    private const string DataAbsentReason = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";

    /// <summary>Adds to an Observation what the profile of its code asks for and the source did not say.</summary>
    public static JsonObject Complete(JsonObject observation)
    {
        if (!IsVitalSign(observation)) return observation;
        if (!HasCategory(observation))
        {
            observation.Append("category", Element.CodeableConcept(CodeSystems.ObservationCategory, "vital-signs", "Vital Signs", null));
        }

        bool dated = observation.Any(property => property.Key.TrimStart('_').StartsWith("effective", StringComparison.Ordinal));
        if (!dated)
        {
            observation["_effectiveDateTime"] = new JsonObject
            {
                ["extension"] = new JsonArray(new JsonObject { ["url"] = DataAbsentReason, ["valueCode"] = "unknown" }),
            };
        }

        return observation;
    }

    private static bool IsVitalSign(JsonObject observation) =>
        Codings(observation["code"]).Any(coding => FhirR4.MandatedProfile((string?)coding["system"] ?? string.Empty, (string?)coding["code"] ?? string.Empty) is not null);

    private static bool HasCategory(JsonObject observation) =>
        (observation["category"] as JsonArray ?? []).SelectMany(Codings)
            .Any(coding => (string?)coding["system"] == CodeSystems.ObservationCategory && (string?)coding["code"] == "vital-signs");

    private static IEnumerable<JsonObject> Codings(JsonNode? concept) => (concept?["coding"] as JsonArray ?? []).OfType<JsonObject>();
}
