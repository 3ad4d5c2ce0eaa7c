using Consortium.Fhir;

namespace Consortium.Adapters.Elements;

/// <summary>
/// What R4 asks of every Observation with the code of a vital sign, whoever sent it: the category, and a time, or that it is not
/// known (FHIR R4 observation-vitalsigns.html; extension data-absent-reason). Nothing is guessed.
/// </summary>
public static class VitalSigns
{
    private static readonly DraftObject Category = DraftNode.Shared(Element.CodeableConcept(CodeSystems.ObservationCategory, "vital-signs", "Vital Signs", null)!);

    private const string DataAbsentReason = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";

    /// <summary>Adds to an Observation what the profile of its code asks for and the source did not say.</summary>
    public static DraftObject Complete(DraftObject observation)
    {
        if (!IsVitalSign(observation)) return observation;
        if (!HasCategory(observation))
        {
            observation.Append("category", Category);
        }

        if (!IsDated(observation))
        {
            observation["_effectiveDateTime"] = new DraftObject
            {
                ["extension"] = new DraftArray(new DraftObject { ["url"] = DataAbsentReason, ["valueCode"] = "unknown" }),
            };
        }

        return observation;
    }

    private static bool IsDated(DraftObject observation)
    {
        for (int i = 0; i < observation.Count; i++)
        {
            if (observation.NameAt(i) is ['e' or '_', ..] name && name.AsSpan().TrimStart('_').StartsWith("effective", StringComparison.Ordinal)) return true;
        }

        return false;
    }

    private static bool IsVitalSign(DraftObject observation)
    {
        if ((observation.Peek("code") as DraftObject)?.Peek("coding") is not DraftArray codings) return false;
        for (int i = 0; i < codings.Count; i++)
        {
            if (codings.Peek(i) is DraftObject coding && FhirR4.MandatedProfile(coding.Text("system") ?? "", coding.Text("code") ?? "") is not null) return true;
        }

        return false;
    }

    private static bool HasCategory(DraftObject observation)
    {
        if (observation.Peek("category") is not DraftArray categories) return false;
        for (int i = 0; i < categories.Count; i++)
        {
            if (IsOfVitalSigns(categories.Peek(i))) return true;
        }

        return false;
    }

    private static bool IsOfVitalSigns(DraftNode? concept)
    {
        if ((concept as DraftObject)?.Peek("coding") is not DraftArray codings) return false;
        for (int i = 0; i < codings.Count; i++)
        {
            if (codings.Peek(i) is DraftObject coding && coding.Text("system") == CodeSystems.ObservationCategory && coding.Text("code") == "vital-signs") return true;
        }

        return false;
    }
}
