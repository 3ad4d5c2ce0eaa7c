using System.Collections.Frozen;
using Consortium.Adapters.Cda.Header;
using Consortium.Adapters.Cda.Types;
using Consortium.Adapters.Cda.Xml;
using Consortium.Adapters.Chinese;
using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Cda.Entries;

/// <summary>Observations of every section (results, vital signs, social history, functional and mental status, nutrition …) to Observation.</summary>
internal static class ObservationEntry
{
    private static readonly FrozenDictionary<string, string[]> VitalUnits = DataTable.BuiltIn("cda/vital-sign-units.tsv", 2)
        .ToFrozenDictionary(row => row.Cells[0], row => row.Cells[1].Split(' '), StringComparer.Ordinal);

    private const string BodyMassIndex = "39156-5";

    /// <summary>The Observation, not added yet; null where it says that something is not so, which an Observation cannot.</summary>
    /// <param name="statement">The observation.</param>
    /// <param name="scope">Where it stands.</param>
    /// <param name="category">Code of observation-category; null for the section's.</param>
    /// <param name="inherited">The organizer, whose time and performers hold where the observation has none.</param>
    public static DraftObject? Read(CdaNode statement, EntryScope scope, string? category, CdaNode? inherited = null)
    {
        CdaConversion conversion = scope.Conversion;
        if (statement.Is("negationInd"))
        {
            conversion.Warn("not-supported", statement, "the observation is negated, which FHIR's Observation cannot say; it is not mapped, lest the denied be read as stated. It stays in the section's text.");
            return null;
        }

        DraftObject observation = Statements.Start("Observation", statement, conversion)
            .Set("status", Statements.Status(statement, "observation-status", "unknown", conversion))
            .Append("category", Category(category ?? scope.Section.ObservationCategory));
        observation["code"] = Codes.ConceptOrReason(statement.Child("code"), conversion);
        observation.Set("encounter", conversion.Encounter?.DeepClone());
        if (!Times.Set(observation, "effective", Timed(statement.Child("effectiveTime")), conversion) && inherited is not null)
        {
            Times.Set(observation, "effective", Timed(inherited.Child("effectiveTime")), conversion);
        }

        observation.Set("issued", Times.Instant(statement.Down("author", "time"), conversion));
        AddPerformers(observation, statement, inherited, conversion);
        bool valued = ObservationValue.Set(observation, statement, conversion);
        observation.SetAll("interpretation", statement.Children("interpretationCode").Select(code => Codes.Concept(code, conversion)));
        observation.Notes(statement, conversion);
        observation.Set("bodySite", Codes.Concept(statement.Child("targetSiteCode"), conversion));
        observation.Set("method", Codes.Concept(statement.Child("methodCode"), conversion));
        observation.SetAll("referenceRange", statement.Children("referenceRange").Select(range => ReferenceRange(range.Child("observationRange"), conversion)));
        AddMembers(observation, statement, scope, category);
        if (!valued && !observation.ContainsKey("hasMember") && !observation.ContainsKey("component") && FirstLoinc(observation) is not null) observation.Set("dataAbsentReason", ObservationValue.AbsentReason("UNK"));
        KeepToProfile(observation, statement, conversion);
        return VitalSigns.Complete(observation);
    }

    /// <summary>Reads and adds; false where nothing was made of it.</summary>
    public static bool Add(CdaNode statement, EntryScope scope, string? category)
    {
        if (Read(statement, scope, category) is not { } observation) return false;
        scope.Add(observation);
        return true;
    }

    /// <summary>The category's concept; null without one.</summary>
    public static DraftObject? Category(string? code) => code is null ? null : Element.CodeableConcept(CodeSystems.ObservationCategory, code, null, null);

    /// <summary>One observationRange to a reference range; null where it says nothing.</summary>
    public static DraftObject? ReferenceRange(CdaNode? range, CdaConversion conversion)
    {
        if (range is null) return null;
        CdaNode? value = range.Child("value");
        var json = new DraftObject();
        if (value is not null)
        {
            json.Set("low", Quantities.Of(value.Child("low"), conversion)).Set("high", Quantities.Of(value.Child("high"), conversion));
        }

        string? text = conversion.Narrative.TextOf(range.Child("text")) ?? (json.Count == 0 ? value?.Text ?? value?["value"] : null);
        DraftObject? meaning = Codes.Concept(range.Child("interpretationCode"), conversion);
        json.Set("text", text ?? (json.Count == 0 ? Codes.Words(value, conversion) : null));
        return json.Count == 0 ? null : json.Set("type", Normal(meaning, range));
    }

    // N says that the range is the normal one (HL7 v3 ObservationInterpretation); others would need a coding of their own.
    private static DraftObject? Normal(DraftObject? meaning, CdaNode range) =>
        range.Child("interpretationCode")?["code"] == "N" ? Element.CodeableConcept("http://terminology.hl7.org/CodeSystem/referencerange-meaning", "normal", null, null) : meaning;

    private static CdaNode? Timed(CdaNode? time) => time is { NullFlavor: not null } && time.First is null ? null : time;

    private static void AddPerformers(DraftObject observation, CdaNode statement, CdaNode? inherited, CdaConversion conversion)
    {
        List<DraftObject> who = [.. People.Performers(statement, conversion).Select(performer => performer.Who)];
        if (who.Count == 0 && inherited is not null) who.AddRange(People.Performers(inherited, conversion).Select(performer => performer.Who));
        if (who.Count == 0 && (People.AuthorOf(statement, conversion) ?? (inherited is null ? null : People.AuthorOf(inherited, conversion))) is { } author) who.Add(author.Who);
        observation.SetAll("performer", who.Where(performer => ((string?)performer["reference"])?.StartsWith("Device/", StringComparison.Ordinal) != true));
    }

    // Parts of an assessment scale, and observations that belong to this one.
    private static void AddMembers(DraftObject observation, CdaNode statement, EntryScope scope, string? category)
    {
        foreach ((_, CdaNode inner) in Statements.Inner(statement))
        {
            if (inner.Used || inner.Name != "observation") continue;
            if (inner.HasTemplate("2.16.840.1.113883.10.20.22.4.86"))
            {
                inner.Used = true;
                DraftObject component = new DraftObject().Set("code", Codes.ConceptOrReason(inner.Child("code"), scope.Conversion));
                ObservationValue.Set(component, inner, scope.Conversion);
                component.Remove("component");
                observation.Append("component", component);
            }
            else if (EntryTemplates.Of(inner) is { Kind: "observation" or "assessment" } known && Read(inner, scope, known.Argument ?? category, statement) is { } member)
            {
                inner.Used = true;
                observation.Append("hasMember", scope.Conversion.Add(member));
            }
        }
    }

    private static string? FirstLoinc(DraftObject observation) =>
        (observation["code"]?["coding"] as DraftArray)?.OfType<DraftObject>().Where(coding => (string?)coding["system"] == CodeSystems.Loinc)
            .Select(coding => (string?)coding["code"]).FirstOrDefault(code => code is not null && VitalUnits.ContainsKey(code));

    // The profiles of vital signs fix their units. Another unit is kept as words: numbers are not converted here.
    private static void KeepToProfile(DraftObject observation, CdaNode statement, CdaConversion conversion)
    {
        if (FirstLoinc(observation) is not { } loinc || loinc is "8480-6" or "8462-4") return;
        FitValue(observation, loinc, statement, conversion);

        // The profile of the body mass index has a value always; without one it is named by words alone.
        if (loinc != BodyMassIndex || observation.ContainsKey("valueQuantity")) return;
        DraftObject code = observation["code"]!.AsObject();
        string? text = (string?)code["text"] ?? statement.Child("code")?["displayName"] ?? "Body mass index";
        var named = new DraftObject();
        foreach (DraftNode? coding in code["coding"] as DraftArray ?? [])
        {
            if ((string?)coding?["code"] != BodyMassIndex) named.Append("coding", coding?.DeepClone());
        }

        observation["code"] = named.Set("text", text);
    }

    private static void FitValue(DraftObject observation, string loinc, CdaNode statement, CdaConversion conversion)
    {
        foreach ((string name, DraftNode? value) in observation)
        {
            if (!name.StartsWith("value", StringComparison.Ordinal)) continue;
            if (name == "valueQuantity" && FitsProfile(loinc, value!.AsObject())) return;
            observation.Append("note", Element.Annotation(Shown(value)));
            observation.Remove(name);
            observation.Set("dataAbsentReason", ObservationValue.AbsentReason("OTH"));
            conversion.Warn("value", statement, "the value has not the form or unit that FHIR's profile of this vital sign asks for; it is kept as a note, as it is written.");
            return;
        }
    }

    /// <summary>Whether a quantity has a unit of the vital sign's profile; an annotation such as <c>{beats}/min</c> is dropped from its code, which changes nothing.</summary>
    internal static bool FitsProfile(string loinc, DraftObject quantity)
    {
        string? code = (string?)quantity["code"];
        if (code is null || quantity["comparator"] is not null && loinc is "85354-9") return false;
        int brace = code.IndexOf('{', StringComparison.Ordinal), end = code.IndexOf('}', StringComparison.Ordinal);
        if (brace == 0 && end > 0) code = code[(end + 1)..];
        if (!VitalUnits[loinc].Contains(code)) return false;
        quantity["code"] = code;
        return true;
    }

    private static string Shown(DraftNode? value) => value switch
    {
        DraftObject quantity when quantity["value"] is { } number => $"{(string?)quantity["comparator"]}{number} {(string?)quantity["unit"]}".Trim(),
        DraftObject concept => (string?)concept["text"] ?? (string?)(concept["coding"] as DraftArray)?[0]?["display"] ?? (string?)(concept["coding"] as DraftArray)?[0]?["code"] ?? "",
        _ => value?.ToString() ?? "",
    };
}
