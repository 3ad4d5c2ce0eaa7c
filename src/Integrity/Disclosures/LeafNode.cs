using System.Globalization;

namespace Consortium.Integrity;

/// <summary>
/// A JSON tree rebuilt from leaves alone (<c>record-commitment.md</c>, "To verify", step 2): a container whose steps are
/// array positions is an array, whose gaps close up; any other is an object. Names are those of the pointers, <c>~</c> and <c>/</c> escaped.
/// </summary>
internal sealed class LeafNode
{
    private const int Few = 16;

    private readonly string _leaf; // the pointer of the leaf that made the node, or of one below it
    private readonly int _start;
    private readonly int _end;
    private List<LeafNode>? _children;
    private Dictionary<string, LeafNode>? _byToken; // where there are more than a few
    private bool _inOrder = true; // of positions, which stand as text in the leaves: 10 before 2

    private LeafNode(string leaf, int start, int end)
    {
        _leaf = leaf;
        _start = start;
        _end = end;
    }

    /// <summary>The pointer in the leaves, array positions not closed up.</summary>
    public string Pointer => _leaf[.._end];

    /// <summary>The last step of the pointer.</summary>
    public ReadOnlySpan<char> Token => _leaf.AsSpan(_start, _end - _start);

    /// <summary>The leaf's type byte as a character; 0 for a container.</summary>
    public char Type { get; private set; }

    /// <summary>The leaf's payload.</summary>
    public string Value { get; private set; } = "";

    public bool IsLeaf => Type != 0;

    public bool IsArray { get; private set; }

    public bool IsObject { get; private set; }

    /// <summary>The elements of an array in order; empty for anything else.</summary>
    public IReadOnlyList<LeafNode> Items
    {
        get
        {
            if (!IsArray) return [];
            if (!_inOrder) _children!.Sort((x, y) => x.Position.CompareTo(y.Position));
            _inOrder = true;
            return _children!;
        }
    }

    /// <summary>The members of an object; empty for anything else.</summary>
    public IReadOnlyList<LeafNode> Members => IsObject ? _children ?? [] : [];

    private int Position => int.Parse(Token, NumberStyles.None, CultureInfo.InvariantCulture);

    /// <summary>A member by its name; null where there is none.</summary>
    public LeafNode? Member(ReadOnlySpan<char> name) => IsObject ? Child(name) : null;

    /// <summary>Builds the tree; null, with the pointer at fault, if the leaves fit no JSON tree.</summary>
    public static LeafNode? Build(IEnumerable<(string Pointer, char Type, string Value)> leaves, out string conflict)
    {
        var root = new LeafNode("", 0, 0) { IsObject = true };
        conflict = "";
        foreach ((string pointer, char type, string value) in leaves)
        {
            if (root.Descend(pointer) is { IsArray: false, IsObject: false, IsLeaf: false } leaf)
            {
                leaf.Type = type;
                leaf.Value = value;
            }
            else
            {
                conflict = pointer;
                return null;
            }
        }

        return root;
    }

    private LeafNode? Descend(string pointer)
    {
        LeafNode? node = this;
        for (int at = 0; at < pointer.Length && node is not null;)
        {
            int end = pointer.IndexOf('/', at + 1);
            if (end < 0) end = pointer.Length;
            node = node.Step(pointer, at + 1, end);
            at = end;
        }

        return node;
    }

    private LeafNode? Step(string pointer, int start, int end)
    {
        if (IsLeaf) return null;
        ReadOnlySpan<char> token = pointer.AsSpan(start, end - start);
        bool isPosition = token.Length is > 0 and < 10 && !token.ContainsAnyExceptInRange('0', '9') && (token.Length == 1 || token[0] != '0');
        if (isPosition ? IsObject : IsArray) return null;
        (IsArray, IsObject) = (isPosition, !isPosition);
        return Child(token) ?? Add(new LeafNode(pointer, start, end));
    }

    private LeafNode Add(LeafNode child)
    {
        _children ??= [];
        if (IsArray && _children.Count > 0 && _children[^1].Position > child.Position) _inOrder = false;
        _children.Add(child);
        if (_children.Count == Few + 1) _byToken = _children.ToDictionary(one => one.Token.ToString(), StringComparer.Ordinal);
        else _byToken?.Add(child.Token.ToString(), child);
        return child;
    }

    // The leaves come in the order of their pointers, so that it is mostly the last.
    private LeafNode? Child(ReadOnlySpan<char> token)
    {
        if (_children is null) return null;
        if (_children[^1].Token.SequenceEqual(token)) return _children[^1];
        if (_byToken is not null) return _byToken.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(token, out LeafNode? known) ? known : null;
        foreach (LeafNode child in _children)
        {
            if (child.Token.SequenceEqual(token)) return child;
        }

        return null;
    }
}
