using System.Text.Json.Nodes;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Er7;
using Consortium.Adapters.Hl7V2.Tables;
using Consortium.Adapters.Hl7V2.Types;
using Consortium.Messaging;

namespace Consortium.Adapters.Hl7V2.Map;

/// <summary>What an observation belongs to.</summary>
/// <param name="Patient">The patient.</param>
/// <param name="Encounter">The visit, if known.</param>
/// <param name="Key">What makes the ids of its observations: the order's number, or the visit.</param>
/// <param name="Category">Observation.category, from the section that did the work.</param>
/// <param name="Effective">Time of the order's observation, where OBX has none.</param>
/// <param name="Order">The ServiceRequest.</param>
internal sealed record ObservationContext(
    ResourceDraft Patient, ResourceDraft? Encounter, string Key, JsonObject? Category = null, string? Effective = null, ResourceDraft? Order = null);

/// <summary>OBX and its NTE to Observation, or to DocumentReference where the value is a document (HL7 v2-to-FHIR OBX[Observation], OBX[DocumentReference]).</summary>
internal static class ObservationMap
{
    /// <summary>Adds the resource of an OBX; null where the segment cannot be mapped (an error is noted).</summary>
    public static ResourceDraft? Map(
        Er7Segment observation, IReadOnlyList<Er7Segment> notes, ObservationContext context, Dictionary<string, int> seen, MessageConversion conversion)
    {
        observation.MarkRead(1);
        if (Codes.CodeableConcept(observation[3], conversion) is not { } code)
        {
            conversion.Error("required", observation[3], "an observation without its identifier.");
            return null;
        }

        string? subId = observation[4].WholeText?.Trim();
        string key = Key(observation, subId, context, seen, conversion);
        return observation[2].Text is "ED" or "RP"
            ? Document(observation, code, key, context, conversion)
            : Observation(observation, notes, code, key, context, conversion);
    }

    /// <summary>The notes of NTE segments as Annotations.</summary>
    public static IEnumerable<JsonNode?> Notes(IEnumerable<Er7Segment> notes, MessageConversion conversion)
    {
        foreach (Er7Segment note in notes)
        {
            note.MarkRead(1, 2);
            string text = string.Join('\n', note[3].Repetitions().Select(line => line.WholeText).Where(line => line is not null));
            yield return Element.Annotation(text, Times.DateTime(note[6], conversion));
        }
    }

    private static string Key(Er7Segment observation, string? subId, ObservationContext context, Dictionary<string, int> seen, MessageConversion conversion)
    {
        if (Identifiers.FromEi(observation[21], conversion, "observation") is { } instance) return $"{instance.System}|{instance.Value}";
        string key = $"{context.Key}|{observation[3][3].PeekText}|{observation[3][1].PeekText ?? observation[3][2].PeekText ?? observation[3][9].PeekText}|{subId}";

        // The same code twice in one order, with no sub-id to tell them apart: told apart by position.
        int count = seen[key] = seen.GetValueOrDefault(key) + 1;
        return count == 1 ? key : $"{key}|{count}";
    }

    private static ResourceDraft Observation(
        Er7Segment observation, IReadOnlyList<Er7Segment> notes, JsonObject code, string key, ObservationContext context, MessageConversion conversion)
    {
        JsonObject resource = JsonBuilding.Resource("Observation", conversion.Id("Observation", conversion.Source, key));
        if (Times.DateTime(observation[19], conversion) is { } analysed)
        {
            resource.Append("extension", new JsonObject
            {
                ["url"] = "http://hl7.org/fhir/StructureDefinition/observation-analysis-date-time",
                ["valueDateTime"] = analysed,
            });
        }

        resource.Append("identifier", Identifiers.FromEi(observation[21], conversion, "observation", "FILL")?.Json)
            .SetAll("basedOn", [context.Order is null ? null : Element.Reference(context.Order)])
            .Set("status", Status(observation, conversion))
            .Append("category", context.Category)
            .Set("code", code)
            .Set("subject", Element.Reference(context.Patient))
            .Set("encounter", context.Encounter is null ? null : Element.Reference(context.Encounter))
            .Set("effectiveDateTime", Times.DateTime(observation[14], conversion) ?? context.Effective)
            .SetAll("performer", Performers(observation, conversion));
        ObservationValues.Set(resource, observation, conversion);
        if (observation[11].Text is "N" or "X" && !resource.Any(property => property.Key.StartsWith("value", StringComparison.Ordinal)))
        {
            (string reason, string display) = observation[11].Text == "N" ? ("not-asked", "Not Asked") : ("not-performed", "Not Performed");
            resource.Set("dataAbsentReason", Element.CodeableConcept("http://terminology.hl7.org/CodeSystem/data-absent-reason", reason, display, null));
        }

        resource.SetAll("interpretation", observation[8].Repetitions().Select(flag => (JsonNode?)Codes.CodeableConcept(flag, conversion, CodeTables.Interpretation)))
            .SetAll("note", Notes(notes, conversion))
            .Set("bodySite", Codes.CodeableConcept(observation[20], conversion))
            .Set("method", Codes.CodeableConcept(observation[17], conversion));
        if (Identifiers.FromEi(observation[18], conversion, "device") is { } device) resource.Set("device", Element.LogicalReference(device.Json, type: "Device"));
        resource.Append("referenceRange", ReferenceRanges.Read(observation, conversion));
        return conversion.Add(VitalSigns.Complete(resource), ApplyMode.Update);
    }

    private static ResourceDraft? Document(Er7Segment observation, JsonObject code, string key, ObservationContext context, MessageConversion conversion)
    {
        var content = new List<JsonNode?>();
        foreach (Er7Value value in observation[5].Repetitions())
        {
            JsonObject? attachment = observation[2].Text == "ED" ? EncapsulatedData.FromEd(value, conversion) : EncapsulatedData.FromRp(value, conversion);
            if (attachment is not null) content.Add(new JsonObject().Set("attachment", attachment));
        }

        if (content.Count == 0)
        {
            conversion.Error("required", observation[5], "a document without data.");
            return null;
        }

        string status = Status(observation, conversion);
        JsonObject resource = JsonBuilding.Resource("DocumentReference", conversion.Id("DocumentReference", conversion.Source, key))
            .Set("status", status == "entered-in-error" ? "entered-in-error" : "current")
            .Set("docStatus", status switch
            {
                "final" => "final",
                "amended" or "corrected" => "amended",
                "preliminary" or "registered" => "preliminary",
                "entered-in-error" => "entered-in-error",
                _ => null,
            })
            .Set("type", code)
            .Set("subject", Element.Reference(context.Patient))
            .Set("date", observation[14].HasData ? Times.Instant(observation[14], conversion) : null)
            .SetAll("author", Performers(observation, conversion))
            .SetAll("content", content);
        JsonObject where = new JsonObject().SetAll("encounter", [context.Encounter is null ? null : Element.Reference(context.Encounter)])
            .SetAll("related", [context.Order is null ? null : Element.Reference(context.Order)]);
        return conversion.Add(resource.Set("context", where), ApplyMode.Update);
    }

    // OBX-11 is required in HL7 v2; where a sender leaves it out, FHIR's "unknown" says just that.
    private static string Status(Er7Segment observation, MessageConversion conversion)
    {
        if (!observation[11].HasData)
        {
            conversion.Warn("required", observation[11], "the observation has no status; it is published as unknown.");
            return "unknown";
        }

        return Codes.Required(observation[11], conversion, CodeTables.ObservationStatus, "HL7 table 0085 (observation result status)") ?? "unknown";
    }

    private static IEnumerable<JsonNode?> Performers(Er7Segment observation, MessageConversion conversion)
    {
        foreach (Er7Value observer in observation[16].Repetitions()) yield return People.Practitioner(observer, conversion);
        if (observation[23].HasData) yield return People.Organization(observation[23], conversion);
        if ((observation[15][2].Text ?? observation[15][1].Text) is { } producer) yield return Element.LogicalReference(null, producer, "Organization");
    }
}
