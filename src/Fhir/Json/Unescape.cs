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
        int length = 0;
        for (int i = 0; i < raw.Length; i++)
        {
            if (raw[i] != '\\')
            {
                result[length++] = raw[i];
                continue;
            }

            i++;
            if (raw[i] != 'u')
            {
                result[length++] = raw[i] switch { (byte)'b' => 8, (byte)'f' => 12, (byte)'n' => 10, (byte)'r' => 13, (byte)'t' => 9, byte same => same };
                continue;
            }

            int code = Hex(raw.Slice(i + 1, 4));
            i += 4;
            if (char.IsHighSurrogate((char)code))
            {
                code = char.ConvertToUtf32((char)code, (char)Hex(raw.Slice(i + 3, 4)));
                i += 6;
            }

            length += new Rune(code).EncodeToUtf8(result.AsSpan(length));
        }

        return result[..length];
    }

    private static int Hex(ReadOnlySpan<byte> digits) => int.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
