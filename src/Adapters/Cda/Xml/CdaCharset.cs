using System.Text;
using System.Text.RegularExpressions;

namespace Consortium.Adapters.Cda.Xml;

/// <summary>
/// The characters of an XML document (XML 1.0 4.3.3 and appendix F): a byte-order mark, the form of UTF-16, the encoding that the declaration names, UTF-8.
/// Bytes that do not fit are refused, never replaced.
/// </summary>
internal static partial class CdaCharset
{
    /// <summary>The characters, without byte-order mark.</summary>
    /// <param name="bytes">The document.</param>
    /// <param name="sourceCharset">What the site says of documents that name no encoding and are no UTF-8; null for nothing.</param>
    /// <exception cref="CdaFormatException">The encoding is not known, or the bytes are not of it.</exception>
    public static DecodedText Decode(ReadOnlySpan<byte> bytes, string? sourceCharset)
    {
        if (bytes.StartsWith<byte>([0xEF, 0xBB, 0xBF])) return Strict(Encoding.UTF8, bytes[3..], "UTF-8");
        if (bytes.StartsWith<byte>([0xFF, 0xFE])) return Strict(Encoding.Unicode, bytes[2..], "UTF-16");
        if (bytes.StartsWith<byte>([0xFE, 0xFF])) return Strict(Encoding.BigEndianUnicode, bytes[2..], "UTF-16");
        if (bytes.StartsWith<byte>([(byte)'<', 0])) return Strict(Encoding.Unicode, bytes, "UTF-16");
        if (bytes.StartsWith<byte>([0, (byte)'<'])) return Strict(Encoding.BigEndianUnicode, bytes, "UTF-16");
        string? declared = Declared(bytes);
        if (declared is not null && !declared.Equals("utf-8", StringComparison.OrdinalIgnoreCase)) return Strict(Named(declared), bytes, declared);
        try
        {
            return Strict(Encoding.UTF8, bytes, "UTF-8");
        }
        catch (CdaFormatException) when (declared is null && sourceCharset is not null)
        {
            return Strict(Named(sourceCharset), bytes, sourceCharset);
        }
    }

    /// <summary>The first characters, for detection; what is cut off or broken is left out.</summary>
    public static string Peek(ReadOnlySpan<byte> bytes)
    {
        bytes = bytes[..Math.Min(bytes.Length, 16 * 1024)];
        if (bytes.StartsWith<byte>([0xFF, 0xFE]) || bytes.StartsWith<byte>([(byte)'<', 0])) return Encoding.Unicode.GetString(bytes).TrimStart('\uFEFF');
        if (bytes.StartsWith<byte>([0xFE, 0xFF]) || bytes.StartsWith<byte>([0, (byte)'<'])) return Encoding.BigEndianUnicode.GetString(bytes).TrimStart('\uFEFF');
        return Encoding.Latin1.GetString(bytes.StartsWith<byte>([0xEF, 0xBB, 0xBF]) ? bytes[3..] : bytes);
    }

    private static string? Declared(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> start = bytes.TrimStart(" \t\r\n"u8);
        if (!start.StartsWith("<?xml"u8)) return null;
        int end = start.IndexOf("?>"u8);
        if (end is < 0 or > 500) return null;
        Match match = EncodingName().Match(Encoding.Latin1.GetString(start[..end]));
        return match.Success ? match.Groups[1].Value : null;
    }

    private static Encoding Named(string name)
    {
        // GBK and GB 2312 are parts of GB18030; senders name the one and write the other.
        if (name.ToUpperInvariant() is "GB18030" or "GBK" or "GB2312" or "GB_2312-80" or "GB 18030-2000" or "CP936") return CodePagesEncodingProvider.Instance.GetEncoding(54936)!;
        if (name.ToUpperInvariant() is "UTF-16" or "UTF-32") throw new CdaFormatException("not-supported", "the document names the encoding UTF-16 or UTF-32 and has not its form. Send UTF-8.", 1, 1);
        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);
        }
        catch (ArgumentException)
        {
            throw new CdaFormatException("not-supported", "the encoding that the XML declaration names is not known. Send UTF-8, UTF-16, GB18030 or ISO-8859-1.", 1, 1);
        }
    }

    private static DecodedText Strict(Encoding encoding, ReadOnlySpan<byte> bytes, string name)
    {
        var strict = (Encoding)encoding.Clone();
        strict.DecoderFallback = DecoderFallback.ExceptionFallback;
        var decoded = new DecodedText(strict.GetMaxCharCount(bytes.Length));
        try
        {
            decoded.Take(strict, bytes);
            return decoded;
        }
        catch (DecoderFallbackException broken)
        {
            decoded.Dispose();
            int line = bytes[..Math.Clamp(broken.Index, 0, bytes.Length)].Count((byte)'\n') + 1;
            throw new CdaFormatException("structure", $"bytes that are not {name}: the document was damaged or names the wrong encoding. Send UTF-8, with an XML declaration that says so.", line);
        }
    }

    [GeneratedRegex("""\sencoding\s*=\s*["']([A-Za-z0-9._ -]{1,40})["']""", RegexOptions.CultureInvariant)]
    private static partial Regex EncodingName();
}
