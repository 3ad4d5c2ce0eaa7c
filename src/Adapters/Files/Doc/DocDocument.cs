using System.Buffers.Binary;
using System.Text;
using Consortium.Fhir;

namespace Consortium.Adapters.Files.Doc;

/// <summary>
/// The text of a Word 97 to 2003 file as a reader of it sees it. Read here and not by <c>antiword</c>, which loses raised digits and takes struck text
/// for text (decision 0165). The numbers of lists are not counted: the items are lines.
/// </summary>
internal sealed class DocDocument
{
    private const int HeadersBefore = 6; // the separators of notes stand before the headers ([MS-DOC] 2.8.22)
    private const int MostInstruction = 64;

    private static readonly Encoding Ansi = CodePagesEncodingProvider.Instance.GetEncoding(1252)!;

    private readonly DocFile _file;
    private readonly Stack<bool> _fieldShows = new();
    private readonly StringBuilder _instruction = new();
    private CellFlow _flow = new();
    private int _pictures;

    private DocDocument(DocFile file) => _file = file;

    /// <exception cref="FileRefusedException">The text cannot be had whole.</exception>
    public static FlowText Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return new DocDocument(DocFile.Open(bytes)).Read();
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or IndexOutOfRangeException or OverflowException)
        {
            throw FileRefusedException.Damaged("the parts of the Word file do not hold together", e);
        }
    }

    private FlowText Read()
    {
        int[] lengths = _file.Lengths;
        int[] starts = new int[lengths.Length + 1];
        for (int i = 0; i < lengths.Length; i++) starts[i + 1] = checked(starts[i] + lengths[i]);

        // Pieces that leave out a part of the text would leave it out without a trace.
        List<DocPiece> pieces = _file.Pieces;
        if (pieces.Count == 0 || pieces[0].First != 0 || pieces[^1].End < starts[^1]) throw FileRefusedException.Damaged("the pieces of the Word file do not make up its text");
        var parts = new List<CellFlow>();
        var margins = new HashSet<string>(StringComparer.Ordinal);
        foreach (CellFlow header in Margins(starts[2], footers: false)) AddOnce(header);
        parts.Add(Part(starts[0], starts[1]));
        foreach (int part in (int[])[6, 1, 5]) parts.Add(Part(starts[part], starts[part + 1])); // text boxes, footnotes, endnotes
        foreach (CellFlow footer in Margins(starts[2], footers: true)) AddOnce(footer);
        return new FlowText(string.Concat(parts.Select(part => part.Text.ToString())), _pictures, [.. parts.SelectMany(part => part.Text.Notices)]);

        void AddOnce(CellFlow margin)
        {
            if (margins.Add(margin.Text.ToString())) parts.Add(margin);
        }
    }

    // For each section: headers of even, odd pages, footers of even, odd pages, header and footer of the first page.
    private IEnumerable<CellFlow> Margins(int start, bool footers)
    {
        int[] places = _file.HeaderPlaces();
        for (int i = HeadersBefore; i < places.Length - 2; i++)
        {
            if ((i % 6 is 2 or 3 or 5) == footers && places[i + 1] > places[i]) yield return Part(start + places[i], start + places[i + 1]);
        }
    }

    private CellFlow Part(int start, int end)
    {
        _flow = new CellFlow();
        _fieldShows.Clear();
        int character = 0, paragraph = 0;
        foreach (DocPiece piece in _file.Pieces)
        {
            int first = Math.Max(piece.First, start), last = Math.Min(piece.End, end);
            for (int at = first; at < last; at++)
            {
                uint offset = piece.Offset + ((uint)(at - piece.First) * (piece.IsAnsi ? 1u : 2u));
                char c = piece.IsAnsi ? Decode(_file.Stream[(int)offset]) : (char)BinaryPrimitives.ReadUInt16LittleEndian(_file.Stream[(int)offset..]);
                Put(c, DocCharacter.Of(Properties(_file.Characters, offset, ref character)), DocParagraph.Of(Properties(_file.Paragraphs, offset, ref paragraph)));
            }
        }

        _flow.End();
        return _flow;
    }

    private static char Decode(byte value) => value < 0x80 ? (char)value : Ansi.GetString([value])[0];

    // Pieces need not stand in order, but most of their characters follow each other.
    private static ReadOnlySpan<byte> Properties(List<DocRun> runs, uint offset, ref int last)
    {
        if (last < runs.Count && runs[last].Start <= offset && offset < runs[last].End) return runs[last].Properties.Span;
        int low = 0, high = runs.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            if (offset < runs[middle].Start) high = middle - 1;
            else if (offset >= runs[middle].End) low = middle + 1;
            else
            {
                last = middle;
                return runs[middle].Properties.Span;
            }
        }

        return default;
    }

    private void Put(char c, in DocCharacter shown, in DocParagraph paragraph)
    {
        switch (c)
        {
            case '\u0007' or '\r':
                Mark(c, shown, paragraph);
                return;
            case '\u0013' or '\u0014' or '\u0015' when shown.IsSpecial:
                Field(c, paragraph);
                return;
        }

        if (_fieldShows.Contains(false))
        {
            if (_instruction.Length < MostInstruction) _instruction.Append(c);
            return;
        }

        if (shown.Hidden || shown.Deleted) return;
        if (shown.Symbol is { } symbol) Append(SymbolFonts.Show(Font(symbol.Font), symbol.Code), shown, paragraph);
        else if (c is '\u000B' or '\u000C' or '\u000E') _flow.Text.Break();
        else if (c is '\u0001' or '\u0008' && shown.IsSpecial) Picture();
        else if (c == '\u001E') Append("-", shown, paragraph);
        else if (c >= ' ' || c == '\t') Append(Shown(c, shown), shown, paragraph);
    }

    private string Shown(char c, in DocCharacter shown) =>
        c is >= '\uF000' and <= '\uF0FF' && shown.Font is { } font && SymbolFonts.IsSymbolFont(Font(font)) ? SymbolFonts.Show(Font(font), c) : c.ToString();

    private string? Font(int number) => number < _file.Fonts.Count ? _file.Fonts[number] : null;

    private void Append(string text, in DocCharacter shown, in DocParagraph paragraph)
    {
        if (shown.Struck)
        {
            if (!string.IsNullOrWhiteSpace(text)) _flow.Text.Notice(IssueSeverity.Warning, "suppressed", "text that is struck through is left out; it stands in the original.");
            return;
        }

        _flow.MoveTo(paragraph.Depth);
        if (paragraph.IsListItem) _flow.Text.Notice(IssueSeverity.Information, "informational", "the numbers of lists are not read from this form of file; the items are.");
        _flow.Text.Append(text, shown.Baseline);
    }

    private void Mark(char c, in DocCharacter shown, in DocParagraph paragraph)
    {
        if (c == '\u0007')
        {
            if (paragraph.EndsRow) _flow.EndRow(1);
            else _flow.EndCell(1);
        }
        else if (paragraph.EndsInnerRow) _flow.EndRow(paragraph.Depth);
        else if (paragraph.EndsInnerCell) _flow.EndCell(paragraph.Depth);
        else if (!shown.Deleted)
        {
            _flow.MoveTo(paragraph.Depth);
            _flow.Text.EndParagraph();
        }
    }

    private void Field(char c, in DocParagraph paragraph)
    {
        if (c == '\u0013')
        {
            if (_fieldShows.Count >= FileLimits.MostDepth) throw FileRefusedException.TooMuch("fields stand in one another too deeply");
            _fieldShows.Push(false);
            _instruction.Clear();
        }
        else if (_fieldShows.Count > 0)
        {
            bool had = _fieldShows.Pop();
            if (c == '\u0014')
            {
                _fieldShows.Push(true);
            }
            else if (!had && !_fieldShows.Contains(false) && _instruction.ToString().Contains("FORM", StringComparison.Ordinal))
            {
                // Whether a box is ticked stands in a stream of its own, which is not read.
                _flow.MoveTo(paragraph.Depth);
                _flow.Text.Append(SymbolFonts.Unknown.ToString());
                _flow.Text.Notice(IssueSeverity.Warning, "suppressed", "a field of a form is not read; it stands in the original.");
            }
        }
    }

    private void Picture()
    {
        _pictures++;
        _flow.Text.Notice(IssueSeverity.Information, "informational", "a picture or embedded object has no text; what it shows stands in the original.");
    }
}
