namespace Consortium.Adapters.Hl7V2.Types;

/// <summary>What a document is by its first bytes, where these leave no doubt.</summary>
internal static class DocumentForm
{
    private const string Xml = "application/xml";
    private const string Cda = "text/xml";

    /// <summary>How far the root element of an XML document is looked for.</summary>
    private const int Head = 8 * 1024;

    /// <summary>The media type; null where the bytes do not say. A CDA document is <c>text/xml</c> (HL7 CDA R2 ch. 3).</summary>
    public static string? Of(ReadOnlySpan<byte> data)
    {
        if (data.StartsWith("%PDF-"u8)) return "application/pdf";
        if (data.StartsWith("{\\rtf"u8)) return "application/rtf";
        if (data.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])) return "image/png";
        if (data.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF])) return "image/jpeg";
        if (data.StartsWith("GIF87a"u8) || data.StartsWith("GIF89a"u8)) return "image/gif";
        if (data.StartsWith((ReadOnlySpan<byte>)[0x49, 0x49, 0x2A, 0]) || data.StartsWith((ReadOnlySpan<byte>)[0x4D, 0x4D, 0, 0x2A])) return "image/tiff";
        if (data.Length >= 132 && data.Slice(128, 4).SequenceEqual("DICM"u8)) return "application/dicom";
        return Markup(data);
    }

    /// <summary>True where a declared type and what the bytes are do not contradict each other.</summary>
    public static bool Agree(string declared, string found)
    {
        if (declared == found) return true;
        if (found is Xml or Cda or "text/html")
        {
            // Markup is text, and XML has many types of its own.
            return declared.StartsWith("text/", StringComparison.Ordinal) || declared == Xml || declared.EndsWith("+xml", StringComparison.Ordinal)
                || declared.StartsWith("multipart/", StringComparison.Ordinal);
        }

        return found == "application/rtf" && declared is "text/rtf" or "application/msword"; // word processors open it all the same
    }

    /// <summary>The encoding that an XML declaration names; null where there is none.</summary>
    public static string? XmlEncoding(ReadOnlySpan<char> text)
    {
        if (!text.StartsWith("<?xml", StringComparison.Ordinal)) return null;
        int end = text.IndexOf("?>", StringComparison.Ordinal);
        if (end < 0) return null;
        ReadOnlySpan<char> declaration = text[..end];
        int at = declaration.IndexOf("encoding", StringComparison.Ordinal);
        if (at < 0) return null;
        declaration = declaration[(at + "encoding".Length)..].TrimStart().TrimStart('=').TrimStart();
        if (declaration.IsEmpty || declaration[0] is not ('"' or '\'')) return null;
        int close = declaration[1..].IndexOf(declaration[0]);
        return close <= 0 ? null : declaration.Slice(1, close).ToString();
    }

    private static string? Markup(ReadOnlySpan<byte> data)
    {
        if (data.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) data = data[3..];
        data = data.TrimStart(" \t\r\n"u8);
        ReadOnlySpan<byte> head = data[..Math.Min(data.Length, Head)];
        if (head.StartsWith("<html"u8) || head.StartsWith("<HTML"u8) || head.StartsWith("<!DOCTYPE html"u8) || head.StartsWith("<!DOCTYPE HTML"u8)) return "text/html";
        if (!head.StartsWith("<?xml"u8) && !head.StartsWith("<ClinicalDocument"u8)) return null;
        return head.IndexOf("<ClinicalDocument"u8) >= 0 && head.IndexOf("urn:hl7-org:v3"u8) >= 0 ? Cda : Xml;
    }
}
