using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Consortium.Ledger.Abi;

/// <summary>
/// Decodes values by the contract ABI, strictly: what is cut, out of range or wrongly padded is refused. Gives <see cref="ulong"/> or
/// <see cref="long"/> for integers of up to 64 bits and <see cref="BigInteger"/> above, <see cref="Address"/>, <see cref="bool"/>, <see cref="string"/>,
/// <see cref="byte"/>[] for <c>bytes</c> and <c>bytesN</c>, and <see cref="object"/>[] for arrays and tuples.
/// </summary>
public static class AbiDecoder
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Decodes a tuple of these types.</summary>
    /// <exception cref="FormatException">The data is not such a tuple; the message names the place.</exception>
    public static object[] Decode(IReadOnlyList<AbiType> types, ReadOnlySpan<byte> data)
    {
        ArgumentNullException.ThrowIfNull(types);
        return ReadSequence(types, data, "result");
    }

    private static object[] ReadSequence(IReadOnlyList<AbiType> types, ReadOnlySpan<byte> frame, string place)
    {
        object[] values = new object[types.Count];
        int position = 0;
        for (int i = 0; i < types.Count; i++)
        {
            AbiType type = types[i];
            string here = $"{place}[{i}]";
            int at = type.IsDynamic ? ReadLength(Word(frame, position, here), frame.Length, here) : position;
            values[i] = ReadValue(type, frame[Math.Min(at, frame.Length)..], here);
            position += type.HeadLength;
        }

        return values;
    }

    private static object ReadValue(AbiType type, ReadOnlySpan<byte> data, string place)
    {
        switch (type)
        {
            case AbiInteger integer:
                return ReadInteger(integer, Word(data, 0, place), place);
            case AbiAddress:
                ReadOnlySpan<byte> word = Word(data, 0, place);
                if (word[..12].ContainsAnyExcept((byte)0)) throw Malformed(type, place);
                return new Address(word[12..]);
            case AbiBool:
                return ReadUnsigned(Word(data, 0, place)) switch
                {
                    { IsZero: true } => false,
                    { IsOne: true } => true,
                    _ => throw Malformed(type, place),
                };
            case AbiFixedBytes fixedBytes:
                ReadOnlySpan<byte> padded = Word(data, 0, place);
                if (padded[fixedBytes.Length..].ContainsAnyExcept((byte)0)) throw Malformed(type, place);
                return padded[..fixedBytes.Length].ToArray();
            case AbiBytes:
                return ReadBytes(data, place).ToArray();
            case AbiString:
                return ReadString(ReadBytes(data, place), type, place);
            case AbiArray array:
                return ReadArray(array, data, place);
            case AbiTuple tuple:
                return ReadSequence(tuple.Components.Select(c => c.Type).ToArray(), data, place);
            default:
                throw Malformed(type, place);
        }
    }

    private static object ReadInteger(AbiInteger type, ReadOnlySpan<byte> word, string place)
    {
        int padding = 32 - (type.Bits / 8);
        bool negative = type.Signed && (word[padding] & 0x80) != 0;
        if (word[..padding].ContainsAnyExcept(negative ? (byte)0xff : (byte)0)) throw Malformed(type, place);
        if (type.Bits > 64) return new BigInteger(word, isUnsigned: !type.Signed, isBigEndian: true);
        return type.Signed ? BinaryPrimitives.ReadInt64BigEndian(word[24..]) : BinaryPrimitives.ReadUInt64BigEndian(word[24..]);
    }

    private static object[] ReadArray(AbiArray array, ReadOnlySpan<byte> data, string place)
    {
        int count;
        if (array.Length is { } length)
        {
            count = length;
        }
        else
        {
            // Each element takes at least a word of the head, so a length beyond the data is a lie and must not be allocated for.
            count = ReadLength(Word(data, 0, place), data.Length / 32, place);
            data = data[32..];
        }

        if ((long)count * array.Element.HeadLength > data.Length) throw Cut(place);
        return ReadSequence(Enumerable.Repeat(array.Element, count).ToArray(), data, place);
    }

    private static ReadOnlySpan<byte> ReadBytes(ReadOnlySpan<byte> data, string place)
    {
        int length = ReadLength(Word(data, 0, place), data.Length - 32, place);
        return data.Slice(32, length);
    }

    private static string ReadString(ReadOnlySpan<byte> utf8, AbiType type, string place)
    {
        try
        {
            return StrictUtf8.GetString(utf8);
        }
        catch (DecoderFallbackException)
        {
            throw Malformed(type, place);
        }
    }

    private static int ReadLength(ReadOnlySpan<byte> word, int most, string place)
    {
        BigInteger length = ReadUnsigned(word);
        return length <= most ? (int)length : throw Cut(place);
    }

    private static BigInteger ReadUnsigned(ReadOnlySpan<byte> word) => new(word, isUnsigned: true, isBigEndian: true);

    private static ReadOnlySpan<byte> Word(ReadOnlySpan<byte> data, int position, string place) =>
        data.Length - position >= 32 ? data.Slice(position, 32) : throw Cut(place);

    private static FormatException Cut(string place) => new($"{place}: the ABI data is cut, or an offset or length points outside of it.");

    private static FormatException Malformed(AbiType type, string place) => new($"{place}: the word is no {type.Name}.");
}
