using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace Consortium.Integrity;

/// <summary>
/// Checks that a disclosure is one (<c>record-commitment.md</c>, "Disclosure": entries cover each leaf once, are subtrees
/// of the tree, are maximal, in order) and recomputes the root from it.
/// </summary>
internal ref struct DisclosureTree
{
    private readonly IReadOnlyList<DisclosedLeaf> _disclosed;
    private readonly IReadOnlyList<HiddenSubtree> _hidden;
    private readonly SuiteHash? _hash;
    private int _nextDisclosed;
    private int _nextHidden;

    private DisclosureTree(Disclosure disclosure, SuiteHash? hash)
    {
        _disclosed = disclosure.Disclosed;
        _hidden = disclosure.Hidden;
        _hash = hash;
    }

    /// <exception cref="DisclosureFormatException">The disclosure breaks a rule.</exception>
    public static void Check(Disclosure disclosure)
    {
        if (disclosure.Version != 1) throw new DisclosureFormatException("The version is not 1.");
        if (!Enum.IsDefined(disclosure.Suite)) throw new DisclosureFormatException("The suite is unknown.");
        if (disclosure.Leaves < 1) throw new DisclosureFormatException("A record has at least one leaf.");
        CheckLeaves(disclosure.Disclosed);
        new DisclosureTree(disclosure, null).Walk(disclosure.Leaves);
    }

    /// <summary>The commitment that follows from a disclosure; <see cref="Check"/> comes first.</summary>
    public static Hash256 Commitment(Disclosure disclosure)
    {
        Hash256 root = new DisclosureTree(disclosure, SuiteHash.Of(disclosure.Suite)).Walk(disclosure.Leaves);
        return RecordTree.Commit(root, disclosure.Leaves, disclosure.Suite);
    }

    private static void CheckLeaves(IReadOnlyList<DisclosedLeaf> disclosed)
    {
        byte[] previous = [];
        foreach (DisclosedLeaf leaf in disclosed)
        {
            if (!IsText(leaf.Pointer) || leaf.Pointer.Length == 0 || !JsonPointer.IsWellFormed(leaf.Pointer)) throw new DisclosureFormatException($"Leaf {leaf.Index}: the pointer (p) is no RFC 6901 pointer.");
            byte[] pointer = Encoding.UTF8.GetBytes(leaf.Pointer);
            if (previous.AsSpan().SequenceCompareTo(pointer) >= 0) throw new DisclosureFormatException($"Leaf {leaf.Index}: the pointers do not strictly ascend.");
            previous = pointer;
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

    private static bool IsText(string text)
    {
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
            return Leaf(_disclosed[_nextDisclosed++]);
        }

        int leftCount = RecordTree.LeftSize(count);
        Hash256 left = Subtree(first, leftCount, out bool leftHidden);
        Hash256 right = Subtree(first + leftCount, count - leftCount, out bool rightHidden);
        if (leftHidden && rightHidden) throw new DisclosureFormatException($"The hidden subtrees below leaf {first} are not maximal.");
        return _hash is null ? default : RecordTree.Node(left, right, _hash);
    }

    private readonly Hash256 Leaf(DisclosedLeaf leaf)
    {
        if (_hash is null) return default;
        int most = 1 + Tag128.Length + sizeof(uint) + 1 + Encoding.UTF8.GetMaxByteCount(leaf.Pointer.Length) + Encoding.UTF8.GetMaxByteCount(leaf.Value.Length);
        byte[]? rented = null;
        Span<byte> input = most <= 512 ? stackalloc byte[512] : rented = ArrayPool<byte>.Shared.Rent(most);
        try
        {
            int at = 1 + Tag128.Length + sizeof(uint);
            input[0] = 0x00;
            leaf.Salt.Span.CopyTo(input[1..]);
            int pointer = Encoding.UTF8.GetBytes(leaf.Pointer, input[at..]);
            BinaryPrimitives.WriteUInt32BigEndian(input[(1 + Tag128.Length)..], (uint)pointer);
            at += pointer;
            input[at++] = (byte)leaf.Type;
            at += Encoding.UTF8.GetBytes(leaf.Value, input[at..]);
            Span<byte> hash = stackalloc byte[Hash256.Length];
            _hash.Hash(input[..at], hash);
            return new Hash256(hash);
        }
        finally
        {
            if (rented is not null) ArrayPool<byte>.Shared.Return(rented, clearArray: true);
        }
    }
}
