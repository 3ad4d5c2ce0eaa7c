namespace Consortium.Integrity;

/// <summary>
/// The tree over the entries of one anchoring transaction: Keccak-256, split as in RFC 9162 section 2.1.1, so that the
/// contract can check an inclusion path itself (<c>record-commitment.md</c>, "Batch tree").
/// </summary>
public static class BatchTree
{
    private const byte LeafPrefix = 0x00;
    private const byte NodePrefix = 0x01;

    /// <summary>The leaf of an entry.</summary>
    public static Hash256 Leaf(in IndexEntry entry)
    {
        Span<byte> input = stackalloc byte[1 + IndexEntry.PackedLength];
        input[0] = LeafPrefix;
        entry.WriteTo(input[1..]);
        return Keccak256.Hash(input);
    }

    /// <summary>The root over the entries in order.</summary>
    /// <exception cref="ArgumentException">No entries; there is no empty tree.</exception>
    public static Hash256 Root(IReadOnlyList<IndexEntry> entries)
    {
        Hash256[] level = Leaves(entries);
        for (int count = level.Length; count > 1; count = (count + 1) / 2) Parents(level, count, level);
        return level[0];
    }

    /// <summary>The inclusion path of one entry (RFC 9162 section 2.1.3), from the leaf upwards.</summary>
    public static IReadOnlyList<Hash256> InclusionPath(IReadOnlyList<IndexEntry> entries, int index)
    {
        ArgumentNullException.ThrowIfNull(entries);
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, entries.Count);
        return Path(Levels(entries), index);
    }

    /// <summary>The inclusion paths of all entries; the tree is built once.</summary>
    public static IReadOnlyList<Hash256>[] AllInclusionPaths(IReadOnlyList<IndexEntry> entries)
    {
        List<Hash256[]> levels = Levels(entries);
        var paths = new IReadOnlyList<Hash256>[entries.Count];
        for (int i = 0; i < paths.Length; i++) paths[i] = Path(levels, i);
        return paths;
    }

    /// <summary>Whether an entry is the <paramref name="index"/>-th of <paramref name="count"/> under a root (RFC 9162 section 2.1.3.2).</summary>
    public static bool VerifyInclusion(in IndexEntry e, ulong index, ulong count, IReadOnlyList<Hash256> path, Hash256 root)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (index >= count) return false;
        ulong node = index;
        ulong last = count - 1;
        Hash256 hash = Leaf(e);
        foreach (Hash256 sibling in path)
        {
            if (last == 0) return false;
            if ((node & 1) == 1 || node == last)
            {
                hash = Node(sibling, hash);
                for (; (node & 1) == 0 && node != 0; last >>= 1) node >>= 1;
            }
            else
            {
                hash = Node(hash, sibling);
            }

            node >>= 1;
            last >>= 1;
        }

        return last == 0 && hash == root;
    }

    private static Hash256 Node(in Hash256 left, in Hash256 right)
    {
        Span<byte> input = stackalloc byte[1 + (2 * Hash256.Length)];
        input[0] = NodePrefix;
        left.Span.CopyTo(input[1..]);
        right.Span.CopyTo(input[(1 + Hash256.Length)..]);
        return Keccak256.Hash(input);
    }

    private static Hash256[] Leaves(IReadOnlyList<IndexEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        if (entries.Count == 0) throw new ArgumentException("A batch has at least one entry.", nameof(entries));
        var leaves = new Hash256[entries.Count];
        for (int i = 0; i < leaves.Length; i++) leaves[i] = Leaf(entries[i]);
        return leaves;
    }

    /// <summary>The level above; an odd last node goes up unchanged, which is RFC 9162's split.</summary>
    private static void Parents(Hash256[] level, int count, Hash256[] parents)
    {
        for (int i = 0; i < count / 2; i++) parents[i] = Node(level[2 * i], level[(2 * i) + 1]);
        if (count % 2 == 1) parents[count / 2] = level[count - 1];
    }

    private static List<Hash256[]> Levels(IReadOnlyList<IndexEntry> entries)
    {
        List<Hash256[]> levels = [Leaves(entries)];
        while (levels[^1].Length > 1)
        {
            var parents = new Hash256[(levels[^1].Length + 1) / 2];
            Parents(levels[^1], levels[^1].Length, parents);
            levels.Add(parents);
        }

        return levels;
    }

    private static Hash256[] Path(List<Hash256[]> levels, int index)
    {
        var path = new List<Hash256>(levels.Count);
        foreach (Hash256[] level in levels)
        {
            int sibling = index ^ 1;
            if (sibling < level.Length) path.Add(level[sibling]);
            index >>= 1;
        }

        return [.. path];
    }
}
