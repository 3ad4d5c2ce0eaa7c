using System.Buffers.Binary;

namespace Consortium.Integrity;

/// <summary>
/// What stands on the chain for one version of one record: 74 bytes that tell an outsider nothing
/// (<c>record-commitment.md</c>, "Batch tree").
/// </summary>
/// <param name="RecordId">The custodian's keyed name of this version.</param>
/// <param name="Commitment">The record commitment.</param>
/// <param name="SubjectTag">The keyed name of the patient; zero where the record has no subject.</param>
/// <param name="Kind">Position of the resource type in R4's alphabetical list, from 1; 0 for anything else.</param>
/// <param name="RecordedAt">Seconds since 1970, UTC, of <c>meta.lastUpdated</c>.</param>
public readonly record struct IndexEntry(Tag128 RecordId, Hash256 Commitment, Tag128 SubjectTag, ushort Kind, ulong RecordedAt)
{
    /// <summary>Length of the packed form in bytes.</summary>
    public const int PackedLength = 74;

    /// <summary>Writes the packed form: recordId, commitment, subjectTag, kind, recordedAt; integers big-endian.</summary>
    public void WriteTo(Span<byte> destination)
    {
        RecordId.Span.CopyTo(destination);
        Commitment.Span.CopyTo(destination[16..]);
        SubjectTag.Span.CopyTo(destination[48..]);
        BinaryPrimitives.WriteUInt16BigEndian(destination[64..], Kind);
        BinaryPrimitives.WriteUInt64BigEndian(destination[66..], RecordedAt);
    }

    /// <summary>Reads the packed form.</summary>
    /// <exception cref="ArgumentException">The span is not 74 bytes long.</exception>
    public static IndexEntry Read(ReadOnlySpan<byte> packed)
    {
        if (packed.Length != PackedLength) throw new ArgumentException($"An index entry has {PackedLength} bytes, not {packed.Length}.", nameof(packed));
        return new IndexEntry(
            new Tag128(packed[..16]),
            new Hash256(packed[16..48]),
            new Tag128(packed[48..64]),
            BinaryPrimitives.ReadUInt16BigEndian(packed[64..]),
            BinaryPrimitives.ReadUInt64BigEndian(packed[66..]));
    }

    /// <summary>Packs entries one after the other, as they stand in an anchoring transaction.</summary>
    public static byte[] Pack(IReadOnlyList<IndexEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        byte[] packed = new byte[entries.Count * PackedLength];
        for (int i = 0; i < entries.Count; i++) entries[i].WriteTo(packed.AsSpan(i * PackedLength));
        return packed;
    }

    /// <summary>Reads entries packed one after the other.</summary>
    /// <exception cref="ArgumentException">The length is no multiple of 74.</exception>
    public static IndexEntry[] Unpack(ReadOnlySpan<byte> packed)
    {
        if (packed.Length % PackedLength != 0) throw new ArgumentException($"Packed entries are {PackedLength} bytes each; {packed.Length} bytes is no multiple.", nameof(packed));
        var entries = new IndexEntry[packed.Length / PackedLength];
        for (int i = 0; i < entries.Length; i++) entries[i] = Read(packed.Slice(i * PackedLength, PackedLength));
        return entries;
    }
}
