using System.Text.Json.Nodes;
using Consortium.Adapters.Hl7V2.Er7;
using Consortium.Adapters.Hl7V2.Tables;
using Consortium.Messaging;

namespace Consortium.Adapters.Hl7V2.Map;

/// <summary>ADT events that speak of one patient and one visit (HL7 v2-to-FHIR ADT_A01 and its relatives). What each event says of the visit stands in <c>event.tsv</c>.</summary>
internal static class AdtMap
{
    /// <summary>Maps the message.</summary>
    public static void Map(MessageConversion conversion, CodeRow eventRow)
    {
        Er7Message message = conversion.Message;
        if (message.First("PID") is not { } pid)
        {
            conversion.Error("required", message.Header, "the message has no PID segment.");
            return;
        }

        if (pid.Occurrences > 1)
        {
            conversion.Error("structure", message.All("PID").ElementAt(1), "the message speaks of several patients; this event has one.");
            return;
        }

        List<Er7Segment> relatives = [.. message.All("NK1")];
        JsonObject[] contacts = [.. relatives.Select(kin => NextOfKinMap.Contact(kin, conversion)).OfType<JsonObject>()];
        if (PatientMap.Map(pid, message.First("PD1"), conversion, contacts, ApplyMode.Update) is not { } patient) return;
        foreach (Er7Segment kin in relatives) NextOfKinMap.Map(kin, patient, conversion);

        ResourceDraft? encounter = Visit(conversion, eventRow, patient);
        if (encounter is null)
        {
            foreach (Er7Segment diagnosis in message.All("DG1")) DiagnosisMap.Map(diagnosis, patient, null, conversion);
        }

        foreach (Er7Segment allergy in message.All("AL1")) AllergyMap.Map(allergy, patient, conversion);
        Observations(conversion, patient, encounter);
    }

    private static ResourceDraft? Visit(MessageConversion conversion, CodeRow eventRow, ResourceDraft patient)
    {
        Er7Message message = conversion.Message;
        bool ofPerson = eventRow.Target == CodeTable.Nothing;
        if (message.First("PV1") is not { } visit)
        {
            if (!ofPerson) conversion.Error("required", message.Header, "the event is about a visit and the message has no PV1 segment.");
            return null;
        }

        // A28 and A31 carry a PV1 because the structure demands one; with a visit number it is a visit all the same.
        if (ofPerson && !visit[19].HasData && !visit[44].HasData) return null;
        string? status = eventRow.Target is "visit" or CodeTable.Nothing ? null : eventRow.Target;
        return EncounterMap.Map(
            visit, message.First("PV2"), patient, conversion, status,
            encounter => [.. message.All("DG1").Select(diagnosis => (JsonNode?)DiagnosisMap.Map(diagnosis, patient, encounter, conversion))]);
    }

    private static void Observations(MessageConversion conversion, ResourceDraft patient, ResourceDraft? encounter)
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        var context = new ObservationContext(patient, encounter, encounter is null ? patient.Id : $"{patient.Id}|{encounter.Id}");
        IReadOnlyList<Er7Segment> segments = conversion.Message.Segments;
        for (int i = 0; i < segments.Count; i++)
        {
            if (segments[i].Name != "OBX") continue;
            Er7Segment[] notes = [.. segments.Skip(i + 1).TakeWhile(segment => segment.Name == "NTE")];
            ObservationMap.Map(segments[i], notes, context, seen, conversion);
        }
    }
}
