using System.Text.Json.Nodes;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Er7;
using Consortium.Adapters.Hl7V2.Tables;
using Consortium.Adapters.Hl7V2.Types;
using Consortium.Adapters.Site;
using Consortium.Messaging;

namespace Consortium.Adapters.Hl7V2.Map;

/// <summary>PV1 and PV2 to Encounter (HL7 v2-to-FHIR PV1[Encounter], PV2[Encounter]).</summary>
internal static class EncounterMap
{
    private const string ParticipationType = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";

    private static readonly (int Field, string Code, string Display)[] Participants =
        [(7, "ATND", "attender"), (8, "REF", "referrer"), (9, "CON", "consultant"), (17, "ADM", "admitter"), (52, "PART", "Participation")];

    /// <summary>The Encounter of a PV1, or null where nothing makes it a visit that could be known again.</summary>
    /// <param name="visit">PV1.</param>
    /// <param name="additional">PV2, null where absent.</param>
    /// <param name="patient">The patient.</param>
    /// <param name="conversion">The message.</param>
    /// <param name="eventStatus">Status that the event gives the visit; null where PV1 itself must say it.</param>
    /// <param name="diagnoses">Entries of Encounter.diagnosis.</param>
    /// <param name="mentioned">True where the message only mentions the visit (a laboratory report).</param>
    public static ResourceDraft? Map(
        Er7Segment visit, Er7Segment? additional, ResourceDraft patient, MessageConversion conversion, string? eventStatus,
        Func<ResourceDraft, IEnumerable<JsonNode?>>? diagnoses = null, bool mentioned = false)
    {
        IdentifierValue? number = Identifiers.FromCx(visit[19], conversion, "visit", "VN");
        string? start = Times.DateTime(visit[44], conversion);
        string? end = Times.DateTime(visit[45], conversion);
        if (Identity(number, start, patient, conversion, visit, mentioned) is not { } id) return null;

        visit.MarkRead(1);
        string? patientClass = visit[2].Text;
        JsonObject encounter = JsonBuilding.Resource("Encounter", id);
        encounter.SetAll("identifier", [number?.Json, .. visit[50].Repetitions().Select(other => (JsonNode?)Identifiers.FromCx(other, conversion, "alternate-visit")?.Json)]);
        encounter.Set("status", Status(eventStatus, end, patientClass));
        encounter.Set("class", Class(visit[2], conversion));
        encounter.Append("type", Codes.CodeableConcept(visit[4], conversion, CodeTables.AdmissionType));
        encounter.Set("serviceType", Codes.CodeableConcept(visit[10], conversion));
        encounter.Set("subject", Element.Reference(patient));
        encounter.SetAll("participant", ReadParticipants(visit, additional, conversion));
        encounter.Set("period", Element.Period(start, end));
        if (additional is not null)
        {
            encounter.Set("priority", Codes.CodeableConcept(additional[25], conversion));
            encounter.Append("reasonCode", Codes.CodeableConcept(additional[3], conversion));
        }

        var draft = new ResourceDraft(encounter, mentioned ? ApplyMode.CreateIfAbsent : ApplyMode.Update);
        encounter.SetAll("diagnosis", diagnoses?.Invoke(draft) ?? []);
        encounter.Set("hospitalization", Hospitalization(visit, conversion));
        encounter.SetAll("location", Locations(visit, patientClass, conversion));
        return conversion.Add(encounter, draft.Apply);
    }

    private static string? Identity(
        IdentifierValue? number, string? start, ResourceDraft patient, MessageConversion conversion, Er7Segment visit, bool mentioned)
    {
        if (number is not null) return conversion.Id("Encounter", number.System, number.Value);
        if (mentioned) return null;
        string source = IdentifierSystems.OfSource(conversion.Source, "visit");
        if (start is not null) return conversion.Id("Encounter", source, $"{patient.Id}|{start}");

        conversion.Warn(
            "incomplete", visit[19][1],
            "the visit has neither a number (PV1-19) nor an admission time (PV1-44): a later message about it cannot be matched and will make another Encounter.");
        return conversion.Id("Encounter", source, $"{patient.Id}|{conversion.Record.Digest}|{visit.Line}");
    }

    /// <summary>PV1-45 finishes a visit unless the event says otherwise; then the event; then the patient class (docs/decisions/0071).</summary>
    private static string Status(string? eventStatus, string? end, string? patientClass)
    {
        if (eventStatus is not null) return eventStatus == "in-progress" && end is not null ? "finished" : eventStatus;
        return end is not null ? "finished" : CodeTables.ClassStatus[patientClass]?.Target ?? "unknown";
    }

    private static JsonObject? Class(Er7Value value, MessageConversion conversion)
    {
        if (value[1].Text is not { } code)
        {
            return Element.Coding("http://terminology.hl7.org/CodeSystem/v3-NullFlavor", "UNK", "unknown");
        }

        if (CodeTables.EncounterClass[code] is { } row) return row.ToCoding();
        conversion.Warn("code-invalid", value, "the patient class is not in HL7 table 0004; it is kept as the source's own code.");
        return Element.Coding(
            Codes.System(value[3].Text, conversion) ?? IdentifierSystems.OfSource(conversion.Source, "patient-class"), code, value[2].Text);
    }

    private static IEnumerable<JsonNode?> ReadParticipants(Er7Segment visit, Er7Segment? additional, MessageConversion conversion)
    {
        foreach ((int field, string code, string display) in Participants)
        {
            foreach (Er7Value person in visit[field].Repetitions()) yield return Participant(person, code, display, conversion);
        }

        if (additional is null) yield break;
        foreach (Er7Value referrer in additional[13].Repetitions()) yield return Participant(referrer, "REF", "referrer", conversion);
    }

    private static JsonObject? Participant(Er7Value person, string code, string display, MessageConversion conversion) =>
        People.Practitioner(person, conversion) is { } individual
            ? new JsonObject().Append("type", Element.CodeableConcept(ParticipationType, code, display, null)).Set("individual", individual)
            : null;

    private static JsonObject Hospitalization(Er7Segment visit, MessageConversion conversion) => new JsonObject()
        .Set("preAdmissionIdentifier", Identifiers.FromCx(visit[5], conversion, "pre-admission")?.Json)
        .Set("admitSource", Codes.CodeableConcept(visit[14], conversion))
        .Set("reAdmission", Codes.CodeableConcept(visit[13], conversion))
        .SetAll("dietPreference", [Codes.CodeableConcept(visit[38], conversion)])
        .SetAll("specialCourtesy", [Codes.CodeableConcept(visit[16], conversion)])
        .SetAll("specialArrangement", visit[15].Repetitions().Select(status => (JsonNode?)Codes.CodeableConcept(status, conversion)))
        .Set("destination", visit[37][1].Text is { } place ? Element.LogicalReference(null, place, "Location") : null)
        .Set("dischargeDisposition", Codes.CodeableConcept(visit[36], conversion));

    private static IEnumerable<JsonNode?> Locations(Er7Segment visit, string? patientClass, MessageConversion conversion)
    {
        yield return At(visit[3], patientClass == "P" ? "planned" : "active");
        yield return At(visit[6], "completed");
        yield return At(visit[11], "active");
        yield return At(visit[42], "reserved");

        JsonNode? At(Er7Value place, string status) => Places.Location(place, conversion) is { } location
            ? new JsonObject().Set("location", location).Set("status", status)
            : null;
    }
}
