using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Consortium.Integrity;

namespace Consortium.Ledger;

/// <summary>An EVM account or contract: 20 bytes, written in the mixed-case checksum form of EIP-55.</summary>
public readonly struct Address : IEquatable<Address>
{
    /// <summary>Length in bytes.</summary>
    public const int Length = 20;

    private readonly Bytes20 _bytes;

    /// <summary>Copies 20 bytes.</summary>
    /// <exception cref="ArgumentException">The span has another length.</exception>
    public Address(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Length) throw new ArgumentException($"An address has {Length} bytes, not {bytes.Length}.", nameof(bytes));
        bytes.CopyTo(_bytes);
    }

    /// <summary>All 20 bytes zero: nobody.</summary>
    public static Address Zero => default;

    /// <summary>The bytes.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Span => _bytes;

    /// <summary>Reads 40 hexadecimal digits of any case, with or without <c>0x</c>. The EIP-55 checksum is not demanded.</summary>
    /// <exception cref="FormatException">Anything else.</exception>
    public static Address Parse(string hex) => TryParse(hex, out Address value)
        ? value
        : throw new FormatException("Expected an address of 40 hexadecimal digits, such as 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed.");

    /// <summary>Reads 40 hexadecimal digits of any case, with or without <c>0x</c>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? hex, out Address value)
    {
        value = default;
        ReadOnlySpan<char> digits = hex;
        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase)) digits = digits[2..];
        Span<byte> bytes = stackalloc byte[Length];
        if (digits.Length != Length * 2 || Convert.FromHexString(digits, bytes, out _, out _) != System.Buffers.OperationStatus.Done) return false;
        value = new Address(bytes);
        return true;
    }

    /// <summary>The address of a public key: the last 20 bytes of the Keccak-256 of its two coordinates.</summary>
    /// <param name="publicKey">64 bytes X || Y, or 65 bytes with the leading 0x04 of the uncompressed form.</param>
    /// <exception cref="ArgumentException">Another length or form.</exception>
    public static Address FromPublicKey(ReadOnlySpan<byte> publicKey)
    {
        if (publicKey.Length == 65 && publicKey[0] == 4) publicKey = publicKey[1..];
        if (publicKey.Length != 64) throw new ArgumentException("An uncompressed public key has 64 bytes, or 65 with the leading 0x04.", nameof(publicKey));
        return new Address(Keccak256.Hash(publicKey).Span[12..]);
    }

    /// <summary>The address that a contract gets which <paramref name="sender"/> creates in a transaction with this nonce.</summary>
    public static Address OfCreatedContract(Address sender, ulong nonce)
    {
        var rlp = new RlpWriter();
        using (rlp.List())
        {
            rlp.Bytes(sender.Span);
            rlp.Integer(nonce);
        }

        return new Address(Keccak256.Hash(rlp.ToArray()).Span[12..]);
    }

    /// <summary>A new array with the bytes.</summary>
    public byte[] ToArray() => Span.ToArray();

    /// <summary>The EIP-55 checksum form with <c>0x</c>.</summary>
    public override string ToString()
    {
        Span<char> digits = stackalloc char[Length * 2];
        Convert.TryToHexStringLower(Span, digits, out _);
        Span<byte> ascii = stackalloc byte[Length * 2];
        for (int i = 0; i < digits.Length; i++) ascii[i] = (byte)digits[i];
        Hash256 hash = Keccak256.Hash(ascii);
        for (int i = 0; i < digits.Length; i++)
        {
            int nibble = (hash.Span[i / 2] >> (i % 2 == 0 ? 4 : 0)) & 0xf;
            if (nibble >= 8) digits[i] = char.ToUpperInvariant(digits[i]);
        }

        return string.Concat("0x", digits);
    }

    /// <summary>Equality of content.</summary>
    public bool Equals(Address other) => Span.SequenceEqual(other.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Address other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => MemoryMarshal.Read<int>(Span);

    /// <summary>Equality of content.</summary>
    public static bool operator ==(Address left, Address right) => left.Equals(right);

    /// <summary>Inequality of content.</summary>
    public static bool operator !=(Address left, Address right) => !left.Equals(right);

    [InlineArray(Length)]
    private struct Bytes20
    {
        private byte _first;
    }
}
