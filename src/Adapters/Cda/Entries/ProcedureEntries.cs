using Consortium.Adapters.Cda.Header;
using Consortium.Adapters.Cda.Types;
using Consortium.Adapters.Cda.Xml;
using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Cda.Entries;

/// <summary>What was done to Procedure; what is asked for or planned to ServiceRequest.</summary>
internal static class ProcedureEntries
{
    /// <summary>Procedure Activity (procedure, observation or act).</summary>
    public static bool Procedure(CdaNode statement, EntryScope scope, string? argument)
    {
        CdaConversion conversion = scope.Conversion;
        if (statement["moodCode"] is not (null or "EVN")) return Request(statement, scope, argument);
        DraftObject? code = Codes.Concept(statement.Child("code"), conversion) ?? Element.CodeableConcept(Statements.Words(statement, conversion));
        bool negated = statement.Is("negationInd");
        if (code is null)
        {
            if (negated)
            {
                scope.NilKnown = true;
                return true;
            }

            conversion.Warn("required", statement, "a procedure without what it is; it is not mapped. It stays in the section's text.");
            return false;
        }

        DraftObject procedure = Statements.Start("Procedure", statement, conversion)
            .Set("status", negated ? "not-done" : Statements.Status(statement, "procedure-status", "unknown", conversion));
        procedure.Set("code", code).Set("encounter", conversion.Encounter?.DeepClone());
        Times.Set(procedure, "performed", statement.Child("effectiveTime"), conversion);
        if (People.AuthorOf(statement, conversion) is { } author && AllergyEntries.IsPerson(author.Who)) procedure.Set("recorder", author.Who);
        procedure.SetAll("performer", People.Performers(statement, conversion).Select(performer => new DraftObject()
            .Set("function", Codes.Concept(performer.Performer.Child("functionCode") ?? performer.Performer.Child("sdtc:functionCode"), conversion))
            .Set("actor", performer.Who)));
        procedure.Set("location", Places.Location(statement, conversion));
        procedure.Reasons(statement, conversion);
        procedure.SetAll("bodySite", statement.Children("targetSiteCode").Select(site => Codes.Concept(site, conversion)));
        procedure.Notes(statement, conversion);
        if (statement.Name == "observation" && ObservationOf(statement, conversion) is { } outcome) procedure.Set("outcome", outcome);
        foreach (CdaNode participant in statement.Children("participant"))
        {
            if (participant.Child("participantRole") is { } role && role.Child("playingDevice") is not null && DeviceEntries.Read(role, conversion) is { } device)
            {
                procedure.Append("focalDevice", new DraftObject().Set("manipulated", device));
            }
        }

        _ = ResultEntries.Specimen(statement, conversion);
        scope.Add(procedure);
        return true;
    }

    /// <summary>Planned procedure, act, observation or encounter; referral; recommendation.</summary>
    public static bool Request(CdaNode statement, EntryScope scope, string? argument)
    {
        CdaConversion conversion = scope.Conversion;
        DraftObject? code = Codes.Concept(statement.Child("code"), conversion) ?? Element.CodeableConcept(Statements.Words(statement, conversion));
        if (code is null)
        {
            conversion.Warn("required", statement, "a plan without what is planned; it is not mapped. It stays in the section's text.");
            return false;
        }

        string? mood = statement["moodCode"];
        DraftObject request = Statements.Start("ServiceRequest", statement, conversion)
            .Set("status", Statements.Status(statement, "service-status", "unknown", conversion))
            .Set("intent", CdaTables.Map("intent", mood) ?? "plan")
            .Set("priority", CdaTables.Map("priority", statement.Child("priorityCode")?["code"]));
        if (statement.Is("negationInd")) request.Set("doNotPerform", true);
        request.Set("code", code).Set("encounter", conversion.Encounter?.DeepClone());
        Times.Set(request, "occurrence", statement.Child("effectiveTime"), conversion);
        request.Set("authoredOn", People.AuthoredAt(statement, conversion));
        if (People.AuthorOf(statement, conversion) is { } author) request.Set("requester", author.Who);
        request.SetAll("performer", People.Performers(statement, conversion).Select(performer => performer.Who));
        request.Reasons(statement, conversion);
        request.SetAll("bodySite", statement.Children("targetSiteCode").Select(site => Codes.Concept(site, conversion)));
        request.Notes(statement, conversion);
        foreach (CdaNode instruction in Statements.Inner(statement, "2.16.840.1.113883.10.20.22.4.20"))
        {
            if (!request.ContainsKey("patientInstruction")) request.Set("patientInstruction", Statements.Words(instruction, conversion));
            else request.Append("note", Element.Annotation(Statements.Words(instruction, conversion)));
        }

        scope.Add(request);
        return true;
    }

    /// <summary>An instruction that stands by itself, to a Communication that has not happened yet: CommunicationRequest.</summary>
    public static bool Instruction(CdaNode statement, EntryScope scope, string? argument)
    {
        CdaConversion conversion = scope.Conversion;
        if ((Statements.Words(statement, conversion) ?? Codes.Words(statement.Child("code"), conversion)) is not { } words) return false;
        DraftObject request = Statements.Start("CommunicationRequest", statement, conversion)
            .Append("category", Codes.Concept(statement.Child("code"), conversion))
            .Set("status", Statements.Status(statement, "service-status", "unknown", conversion));
        request.Append("payload", new DraftObject().Set("contentString", words));
        request.Set("encounter", conversion.Encounter?.DeepClone());
        scope.Add(request);
        return true;
    }

    private static DraftObject? ObservationOf(CdaNode statement, CdaConversion conversion) =>
        statement.Child("value") is { } value && value.Type is "CD" or "CE" or "ST" ? Codes.Concept(value, conversion) ?? Element.CodeableConcept(conversion.Narrative.TextOf(value)) : null;
}
