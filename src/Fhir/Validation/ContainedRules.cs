using System.Text;
using Consortium.Fhir.Definitions;
using Consortium.Fhir.Json;

namespace Consortium.Fhir.Validation;

/// <summary>
/// dom-3: a contained resource is referred to from elsewhere in the resource, or refers to its container. Written out here in
/// place of the published expression, which walks the whole resource again for each contained one.
/// </summary>
internal sealed class ContainedRules(FhirDocument document, R4Tables tables, IssueList issues)
{
    private static readonly int s_contained = R4Tables.Instance.FindName("contained"u8);
    private static readonly int s_reference = R4Tables.Instance.FindName("reference"u8);
    private static readonly int s_id = R4Tables.Instance.FindName("id"u8);

    public void Check(int resource)
    {
        List<int>? contained = null;
        ElementChildren children = document.ChildrenNamed(resource, s_contained);
        while (children.MoveNext())
        {
            if (document.Nodes[children.Current].Kind == JsonKind.Object && document.Nodes[children.Current].Type != 0) (contained ??= []).Add(children.Current);
        }

        if (contained is null) return;
        HashSet<string> local = LocalReferences(resource, out List<int> toContainer);
        HashSet<string> ids = new(StringComparer.Ordinal);
        foreach (int one in contained)
        {
            string? id = null;
            ElementChildren own = document.ChildrenOf(one);
            while (own.MoveNext())
            {
                if (tables.Elements[document.Nodes[own.Current].Element].Name == s_id && document.HasValue(own.Current)) id = document.Text(own.Current);
            }

            if (id is not null && !ids.Add(id)) issues.Error(one, "business-rule", "The id of a contained resource is unique within its container (FHIR R4 references.html#contained); another has the same.");
            if (ReachesContainer(one, toContainer)) continue;
            if (id is null || !local.Contains(id))
            {
                issues.Error(one, "invariant", "dom-3: If the resource is contained in another resource, it SHALL be referred to from elsewhere in the resource or SHALL refer to the containing resource");
            }
        }
    }

    /// <summary>Ids after <c>#</c> in references, uris and canonicals; nodes whose whole value is <c>#</c> go to <paramref name="toContainer"/>.</summary>
    private HashSet<string> LocalReferences(int resource, out List<int> toContainer)
    {
        HashSet<string> ids = new(StringComparer.Ordinal);
        toContainer = [];
        Node[] nodes = document.Nodes;
        int end = nodes[resource].Start + nodes[resource].Length;
        for (int i = resource + 1; i < document.Count && nodes[i].Start < end; i++)
        {
            ref readonly Node node = ref nodes[i];
            if (node.Kind != JsonKind.String || node.Element == 0 || node.Length == 0) continue;
            if (tables.Primitives[node.Type] == PrimitiveType.Xhtml) AddNarrativeReferences(document.Value(i), ids);
            if (document.Bytes[node.Start] != '#') continue;
            bool refers = tables.Elements[node.Element].Name == s_reference
                || tables.Primitives[node.Type] is PrimitiveType.Canonical or PrimitiveType.Uri or PrimitiveType.Url;
            if (!refers) continue;
            if (node.Length == 1) toContainer.Add(i);
            else ids.Add(document.Text(i)[1..]);
        }

        return ids;
    }

    /// <summary>An image or link of a narrative refers to a contained resource too (FHIR R4 narrative.html#id).</summary>
    private static void AddNarrativeReferences(ReadOnlySpan<byte> xhtml, HashSet<string> ids)
    {
        for (int at = xhtml.IndexOf("=\"#"u8); at >= 0; at = xhtml.IndexOf("=\"#"u8))
        {
            xhtml = xhtml[(at + 3)..];
            int end = xhtml.IndexOf((byte)'"');
            if (end > 0) ids.Add(Encoding.UTF8.GetString(xhtml[..end]));
        }
    }

    private bool ReachesContainer(int contained, List<int> toContainer)
    {
        // Nodes stand in document order, so the first one past the resource's own start decides.
        int next = toContainer.BinarySearch(contained);
        if (next < 0) next = ~next;
        return next < toContainer.Count && document.Nodes[toContainer[next]].Start < document.Nodes[contained].Start + document.Nodes[contained].Length;
    }
}
