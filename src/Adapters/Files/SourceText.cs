using System.Text;
using Consortium.Adapters.Chinese;
using Consortium.Fhir;

namespace Consortium.Adapters.Files;

/// <summary>The text of a record that is free text, whether it came as plain text or as a document file. Offsets of facts count in it.</summary>
/// <param name="Text">The text.</param>
/// <param name="File">The file that it was read from; null where the record is the text itself.</param>
internal sealed record SourceText(RecordText Text, FileText? File)
{
    /// <summary>What was noticed about the file; empty for plain text.</summary>
    public IReadOnlyList<OutcomeIssue> Notices => File?.Notices ?? [];

    /// <summary>Reads a record.</summary>
    /// <param name="bytes">The record.</param>
    /// <param name="issue">Why there is no text; null where there is.</param>
    /// <returns>The text; null where the record has none that can be read.</returns>
    public static SourceText? Of(ReadOnlyMemory<byte> bytes, out OutcomeIssue? issue)
    {
        if (FileForms.Of(bytes.Span) is not { } form) return RecordText.Decode(bytes.Span, out issue) is { } plain ? new SourceText(plain, null) : null;
        try
        {
            FileText file = FileText.Read(form, bytes);
            return RecordText.Decode(Encoding.UTF8.GetBytes(file.Text), out issue) is { } text ? new SourceText(text, file) : null;
        }
        catch (FileRefusedException refused)
        {
            issue = refused.Issue;
            return null;
        }
    }
}
