using System.Buffers.Binary;
using System.Text;

namespace Consortium.Adapters.Tests.Files;

/// <summary>Word 97 files as tests need them ([MS-DOC]): runs of text with their properties, in a compound file ([MS-CFB]) of two streams.</summary>
internal sealed class DocFixture
{
    private const int Sector = 512, LeastStream = 4096, TextAt = 1536;
    private const uint EndOfChain = 0xFFFFFFFE, Free = 0xFFFFFFFF, FatSector = 0xFFFFFFFD;

    private readonly List<(string Text, byte[] Character, byte[] Paragraph)> _runs = [];
    private string _headers = "";

    public static byte[] Hidden => [0x3C, 0x08, 1];

    public static byte[] Deleted => [0x00, 0x08, 1];

    public static byte[] Struck => [0x37, 0x08, 1];

    public static byte[] Raised => [0x48, 0x2A, 1];

    public static byte[] Special => [0x55, 0x08, 1];

    public static byte[] InTable => [0x16, 0x24, 1];

    public static byte[] RowEnd => [0x16, 0x24, 1, 0x17, 0x24, 1];

    /// <summary>Flags of the file information block besides the one that names the table stream.</summary>
    public ushort Flags { get; init; }

    public ushort Version { get; init; } = 0x00C1;

    public string StreamName { get; init; } = "WordDocument";

    public DocFixture Run(string text, byte[]? character = null, byte[]? paragraph = null)
    {
        _runs.Add((text, character ?? [], paragraph ?? []));
        return this;
    }

    public DocFixture Header(string text)
    {
        _headers = text;
        return this;
    }

    public byte[] Bytes()
    {
        if (_headers.Length > 0) _runs.Add((_headers + "\r", [], []));
        string text = string.Concat(_runs.Select(run => run.Text));
        int headers = _headers.Length == 0 ? 0 : _headers.Length + 1;
        int pagesAt = TextAt + ((((text.Length * 2) + Sector - 1) / Sector) * Sector);
        byte[] word = new byte[Math.Max(LeastStream, pagesAt + (2 * Sector))];
        Encoding.Unicode.GetBytes(text).CopyTo(word, TextAt);
        Page(isParagraph: false).CopyTo(word, pagesAt);
        Page(isParagraph: true).CopyTo(word, pagesAt + Sector);

        var table = new MemoryStream();
        U16(word, 0, 0xA5EC);
        U16(word, 2, Version);
        U16(word, 0x0A, (ushort)(0x0200 | Flags));
        U32(word, 0x4C, (uint)(text.Length - headers));
        U32(word, 0x54, (uint)headers);
        Part(word, table, 0x1A2, [2, .. Bytes32(16), .. Bytes32(0), .. Bytes32(text.Length), 0, 0, .. Bytes32(TextAt), 0, 0]);
        Part(word, table, 0xFA, [.. Bytes32(TextAt), .. Bytes32(TextAt + (2 * text.Length)), .. Bytes32(pagesAt / Sector)]);
        Part(word, table, 0x102, [.. Bytes32(TextAt), .. Bytes32(TextAt + (2 * text.Length)), .. Bytes32((pagesAt / Sector) + 1)]);
        Part(word, table, 0x112, [0, 0, 0, 0]);
        if (headers > 0) Part(word, table, 0xF2, [.. Enumerable.Repeat(0, 8).SelectMany(Bytes32), .. Enumerable.Repeat(headers, 6).SelectMany(Bytes32)]);
        return Compound(word, table.ToArray());
    }

    // Places of the runs, then for each where its properties stand; those from the end backwards.
    private byte[] Page(bool isParagraph)
    {
        byte[] page = new byte[Sector];
        page[^1] = (byte)_runs.Count;
        int place = TextAt, end = Sector - 2, entry = 4 * (_runs.Count + 1);
        for (int i = 0; i < _runs.Count; i++)
        {
            U32(page, 4 * i, (uint)place);
            place += 2 * _runs[i].Text.Length;
            byte[] own = isParagraph ? _runs[i].Paragraph : _runs[i].Character;
            if (own.Length > 0)
            {
                byte[] stored = isParagraph ? [0, (byte)((own.Length + 3) / 2), 0, 0, .. own] : [(byte)own.Length, .. own];
                end = (end - stored.Length) & ~1;
                stored.CopyTo(page, end);
                page[entry] = (byte)(end / 2);
            }

            entry += isParagraph ? 13 : 1;
        }

        U32(page, 4 * _runs.Count, (uint)place);
        return page;
    }

    private byte[] Compound(byte[] word, byte[] table)
    {
        int wordSectors = (word.Length + Sector - 1) / Sector, tableSectors = LeastStream / Sector;
        byte[] file = new byte[Sector * (1 + 2 + wordSectors + tableSectors)];
        ((byte[])[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]).CopyTo(file, 0);
        U16(file, 0x1A, 3);
        U16(file, 0x1C, 0xFFFE);
        U16(file, 0x1E, 9);
        U16(file, 0x20, 6);
        U32(file, 0x2C, 1);
        U32(file, 0x30, 1);
        U32(file, 0x38, LeastStream);
        U32(file, 0x3C, EndOfChain);
        U32(file, 0x44, EndOfChain);
        U32(file, 0x4C, 0);
        for (int i = 1; i < 109; i++) U32(file, 0x4C + (4 * i), Free);

        for (int i = 0; i < Sector / 4; i++) U32(file, Sector + (4 * i), Free);
        U32(file, Sector, FatSector);
        U32(file, Sector + 4, EndOfChain);
        Chain(2, wordSectors);
        Chain(2 + wordSectors, tableSectors);
        Entry(0, "Root Entry", 5, child: 1, EndOfChain, 0);
        Entry(1, StreamName, 2, Free, 2, (uint)word.Length, right: 2);
        Entry(2, "1Table", 2, Free, (uint)(2 + wordSectors), LeastStream);
        word.CopyTo(file, 3 * Sector);
        table.CopyTo(file, (3 + wordSectors) * Sector);
        return file;

        void Chain(int first, int count)
        {
            for (int i = 0; i < count; i++) U32(file, Sector + (4 * (first + i)), i == count - 1 ? EndOfChain : (uint)(first + i + 1));
        }

        void Entry(int number, string name, byte type, uint child, uint start, uint size, uint right = Free)
        {
            int at = (2 * Sector) + (128 * number);
            Encoding.Unicode.GetBytes(name).CopyTo(file, at);
            U16(file, at + 64, (ushort)(2 * (name.Length + 1)));
            file[at + 66] = type;
            U32(file, at + 68, Free);
            U32(file, at + 72, right);
            U32(file, at + 76, child);
            U32(file, at + 116, start);
            U32(file, at + 120, size);
        }
    }

    private static void Part(byte[] word, MemoryStream table, int place, byte[] part)
    {
        U32(word, place, (uint)table.Length);
        U32(word, place + 4, (uint)part.Length);
        table.Write(part);
    }

    private static byte[] Bytes32(int value)
    {
        byte[] bytes = new byte[4];
        U32(bytes, 0, (uint)value);
        return bytes;
    }

    private static void U16(byte[] bytes, int at, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(at), value);

    private static void U32(byte[] bytes, int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), value);
}
