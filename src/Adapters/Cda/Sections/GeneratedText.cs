using Consortium.Adapters.Cda.Entries;
using Consortium.Adapters.Cda.Xml;
using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Cda.Sections;

/// <summary>
/// What the entries of a section without narrative say, a line each. The sharing documents of WS/T 500 leave <c>text</c> empty; FHIR wants words that a person can read.
/// </summary>
internal static class GeneratedText
{
    /// <summary>The lines; none where the entries have no values.</summary>
    public static List<string> Of(CdaNode section, CdaConversion conversion)
    {
        List<string> lines = [];
        foreach (CdaNode entry in section.Children("entry"))
        {
            if (Statements.Of(entry) is { } statement) Add(lines, statement, conversion);
        }

        return lines;
    }

    /// <summary>What one observation says, name and value; null where it has no value.</summary>
    public static string? Line(CdaNode statement, CdaConversion conversion)
    {
        CdaNode? code = statement.Child("code");
        string? name = code?["displayName"] ?? code?["code"];
        IEnumerable<string> values = statement.Children("value").Select(value => Shown(value, conversion)).OfType<string>();
        string said = string.Join("; ", values);
        return said.Length == 0 ? null : name is null ? said : $"{name}: {said}";
    }

    private static void Add(List<string> lines, CdaNode statement, CdaConversion conversion)
    {
        if (statement.Name == "substanceAdministration")
        {
            CdaNode? material = MedicationEntries.Material(statement);
            string? drug = material?.Child("code")?["displayName"] ?? material?.Child("name")?.Text;
            CdaNode? dose = statement.Child("doseQuantity");
            string said = string.Join(' ', new[] { drug, dose?["value"], dose?["unit"], statement.Child("routeCode")?["displayName"] }.Where(part => part is not null));
            if (said.Length > 0) lines.Add(said);
        }
        else if (Line(statement, conversion) is { } line)
        {
            lines.Add(line);
        }
        else if (statement.Name is "procedure" or "act" or "encounter" && statement.Child("code")?["displayName"] is { } name)
        {
            lines.Add(name);
        }

        foreach ((_, CdaNode inner) in Statements.Inner(statement)) Add(lines, inner, conversion);
    }

    private static string? Shown(CdaNode value, CdaConversion conversion)
    {
        if (value.Type is "CD" or "CE" or "CV" or "CO" or "CS") return value["displayName"] is { } display ? value["code"] is { } code ? $"{display} ({code})" : display : value["code"];
        if (value["value"] is { } number) return value["unit"] is { } unit ? $"{number} {unit}" : number;
        if (value.Child("low")?["value"] is { } low) return $"{low} - {value.Child("high")?["value"]} {value.Child("low")!["unit"]}".TrimEnd();
        return conversion.Narrative.TextOf(value);
    }
}
