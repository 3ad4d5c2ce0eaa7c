using Consortium.Adapters.Cda.Header;
using Consortium.Adapters.Cda.Types;
using Consortium.Adapters.Cda.Xml;
using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Cda.Entries;

/// <summary>Organizers of observations: results to DiagnosticReport, vital signs and others to an Observation with members.</summary>
internal static class ResultEntries
{
    /// <summary>Result Organizer to DiagnosticReport and its Observations.</summary>
    public static bool Report(CdaNode organizer, EntryScope scope, string? category)
    {
        CdaConversion conversion = scope.Conversion;
        category ??= scope.Section.ObservationCategory ?? "laboratory";
        List<(CdaNode Statement, DraftObject Observation)> members = Members(organizer, scope, category);
        DraftObject? specimen = Specimen(organizer, conversion);
        DraftObject report = Statements.Start("DiagnosticReport", organizer, conversion)
            .Set("status", Statements.Status(organizer, "report-status", "unknown", conversion))
            .Append("category", Element.CodeableConcept("http://terminology.hl7.org/CodeSystem/v2-0074", category == "imaging" ? "RAD" : "LAB", null, null));
        report["code"] = Codes.ConceptOrReason(organizer.Child("code"), conversion);
        report.Set("encounter", conversion.Encounter?.DeepClone());
        if (!Times.Set(report, "effective", organizer.Child("effectiveTime"), conversion)) Earliest(report, members);
        report.Set("issued", Times.Instant(organizer.Down("author", "time"), conversion));
        IEnumerable<DraftObject> who = People.Performers(organizer, conversion).Select(performer => performer.Who);
        report.SetAll("performer", who);
        report.Append("specimen", specimen);
        foreach ((_, DraftObject observation) in members)
        {
            if (specimen is not null && !observation.ContainsKey("specimen")) observation.Set("specimen", specimen.DeepClone());
            report.Append("result", conversion.Add(observation));
        }

        scope.Add(report);
        return true;
    }

    /// <summary>Vital Signs Organizer and other groups of observations: the members, and one Observation that holds them together.</summary>
    public static bool Panel(CdaNode organizer, EntryScope scope, string? category)
    {
        CdaConversion conversion = scope.Conversion;
        category ??= scope.Section.ObservationCategory;
        List<(CdaNode Statement, DraftObject Observation)> members = Members(organizer, scope, category);
        if (members.Count == 0) return Statements.Inner(organizer).Any();
        if (category == "vital-signs") BloodPressure.Join(members, organizer, conversion);
        DraftObject panel = Statements.Start("Observation", organizer, conversion)
            .Set("status", Statements.Status(organizer, "observation-status", "unknown", conversion))
            .Append("category", ObservationEntry.Category(category));
        panel["code"] = Codes.ConceptOrReason(organizer.Child("code"), conversion);
        panel.Set("encounter", conversion.Encounter?.DeepClone());
        if (!Times.Set(panel, "effective", organizer.Child("effectiveTime"), conversion)) Earliest(panel, members);
        foreach ((_, DraftObject observation) in members)
        {
            panel.Append("hasMember", conversion.Add(observation));
        }

        panel.Notes(organizer, conversion);
        scope.Add(VitalSigns.Complete(panel));
        return true;
    }

    private static List<(CdaNode Statement, DraftObject Observation)> Members(CdaNode organizer, EntryScope scope, string? category)
    {
        List<(CdaNode, DraftObject)> members = [];
        foreach ((CdaNode relation, CdaNode statement) in Statements.Inner(organizer))
        {
            if (statement.Name != "observation") continue;
            if (EntryTemplates.Of(statement) is { Kind: not ("observation" or "assessment") }) continue;
            statement.Used = true;
            if (ObservationEntry.Read(statement, scope, category, organizer) is { } observation) members.Add((relation, observation));
            else statement.Used = false;
        }

        return members;
    }

    // The time of a group that names none is that of its members where they agree.
    private static void Earliest(DraftObject target, List<(CdaNode Statement, DraftObject Observation)> members)
    {
        HashSet<string?> times = [.. members.Select(member => (string?)member.Observation["effectiveDateTime"])];
        if (times.Count == 1 && times.First() is { } time) target.Set("effectiveDateTime", time);
    }

    /// <summary>The specimen of an organizer, procedure or observation; null without one.</summary>
    public static DraftObject? Specimen(CdaNode statement, CdaConversion conversion)
    {
        CdaNode? role = statement.Down("specimen", "specimenRole");
        CdaNode? entity = role?.Child("specimenPlayingEntity");
        if (role is null || Codes.Concept(entity?.Child("code"), conversion) is not { } type) return null;
        DraftObject specimen = JsonBuilding.Resource("Specimen", conversion.IdFor("Specimen", role))
            .SetAll("identifier", Identifiers.All(role, conversion))
            .Set("type", type)
            .Set("subject", conversion.Subject.DeepClone());
        return conversion.Add(specimen);
    }
}
