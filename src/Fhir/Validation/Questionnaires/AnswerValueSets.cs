using System.Text;
using Consortium.Fhir.Definitions;

namespace Consortium.Fhir.Validation.Questionnaires;

/// <summary>Whether a value set has a code.</summary>
internal enum ValueSetMembership
{
    In,
    Out,

    /// <summary>It cannot be told here.</summary>
    Undecided,
}

/// <summary>Looks codes up in the value sets that a Questionnaire names: contained ones, those of R4, and those of packages.</summary>
internal sealed class AnswerValueSets(ResponseContext context)
{
    private readonly Dictionary<string, HashSet<(string System, string Code)>?> _listed = new(StringComparer.Ordinal);

    /// <param name="canonical">The value set: <c>#id</c> of a contained one, or a canonical URL.</param>
    /// <param name="system">The code system, or null where none is stated.</param>
    /// <param name="code">The code.</param>
    /// <param name="anySystem">Whether the code alone decides.</param>
    /// <param name="reason">What is allowed, or why it cannot be decided, for a message.</param>
    public ValueSetMembership Contains(string canonical, string? system, string code, bool anySystem, out string reason)
    {
        R4Tables tables = R4Tables.Instance;
        int row = canonical.StartsWith('#') ? 0 : tables.FindValueSet(canonical);
        if (row != 0)
        {
            ValueSetExpansion expansion = tables.Expansion(row);
            reason = expansion.Undecidable ?? $"; allowed: {expansion.Sample}";
            if (expansion.Undecidable is not null) return ValueSetMembership.Undecided;
            byte[] utf8 = Encoding.UTF8.GetBytes(code);
            return (anySystem ? expansion.Contains(utf8) : expansion.Contains(Encoding.UTF8.GetBytes(system ?? string.Empty), utf8)) ? ValueSetMembership.In : ValueSetMembership.Out;
        }

        if (!_listed.TryGetValue(canonical, out HashSet<(string System, string Code)>? codes))
        {
            FhirNode valueSet = CanonicalTargets.Find(context.Validation, context.Form.Node, "ValueSet", canonical);
            _listed.Add(canonical, codes = valueSet.Exists ? Listed(valueSet) : null);
        }

        reason = "the value set is not known, or does not list its codes";
        if (codes is null) return ValueSetMembership.Undecided;
        reason = $"; allowed: {FhirNodeValues.Shown([.. codes.Select(c => c.Code)])}";
        bool found = anySystem ? codes.Any(c => c.Code == code) : codes.Contains((system ?? string.Empty, code));
        return found ? ValueSetMembership.In : ValueSetMembership.Out;
    }

    /// <summary>The codes of a value set that lists each of them (FHIR R4 valueset.html#compositions); null where rules would have to be worked out.</summary>
    private static HashSet<(string System, string Code)>? Listed(FhirNode valueSet)
    {
        HashSet<(string System, string Code)> codes = [];
        if (valueSet.Child("compose") is not { Exists: true } compose)
        {
            FhirNode expansion = valueSet.Child("expansion");
            if (!expansion.Exists) return null;
            AddExpanded(expansion, codes);
            return codes;
        }

        if (compose.Child("exclude").Exists) return null;
        foreach (FhirNode include in compose.ChildrenNamed("include"))
        {
            if (include.Child("valueSet").Exists || include.Child("filter").Exists || !include.Child("concept").Exists) return null;
            foreach (FhirNode concept in include.ChildrenNamed("concept"))
            {
                if (concept.Text("code") is { } code) codes.Add((include.Text("system") ?? string.Empty, code));
            }
        }

        return codes;
    }

    private static void AddExpanded(FhirNode holder, HashSet<(string System, string Code)> codes)
    {
        foreach (FhirNode contains in holder.ChildrenNamed("contains"))
        {
            if (contains.Text("code") is { } code && contains.Text("abstract") != "true") codes.Add((contains.Text("system") ?? string.Empty, code));
            AddExpanded(contains, codes);
        }
    }
}
