using Consortium.Adapters.Files.Doc;

namespace Consortium.Adapters.Files;

/// <summary>The forms of document whose text is read.</summary>
internal enum FileForm
{
    /// <summary>Office Open XML (ECMA-376), also with macros and as a template.</summary>
    Docx,

    /// <summary>Word 97 to 2003 ([MS-DOC]).</summary>
    Doc,

    /// <summary>Rich Text Format.</summary>
    Rtf,

    /// <summary>PDF.</summary>
    Pdf,

    /// <summary>An Office file behind a password ([MS-OFFCRYPTO]): what it is cannot be seen.</summary>
    Locked,
}

/// <summary>What a file is by its bytes; its name says nothing (many systems call RTF <c>.doc</c>).</summary>
internal static class FileForms
{
    /// <summary>ISO 32000-1 Annex H, note 13: readers accept a header anywhere in the first 1,024 bytes.</summary>
    private const int PdfHeaderWithin = 1024;

    /// <summary>How much of a ZIP file's begin and end is looked at for the names of its parts.</summary>
    private const int NamesWithin = 64 * 1024;

    /// <summary>The form; null where the bytes are none of these.</summary>
    public static FileForm? Of(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith("{\\rtf"u8)) return FileForm.Rtf;
        if (bytes.StartsWith("PK\u0003\u0004"u8)) return IsWordPackage(bytes) ? FileForm.Docx : null;
        if (bytes.StartsWith(CompoundFile.Signature)) return CompoundFile.FormOf(bytes);
        ReadOnlySpan<byte> head = bytes[..Math.Min(bytes.Length, PdfHeaderWithin)];
        int at = head.IndexOf("%PDF-"u8);

        // Before it only what printers and mail leave there; a text that speaks of "%PDF-" is a text.
        return at == 0 || (at > 0 && head[..at].IndexOfAnyInRange((byte)0x80, (byte)0xFF) < 0 && head[(at + 5)..] is [>= (byte)'1' and <= (byte)'2', (byte)'.', ..])
            ? FileForm.Pdf
            : null;
    }

    /// <summary>The media type of the original.</summary>
    public static string MediaType(this FileForm form) => form switch
    {
        FileForm.Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        FileForm.Doc => "application/msword",
        FileForm.Rtf => "application/rtf",
        FileForm.Pdf => "application/pdf",
        _ => "application/octet-stream",
    };

    // A part's name stands before its data and in the directory at the end (APPNOTE 4.3.7, 4.3.12).
    private static bool IsWordPackage(ReadOnlySpan<byte> bytes) =>
        bytes[..Math.Min(bytes.Length, NamesWithin)].IndexOf("word/"u8) >= 0 || bytes[^Math.Min(bytes.Length, NamesWithin)..].IndexOf("word/"u8) >= 0;
}
