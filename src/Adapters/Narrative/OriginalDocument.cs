using System.Security.Cryptography;
using System.Text;
using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Narrative;

/// <summary>
/// The original of a document for its DocumentReference: plain text stands in it; of a file the bytes as they came stand in a Binary, and the text that was
/// read from it beside. Offsets of facts count in the one attachment that is <c>text/plain</c>.
/// </summary>
/// <param name="Contents">The contents of the DocumentReference: the file first, the text last.</param>
/// <param name="Binary">The file; null where the record was the text itself.</param>
internal sealed record OriginalDocument(IReadOnlyList<DraftObject> Contents, ResourceDraft? Binary)
{
    /// <summary>The original of a note.</summary>
    /// <param name="text">Its text.</param>
    /// <param name="file">The file that the text was read from; null where the text is the original.</param>
    /// <param name="source">The source system.</param>
    /// <param name="context">Makes the Binary's id; it is that of the bytes, so that a corrected file never replaces the one before it.</param>
    /// <param name="title">Title of the document.</param>
    /// <param name="documentReferenceId">Logical id of the DocumentReference; whoever may read it may read the Binary (FHIR R4 binary.html#security).</param>
    public static OriginalDocument Of(string text, NoteOriginal? file, string source, ConversionContext context, string title, string documentReferenceId)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        DraftObject plain = Element.Attachment("text/plain; charset=utf-8", utf8, title)!;
        Fix(plain, utf8);
        if (file is null) return new OriginalDocument([Content(plain)], null);

        string id = context.Ids.For(source, "Binary", System.Convert.ToHexStringLower(SHA256.HashData(file.Bytes.Span)));
        DraftObject binary = JsonBuilding.Resource("Binary", id)
            .Set("contentType", file.ContentType)
            .Set("securityContext", Element.Reference("DocumentReference", documentReferenceId))
            .Set("data", System.Convert.ToBase64String(file.Bytes.Span));
        DraftObject attachment = new DraftObject().Set("contentType", file.ContentType).Set("url", $"Binary/{id}").Set("title", title);
        Fix(attachment, file.Bytes.Span);
        return new OriginalDocument([Content(attachment), Content(plain)], new ResourceDraft(binary));
    }

    private static DraftObject Content(DraftObject attachment) => new DraftObject().Set("attachment", attachment);

    private static void Fix(DraftObject attachment, ReadOnlySpan<byte> bytes)
    {
        attachment["size"] = bytes.Length;
#pragma warning disable CA5350 // FHIR R4 datatypes.html#Attachment fixes SHA-1 for this element; the SHA-256 of the original stands in the identifier.
        attachment["hash"] = System.Convert.ToBase64String(SHA1.HashData(bytes));
#pragma warning restore CA5350
    }
}
