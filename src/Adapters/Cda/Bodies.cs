using System.Security.Cryptography;
using Consortium.Adapters.Cda.Xml;
using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Cda;

/// <summary>Files within a document (<c>ED</c> with Base64, or a reference) to Attachment.</summary>
internal static class Bodies
{
    /// <summary>The Attachment of an <c>ED</c>; null where it is neither a file nor a reference to one outside the document. Damaged Base64 is an error.</summary>
    public static DraftObject? Attachment(CdaNode? encapsulated, CdaConversion conversion)
    {
        if (encapsulated is null) return null;
        string? type = encapsulated["mediaType"];
        if (encapsulated["representation"] == "B64")
        {
            if (encapsulated["compression"] is not null) type = encapsulated["compression"] switch { "GZ" => "application/gzip", "DF" or "ZL" => "application/zlib", _ => "application/octet-stream" };
            if (Bytes(encapsulated, conversion) is { Length: > 0 } bytes) return Attachment(Types.KnownCodes.MediaType(type), bytes);
            return null;
        }

        if (encapsulated.Child("reference")?["value"] is { } url && url[0] != '#' && url.IndexOfAny([' ', '<', '>', '"', '\\']) < 0) return new DraftObject().Set("contentType", type is null ? null : Types.KnownCodes.MediaType(type)).Set("url", url);
        return null;
    }

    /// <summary>The bytes of Base64 content; null, with an error, where it is damaged.</summary>
    public static byte[]? Bytes(CdaNode encapsulated, CdaConversion conversion)
    {
        string? text = encapsulated.RawText;
        if (text is null) return null;
        byte[] bytes = new byte[(text.Length * 3 / 4) + 3];
        if (System.Convert.TryFromBase64String(text, bytes, out int length)) return bytes[..length];
        conversion.Error("value", encapsulated, "the content is not Base64, though it says so: a file that may have lost a part. Have the sender send it again.");
        return null;
    }

    /// <summary>An Attachment of bytes, with size and the hash that FHIR asks for.</summary>
    public static DraftObject Attachment(string contentType, byte[] bytes)
    {
        DraftObject attachment = Element.Attachment(contentType, bytes)!;
        attachment["size"] = bytes.Length;
#pragma warning disable CA5350 // FHIR R4 datatypes.html#Attachment fixes SHA-1 for this element.
        attachment["hash"] = System.Convert.ToBase64String(SHA1.HashData(bytes));
#pragma warning restore CA5350
        return attachment;
    }
}
