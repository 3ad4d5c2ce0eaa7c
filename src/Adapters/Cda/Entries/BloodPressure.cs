using Consortium.Adapters.Cda.Xml;
using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Cda.Entries;

/// <summary>
/// One systolic and one diastolic pressure of one organizer are one blood pressure, which R4 has as components of LOINC 85354-9
/// (observation-vitalsigns.html). Other numbers of them stay as they are.
/// </summary>
internal static class BloodPressure
{
    /// <summary>Puts the joined Observation in the place of the two.</summary>
    public static void Join(List<(CdaNode Statement, DraftObject Observation)> members, CdaNode organizer, CdaConversion conversion)
    {
        List<(CdaNode Statement, DraftObject Observation)> systolic = [.. members.Where(member => Is(member.Observation, "8480-6"))];
        List<(CdaNode Statement, DraftObject Observation)> diastolic = [.. members.Where(member => Is(member.Observation, "8462-4"))];
        if (systolic.Count != 1 || diastolic.Count != 1) return;
        DraftObject first = systolic[0].Observation, second = diastolic[0].Observation;
        if (!DraftNode.DeepEquals(Time(first), Time(second)) || !DraftNode.DeepEquals(first["status"], second["status"])) return;
        if (!Simple(first, "8480-6") || !Simple(second, "8462-4")) return;
        DraftObject joined = JsonBuilding.Resource("Observation", conversion.PlacedId("Observation", organizer, "85354-9"));
        foreach (DraftObject part in (DraftObject[])[first, second])
        {
            foreach (DraftNode? identifier in part["identifier"] as DraftArray ?? [])
            {
                if ((joined["identifier"] as DraftArray)?.Has(identifier) != true) joined.Append("identifier", identifier?.DeepClone());
            }
        }

        joined.Set("status", first["status"]).Set("category", first["category"]?.DeepClone());
        joined.Set("code", Element.CodeableConcept(CodeSystems.Loinc, "85354-9", "Blood pressure panel with all children optional", null));
        joined["subject"] = first["subject"];
        joined.Set("encounter", first["encounter"]?.DeepClone());
        foreach (string name in (string[])["effectiveDateTime", "effectivePeriod", "_effectiveDateTime", "performer", "bodySite", "method"]) joined.Set(name, first[name]?.DeepClone());
        foreach (DraftObject part in (DraftObject[])[first, second])
        {
            joined.Append("component", new DraftObject()
                .Set("code", part["code"]?.DeepClone())
                .Set("valueQuantity", part["valueQuantity"]?.DeepClone())
                .Set("interpretation", part["interpretation"]?.DeepClone())
                .Set("referenceRange", part["referenceRange"]?.DeepClone()));
            foreach (DraftNode? note in part["note"] as DraftArray ?? []) joined.Append("note", note?.DeepClone());
        }

        int at = members.FindIndex(member => ReferenceEquals(member.Observation, first));
        members[at] = (systolic[0].Statement, VitalSigns.Complete(joined));
        members.RemoveAll(member => ReferenceEquals(member.Observation, second));
    }

    private static bool Is(DraftObject observation, string loinc) =>
        (observation["code"]?["coding"] as DraftArray ?? []).Any(coding => (string?)coding?["system"] == CodeSystems.Loinc && (string?)coding?["code"] == loinc);

    // Nothing may be lost in the joining.
    private static bool Simple(DraftObject observation, string loinc) =>
        observation["valueQuantity"] is DraftObject quantity && ObservationEntry.FitsProfile(loinc, quantity)
        && !observation.ContainsKey("hasMember") && !observation.ContainsKey("component") && !observation.ContainsKey("specimen");

    private static DraftNode? Time(DraftObject observation) => observation["effectiveDateTime"] ?? observation["effectivePeriod"];
}
