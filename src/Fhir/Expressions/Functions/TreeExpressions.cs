using Consortium.Fhir.Json;

namespace Consortium.Fhir.Expressions.Functions;

/// <summary>A collection of elements of which those that a step names next can be had without the others.</summary>
internal abstract class TreeExpression : Expression
{
    /// <summary>The children of that name of all the elements.</summary>
    public abstract void Named(Evaluation e, in Scope scope, int name, PathList output);
}

/// <summary><c>children()</c> (FHIRPath N1 5.8.1).</summary>
internal sealed class ChildrenExpression(Expression input) : TreeExpression
{
    public override void Evaluate(Evaluation e, in Scope scope, PathList output)
    {
        PathList items = e.Rent();
        input.Evaluate(e, scope, items);
        foreach (ref readonly PathValue item in items.Items)
        {
            if (!item.IsNode) continue;
            ElementChildren children = item.Document.ChildrenOf(item.NodeIndex);
            while (children.MoveNext()) output.Add(PathValue.Of(item.Document, children.Current));
        }

        e.Return(items);
    }

    public override void Named(Evaluation e, in Scope scope, int name, PathList output)
    {
        PathList items = e.Rent();
        input.Evaluate(e, scope, items);
        foreach (ref readonly PathValue item in items.Items)
        {
            if (!item.IsNode) continue;
            FhirDocument document = item.Document;
            ElementChildren children = document.ChildrenOf(item.NodeIndex);
            while (children.MoveNext())
            {
                ElementChildren named = document.ChildrenNamed(children.Current, name);
                while (named.MoveNext()) output.Add(PathValue.Of(document, named.Current));
            }
        }

        e.Return(items);
    }
}

/// <summary><c>descendants()</c> (FHIRPath N1 5.8.2). Nodes stand in document order, so what is under an object is one run of nodes.</summary>
internal sealed class DescendantsExpression(Expression input) : TreeExpression
{
    public override void Evaluate(Evaluation e, in Scope scope, PathList output) => Collect(e, scope, name: -1, output);

    /// <inheritdoc/>
    /// <remarks>In one pass: elements of that name that are not children of the input itself. Their order is undefined, here the document's.</remarks>
    public override void Named(Evaluation e, in Scope scope, int name, PathList output) => Collect(e, scope, name, output);

    private void Collect(Evaluation e, in Scope scope, int name, PathList output)
    {
        PathList items = e.Rent();
        input.Evaluate(e, scope, items);
        foreach (ref readonly PathValue item in items.Items)
        {
            if (!item.IsNode) continue;
            int holder = ElementChildren.Holder(item.Document.Nodes, item.NodeIndex);
            if (holder >= 0) e.Spend(Below(e, item.Document, holder, name, output));
        }

        e.Return(items);
    }

    private static int Below(Evaluation e, FhirDocument document, int holder, int name, PathList output)
    {
        Node[] nodes = document.Nodes;
        int end = nodes[holder].Start + nodes[holder].Length, at = holder + 1;
        for (; at < document.Count && nodes[at].Start < end; at++)
        {
            ref readonly Node node = ref nodes[at];
            if (node.Element == 0 || node.Kind == JsonKind.Array || node.Has(NodeFlags.Joined)) continue;
            if (node.Kind == JsonKind.Null && node.Companion == 0) continue;
            if (name >= 0 && (e.Tables.ElementNames[node.Element] != name || Owner(nodes, node) == holder)) continue;
            output.Add(PathValue.Of(document, at));
        }

        return at - holder;
    }

    private static int Owner(Node[] nodes, in Node node) => node.Has(NodeFlags.Item) ? nodes[node.Parent].Parent : node.Parent;
}
