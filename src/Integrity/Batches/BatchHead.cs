using System.Buffers.Binary;

namespace Consortium.Integrity;

/// <summary>The chained head of one custodian's batches, as the contract computes it.</summary>
public static class BatchHead
{
    /// <summary>
    /// <c>keccak256(previous(32) || u64be firstSeq || u64be count || root(32))</c>, the contract's
    /// <c>abi.encodePacked(bytes32, uint64, uint64, bytes32)</c>. Before the first batch the head is all zero.
    /// </summary>
    public static Hash256 Next(Hash256 previous, ulong firstSeq, ulong count, Hash256 root)
    {
        Span<byte> input = stackalloc byte[32 + 8 + 8 + 32];
        previous.Span.CopyTo(input);
        BinaryPrimitives.WriteUInt64BigEndian(input[32..], firstSeq);
        BinaryPrimitives.WriteUInt64BigEndian(input[40..], count);
        root.Span.CopyTo(input[48..]);
        return Keccak256.Hash(input);
    }
}
