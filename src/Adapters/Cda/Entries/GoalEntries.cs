using Consortium.Adapters.Cda.Header;
using Consortium.Adapters.Cda.Types;
using Consortium.Adapters.Cda.Xml;
using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Cda.Entries;

/// <summary>Goal Observation to Goal.</summary>
internal static class GoalEntries
{
    /// <summary>Reads one.</summary>
    public static bool Read(CdaNode observation, EntryScope scope, string? argument)
    {
        CdaConversion conversion = scope.Conversion;
        CdaNode? value = observation.Child("value");
        DraftObject? code = Codes.Concept(observation.Child("code"), conversion);
        DraftObject? words = Element.CodeableConcept(Statements.Words(observation, conversion));
        DraftObject? named = value?.Type is "CD" or "CE" ? Codes.Concept(value, conversion) : value?.Type is "ST" or "ED" ? Element.CodeableConcept(conversion.Narrative.TextOf(value)) : null;
        if ((named ?? words ?? code) is not { } description || observation.Is("negationInd"))
        {
            conversion.Warn("required", observation, "a goal without what it is, or one that is denied; it is not mapped. It stays in the section's text.");
            return false;
        }

        DraftObject goal = Statements.Start("Goal", observation, conversion)
            .Set("lifecycleStatus", Statements.Status(observation, "goal-status", "active", conversion));
        if (Statements.First(observation, "2.16.840.1.113883.10.20.22.4.110")?.Child("value") is { } progress)
        {
            goal.Set("achievementStatus", CdaTables.Map("achievement", progress["code"]) is { } achieved
                ? Element.CodeableConcept("http://terminology.hl7.org/CodeSystem/goal-achievement", achieved, null, Codes.Words(progress, conversion))
                : Codes.Concept(progress, conversion));
        }

        goal.Set("description", description);
        CdaNode? time = observation.Child("effectiveTime");
        goal.Set("startDate", Times.Date(time?.Child("low") ?? time, conversion));
        AddTarget(goal, observation, value, code, Times.Date(time?.Child("high"), conversion), conversion);
        if (People.AuthorOf(observation, conversion) is { } author && AllergyEntries.IsPerson(author.Who)) goal.Set("expressedBy", author.Who);
        scope.Add(goal.Notes(observation, conversion));
        return true;
    }

    private static void AddTarget(DraftObject goal, CdaNode observation, CdaNode? value, DraftObject? code, string? due, CdaConversion conversion)
    {
        var target = new DraftObject();
        (string Name, DraftNode Value)? detail = value?.Type is "PQ" or "IVL_PQ" ? ObservationValue.Of(value, conversion) : null;
        string? name = detail?.Name switch { "valueQuantity" => "detailQuantity", "valueRange" => "detailRange", _ => null };

        // gol-1: a detail needs the measure that it is of.
        if (name is not null && code is not null) target.Set("measure", code.DeepClone()).Set(name, detail!.Value.Value);
        target.Set("dueDate", due);
        goal.Append("target", target);
    }
}
