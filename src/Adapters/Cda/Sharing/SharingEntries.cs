using Consortium.Adapters.Cda.Entries;
using Consortium.Adapters.Cda.Types;
using Consortium.Adapters.Cda.Xml;
using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Cda.Sharing;

/// <summary>
/// Entries of the Chinese sharing documents (WS/T 500). They have no templateIds: a statement's class and the data element (DE…) of its code say what it is.
/// </summary>
internal static class SharingEntries
{
    /// <summary>Reads one; false where nothing sure can be made of it.</summary>
    public static bool Read(CdaNode statement, EntryScope scope)
    {
        if (!CdaAdapter.IsSharing(scope.Conversion.Document) || statement.Child("templateId") is not null) return false;
        return statement.Name switch
        {
            "organizer" => Organizer(statement, scope),
            "observation" => Observation(statement, scope),
            "substanceAdministration" => Drug(statement, scope),
            "procedure" => ProcedureEntries.Procedure(statement, scope, null),
            _ => false,
        };
    }

    private static bool Organizer(CdaNode organizer, EntryScope scope)
    {
        List<CdaNode> members = [.. Statements.Inner(organizer).Select(inner => inner.Statement)];

        // A diagnosis is often given as name and code beside each other: one of each in one group is one diagnosis.
        List<CdaNode> codes = [.. members.Where(member => Kind(member) == "condition-code" && HasValue(member))];
        List<CdaNode> names = [.. members.Where(member => Kind(member) == "condition-name" && HasValue(member))];
        if (codes.Count == 1 && names.Count == 1)
        {
            Diagnosis(codes[0], names[0], scope);
            codes[0].Used = names[0].Used = true;
        }

        BloodPressurePair(members, organizer, scope);
        return true;
    }

    private static bool Observation(CdaNode statement, EntryScope scope)
    {
        if (!HasValue(statement)) return true;
        DataElements? element = DataElements.Of(statement.Child("code")?["code"]);
        switch (element?.Kind)
        {
            case "condition-code" or "condition-name" when statement["moodCode"] is null or "EVN":
                CdaNode? other = Statements.Inner(statement).Select(inner => inner.Statement).FirstOrDefault(inner => Kind(inner) is "condition-code" or "condition-name" && Kind(inner) != element.Kind && HasValue(inner));
                if (other is not null) other.Used = true;
                Diagnosis(element.Kind == "condition-code" ? statement : other, element.Kind == "condition-name" ? statement : other, scope);
                return true;
            case "allergy-flag":
                return Allergy(statement, scope);
        }

        if (ObservationEntry.Read(statement, scope, element?.Kind == "vital" ? "vital-signs" : null) is not { } observation) return false;
        scope.Add(element?.Loinc is { } loinc ? Coded(observation, loinc, statement, scope.Conversion) : observation);
        return true;
    }

    // LOINC beside the data element's code, where value and unit are what the code's profile asks for; else the element's own code alone.
    private static DraftObject Coded(DraftObject observation, string loinc, CdaNode statement, CdaConversion conversion)
    {
        if (observation["valueQuantity"] is not DraftObject quantity || !ObservationEntry.FitsProfile(loinc, quantity)) return observation;
        DraftArray codings = [];
        codings.Add(Element.Coding(CodeSystems.Loinc, loinc));
        foreach (DraftNode? coding in observation["code"]?["coding"] as DraftArray ?? []) codings.Add(coding?.DeepClone());
        observation["code"]!.AsObject()["coding"] = codings;
        if (observation["code"]!["text"] is null) observation["code"]!.AsObject().Set("text", statement.Child("code")?["displayName"]);
        if (!observation.ContainsKey("effectiveDateTime") && !observation.ContainsKey("effectivePeriod")) observation.Remove("_effectiveDateTime");
        return VitalSigns.Complete(observation);
    }

    private static void BloodPressurePair(List<CdaNode> members, CdaNode organizer, EntryScope scope)
    {
        List<CdaNode> pressures = [.. members.Where(member => DataElements.Of(member.Child("code")?["code"])?.Loinc is "8480-6" or "8462-4" && HasValue(member))];
        if (pressures.Count != 2) return;
        List<(CdaNode, DraftObject)> read = [];
        foreach (CdaNode pressure in pressures)
        {
            if (ObservationEntry.Read(pressure, scope, "vital-signs", organizer) is not { } observation) return;
            read.Add((pressure, Coded(observation, DataElements.Of(pressure.Child("code")!["code"])!.Loinc!, pressure, scope.Conversion)));
        }

        BloodPressure.Join(read, organizer, scope.Conversion);
        foreach ((CdaNode pressure, DraftObject observation) in read) scope.Add(observation);
        foreach (CdaNode pressure in pressures) pressure.Used = true;
    }

    private static void Diagnosis(CdaNode? code, CdaNode? name, EntryScope scope)
    {
        CdaConversion conversion = scope.Conversion;
        CdaNode statement = code ?? name!;
        CdaNode? value = code?.Child("value");
        DraftObject? concept = Codes.Concept(value, conversion);
        string? words = name?.Child("value") is { } said ? conversion.Narrative.TextOf(said) ?? said["displayName"] : null;
        if (concept is null) concept = Element.CodeableConcept(words ?? (value is null ? null : conversion.Narrative.TextOf(value)));
        else if (words is not null) concept.Set("text", words);
        if (concept is null) return;
        string what = statement.Child("code")?["displayName"] ?? "";
        DraftObject condition = Statements.Start("Condition", statement, conversion);
        if (what.Contains("初步", StringComparison.Ordinal)) condition.Set("verificationStatus", Element.CodeableConcept(CodeSystems.ConditionVerification, "provisional", null, null));
        condition.Append("category", ProblemEntries.Category(scope.Section.ConditionCategory is { } category and not "health-concern" ? category : "encounter-diagnosis"));
        condition["code"] = concept;
        condition.Set("encounter", conversion.Encounter?.DeepClone());
        condition.Set("recordedDate", Times.Point(statement.Child("effectiveTime"), conversion));
        if (what.Length > 0) condition.Append("note", Element.Annotation(what));
        scope.Add(condition);
    }

    // DE02.10.023.00 says whether there are allergies, DE02.10.022.00 which: what both say is taken, what they contradict is not.
    private static bool Allergy(CdaNode flag, EntryScope scope)
    {
        CdaConversion conversion = scope.Conversion;
        CdaNode? detail = Statements.Inner(flag).Select(inner => inner.Statement).FirstOrDefault(inner => inner.Name == "observation" && HasValue(inner));
        string? words = detail?.Child("value") is { } value ? conversion.Narrative.TextOf(value) : null;
        bool denied = words is null || words.StartsWith('无') || words.StartsWith('否') || words.StartsWith('未');
        string? said = flag.Child("value")?["value"];
        bool? has = said is "true" or "1" ? true : said is "false" or "0" ? false : null;
        if (has is null || has == true && denied || has == false && words is not null && !denied)
        {
            conversion.Warn("conflict", flag, "flag and words of the allergy history do not say the same, or the flag alone says that there is one; which holds must not be guessed. It is not mapped; the text of the section has both.");
            return false;
        }

        DraftObject allergy = Statements.Start("AllergyIntolerance", flag, conversion, "patient");
        allergy.Set("clinicalStatus", Element.CodeableConcept("http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "active", null, null));
        allergy.Set("verificationStatus", Element.CodeableConcept("http://terminology.hl7.org/CodeSystem/allergyintolerance-verification", "confirmed", null, null));
        allergy.Set("code", has == true ? Element.CodeableConcept(words) : Element.CodeableConcept(CodeSystems.Snomed, "716186003", "No known allergy", words));
        allergy.Set("encounter", conversion.Encounter?.DeepClone());
        if (detail is not null) detail.Used = true;
        scope.Add(allergy);
        return true;
    }

    // A prescription (C0004, C0005) states drugs that are to be given, in whatever mood it writes them.
    private static bool Drug(CdaNode statement, EntryScope scope)
    {
        if (MedicationEntries.Material(statement) is not { } material || (material.Child("code")?["code"] is null && material.Child("code")?["displayName"] is null && material.Child("name")?.Text is null)) return true;
        return MedicationEntries.Read(statement, scope, scope.Conversion.Document.Child("code")?["code"] is "C0004" or "C0005" ? "order" : null);
    }

    private static string? Kind(CdaNode statement) => DataElements.Of(statement.Child("code")?["code"])?.Kind;

    private static bool HasValue(CdaNode statement) =>
        statement.Child("value") is { } value && (value["value"] is not null || value["code"] is not null || value["displayName"] is not null || value.First is not null);
}
