using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Consortium.Integrity;

namespace Consortium.Ledger;

/// <summary>
/// A key encrypted under a password: Web3 Secret Storage, version 3, as geth, Besu, Web3Signer and ethers read and write it.
/// Written with scrypt; PBKDF2, the format's other key derivation, is read as well.
/// </summary>
public static class KeyFile
{
    private const int LongestFile = 64 * 1024;

    /// <summary>Opens a key file.</summary>
    /// <exception cref="KeyFileException">It is missing or malformed, or the password is another.</exception>
    public static LocalSigner Load(string path, string password)
    {
        byte[] key = Decrypt(path, Read(path), password);
        try
        {
            return LocalSigner.FromPrivateKey(key);
        }
        catch (ArgumentException)
        {
            throw new KeyFileException($"The key file {path} holds no key of the curve secp256k1.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>Writes a new key file that its owner alone may read. An existing file is never overwritten: the key in it might be the only copy.</summary>
    /// <exception cref="KeyFileException">The file exists, or cannot be written.</exception>
    public static void Save(string path, string password, ReadOnlySpan<byte> privateKey, KeyFileStrength strength)
    {
        ArgumentException.ThrowIfNullOrEmpty(password);
        using LocalSigner signer = LocalSigner.FromPrivateKey(privateKey);
        byte[] json = Encrypt(signer.Address, password, privateKey, strength);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            using var file = new FileStream(path, options);
            file.Write(json);
            file.Flush(flushToDisk: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KeyFileException($"The key file {path} cannot be written: {e.Message}", e);
        }
    }

    /// <summary>Makes a new random key and writes its file.</summary>
    public static LocalSigner Create(string path, string password, KeyFileStrength strength)
    {
        LocalSigner signer = LocalSigner.Generate();
        byte[] key = signer.ExportPrivateKey();
        try
        {
            Save(path, password, key, strength);
            return signer;
        }
        catch
        {
            signer.Dispose();
            throw;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static byte[] Read(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            if (file.Length > LongestFile) throw new KeyFileException($"The key file {path} is too large to be one.");
            byte[] bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KeyFileException($"The key file {path} cannot be read: {e.Message}", e);
        }
    }

    private static byte[] Decrypt(string path, byte[] json, string password)
    {
        ArgumentNullException.ThrowIfNull(password);
        byte[] passwordBytes = Encoding.UTF8.GetBytes(password);
        byte[] derived = [];
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement;
            if (root.GetProperty("version").GetInt32() != 3) throw new KeyFileException($"The key file {path} is not of version 3.");
            // geth writes "crypto"; the capital C of early files is read too.
            JsonElement crypto = root.TryGetProperty("crypto", out JsonElement lower) ? lower : root.GetProperty("Crypto");
            if (crypto.GetProperty("cipher").GetString() != "aes-128-ctr") throw new KeyFileException($"The key file {path} uses a cipher other than aes-128-ctr.");
            derived = KeyFileDerivation.Read(crypto, path).Derive(passwordBytes);
            byte[] cipher = Hex(crypto.GetProperty("ciphertext"));
            if (!CryptographicOperations.FixedTimeEquals(Mac(derived, cipher), Hex(crypto.GetProperty("mac"))))
            {
                throw new KeyFileException($"The password does not open the key file {path}.");
            }

            byte[] iv = Hex(crypto.GetProperty("cipherparams").GetProperty("iv"));
            if (cipher.Length != 32 || iv.Length != 16) throw new KeyFileException($"The key file {path} is malformed: a key has 32 bytes and an IV 16.");
            return AesCtr(derived.AsSpan(0, 16), iv, cipher);
        }
        catch (Exception e) when (e is JsonException or FormatException or KeyNotFoundException or InvalidOperationException)
        {
            throw new KeyFileException($"The key file {path} is malformed: {e.Message}", e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(derived);
            CryptographicOperations.ZeroMemory(passwordBytes);
        }
    }

    private static byte[] Encrypt(Address address, string password, ReadOnlySpan<byte> privateKey, KeyFileStrength strength)
    {
        KeyFileDerivation derivation = KeyFileDerivation.New(strength);
        byte[] passwordBytes = Encoding.UTF8.GetBytes(password);
        byte[] derived = derivation.Derive(passwordBytes);
        byte[] iv = RandomNumberGenerator.GetBytes(16);
        byte[] cipher = AesCtr(derived.AsSpan(0, 16), iv, privateKey);
        byte[] mac = Mac(derived, cipher);
        CryptographicOperations.ZeroMemory(derived);
        CryptographicOperations.ZeroMemory(passwordBytes);

        using var output = new MemoryStream();
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteNumber("version", 3);
            json.WriteString("id", Guid.NewGuid());
            json.WriteString("address", Convert.ToHexStringLower(address.Span));
            json.WriteStartObject("crypto");
            json.WriteString("cipher", "aes-128-ctr");
            json.WriteString("ciphertext", Convert.ToHexStringLower(cipher));
            json.WriteStartObject("cipherparams");
            json.WriteString("iv", Convert.ToHexStringLower(iv));
            json.WriteEndObject();
            derivation.Write(json);
            json.WriteString("mac", Convert.ToHexStringLower(mac));
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return output.ToArray();
    }

    private static byte[] Mac(byte[] derived, byte[] cipher)
    {
        byte[] input = [.. derived.AsSpan(16, 16), .. cipher];
        byte[] mac = Keccak256.Hash(input).ToArray();
        CryptographicOperations.ZeroMemory(input);
        return mac;
    }

    /// <summary>AES-128 in counter mode (NIST SP 800-38A section 6.5), the counter being the whole block, big-endian. .NET has ECB to build it from.</summary>
    private static byte[] AesCtr(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> data)
    {
        using var aes = Aes.Create();
        aes.Key = key.ToArray();
        Span<byte> counter = stackalloc byte[16];
        iv.CopyTo(counter);
        Span<byte> pad = stackalloc byte[16];
        byte[] result = new byte[data.Length];
        for (int at = 0; at < data.Length; at += 16)
        {
            aes.EncryptEcb(counter, pad, PaddingMode.None);
            for (int i = 0; i < 16 && at + i < data.Length; i++) result[at + i] = (byte)(data[at + i] ^ pad[i]);
            for (int i = 15; i >= 0 && ++counter[i] == 0; i--)
            {
                // carry
            }
        }

        CryptographicOperations.ZeroMemory(pad);
        return result;
    }

    private static byte[] Hex(JsonElement element)
    {
        string text = element.GetString() ?? "";
        return Convert.FromHexString(text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text[2..] : text);
    }
}

/// <summary>How much work it takes to try a password.</summary>
public enum KeyFileStrength
{
    /// <summary>4 MiB and some hundredths of a second: for demonstrations and tests.</summary>
    Light,

    /// <summary>256 MiB and about a second, as geth has it.</summary>
    Standard,
}

/// <summary>A key file cannot be opened or written; the message names the file and says why.</summary>
public sealed class KeyFileException : Exception
{
    internal KeyFileException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
