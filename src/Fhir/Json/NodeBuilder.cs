using System.Buffers;

namespace Consortium.Fhir.Json;

/// <summary>Appends the values of a JSON text to rented nodes in document order and links them. Both readers of JSON feed it, and the writer of documents.</summary>
internal struct NodeBuilder
{
    // Between two documents of a thread: what a container needs while it is open is the same for all of them.
    [ThreadStatic]
    private static Level[]? t_levels;

    private readonly Level[] _levels;
    private int _parent;
    private int _nameStart;
    private int _nameLength;
    private uint _nameHash;
    private bool _nameEscaped;

    public NodeBuilder(Node[] nodes)
    {
        _levels = t_levels ?? new Level[JsonTreeReader.MaxDepth + 1];
        t_levels = null;
        Nodes = nodes;
        Restart();
    }

    /// <summary>The rented array; another one once it had to grow.</summary>
    public Node[] Nodes { get; private set; }

    public int Count { get; private set; }

    /// <summary>Number of containers that are open.</summary>
    public int Depth { get; private set; }

    public bool InObject { get; private set; }

    public void Restart()
    {
        (Count, Depth, _parent, InObject) = (0, 0, -1, false);
    }

    /// <summary>Gives back what a thread keeps; the builder is not used afterwards.</summary>
    public readonly void Release() => t_levels = _levels;

    /// <summary>The name of the next value.</summary>
    public void Name(int start, int length, uint hash, bool escaped) =>
        (_nameStart, _nameLength, _nameHash, _nameEscaped) = (start, length, hash, escaped);

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
        InObject = kind == JsonKind.Object;
        _levels[++Depth] = default;
    }

    /// <param name="json">The text so far, to tell names apart by.</param>
    /// <param name="end">The offset after the closing bracket.</param>
    public void Close(ReadOnlySpan<byte> json, int end)
    {
        ref Node closed = ref Nodes[_parent];
        ref readonly Level level = ref _levels[Depth];
        closed.Length = end - closed.Start;
        closed.Count = level.Count;
        // Names whose hashes share no bit are different names; only what shares one is looked at.
        if (level.Collided) DuplicateNames.Refuse(json, Nodes, _parent);
        _parent = closed.Parent;
        InObject = _parent >= 0 && Nodes[_parent].Kind == JsonKind.Object;
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

        ref Level level = ref _levels[Depth];
        if (level.Count > 0) nodes[level.LastChild].Next = at;
        level.LastChild = at;
        if (InObject)
        {
            node.NameStart = _nameStart;
            node.NameLength = (ushort)_nameLength;
            node.Element = (int)_nameHash;
            if (_nameEscaped) node.Flags = NodeFlags.NameEscaped;
            ulong bit = 1UL << (int)(_nameHash & 63);
            level.Collided |= (level.Names & bit) != 0;
            level.Names |= bit;
        }
        else
        {
            node.Flags = NodeFlags.Item;
            node.Index = level.Count;
        }

        level.Count++;
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
    private struct Level
    {
        public int LastChild;
        public int Count;
        public bool Collided;
        public ulong Names;
    }
}
