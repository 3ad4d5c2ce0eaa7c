using Consortium.Adapters.Cda.Header;
using Consortium.Adapters.Cda.Types;
using Consortium.Adapters.Cda.Xml;
using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Cda.Entries;

/// <summary>Encounter Activity to Encounter, with its diagnoses as Conditions.</summary>
internal static class EncounterEntries
{
    /// <summary>Reads one.</summary>
    public static bool Read(CdaNode statement, EntryScope scope, string? argument)
    {
        CdaConversion conversion = scope.Conversion;
        if (statement["moodCode"] is not (null or "EVN")) return ProcedureEntries.Request(statement, scope, argument);
        CdaNode? code = statement.Child("code");
        DraftObject encounter = Statements.Start("Encounter", statement, conversion)
            .Set("status", Statements.Status(statement, "encounter-status", "unknown", conversion))
            .Set("class", EncounterHeader.Class(code));
        encounter.Append("type", Codes.Concept(code, conversion));
        encounter.Set("priority", Codes.Concept(statement.Child("priorityCode"), conversion));
        foreach ((DraftObject who, CdaNode performer) in People.Performers(statement, conversion))
        {
            if (AllergyEntries.IsPerson(who)) encounter.Append("participant", new DraftObject().Set("period", Times.Period(performer.Child("time"), conversion)).Set("individual", who));
        }

        encounter.Set("period", Times.Period(statement.Child("effectiveTime"), conversion));
        encounter.Reasons(statement, conversion);
        foreach ((_, CdaNode inner) in Statements.Inner(statement))
        {
            // Encounter Diagnosis act, or the problem at once.
            CdaNode? problem = inner.HasTemplate("2.16.840.1.113883.10.20.22.4.80") ? Statements.First(inner, "2.16.840.1.113883.10.20.22.4.4")
                : EntryTemplates.Of(inner) is { Kind: "problem" } ? inner : null;
            if (problem is null || inner.Used) continue;
            inner.Used = problem.Used = true;
            if (ProblemEntries.Condition(problem, null, scope, "encounter-diagnosis") is not { } condition) continue;
            encounter.Append("diagnosis", new DraftObject().Set("condition", Element.Reference("Condition", (string)condition["id"]!)));
        }

        DraftObject? disposition = Codes.Concept(statement.Child("sdtc:dischargeDispositionCode"), conversion);
        encounter.Set("hospitalization", disposition is null ? null : new DraftObject().Set("dischargeDisposition", disposition));
        if (Places.Location(statement, conversion) is { } place) encounter.Append("location", new DraftObject().Set("location", place));
        scope.Add(encounter);
        return true;
    }
}
