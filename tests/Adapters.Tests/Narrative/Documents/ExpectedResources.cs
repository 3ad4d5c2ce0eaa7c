using System.Globalization;
using System.Text;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Narrative;
using Consortium.Adapters.Tests.Narrative.Facts;
using Consortium.Testing;

namespace Consortium.Adapters.Tests.Narrative.Documents;

/// <summary>A resource of a fact, or what the reviewed table (<c>Expected/*.tsv</c>) says it should be.</summary>
/// <param name="Code">The code of what it is about; <c>-</c> for none, <c>*</c> where the row does not say.</param>
/// <param name="Section">LOINC of the section of the Composition that refers to it; <c>*</c> where the row does not say, or where another place of the note does.</param>
internal sealed record FactResource(int Start, int End, string Type, string Status, string Value, string Code = "*", string Section = "*")
{
    public bool IsLike(FactResource other) => Type == other.Type && Start < other.End && other.Start < End && Status == other.Status && (Value == "*" || other.Value == "*" || Value == other.Value);
}

/// <summary>Reads the reviewed tables, and the resources of a converted note in the same form.</summary>
internal static class ExpectedResources
{
    public static ILookup<string, FactResource> Of(string language) =>
        File.ReadLines(Repository.Path($"tests/Adapters.Tests/Narrative/Documents/Expected/{language}.tsv"))
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line.Split('\t'))
            .ToLookup(cells => cells[0], cells => new FactResource(int.Parse(cells[1], CultureInfo.InvariantCulture), int.Parse(cells[2], CultureInfo.InvariantCulture), cells[3], cells[4], cells[5], cells[7], cells[8]), StringComparer.Ordinal);

    /// <summary>What a note became: one for each place of evidence.</summary>
    public static List<FactResource> Made(GoldNote note)
    {
        ConversionResult result = GoldDocuments.Convert(note);
        if (result.IsRejected) return [new FactResource(0, 0, "Refused", "-", "-")];
        List<FactResource> made = [];
        Dictionary<string, string> sections = Sections(result);
        foreach (ResourceDraft draft in result.Resources)
        {
            if (Described(draft.Json) is not { } described) continue;
            string section = sections.GetValueOrDefault($"{draft.ResourceType}/{draft.Id}", "-");
            foreach ((int start, int length) in Evidence(draft.Json))
            {
                made.Add(new FactResource(start, start + length, described.Type, described.Status, described.Value, Code(draft.Json), section));
                section = "*";
            }
        }

        // What a list states, the text says again: the Condition of the list stands for it.
        foreach (DiagnosisFact again in GoldDocuments.Read(note).Facts.OfType<DiagnosisFact>().Where(fact => fact.IsListedToo))
        {
            string status = again.Assertion switch { Assertion.Negated => "refuted", Assertion.Uncertain => "provisional", _ => "stated" };
            made.Add(new FactResource(again.Span.Start, again.Span.End, "Condition", status, "-"));
        }

        return made;
    }

    /// <summary>Offset and length of each place.</summary>
    public static IEnumerable<(int Start, int Length)> Evidence(DraftObject resource)
    {
        foreach (DraftNode? extension in resource["extension"] as DraftArray ?? [])
        {
            if ((string?)extension!["url"] != Adapters.Narrative.Evidence.Url) continue;
            DraftArray parts = extension["extension"]!.AsArray();
            yield return ((int)parts[0]!["valueUnsignedInt"]!, (int)parts[1]!["valuePositiveInt"]!);
        }
    }

    // What the sections of the Composition refer to, by LOINC.
    private static Dictionary<string, string> Sections(ConversionResult result)
    {
        var sections = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (ResourceDraft composition in result.Resources.Where(draft => draft.ResourceType == "Composition"))
        {
            foreach (DraftNode? section in composition.Json["section"] as DraftArray ?? [])
            {
                foreach (DraftNode? entry in section!["entry"] as DraftArray ?? []) sections.TryAdd((string)entry!["reference"]!, (string?)section["code"]?["coding"]?[0]?["code"] ?? "-");
            }
        }

        return sections;
    }

    private static string Code(DraftObject resource) =>
        (string?)(resource["medicationCodeableConcept"] ?? resource["code"] ?? resource["condition"]?[0]?["code"])?["coding"]?[0]?["code"] ?? "-";

    // What an image shows is stated by the note, and provisional for the patient.
    private static string? Asserted(DraftObject resource) => (string?)resource["extension"]![0]!["extension"]![2]!["valueCode"];

    private static (string Type, string Status, string Value)? Described(DraftObject resource)
    {
        string? category = (string?)resource["resourceType"] == "Observation" ? (string?)resource["category"]![0]!["coding"]![0]!["code"] : null;
        return (string?)resource["resourceType"] switch
        {
            "Condition" => ("Condition", (string?)resource["verificationStatus"]!["coding"]![0]!["code"] switch { "refuted" => "refuted", "provisional" or "differential" when Asserted(resource) == "uncertain" => "provisional", _ => "stated" }, "-"),
            "FamilyMemberHistory" => ("Family", "stated", "-"),
            "Procedure" when (string?)resource["status"] == "completed" => ("Procedure", "done", "-"),
            "MedicationRequest" => ("Drug", "stated", Dosage(resource["dosageInstruction"]?[0])),
            "MedicationStatement" when (string?)resource["status"] != "stopped" => ("Drug", "stated", Dosage(resource["dosage"]?[0])),
            "Observation" when category == "exam" => ("Finding", (string?)resource["valueCodeableConcept"]?["coding"]?[0]?["code"] switch { "LA9633-4" => "present", "LA9634-2" => "absent", _ => "unknown" }, "-"),
            "Observation" when category == "laboratory" => ("Lab", "measured", Value(resource)),
            "Observation" when category == "vital-signs" => ("Vital", "measured", Value(resource)),
            _ => null,
        };
    }

    private static string Dosage(DraftNode? dosage)
    {
        DraftNode? rate = dosage?["doseAndRate"]?[0];
        string dose = Bounds(rate?["doseQuantity"]?["value"] ?? rate?["doseRange"]?["low"]?["value"], rate?["doseRange"]?["high"]?["value"]);
        DraftNode? repeat = dosage?["timing"]?["repeat"];
        string frequency = repeat?["frequency"] is null ? "-" : $"{Bounds(repeat["frequency"], repeat["frequencyMax"])}/{Bounds(repeat["period"], repeat["periodMax"])}/{(string?)repeat["periodUnit"]}";
        return $"{dose} {frequency}";
    }

    private static string Bounds(DraftNode? low, DraftNode? high) => low is null ? "-" : low.ToJsonString() + (high is null ? "" : "-" + high.ToJsonString());

    private static string Value(DraftObject observation)
    {
        if (observation["dataAbsentReason"] is not null || observation["component"]?[0]?["dataAbsentReason"] is not null) return "absent";
        if (observation["component"] is DraftArray parts) return $"{parts[0]!["valueQuantity"]!["value"]!.ToJsonString()}/{Quantity(parts[1]!["valueQuantity"]!)}";
        if (observation["valueQuantity"] is { } quantity) return Quantity(quantity);
        if (observation["valueRatio"] is { } ratio) return $"ratio:{ratio["numerator"]!["value"]!.ToJsonString()}:{ratio["denominator"]!["value"]!.ToJsonString()}";
        string text = (string?)observation["valueCodeableConcept"]?["text"] ?? (string?)observation["valueString"] ?? "";
        return (text.Length > 0 && (char.IsAsciiDigit(text[^1]) || text[0] is '<' or '>') && text.All(c => char.IsAsciiDigit(c) || c is '.' or '/' or '<' or '>' or '=') ? "text:" : "words:") + Consortium.Adapters.Chinese.Folding.Fold(text);
    }

    private static string Quantity(DraftNode quantity)
    {
        string? code = (string?)quantity["code"];
        return $"{(string?)quantity["comparator"]}{quantity["value"]!.ToJsonString()}{(code is null ? "" : " " + code)}";
    }
}
