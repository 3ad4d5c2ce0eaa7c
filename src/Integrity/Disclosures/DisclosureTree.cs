using System.Buffers;
using System.Text;

namespace Consortium.Integrity;

/// <summary>
/// Checks that a disclosure is one (<c>record-commitment.md</c>, "Disclosure": entries cover each leaf once, are subtrees
/// of the tree, are maximal, in order) and recomputes the root from it.
/// </summary>
internal ref struct DisclosureTree
{
    private const int ExpectedLeafLength = 128;

    private readonly IReadOnlyList<DisclosedLeaf> _disclosed;
    private readonly IReadOnlyList<HiddenSubtree> _hidden;
    private readonly SuiteHash? _hash;
    private readonly ReadOnlySpan<byte> _leaves; // the hashes of the visible ones
    private int _nextDisclosed;
    private int _nextHidden;

    private DisclosureTree(Disclosure disclosure, SuiteHash? hash, ReadOnlySpan<byte> leaves)
    {
        _disclosed = disclosure.Disclosed;
        _hidden = disclosure.Hidden;
        _hash = hash;
        _leaves = leaves;
    }

    /// <exception cref="DisclosureFormatException">The disclosure breaks a rule.</exception>
    public static void Check(Disclosure disclosure)
    {
        if (disclosure.Version != 1) throw new DisclosureFormatException("The version is not 1.");
        if (!Enum.IsDefined(disclosure.Suite)) throw new DisclosureFormatException("The suite is unknown.");
        if (disclosure.Leaves < 1) throw new DisclosureFormatException("A record has at least one leaf.");
        CheckLeaves(disclosure.Disclosed);
        new DisclosureTree(disclosure, null, []).Walk(disclosure.Leaves);
    }

    /// <summary>The commitment that follows from a disclosure; <see cref="Check"/> comes first.</summary>
    public static Hash256 Commitment(Disclosure disclosure)
    {
        SuiteHash hash = SuiteHash.Of(disclosure.Suite);
        using LeafTable visible = Visible(disclosure.Disclosed);
        byte[] hashes = RecordTree.RentLeafHashes(visible, hash);
        try
        {
            Hash256 root = new DisclosureTree(disclosure, hash, hashes).Walk(disclosure.Leaves);
            return RecordTree.Commit(root, disclosure.Leaves, disclosure.Suite);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(hashes);
        }
    }

    private static LeafTable Visible(IReadOnlyList<DisclosedLeaf> disclosed)
    {
        var leaves = new LeafTable(disclosed.Count * ExpectedLeafLength);
        byte[] pointer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(disclosed.Count == 0 ? 0 : disclosed.Max(leaf => leaf.Pointer.Length)));
        foreach (DisclosedLeaf leaf in disclosed)
        {
            int length = Encoding.UTF8.GetBytes(leaf.Pointer, pointer);
            Encoding.UTF8.GetBytes(leaf.Value, leaves.Add(pointer.AsSpan(0, length), (byte)leaf.Type, Encoding.UTF8.GetByteCount(leaf.Value)));
            leaf.Salt.Span.CopyTo(leaves.Salt(leaves.Count - 1));
        }

        ArrayPool<byte>.Shared.Return(pointer, clearArray: true);
        return leaves;
    }

    private static void CheckLeaves(IReadOnlyList<DisclosedLeaf> disclosed)
    {
        string previous = "";
        foreach (DisclosedLeaf leaf in disclosed)
        {
            if (!IsText(leaf.Pointer) || leaf.Pointer.Length == 0 || !JsonPointer.IsWellFormed(leaf.Pointer)) throw new DisclosureFormatException($"Leaf {leaf.Index}: the pointer (p) is no RFC 6901 pointer.");
            if (CompareBytes(previous, leaf.Pointer) >= 0) throw new DisclosureFormatException($"Leaf {leaf.Index}: the pointers do not strictly ascend.");
            previous = leaf.Pointer;
            bool good = leaf.Type switch
            {
                's' => IsText(leaf.Value),
                'n' => JsonNumber.IsWellFormed(leaf.Value),
                'b' => leaf.Value is "0" or "1",
                'z' => leaf.Value.Length == 0,
                _ => throw new DisclosureFormatException($"Leaf {leaf.Index}: the type (t) is not one of s, n, b, z."),
            };
            if (!good) throw new DisclosureFormatException($"Leaf {leaf.Index}: the value (v) does not fit the type '{leaf.Type}'.");
        }
    }

    // UTF-16 orders as UTF-8 does where there are no surrogates.
    private static int CompareBytes(string x, string y) => HasSurrogates(x) || HasSurrogates(y)
        ? Encoding.UTF8.GetBytes(x).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y))
        : string.CompareOrdinal(x, y);

    private static bool HasSurrogates(string text) => text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF');

    private static bool IsText(string text)
    {
        if (!HasSurrogates(text)) return true;
        for (int i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1])) return false;
            i++;
        }

        return true;
    }

    private Hash256 Walk(int leaves)
    {
        Hash256 root = Subtree(0, leaves, out _);
        if (_nextDisclosed < _disclosed.Count || _nextHidden < _hidden.Count) throw new DisclosureFormatException("The entries overlap, are out of order or pass the last leaf.");
        return root;
    }

    /// <summary>
    /// Consumes the entries for leaves <paramref name="first"/> … first + count − 1. Depth is at most 31 and every branch
    /// consumes an entry or fails, so a false <c>leaves</c> costs nothing.
    /// </summary>
    private Hash256 Subtree(int first, int count, out bool wholeHidden)
    {
        wholeHidden = false;
        if (_nextHidden < _hidden.Count && _hidden[_nextHidden].Index == first && _hidden[_nextHidden].Leaves == count)
        {
            wholeHidden = true;
            return _hidden[_nextHidden++].Hash;
        }

        if (count == 1)
        {
            if (_nextDisclosed == _disclosed.Count || _disclosed[_nextDisclosed].Index != first) throw new DisclosureFormatException($"Leaf {first} is not covered by exactly one entry that is a subtree of the tree.");
            int leaf = _nextDisclosed++;
            return _hash is null ? default : new Hash256(_leaves.Slice(leaf * Hash256.Length, Hash256.Length));
        }

        int leftCount = RecordTree.LeftSize(count);
        Hash256 left = Subtree(first, leftCount, out bool leftHidden);
        Hash256 right = Subtree(first + leftCount, count - leftCount, out bool rightHidden);
        if (leftHidden && rightHidden) throw new DisclosureFormatException($"The hidden subtrees below leaf {first} are not maximal.");
        return _hash is null ? default : RecordTree.Node(left, right, _hash);
    }
}
