using System.Buffers;

namespace Consortium.Fhir.Json;

/// <summary>Appends the values of a JSON text to rented nodes in document order and links them. Both readers of JSON feed it.</summary>
internal ref struct NodeBuilder
{
    private readonly ReadOnlySpan<byte> _json;
    private readonly Span<Level> _levels;
    private int _parent;
    private int _nameStart;
    private int _nameLength;
    private uint _nameHash;
    private bool _nameEscaped;

    public NodeBuilder(ReadOnlySpan<byte> json, Node[] nodes, Span<Level> levels)
    {
        _json = json;
        _levels = levels;
        Nodes = nodes;
        Restart();
    }

    /// <summary>The rented array; another one once it had to grow.</summary>
    public Node[] Nodes { get; private set; }

    public int Count { get; private set; }

    /// <summary>Number of containers that are open.</summary>
    public int Depth { get; private set; }

    public readonly bool InObject => Nodes[_parent].Kind == JsonKind.Object;

    public void Restart()
    {
        (Count, Depth, _parent) = (0, 0, -1);
    }

    /// <summary>The name of the next value.</summary>
    public void Name(int start, int length, uint hash, bool escaped)
    {
        if (length > ushort.MaxValue) throw JsonTreeReader.At(_json, start - 1, "A property name is longer than 65,535 bytes.");
        (_nameStart, _nameLength, _nameHash, _nameEscaped) = (start, length, hash, escaped);
    }

    public void Scalar(JsonKind kind, int start, int length, bool escaped)
    {
        ref Node node = ref Add(kind, start);
        node.Length = length;
        if (escaped) node.Flags |= NodeFlags.ValueEscaped;
    }

    public void Open(JsonKind kind, int start)
    {
        Add(kind, start);
        _parent = Count - 1;
        Depth++;
        _levels[Depth] = default;
    }

    /// <param name="end">The offset after the closing bracket.</param>
    public void Close(int end)
    {
        ref Node closed = ref Nodes[_parent];
        closed.Length = end - closed.Start;
        // Names whose hashes share no bit are different names; only what shares one is looked at.
        if (_levels[Depth].Collided) DuplicateNames.Refuse(_json, Nodes, _parent);
        _parent = closed.Parent;
        Depth--;
    }

    private ref Node Add(JsonKind kind, int start)
    {
        if (Count == Nodes.Length) Grow();
        int at = Count++;
        Node[] nodes = Nodes;
        ref Node node = ref nodes[at];
        node = default;
        node.Kind = kind;
        node.Parent = _parent;
        node.Start = start;
        if (_parent < 0) return ref node;

        ref Node container = ref nodes[_parent];
        ref Level level = ref _levels[Depth];
        if (container.Count > 0) nodes[level.LastChild].Next = at;
        level.LastChild = at;
        if (container.Kind == JsonKind.Array)
        {
            node.Flags = NodeFlags.Item;
            node.Index = container.Count;
        }
        else
        {
            node.NameStart = _nameStart;
            node.NameLength = (ushort)_nameLength;
            node.Element = (int)_nameHash;
            if (_nameEscaped) node.Flags = NodeFlags.NameEscaped;
            ulong bit = 1UL << (int)(_nameHash & 63);
            level.Collided |= (level.Names & bit) != 0;
            level.Names |= bit;
        }

        container.Count++;
        return ref node;
    }

    private void Grow()
    {
        Node[] larger = ArrayPool<Node>.Shared.Rent(Nodes.Length * 2);
        Nodes.CopyTo(larger, 0);
        ArrayPool<Node>.Shared.Return(Nodes);
        Nodes = larger;
    }

    /// <summary>What is kept of a container while it is open.</summary>
    public struct Level
    {
        public int LastChild;
        public bool Collided;
        public ulong Names;
    }
}
