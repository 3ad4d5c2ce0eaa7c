using System.Text;

namespace Consortium.Adapters.Hl7V2.Er7;

/// <summary>
/// The character set of a message: its byte-order mark, MSH-18 (HL7 table 0211), or what the site says about the source.
/// Whatever it is, the parser sees UTF-8, because bytes of GB18030, Big5 and JIS characters may look like delimiters.
/// A message whose bytes do not fit its character set is refused: a garbled name is worse than a late one.
/// </summary>
internal static class Er7Charset
{
    private const byte EscapeCharacter = 0x1B;
    private const string SiteCharset = "the site's charset of the source";

    /// <summary>Character sets whose second bytes may look like the separators of the header, tried where MSH-18 cannot be found otherwise.</summary>
    private static readonly string[] DoubleByte = ["gb18030", "big5", "shift_jis", "euc-kr", "ks_c_5601-1987", Er7CharacterSets.Iso2022Jp];

    /// <summary>UTF-8 that refuses damaged bytes.</summary>
    public static Encoding Utf8 { get; } = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>A single message as UTF-8 without byte-order mark, and the encoding it had.</summary>
    /// <param name="bytes">The message.</param>
    /// <param name="configured">What the site says about the source, used where the message does not say, or says what is not so; null for nothing.</param>
    /// <exception cref="Er7FormatException">The character set is unknown, or the bytes do not fit it.</exception>
    public static (ReadOnlyMemory<byte> Utf8, Encoding Encoding) ToUtf8(ReadOnlyMemory<byte> bytes, string? configured) =>
        Marked(bytes) ?? Declared(bytes, configured, 1);

    /// <summary>
    /// A record that is UTF-16 or UTF-32, or says with a byte-order mark that it is UTF-8, as UTF-8; null for any other. Such a record is
    /// read whole before it is cut into lines.
    /// </summary>
    /// <exception cref="Er7FormatException">The bytes do not fit.</exception>
    public static (ReadOnlyMemory<byte> Utf8, Encoding Encoding)? Marked(ReadOnlyMemory<byte> bytes)
    {
        ReadOnlySpan<byte> span = bytes.Span;
        const string mark = "its byte-order mark";
        if (span.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) return (Checked(bytes[3..], 1), Utf8);
        if (span.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE, 0, 0])) return Transcode(bytes[4..], "utf-32", mark, 1);
        if (span.StartsWith((ReadOnlySpan<byte>)[0, 0, 0xFE, 0xFF])) return Transcode(bytes[4..], "utf-32BE", mark, 1);
        if (span.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE])) return Transcode(bytes[2..], "utf-16", mark, 1);
        if (span.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF])) return Transcode(bytes[2..], "utf-16BE", mark, 1);
        return WideForm(span) is { } wide ? Transcode(bytes, wide, "the width of its characters", 1) : null;
    }

    /// <summary>A message by what its MSH-18 says, else the site.</summary>
    /// <param name="bytes">The message, in no wide character set.</param>
    /// <param name="configured">What the site says about the source; null for nothing.</param>
    /// <param name="line">Line of the MSH in the record, for the place of errors.</param>
    /// <exception cref="Er7FormatException">The character set is unknown, or the bytes do not fit it.</exception>
    public static (ReadOnlyMemory<byte> Utf8, Encoding Encoding) Declared(ReadOnlyMemory<byte> bytes, string? configured, int line)
    {
        ReadOnlySpan<byte> span = bytes.Span;
        bool isUtf8 = System.Text.Unicode.Utf8.IsValid(span);
        string[] names = Msh18(span);
        if (!isUtf8 && !names.Any(name => Er7CharacterSets.Find(name) is not null)) names = Msh18AsDoubleByte(span) ?? names;
        if (names.Length == 0)
        {
            if (isUtf8) return (bytes, Utf8);
            if (configured is not null) return Configured(bytes, configured, line);
            throw new Er7FormatException(
                "value", "MSH-18 names no character set and the bytes are not UTF-8. Fill MSH-18 at the sender, or set sources.<name>.charset in site.json.", "MSH-18", line);
        }

        string charset = Choose(names, span, line);
        if (charset == Er7CharacterSets.Ascii)
        {
            if (Ascii.IsValid(span)) return (bytes, Utf8);
            return configured is not null
                ? Configured(bytes, configured, line)
                : throw new Er7FormatException(
                    "value", "MSH-18 says ASCII but there are bytes above 127. Correct MSH-18 at the sender, or set sources.<name>.charset in site.json.", "MSH-18", line);
        }

        if (charset == "utf-8") return (Checked(bytes, line), Utf8); // damaged UTF-8 is no other character set (decision 0080)
        if (charset.StartsWith("iso-8859-", StringComparison.Ordinal) && span.IndexOfAnyInRange((byte)0x80, (byte)0x9F) >= 0)
        {
            // ISO 8859 has control codes there, Windows-1252 has letters and quotation marks: only the site can know what the sender means.
            return configured is not null && Er7CharacterSets.Find(configured) != charset
                ? Configured(bytes, configured, line)
                : throw new Er7FormatException(
                    "value", "MSH-18 names a part of ISO 8859 but there are bytes (80 to 9F hexadecimal) that have no character in it; Windows code pages have. Correct MSH-18 at the sender, or set sources.<name>.charset in site.json.", "MSH-18", line);
        }

        return Transcode(bytes, charset, "MSH-18", line);
    }

    private static (ReadOnlyMemory<byte> Utf8, Encoding Encoding) Configured(ReadOnlyMemory<byte> bytes, string configured, int line)
    {
        string charset = Er7CharacterSets.Find(configured) ?? throw Unknown(SiteCharset, line);
        if (charset != "utf-8" && Chinese.RecordText.LooksLikeDamagedUtf8(bytes.Span))
        {
            throw new Er7FormatException("value", $"the bytes are damaged UTF-8, not the character set that {SiteCharset} names.", "MSH-18", line);
        }

        return charset == "utf-8" ? (Checked(bytes, line), Utf8) : Transcode(bytes, charset, SiteCharset, line);
    }

    /// <summary>
    /// One encoding out of the repetitions of MSH-18: the first is the set that the message begins in, the others are those that it may
    /// switch to with escape sequences (HL7 v2.5.1 ch. 2.15.9.18). Without such a switch the first alone counts.
    /// </summary>
    private static string Choose(string[] names, ReadOnlySpan<byte> bytes, int line)
    {
        string[] charsets = [.. names.Select(name => name.Length == 0 ? Er7CharacterSets.Ascii : Er7CharacterSets.Find(name) ?? throw Unknown("MSH-18", line)).Distinct(StringComparer.Ordinal)];
        string[] beyondAscii = [.. charsets.Where(charset => charset != Er7CharacterSets.Ascii)];
        if (beyondAscii.Length == 0) return Er7CharacterSets.Ascii;
        bool switches = bytes.Contains(EscapeCharacter) && !(beyondAscii is ["utf-8"] or ["gb18030"]);
        if (beyondAscii.Length == 1 && (!switches || beyondAscii[0] == Er7CharacterSets.Iso2022Jp)) return beyondAscii[0];
        if (!switches) return charsets[0];
        throw new Er7FormatException(
            "not-supported", "escape sequences switch between the character sets of MSH-18; that is supported for ASCII with JIS X 0201 and JIS X 0208 only. Have the sender use UTF-8.", "MSH-18", line);
    }

    /// <summary>True for a record that begins as a message in UTF-16 or UTF-32, with or without byte-order mark.</summary>
    public static bool IsWide(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE, 0, 0]) || bytes.StartsWith((ReadOnlySpan<byte>)[0, 0, 0xFE, 0xFF])) bytes = bytes[4..];
        else if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || bytes.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF])) bytes = bytes[2..];
        return WideForm(bytes) is not null;
    }

    /// <summary>UTF-16 or UTF-32 by the zero bytes of its first letters.</summary>
    private static string? WideForm(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 8 || bytes[..8].IndexOf((byte)0) < 0) return null;
        foreach (string name in (ReadOnlySpan<string>)["MSH", "FHS", "BHS"])
        {
            foreach (string form in (ReadOnlySpan<string>)["utf-16", "utf-16BE", "utf-32", "utf-32BE"])
            {
                if (bytes.StartsWith(Er7CharacterSets.Strict(form).GetBytes(name))) return form;
            }
        }

        return null;
    }

    /// <summary>The repetitions of MSH-18 of the first MSH; none where it is empty. An empty repetition beside others stands for ASCII.</summary>
    private static string[] Msh18(ReadOnlySpan<byte> bytes)
    {
        foreach (Er7Line line in Er7Lines.In(bytes, 1))
        {
            ReadOnlySpan<byte> segment = bytes.Slice(line.Start, line.Length).TrimStart(" \t\v\0"u8);
            if (!segment.StartsWith("MSH"u8)) continue;
            return segment.Length < 6 ? [] : Repetitions(segment);
        }

        return [];
    }

    private static string[] Repetitions(ReadOnlySpan<byte> segment)
    {
        byte separator = segment[3];
        ReadOnlySpan<byte> rest = segment[4..];
        byte repetition = (byte)'~';
        for (int field = 2; field < 18; field++)
        {
            int next = rest.IndexOf(separator);
            if (next < 0) return [];
            if (field == 2 && next > 1) repetition = rest[1];
            rest = rest[(next + 1)..];
        }

        int end = rest.IndexOf(separator);
        if (end >= 0) rest = rest[..end];
        if (rest.Length > 200) return [];
        string[] names = [.. Encoding.Latin1.GetString(rest).Split((char)repetition).Select(name => name.Trim())];
        return names.All(name => name is "" or "\"\"") ? [] : names;
    }

    /// <summary>
    /// MSH-18 where a field before it has characters whose second byte looks like a separator (億 in GB18030 ends in the byte of |):
    /// the header is read as each multi-byte character set, and the one that it then names itself is right.
    /// </summary>
    private static string[]? Msh18AsDoubleByte(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> header = bytes[..Math.Min(bytes.Length, 64 * 1024)];
        header = header[..Er7Lines.End(header)];
        foreach (string charset in DoubleByte)
        {
            try
            {
                string[] names = Msh18(Encoding.UTF8.GetBytes(Er7CharacterSets.Strict(charset).GetString(header)));
                if (names.Any(name => Er7CharacterSets.Find(name) == charset)) return names;
            }
            catch (DecoderFallbackException)
            {
                // Not this one.
            }
        }

        return null;
    }

    private static Er7FormatException Unknown(string where, int line) => new(
        "not-supported",
        $"{where} names a character set that is not supported. Supported: ASCII, UNICODE UTF-8, UNICODE UTF-16, UNICODE UTF-32, GB 18030-2000, BIG-5, KS X 1001, ISO IR87, 8859/1 to 8859/9, 8859/13, 8859/15, Windows code pages.",
        "MSH-18", line);

    private static ReadOnlyMemory<byte> Checked(ReadOnlyMemory<byte> bytes, int line) => System.Text.Unicode.Utf8.IsValid(bytes.Span)
        ? bytes
        : throw new Er7FormatException("value", "the record calls itself UTF-8 but is not valid UTF-8.", "MSH-18", line - 1 + LineOfInvalidUtf8(bytes.Span));

    private static (ReadOnlyMemory<byte> Utf8, Encoding Encoding) Transcode(ReadOnlyMemory<byte> bytes, string charset, string where, int firstLine)
    {
        Encoding encoding = Er7CharacterSets.Strict(charset);
        try
        {
            return (Encoding.UTF8.GetBytes(encoding.GetString(bytes.Span)), encoding);
        }
        catch (DecoderFallbackException e)
        {
            int line = firstLine + bytes.Span[..Math.Clamp(e.Index, 0, bytes.Length)].Count((byte)'\r');
            throw new Er7FormatException("value", $"the bytes do not fit the character set that {where} names.", "MSH-18", line);
        }
        catch (ArgumentException)
        {
            // Decoders of code pages raise it for text beyond two gigabytes.
            throw new Er7FormatException("too-long", "the record is too long to be read in its character set.", "MSH-18", firstLine);
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
