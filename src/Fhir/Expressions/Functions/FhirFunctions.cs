using System.Text;
using Consortium.Fhir.Definitions;
using Consortium.Fhir.Json;
using Consortium.Fhir.Validation;

namespace Consortium.Fhir.Expressions.Functions;

/// <summary>FHIR's own functions (FHIR R4 fhirpath.html#functions).</summary>
internal static class FhirFunctions
{
    private static readonly int s_extension = R4Tables.Instance.FindName("extension"u8);
    private static readonly int s_modifierExtension = R4Tables.Instance.FindName("modifierExtension"u8);
    private static readonly int s_url = R4Tables.Instance.FindName("url"u8);

    public static readonly Dictionary<string, (int, int, Function)> All = new(StringComparer.Ordinal)
    {
        ["extension"] = (1, 1, Extension),
        ["hasValue"] = (0, 0, static (Evaluation e, in Scope s, PathList input, Expression[] a, PathList output) => output.Add(PathValue.Of(input.Count == 1 && input[0].HasValue))),
        ["getValue"] = (0, 0, GetValue),
        ["resolve"] = (0, 0, Resolve),
        ["memberOf"] = (1, 1, MemberOfFunction.Evaluate),
        ["htmlChecks"] = (0, 0, HtmlChecks),
        ["conformsTo"] = (1, 1, ConformanceFunctions.ConformsTo),
        ["checkModifiers"] = (0, 99, CheckModifiers),
    };

    private static void Extension(Evaluation e, in Scope scope, PathList input, Expression[] arguments, PathList output)
    {
        if (!Singleton.TryText(arguments[0], e, scope, out string url)) return;
        byte[] wanted = Encoding.UTF8.GetBytes(url);
        foreach (ref readonly PathValue item in input.Items)
        {
            if (!item.IsNode) continue;
            ElementChildren children = item.Document.ChildrenOf(item.NodeIndex);
            while (children.MoveNext())
            {
                if (Name(e, item.Document, children.Current) != s_extension) continue;
                int at = Child(e, item.Document, children.Current, s_url);
                if (at != 0 && item.Document.Value(at).SequenceEqual(wanted)) output.Add(PathValue.Of(item.Document, children.Current));
            }
        }
    }

    private static void GetValue(Evaluation e, in Scope scope, PathList input, Expression[] arguments, PathList output)
    {
        if (input.Count == 1 && input[0].HasValue && input[0].TrySystem(out PathValue value)) output.Add(value);
    }

    private static void Resolve(Evaluation e, in Scope scope, PathList input, Expression[] arguments, PathList output)
    {
        foreach (ref readonly PathValue item in input.Items)
        {
            if (item.IsNode && item.Document.References.Resolve(item.NodeIndex) is { } target) output.Add(PathValue.Of(item.Document, target));
            else if (ConformanceFunctions.Outside(e, item) is { } outside) output.Add(PathValue.Of(outside, 0));
        }
    }

    private static void HtmlChecks(Evaluation e, in Scope scope, PathList input, Expression[] arguments, PathList output)
    {
        if (!Singleton.TryTake(input, out PathValue item)) return;
        output.Add(PathValue.Of(item.TryText(out string xhtml) && XhtmlRules.Check(Encoding.UTF8.GetBytes(xhtml)) is null));
    }

    private static void CheckModifiers(Evaluation e, in Scope scope, PathList input, Expression[] arguments, PathList output)
    {
        List<string> known = [];
        foreach (Expression argument in arguments)
        {
            if (Singleton.TryText(argument, e, scope, out string url)) known.Add(url);
        }

        foreach (ref readonly PathValue item in input.Items)
        {
            if (!item.IsNode) continue;
            ElementChildren children = item.Document.ChildrenOf(item.NodeIndex);
            while (children.MoveNext())
            {
                if (Name(e, item.Document, children.Current) != s_modifierExtension) continue;
                int url = Child(e, item.Document, children.Current, s_url);
                if (url == 0 || !known.Contains(item.Document.Text(url))) throw new FhirPathException("An element has a modifier extension that is not among those allowed.");
            }
        }

        output.AddRange(input);
    }

    private static int Name(Evaluation e, FhirDocument document, int node) => e.Tables.ElementNames[document.Nodes[node].Element];

    private static int Child(Evaluation e, FhirDocument document, int node, int name)
    {
        ElementChildren children = document.ChildrenOf(node);
        while (children.MoveNext())
        {
            if (Name(e, document, children.Current) == name && document.Nodes[children.Current].Kind == JsonKind.String) return children.Current;
        }

        return 0;
    }
}
