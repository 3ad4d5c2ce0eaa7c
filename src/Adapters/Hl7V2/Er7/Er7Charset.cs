using System.Text;

namespace Consortium.Adapters.Hl7V2.Er7;

/// <summary>
/// The character set of a record: its byte-order mark, MSH-18 (HL7 table 0211), or what the site says about the source.
/// Whatever it is, the parser sees UTF-8, because bytes of GB18030 and Big5 characters may look like delimiters.
/// A record whose bytes do not fit its character set is refused: a garbled name is worse than a late one.
/// </summary>
internal static class Er7Charset
{
    private static readonly byte[] Utf8Mark = [0xEF, 0xBB, 0xBF];

    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["ASCII"] = "us-ascii",
        ["UTF8"] = "utf-8",
        ["UNICODEUTF8"] = "utf-8",
        ["UNICODEUTF16"] = "utf-16",
        ["UTF16"] = "utf-16",
        ["GB180302000"] = "gb18030",
        ["GB18030"] = "gb18030",
        ["GBK"] = "gb18030",      // GB18030 holds GBK and GB2312 unchanged
        ["GB2312"] = "gb18030",
        ["BIG5"] = "big5",
        ["88591"] = "iso-8859-1",
        ["88592"] = "iso-8859-2",
        ["88593"] = "iso-8859-3",
        ["88594"] = "iso-8859-4",
        ["88595"] = "iso-8859-5",
        ["88596"] = "iso-8859-6",
        ["88597"] = "iso-8859-7",
        ["88598"] = "iso-8859-8",
        ["88599"] = "iso-8859-9",
        ["885915"] = "iso-8859-15",
    };

    static Er7Charset() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    /// <summary>The record as UTF-8 without byte-order mark, and the encoding it had.</summary>
    /// <param name="bytes">The record.</param>
    /// <param name="configured">What the site says about the source, used where the record does not say; null for nothing.</param>
    /// <exception cref="Er7FormatException">The character set is unknown, or the bytes do not fit it.</exception>
    public static (ReadOnlyMemory<byte> Utf8, Encoding Encoding) ToUtf8(ReadOnlyMemory<byte> bytes, string? configured)
    {
        ReadOnlySpan<byte> span = bytes.Span;
        if (span.StartsWith(Utf8Mark)) return (Checked(bytes[3..]), Encoding.UTF8);
        if (span.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE])) return Transcode(bytes[2..], "utf-16", "its byte-order mark");
        if (span.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF])) return Transcode(bytes[2..], "utf-16BE", "its byte-order mark");

        string? named = Msh18(span);
        if ((named is null || !IsKnown(named)) && !System.Text.Unicode.Utf8.IsValid(span)) named = Msh18AsDoubleByte(span) ?? named;
        if (named is null)
        {
            if (System.Text.Unicode.Utf8.IsValid(span)) return (bytes, Encoding.UTF8);
            if (configured is not null) return Transcode(bytes, Lookup(configured, "the site's charset of the source"), "the site's charset of the source");
            throw new Er7FormatException(
                "value", "MSH-18 names no character set and the bytes are not UTF-8. Fill MSH-18 at the sender, or set sources.<name>.charset in site.json.", "MSH-18", 1);
        }

        string charset = Lookup(named, "MSH-18");
        if (charset == "utf-8") return (Checked(bytes), Encoding.UTF8);
        if (charset != "us-ascii") return Transcode(bytes, charset, "MSH-18");
        if (Ascii.IsValid(span)) return (bytes, Encoding.UTF8);
        return configured is not null
            ? Transcode(bytes, Lookup(configured, "the site's charset of the source"), "the site's charset of the source")
            : throw new Er7FormatException(
                "value", "MSH-18 says ASCII but there are bytes above 127. Correct MSH-18 at the sender, or set sources.<name>.charset in site.json.", "MSH-18", 1);
    }

    /// <summary>The first repetition of MSH-18 of the first MSH; null where it is empty.</summary>
    private static string? Msh18(ReadOnlySpan<byte> bytes)
    {
        int start = bytes.IndexOf("MSH"u8);
        if (start < 0 || bytes.Length < start + 5) return null;
        ReadOnlySpan<byte> segment = bytes[start..];
        int end = segment.IndexOfAny((byte)'\r', (byte)'\n');
        if (end >= 0) segment = segment[..end];
        byte separator = segment[3];
        ReadOnlySpan<byte> rest = segment[4..];
        for (int field = 2; field < 18; field++)
        {
            int next = rest.IndexOf(separator);
            if (next < 0) return null;
            rest = rest[(next + 1)..];
        }

        end = rest.IndexOfAny(separator, (byte)'~');
        if (end >= 0) rest = rest[..end];
        string name = Encoding.Latin1.GetString(rest).Trim();
        return name.Length == 0 || name.Length > 40 ? null : name;
    }

    /// <summary>
    /// MSH-18 where a field before it has characters whose second byte looks like a separator (億 in GB18030 ends in the byte of |):
    /// the header is read as each double-byte character set, and the one that it then names itself is right.
    /// </summary>
    private static string? Msh18AsDoubleByte(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> header = bytes[..Math.Min(bytes.Length, 64 * 1024)];
        header = header[..Er7Lines.End(header)];
        foreach (string charset in (ReadOnlySpan<string>)["gb18030", "big5"])
        {
            byte[] utf8 = Encoding.UTF8.GetBytes(Encoding.GetEncoding(charset).GetString(header));
            if (Msh18(utf8) is { } name && IsKnown(name) && Lookup(name, "MSH-18") == charset) return name;
        }

        return null;
    }

    private static bool IsKnown(string name) => Names.ContainsKey(Key(name));

    private static string Key(string name) => string.Concat(name.Where(char.IsAsciiLetterOrDigit)).ToUpperInvariant();

    private static string Lookup(string name, string where) => Names.GetValueOrDefault(Key(name)) ?? throw new Er7FormatException(
            "not-supported", $"{where} names a character set that is not supported. Known: ASCII, UNICODE UTF-8, UNICODE UTF-16, GB 18030-2000, BIG-5, 8859/1 to 8859/9, 8859/15.", "MSH-18", 1);

    private static ReadOnlyMemory<byte> Checked(ReadOnlyMemory<byte> bytes) => System.Text.Unicode.Utf8.IsValid(bytes.Span)
        ? bytes
        : throw new Er7FormatException("value", "the record calls itself UTF-8 but is not valid UTF-8.", "MSH-18", LineOfInvalidUtf8(bytes.Span));

    private static (ReadOnlyMemory<byte> Utf8, Encoding Encoding) Transcode(ReadOnlyMemory<byte> bytes, string charset, string where)
    {
        var encoding = Encoding.GetEncoding(charset, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
        try
        {
            return (Encoding.UTF8.GetBytes(encoding.GetString(bytes.Span)), encoding);
        }
        catch (DecoderFallbackException e)
        {
            int line = 1 + bytes.Span[..Math.Clamp(e.Index, 0, bytes.Length)].Count((byte)'\r');
            throw new Er7FormatException("value", $"the bytes do not fit the character set that {where} names.", "MSH-18", line);
        }
    }

    private static int LineOfInvalidUtf8(ReadOnlySpan<byte> bytes)
    {
        int line = 1;
        while (!bytes.IsEmpty)
        {
            int end = bytes.IndexOfAny((byte)'\r', (byte)'\n');
            if (end < 0 || !System.Text.Unicode.Utf8.IsValid(bytes[..end])) return line;
            if (bytes[end] == '\n' || end + 1 >= bytes.Length || bytes[end + 1] != '\n') line++;
            bytes = bytes[(end + 1)..];
        }

        return line;
    }
}
