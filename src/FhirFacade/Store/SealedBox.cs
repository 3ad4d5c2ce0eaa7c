using System.Security.Cryptography;

namespace Consortium.FhirFacade.Store;

/// <summary>
/// Bytes that only this custodian's servers can read or make: AES-256-GCM under a key derived from the custodian's own for one purpose. Thread-safe.
/// </summary>
/// <param name="options">The custodian's key.</param>
/// <param name="purpose">Tells the key from those of other purposes.</param>
internal sealed class SealedBox(FacadeOptions options, string purpose)
{
    private const int NonceLength = 12;
    private const int TagLength = 16;

    private readonly byte[] _key = HKDF.DeriveKey(HashAlgorithmName.SHA256, options.CustodianKey, 32, info: System.Text.Encoding.ASCII.GetBytes(purpose));

    /// <summary>Nonce, ciphertext and tag.</summary>
    public byte[] Seal(ReadOnlySpan<byte> plain)
    {
        byte[] box = new byte[NonceLength + plain.Length + TagLength];
        Span<byte> nonce = box.AsSpan(0, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        using var cipher = new AesGcm(_key, TagLength);
        cipher.Encrypt(nonce, plain, box.AsSpan(NonceLength, plain.Length), box.AsSpan(NonceLength + plain.Length));
        return box;
    }

    /// <summary>What was sealed.</summary>
    /// <exception cref="CryptographicException">It was made up, altered, or sealed under another key.</exception>
    public byte[] Open(ReadOnlySpan<byte> box)
    {
        if (box.Length < NonceLength + TagLength) throw new CryptographicException("The sealed bytes are too short.");
        byte[] plain = new byte[box.Length - NonceLength - TagLength];
        using var cipher = new AesGcm(_key, TagLength);
        cipher.Decrypt(box[..NonceLength], box.Slice(NonceLength, plain.Length), box[(NonceLength + plain.Length)..], plain);
        return plain;
    }
}
