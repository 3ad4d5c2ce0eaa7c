using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Consortium.Fhir.Definitions;

namespace Consortium.Fhir.Json;

/// <summary>
/// The quick reader of JSON (RFC 8259) over bytes that are known to be UTF-8. It takes only what is plainly well-formed and
/// gives up on everything else, which the framework's reader then decides; so it needs no errors of its own.
/// </summary>
internal static class JsonScanner
{
    private static readonly SearchValues<byte> s_stringEnd = SearchValues.Create(
        [(byte)'"', (byte)'\\', .. Enumerable.Range(0, 0x20).Select(b => (byte)b)]);

    /// <summary>Reads one value; false where the framework's reader has to decide.</summary>
    public static bool TryRead(ReadOnlySpan<byte> json, ref NodeBuilder builder)
    {
        int at = 0;
        while (true)
        {
            // A value.
            SkipSpace(json, ref at);
            if (at >= json.Length) return false;
            int start = at;
            switch (json[at])
            {
                case (byte)'{':
                    if (builder.Depth == JsonTreeReader.MaxDepth) return false;
                    builder.Open(JsonKind.Object, at++);
                    SkipSpace(json, ref at);
                    if (at < json.Length && json[at] == '}') break;
                    if (!TryName(json, ref at, ref builder)) return false;
                    continue;
                case (byte)'[':
                    if (builder.Depth == JsonTreeReader.MaxDepth) return false;
                    builder.Open(JsonKind.Array, at++);
                    SkipSpace(json, ref at);
                    if (at < json.Length && json[at] == ']') break;
                    continue;
                case (byte)'"':
                    if (!TryString(json, ref at, out bool escaped)) return false;
                    builder.Scalar(JsonKind.String, start + 1, at - start - 2, escaped);
                    break;
                case (byte)'t':
                    if (!json[at..].StartsWith("true"u8)) return false;
                    builder.Scalar(JsonKind.True, at, 4, escaped: false);
                    at += 4;
                    break;
                case (byte)'f':
                    if (!json[at..].StartsWith("false"u8)) return false;
                    builder.Scalar(JsonKind.False, at, 5, escaped: false);
                    at += 5;
                    break;
                case (byte)'n':
                    if (!json[at..].StartsWith("null"u8)) return false;
                    builder.Scalar(JsonKind.Null, at, 4, escaped: false);
                    at += 4;
                    break;
                default:
                    if (!TryNumber(json, ref at)) return false;
                    builder.Scalar(JsonKind.Number, start, at - start, escaped: false);
                    break;
            }

            // What follows a value: brackets that close, then a comma or the end.
            while (true)
            {
                SkipSpace(json, ref at);
                if (builder.Depth == 0) return at == json.Length;
                if (at >= json.Length) return false;
                byte next = json[at++];
                if (next == ',')
                {
                    if (!builder.InObject) break;
                    SkipSpace(json, ref at);
                    if (!TryName(json, ref at, ref builder)) return false;
                    break;
                }

                if (next != (builder.InObject ? (byte)'}' : (byte)']')) return false;
                builder.Close(json, at);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SkipSpace(ReadOnlySpan<byte> json, ref int at)
    {
        // Mostly there is none.
        if ((uint)at < (uint)json.Length && json[at] > ' ') return;
        SkipSomeSpace(json, ref at);
    }

    private static void SkipSomeSpace(ReadOnlySpan<byte> json, ref int at)
    {
        int i = at;
        while (i < json.Length && json[i] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t') i++;
        at = i;
    }

    /// <summary>A name with its colon. One with an escape is left to the framework's reader.</summary>
    private static bool TryName(ReadOnlySpan<byte> json, ref int at, ref NodeBuilder builder)
    {
        if (at >= json.Length || json[at] != '"') return false;
        int start = at + 1;
        if (!TryShortName(json, start, out int length, out uint hash))
        {
            length = json[start..].IndexOfAny(s_stringEnd);
            if (length is < 0 or > JsonTreeReader.LongestName) return false;
            hash = TableFormat.Hash(json.Slice(start, length));
        }

        at = start + length;
        if (json[at] != '"') return false;
        builder.Name(start, length, hash, escaped: false);
        at++;
        SkipSpace(json, ref at);
        return at < json.Length && json[at++] == ':';
    }

    /// <summary>The end of a name of fewer than 16 bytes, and its hash, from one look at 16 bytes; false where that does not do.</summary>
    private static bool TryShortName(ReadOnlySpan<byte> json, int start, out int length, out uint hash)
    {
        (length, hash) = (0, 0);
        if (!Vector128.IsHardwareAccelerated || start > json.Length - Vector128<byte>.Count) return false;
        Vector128<byte> part = Vector128.Create(json.Slice(start, Vector128<byte>.Count));
        uint ends = (Vector128.Equals(part, Vector128.Create((byte)'"')) | Vector128.Equals(part, Vector128.Create((byte)'\\')) | Vector128.LessThan(part, Vector128.Create((byte)0x20))).ExtractMostSignificantBits();
        if (ends == 0) return false;
        length = BitOperations.TrailingZeroCount(ends);
        ulong first = part.AsUInt64().ToScalar();
        hash = length < 8
            ? TableFormat.Hash(first & ((1UL << (8 * length)) - 1), 0, length)
            : TableFormat.Hash(first, BinaryPrimitives.ReadUInt64LittleEndian(json[(start + length - 8)..]), length);
        return true;
    }

    private static bool TryString(ReadOnlySpan<byte> json, ref int at, out bool escaped)
    {
        escaped = false;
        int i = at + 1;
        if (Vector256.IsHardwareAccelerated && i <= json.Length - Vector256<byte>.Count)
        {
            // Most texts are short: their end is within reach of one look.
            Vector256<byte> part = Vector256.Create(json.Slice(i, Vector256<byte>.Count));
            uint ends = (Vector256.Equals(part, Vector256.Create((byte)'"')) | Vector256.Equals(part, Vector256.Create((byte)'\\')) | Vector256.LessThan(part, Vector256.Create((byte)0x20))).ExtractMostSignificantBits();
            i += ends == 0 ? Vector256<byte>.Count : BitOperations.TrailingZeroCount(ends);
            if (ends != 0 && json[i] == '"')
            {
                at = i + 1;
                return true;
            }
        }

        while (true)
        {
            int end = json[i..].IndexOfAny(s_stringEnd);
            if (end < 0) return false;
            i += end;
            if (json[i] == '"')
            {
                at = i + 1;
                return true;
            }

            if (json[i] != '\\' || i + 1 >= json.Length) return false;
            escaped = true;
            switch (json[i + 1])
            {
                case (byte)'"' or (byte)'\\' or (byte)'/' or (byte)'b' or (byte)'f' or (byte)'n' or (byte)'r' or (byte)'t':
                    i += 2;
                    break;
                case (byte)'u':
                    if (!IsPlainEscape(json, i + 2)) return false;
                    i += 6;
                    break;
                default:
                    return false;
            }
        }
    }

    /// <summary>Four hexadecimal digits that are no surrogate; pairs of those are left to the framework's reader.</summary>
    private static bool IsPlainEscape(ReadOnlySpan<byte> json, int at)
    {
        if (at + 4 > json.Length) return false;
        for (int i = at; i < at + 4; i++)
        {
            if (!char.IsAsciiHexDigit((char)json[i])) return false;
        }

        return (json[at] | 0x20) != 'd' || json[at + 1] <= '7';
    }

    private static bool TryNumber(ReadOnlySpan<byte> json, ref int at)
    {
        int i = at;
        if (json[i] == '-') i++;
        int whole = i;
        i = Digits(json, i);
        if (i == whole || (json[whole] == '0' && i > whole + 1)) return false;
        if (i < json.Length && json[i] == '.')
        {
            int fraction = i + 1;
            i = Digits(json, fraction);
            if (i == fraction) return false;
        }

        if (i < json.Length && json[i] is (byte)'e' or (byte)'E')
        {
            int exponent = i + 1;
            if (exponent < json.Length && json[exponent] is (byte)'+' or (byte)'-') exponent++;
            i = Digits(json, exponent);
            if (i == exponent) return false;
        }

        at = i;
        return true;
    }

    private static int Digits(ReadOnlySpan<byte> json, int at)
    {
        while (at < json.Length && json[at] is >= (byte)'0' and <= (byte)'9') at++;
        return at;
    }
}
