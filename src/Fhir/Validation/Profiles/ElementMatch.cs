using Consortium.Fhir.Definitions;
using Consortium.Fhir.Json;

namespace Consortium.Fhir.Validation.Profiles;

/// <summary>
/// Compares an element with the value that a profile fixes, or with its pattern
/// (FHIR R4 elementdefinition-definitions.html#ElementDefinition.fixed[x], #ElementDefinition.pattern[x]).
/// </summary>
internal static class ElementMatch
{
    private const int MaxDepth = 40;

    /// <summary>Exactly the fixed value: nothing missing, nothing more, items in order. Null where equal, else the path of the first difference.</summary>
    public static string? DifferenceFromFixed(FhirDocument document, int at, FhirNode wanted) => Fixed(document, at, wanted.Place(), 0);

    /// <summary>At least what the pattern has, items in any order. Null where it matches, else the path of the first difference.</summary>
    public static string? DifferenceFromPattern(FhirDocument document, int at, FhirNode wanted) => Pattern(document, at, wanted.Place(), 0);

    private static string? Fixed(FhirDocument document, int at, (FhirDocument Document, int Index) wanted, int depth)
    {
        if (!SameValue(document, at, wanted) || depth > MaxDepth) return "value";
        if (IsBare(document, at) && IsBare(wanted.Document, wanted.Index)) return null;
        Dictionary<int, List<int>> has = Children(document, at), wants = Children(wanted.Document, wanted.Index);
        foreach ((int name, List<int> items) in wants)
        {
            List<int> found = has.GetValueOrDefault(name, []);
            if (found.Count != items.Count) return Named(name, found.Count == 0 ? " (missing)" : $" ({found.Count} in place of {items.Count})");
            for (int i = 0; i < items.Count; i++)
            {
                if (Fixed(document, found[i], (wanted.Document, items[i]), depth + 1) is { } difference) return Below(name, difference);
            }
        }

        foreach (int name in has.Keys)
        {
            if (!wants.ContainsKey(name)) return Named(name, " (not in the fixed value)");
        }

        return null;
    }

    private static string? Pattern(FhirDocument document, int at, (FhirDocument Document, int Index) wanted, int depth)
    {
        if ((wanted.Document.HasValue(wanted.Index) && !SameValue(document, at, wanted)) || depth > MaxDepth) return "value";
        Dictionary<int, List<int>>? has = null;
        foreach ((int name, List<int> items) in Children(wanted.Document, wanted.Index))
        {
            has ??= Children(document, at);
            if (!has.TryGetValue(name, out List<int>? found)) return Named(name, " (missing)");
            foreach (int item in items)
            {
                string? difference = null;
                bool any = false;
                foreach (int candidate in found)
                {
                    string? here = Pattern(document, candidate, (wanted.Document, item), depth + 1);
                    any |= here is null;
                    difference ??= here;
                    if (any) break;
                }

                if (!any) return Below(name, difference!);
            }
        }

        return null;
    }

    /// <summary>A primitive without id and extensions: its value is all there is to compare.</summary>
    private static bool IsBare(FhirDocument document, int at) => ElementChildren.Holder(document.Nodes, at) < 0;

    private static bool SameValue(FhirDocument document, int at, (FhirDocument Document, int Index) wanted)
    {
        bool has = document.HasValue(at), wants = wanted.Document.HasValue(wanted.Index);
        return has == wants && (!has || document.Value(at).SequenceEqual(wanted.Document.Value(wanted.Index)));
    }

    /// <summary>Children by name; ids belong to the instance and are no part of the value.</summary>
    private static Dictionary<int, List<int>> Children(FhirDocument document, int at)
    {
        Dictionary<int, List<int>> byName = [];
        ElementChildren children = document.ChildrenOf(at);
        while (children.MoveNext())
        {
            int name = R4Tables.Instance.Elements[document.Nodes[children.Current].Element].Name;
            if (name == Conformance.ProfileNames.Id) continue;
            if (!byName.TryGetValue(name, out List<int>? items)) byName.Add(name, items = []);
            items.Add(children.Current);
        }

        return byName;
    }

    private static string Named(int name, string what) => R4Tables.Instance.Text(name) + what;

    private static string Below(int name, string difference) =>
        difference == "value" ? R4Tables.Instance.Text(name) : $"{R4Tables.Instance.Text(name)}.{difference}";
}
