using System.Globalization;
using System.Text;

namespace Consortium.Fhir.Json;

/// <summary>Resolves the escapes of JSON strings that the reader has already found well-formed (RFC 8259 section 7).</summary>
internal static class Unescape
{
    public static string ToText(ReadOnlySpan<byte> raw, bool escaped) => Encoding.UTF8.GetString(escaped ? ToBytes(raw) : raw);

    public static bool SameName(ReadOnlySpan<byte> json, in Node a, in Node b)
    {
        ReadOnlySpan<byte> first = json.Slice(a.NameStart, a.NameLength), second = json.Slice(b.NameStart, b.NameLength);
        if (a.Has(NodeFlags.NameEscaped)) first = ToBytes(first);
        if (b.Has(NodeFlags.NameEscaped)) second = ToBytes(second);
        return first.SequenceEqual(second);
    }

    public static byte[] ToBytes(ReadOnlySpan<byte> raw)
    {
        // An escape is never shorter than what it stands for.
        byte[] result = new byte[raw.Length];
        return result[..Write(raw, result)];
    }

    /// <summary>Into a buffer that the caller keeps and that grows as needed; what it gives is good until the next call.</summary>
    public static ReadOnlySpan<byte> ToBytes(ReadOnlySpan<byte> raw, ref byte[] buffer)
    {
        if (buffer.Length < raw.Length) buffer = new byte[Math.Max(raw.Length, buffer.Length * 2)];
        return buffer.AsSpan(0, Write(raw, buffer));
    }

    private static int Write(ReadOnlySpan<byte> raw, Span<byte> result)
    {
        int length = 0;
        while (true)
        {
            int escape = raw.IndexOf((byte)'\\');
            ReadOnlySpan<byte> plain = escape < 0 ? raw : raw[..escape];
            plain.CopyTo(result[length..]);
            length += plain.Length;
            if (escape < 0) return length;
            if (raw[escape + 1] != 'u')
            {
                result[length++] = raw[escape + 1] switch { (byte)'b' => 8, (byte)'f' => 12, (byte)'n' => 10, (byte)'r' => 13, (byte)'t' => 9, byte same => same };
                raw = raw[(escape + 2)..];
                continue;
            }

            int code = Hex(raw.Slice(escape + 2, 4));
            int used = escape + 6;
            if (char.IsHighSurrogate((char)code))
            {
                code = char.ConvertToUtf32((char)code, (char)Hex(raw.Slice(used + 2, 4)));
                used += 6;
            }

            length += new Rune(code).EncodeToUtf8(result[length..]);
            raw = raw[used..];
        }
    }

    private static int Hex(ReadOnlySpan<byte> digits) => int.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
