using Consortium.Fhir.Definitions;

namespace Consortium.Fhir.Expressions.Functions;

/// <summary>
/// What FHIRPath asks of definitions: the ElementDefinition of an element, and the hierarchy of a code system (FHIR R4
/// fhirpath.html#functions). Unknown code systems and incomplete ones give empty.
/// </summary>
internal static class DefinitionFunctions
{
    private const string Core = "http://hl7.org/fhir/StructureDefinition/";

    /// <summary>Most concepts looked at, and how deep, so that a hostile code system ends.</summary>
    private const int MostConcepts = 1_000_000;
    private const int MostDeep = 64;

    public static readonly Dictionary<string, (int, int, Function)> All = new(StringComparer.Ordinal)
    {
        ["elementDefinition"] = (0, 0, ElementDefinition),
        ["subsumes"] = (1, 1, static (Evaluation e, in Scope s, PathList input, Expression[] a, PathList output) => Subsumes(e, s, input, a[0], output, reversed: false)),
        ["subsumedBy"] = (1, 1, static (Evaluation e, in Scope s, PathList input, Expression[] a, PathList output) => Subsumes(e, s, input, a[0], output, reversed: true)),
        ["slice"] = (2, 2, static (Evaluation e, in Scope s, PathList input, Expression[] a, PathList output) =>
            throw new FhirPathException("slice() is not evaluated here: which slice an element belongs to is decided by validating against the profile.")),
    };

    private static void ElementDefinition(Evaluation e, in Scope scope, PathList input, Expression[] arguments, PathList output)
    {
        foreach (ref readonly PathValue item in input.Items)
        {
            if (!item.IsNode) continue;
            int element = item.Document.Nodes[item.NodeIndex].Element;
            string path = element == 0 || item.NodeIndex == 0 ? (item.TypeRow == 0 ? string.Empty : e.Tables.TypeName(item.TypeRow)) : e.Tables.Text(e.Tables.Elements[element].Path);
            string type = path.Split('.')[0];
            if (type.Length == 0 || e.Definitions.Find("StructureDefinition", Core + type) is not { } definition) continue;
            foreach (FhirNode candidate in definition.Root.Child("snapshot").ChildrenNamed("element"))
            {
                e.Spend(1);
                if (candidate.Child("path").Value != path) continue;
                (FhirDocument document, int at) = candidate.Place();
                output.Add(PathValue.Of(document, at));
                break;
            }
        }
    }

    private static void Subsumes(Evaluation e, in Scope scope, PathList input, Expression argument, PathList output, bool reversed)
    {
        if (!Singleton.TryTake(input, out PathValue item) || !Singleton.TryEvaluate(argument, e, scope, out PathValue other)) return;
        (PathValue general, PathValue special) = reversed ? (other, item) : (item, other);
        bool? any = false;
        foreach ((string system, string code) in Codes(e, general))
        {
            foreach ((string otherSystem, string otherCode) in Codes(e, special))
            {
                bool? subsumes = system != otherSystem ? false : code == otherCode ? true : IsAbove(e, system, code, otherCode);
                any |= subsumes;
            }
        }

        if (any is { } truth) output.Add(PathValue.Of(truth));
    }

    private static List<(string System, string Code)> Codes(Evaluation e, PathValue value)
    {
        if (!value.IsNode || value.TypeRow == 0 || e.Tables.TypeName(value.TypeRow) is not ("Coding" or "CodeableConcept") ) throw new FhirPathException("A Coding or a CodeableConcept is expected.");
        FhirNode node = new(value.Document, value.NodeIndex);
        IEnumerable<FhirNode> codings = e.Tables.TypeName(value.TypeRow) == "Coding" ? [node] : node.ChildrenNamed("coding");
        return [.. codings.Select(c => (c.Child("system").Value ?? string.Empty, c.Child("code").Value ?? string.Empty)).Where(c => c.Item2.Length > 0)];
    }

    /// <summary>Null where the code system does not tell.</summary>
    private static bool? IsAbove(Evaluation e, string system, string ancestor, string code)
    {
        if (system.Length == 0 || e.Definitions.Find("CodeSystem", system) is not { } codeSystem || codeSystem.Root.Child("content").Value != "complete") return null;
        int left = MostConcepts;
        bool? below = Below(e, codeSystem.Root, ancestor, code, within: false, depth: 0, ref left);
        return below ?? false;
    }

    /// <summary>Whether the code stands below its ancestor; null where it was not met.</summary>
    private static bool? Below(Evaluation e, FhirNode parent, string ancestor, string code, bool within, int depth, ref int left)
    {
        if (depth > MostDeep) return null;
        foreach (FhirNode concept in parent.ChildrenNamed("concept"))
        {
            if (--left < 0) return null;
            e.Spend(1);
            string? own = concept.Child("code").Value;
            if (own == code) return within;
            if (Below(e, concept, ancestor, code, within || own == ancestor, depth + 1, ref left) is { } found) return found;
        }

        return null;
    }
}
