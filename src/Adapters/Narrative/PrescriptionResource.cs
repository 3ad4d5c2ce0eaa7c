using System.Globalization;
using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Narrative;

/// <summary>A drug of the discharge medication to a MedicationRequest: what the note reports that was prescribed, in its own words, structured where there is one reading.</summary>
internal sealed class PrescriptionResource(NoteText note, DraftObject patient, DraftObject encounter, string? authored)
{
    private const string Routes = "http://terminology.hl7.org/CodeSystem/v3-RouteOfAdministration";
    private const string Timings = "http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation";

    /// <summary>The MedicationRequest, without id.</summary>
    public DraftObject Build(DrugFact fact) => new DraftObject { ["resourceType"] = "MedicationRequest", ["id"] = "" }
        .Set("status", "active")
        .Set("intent", "order")
        .Append("category", Element.CodeableConcept("http://terminology.hl7.org/CodeSystem/medicationrequest-category", "discharge", "Discharge", null))

        // The note reports the prescription; it is not the prescription (FHIR R4 MedicationRequest.reported).
        .Set("reportedBoolean", true)
        .Set("medicationCodeableConcept", Element.CodeableConcept(note[fact.Product]))
        .Set("subject", patient)
        .Set("encounter", encounter)
        .Set("authoredOn", authored)
        .Append("dosageInstruction", Dosage(fact));

    private DraftObject Dosage(DrugFact fact)
    {
        string written = note[fact.Instruction].Trim();
        DraftObject dosage = new DraftObject()
            .Set("text", written.Length > 0 ? written : note[fact.Span])
            .Set("timing", Timing(fact))
            .Set("asNeededBoolean", fact.AsNeeded ? true : null)
            .Set("route", fact.Route is null ? null : Element.CodeableConcept(Routes, fact.Route.Code, fact.Route.Display, null));
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
            repeat.Set("boundsDuration", Element.Quantity(duration.Digits, fact.DurationUnit, fact.DurationUnit));
        }

        if (fact.Frequency?.Extra is { } written)
        {
            string[] parts = written.Split('/');
            repeat["frequency"] = int.Parse(parts[0], CultureInfo.InvariantCulture);
            repeat["period"] = int.Parse(parts[1], CultureInfo.InvariantCulture);
            repeat["periodUnit"] = parts[2];
            if (parts.Length > 3) repeat.Append("when", parts[3]);
        }

        if (repeat.Count == 0) return null;
        DraftObject timing = new DraftObject().Set("repeat", repeat);
        return fact.Frequency?.Code is { } code ? timing.Set("code", Element.CodeableConcept(Timings, code, null, null)) : timing;
    }
}
