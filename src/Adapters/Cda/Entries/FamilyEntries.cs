using Consortium.Adapters.Cda.Types;
using Consortium.Adapters.Cda.Xml;
using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Cda.Entries;

/// <summary>Family History Organizer to FamilyMemberHistory.</summary>
internal static class FamilyEntries
{
    /// <summary>Reads one.</summary>
    public static bool Read(CdaNode organizer, EntryScope scope, string? argument)
    {
        CdaConversion conversion = scope.Conversion;
        CdaNode? relative = organizer.Down("subject", "relatedSubject");
        CdaNode? person = relative?.Child("subject");
        if (Codes.Concept(relative?.Child("code"), conversion) is not { } relationship)
        {
            conversion.Warn("required", organizer, "a family history without whose it is; it is not mapped. It stays in the section's text.");
            return false;
        }

        DraftObject history = Statements.Start("FamilyMemberHistory", organizer, conversion, "patient")
            .Set("status", organizer.Child("statusCode")?["code"] switch { "completed" => "completed", "nullified" => "entered-in-error", _ => "partial" });
        history.Set("date", Times.Point(organizer.Child("effectiveTime"), conversion))
            .Set("name", Names.Display(person))
            .Set("relationship", relationship);
        if (CdaTables.Map("gender", person?.Child("administrativeGenderCode")?["code"]) is { } sex)
        {
            history.Set("sex", Element.CodeableConcept("http://hl7.org/fhir/administrative-gender", sex, null, null));
        }

        history.Set("bornDate", Times.Date(person?.Child("birthTime"), conversion));
        AddDeath(history, person, conversion);
        foreach ((_, CdaNode observation) in Statements.Inner(organizer))
        {
            if (observation.Name != "observation") continue;
            observation.Used = AddCondition(history, observation, conversion);
        }

        scope.Add(history);
        return true;
    }

    private static void AddDeath(DraftObject history, CdaNode? person, CdaConversion conversion)
    {
        if (Times.Date(person?.Child("sdtc:deceasedTime"), conversion) is { } died) history.Set("deceasedDate", died);
        else if (person?.Child("sdtc:deceasedInd")?["value"] is { } deceased) history.Set("deceasedBoolean", deceased is "true" or "1");
    }

    private static bool AddCondition(DraftObject history, CdaNode observation, CdaConversion conversion)
    {
        if (observation.Is("negationInd") || Codes.Concept(observation.Child("value"), conversion) is not { } code)
        {
            conversion.Warn("not-supported", observation, "a condition of a relative that is denied or not named, which FHIR cannot say here; it is not mapped. It stays in the section's text.");
            return false;
        }

        DraftObject condition = new DraftObject().Set("code", code);
        foreach ((_, CdaNode death) in Statements.Inner(observation))
        {
            if (!death.HasTemplate("2.16.840.1.113883.10.20.22.4.47")) continue;
            death.Used = true;
            condition.Set("contributedToDeath", true);
            if (!history.ContainsKey("deceasedDate") && !history.ContainsKey("deceasedBoolean")) history.Set("deceasedBoolean", true);
        }

        if (Statements.First(observation, "2.16.840.1.113883.10.20.22.4.31")?.Child("value") is { } age && ProblemEntries.Age(age, conversion) is { } onset) condition.Set("onsetAge", onset);
        else if (Times.Point(observation.Child("effectiveTime"), conversion) is { } when) condition.Set("onsetString", when);
        history.Append("condition", condition.Notes(observation, conversion));
        return true;
    }
}
