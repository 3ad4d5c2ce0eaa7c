using System.Text.RegularExpressions;

namespace Consortium.Fhir.Terminology;

/// <summary>Selects concepts by one filter of a value set's compose (FHIR R4 valueset.html#filters, codesystem.html#filters).</summary>
internal static class ConceptFilter
{
    private static readonly TimeSpan s_regexLimit = TimeSpan.FromMilliseconds(200);

    /// <summary>The codes that the filter selects; null where it has no meaning that can be worked out here.</summary>
    public static HashSet<string>? Select(CodeSystemContent system, string property, string op, string value)
    {
        bool concept = property is "concept" or "code";
        switch (op)
        {
            case "is-a" when concept: return [.. system.Below(value), value];
            case "descendent-of" when concept: return system.Below(value);
            case "is-not-a" when concept: return NotBelow(system, value);
            case "generalizes" when concept: return [.. system.Above(value), value];
            case "=" when concept: return [value];
            case "in" when concept: return [.. Listed(value)];
            case "not-in" when concept: return [.. system.Concepts.Select(c => c.Code).Except(Listed(value), StringComparer.Ordinal)];
            case "=" when property == "parent": return [.. system.Children(value).Select(c => c.Code)];
            case "=" when property == "child": return [.. system.Find(value)?.Parents ?? []];
            case "exists" when property is "parent": return Matching(system, c => (c.Parents.Count > 0) == (value == "true"));
            case "exists" when property is "child": return Matching(system, c => (system.Children(c.Code).Count > 0) == (value == "true"));
        }

        Func<CodeSystemConcept, IEnumerable<string>>? values = Values(system, property, concept);
        if (values is null) return null;
        switch (op)
        {
            case "=": return Matching(system, c => values(c).Any(v => Same(v, value)));
            case "in":
                string[] wanted = [.. Listed(value)];
                return Matching(system, c => values(c).Any(v => wanted.Any(w => Same(v, w))));
            case "not-in":
                string[] unwanted = [.. Listed(value)];
                return Matching(system, c => !values(c).Any(v => unwanted.Any(w => Same(v, w))));
            case "exists": return value is "true" or "false" ? Matching(system, c => values(c).Any() == (value == "true")) : null;
            case "regex": return ByRegex(system, values, value);
            default: return null;
        }
    }

    private static HashSet<string> NotBelow(CodeSystemContent system, string ancestor)
    {
        HashSet<string> below = system.Below(ancestor);
        return Matching(system, c => c.Code != ancestor && !below.Contains(c.Code));
    }

    private static HashSet<string> Matching(CodeSystemContent system, Func<CodeSystemConcept, bool> matches) =>
        [.. system.Concepts.Where(matches).Select(c => c.Code)];

    private static Func<CodeSystemConcept, IEnumerable<string>>? Values(CodeSystemContent system, string property, bool concept)
    {
        if (concept) return static c => [c.Code];
        if (property == "display") return static c => c.Display is null ? [] : [c.Display];
        // Neither declared nor used: the property may come from a version or a supplement that is not here.
        if (!system.PropertyTypes.ContainsKey(property) && !system.Concepts.Exists(c => c.Values(property).Any())) return null;
        // Of a boolean property false is the default (FHIR R4 codesystem.html#defined-props).
        if (property is "inactive") return static c => [c.IsInactive ? "true" : "false"];
        if (property is "notSelectable" or "abstract") return static c => [c.IsAbstract ? "true" : "false"];
        return c => c.Values(property);
    }

    private static IEnumerable<string> Listed(string value) => value.Split(',').Select(v => v.Trim());

    private static bool Same(string value, string wanted) =>
        value == wanted || (value.Contains('#') && wanted.Contains('|') && value == wanted.Replace('|', '#'));

    private static HashSet<string>? ByRegex(CodeSystemContent system, Func<CodeSystemConcept, IEnumerable<string>> values, string pattern)
    {
        try
        {
            Regex regex = new($"^(?:{pattern})$", RegexOptions.CultureInvariant, s_regexLimit);
            return Matching(system, c => values(c).Any(regex.IsMatch));
        }
        catch (ArgumentException)
        {
            return null;
        }
        catch (RegexMatchTimeoutException)
        {
            return null;
        }
    }
}
