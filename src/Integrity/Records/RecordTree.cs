using System.Buffers;

namespace Consortium.Integrity;

/// <summary>The Merkle tree over a record's leaf hashes, split as in RFC 9162 section 2.1.1.</summary>
internal static class RecordTree
{
    private const byte NodePrefix = 0x01;
    private const byte CommitmentPrefix = 0x02;
    private const int HashLength = Hash256.Length;
    private const int NodeLength = 1 + (2 * HashLength);

    /// <summary>Hashes each leaf of a table whose salts are filled; the result is rented and holds 32 bytes a leaf.</summary>
    public static byte[] RentLeafHashes(LeafTable leaves, SuiteHash hash)
    {
        byte[] hashes = ArrayPool<byte>.Shared.Rent(leaves.Count * HashLength);
        hash.HashAll(new LeafInputs(leaves), hashes);
        return hashes;
    }

    /// <summary>
    /// The root over hashes laid end to end, which are overwritten. Pairing neighbours level by level and carrying an odd
    /// last one up gives exactly RFC 9162's tree.
    /// </summary>
    public static Hash256 FoldInPlace(Span<byte> hashes, SuiteHash hash)
    {
        if (hashes.Length == HashLength) return new Hash256(hashes);
        byte[] rented = ArrayPool<byte>.Shared.Rent(hashes.Length / (2 * HashLength) * NodeLength);
        for (int count = hashes.Length / HashLength; count > 1; count = (count + 1) / 2)
        {
            Span<byte> pairs = rented.AsSpan(0, count / 2 * NodeLength);
            for (int i = 0; i < count / 2; i++)
            {
                pairs[i * NodeLength] = NodePrefix;
                hashes.Slice(i * 2 * HashLength, 2 * HashLength).CopyTo(pairs[((i * NodeLength) + 1)..]);
            }

            if (count % 2 == 1) hashes.Slice((count - 1) * HashLength, HashLength).CopyTo(hashes[(count / 2 * HashLength)..]);
            hash.HashAll(new EqualMessages(pairs, NodeLength), hashes);
        }

        ArrayPool<byte>.Shared.Return(rented);
        return new Hash256(hashes[..HashLength]);
    }

    /// <summary><c>node(l, r)</c>.</summary>
    public static Hash256 Node(in Hash256 left, in Hash256 right, SuiteHash hash)
    {
        Span<byte> input = stackalloc byte[1 + (2 * HashLength)];
        input[0] = NodePrefix;
        left.Span.CopyTo(input[1..]);
        right.Span.CopyTo(input[(1 + HashLength)..]);
        Span<byte> node = stackalloc byte[HashLength];
        hash.Hash(input, node);
        return new Hash256(node);
    }

    /// <summary>The number of leaves of the left subtree: the largest power of two smaller than <paramref name="count"/> (count > 1).</summary>
    public static int LeftSize(int count) => 1 << (31 - int.LeadingZeroCount(count - 1));

    /// <summary><c>commitment</c>: the root bound to version, suite and number of leaves.</summary>
    public static Hash256 Commit(in Hash256 root, int leaves, CommitmentSuite suite)
    {
        ReadOnlySpan<byte> label = suite == CommitmentSuite.Sm3 ? "record-commitment/1/sm3"u8 : "record-commitment/1/sha256"u8;
        Span<byte> input = stackalloc byte[64 + HashLength];
        input[0] = CommitmentPrefix;
        label.CopyTo(input[1..]);
        int at = 1 + label.Length;
        input[at++] = 0x00;
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(input[at..], (uint)leaves);
        at += sizeof(uint);
        root.Span.CopyTo(input[at..]);
        Span<byte> commitment = stackalloc byte[HashLength];
        SuiteHash.Of(suite).Hash(input[..(at + HashLength)], commitment);
        return new Hash256(commitment);
    }
}
