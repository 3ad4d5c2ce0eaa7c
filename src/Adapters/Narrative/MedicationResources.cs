using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Narrative;

/// <summary>
/// A drug to a MedicationRequest, where the note reports a prescription, or to a MedicationStatement, where it says what the patient takes or got:
/// in its own words, structured where there is one reading.
/// </summary>
internal sealed class MedicationResources(FactSetting setting)
{
    private const string Routes = "http://terminology.hl7.org/CodeSystem/v3-RouteOfAdministration";
    private const string Timings = "http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation";
    private const string RequestCategories = "http://terminology.hl7.org/CodeSystem/medicationrequest-category";
    private const string Atc = "http://www.whocc.no/atc";

    private readonly NoteText note = setting.Note;

    /// <summary>The resource, without id; null where the drug is denied or planned.</summary>
    public DraftObject? Build(DrugFact fact) => fact.Assertion is not (Assertion.Present or Assertion.Historical) ? null : fact.IsPrescribed ? Request(fact) : Statement(fact);

    private DraftObject Request(DrugFact fact)
    {
        (string category, string display) = setting.Kind.EncounterClass is "AMB" or "EMER" ? ("outpatient", "Outpatient") : ("discharge", "Discharge");
        return FactResources.New("MedicationRequest")
            .Set("status", "active")
            .Set("intent", "order")
            .Append("category", Element.CodeableConcept(RequestCategories, category, display, null))

            // The note reports the prescription; it is not the prescription (FHIR R4 MedicationRequest.reported).
            .Set("reportedBoolean", true)
            .Set("medicationCodeableConcept", Drug(fact))
            .Set("subject", setting.Patient)
            .Set("encounter", setting.Encounter)
            .Set("authoredOn", setting.Authored)
            .Append("dosageInstruction", Dosage(fact));
    }

    // A list says what the patient takes now; of a drug in running text the note does not say whether it is still given.
    private DraftObject Statement(DrugFact fact)
    {
        bool hasDosage = fact.Dose is not null || fact.Route is not null || fact.Frequency is not null || note.Trim(fact.Instruction).Length > 0;
        return FactResources.New("MedicationStatement")
            .Set("status", fact.IsStopped ? "stopped" : fact.IsCurrent ? "active" : "unknown")
            .Set("medicationCodeableConcept", Drug(fact))
            .Set("subject", setting.Patient)
            .Set("context", setting.Encounter)
            .Set("dateAsserted", setting.Authored)
            .Append("dosage", hasDosage ? Dosage(fact) : null);
    }

    private DraftObject? Drug(DrugFact fact) => Element.CodeableConcept(note[fact.Product], fact.Code is null ? null : Element.Coding(Atc, fact.Code, fact.Entry?.Display));

    private DraftObject Dosage(DrugFact fact)
    {
        string written = note[fact.Instruction].Trim();
        DraftObject dosage = new DraftObject()
            .Set("text", written.Length > 0 ? written : note[fact.Span])
            .Set("timing", Timing(fact))
            .Set("asNeededBoolean", fact.AsNeeded ? true : null)
            .Set("route", fact.Route is null ? null : Element.CodeableConcept(Routes, fact.Route.Code, fact.Route.Display, null));
        if (fact.Limit is { } limit)
        {
            dosage.Set("maxDosePerPeriod", new DraftObject().Set("numerator", Element.Quantity(limit.Number.Digits, limit.Unit, limit.Ucum)).Set("denominator", Element.Quantity(limit.Period, limit.PeriodUnit, limit.PeriodUnit)));
        }

        if (fact.Dose is not { } dose) return dosage;
        DraftObject amount = fact.DoseHigh is { } high
            ? new DraftObject().Set("doseRange", Element.Range(Element.Quantity(dose.Digits, fact.DoseUnit, fact.DoseUcum), Element.Quantity(high.Digits, fact.DoseUnit, fact.DoseUcum)))
            : new DraftObject().Set("doseQuantity", Element.Quantity(dose.Digits, fact.DoseUnit, fact.DoseUcum));
        return dosage.Append("doseAndRate", amount);
    }

    private static DraftObject? Timing(DrugFact fact)
    {
        var repeat = new DraftObject();
        if (fact.Duration is { } duration)
        {
            DraftObject? low = Element.Quantity(duration.Digits, fact.DurationUnit, fact.DurationUnit);
            if (fact.DurationHigh is { } high) repeat.Set("boundsRange", Element.Range(low, Element.Quantity(high.Digits, fact.DurationUnit, fact.DurationUnit)));
            else repeat.Set("boundsDuration", low);
        }

        if (fact.Frequency?.Extra is { } written) FrequencyTiming.Set(repeat, written);

        if (repeat.Count == 0) return null;
        DraftObject timing = new DraftObject().Set("repeat", repeat);
        return fact.Frequency?.Code is { } code ? timing.Set("code", Element.CodeableConcept(Timings, code, null, null)) : timing;
    }
}
