using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Consortium.Adapters.Intake;

/// <summary>
/// AES-256-GCM under one key: a random nonce of 12 bytes, the ciphertext, a tag of 16 bytes. What is sealed is bound to its place, so that bytes
/// moved to another record do not open. Random nonces bear 2^32 uses of a key (NIST SP 800-38D 8.3); data keys are replaced long before. Thread-safe.
/// </summary>
internal sealed class RecordCipher(byte[] key) : IDisposable
{
    /// <summary>Bytes that sealing adds.</summary>
    public const int Overhead = NonceBytes + TagBytes;

    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    // AesGcm keeps state between calls and may serve one thread at a time.
    private readonly ConcurrentBag<AesGcm> _free = [];

    /// <summary>Seals for a place.</summary>
    public byte[] Seal(ReadOnlySpan<byte> plain, string place)
    {
        byte[] result = new byte[plain.Length + Overhead];
        Span<byte> nonce = result.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        Seal(nonce, plain, place, result);
        return result;
    }

    /// <summary>Seals under a nonce that the caller never uses again with this key.</summary>
    public byte[] Seal(ReadOnlySpan<byte> plain, string place, ulong counter)
    {
        byte[] result = new byte[plain.Length + Overhead];
        BinaryPrimitives.WriteUInt64BigEndian(result.AsSpan(4), counter);
        Seal(result.AsSpan(0, NonceBytes), plain, place, result);
        return result;
    }

    /// <summary>Opens what was sealed for a place.</summary>
    /// <exception cref="CryptographicException">The bytes were altered or belong elsewhere.</exception>
    public void Open(ReadOnlySpan<byte> sealedBytes, string place, Span<byte> plain)
    {
        if (sealedBytes.Length != plain.Length + Overhead) throw new CryptographicException("The sealed bytes have another length.");
        Span<byte> associated = stackalloc byte[Encoding.UTF8.GetMaxByteCount(place.Length)];
        associated = associated[..Encoding.UTF8.GetBytes(place, associated)];
        AesGcm cipher = Rent();
        try
        {
            cipher.Decrypt(sealedBytes[..NonceBytes], sealedBytes[NonceBytes..^TagBytes], sealedBytes[^TagBytes..], plain, associated);
        }
        finally
        {
            _free.Add(cipher);
        }
    }

    /// <inheritdoc cref="Open(ReadOnlySpan{byte}, string, Span{byte})"/>
    public byte[] Open(ReadOnlySpan<byte> sealedBytes, string place)
    {
        byte[] plain = new byte[Math.Max(0, sealedBytes.Length - Overhead)];
        Open(sealedBytes, place, plain);
        return plain;
    }

    public void Dispose()
    {
        while (_free.TryTake(out AesGcm? cipher)) cipher.Dispose();
    }

    private void Seal(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plain, string place, byte[] result)
    {
        Span<byte> associated = stackalloc byte[Encoding.UTF8.GetMaxByteCount(place.Length)];
        associated = associated[..Encoding.UTF8.GetBytes(place, associated)];
        AesGcm cipher = Rent();
        try
        {
            cipher.Encrypt(nonce, plain, result.AsSpan(NonceBytes, plain.Length), result.AsSpan(NonceBytes + plain.Length), associated);
        }
        finally
        {
            _free.Add(cipher);
        }
    }

    private AesGcm Rent() => _free.TryTake(out AesGcm? cipher) ? cipher : new AesGcm(key, TagBytes);
}
