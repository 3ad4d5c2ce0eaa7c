using Consortium.Adapters.Cda.Types;
using Consortium.Adapters.Cda.Xml;
using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Cda.Entries;

/// <summary>How a drug is taken, to Dosage. What cannot be said exactly stays words: a dose is never guessed.</summary>
internal static class Dosages
{
    /// <summary>The Dosage; null where nothing is said.</summary>
    public static DraftObject? Of(CdaNode statement, CdaConversion conversion)
    {
        DraftObject dosage = new DraftObject().Set("text", Text(statement, conversion)).Set("timing", Timings.Of(statement, conversion));
        SetAsNeeded(dosage, statement, conversion);
        dosage.Set("site", Codes.Concept(statement.Child("approachSiteCode"), conversion));
        dosage.Set("route", Codes.Concept(statement.Child("routeCode"), conversion));
        dosage.Append("doseAndRate", DoseAndRate(statement, conversion));
        dosage.Set("maxDosePerPeriod", Quantities.Ratio(statement.Child("maxDoseQuantity"), conversion));
        return dosage.Count == 0 ? null : dosage;
    }

    /// <summary>The dosage of something administered (MedicationAdministration.dosage; mad-1 asks for a dose or a rate).</summary>
    public static DraftObject? Administered(CdaNode statement, CdaConversion conversion)
    {
        DraftObject dosage = new DraftObject().Set("text", Text(statement, conversion))
            .Set("site", Codes.Concept(statement.Child("approachSiteCode"), conversion))
            .Set("route", Codes.Concept(statement.Child("routeCode"), conversion));
        DraftObject? dose = DoseAndRate(statement, conversion);
        dosage.Set("dose", dose?["doseQuantity"]?.DeepClone());
        dosage.Set("rateQuantity", dose?["rateQuantity"]?.DeepClone());
        return dosage.ContainsKey("dose") || dosage.ContainsKey("rateQuantity") ? dosage : null;
    }

    // A free-text sig says it best; else the statement's own words.
    private static string? Text(CdaNode statement, CdaConversion conversion) =>
        Statements.First(statement, "2.16.840.1.113883.10.20.22.4.147") is { } sig && Statements.Words(sig, conversion) is { } words ? words : Statements.Words(statement, conversion);

    private static void SetAsNeeded(DraftObject dosage, CdaNode statement, CdaConversion conversion)
    {
        CdaNode? criterion = statement.Down("precondition", "criterion");
        if (criterion is null) return;
        DraftObject? when = Codes.Concept(criterion.Child("value"), conversion);
        if (when is not null) dosage.Set("asNeededCodeableConcept", when);
        else dosage.Set("asNeededBoolean", true);
    }

    private static DraftObject? DoseAndRate(CdaNode statement, CdaConversion conversion)
    {
        CdaNode? dose = statement.Child("doseQuantity"), rate = statement.Child("rateQuantity");
        CdaNode? unit = statement.Child("administrationUnitCode");
        var json = new DraftObject();
        if (dose?.Child("low")?["value"] is not null || dose?.Child("high")?["value"] is not null) json.Set("doseRange", Quantities.Range(dose, conversion));
        else json.Set("doseQuantity", Quantities.Of(dose, conversion, null, unit));
        if (rate?.Child("low")?["value"] is not null || rate?.Child("high")?["value"] is not null) json.Set("rateRange", Quantities.Range(rate, conversion));
        else json.Set("rateQuantity", Quantities.Of(rate, conversion));
        return json.Count == 0 ? null : json;
    }
}
