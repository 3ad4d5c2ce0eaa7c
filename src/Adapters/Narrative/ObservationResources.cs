using Consortium.Adapters.Chinese;
using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Narrative;

/// <summary>Findings, vital signs, laboratory results and social history to Observation.</summary>
internal sealed class ObservationResources(FactSetting setting)
{
    private const string Present = "LA9633-4";
    private const string Absent = "LA9634-2";

    /// <summary>
    /// A symptom or sign: an Observation whose value says whether it is there (R4 Condition, boundaries: a symptom that is no problem of its own is an Observation).
    /// </summary>
    public DraftObject? Finding(FindingFact fact)
    {
        // Of a symptom of long ago nothing is known for the time of the note.
        if (fact.Assertion is Assertion.Hypothetical or Assertion.Other) return null;
        DraftObject observation = New(fact.Assertion == Assertion.Uncertain ? "preliminary" : "final", "exam", "Exam")
            .Set("code", Element.CodeableConcept(setting.Note[fact.Span], fact.Code is null ? null : Element.Coding(CodeSystems.Icd10, fact.Code, fact.Entry?.Display)));
        if (fact.Since is { Start: { } start }) observation.Set("effectivePeriod", Element.Period(start, null));
        else if (fact.Assertion != Assertion.Historical) observation.Set("effectiveDateTime", setting.Authored);
        switch (fact.Assertion)
        {
            case Assertion.Negated:
                observation.Set("valueCodeableConcept", Element.CodeableConcept(CodeSystems.Loinc, Absent, "Absent", null));
                break;
            case Assertion.Uncertain:
                observation.Set("dataAbsentReason", Reason("unknown", null));
                break;
            default:
                observation.Set("valueCodeableConcept", Element.CodeableConcept(CodeSystems.Loinc, Present, "Present", null));
                break;
        }

        observation.Set("bodySite", fact.Site is { } site ? Element.CodeableConcept(setting.Note[site]) : null);
        return fact.Since is { Start: null } vague ? observation.Append("note", Element.Annotation(setting.Note[vague.Span])) : observation;
    }

    /// <summary>A vital sign. A value without a unit, as English notes write it, is kept as it is written and has no code: the code would claim a unit.</summary>
    public DraftObject? VitalSign(VitalFact fact)
    {
        if (!IsMeasured(fact, fact.Date)) return null;
        DraftObject observation = New("final", "vital-signs", "Vital Signs")
            .Set("code", Element.CodeableConcept(setting.Note[fact.NameSpan!.Value], fact.Code is null ? null : Element.Coding(CodeSystems.Loinc, fact.Code, fact.Display)))
            .Set("effectiveDateTime", fact.Date?.ToFhir(setting.Zone));
        VitalSigns.Complete(observation);
        if (fact.Unit is null) return observation.Set("valueString", setting.Note[new TextSpan(fact.First.Span.Start, fact.Second?.Span.End ?? fact.First.Span.End)]);
        if (fact.Second is null) return observation.Set("valueQuantity", Element.Quantity(fact.First.Digits, fact.Unit, fact.Ucum));

        // FHIR R4 observation-vitalsigns: a blood pressure has its two values as components and none of its own.
        return observation
            .Append("component", Component("8480-6", "Systolic blood pressure", fact.First, fact))
            .Append("component", Component("8462-4", "Diastolic blood pressure", fact.Second, fact));
    }

    /// <summary>A laboratory result.</summary>
    public DraftObject? Laboratory(LaboratoryFact fact)
    {
        if (!IsMeasured(fact, fact.Date)) return null;
        DraftObject observation = New("final", "laboratory", "Laboratory")
            .Set("code", Element.CodeableConcept(fact.Name, fact.Code is null ? null : Element.Coding(CodeSystems.Loinc, fact.Code, fact.Display)))
            .Set("effectiveDateTime", fact.Date?.ToFhir(setting.Zone));
        if (fact.Number is { } number) SetNumber(observation, fact, number);
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

    /// <summary>
    /// A test or vital sign without a value, with the reason (FHIR R4 obs-6: dataAbsentReason only where there is no value). A blood pressure has the reason in both of its components.
    /// </summary>
    public DraftObject Missing(AbsentFact fact)
    {
        (string category, string display) = fact.Category == "vital" ? ("vital-signs", "Vital Signs") : ("laboratory", "Laboratory");
        DraftObject observation = New(fact.Status, category, display)
            .Set("code", Element.CodeableConcept(setting.Note[fact.NameSpan!.Value], fact.Code is null ? null : Element.Coding(CodeSystems.Loinc, fact.Code, fact.Entry?.Display)))
            .Set("effectiveDateTime", fact.Date?.ToFhir(setting.Zone));
        VitalSigns.Complete(observation);
        DraftObject? Why() => Reason(fact.Reason, setting.Note[fact.Words]);
        if (fact.Code != VitalSignTable.BloodPressure) return observation.Set("dataAbsentReason", Why());
        return observation
            .Append("component", Unmeasured("8480-6", "Systolic blood pressure", Why()))
            .Append("component", Unmeasured("8462-4", "Diastolic blood pressure", Why()));
    }

    /// <summary>What the note says of smoking or drinking, in its own words.</summary>
    public DraftObject Social(SocialFact fact) => New("final", "social-history", "Social History")
        .Set("code", Element.CodeableConcept(CodeSystems.Loinc, fact.Code, fact.Display, null))
        .Set("effectiveDateTime", setting.Authored)
        .Set("valueString", setting.Note[fact.Span]);

    /// <summary>The age that a note gives in place of a birth date (LOINC 30525-0).</summary>
    public DraftObject Age(NoteAge age) => New("final", "social-history", "Social History")
        .Set("code", Element.CodeableConcept(CodeSystems.Loinc, "30525-0", "Age", null))
        .Set("effectiveDateTime", setting.Authored)
        .Set("valueQuantity", Element.Quantity(age.Number.Digits, age.Ucum, age.Ucum));

    private void SetNumber(DraftObject observation, LaboratoryFact fact, NoteNumber number)
    {
        if (fact.Denominator is { } denominator)
        {
            observation["valueRatio"] = new DraftObject().Set("numerator", Element.Quantity(number.Digits)).Set("denominator", Element.Quantity(denominator.Digits));
        }
        else if (fact.Ucum is null && fact.Code is null)
        {
            // No unit is assumed; the characters are kept.
            observation.Set("valueString", setting.Note[new TextSpan(number.Span.Start, number.Span.End)] is var written && fact.Comparator is { } sign ? sign + written : written);
        }
        else
        {
            observation.Set("valueQuantity", Element.Quantity(number.Digits, fact.Unit, fact.Ucum, fact.Comparator));
        }
    }

    private static DraftObject Unmeasured(string loinc, string display, DraftObject? reason) => new DraftObject()
        .Set("code", Element.CodeableConcept(CodeSystems.Loinc, loinc, display, null))
        .Set("dataAbsentReason", reason);

    private static DraftObject? Reason(string code, string? written) => Element.CodeableConcept("http://terminology.hl7.org/CodeSystem/data-absent-reason", code, ReasonDisplays[code], written);

    private static readonly Dictionary<string, string> ReasonDisplays = new(StringComparer.Ordinal)
    {
        ["unknown"] = "Unknown",
        ["temp-unknown"] = "Temporarily Unknown",
        ["not-performed"] = "Not Performed",
        ["error"] = "Error",
        ["masked"] = "Masked",
    };

    // A value of long ago without its date would be taken for today's.
    private static bool IsMeasured(NarrativeFact fact, ChineseDate? date) =>
        fact.Assertion == Assertion.Present || (fact.Assertion == Assertion.Historical && date is not null);

    private static DraftObject Component(string loinc, string display, NoteNumber number, VitalFact fact) => new DraftObject()
        .Set("code", Element.CodeableConcept(CodeSystems.Loinc, loinc, display, null))
        .Set("valueQuantity", Element.Quantity(number.Digits, fact.Unit, fact.Ucum));

    private DraftObject New(string status, string category, string display) => FactResources.New("Observation")
        .Set("status", status)
        .Append("category", Element.CodeableConcept(CodeSystems.ObservationCategory, category, display, null))
        .Set("subject", setting.Patient)
        .Set("encounter", setting.Encounter);
}
