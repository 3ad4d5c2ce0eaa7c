using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Er7;

namespace Consortium.Adapters.Hl7V2.Types;

/// <summary>ED and RP to FHIR Attachment (HL7 v2-to-FHIR ED[Attachment], RP[Attachment]).</summary>
internal static class EncapsulatedData
{
    private const string OctetStream = "application/octet-stream";

    /// <summary>ED: source application, type, subtype, encoding, data. The attachment has the size of the document; its type is what ED says, or what the document is beyond doubt.</summary>
    public static DraftObject? FromEd(Er7Value value, MessageConversion conversion)
    {
        string? encoding = value[4].Text?.ToUpperInvariant();
        value.Segment.MarkRead(value.Field, 5, value.Repetition);
        if (!value[5].HasData)
        {
            conversion.Error("required", value[5], "the document is missing: component 5 is empty. Have the sender put it there, or leave the segment out.");
            return null;
        }

        byte[]? data;
        if (encoding is null or "A")
        {
            // A separator that the sender forgot to escape would cut the document short without a trace.
            foreach (Er7Value part in value.Components())
            {
                if (part.Component <= 5) continue;
                conversion.Error("structure", part, "the text of the document goes on after its component: a separator in it is not escaped. Escape it (\\S\\), or send Base64.");
                return null;
            }

            data = Characters(value[5].WholeText!);
        }
        else
        {
            data = Binary(value[5], encoding);
        }

        if (data is null or [])
        {
            conversion.Error("value", value[5], "the data are not in the encoding that component 4 names: they are damaged or cut off, or component 4 is wrong (Base64, Hex, or A for none). Have the sender send the document again.");
            return null;
        }

        DraftObject attachment = Element.Attachment(ContentType(value, data, encoding, conversion), data)!;
        attachment["size"] = data.Length;
        return attachment;
    }

    /// <summary>RP: a pointer to data that stand elsewhere.</summary>
    public static DraftObject? FromRp(Er7Value value, MessageConversion conversion)
    {
        if (value[1].WholeText?.Trim() is not { } pointer) return null;
        if (Uri.TryCreate(pointer, UriKind.Absolute, out _) && !pointer.Any(char.IsWhiteSpace))
        {
            string? type = Declared(value[3], value[4], conversion, out bool unknown);
            if (unknown) WarnOfUnknown(value[3], conversion);
            return new DraftObject().Set("contentType", type).Set("url", pointer);
        }

        conversion.Error("value", value[1], "a pointer to data (RP) is read as a URL, and this is none. Have the sender write a whole URL (https://…) there, or send the document itself (ED).");
        return null;
    }

    private static string? ContentType(Er7Value value, byte[] data, string? encoding, MessageConversion conversion)
    {
        string? declared = Declared(value[2], value[3], conversion, out bool unknown);
        string? found = DocumentForm.Of(data);
        if (declared is null or OctetStream)
        {
            if (unknown && found is null) WarnOfUnknown(value[2], conversion);
            return found ?? declared ?? (encoding is null or "A" && !unknown ? "text/plain" : null);
        }

        if (found is null)
        {
            if (declared == "application/pdf") conversion.Warn("value", value[5], "the data are called PDF but do not begin as a PDF does; they are kept as they are.");
            return declared;
        }

        if (DocumentForm.Agree(declared, found)) return declared;
        conversion.Warn("value", value[5], $"the data are called {declared} but are {found}; the attachment says what they are.");
        return found;
    }

    private static string? Declared(Er7Value type, Er7Value subtype, MessageConversion conversion, out bool unknown)
    {
        string? main = type.Text;
        string? sub = subtype.Text;
        unknown = false;
        if (main is null && sub is null) return null;
        if (conversion.Tables.MediaType[$"{main?.ToUpperInvariant()}^{sub?.ToUpperInvariant()}"]?.Target is { } known) return known;
        unknown = true;
        return null;
    }

    private static void WarnOfUnknown(Er7Value type, MessageConversion conversion) =>
        conversion.Warn("code-invalid", type, "type and subtype of the data are not in the table of media types; the attachment has no contentType.");

    /// <summary>Text as bytes: in UTF-8, or in what an XML document says of itself; null where it cannot be.</summary>
    private static byte[]? Characters(string text)
    {
        if (DocumentForm.XmlEncoding(text) is not { } named) return Encoding.UTF8.GetBytes(text);
        if (Er7CharacterSets.Find(named) is not { } encoding) return null;
        try
        {
            return Er7CharacterSets.Strict(encoding).GetBytes(text);
        }
        catch (EncoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>Base64 (RFC 4648, line breaks allowed) or hexadecimal digits as bytes; null where they are damaged.</summary>
    private static byte[]? Binary(Er7Value value, string encoding)
    {
        Er7Delimiters delimiters = value.Delimiters;
        ReadOnlySpan<byte> written = value.Bytes;

        // Some senders escape line breaks within Base64.
        if (delimiters.Escape != 0 && written.Contains(delimiters.Escape)) written = Encoding.UTF8.GetBytes(value.WholeText ?? "");
        switch (encoding)
        {
            case "BASE64":
                byte[] buffer = new byte[Base64.GetMaxDecodedFromUtf8Length(written.Length)];
                OperationStatus status = Base64.DecodeFromUtf8(written, buffer, out int consumed, out int length);
                return status == OperationStatus.Done && consumed == written.Length ? buffer.AsSpan(0, length).ToArray() : null;
            case "HEX":
                byte[] digits = [.. written];
                int count = 0;
                foreach (byte b in digits)
                {
                    if (b is not ((byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')) digits[count++] = b;
                }

                byte[] bytes = new byte[count / 2];
                return count % 2 == 0 && System.Convert.FromHexString(digits.AsSpan(0, count), bytes, out _, out _) == OperationStatus.Done ? bytes : null;
            default:
                return null;
        }
    }
}
