using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Consortium.Integrity;

/// <summary>
/// The leaves of one record in pooled memory. Each leaf lies in the arena exactly as it is hashed,
/// <c>0x00 || salt || u32(len(pointer)) || pointer || type || payload</c>, so that hashing copies nothing;
/// the salt's place is filled when the secret is known.
/// </summary>
internal sealed class LeafTable : IDisposable
{
    private const int SaltAt = 1;
    private const int LengthAt = SaltAt + Tag128.Length;
    private const int PointerAt = LengthAt + sizeof(uint);

    private byte[] _arena;
    private int _used;
    private Leaf[] _leaves;
    private int _count;

    public LeafTable(int expectedBytes)
    {
        _arena = ArrayPool<byte>.Shared.Rent(Math.Max(expectedBytes, 256));
        _leaves = ArrayPool<Leaf>.Shared.Rent(64);
    }

    public int Count => _count;

    /// <summary>The bytes that <c>leaf</c> is the hash of.</summary>
    public ReadOnlySpan<byte> HashInput(int index) => _arena.AsSpan(_leaves[index].Start, _leaves[index].Length);

    public Span<byte> Salt(int index) => _arena.AsSpan(_leaves[index].Start + SaltAt, Tag128.Length);

    public ReadOnlySpan<byte> Pointer(int index) => Pointer(in _leaves[index]);

    public byte Type(int index) => _arena[_leaves[index].Start + PointerAt + _leaves[index].PointerLength];

    public ReadOnlySpan<byte> Payload(int index)
    {
        ref readonly Leaf leaf = ref _leaves[index];
        int skip = PointerAt + leaf.PointerLength + 1;
        return _arena.AsSpan(leaf.Start + skip, leaf.Length - skip);
    }

    /// <summary>Adds a leaf and returns the place for its payload, which must be filled at once.</summary>
    /// <exception cref="NotSupportedException">The leaves of one record pass the 2 GiB that an array can hold.</exception>
    public Span<byte> Add(ReadOnlySpan<byte> pointer, byte type, int payloadLength)
    {
        int length = PointerAt + pointer.Length + 1 + payloadLength;
        Span<byte> record = Reserve(length);
        record[0] = 0x00;
        BinaryPrimitives.WriteUInt32BigEndian(record[LengthAt..], (uint)pointer.Length);
        pointer.CopyTo(record[PointerAt..]);
        record[PointerAt + pointer.Length] = type;

        if (_count == _leaves.Length) GrowLeaves();
        _leaves[_count++] = new Leaf(_used - length, length, pointer.Length);
        return record[(PointerAt + pointer.Length + 1)..];
    }

    /// <summary>Gives back bytes of the payload added last (an escape sequence is longer than what it stands for).</summary>
    public void TrimLast(int unused)
    {
        ref Leaf last = ref _leaves[_count - 1];
        last = last with { Length = last.Length - unused };
        _used -= unused;
    }

    /// <summary>Orders the leaves by pointer, bytes compared as unsigned.</summary>
    public void Sort() => _leaves.AsSpan(0, _count).Sort((a, b) => Pointer(in a).SequenceCompareTo(Pointer(in b)));

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_arena.AsSpan(0, _used));
        ArrayPool<byte>.Shared.Return(_arena);
        ArrayPool<Leaf>.Shared.Return(_leaves);
        _arena = [];
        _leaves = [];
        _used = _count = 0;
    }

    private ReadOnlySpan<byte> Pointer(in Leaf leaf) => _arena.AsSpan(leaf.Start + PointerAt, leaf.PointerLength);

    private Span<byte> Reserve(int length)
    {
        if (length > _arena.Length - _used)
        {
            long wanted = Math.Min(Math.Max((long)_arena.Length * 2, (long)_used + length), Array.MaxLength);
            if (wanted < (long)_used + length) throw new NotSupportedException("The leaves of one record pass 2 GiB.");
            byte[] larger = ArrayPool<byte>.Shared.Rent((int)wanted);
            _arena.AsSpan(0, _used).CopyTo(larger);
            CryptographicOperations.ZeroMemory(_arena.AsSpan(0, _used));
            ArrayPool<byte>.Shared.Return(_arena);
            _arena = larger;
        }

        Span<byte> place = _arena.AsSpan(_used, length);
        _used += length;
        return place;
    }

    private void GrowLeaves()
    {
        Leaf[] larger = ArrayPool<Leaf>.Shared.Rent(_leaves.Length * 2);
        _leaves.AsSpan(0, _count).CopyTo(larger);
        ArrayPool<Leaf>.Shared.Return(_leaves);
        _leaves = larger;
    }

    private readonly record struct Leaf(int Start, int Length, int PointerLength);
}

/// <summary>The pointers of a record's leaves, of which their salts are the keyed hashes.</summary>
internal readonly struct LeafPointers(LeafTable leaves) : IMessages
{
    public int Count => leaves.Count;

    public ReadOnlySpan<byte> Message(int index) => leaves.Pointer(index);
}

/// <summary>What the hashes of a record's leaves are taken over.</summary>
internal readonly struct LeafInputs(LeafTable leaves) : IMessages
{
    public int Count => leaves.Count;

    public ReadOnlySpan<byte> Message(int index) => leaves.HashInput(index);
}
