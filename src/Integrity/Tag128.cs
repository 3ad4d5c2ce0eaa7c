using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Consortium.Integrity;

/// <summary>A 16-byte tag: a record id or a subject tag of the index. Written as 32 lower-case hexadecimal digits.</summary>
public readonly struct Tag128 : IEquatable<Tag128>
{
    /// <summary>Length in bytes.</summary>
    public const int Length = 16;

    private readonly Bytes16 _bytes;

    /// <summary>Copies 16 bytes.</summary>
    /// <exception cref="ArgumentException">The span has another length.</exception>
    public Tag128(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Length) throw new ArgumentException($"A tag has {Length} bytes, not {bytes.Length}.", nameof(bytes));
        bytes.CopyTo(_bytes);
    }

    /// <summary>All 16 bytes zero.</summary>
    public static Tag128 Zero => default;

    /// <summary>The bytes.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Span => _bytes;

    /// <summary>Reads 32 hexadecimal digits, with or without <c>0x</c>.</summary>
    /// <exception cref="FormatException">Anything else.</exception>
    public static Tag128 Parse(string hex) => TryParse(hex, out Tag128 value)
        ? value
        : throw new FormatException($"Expected {Length * 2} hexadecimal digits.");

    /// <summary>Reads 32 hexadecimal digits, with or without <c>0x</c>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? hex, out Tag128 value)
    {
        Span<byte> bytes = stackalloc byte[Length];
        bool good = Hex.TryDecode(hex, bytes);
        value = good ? new Tag128(bytes) : default;
        return good;
    }

    /// <summary>A new array with the bytes.</summary>
    public byte[] ToArray() => Span.ToArray();

    /// <summary>32 lower-case hexadecimal digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(Span);

    /// <summary>Equality of content (not in constant time).</summary>
    public bool Equals(Tag128 other) => Span.SequenceEqual(other.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Tag128 other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => MemoryMarshal.Read<int>(Span);

    /// <summary>Equality of content.</summary>
    public static bool operator ==(Tag128 left, Tag128 right) => left.Equals(right);

    /// <summary>Inequality of content.</summary>
    public static bool operator !=(Tag128 left, Tag128 right) => !left.Equals(right);

    [InlineArray(Length)]
    private struct Bytes16
    {
        private byte _first;
    }
}
