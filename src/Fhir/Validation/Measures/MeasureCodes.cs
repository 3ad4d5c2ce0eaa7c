namespace Consortium.Fhir.Validation.Measures;

/// <summary>Matches what a MeasureReport reports with what its Measure defines, by code (FHIR R4 measurereport.html).</summary>
internal static class MeasureCodes
{
    /// <summary>Definitions by what their code says: of two with the same the first counts.</summary>
    public static Dictionary<string, FhirNode> Index(IEnumerable<FhirNode> definitions)
    {
        Dictionary<string, FhirNode> index = new(StringComparer.Ordinal);
        foreach (FhirNode definition in definitions)
        {
            foreach (string key in Keys(definition.Child("code"))) index.TryAdd(key, definition);
        }

        return index;
    }

    /// <summary>The definition with that code; does not exist where there is none.</summary>
    public static FhirNode Find(Dictionary<string, FhirNode> definitions, FhirNode code)
    {
        foreach (string key in Keys(code))
        {
            if (definitions.TryGetValue(key, out FhirNode found)) return found;
        }

        return default;
    }

    /// <summary>Whether two CodeableConcepts say the same: a coding in common, or without codings the same text.</summary>
    public static bool AreSame(FhirNode a, FhirNode b) => Keys(a).Intersect(Keys(b), StringComparer.Ordinal).Any();

    /// <summary>A code of the definitions, for a message.</summary>
    public static string Shown(FhirNode code)
    {
        if (!code.Exists) return "(without code)";
        string? coded = Codings(code).Select(c => c.Text("code")).FirstOrDefault();
        return FhirNodeValues.Shown(coded ?? code.Text("text") ?? string.Empty);
    }

    public static bool HasCoding(FhirNode code, string system, string value) =>
        code.Exists && Codings(code).Any(c => c.Text("system") == system && c.Text("code") == value);

    private static IEnumerable<string> Keys(FhirNode code)
    {
        if (!code.Exists) yield break;
        bool coded = false;
        foreach (FhirNode coding in Codings(code))
        {
            coded = true;
            yield return $"{coding.Text("system")}\n{coding.Text("code")}";
        }

        if (!coded && code.Text("text") is { } text) yield return "text\n\n" + text;
    }

    private static IEnumerable<FhirNode> Codings(FhirNode code) => code.ChildrenNamed("coding").Where(c => c.Text("code") is not null);
}
