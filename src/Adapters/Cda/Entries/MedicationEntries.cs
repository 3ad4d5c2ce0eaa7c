using Consortium.Adapters.Cda.Header;
using Consortium.Adapters.Cda.Types;
using Consortium.Adapters.Cda.Xml;
using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Cda.Entries;

/// <summary>
/// substanceAdministration: what was taken to MedicationStatement, in a section of drugs administered to MedicationAdministration, what is intended to MedicationRequest
/// (by moodCode; decision 0156).
/// </summary>
internal static class MedicationEntries
{
    /// <summary>SNOMED CT 410942007, "drug or medicament": negated, it says that there is none.</summary>
    private const string AnyDrug = "410942007";

    /// <summary>Reads one.</summary>
    public static bool Read(CdaNode statement, EntryScope scope, string? argument)
    {
        CdaConversion conversion = scope.Conversion;
        bool negated = statement.Is("negationInd");
        CdaNode? material = Material(statement);
        CdaNode? code = material?.Child("code");
        if (negated && (code?["code"] == AnyDrug || code?["code"] is null && code?.NullFlavor is not null && Codes.Concept(code, conversion) is null))
        {
            scope.NilKnown = true;
            return true;
        }

        (string Name, DraftObject Value)? medication = Medication(statement, material, conversion);
        if (medication is null)
        {
            conversion.Warn("required", statement, "a drug without what it is; it is not mapped. It stays in the section's text.");
            return false;
        }

        // The document itself may say that it is an order (a Chinese prescription), whatever the mood.
        string mood = argument == "order" ? "RQO" : statement["moodCode"] ?? "EVN";
        if (mood == "EVN" && scope.Section.Use == "administered") Administration(statement, scope, medication.Value, negated);
        else if (mood == "EVN") Statement(statement, scope, medication.Value, negated);
        else Request(statement, scope, medication.Value, negated, CdaTables.Map("intent", mood) ?? "plan");
        return true;
    }

    private static void Statement(CdaNode statement, EntryScope scope, (string Name, DraftObject Value) medication, bool negated)
    {
        CdaConversion conversion = scope.Conversion;
        DraftObject resource = Statements.Start("MedicationStatement", statement, conversion)
            .Set("status", negated ? "not-taken" : Statements.Status(statement, "statement-status", "unknown", conversion));
        resource.SetAll("statusReason", negated ? Refusals(statement, conversion) : []);
        resource.Set(medication.Name, medication.Value).Set("context", conversion.Encounter?.DeepClone());
        Times.Set(resource, "effective", Timings.Span(statement), conversion);
        resource.Set("dateAsserted", People.AuthoredAt(statement, conversion));
        if (People.AuthorOf(statement, conversion) is { } author && InformationSource(author.Who)) resource.Set("informationSource", author.Who);
        resource.Reasons(statement, conversion);
        DraftObject? dosage = Dosages.Of(statement, conversion);
        resource.Notes(statement, conversion, Instructions(statement, dosage, conversion)).Append("dosage", dosage);
        scope.Add(resource);
    }

    private static void Administration(CdaNode statement, EntryScope scope, (string Name, DraftObject Value) medication, bool negated)
    {
        CdaConversion conversion = scope.Conversion;
        DraftObject resource = Statements.Start("MedicationAdministration", statement, conversion)
            .Set("status", negated ? "not-done" : Statements.Status(statement, "administration-status", "unknown", conversion));
        resource.SetAll("statusReason", negated ? Refusals(statement, conversion) : []);
        resource.Set(medication.Name, medication.Value).Set("context", conversion.Encounter?.DeepClone());
        if (!Times.Set(resource, "effective", Timings.Span(statement), conversion))
        {
            resource["_effectiveDateTime"] = new DraftObject().Append("extension", Element.DataAbsentReason("unknown"));
        }

        resource.SetAll("performer", People.Performers(statement, conversion).Select(performer => new DraftObject().Set("actor", performer.Who)));
        resource.Reasons(statement, conversion);
        DraftObject? dosage = Dosages.Administered(statement, conversion);
        string? words = dosage is null ? Statements.Words(statement, conversion) : null; // mad-1: no dosage without a dose or rate
        resource.Notes(statement, conversion, words).Notes(statement, conversion, Instructions(statement, dosage, conversion)).Set("dosage", dosage);
        scope.Add(resource);
    }

    private static void Request(CdaNode statement, EntryScope scope, (string Name, DraftObject Value) medication, bool negated, string intent)
    {
        CdaConversion conversion = scope.Conversion;
        DraftObject resource = Statements.Start("MedicationRequest", statement, conversion)
            .Set("status", Statements.Status(statement, "request-status", "unknown", conversion))
            .Set("intent", intent)
            .Set("priority", CdaTables.Map("priority", statement.Child("priorityCode")?["code"]));
        if (negated) resource.Set("doNotPerform", true);
        resource.Set(medication.Name, medication.Value).Set("encounter", conversion.Encounter?.DeepClone());
        resource.Set("authoredOn", People.AuthoredAt(statement, conversion));
        if (People.AuthorOf(statement, conversion) is { } author) resource.Set("requester", author.Who);
        resource.Reasons(statement, conversion);
        DraftObject? dosage = Dosages.Of(statement, conversion);
        if (dosage is not null && Times.Period(Timings.Span(statement), conversion) is { } bounds && Fits(dosage)) Bound(dosage, bounds);
        resource.Notes(statement, conversion, Instructions(statement, dosage, conversion)).Append("dosageInstruction", dosage);
        CdaNode? repeats = statement.Child("repeatNumber");
        if (Repeats(repeats) is { } fills) resource.Set("dispenseRequest", new DraftObject().Set("numberOfRepeatsAllowed", DraftValue.Of(fills)));
        scope.Add(resource);
    }

    /// <summary>The drug of a substanceAdministration or supply: a concept, or a Medication where maker or lot is known. Null where nothing says what it is.</summary>
    public static (string Name, DraftObject Value)? Medication(CdaNode statement, CdaNode? material, CdaConversion conversion)
    {
        if (material is null) return null;
        DraftObject? concept = Codes.Concept(material.Child("code"), conversion) ?? Element.CodeableConcept(material.Child("name")?.Text ?? material.Child("desc")?.Text);
        if (concept is not null && !concept.ContainsKey("text") && !concept.ContainsKey("coding")) concept = null;
        if (concept is null) return null;
        CdaNode? lot = material.Child("lotNumberText");
        DraftObject? maker = People.Organization(material.Parent?.Child("manufacturerOrganization"), conversion);
        if (lot?.Text is null && maker is null) return ("medicationCodeableConcept", concept);
        DraftObject medication = JsonBuilding.Resource("Medication", conversion.PlacedId("Medication", material, ""))
            .Set("code", concept)
            .Set("manufacturer", maker)
            .Set("batch", lot?.Text is null ? null : new DraftObject().Set("lotNumber", lot.Text));
        return ("medicationReference", conversion.Add(medication));
    }

    /// <summary>The material of a consumable or product.</summary>
    public static CdaNode? Material(CdaNode statement)
    {
        CdaNode? product = statement.Down("consumable", "manufacturedProduct") ?? statement.Down("product", "manufacturedProduct");
        return product?.Child("manufacturedMaterial") ?? product?.Child("manufacturedLabeledDrug");
    }

    /// <summary>repeatNumber of an intent counts the fills, the first with them; FHIR counts those after it.</summary>
    public static int? Repeats(CdaNode? repeatNumber) =>
        (repeatNumber?["value"] ?? repeatNumber?.Child("high")?["value"]) is { } value && int.TryParse(value, out int fills) && fills is > 0 and < 1000 ? fills - 1 : null;

    private static bool InformationSource(DraftObject reference) =>
        ((string?)reference["reference"])?.Split('/')[0] is "Patient" or "Practitioner" or "PractitionerRole" or "RelatedPerson" or "Organization";

    private static IEnumerable<DraftObject?> Refusals(CdaNode statement, CdaConversion conversion)
    {
        foreach ((CdaNode relation, CdaNode inner) in Statements.Inner(statement))
        {
            if (!inner.HasTemplate("2.16.840.1.113883.10.20.22.4.53") && !inner.HasTemplate("2.16.840.1.113883.10.20.24.3.88")) continue;
            inner.Used = true;
            yield return Codes.Concept(inner.Child("value"), conversion) ?? Codes.Concept(inner.Child("code"), conversion);
        }
    }

    // Instructions to the patient go to the dosage; where there is none, they are a note.
    private static string? Instructions(CdaNode statement, DraftObject? dosage, CdaConversion conversion)
    {
        string? note = null;
        foreach (CdaNode instruction in Statements.Inner(statement, "2.16.840.1.113883.10.20.22.4.20"))
        {
            string? words = Statements.Words(instruction, conversion) ?? Codes.Words(instruction.Child("code"), conversion);
            if (words is null) continue;
            if (dosage is not null && !dosage.ContainsKey("patientInstruction") && dosage.ContainsKey("text")) dosage.Set("patientInstruction", words);
            else note = note is null ? words : $"{note}\n{words}";
        }

        return note;
    }

    private static bool Fits(DraftObject dosage) => dosage["timing"]?["repeat"] is null or DraftObject;

    private static void Bound(DraftObject dosage, DraftObject bounds)
    {
        if (dosage["timing"] is not DraftObject timing)
        {
            timing = [];
            dosage["timing"] = timing;
        }

        if (timing["repeat"] is not DraftObject repeat)
        {
            repeat = [];
            timing["repeat"] = repeat;
        }

        repeat.Set("boundsPeriod", bounds);
    }
}
