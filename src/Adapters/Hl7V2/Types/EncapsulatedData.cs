using System.Text;
using System.Text.Json.Nodes;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Er7;
using Consortium.Adapters.Hl7V2.Map;
using Consortium.Adapters.Hl7V2.Tables;

namespace Consortium.Adapters.Hl7V2.Types;

/// <summary>ED and RP to FHIR Attachment (HL7 v2-to-FHIR ED[Attachment], RP[Attachment]).</summary>
internal static class EncapsulatedData
{
    /// <summary>ED: source application, type, subtype, encoding, data.</summary>
    public static JsonObject? FromEd(Er7Value value, MessageConversion conversion)
    {
        string? type = MediaType(value[2], value[3], conversion);
        string? encoding = value[4].Text;
        if (value[5].WholeText is not { } text)
        {
            conversion.Error("required", value[5], "encapsulated data without data.");
            return null;
        }

        byte[]? data = Decode(text, encoding);
        if (data is null)
        {
            conversion.Error("value", value[5], "the data do not fit the encoding that component 4 names; Base64, Hex or A (none) is expected.");
            return null;
        }

        return Element.Attachment(type, data);
    }

    /// <summary>RP: a pointer to data that stand elsewhere.</summary>
    public static JsonObject? FromRp(Er7Value value, MessageConversion conversion)
    {
        if (value[1].WholeText?.Trim() is not { } pointer) return null;
        if (Uri.TryCreate(pointer, UriKind.Absolute, out _) && !pointer.Any(char.IsWhiteSpace))
        {
            return new JsonObject().Set("contentType", MediaType(value[3], value[4], conversion)).Set("url", pointer);
        }

        conversion.Error("value", value[1], "the pointer is no URL.");
        return null;
    }

    private static string? MediaType(Er7Value type, Er7Value subtype, MessageConversion conversion)
    {
        string? main = type.Text;
        string? sub = subtype.Text;
        if (main is null && sub is null) return null;
        if (CodeTables.MediaType[$"{main?.ToUpperInvariant()}^{sub?.ToUpperInvariant()}"] is { } row) return row.Target;
        conversion.Warn("code-invalid", type, "type and subtype of the data are not in the table of media types; the attachment has no contentType.");
        return null;
    }

    private static byte[]? Decode(string text, string? encoding)
    {
        string compact = string.Concat(text.Where(c => !char.IsWhiteSpace(c)));
        switch (encoding?.ToUpperInvariant())
        {
            case null or "A":
                return Encoding.UTF8.GetBytes(text);
            case "BASE64":
                byte[] buffer = new byte[(compact.Length * 3 / 4) + 3];
                return compact.Length > 0 && System.Convert.TryFromBase64String(compact, buffer, out int length) ? buffer[..length] : null;
            case "HEX":
                byte[] bytes = new byte[compact.Length / 2];
                return compact.Length % 2 == 0 && System.Convert.FromHexString(compact, bytes, out _, out _) == System.Buffers.OperationStatus.Done ? bytes : null;
            default:
                return null;
        }
    }
}
