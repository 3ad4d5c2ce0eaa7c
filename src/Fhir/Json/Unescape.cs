using System.Globalization;
using System.Numerics;
using System.Runtime.Intrinsics;
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
            int escape = CopyPlain(raw, result[length..]);
            length += escape;
            if (escape == raw.Length) return length;
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

    /// <summary>Copies what stands before the first backslash, in one pass: in narratives escapes stand a few characters apart. Gives how much that is.</summary>
    private static int CopyPlain(ReadOnlySpan<byte> raw, Span<byte> result)
    {
        int at = 0;
        if (Vector128.IsHardwareAccelerated)
        {
            Vector128<byte> backslash = Vector128.Create((byte)'\\');
            for (; at + Vector128<byte>.Count <= raw.Length && at + Vector128<byte>.Count <= result.Length; at += Vector128<byte>.Count)
            {
                Vector128<byte> part = Vector128.Create(raw.Slice(at, Vector128<byte>.Count));
                part.CopyTo(result[at..]);
                uint found = Vector128.Equals(part, backslash).ExtractMostSignificantBits();
                if (found != 0) return at + BitOperations.TrailingZeroCount(found);
            }
        }

        for (; at < raw.Length && raw[at] != '\\'; at++) result[at] = raw[at];
        return at;
    }

    private static int Hex(ReadOnlySpan<byte> digits) => int.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
