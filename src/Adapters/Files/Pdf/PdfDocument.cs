using System.Globalization;
using System.Text;
using Consortium.Fhir;

namespace Consortium.Adapters.Files.Pdf;

/// <summary>
/// The text of a PDF: poppler's <c>pdftotext</c> says which words stand where, the lines are put together here (decision 0166), because its own text
/// loses raised digits (10⁹ becomes 109) and mixes columns.
/// </summary>
internal static class PdfDocument
{
    /// <summary>With fewer characters a page may be a scan with a stamp or a page number on it.</summary>
    private const int FewCharacters = 200;

    private static readonly ExternalProgram ToText = new("pdftotext", "poppler-utils poppler-data");
    private static readonly ExternalProgram Images = new("pdfimages", "poppler-utils poppler-data");

    /// <exception cref="FileRefusedException">The text cannot be had whole.</exception>
    public static FlowText Read(ReadOnlyMemory<byte> bytes)
    {
        ExternalProgram.Answer answer = ToText.Run(bytes, "-bbox-layout", "-enc", "UTF-8", "-l", (FileLimits.MostPages + 1).ToString(CultureInfo.InvariantCulture), "-", "-");
        Check(answer);
        List<PdfPage> pages = PdfPage.Parse(answer.Output);
        if (pages.Count > FileLimits.MostPages) throw FileRefusedException.TooMuch($"the PDF has more than {FileLimits.MostPages} pages");
        int pictures = Scans(bytes, pages);
        var notices = new List<OutcomeIssue>();
        var lines = new List<string>();
        for (int i = 0; i < pages.Count; i++)
        {
            if (pages[i].Characters == 0 && pictures == 0) notices.Add(new OutcomeIssue(IssueSeverity.Information, "informational", $"Page {i + 1} has no text.", $"page {i + 1}"));
            lines.AddRange(PdfLayout.Lines(pages[i]));
        }

        string text = TextFlow.Tidy(lines);
        if (text.Length > FileLimits.MostCharacters) throw FileRefusedException.TooMuch($"the document has more than {FileLimits.MostCharacters} characters of text");
        return new FlowText(text, pictures, notices);
    }

    // The words of poppler's complaints are fixed (Error.cc, GlobalParams.cc, pdftotext.cc); none of them is passed on, since they may quote the file.
    private static void Check(ExternalProgram.Answer answer)
    {
        if (answer.Errors.Contains("Incorrect password", StringComparison.Ordinal)) throw FileRefusedException.Locked("PDF");
        if (answer.ExitCode == 3 || answer.Errors.Contains("not allowed", StringComparison.Ordinal))
        {
            throw new FileRefusedException("security", "this PDF does not permit its text to be taken out. Send one that does.");
        }

        if (answer.Errors.Contains("Unsupported version/revision", StringComparison.Ordinal) || answer.Errors.Contains("security handler", StringComparison.Ordinal)) throw FileRefusedException.Locked("PDF");
        if (answer.Errors.Contains("Missing language pack", StringComparison.Ordinal) || answer.Errors.Contains("Unknown character collection", StringComparison.Ordinal))
        {
            // Fonts such as STSong-Light are named and not embedded: without these tables their characters would be missing without a trace.
            throw new FileRefusedException("transient", "the Chinese, Japanese or Korean fonts of this PDF need poppler's tables of characters, which are not installed on this machine. "
                + "Install them (Debian and Ubuntu: apt-get install poppler-data), then release the record from the quarantine.");
        }

        if (answer.ExitCode != 0) throw FileRefusedException.Damaged($"pdftotext could not read the PDF (exit code {answer.ExitCode})");
        if (answer.Errors.Contains("Syntax Error", StringComparison.Ordinal))
        {
            throw FileRefusedException.Damaged("pdftotext found errors in the PDF, so that parts of its text may be missing");
        }
    }

    /// <summary>Refuses a PDF of which some pages are pictures; gives the number of pictures where there is no text at all.</summary>
    private static int Scans(ReadOnlyMemory<byte> bytes, List<PdfPage> pages)
    {
        if (pages.TrueForAll(page => page.Characters >= FewCharacters)) return 0;
        ExternalProgram.Answer answer = Images.Run(bytes, "-list", "-l", pages.Count.ToString(CultureInfo.InvariantCulture), "-");
        if (answer.ExitCode != 0) throw FileRefusedException.Damaged($"pdfimages could not read the PDF (exit code {answer.ExitCode})");
        List<PdfImage> images = PdfImage.Parse(Encoding.UTF8.GetString(answer.Output.Span));
        if (pages.TrueForAll(page => page.Characters == 0)) return images.Count;
        for (int i = 0; i < pages.Count; i++)
        {
            if (pages[i].Characters >= FewCharacters || !images.Exists(image => image.Page == i + 1 && (pages[i].Characters == 0 || image.Covers(pages[i])))) continue;
            throw new FileRefusedException(
                "not-supported", $"page {i + 1} of the PDF is a picture, as a scan is: what it says is no text. Send the text itself, or run text recognition (OCR) on it first and let a person check what it gives.", $"page {i + 1}");
        }

        return 0;
    }
}
