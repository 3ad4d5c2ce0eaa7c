using System.Globalization;
using System.Text.Json.Nodes;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Er7;
using Consortium.Adapters.Hl7V2.Tables;
using Consortium.Adapters.Hl7V2.Types;

namespace Consortium.Adapters.Hl7V2.Map;

/// <summary>DG1 to Condition and Encounter.diagnosis (HL7 v2-to-FHIR DG1[Condition], DG1[Encounter]).</summary>
internal static class DiagnosisMap
{
    /// <summary>Adds the Condition of a DG1; gives the entry for Encounter.diagnosis.</summary>
    public static JsonObject? Map(Er7Segment diagnosis, ResourceDraft patient, ResourceDraft? encounter, MessageConversion conversion)
    {
        diagnosis.MarkRead(1);
        string? description = diagnosis[4].WholeText?.Trim();
        JsonObject? code = Codes.CodeableConcept(diagnosis[3], conversion);
        if (code is null && description is null)
        {
            conversion.Error("required", diagnosis[3], "a diagnosis without code and description.");
            return null;
        }

        // DG1-2 names the coding method in versions up to 2.7, where DG1-3 may leave it out.
        string? method = diagnosis[2].Text;
        if (code?["coding"]?[0] is JsonObject coding && !coding.ContainsKey("system") && Codes.System(method, conversion) is { } system)
        {
            var whole = new JsonObject().Set("system", system);
            foreach ((string name, JsonNode? part) in coding) whole.Set(name, part);
            ((JsonArray)code["coding"]!)[0] = whole;
        }

        code ??= [];
        if (!code.ContainsKey("text")) code.Set("text", description);
        IdentifierValue? identifier = Identifiers.FromEi(diagnosis[20], conversion, "diagnosis");
        string key = identifier is not null
            ? $"{identifier.System}|{identifier.Value}"
            : $"{patient.Id}|{encounter?.Id}|{diagnosis[3][3].PeekText ?? method}|{diagnosis[3][1].PeekText ?? description ?? diagnosis[3][2].PeekText}|{diagnosis[6].PeekText}";
        bool withdrawn = diagnosis[21].Text == "D";
        JsonObject condition = JsonBuilding.Resource("Condition", conversion.Id("Condition", conversion.Source, key))
            .Append("identifier", identifier?.Json);

        // con-5: a Condition entered in error has no clinical status. Whether a coded diagnosis is still active, DG1 does not say.
        if (withdrawn) condition.Set("verificationStatus", Element.CodeableConcept(CodeSystems.ConditionVerification, "entered-in-error", "Entered in Error", null));
        condition.Append("category", Element.CodeableConcept(CodeSystems.ConditionCategory, "encounter-diagnosis", "Encounter Diagnosis", null))
            .Set("code", code)
            .Set("subject", Element.Reference(patient))
            .Set("encounter", encounter is null ? null : Element.Reference(encounter))
            .Set("onsetDateTime", Times.DateTime(diagnosis[5], conversion))
            .Set("recordedDate", Times.DateTime(diagnosis[19], conversion))
            .Set("asserter", diagnosis[16].Repetitions().Select(doctor => People.Practitioner(doctor, conversion)).FirstOrDefault(doctor => doctor is not null));
        ResourceDraft draft = conversion.Add(condition, patient.Apply);

        var entry = new JsonObject().Set("condition", Element.Reference(draft)).Set("use", Codes.CodeableConcept(diagnosis[6], conversion, CodeTables.DiagnosisRole));
        if (int.TryParse(diagnosis[15].Text, NumberStyles.None, CultureInfo.InvariantCulture, out int rank) && rank > 0) entry["rank"] = rank;
        return entry;
    }
}
