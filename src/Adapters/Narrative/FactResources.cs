using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Narrative;

/// <summary>What the resources of a note have in common.</summary>
/// <param name="Note">The text.</param>
/// <param name="Kind">What kind of note it is.</param>
/// <param name="Patient">Reference to the patient.</param>
/// <param name="Encounter">Reference to the encounter.</param>
/// <param name="Authored">FHIR dateTime of the note; null where it has none.</param>
/// <param name="Zone">The site's zone.</param>
internal sealed record FactSetting(NoteText Note, NoteKind Kind, DraftObject Patient, DraftObject Encounter, string? Authored, TimeZoneInfo Zone);

/// <summary>One fact to one resource. A fact that is denied, conditional or about someone else never becomes a present one of the patient.</summary>
internal sealed class FactResources(FactSetting setting)
{
    private readonly ConditionResources _conditions = new(setting);
    private readonly ObservationResources _observations = new(setting);
    private readonly MedicationResources _medication = new(setting);
    private readonly HistoryResources _history = new(setting);

    /// <summary>The resource, without id; null where the fact stays text.</summary>
    public DraftObject? Build(NarrativeFact fact)
    {
        DraftObject? resource = fact switch
        {
            DiagnosisFact diagnosis => _conditions.Condition(diagnosis),
            AllergyFact allergy => _conditions.Allergy(allergy),
            FindingFact finding => _observations.Finding(finding),
            VitalFact vital => _observations.VitalSign(vital),
            LaboratoryFact laboratory => _observations.Laboratory(laboratory),
            AbsentFact absent => _observations.Missing(absent),
            SocialFact social => _observations.Social(social),
            DrugFact drug => _medication.Build(drug),
            ProcedureFact procedure => _history.Procedure(procedure),
            FamilyFact family => _history.FamilyMember(family),
            _ => null,
        };
        if (resource is null) return null;
        resource.Append("extension", Evidence.Of(fact, fact.Span, setting.Note));
        foreach (TextSpan again in fact.Also) resource.Append("extension", Evidence.Of(fact, again, setting.Note));
        return resource;
    }

    /// <summary>A new resource; its id is given later.</summary>
    public static DraftObject New(string type) => new() { ["resourceType"] = type, ["id"] = "" };
}
