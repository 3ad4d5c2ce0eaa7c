using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Narrative;

/// <summary>Operations and therapies to Procedure, diseases of relatives to FamilyMemberHistory.</summary>
internal sealed class HistoryResources(FactSetting setting)
{
    private const string RoleCode = "http://terminology.hl7.org/CodeSystem/v3-RoleCode";

    /// <summary>A Procedure. An operation that the note states was done; of one denied or planned nothing is made; whether a therapy goes on, the note does not say.</summary>
    public DraftObject? Procedure(ProcedureFact fact) => fact.Assertion is not (Assertion.Present or Assertion.Historical) ? null : FactResources.New("Procedure")
        .Set("status", fact.Category == "procedure" ? "completed" : "unknown")
        .Set("code", Element.CodeableConcept(setting.Note[fact.Span]))
        .Set("subject", setting.Patient)
        .Set("encounter", fact.Assertion == Assertion.Historical ? null : setting.Encounter)
        .Append("bodySite", fact.Site is { } site ? Element.CodeableConcept(setting.Note[site]) : null);

    /// <summary>What a relative has or had.</summary>
    public DraftObject FamilyMember(FamilyFact fact) => FactResources.New("FamilyMemberHistory")
        .Set("status", "partial")
        .Set("patient", setting.Patient)
        .Set("date", setting.Authored)
        .Set("relationship", Element.CodeableConcept(fact.RelationText, Element.Coding(RoleCode, fact.Relation, Relatives.Display(fact.Relation))))
        .Append("condition", new DraftObject().Set(
            "code", Element.CodeableConcept(setting.Note[fact.Span], fact.Code is null ? null : Element.Coding(CodeSystems.Icd10, fact.Code, fact.Entry?.Display))));
}
