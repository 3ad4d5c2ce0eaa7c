using System.Buffers.Binary;
using Consortium.Integrity;

namespace Consortium.Ledger.Tests;

/// <summary>Index entries that look like real ones: random tags and commitments, small kinds, present-day times.</summary>
internal static class Entries
{
    public static IndexEntry[] Random(int count, int seed)
    {
        var random = new Random(seed);
        byte[] packed = new byte[count * IndexEntry.PackedLength];
        random.NextBytes(packed);
        for (int i = 0; i < count; i++)
        {
            Span<byte> entry = packed.AsSpan(i * IndexEntry.PackedLength, IndexEntry.PackedLength);
            BinaryPrimitives.WriteUInt16BigEndian(entry[64..], (ushort)random.Next(1, 147));
            BinaryPrimitives.WriteUInt64BigEndian(entry[66..], 1_790_000_000 + (ulong)random.Next(10_000_000));
        }

        return IndexEntry.Unpack(packed);
    }
}
