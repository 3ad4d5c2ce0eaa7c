using Consortium.Adapters.Cda.Header;
using Consortium.Adapters.Cda.Types;
using Consortium.Adapters.Cda.Xml;
using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Cda.Entries;

/// <summary>Immunization Activity to Immunization; one that is only intended to MedicationRequest.</summary>
internal static class ImmunizationEntries
{
    /// <summary>Reads one.</summary>
    public static bool Read(CdaNode statement, EntryScope scope, string? argument)
    {
        CdaConversion conversion = scope.Conversion;
        if (statement["moodCode"] is not (null or "EVN")) return MedicationEntries.Read(statement, scope, argument);
        CdaNode? material = MedicationEntries.Material(statement);
        bool negated = statement.Is("negationInd");
        string status = negated ? "not-done" : Statements.Status(statement, "immunization-status", "", conversion);
        if (status.Length == 0 || Codes.Concept(material?.Child("code"), conversion) is not { } vaccine)
        {
            conversion.Warn("required", statement, "an immunization without its vaccine, or of which it is not said whether it was given; it is not mapped. It stays in the section's text.");
            return false;
        }

        DraftObject immunization = Statements.Start("Immunization", statement, conversion, "patient").Set("status", status);
        foreach ((_, CdaNode inner) in Statements.Inner(statement))
        {
            if (!inner.HasTemplate("2.16.840.1.113883.10.20.22.4.53")) continue;
            inner.Used = true;
            immunization.Set("statusReason", Codes.Concept(inner.Child("code"), conversion));
        }

        immunization.Set("vaccineCode", vaccine).Set("encounter", conversion.Encounter?.DeepClone());
        if (Times.Point(Timings.Span(statement), conversion) is { } when) immunization.Set("occurrenceDateTime", when);
        else immunization["_occurrenceDateTime"] = new DraftObject().Append("extension", Element.DataAbsentReason(CdaTables.AbsentReason(Timings.Span(statement)?.NullFlavor)));
        immunization.Set("recorded", People.AuthoredAt(statement, conversion));
        immunization.Set("manufacturer", People.Organization(material?.Parent?.Child("manufacturerOrganization"), conversion));
        immunization.Set("lotNumber", material?.Child("lotNumberText")?.Text);
        immunization.Set("expirationDate", Times.Date(material?.Child("sdtc:expirationTime"), conversion));
        immunization.Set("site", Codes.Concept(statement.Child("approachSiteCode"), conversion));
        immunization.Set("route", Codes.Concept(statement.Child("routeCode"), conversion));
        immunization.Set("doseQuantity", Quantities.Of(statement.Child("doseQuantity"), conversion, null, statement.Child("administrationUnitCode")));
        immunization.SetAll("performer", People.Performers(statement, conversion).Select(performer => new DraftObject().Set("actor", performer.Who)));
        immunization.Reasons(statement, conversion);
        foreach (CdaNode reaction in Statements.Inner(statement, "2.16.840.1.113883.10.20.22.4.9"))
        {
            if (Codes.Concept(reaction.Child("value"), conversion) is not { } manifestation || reaction.Is("negationInd")) continue;
            DraftObject observed = Statements.Start("Observation", reaction, conversion).Set("status", "final");
            observed["code"] = manifestation;
            Times.Set(observed, "effective", reaction.Child("effectiveTime"), conversion);
            immunization.Append("reaction", new DraftObject().Set("date", Times.Point(reaction.Child("effectiveTime"), conversion)).Set("detail", conversion.Add(observed)));
        }

        CdaNode? series = statement.Child("repeatNumber");
        if (series?["value"] is { } value && int.TryParse(value, out int dose) && dose > 0)
        {
            immunization.Append("protocolApplied", new DraftObject().Set("doseNumberPositiveInt", DraftValue.Of(dose)));
        }

        scope.Add(immunization.Notes(statement, conversion, Statements.First(statement, "2.16.840.1.113883.10.20.22.4.20") is { } instruction ? Statements.Words(instruction, conversion) : null));
        return true;
    }
}
