using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Consortium.Integrity;

/// <summary>A commitment and the number of leaves under it.</summary>
/// <param name="Commitment">What goes on the chain.</param>
/// <param name="Leaves">The number of scalars in the record.</param>
public readonly record struct CommitmentResult(Hash256 Commitment, int Leaves);

/// <summary>
/// Commits to a record and discloses parts of it: <c>record-commitment.md</c>, version 1. Pure functions over the exact
/// stored bytes; thread-safe.
/// </summary>
public static class RecordCommitment
{
    /// <summary>Length of a record secret in bytes.</summary>
    public const int SecretLength = 32;

    /// <summary>Draws a fresh secret; each version of each record has its own.</summary>
    public static byte[] NewSecret() => RandomNumberGenerator.GetBytes(SecretLength);

    /// <summary>The commitment to one FHIR resource.</summary>
    /// <param name="json">The resource exactly as stored, UTF-8.</param>
    /// <param name="secret">The 32-byte secret of this version.</param>
    /// <param name="suite">The hash function.</param>
    /// <exception cref="RecordFormatException">The resource is refused; the exception names pointer and byte offset.</exception>
    /// <exception cref="ArgumentException">The secret has another length.</exception>
    public static CommitmentResult Compute(ReadOnlySpan<byte> json, ReadOnlySpan<byte> secret, CommitmentSuite suite = CommitmentSuite.Sha256)
    {
        SuiteHash hash = SuiteHash.Of(suite);
        using LeafTable leaves = Salted(json, secret, hash);
        byte[] hashes = RecordTree.RentLeafHashes(leaves, hash);
        try
        {
            Hash256 root = RecordTree.FoldInPlace(hashes.AsSpan(0, leaves.Count * Hash256.Length), hash);
            return new CommitmentResult(RecordTree.Commit(root, leaves.Count, suite), leaves.Count);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(hashes);
        }
    }

    /// <summary>What the receiver of a redacted view needs to check it against the commitment.</summary>
    /// <param name="json">The resource exactly as stored, UTF-8.</param>
    /// <param name="secret">The 32-byte secret of this version.</param>
    /// <param name="suite">The hash function.</param>
    /// <param name="hiddenPointers">RFC 6901 pointers; each hides the element it names and all below it.</param>
    /// <exception cref="RecordFormatException">The resource is refused.</exception>
    /// <exception cref="ArgumentException">
    /// The secret has another length, or a pointer is malformed or names nothing in the record. A pointer that hides
    /// nothing is a mistake that would leak what it was meant to hide, so it is not ignored.
    /// </exception>
    public static Disclosure Disclose(ReadOnlySpan<byte> json, ReadOnlySpan<byte> secret, CommitmentSuite suite, IReadOnlyCollection<string> hiddenPointers)
    {
        ArgumentNullException.ThrowIfNull(hiddenPointers);
        SuiteHash hash = SuiteHash.Of(suite);
        using LeafTable leaves = Salted(json, secret, hash);
        bool[] hidden = Hidden(leaves, hiddenPointers);
        byte[] hashes = RecordTree.RentLeafHashes(leaves, hash);
        try
        {
            var disclosed = new List<DisclosedLeaf>();
            for (int i = 0; i < leaves.Count; i++)
            {
                if (hidden[i]) continue;
                disclosed.Add(new DisclosedLeaf(
                    i,
                    Encoding.UTF8.GetString(leaves.Pointer(i)),
                    (char)leaves.Type(i),
                    Encoding.UTF8.GetString(leaves.Payload(i)),
                    new Tag128(leaves.Salt(i))));
            }

            var subtrees = new List<HiddenSubtree>();
            CollectHidden(0, leaves.Count, hidden, hashes, hash, subtrees);
            return new Disclosure { Suite = suite, Leaves = leaves.Count, Disclosed = disclosed, Hidden = subtrees };
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(hashes);
        }
    }

    private static LeafTable Salted(ReadOnlySpan<byte> json, ReadOnlySpan<byte> secret, SuiteHash hash)
    {
        if (secret.Length != SecretLength) throw new ArgumentException($"A record secret has {SecretLength} bytes, not {secret.Length}.", nameof(secret));
        LeafTable leaves = RecordReader.Flatten(json);
        using SaltKey key = hash.Key(secret);
        key.SaltAll(leaves);
        return leaves;
    }

    private static bool[] Hidden(LeafTable leaves, IReadOnlyCollection<string> pointers)
    {
        bool[] hidden = new bool[leaves.Count];
        foreach (string pointer in pointers)
        {
            if (!JsonPointer.IsWellFormed(pointer)) throw new ArgumentException($"'{pointer}' is no RFC 6901 pointer.", nameof(pointers));
            byte[] utf8 = Encoding.UTF8.GetBytes(pointer);
            bool any = false;
            for (int i = FirstAtOrAfter(leaves, utf8); i < leaves.Count && leaves.Pointer(i).StartsWith(utf8); i++)
            {
                // "/name" hides "/name" and "/name/0", not "/names" and not "/name-x", which sort between the two.
                ReadOnlySpan<byte> leaf = leaves.Pointer(i);
                if (leaf.Length > utf8.Length && leaf[utf8.Length] != (byte)'/') continue;
                hidden[i] = any = true;
            }

            if (!any) throw new ArgumentException($"The pointer '{pointer}' hides nothing: the record has no such element.", nameof(pointers));
        }

        return hidden;
    }

    private static int FirstAtOrAfter(LeafTable leaves, ReadOnlySpan<byte> pointer)
    {
        int low = 0;
        int high = leaves.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (leaves.Pointer(middle).SequenceCompareTo(pointer) < 0) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    /// <summary>Descends only where something is visible, so each subtree noted is maximal. Hidden ranges of <paramref name="hashes"/> are overwritten.</summary>
    private static void CollectHidden(int first, int count, bool[] hidden, byte[] hashes, SuiteHash hash, List<HiddenSubtree> subtrees)
    {
        if (!hidden.AsSpan(first, count).Contains(false))
        {
            Hash256 root = RecordTree.FoldInPlace(hashes.AsSpan(first * Hash256.Length, count * Hash256.Length), hash);
            subtrees.Add(new HiddenSubtree(first, count, root));
        }
        else if (count > 1)
        {
            int left = RecordTree.LeftSize(count);
            CollectHidden(first, left, hidden, hashes, hash, subtrees);
            CollectHidden(first + left, count - left, hidden, hashes, hash, subtrees);
        }
    }
}
