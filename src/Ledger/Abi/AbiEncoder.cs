using System.Collections;
using System.Numerics;
using System.Text;
using Consortium.Integrity;

namespace Consortium.Ledger.Abi;

/// <summary>
/// Encodes values by the contract ABI. Integers are any .NET integer or <see cref="BigInteger"/> (or an enum); <c>bytesN</c> and
/// <c>bytes</c> are <see cref="byte"/>[], <see cref="Hash256"/> or <see cref="Tag128"/>; arrays are lists; tuples are lists in the order of
/// their components.
/// </summary>
public static class AbiEncoder
{
    /// <summary>Encodes values as a tuple of these types, without a selector.</summary>
    /// <exception cref="ArgumentException">A value does not fit its type; the message names the place.</exception>
    public static byte[] Encode(IReadOnlyList<AbiType> types, IReadOnlyList<object?> values)
    {
        ArgumentNullException.ThrowIfNull(types);
        ArgumentNullException.ThrowIfNull(values);
        using var output = new MemoryStream();
        WriteSequence(output, types, values, "arguments");
        return output.ToArray();
    }

    private static void WriteSequence(MemoryStream output, IReadOnlyList<AbiType> types, IReadOnlyList<object?> values, string place)
    {
        if (types.Count != values.Count) throw new ArgumentException($"{place}: {types.Count} values are wanted and {values.Count} given.", nameof(values));
        int head = types.Sum(t => t.HeadLength);
        using var tail = new MemoryStream();
        for (int i = 0; i < types.Count; i++)
        {
            string here = $"{place}[{i}]";
            if (types[i].IsDynamic)
            {
                WriteInteger(output, head + tail.Length);
                WriteValue(tail, types[i], values[i], here);
            }
            else
            {
                WriteValue(output, types[i], values[i], here);
            }
        }

        tail.WriteTo(output);
    }

    private static void WriteValue(MemoryStream output, AbiType type, object? value, string place)
    {
        switch (type)
        {
            case AbiInteger integer:
                WriteInteger(output, CheckRange(integer, ToInteger(value, type, place), place));
                break;
            case AbiAddress when value is Address address:
                output.Write(stackalloc byte[12]);
                output.Write(address.Span);
                break;
            case AbiBool when value is bool flag:
                WriteInteger(output, flag ? 1 : 0);
                break;
            case AbiFixedBytes fixedBytes:
                ReadOnlyMemory<byte> exact = ToBytes(value, type, place);
                if (exact.Length != fixedBytes.Length) throw Misfit(type, value, place);
                WritePadded(output, exact.Span);
                break;
            case AbiBytes:
                ReadOnlyMemory<byte> bytes = ToBytes(value, type, place);
                WriteInteger(output, bytes.Length);
                WritePadded(output, bytes.Span);
                break;
            case AbiString when value is string text:
                byte[] utf8 = Encoding.UTF8.GetBytes(text);
                WriteInteger(output, utf8.Length);
                WritePadded(output, utf8);
                break;
            case AbiArray array:
                object?[] items = ToList(value, type, place);
                if (array.Length is null) WriteInteger(output, items.Length);
                else if (array.Length != items.Length) throw Misfit(type, value, place);
                WriteSequence(output, Enumerable.Repeat(array.Element, items.Length).ToArray(), items, place);
                break;
            case AbiTuple tuple:
                WriteSequence(output, tuple.Components.Select(c => c.Type).ToArray(), ToList(value, type, place), place);
                break;
            default:
                throw Misfit(type, value, place);
        }
    }

    private static BigInteger ToInteger(object? value, AbiType type, string place) => value switch
    {
        BigInteger big => big,
        UInt128 wide => (BigInteger)wide,
        ulong u => u,
        long l => l,
        uint u => u,
        int i => i,
        ushort u => u,
        short s => s,
        byte b => b,
        Enum e => Convert.ToInt64(e, System.Globalization.CultureInfo.InvariantCulture),
        _ => throw Misfit(type, value, place),
    };

    private static BigInteger CheckRange(AbiInteger type, BigInteger value, string place)
    {
        BigInteger highest = (BigInteger.One << (type.Signed ? type.Bits - 1 : type.Bits)) - 1;
        BigInteger lowest = type.Signed ? -highest - 1 : BigInteger.Zero;
        return value >= lowest && value <= highest ? value : throw Misfit(type, value, place);
    }

    private static ReadOnlyMemory<byte> ToBytes(object? value, AbiType type, string place) => value switch
    {
        byte[] bytes => bytes,
        ReadOnlyMemory<byte> memory => memory,
        Hash256 hash => hash.ToArray(),
        Tag128 tag => tag.ToArray(),
        _ => throw Misfit(type, value, place),
    };

    private static object?[] ToList(object? value, AbiType type, string place) => value switch
    {
        object?[] items => items,
        string or byte[] => throw Misfit(type, value, place),
        IEnumerable items => items.Cast<object?>().ToArray(),
        _ => throw Misfit(type, value, place),
    };

    private static void WriteInteger(MemoryStream output, BigInteger value)
    {
        Span<byte> word = stackalloc byte[32];
        if (value.Sign < 0) word.Fill(0xff);
        int length = value.GetByteCount(isUnsigned: value.Sign >= 0);
        value.TryWriteBytes(word[(32 - length)..], out _, isUnsigned: value.Sign >= 0, isBigEndian: true);
        output.Write(word);
    }

    private static void WritePadded(MemoryStream output, ReadOnlySpan<byte> bytes)
    {
        output.Write(bytes);
        Span<byte> zeros = stackalloc byte[31];
        zeros.Clear();
        output.Write(zeros[..((32 - (bytes.Length % 32)) % 32)]);
    }

    private static ArgumentException Misfit(AbiType type, object? value, string place) =>
        new($"{place}: a value of {value?.GetType().Name ?? "null"} does not fit the ABI type {type.Name}.");
}
