using Consortium.Adapters.Elements;
using Consortium.Adapters.Chinese;

namespace Consortium.Adapters.Narrative;

/// <summary>One fact to one resource. A fact that is denied, conditional or about someone else never becomes a present one.</summary>
internal sealed class FactResources(NoteReading reading, DraftObject patient, DraftObject encounter, string? authored, TimeZoneInfo zone)
{
    private const string AllergyClinical = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical";
    private const string AllergyVerification = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification";

    /// <summary>The resource, without id; null where the fact stays text.</summary>
    public DraftObject? Build(NarrativeFact fact)
    {
        DraftObject? resource = fact switch
        {
            DiagnosisFact { Role: not DiagnosisRole.Mention } diagnosis => Condition(diagnosis),
            VitalFact vital when IsMeasured(vital, vital.Date) => VitalSign(vital),
            LaboratoryFact laboratory when IsMeasured(laboratory, laboratory.Date) => Laboratory(laboratory),
            DrugFact drug => new PrescriptionResource(reading.Text, patient, encounter, authored).Build(drug),
            AllergyFact allergy => Allergy(allergy),
            _ => null,
        };
        resource?.Append("extension", Evidence.Of(fact, reading.Text));
        return resource;
    }

    // A value of long ago without its date would be taken for today's.
    private static bool IsMeasured(NarrativeFact fact, ChineseDate? date) =>
        fact.Assertion == Assertion.Present || (fact.Assertion == Assertion.Historical && date is not null);

    private static DraftObject New(string type) => new() { ["resourceType"] = type, ["id"] = "" };

    private DraftObject Condition(DiagnosisFact fact)
    {
        string verification = fact.Assertion switch
        {
            Assertion.Negated => "refuted",
            Assertion.Uncertain => "provisional",
            _ => "confirmed",
        };
        bool admission = fact.Role == DiagnosisRole.Admission;
        return New("Condition")
            .Set("verificationStatus", Element.CodeableConcept(CodeSystems.ConditionVerification, verification, null, null))
            .Append("category", Element.CodeableConcept(CodeSystems.ConditionCategory, "encounter-diagnosis", "Encounter Diagnosis", null))
            .Append("category", Element.CodeableConcept(
                "http://terminology.hl7.org/CodeSystem/diagnosis-role", admission ? "AD" : "DD", admission ? "Admission diagnosis" : "Discharge diagnosis", null))
            .Set("code", Element.CodeableConcept(reading.Text[fact.Span], fact.Code is null ? null : Element.Coding(CodeSystems.Icd10, fact.Code, fact.Display)))
            .Set("subject", patient)
            .Set("encounter", encounter)
            .Set("recordedDate", admission ? null : authored);
    }

    private DraftObject VitalSign(VitalFact fact)
    {
        DraftObject observation = Observation("vital-signs", "Vital Signs", fact.Date)
            .Set("code", Element.CodeableConcept(reading.Text[fact.NameSpan!.Value], Element.Coding(CodeSystems.Loinc, fact.Code, fact.Display)));
        VitalSigns.Complete(observation);
        if (fact.Second is null) return observation.Set("valueQuantity", Element.Quantity(fact.First.Digits, fact.Unit, fact.Ucum));

        // FHIR R4 observation-vitalsigns: a blood pressure has its two values as components and none of its own.
        return observation
            .Append("component", Component("8480-6", "Systolic blood pressure", fact.First, fact))
            .Append("component", Component("8462-4", "Diastolic blood pressure", fact.Second, fact));
    }

    private static DraftObject Component(string loinc, string display, NoteNumber number, VitalFact fact) => new DraftObject()
        .Set("code", Element.CodeableConcept(CodeSystems.Loinc, loinc, display, null))
        .Set("valueQuantity", Element.Quantity(number.Digits, fact.Unit, fact.Ucum));

    private DraftObject Laboratory(LaboratoryFact fact)
    {
        DraftObject observation = Observation("laboratory", "Laboratory", fact.Date)
            .Set("code", Element.CodeableConcept(fact.Name, fact.Code is null ? null : Element.Coding(CodeSystems.Loinc, fact.Code, fact.Display)));
        if (fact.Number is { } number) observation.Set("valueQuantity", Element.Quantity(number.Digits, fact.Unit, fact.Ucum, fact.Comparator));
        else if (fact.Word?.Answer is { } answer) observation.Set("valueCodeableConcept", Element.CodeableConcept(CodeSystems.Loinc, answer, fact.Word.Display, fact.Words));
        else observation.Set("valueString", fact.Words);

        string? interpretation = fact.Flag ?? fact.Word?.Interpretation;
        if (interpretation is not null)
        {
            observation.Append("interpretation", Element.CodeableConcept(
                fact.FlagText, Element.Coding(CodeSystems.ObservationInterpretation, interpretation, ResultWords.Display(interpretation))));
        }

        if (fact.Range is not null) observation.Append("referenceRange", fact.Range.ToFhir(fact.Unit, fact.Ucum));
        return observation;
    }

    private DraftObject Observation(string category, string display, ChineseDate? date) => New("Observation")
        .Set("status", "final")
        .Append("category", Element.CodeableConcept(CodeSystems.ObservationCategory, category, display, null))
        .Set("subject", patient)
        .Set("encounter", encounter)
        .Set("effectiveDateTime", date?.ToFhir(zone));

    private DraftObject Allergy(AllergyFact fact)
    {
        bool denied = fact.Assertion == Assertion.Negated;
        string substance = fact.Substance.Length > 0 ? fact.Substance : "过敏";

        // ait-1 wants a clinical status even of a refuted one.
        return New("AllergyIntolerance")
            .Set("clinicalStatus", Element.CodeableConcept(AllergyClinical, denied ? "inactive" : "active", null, null))
            .Set("verificationStatus", Element.CodeableConcept(AllergyVerification, denied ? "refuted" : "unconfirmed", null, null))
            .Append("category", fact.Kind)
            .Set("code", Element.CodeableConcept(substance))
            .Set("patient", patient)
            .Set("encounter", encounter)
            .Set("recordedDate", authored)
            .Append("reaction", fact.Reaction is null ? null : new DraftObject().Append("manifestation", Element.CodeableConcept(fact.Reaction)));
    }
}
