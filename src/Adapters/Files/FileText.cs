using Consortium.Adapters.Files.Doc;
using Consortium.Adapters.Files.Docx;
using Consortium.Adapters.Files.Pdf;
using Consortium.Adapters.Files.Rtf;
using Consortium.Fhir;

namespace Consortium.Adapters.Files;

/// <summary>
/// The text of a document file. It is whole and in reading order, or the file is refused with the reason: a scan, a password, damage, a bomb.
/// What was left out on purpose (struck text, pictures) is among the notices.
/// </summary>
/// <param name="Form">What the file is.</param>
/// <param name="Text">The text: lines end with a line feed, cells of a row have tabs between them.</param>
/// <param name="Notices">What a person may want to know; none is an error.</param>
internal sealed record FileText(FileForm Form, string Text, IReadOnlyList<OutcomeIssue> Notices)
{
    // Each reading holds a document in memory, and some start a process.
    private static readonly SemaphoreSlim Slots = new(Math.Max(1, Environment.ProcessorCount));

    /// <summary>Reads the text of a file.</summary>
    /// <param name="form">What the file is (<see cref="FileForms.Of"/>).</param>
    /// <param name="bytes">The file.</param>
    /// <exception cref="FileRefusedException">Its text cannot be had whole and right; the reason holds nothing of its content.</exception>
    public static FileText Read(FileForm form, ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > FileLimits.MostBytes)
        {
            throw new FileRefusedException("too-long", $"the document has {bytes.Length} bytes; at most {FileLimits.MostBytes} are taken. Split it, or make its pictures smaller.");
        }

        Slots.Wait();
        try
        {
            FlowText read = form switch
            {
                FileForm.Docx => DocxDocument.Read(bytes),
                FileForm.Rtf => RtfDocument.Read(bytes.Span),
                FileForm.Pdf => PdfDocument.Read(bytes),
                FileForm.Doc => DocDocument.Read(bytes.Span),
                FileForm.Locked => throw FileRefusedException.Locked("Office"),
                _ => throw new ArgumentOutOfRangeException(nameof(form)),
            };
            if (!string.IsNullOrWhiteSpace(read.Text)) return new FileText(form, read.Text, read.Notices);
            throw read.Pictures > 0
                ? new FileRefusedException("not-supported", "the document is a picture: it has no text, as a scan has none. Send the text itself, or run text recognition (OCR) on it first and let a person check what it gives.")
                : new FileRefusedException("incomplete", "the document has no text.");
        }
        finally
        {
            Slots.Release();
        }
    }
}
