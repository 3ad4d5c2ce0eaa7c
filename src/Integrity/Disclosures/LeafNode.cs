using System.Globalization;

namespace Consortium.Integrity;

/// <summary>
/// A JSON tree rebuilt from leaves alone (<c>record-commitment.md</c>, "To verify", step 2): a container whose steps are
/// array positions is an array, whose gaps close up; any other is an object.
/// </summary>
internal sealed class LeafNode
{
    private Dictionary<string, LeafNode>? _members;
    private Dictionary<int, LeafNode>? _positions;
    private LeafNode[]? _items;

    private LeafNode(string pointer) => Pointer = pointer;

    /// <summary>The pointer in the leaves, array positions not closed up.</summary>
    public string Pointer { get; }

    /// <summary>The leaf's type byte as a character; 0 for a container.</summary>
    public char Type { get; private set; }

    /// <summary>The leaf's payload.</summary>
    public string Value { get; private set; } = "";

    public bool IsLeaf => Type != 0;

    public bool IsArray => _positions is not null;

    public bool IsObject => _members is not null;

    /// <summary>The elements of an array in order; empty for anything else.</summary>
    public IReadOnlyList<LeafNode> Items => _items ??= _positions is null ? [] : [.. _positions.OrderBy(p => p.Key).Select(p => p.Value)];

    /// <summary>The members of an object; empty for anything else.</summary>
    public IReadOnlyDictionary<string, LeafNode> Members => _members ?? [];

    public LeafNode? Member(string name) => _members is not null && _members.TryGetValue(name, out LeafNode? node) ? node : null;

    /// <summary>Builds the tree; null, with the pointer at fault, if the leaves fit no JSON tree.</summary>
    public static LeafNode? Build(IEnumerable<(string Pointer, char Type, string Value)> leaves, out string conflict)
    {
        var root = new LeafNode("") { _members = new(StringComparer.Ordinal) };
        conflict = "";
        foreach ((string pointer, char type, string value) in leaves)
        {
            if (root.Descend(pointer) is { _members: null, _positions: null, IsLeaf: false } leaf)
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
            node = node.Step(pointer[(at + 1)..end], pointer, end);
            at = end;
        }

        return node;
    }

    private LeafNode? Step(string token, string pointer, int end)
    {
        if (IsLeaf) return null;
        bool position = token.Length is > 0 and < 10 && !token.AsSpan().ContainsAnyExceptInRange('0', '9') && (token.Length == 1 || token[0] != '0');
        LeafNode? child;
        if (position)
        {
            if (_members is not null) return null;
            _positions ??= [];
            int at = int.Parse(token, NumberStyles.None, CultureInfo.InvariantCulture);
            if (!_positions.TryGetValue(at, out child)) _positions.Add(at, child = new LeafNode(pointer[..end]));
            return child;
        }

        if (_positions is not null) return null;
        _members ??= new(StringComparer.Ordinal);
        string name = token.Contains('~', StringComparison.Ordinal) ? token.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal) : token;
        if (!_members.TryGetValue(name, out child)) _members.Add(name, child = new LeafNode(pointer[..end]));
        return child;
    }
}
