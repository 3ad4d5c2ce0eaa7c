using Consortium.Fhir.Definitions;

namespace Consortium.Fhir.Json;

/// <summary>
/// Gives every node its element and type from the definitions, and joins each primitive <c>x</c> with its <c>_x</c>
/// (FHIR R4 json.html#primitive). What has no definition keeps row 0; the validator reports it.
/// </summary>
internal readonly ref struct Linker(ReadOnlySpan<byte> json, Span<Node> nodes, R4Tables tables)
{
    private readonly ReadOnlySpan<byte> _json = json;
    private readonly Span<Node> _nodes = nodes;

    /// <summary>Links a resource by its resourceType; false where it has none that R4 knows.</summary>
    public bool LinkResource(int at)
    {
        int type = ResourceType(at);
        if (type == 0)
        {
            ClearHashes(at);
            return false;
        }

        _nodes[at].Type = (ushort)type;
        LinkObject(at, type);
        return true;
    }

    private int ResourceType(int at)
    {
        if (_nodes[at].Kind != JsonKind.Object || _nodes[at].Count == 0) return 0;
        for (int child = at + 1; child != 0; child = _nodes[child].Next)
        {
            ref Node node = ref _nodes[child];
            if (node.NameLength != 12 || !Name(node).SequenceEqual("resourceType"u8)) continue;
            node.Flags |= NodeFlags.ResourceType;
            if (node.Kind != JsonKind.String) return 0;
            int type = tables.FindType(_json.Slice(node.Start, node.Length));
            return tables.Types[type].Kind == TypeKind.Resource ? type : 0;
        }

        return 0;
    }

    private void LinkObject(int at, int type)
    {
        if (_nodes[at].Count == 0) return;
        bool underscores = false;
        for (int child = at + 1; child != 0; child = _nodes[child].Next)
        {
            ref Node node = ref _nodes[child];
            uint hash = (uint)node.Element;
            node.Element = 0;
            if (node.Has(NodeFlags.ResourceType)) continue;
            ReadOnlySpan<byte> name = Name(node);
            if (node.Has(NodeFlags.NameEscaped)) name = Unescape.ToBytes(name);
            bool underscore = name.Length > 1 && name[0] == '_';
            if (underscore)
            {
                name = name[1..];
                hash = TableFormat.Hash(name);
            }

            PropertyRow property = tables.FindProperty(type, name, hash);
            if (underscore && tables.Types[property.Type].Kind != TypeKind.Primitive) property = default;
            if (property.Element == 0)
            {
                ClearHashes(child);
                continue;
            }

            node.Element = property.Element;
            node.Type = (ushort)property.Type;
            if (underscore)
            {
                underscores = true;
                node.Flags |= NodeFlags.Underscore;
            }

            if (node.Kind == JsonKind.Array) LinkItems(child);
            else LinkValue(child);
        }

        if (underscores) JoinUnderscores(at);
    }

    private void LinkItems(int array)
    {
        if (_nodes[array].Count == 0) return;
        (int element, ushort type, NodeFlags underscore) = (_nodes[array].Element, _nodes[array].Type, _nodes[array].Flags & NodeFlags.Underscore);
        for (int item = array + 1; item != 0; item = _nodes[item].Next)
        {
            ref Node node = ref _nodes[item];
            node.Element = element;
            node.Type = type;
            node.Flags |= underscore;
            if (node.Kind == JsonKind.Array) ClearHashesBelow(item);
            else LinkValue(item);
        }
    }

    private void LinkValue(int at)
    {
        ref Node node = ref _nodes[at];
        if (node.Kind != JsonKind.Object) return;
        if (node.Type == tables.Resource)
        {
            int element = node.Element;
            if (!LinkResource(at)) node.Type = 0;
            node.Element = element;
        }
        else if (tables.Types[node.Type].Kind == TypeKind.Primitive && !node.Has(NodeFlags.Underscore))
        {
            ClearHashesBelow(at);
        }
        else
        {
            LinkObject(at, node.Type);
        }
    }

    private void JoinUnderscores(int at)
    {
        for (int child = at + 1; child != 0; child = _nodes[child].Next)
        {
            if (!_nodes[child].Has(NodeFlags.Underscore)) continue;
            int main = at + 1;
            while (main != 0 && (_nodes[main].Has(NodeFlags.Underscore) || _nodes[main].Element != _nodes[child].Element || _nodes[main].Type != _nodes[child].Type))
            {
                main = _nodes[main].Next;
            }

            if (main == 0) continue;
            bool array = _nodes[child].Kind == JsonKind.Array;
            if (array != (_nodes[main].Kind == JsonKind.Array)) continue;
            _nodes[child].Flags |= NodeFlags.Joined;
            _nodes[main].Companion = child;
            if (!array || _nodes[child].Count == 0 || _nodes[main].Count == 0) continue;
            for (int x = main + 1, y = child + 1; x != 0 && y != 0; x = _nodes[x].Next, y = _nodes[y].Next)
            {
                _nodes[x].Companion = y;
                _nodes[y].Flags |= NodeFlags.Joined;
            }
        }
    }

    /// <summary>Takes the reader's name hashes out of the element numbers of nodes that nothing defines.</summary>
    private void ClearHashes(int at)
    {
        _nodes[at].Element = 0;
        ClearHashesBelow(at);
    }

    private void ClearHashesBelow(int at)
    {
        int end = _nodes[at].Start + _nodes[at].Length;
        for (int i = at + 1; i < _nodes.Length && _nodes[i].Start < end; i++) _nodes[i].Element = 0;
    }

    private ReadOnlySpan<byte> Name(in Node node) => _json.Slice(node.NameStart, node.NameLength);
}
