using System.Numerics;
using System.Security.Cryptography;
using Consortium.Integrity;

namespace Consortium.Ledger;

/// <summary>A key in this process. OpenSSL signs, in constant time; the key's bytes stay in OpenSSL's memory. Thread-safe.</summary>
public sealed class LocalSigner : ISigner, IDisposable
{
    private readonly ECDsa _key;
    private readonly Lock _lock = new();

    private LocalSigner(ECDsa key)
    {
        _key = key;
        ECPoint point = key.ExportParameters(includePrivateParameters: false).Q;
        byte[] publicKey = [.. LeftPad(point.X!), .. LeftPad(point.Y!)];
        PublicKey = publicKey;
        Address = Address.FromPublicKey(publicKey);
    }

    /// <inheritdoc/>
    public Address Address { get; }

    /// <summary>The public key's coordinates X || Y, 64 bytes.</summary>
    public ReadOnlyMemory<byte> PublicKey { get; }

    /// <summary>Takes a private key of 32 bytes. The caller wipes its own copy.</summary>
    /// <exception cref="ArgumentException">Another length, zero, or not below the group order.</exception>
    public static LocalSigner FromPrivateKey(ReadOnlySpan<byte> privateKey)
    {
        if (privateKey.Length != 32) throw new ArgumentException($"A private key has 32 bytes, not {privateKey.Length}.", nameof(privateKey));
        BigInteger scalar = Secp256k1.Integer(privateKey);
        if (scalar.IsZero || scalar >= Secp256k1.Order) throw new ArgumentException("The private key is not in the range of the curve's group order.", nameof(privateKey));
        byte[] d = privateKey.ToArray();
        try
        {
            return new LocalSigner(ECDsa.Create(new ECParameters { Curve = Secp256k1.Curve, D = d }));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(d);
        }
    }

    /// <summary>A signer with a new random key.</summary>
    public static LocalSigner Generate() => new(ECDsa.Create(Secp256k1.Curve));

    /// <inheritdoc/>
    public ValueTask<RecoverableSignature> SignAsync(Hash256 digest, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Span<byte> signature = stackalloc byte[64];
        lock (_lock)
        {
            if (!_key.TrySignHash(digest.Span, signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation, out int written) || written != 64)
            {
                throw new CryptographicException("OpenSSL gave no 64-byte signature over secp256k1.");
            }
        }

        var r = new Hash256(signature[..32]);
        BigInteger s = Secp256k1.Integer(signature[32..]);
        if (s > Secp256k1.HalfOrder) s = Secp256k1.Order - s;
        var low = new Hash256(Secp256k1.Bytes32(s));
        for (byte parity = 0; parity < 2; parity++)
        {
            var candidate = new RecoverableSignature(r, low, parity);
            if (EcdsaRecovery.TryRecover(digest, candidate, out Address recovered) && recovered == Address) return ValueTask.FromResult(candidate);
        }

        throw new CryptographicException("The signature does not recover to the key that made it.");
    }

    /// <summary>The private key, for writing a key file. Wipe it after use.</summary>
    internal byte[] ExportPrivateKey() => LeftPad(_key.ExportParameters(includePrivateParameters: true).D!);

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    private static byte[] LeftPad(byte[] bytes)
    {
        if (bytes.Length == 32) return bytes;
        byte[] padded = new byte[32];
        bytes.CopyTo(padded, 32 - bytes.Length);
        return padded;
    }
}
