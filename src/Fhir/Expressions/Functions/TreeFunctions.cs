using Consortium.Fhir.Json;

namespace Consortium.Fhir.Expressions.Functions;

/// <summary>Tree navigation, utility and type functions (FHIRPath N1 5.8, 5.9, 6.3).</summary>
internal static class TreeFunctions
{
    public static readonly Dictionary<string, (int, int, Function)> All = new(StringComparer.Ordinal)
    {
        ["children"] = (0, 0, static (Evaluation e, in Scope s, PathList input, Expression[] a, PathList output) =>
        {
            foreach (ref readonly PathValue item in input.Items) Children(item, output);
        }),
        ["descendants"] = (0, 0, Descendants),
        ["trace"] = (1, 2, static (Evaluation e, in Scope s, PathList input, Expression[] a, PathList output) => output.AddRange(input)),
        ["now"] = (0, 0, static (Evaluation e, in Scope s, PathList input, Expression[] a, PathList output) => output.Add(PathValue.Of(PathDateTime.Now(e.Now)))),
        ["today"] = (0, 0, static (Evaluation e, in Scope s, PathList input, Expression[] a, PathList output) => output.Add(PathValue.Of(PathDateTime.Now(e.Now).As(PathKind.Date)))),
        ["timeOfDay"] = (0, 0, static (Evaluation e, in Scope s, PathList input, Expression[] a, PathList output) => output.Add(PathValue.Of(PathDateTime.Now(e.Now).As(PathKind.Time)))),
        ["type"] = (0, 0, static (Evaluation e, in Scope s, PathList input, Expression[] a, PathList output) =>
        {
            foreach (ref readonly PathValue item in input.Items) output.Add(PathValue.Of(TypeSpecifier.NameOf(e.Tables, item)));
        }),
        ["defineVariable"] = (1, 2, DefineVariable),
    };

    private static void Children(in PathValue item, PathList output)
    {
        if (!item.IsNode) return;
        ElementChildren children = item.Document.ChildrenOf(item.NodeIndex);
        while (children.MoveNext()) output.Add(PathValue.Of(item.Document, children.Current));
    }

    private static void Descendants(Evaluation e, in Scope scope, PathList input, Expression[] arguments, PathList output)
    {
        foreach (ref readonly PathValue item in input.Items)
        {
            if (!item.IsNode) continue;
            int holder = ElementChildren.Holder(item.Document.Nodes, item.NodeIndex);
            if (holder >= 0) Below(item.Document, holder, output);
        }

        e.Spend(output.Count);
    }

    /// <summary>All elements under an object. Nodes stand in document order, so they are one run of nodes.</summary>
    private static void Below(FhirDocument document, int holder, PathList output)
    {
        Node[] nodes = document.Nodes;
        int end = nodes[holder].Start + nodes[holder].Length;
        for (int at = holder + 1; at < document.Count && nodes[at].Start < end; at++)
        {
            ref readonly Node node = ref nodes[at];
            if (node.Element == 0 || node.Kind == JsonKind.Array || node.Has(NodeFlags.Joined)) continue;
            if (node.Kind == JsonKind.Null && node.Companion == 0) continue;
            output.Add(PathValue.Of(document, at));
        }
    }

    private static void DefineVariable(Evaluation e, in Scope scope, PathList input, Expression[] arguments, PathList output)
    {
        if (!Singleton.TryText(arguments[0], e, scope, out string name)) throw new FhirPathException("defineVariable() needs a name.");
        if (name is "resource" or "rootResource" or "context" or "ucum" or "sct" or "loinc" || name.StartsWith("vs-", StringComparison.Ordinal) || name.StartsWith("ext-", StringComparison.Ordinal)) throw new FhirPathException($"%{name} cannot be defined.");
        PathList value = e.Rent();
        if (arguments.Length == 1)
        {
            value.AddRange(input);
        }
        else
        {
            for (int i = 0; i < input.Count; i++) arguments[1].Evaluate(e, new Scope(input[i], i, scope.Total), value);
        }

        e.Variables = PathVariables.Define(e.Variables, name, value);
        e.Return(value);
        output.AddRange(input);
    }
}
