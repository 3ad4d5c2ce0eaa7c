using System.Numerics;
using Consortium.Integrity;
using Org.BouncyCastle.Asn1.X9;
using Org.BouncyCastle.Math.EC;
using BcInteger = Org.BouncyCastle.Math.BigInteger;

namespace Consortium.Ledger;

/// <summary>
/// Finds who signed (SEC 1 section 4.1.6). Works on public values only: its curve arithmetic is not constant-time,
/// and no secret comes near it.
/// </summary>
public static class EcdsaRecovery
{
    private static readonly X9ECParameters Curve = Org.BouncyCastle.Crypto.EC.CustomNamedCurves.GetByName("secp256k1");

    /// <summary>The address whose key made the signature over this digest.</summary>
    /// <exception cref="FormatException">No key can have made it: r or s is out of range, s is high, or there is no such point.</exception>
    public static Address Recover(Hash256 digest, RecoverableSignature signature) => TryRecover(digest, signature, out Address address)
        ? address
        : throw new FormatException("This is no signature: r or s is out of range, s is in the upper half, or r is no point of the curve.");

    /// <summary>The address whose key made the signature; false where no key can have made it, or s is in the upper half (EIP-2).</summary>
    public static bool TryRecover(Hash256 digest, RecoverableSignature signature, out Address address)
    {
        address = default;
        BigInteger r = Secp256k1.Integer(signature.R.Span);
        BigInteger s = Secp256k1.Integer(signature.S.Span);
        if (r.IsZero || r >= Secp256k1.Order || s.IsZero || s > Secp256k1.HalfOrder || signature.RecoveryId > 1) return false;

        Span<byte> compressed = [(byte)(2 + signature.RecoveryId), .. signature.R.Span];
        ECPoint ephemeral;
        try
        {
            ephemeral = Curve.Curve.DecodePoint(compressed.ToArray());
        }
        catch (ArgumentException)
        {
            return false; // r is the x coordinate of no point
        }

        // Q = r^-1 (sR - eG)
        BcInteger order = Curve.N;
        BcInteger inverse = new BcInteger(1, signature.R.ToArray()).ModInverse(order);
        BcInteger e = new BcInteger(1, digest.ToArray()).Mod(order);
        BcInteger u1 = order.Subtract(e).Multiply(inverse).Mod(order);
        BcInteger u2 = new BcInteger(1, signature.S.ToArray()).Multiply(inverse).Mod(order);
        ECPoint key = ECAlgorithms.SumOfTwoMultiplies(Curve.G, u1, ephemeral, u2).Normalize();
        if (key.IsInfinity) return false;
        address = Address.FromPublicKey(key.GetEncoded(compressed: false));
        return true;
    }
}
