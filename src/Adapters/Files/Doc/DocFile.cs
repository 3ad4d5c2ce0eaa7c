using System.Buffers.Binary;

namespace Consortium.Adapters.Files.Doc;

/// <summary>A run of bytes of the document stream with its properties ([MS-DOC] Chpx, PapxInFkp).</summary>
internal readonly record struct DocRun(uint Start, uint End, ReadOnlyMemory<byte> Properties);

/// <summary>A piece of text: characters that stand together in the document stream ([MS-DOC] 2.9.177 Pcd).</summary>
internal readonly record struct DocPiece(int First, int End, uint Offset, bool IsAnsi);

/// <summary>The structures of a Word document that say which characters it has and how they are shown ([MS-DOC] 2.4).</summary>
internal sealed class DocFile
{
    private const int Magic = 0xA5EC, Word97 = 0x00C1;
    private const int PageLength = 512;

    // [MS-DOC] 2.5.1 Fib: places of what is used here, the same in every version since Word 97.
    private const int FibFlags = 0x0A, CcpText = 0x4C, FcPlcfHdd = 0xF2, FcPlcfBteChpx = 0xFA, FcPlcfBtePapx = 0x102, FcSttbfFfn = 0x112, FcClx = 0x1A2, LeastFib = 0x1AA;

    private readonly byte[] _word;
    private readonly byte[] _table;

    private DocFile(byte[] word, byte[] table)
    {
        _word = word;
        _table = table;
        Pieces = ReadPieces();
        Characters = ReadRuns(FcPlcfBteChpx, isParagraph: false);
        Paragraphs = ReadRuns(FcPlcfBtePapx, isParagraph: true);
        Fonts = ReadFonts();
    }

    public List<DocPiece> Pieces { get; }

    public List<DocRun> Characters { get; }

    public List<DocRun> Paragraphs { get; }

    public List<string> Fonts { get; }

    public ReadOnlySpan<byte> Stream => _word;

    /// <summary>Lengths of the parts of the text, in their order: main text, footnotes, headers, macros, comments, endnotes, text boxes, text boxes of headers.</summary>
    public int[] Lengths => [.. Enumerable.Range(0, 8).Select(i => Math.Max(0, I32(_word, CcpText + (4 * i))))];

    /// <summary>Where each header and footer begins within theirs ([MS-DOC] 2.8.22).</summary>
    public int[] HeaderPlaces()
    {
        ReadOnlySpan<byte> plc = Part(FcPlcfHdd);
        int[] places = new int[plc.Length / 4];
        for (int i = 0; i < places.Length; i++) places[i] = I32(plc, 4 * i);
        return places;
    }

    /// <exception cref="FileRefusedException">It is no document that can be read.</exception>
    public static DocFile Open(ReadOnlySpan<byte> bytes)
    {
        CompoundFile file = CompoundFile.Open(bytes);
        byte[] word = file.Stream("WordDocument") ?? throw FileRefusedException.Damaged("the Word file has no document");
        if (word.Length < LeastFib || U16(word, 0) != Magic || U16(word, 2) < Word97)
        {
            throw new FileRefusedException("not-supported", "this Word file is of Word 95 or older, or of another program. Open it in a word processor, save it as DOCX, and send it again.");
        }

        int flags = U16(word, FibFlags);
        if ((flags & 0x0100) != 0) throw FileRefusedException.Locked("Word");
        byte[] table = file.Stream((flags & 0x0200) != 0 ? "1Table" : "0Table") ?? throw FileRefusedException.Damaged("the Word file has no table of its parts");
        try
        {
            return new DocFile(word, table);
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or IndexOutOfRangeException or OverflowException)
        {
            throw FileRefusedException.Damaged("the parts of the Word file do not hold together", e);
        }
    }

    private ReadOnlySpan<byte> Part(int place) => _table.AsSpan().Slice(I32(_word, place), I32(_word, place + 4));

    // [MS-DOC] 2.9.38 Clx: property changes first, then the table of pieces.
    private List<DocPiece> ReadPieces()
    {
        ReadOnlySpan<byte> clx = Part(FcClx);
        int at = 0;
        while (clx.Length > at && clx[at] == 1) at += 3 + U16(clx, at + 1);
        if (clx.Length < at + 5 || clx[at] != 2) throw FileRefusedException.Damaged("the Word file has no table of pieces");
        ReadOnlySpan<byte> plc = clx.Slice(at + 5, I32(clx, at + 1));
        int count = (plc.Length - 4) / 12;
        var pieces = new List<DocPiece>(count);
        for (int i = 0; i < count; i++)
        {
            int first = I32(plc, 4 * i), end = I32(plc, 4 * (i + 1));
            uint place = (uint)I32(plc, (4 * (count + 1)) + (8 * i) + 2);
            bool ansi = (place & 0x40000000) != 0;
            uint offset = place & 0x3FFFFFFF;
            if (ansi) offset /= 2;
            if (first < 0 || end < first || offset + ((long)(end - first) * (ansi ? 1 : 2)) > _word.Length) throw FileRefusedException.Damaged("a piece of the Word file lies outside of it");
            pieces.Add(new DocPiece(first, end, offset, ansi));
        }

        return pieces;
    }

    // [MS-DOC] 2.8.5, 2.8.6: pages of 512 bytes, each with runs and, from its end backwards, their properties.
    private List<DocRun> ReadRuns(int place, bool isParagraph)
    {
        ReadOnlySpan<byte> plc = Part(place);
        int pages = (plc.Length - 4) / 8;
        var runs = new List<DocRun>();
        for (int p = 0; p < pages; p++)
        {
            int at = (I32(plc, (4 * (pages + 1)) + (4 * p)) & 0x3FFFFF) * PageLength;
            ReadOnlyMemory<byte> page = _word.AsMemory().Slice(at, PageLength);
            int count = page.Span[PageLength - 1];
            for (int i = 0; i < count; i++)
            {
                uint start = (uint)I32(page.Span, 4 * i), end = (uint)I32(page.Span, 4 * (i + 1));
                int offset = 2 * page.Span[(4 * (count + 1)) + (i * (isParagraph ? 13 : 1))];
                runs.Add(new DocRun(start, end, offset == 0 ? default : isParagraph ? ParagraphProperties(page, offset) : page.Slice(offset + 1, page.Span[offset])));
            }
        }

        runs.Sort(static (a, b) => a.Start.CompareTo(b.Start));
        return runs;
    }

    // [MS-DOC] 2.9.175 PapxInFkp; the first two bytes are the style.
    private static ReadOnlyMemory<byte> ParagraphProperties(ReadOnlyMemory<byte> page, int offset)
    {
        int words = page.Span[offset];
        ReadOnlyMemory<byte> all = words != 0 ? page.Slice(offset + 1, (2 * words) - 1) : page.Slice(offset + 2, 2 * page.Span[offset + 1]);
        return all.Length > 2 ? all[2..] : default;
    }

    // [MS-DOC] 2.9.283 SttbfFfn, 2.9.79 FFN.
    private List<string> ReadFonts()
    {
        const int nameAt = 40;
        ReadOnlySpan<byte> table = Part(FcSttbfFfn);
        var fonts = new List<string>();
        for (int at = 4; at < table.Length;)
        {
            int length = table[at] + 1;
            ReadOnlySpan<byte> font = table.Slice(at, Math.Min(length, table.Length - at));
            string name = font.Length > nameAt ? System.Text.Encoding.Unicode.GetString(font[nameAt..]) : "";
            int end = name.IndexOf('\0', StringComparison.Ordinal);
            fonts.Add(end < 0 ? name : name[..end]);
            at += length;
        }

        return fonts;
    }

    private static ushort U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static int I32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt32LittleEndian(bytes[at..]);
}
