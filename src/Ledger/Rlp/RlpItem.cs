namespace Consortium.Ledger;

/// <summary>
/// A decoded RLP item: a byte string, or a list of items. Only the canonical form is read (Yellow Paper, appendix B):
/// one value has one encoding.
/// </summary>
internal sealed record RlpItem
{
    private const int DeepestNesting = 64;

    private RlpItem(ReadOnlyMemory<byte> bytes, IReadOnlyList<RlpItem>? items)
    {
        Bytes = bytes;
        Items = items;
    }

    /// <summary>The string's bytes; empty for a list.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The list's items; null for a byte string.</summary>
    public IReadOnlyList<RlpItem>? Items { get; }

    /// <summary>Reads exactly one item.</summary>
    /// <exception cref="FormatException">Cut, over-long, nested too deep, or not canonical.</exception>
    public static RlpItem Parse(ReadOnlyMemory<byte> data)
    {
        RlpItem item = Read(ref data, 0);
        return data.IsEmpty ? item : throw new FormatException($"{data.Length} bytes follow the RLP item.");
    }

    private static RlpItem Read(ref ReadOnlyMemory<byte> data, int depth)
    {
        if (depth > DeepestNesting) throw new FormatException($"RLP lists nest deeper than {DeepestNesting}.");
        if (data.IsEmpty) throw new FormatException("The RLP item is cut.");
        byte first = data.Span[0];
        if (first < 0x80) return new RlpItem(Take(ref data, 0, 1), null);
        bool list = first >= 0xc0;
        int length = first - (list ? 0xc0 : 0x80);
        int header = 1;
        if (length > 55)
        {
            int lengthBytes = length - 55;
            length = LongLength(data.Span, lengthBytes);
            header += lengthBytes;
        }

        ReadOnlyMemory<byte> payload = Take(ref data, header, length);
        if (!list)
        {
            if (length == 1 && payload.Span[0] < 0x80) throw new FormatException("A single RLP byte below 0x80 stands for itself.");
            return new RlpItem(payload, null);
        }

        var items = new List<RlpItem>();
        while (!payload.IsEmpty) items.Add(Read(ref payload, depth + 1));
        return new RlpItem(default, items);
    }

    private static int LongLength(ReadOnlySpan<byte> data, int lengthBytes)
    {
        if (data.Length < 1 + lengthBytes) throw new FormatException("The RLP item is cut.");
        long length = 0;
        for (int i = 0; i < lengthBytes; i++)
        {
            length = (length << 8) | data[1 + i];
            if (length > int.MaxValue) throw new FormatException("The RLP item is longer than 2 GiB.");
        }

        if (data[1] == 0 || length < 56) throw new FormatException("The RLP length is not in its shortest form.");
        return (int)length;
    }

    private static ReadOnlyMemory<byte> Take(ref ReadOnlyMemory<byte> data, int header, int length)
    {
        if (data.Length - header < length) throw new FormatException("The RLP item is cut.");
        ReadOnlyMemory<byte> taken = data.Slice(header, length);
        data = data[(header + length)..];
        return taken;
    }
}
