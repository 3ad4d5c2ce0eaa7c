using Consortium.Fhir.Json;

namespace Consortium.Fhir.Validation.Bundles;

/// <summary>
/// Whether each entry of a document or message is reached by following references from the first. An entry that only refers to
/// others, such as a Provenance, is worth a remark; one that hangs together with nothing is doubtful.
/// </summary>
internal static class EntryReachability
{
    public static void Check(ValidationContext context, List<BundleEntry> entries, string first)
    {
        List<int>[] to = new List<int>[entries.Count], from = new List<int>[entries.Count];
        for (int i = 0; i < entries.Count; i++) (to[i], from[i]) = ([], []);
        Link(context.Document, entries, to, from);
        bool[] reached = Reach(to, null), joined = Reach(to, from);
        for (int i = 1; i < entries.Count; i++)
        {
            if (reached[i] || entries[i].Resource == 0) continue;
            string type = context.Tables.TypeName(context.Document.Nodes[entries[i].Resource].Type);
            if (joined[i]) context.Issues.Information(entries[i].Node, "informational", $"No references lead from {first} to this {type}; it refers to resources that are reached.");
            else context.Issues.Warning(entries[i].Node, "informational", $"No references lead from {first} to this {type}, nor from it to what is reached; nothing says why it is in the Bundle.");
        }
    }

    private static void Link(FhirDocument document, List<BundleEntry> entries, List<int>[] to, List<int>[] from)
    {
        Dictionary<int, int> entryOf = [];
        for (int i = 0; i < entries.Count; i++) entryOf.TryAdd(entries[i].Resource, i);
        for (int i = 0; i < entries.Count; i++)
        {
            if (entries[i].Resource == 0) continue;
            ref readonly Node resource = ref document.Nodes[entries[i].Resource];
            int end = resource.Start + resource.Length;
            for (int node = entries[i].Resource + 1; node < document.Count && document.Nodes[node].Start < end; node++)
            {
                if (!MayRefer(document.Nodes[node]) || document.References.Resolve(node) is not { } target || !entryOf.TryGetValue(target, out int other)) continue;
                to[i].Add(other);
                from[other].Add(i);
            }
        }
    }

    private static bool MayRefer(in Node node)
    {
        Definitions.R4Tables tables = Definitions.R4Tables.Instance;
        if (node.Kind == JsonKind.Object) return node.Type == tables.Reference;
        return node.Kind == JsonKind.String && tables.Primitives[node.Type] is PrimitiveType.Canonical or PrimitiveType.Uri or PrimitiveType.Url;
    }

    private static bool[] Reach(List<int>[] to, List<int>[]? back)
    {
        bool[] reached = new bool[to.Length];
        Stack<int> open = new([0]);
        reached[0] = true;
        while (open.TryPop(out int entry))
        {
            foreach (int next in back is null ? to[entry] : to[entry].Concat(back[entry]))
            {
                if (reached[next]) continue;
                reached[next] = true;
                open.Push(next);
            }
        }

        return reached;
    }
}
