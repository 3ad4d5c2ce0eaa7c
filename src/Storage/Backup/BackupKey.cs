using System.Security.Cryptography;
using System.Text;

namespace Consortium.Storage.Backup;

/// <summary>The key that a backup is sealed under: 32 bytes of a key file, or made of a passphrase (PBKDF2-HMAC-SHA-256).</summary>
/// <param name="Bytes">The key.</param>
/// <param name="PassphraseSalt">The salt that it was made with; null for a key file.</param>
public sealed record BackupKey(byte[] Bytes, byte[]? PassphraseSalt)
{
    /// <summary>Rounds of PBKDF2: what OWASP asks for with SHA-256.</summary>
    public const int Rounds = 600_000;

    /// <summary>The shortest passphrase that is taken.</summary>
    public const int LeastPassphrase = 12;

    /// <summary>A key of 64 hexadecimal digits.</summary>
    /// <exception cref="BackupException">It is something else.</exception>
    public static BackupKey FromHex(string text) => text.Trim() is { Length: 64 } hex && hex.All(char.IsAsciiHexDigit)
        ? new BackupKey(Convert.FromHexString(hex), null)
        : throw new BackupException("The key file of a backup holds 64 hexadecimal digits. Make one: openssl rand -hex 32 > backup.key");

    /// <summary>A key made of a passphrase.</summary>
    /// <param name="passphrase">The passphrase.</param>
    /// <param name="salt">The salt of a backup that is read; null for a new one.</param>
    /// <exception cref="BackupException">It is too short.</exception>
    public static BackupKey FromPassphrase(string passphrase, byte[]? salt)
    {
        ArgumentNullException.ThrowIfNull(passphrase);
        if (passphrase.Length < LeastPassphrase) throw new BackupException($"The passphrase of a backup has at least {LeastPassphrase} characters.");
        byte[] with = salt ?? RandomNumberGenerator.GetBytes(16);
        return new BackupKey(Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(passphrase), with, Rounds, HashAlgorithmName.SHA256, 32), with);
    }
}
