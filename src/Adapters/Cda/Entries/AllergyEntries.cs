using Consortium.Adapters.Cda.Header;
using Consortium.Adapters.Cda.Types;
using Consortium.Adapters.Cda.Xml;
using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Cda.Entries;

/// <summary>Allergy Concern Act and Allergy - Intolerance Observation to AllergyIntolerance.</summary>
internal static class AllergyEntries
{
    private const string Clinical = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical";
    private const string Verification = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification";

    /// <summary>The concern: an AllergyIntolerance for each observation in it.</summary>
    public static bool Concern(CdaNode act, EntryScope scope, string? argument)
    {
        bool any = false;
        foreach ((_, CdaNode inner) in Statements.Inner(act))
        {
            if (inner.Name != "observation" || EntryTemplates.Of(inner) is not { Kind: "allergy" }) continue;
            inner.Used = Allergy(inner, act, scope);
            any |= inner.Used;
        }

        return any;
    }

    /// <summary>One allergy.</summary>
    /// <param name="observation">The observation.</param>
    /// <param name="concern">The concern act around it; null where it stands alone.</param>
    /// <param name="scope">Where it stands.</param>
    public static bool Allergy(CdaNode observation, CdaNode? concern, EntryScope scope)
    {
        CdaConversion conversion = scope.Conversion;
        CdaNode? kind = observation.Child("value");
        DraftObject? substance = Substance(observation, conversion);
        bool negated = observation.Is("negationInd");
        string? none = negated && substance is null ? CdaTables.Map("no-known-allergy", kind?["code"]) : null;
        if (negated && substance is null && none is null)
        {
            conversion.Warn("value", observation, "it is said that something is not so, and not of what; it is not mapped. It stays in the section's text.");
            return false;
        }

        DraftObject allergy = Statements.Start("AllergyIntolerance", observation, conversion, "patient");
        bool voided = observation.Child("statusCode")?["code"] == "nullified" || concern?.Child("statusCode")?["code"] == "nullified";
        bool refuted = negated && none is null;
        if (!voided) allergy.Set("clinicalStatus", Element.CodeableConcept(Clinical, refuted ? "inactive" : Status(observation, concern, conversion), null, null));
        allergy.Set("verificationStatus", Element.CodeableConcept(Verification, voided ? "entered-in-error" : refuted ? "refuted" : "confirmed", null, null));
        if (none is null)
        {
            allergy.Set("type", CdaTables.Map("allergy-type", kind?["code"]));
            allergy.Append("category", CdaTables.Map("allergy-category", kind?["code"]));
        }

        if (Statements.First(observation, "2.16.840.1.113883.10.20.22.4.145")?.Child("value") is { } criticality) allergy.Set("criticality", CdaTables.Map("criticality", criticality["code"]));
        if (none is not null) allergy.Set("code", Element.CodeableConcept(CodeSystems.Snomed, none, NoneDisplay(none), null));
        else if (substance is not null) allergy.Set("code", substance);
        else allergy["code"] = Codes.ConceptOrReason(Entity(observation)?.Child("code"), conversion);
        allergy.Set("encounter", conversion.Encounter?.DeepClone());
        CdaNode? time = observation.Child("effectiveTime");
        allergy.Set("onsetDateTime", Times.DateTime(time?.Child("low") ?? time, conversion));
        AddAuthor(allergy, observation, concern, conversion);
        string? resolved = Times.DateTime(time?.Child("high"), conversion);
        allergy.Notes(observation, conversion, resolved is null ? null : $"Resolved: {resolved}");
        if (concern is not null) allergy.Notes(concern, conversion);
        foreach (CdaNode reaction in Statements.Inner(observation, "2.16.840.1.113883.10.20.22.4.9")) allergy.Append("reaction", Reaction(reaction, conversion));
        if (Severity(observation, conversion) is { } severity && !allergy.ContainsKey("reaction")) allergy.Append("note", Element.Annotation($"Severity: {Codes.Words(severity, conversion) ?? severity["code"]}"));
        scope.Add(allergy);
        return true;
    }

    private static string Status(CdaNode observation, CdaNode? concern, CdaConversion conversion)
    {
        CdaNode? status = (Statements.First(observation, "2.16.840.1.113883.10.20.22.4.28") ?? Statements.Coded(observation, "33999-4"))?.Child("value");
        if (CdaTables.Map("clinical-status", status?["code"]) is { } said) return said is "active" or "inactive" or "resolved" ? said : "active";
        if (observation.Child("effectiveTime")?.Child("high") is { } high && (high["value"] is not null || high.NullFlavor == "UNK")) return "resolved";
        return concern is null ? "active" : Statements.Status(concern, "concern-status", "active", conversion);
    }

    private static CdaNode? Entity(CdaNode observation) =>
        observation.Children("participant").Where(participant => participant["typeCode"] is "CSM" or null).Select(participant => participant.Down("participantRole", "playingEntity")).FirstOrDefault(entity => entity is not null);

    // The substance; its translations are other codes of it. Without a code, its name.
    private static DraftObject? Substance(CdaNode observation, CdaConversion conversion)
    {
        CdaNode? entity = Entity(observation);
        return Codes.Concept(entity?.Child("code"), conversion) ?? Element.CodeableConcept(entity?.Child("name")?.Text);
    }

    private static void AddAuthor(DraftObject allergy, CdaNode observation, CdaNode? concern, CdaConversion conversion)
    {
        CdaNode authored = observation.Child("author") is null && concern is not null ? concern : observation;
        allergy.Set("recordedDate", People.AuthoredAt(authored, conversion));
        if (People.AuthorOf(authored, conversion) is { } author && IsPerson(author.Who)) allergy.Set("recorder", author.Who);
    }

    /// <summary>Whether a reference is to someone who may record a condition or allergy (AllergyIntolerance.recorder).</summary>
    internal static bool IsPerson(DraftObject reference) =>
        ((string?)reference["reference"])?.Split('/')[0] is "Practitioner" or "PractitionerRole" or "Patient" or "RelatedPerson";

    private static DraftObject? Reaction(CdaNode reaction, CdaConversion conversion)
    {
        if (reaction.Is("negationInd")) return null;
        DraftObject? manifestation = Codes.Concept(reaction.Child("value"), conversion) ?? Element.CodeableConcept(Statements.Words(reaction, conversion));
        if (manifestation is null) return null;
        CdaNode? time = reaction.Child("effectiveTime");
        DraftObject json = new DraftObject().Append("manifestation", manifestation)
            .Set("onset", Times.DateTime(time?.Child("low") ?? time, conversion));
        CdaNode? severity = Severity(reaction, conversion);
        string? mapped = CdaTables.Map("severity", severity?["code"]);
        json.Set("severity", mapped);
        return mapped is null && severity is not null ? json.Append("note", Element.Annotation($"Severity: {Codes.Words(severity, conversion) ?? severity["code"]}")) : json;
    }

    private static CdaNode? Severity(CdaNode statement, CdaConversion conversion) => Statements.First(statement, "2.16.840.1.113883.10.20.22.4.8")?.Child("value");

    private static string NoneDisplay(string code) => code switch
    {
        "409137002" => "No known drug allergy",
        "429625007" => "No known food allergy",
        "428607008" => "No known environmental allergy",
        _ => "No known allergy",
    };
}
