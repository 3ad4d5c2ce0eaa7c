namespace Consortium.Fhir.Json;

/// <summary>FHIR R4 json.html: property names are unique within an object. The names' hashes are in the nodes.</summary>
internal static class DuplicateNames
{
    public static void Refuse(ReadOnlySpan<byte> json, Node[] nodes, int container)
    {
        int children = nodes[container].Count;
        if (children < 2) return;
        if (children > 40)
        {
            HashSet<int> hashes = new(children);
            bool same = false;
            for (int child = container + 1; child != 0; child = nodes[child].Next) same |= !hashes.Add(nodes[child].Element);
            if (!same) return;

            // Equal hashes may still be different names; this many keys is no FHIR object, so exact and slow is good enough.
            HashSet<string> names = new(children, StringComparer.Ordinal);
            for (int child = container + 1; child != 0; child = nodes[child].Next)
            {
                if (!names.Add(Unescape.ToText(Name(json, nodes[child]), nodes[child].Has(NodeFlags.NameEscaped)))) throw Duplicate(json, nodes[child]);
            }

            return;
        }

        Span<int> seen = stackalloc int[40];
        int count = 0;
        for (int child = container + 1; child != 0; child = nodes[child].Next)
        {
            int hash = nodes[child].Element;
            if (seen[..count].Contains(hash))
            {
                for (int other = container + 1; other != child; other = nodes[other].Next)
                {
                    if (nodes[other].Element == hash && Unescape.SameName(json, nodes[other], nodes[child])) throw Duplicate(json, nodes[child]);
                }
            }

            seen[count++] = hash;
        }
    }

    private static FhirFormatException Duplicate(ReadOnlySpan<byte> json, in Node child) =>
        JsonTreeReader.At(json, child.NameStart - 1, "The same property stands twice in one object; property names are unique (FHIR R4 json.html).");

    private static ReadOnlySpan<byte> Name(ReadOnlySpan<byte> json, in Node node) => json.Slice(node.NameStart, node.NameLength);
}
