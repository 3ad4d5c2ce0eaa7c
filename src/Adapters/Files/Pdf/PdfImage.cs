using System.Globalization;

namespace Consortium.Adapters.Files.Pdf;

/// <summary>A picture in a PDF, as <c>pdfimages -list</c> tells of it.</summary>
/// <param name="Page">Its page, from 1.</param>
/// <param name="Width">Width on the page in points.</param>
/// <param name="Height">Height on the page in points.</param>
internal readonly record struct PdfImage(int Page, double Width, double Height)
{
    private const double PointsAnInch = 72;
    private const double MostOfPage = 0.5;

    // page num type width height color comp bpc enc interp object ID x-ppi y-ppi size ratio
    private const int Type = 2, PixelsAcross = 3, PixelsDown = 4, PerInchAcross = 12, PerInchDown = 13, Columns = 16;

    /// <summary>True where the picture covers most of the page.</summary>
    public bool Covers(PdfPage page) => Width * Height >= MostOfPage * page.Width * page.Height;

    /// <summary>The pictures of the list; masks are parts of pictures.</summary>
    public static List<PdfImage> Parse(string list)
    {
        var images = new List<PdfImage>();
        foreach (string line in list.Split('\n'))
        {
            string[] cells = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (cells.Length < Columns || !int.TryParse(cells[0], NumberStyles.None, CultureInfo.InvariantCulture, out int page) || cells[Type] is "smask" or "mask") continue;
            images.Add(new PdfImage(page, Size(cells[PixelsAcross], cells[PerInchAcross]), Size(cells[PixelsDown], cells[PerInchDown])));
        }

        return images;
    }

    private static double Size(string pixels, string perInch) =>
        double.TryParse(pixels, CultureInfo.InvariantCulture, out double count) && double.TryParse(perInch, CultureInfo.InvariantCulture, out double density) && density > 0
            ? count / density * PointsAnInch
            : 0;
}
