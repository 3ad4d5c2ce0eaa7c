using System.Buffers.Binary;
using System.Numerics;

namespace Consortium.Ledger;

/// <summary>Writes Recursive Length Prefix (Ethereum Yellow Paper, appendix B): byte strings and lists of them.</summary>
internal sealed class RlpWriter
{
    private readonly List<byte[]> _items = [];
    private readonly Stack<int> _open = new();

    /// <summary>A byte string as it stands.</summary>
    public void Bytes(ReadOnlySpan<byte> value)
    {
        if (value.Length == 1 && value[0] < 0x80)
        {
            _items.Add([value[0]]);
            return;
        }

        byte[] header = Header(0x80, value.Length);
        byte[] item = new byte[header.Length + value.Length];
        header.CopyTo(item, 0);
        value.CopyTo(item.AsSpan(header.Length));
        _items.Add(item);
    }

    /// <summary>An integer: big-endian without leading zeros; zero is the empty string.</summary>
    public void Integer(UInt128 value)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, value);
        Bytes(bytes.TrimStart((byte)0));
    }

    /// <summary>An unsigned integer of up to 256 bits, given big-endian; leading zeros are dropped.</summary>
    public void Integer(ReadOnlySpan<byte> bigEndian) => Bytes(bigEndian.TrimStart((byte)0));

    /// <summary>Opens a list that ends when the result is disposed.</summary>
    public ListScope List()
    {
        _open.Push(_items.Count);
        return new ListScope(this);
    }

    /// <summary>All that was written.</summary>
    public byte[] ToArray()
    {
        if (_open.Count > 0) throw new InvalidOperationException("A list is still open.");
        return Join(0);
    }

    private static byte[] Header(byte offset, int length)
    {
        if (length < 56) return [(byte)(offset + length)];
        int lengthBytes = (32 - BitOperations.LeadingZeroCount((uint)length) + 7) / 8;
        byte[] header = new byte[1 + lengthBytes];
        header[0] = (byte)(offset + 55 + lengthBytes);
        for (int i = 0; i < lengthBytes; i++) header[^(i + 1)] = (byte)(length >> (8 * i));
        return header;
    }

    private byte[] Join(int from)
    {
        int total = 0;
        for (int i = from; i < _items.Count; i++) total += _items[i].Length;
        byte[] joined = new byte[total];
        int position = 0;
        for (int i = from; i < _items.Count; i++)
        {
            _items[i].CopyTo(joined, position);
            position += _items[i].Length;
        }

        return joined;
    }

    private void Close()
    {
        int from = _open.Pop();
        byte[] payload = Join(from);
        _items.RemoveRange(from, _items.Count - from);
        _items.Add([.. Header(0xc0, payload.Length), .. payload]);
    }

    /// <summary>An open list.</summary>
    internal readonly struct ListScope(RlpWriter writer) : IDisposable
    {
        public void Dispose() => writer.Close();
    }
}
