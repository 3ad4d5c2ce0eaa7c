using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;

namespace Consortium.Ledger;

/// <summary>Constants of the curve (SEC 2 section 2.4.1).</summary>
internal static class Secp256k1
{
    /// <summary>The curve as .NET's ECDSA, that is OpenSSL, knows it.</summary>
    public static ECCurve Curve { get; } = ECCurve.CreateFromValue("1.3.132.0.10");

    /// <summary>The order of the group.</summary>
    public static BigInteger Order { get; } =
        BigInteger.Parse("0FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    /// <summary>Half of the order, rounded down: the largest s that EIP-2 accepts.</summary>
    public static BigInteger HalfOrder { get; } = Order >> 1;

    /// <summary>Reads an unsigned big-endian integer.</summary>
    public static BigInteger Integer(ReadOnlySpan<byte> bigEndian) => new(bigEndian, isUnsigned: true, isBigEndian: true);

    /// <summary>Writes an unsigned integer as 32 bytes, big-endian.</summary>
    public static byte[] Bytes32(BigInteger value)
    {
        byte[] bytes = new byte[32];
        int length = value.GetByteCount(isUnsigned: true);
        value.TryWriteBytes(bytes.AsSpan(32 - length), out _, isUnsigned: true, isBigEndian: true);
        return bytes;
    }
}
