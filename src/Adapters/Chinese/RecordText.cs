using System.Text;
using Consortium.Fhir;

namespace Consortium.Adapters.Chinese;

/// <summary>
/// The text of a legacy record, decoded without loss: UTF-8 (with or without byte-order mark), UTF-16 with a byte-order mark, or GB18030 (which contains GBK and GB 2312).
/// Bytes that cannot be decoded are an error with their offset; a replacement character never stands for them.
/// </summary>
internal sealed class RecordText
{
    // Valid multi-byte UTF-8 sequences hardly ever occur in GB18030 text by chance (lead and trail bytes would have to line up each time),
    // so a text with several times as many of them as broken ones is damaged UTF-8, not GB18030: reading it as GB18030 would give mojibake.
    private const int ValidPerBroken = 4;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly Encoding StrictGb18030 = CodePagesEncodingProvider.Instance.GetEncoding(
        54936, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)!;

    private readonly Encoding _encoding;
    private readonly int _preamble;
    private int[]? _lineStarts;

    private RecordText(string text, Encoding encoding, int preamble)
    {
        Text = text;
        _encoding = encoding;
        _preamble = preamble;
    }

    /// <summary>The decoded characters, byte-order mark left out, line ends as they are.</summary>
    public string Text { get; }

    /// <summary>IANA name of the encoding.</summary>
    public string Charset => _encoding.WebName;

    /// <summary>A text that was decoded already. Columns of places count its UTF-8 bytes.</summary>
    public static RecordText Of(string text) => new(text, StrictUtf8, 0);

    /// <summary>The text of the bytes; or null and the reason.</summary>
    public static RecordText? Decode(ReadOnlySpan<byte> bytes, out OutcomeIssue? issue)
    {
        issue = null;
        try
        {
            if (bytes.StartsWith<byte>([0xEF, 0xBB, 0xBF])) return Strict(StrictUtf8, bytes, 3);
            if (bytes.StartsWith<byte>([0xFF, 0xFE])) return Strict(new UnicodeEncoding(bigEndian: false, byteOrderMark: false, throwOnInvalidBytes: true), bytes, 2);
            if (bytes.StartsWith<byte>([0xFE, 0xFF])) return Strict(new UnicodeEncoding(bigEndian: true, byteOrderMark: false, throwOnInvalidBytes: true), bytes, 2);
        }
        catch (DecoderFallbackException broken)
        {
            issue = Undecodable(bytes, broken.Index + (bytes[0] == 0xEF ? 3 : 2), bytes[0] == 0xEF ? "UTF-8" : "UTF-16", "its byte-order mark");
            return null;
        }

        int utf8Offset = FirstBroken(StrictUtf8, bytes);
        if (utf8Offset < 0) return Strict(StrictUtf8, bytes, 0);
        if (LooksLikeDamagedUtf8(bytes))
        {
            issue = Undecodable(bytes, utf8Offset, "UTF-8", "the rest of its bytes");
            return null;
        }

        int gbOffset = FirstBroken(StrictGb18030, bytes);
        if (gbOffset < 0) return Strict(StrictGb18030, bytes, 0);
        issue = Undecodable(bytes, gbOffset, "GB18030", null);
        return null;
    }

    /// <summary>
    /// The text of bytes whose character set somebody names; a byte-order mark and bytes that are valid UTF-8 speak for themselves and win.
    /// Null and the reason where the bytes do not fit or the name is not known.
    /// </summary>
    public static RecordText? Decode(ReadOnlySpan<byte> bytes, string charset, out OutcomeIssue? issue)
    {
        bool marked = bytes.StartsWith<byte>([0xEF, 0xBB, 0xBF]) || bytes.StartsWith<byte>([0xFF, 0xFE]) || bytes.StartsWith<byte>([0xFE, 0xFF]);
        if (Named(charset) is not { } encoding)
        {
            issue = new OutcomeIssue(IssueSeverity.Fatal, "not-supported", $"The character set {charset}, which the site names, is not known. Write GB18030, UTF-8, Big5 …", "byte 0");
            return null;
        }

        if (marked || FirstBroken(StrictUtf8, bytes) < 0 && encoding is not UnicodeEncoding || encoding is UTF8Encoding) return Decode(bytes, out issue);
        int offset = LooksLikeDamagedUtf8(bytes) && encoding is not UnicodeEncoding ? FirstBroken(StrictUtf8, bytes) : FirstBroken(encoding, bytes);
        issue = offset < 0 ? null : Undecodable(bytes, offset, encoding.WebName, "the site's settings");
        return offset < 0 ? Strict(encoding, bytes, 0) : null;
    }

    /// <summary>The encoding of a name, strict; null where there is none.</summary>
    public static Encoding? Named(string charset)
    {
        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(charset, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)
                ?? Encoding.GetEncoding(charset, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Decodes the first bytes for detection: null where they are no text in any of the encodings.</summary>
    public static string? Peek(ReadOnlySpan<byte> bytes, int most = 4096)
    {
        // The cut may fall inside a character of up to four bytes.
        for (int back = 0; back < 4; back++)
        {
            int length = Math.Min(bytes.Length, most) - back;
            if (length < 0) break;
            if (Decode(bytes[..length], out _) is { } text) return text.Text;
            if (bytes.Length <= most) break;
        }

        return null;
    }

    /// <summary>The place of a character: line and column from 1, the column in bytes of the original and in characters.</summary>
    public (int Line, int ByteColumn, int Character) Place(int index)
    {
        int[] starts = _lineStarts ??= FindLineStarts(Text);
        int line = Array.BinarySearch(starts, index);
        if (line < 0) line = ~line - 1;
        int start = starts[line];
        int bytes = _encoding.GetByteCount(Text.AsSpan(start, index - start)) + (line == 0 ? _preamble : 0);
        int characters = 0;
        for (int i = start; i < index; i++)
        {
            if (!char.IsLowSurrogate(Text[i])) characters++;
        }

        return (line + 1, bytes + 1, characters + 1);
    }

    private static RecordText Strict(Encoding encoding, ReadOnlySpan<byte> bytes, int preamble) =>
        new(encoding.GetString(bytes[preamble..]), encoding, preamble);

    private static int FirstBroken(Encoding encoding, ReadOnlySpan<byte> bytes)
    {
        try
        {
            encoding.GetCharCount(bytes);
            return -1;
        }
        catch (DecoderFallbackException broken)
        {
            return Math.Max(0, broken.Index);
        }
    }

    internal static bool LooksLikeDamagedUtf8(ReadOnlySpan<byte> bytes)
    {
        int valid = 0, broken = 0;
        while (!bytes.IsEmpty)
        {
            bool good = Rune.DecodeFromUtf8(bytes, out _, out int length) == System.Buffers.OperationStatus.Done;
            if (!good) broken++;
            else if (length >= 3) valid++;
            bytes = bytes[length..];
        }

        return valid > ValidPerBroken * broken;
    }

    private static OutcomeIssue Undecodable(ReadOnlySpan<byte> bytes, int offset, string encoding, string? why)
    {
        offset = Math.Min(offset, bytes.Length);
        int line = bytes[..offset].Count((byte)'\n') + 1;
        int column = offset - (bytes[..offset].LastIndexOf((byte)'\n') + 1) + 1;
        return new OutcomeIssue(
            IssueSeverity.Fatal,
            "structure",
            $"The bytes at offset {offset} are {(why is null ? $"neither UTF-8 nor {encoding}" : $"not {encoding}, which {why} say this text is")}. Export the record again as UTF-8 or GB18030.",
            $"byte {offset}",
            line,
            column);
    }

    private static int[] FindLineStarts(string text)
    {
        List<int> starts = [0];
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\n' || (text[i] == '\r' && (i + 1 == text.Length || text[i + 1] != '\n'))) starts.Add(i + 1);
        }

        return [.. starts];
    }
}
