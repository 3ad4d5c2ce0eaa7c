using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Narrative;

/// <summary>Diagnoses to Condition, allergies to AllergyIntolerance.</summary>
internal sealed class ConditionResources(FactSetting setting)
{
    private const string AllergyClinical = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical";
    private const string AllergyVerification = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification";
    private const string DiagnosisRoles = "http://terminology.hl7.org/CodeSystem/diagnosis-role";

    /// <summary>
    /// A Condition (docs/decisions/0150). What a list of diagnoses or the assessment states is confirmed, what the text only mentions unconfirmed, what an image suggests
    /// or a word doubts provisional, what is weighed against something else differential, what is denied refuted.
    /// </summary>
    public DraftObject? Condition(DiagnosisFact fact)
    {
        if (fact.IsListedToo || fact.Assertion is Assertion.Hypothetical or Assertion.Other) return null;
        string verification = fact.Assertion switch
        {
            Assertion.Negated => "refuted",
            _ when fact.Role == DiagnosisRole.Differential => "differential",
            Assertion.Uncertain => "provisional",
            _ when fact.Role == DiagnosisRole.Conclusion => "provisional",
            _ when fact.Role == DiagnosisRole.Mention => "unconfirmed",
            _ => "confirmed",
        };
        bool listed = fact.Role != DiagnosisRole.Mention;
        bool active = fact.Assertion is Assertion.Present or Assertion.Uncertain && fact.Role != DiagnosisRole.Differential;
        (string Code, string Display)? role = fact.Role switch
        {
            DiagnosisRole.Admission => ("AD", "Admission diagnosis"),
            DiagnosisRole.Discharge => ("DD", "Discharge diagnosis"),
            DiagnosisRole.Preoperative => ("pre-op", "pre-op diagnosis"),
            DiagnosisRole.Postoperative => ("post-op", "post-op diagnosis"),
            _ => null,
        };
        DraftObject condition = FactResources.New("Condition")
            .Set("clinicalStatus", active ? Element.CodeableConcept(CodeSystems.ConditionClinical, "active", null, null) : null)
            .Set("verificationStatus", Element.CodeableConcept(CodeSystems.ConditionVerification, verification, null, null))
            .Append("category", listed ? Element.CodeableConcept(CodeSystems.ConditionCategory, "encounter-diagnosis", "Encounter Diagnosis", null) : null)
            .Append("category", role is { } r ? Element.CodeableConcept(DiagnosisRoles, r.Code, r.Display, null) : null)
            .Set("code", Element.CodeableConcept(setting.Note[fact.Span], fact.Code is null ? null : Element.Coding(CodeSystems.Icd10, fact.Code, fact.Display)))
            .Append("bodySite", fact.Site is { } site ? Element.CodeableConcept(setting.Note[site]) : null)
            .Set("subject", setting.Patient)
            .Set("encounter", setting.Encounter);
        if (fact.Since is { } since)
        {
            if (since.Start is { } start) condition.Set("onsetDateTime", start);
            else condition.Set("onsetString", setting.Note[since.Span]);
        }

        return condition.Set("recordedDate", fact.Role is DiagnosisRole.Admission or DiagnosisRole.Mention ? null : setting.Authored);
    }

    /// <summary>An AllergyIntolerance; a denial is a refuted one. R4 would name "no known allergy" with a SNOMED CT code, which is not free to use everywhere.</summary>
    public DraftObject Allergy(AllergyFact fact)
    {
        bool denied = fact.Assertion == Assertion.Negated;
        string substance = fact.Substance.Length > 0 ? fact.Substance : Facts.Scripts.HasHan(setting.Note[fact.Span]) ? "过敏" : "allergy";

        // ait-1 wants a clinical status even of a refuted one.
        return FactResources.New("AllergyIntolerance")
            .Set("clinicalStatus", Element.CodeableConcept(AllergyClinical, denied ? "inactive" : "active", null, null))
            .Set("verificationStatus", Element.CodeableConcept(AllergyVerification, denied ? "refuted" : "unconfirmed", null, null))
            .Append("category", fact.Kind)
            .Set("code", Element.CodeableConcept(substance, fact.Code is null ? null : Element.Coding("http://www.whocc.no/atc", fact.Code, fact.Entry?.Display)))
            .Set("patient", setting.Patient)
            .Set("encounter", setting.Encounter)
            .Set("recordedDate", setting.Authored)
            .Append("reaction", fact.Reaction is null ? null : new DraftObject().Append("manifestation", Element.CodeableConcept(fact.Reaction)));
    }
}
