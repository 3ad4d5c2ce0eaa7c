using System.Globalization;
using System.Text;
using System.Xml;

namespace Consortium.Adapters.Files.Pdf;

/// <summary>A word of a page: its characters and its box in points from the upper left corner.</summary>
internal sealed record PdfWord(string Text, double Left, double Top, double Right, double Bottom)
{
    // Boxes reach from a font's ascent to its descent; about a fifth is below the line that letters stand on.
    private const double Descent = 0.22;

    public double Height => Bottom - Top;

    /// <summary>About where the line is that the characters stand on.</summary>
    public double Baseline => Bottom - (Descent * Height);
}

/// <summary>A line of words, as poppler found it, with the block (paragraph, cell, column) that it is part of.</summary>
internal sealed record PdfLine(PdfBlock Block, List<PdfWord> Words)
{
    public double Left => Words.Min(word => word.Left);

    public double Right => Words.Max(word => word.Right);

    public double Top => Words.Min(word => word.Top);

    public double Bottom => Words.Max(word => word.Bottom);
}

/// <summary>Lines that poppler found to stand together.</summary>
internal sealed class PdfBlock
{
    public List<PdfLine> Lines { get; } = [];

    public double Left => Lines.Min(line => line.Left);

    public double Right => Lines.Max(line => line.Right);

    public double Top => Lines.Min(line => line.Top);

    public double Bottom => Lines.Max(line => line.Bottom);
}

/// <summary>A page with its words, from <c>pdftotext -bbox-layout</c>.</summary>
internal sealed class PdfPage(double width, double height)
{
    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Ignore, // it begins with XHTML's; what follows has no entities but XML's own
        XmlResolver = null,
        CheckCharacters = false,
        MaxCharactersInDocument = FileLimits.ProgramOutput,
    };

    public double Width => width;

    public double Height => height;

    public List<PdfBlock> Blocks { get; } = [];

    /// <summary>Number of characters on the page that are not white space.</summary>
    public int Characters { get; private set; }

    /// <exception cref="FileRefusedException">The output is not what poppler writes.</exception>
    public static List<PdfPage> Parse(ReadOnlyMemory<byte> output)
    {
        var pages = new List<PdfPage>();
        try
        {
            using var reader = XmlReader.Create(new StringReader(Encoding.UTF8.GetString(output.Span)), Settings);
            PdfBlock? block = null;
            PdfLine? line = null;
            bool more = reader.Read();
            while (more)
            {
                if (reader.NodeType != XmlNodeType.Element)
                {
                    more = reader.Read();
                    continue;
                }

                switch (reader.LocalName)
                {
                    case "page":
                        pages.Add(new PdfPage(Number(reader, "width"), Number(reader, "height")));
                        break;
                    case "block":
                        block = new PdfBlock();
                        break;
                    case "line" when block is not null:
                        line = new PdfLine(block, []);
                        break;
                    case "word" when line is not null:
                        var word = new PdfWord("", Number(reader, "xMin"), Number(reader, "yMin"), Number(reader, "xMax"), Number(reader, "yMax"));
                        word = word with { Text = reader.ReadElementContentAsString() };
                        pages[^1].Add(line, word);
                        continue; // the reader stands behind the word already
                }

                more = reader.Read();
            }
        }
        catch (Exception e) when (e is XmlException or FormatException or InvalidOperationException or ArgumentOutOfRangeException)
        {
            throw new FileRefusedException("exception", "pdftotext answered in a form that is not known. Which version is it? At least poppler 0.60 is needed.", null, e);
        }

        return pages;
    }

    private void Add(PdfLine line, PdfWord word)
    {
        if (string.IsNullOrWhiteSpace(word.Text)) return;
        if (line.Words.Count == 0)
        {
            if (line.Block.Lines.Count == 0) Blocks.Add(line.Block);
            line.Block.Lines.Add(line);
        }

        line.Words.Add(word);
        Characters += word.Text.Length;
    }

    private static double Number(XmlReader reader, string attribute)
    {
        double number = double.Parse(reader.GetAttribute(attribute) ?? "", NumberStyles.Float, CultureInfo.InvariantCulture);
        return double.IsFinite(number) ? number : throw new FormatException(attribute);
    }
}
