using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Consortium.Integrity;

/// <summary>A 32-byte value: a hash, a commitment, a root. Written as 64 lower-case hexadecimal digits.</summary>
public readonly struct Hash256 : IEquatable<Hash256>
{
    /// <summary>Length in bytes.</summary>
    public const int Length = 32;

    private readonly Bytes32 _bytes;

    /// <summary>Copies 32 bytes.</summary>
    /// <exception cref="ArgumentException">The span has another length.</exception>
    public Hash256(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Length) throw new ArgumentException($"A hash has {Length} bytes, not {bytes.Length}.", nameof(bytes));
        bytes.CopyTo(_bytes);
    }

    /// <summary>All 32 bytes zero.</summary>
    public static Hash256 Zero => default;

    /// <summary>The bytes.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Span => _bytes;

    /// <summary>Reads 64 hexadecimal digits, with or without <c>0x</c>.</summary>
    /// <exception cref="FormatException">Anything else.</exception>
    public static Hash256 Parse(string hex) => TryParse(hex, out Hash256 value)
        ? value
        : throw new FormatException($"Expected {Length * 2} hexadecimal digits.");

    /// <summary>Reads 64 hexadecimal digits, with or without <c>0x</c>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? hex, out Hash256 value)
    {
        Span<byte> bytes = stackalloc byte[Length];
        bool good = Hex.TryDecode(hex, bytes);
        value = good ? new Hash256(bytes) : default;
        return good;
    }

    /// <summary>A new array with the bytes.</summary>
    public byte[] ToArray() => Span.ToArray();

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(Span);

    /// <summary>Equality of content (not in constant time).</summary>
    public bool Equals(Hash256 other) => Span.SequenceEqual(other.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Hash256 other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => MemoryMarshal.Read<int>(Span);

    /// <summary>Equality of content.</summary>
    public static bool operator ==(Hash256 left, Hash256 right) => left.Equals(right);

    /// <summary>Inequality of content.</summary>
    public static bool operator !=(Hash256 left, Hash256 right) => !left.Equals(right);

    [InlineArray(Length)]
    private struct Bytes32
    {
        private byte _first;
    }
}
