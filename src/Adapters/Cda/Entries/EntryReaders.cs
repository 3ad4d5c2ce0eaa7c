using System.Collections.Frozen;
using Consortium.Adapters.Cda.Xml;

namespace Consortium.Adapters.Cda.Entries;

/// <summary>Which code reads which kind of entry.</summary>
internal static class EntryReaders
{
    private delegate bool Reader(CdaNode statement, EntryScope scope, string? argument);

    private static readonly FrozenDictionary<string, Reader> Readers = new Dictionary<string, Reader>(StringComparer.Ordinal)
    {
        ["allergy-concern"] = AllergyEntries.Concern,
        ["allergy"] = static (statement, scope, _) => AllergyEntries.Allergy(statement, null, scope),
        ["problem-concern"] = ProblemEntries.Concern,
        ["problem"] = static (statement, scope, argument) => ProblemEntries.Problem(statement, null, scope, argument),
        ["problem-or-allergy-concern"] = static (statement, scope, argument) =>
            scope.Section.Use == "allergies" ? AllergyEntries.Concern(statement, scope, argument) : ProblemEntries.Concern(statement, scope, argument),
        ["health-concern"] = ProblemEntries.HealthConcern,
        ["medication"] = MedicationEntries.Read,
        ["supply-order"] = SupplyEntries.Order,
        ["dispense"] = SupplyEntries.Dispense,
        ["supply"] = SupplyEntries.Supply,
        ["immunization"] = ImmunizationEntries.Read,
        ["procedure"] = ProcedureEntries.Procedure,
        ["request"] = ProcedureEntries.Request,
        ["instruction"] = ProcedureEntries.Instruction,
        ["report"] = ResultEntries.Report,
        ["panel"] = ResultEntries.Panel,
        ["observation"] = ObservationEntry.Add,
        ["assessment"] = ObservationEntry.Add,
        ["encounter"] = EncounterEntries.Read,
        ["family"] = FamilyEntries.Read,
        ["goal"] = GoalEntries.Read,
        ["coverage"] = CoverageEntries.Read,
        ["note"] = NoteEntries.Read,
        ["care-team"] = CareTeamEntries.Read,
        ["group"] = static (_, _, _) => true,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Whether there is a reader of this kind; details have none of their own.</summary>
    public static bool Knows(string kind) => kind == "detail" || Readers.ContainsKey(kind);

    /// <summary>Reads a statement, and after it what stands in it and is a statement of its own.</summary>
    public static void Read(CdaNode statement, EntryScope scope)
    {
        if (!statement.Used && EntryTemplates.Of(statement) is { Kind: not "detail" } template)
        {
            statement.Used = true;
            statement.Used = Readers[template.Kind](statement, scope, template.Argument);
        }
        else if (!statement.Used)
        {
            statement.Used = Sharing.SharingEntries.Read(statement, scope);
        }

        if (!statement.Used) return;
        foreach ((_, CdaNode inner) in Statements.Inner(statement)) Read(inner, scope);
    }
}
