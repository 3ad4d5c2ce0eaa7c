using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Consortium.Adapters.Tests.Files;

/// <summary>PDF files as tests need them, written by hand: text at places, in Helvetica or in a Chinese font that is named and not embedded, pictures, a password.</summary>
internal sealed class PdfFile
{
    public const int Width = 600, Height = 800;

    private readonly List<StringBuilder> _pages = [new()];
    private readonly List<string> _pictures = [""];

    /// <summary>Text in Helvetica, at points from the lower left corner.</summary>
    public PdfFile Text(double x, double y, string text, double size = 12) =>
        Add(string.Create(CultureInfo.InvariantCulture, $"BT /F1 {size} Tf {x} {y} Td ({text.Replace("(", "\\(", StringComparison.Ordinal).Replace(")", "\\)", StringComparison.Ordinal)}) Tj ET\n"));

    /// <summary>Text in STSong-Light, as many Chinese systems write it: encoded, not embedded.</summary>
    public PdfFile Chinese(double x, double y, string text, double size = 12) =>
        Add(string.Create(CultureInfo.InvariantCulture, $"BT /F2 {size} Tf {x} {y} Td <{System.Convert.ToHexString(Encoding.BigEndianUnicode.GetBytes(text))}> Tj ET\n"));

    /// <summary>A grey picture over the whole page.</summary>
    public PdfFile Picture()
    {
        _pictures[^1] = "/XObject << /I 6 0 R >>";
        return Add($"q {Width} 0 0 {Height} 0 0 cm /I Do Q\n");
    }

    public PdfFile NextPage()
    {
        _pages.Add(new StringBuilder());
        _pictures.Add("");
        return this;
    }

    private PdfFile Add(string content)
    {
        _pages[^1].Append(content);
        return this;
    }

    /// <param name="password">A password that opening it needs (standard security handler, revision 2; ISO 32000-1 7.6.3).</param>
    public byte[] Bytes(string? password = null)
    {
        int first = 7;
        var objects = new List<string>
        {
            "<< /Type /Catalog /Pages 2 0 R >>",
            $"<< /Type /Pages /Count {_pages.Count} /Kids [{string.Join(' ', Enumerable.Range(0, _pages.Count).Select(i => $"{first + (2 * i)} 0 R"))}] >>",
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
            "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [5 0 R] >>",
            "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> /DW 1000 /W [1 95 500] /FontDescriptor << /Type /FontDescriptor /FontName /STSong-Light /Flags 4 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >> >>",
            Stream("/Type /XObject /Subtype /Image /Width 100 /Height 100 /ColorSpace /DeviceGray /BitsPerComponent 8", new string('\u0080', 10_000)),
        };
        for (int i = 0; i < _pages.Count; i++)
        {
            objects.Add($"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {Width} {Height}] /Resources << /Font << /F1 3 0 R /F2 4 0 R >> {_pictures[i]} >> /Contents {first + (2 * i) + 1} 0 R >>");
            objects.Add(Stream("", _pages[i].ToString()));
        }

        string trailer = "";
        if (password is not null)
        {
            // The streams stay as they are: whoever has no password must not get that far.
            objects.Add($"<< /Filter /Standard /V 1 /R 2 /O <{Owner(password)}> /U <{System.Convert.ToHexString(SHA256.HashData(Encoding.ASCII.GetBytes(password)))}> /P -4 >>");
            trailer = $"/Encrypt {objects.Count} 0 R /ID [<00112233445566778899AABBCCDDEEFF> <00112233445566778899AABBCCDDEEFF>]";
        }

        var file = new StringBuilder("%PDF-1.4\n");
        var places = new List<int>();
        for (int i = 0; i < objects.Count; i++)
        {
            places.Add(file.Length);
            file.Append(CultureInfo.InvariantCulture, $"{i + 1} 0 obj\n{objects[i]}\nendobj\n");
        }

        int table = file.Length;
        file.Append(CultureInfo.InvariantCulture, $"xref\n0 {objects.Count + 1}\n0000000000 65535 f \n");
        foreach (int place in places) file.Append(CultureInfo.InvariantCulture, $"{place:D10} 00000 n \n");
        file.Append(CultureInfo.InvariantCulture, $"trailer\n<< /Size {objects.Count + 1} /Root 1 0 R {trailer} >>\nstartxref\n{table}\n%%EOF\n");
        return Encoding.Latin1.GetBytes(file.ToString());
    }

    private static string Stream(string dictionary, string content) => $"<< {dictionary} /Length {content.Length} >>\nstream\n{content}\nendstream";

    private static string Owner(string password) => System.Convert.ToHexString(SHA256.HashData(Encoding.ASCII.GetBytes("owner of " + password)));
}
