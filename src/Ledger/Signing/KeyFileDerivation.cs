using System.Security.Cryptography;
using System.Text.Json;
using Org.BouncyCastle.Crypto.Generators;

namespace Consortium.Ledger;

/// <summary>How a key file's password becomes 32 bytes: scrypt (RFC 7914) or PBKDF2 (RFC 8018) with HMAC-SHA-256.</summary>
internal abstract record KeyFileDerivation(byte[] Salt)
{
    private const int Length = 32;

    public static KeyFileDerivation New(KeyFileStrength strength)
    {
        byte[] salt = RandomNumberGenerator.GetBytes(32);
        return strength == KeyFileStrength.Light ? new Scrypt(salt, 4096, 8, 6) : new Scrypt(salt, 262144, 8, 1);
    }

    public static KeyFileDerivation Read(JsonElement crypto, string path)
    {
        JsonElement parameters = crypto.GetProperty("kdfparams");
        if (parameters.GetProperty("dklen").GetInt32() != Length) throw new KeyFileException($"The key file {path} derives a key of another length than {Length}.");
        byte[] salt = Convert.FromHexString(parameters.GetProperty("salt").GetString() ?? "");
        switch (crypto.GetProperty("kdf").GetString())
        {
            case "scrypt":
                int n = parameters.GetProperty("n").GetInt32();
                int r = parameters.GetProperty("r").GetInt32();
                int p = parameters.GetProperty("p").GetInt32();
                // RFC 7914 section 2 bounds n by 2^(16 r). And a file from elsewhere must not be able to take all memory: 128 n r bytes, at most 1 GiB.
                if (n < 2 || !int.IsPow2(n) || r < 1 || (r == 1 && n >= 65536) || p is < 1 or > 64 || 128L * n * r > 1L << 30) throw new KeyFileException($"The key file {path} has scrypt parameters out of range.");
                return new Scrypt(salt, n, r, p);
            case "pbkdf2" when parameters.GetProperty("prf").GetString() == "hmac-sha256":
                int iterations = parameters.GetProperty("c").GetInt32();
                if (iterations is < 1 or > 10_000_000) throw new KeyFileException($"The key file {path} has PBKDF2 iterations out of range.");
                return new Pbkdf2(salt, iterations);
            default:
                throw new KeyFileException($"The key file {path} uses another key derivation than scrypt or PBKDF2 with HMAC-SHA-256.");
        }
    }

    public abstract byte[] Derive(byte[] password);

    public abstract void Write(Utf8JsonWriter json);

    private sealed record Scrypt(byte[] Salt, int N, int R, int P) : KeyFileDerivation(Salt)
    {
        public override byte[] Derive(byte[] password) => SCrypt.Generate(password, Salt, N, R, P, Length);

        public override void Write(Utf8JsonWriter json)
        {
            json.WriteString("kdf", "scrypt");
            json.WriteStartObject("kdfparams");
            json.WriteNumber("dklen", Length);
            json.WriteNumber("n", N);
            json.WriteNumber("r", R);
            json.WriteNumber("p", P);
            json.WriteString("salt", Convert.ToHexStringLower(Salt));
            json.WriteEndObject();
        }
    }

    private sealed record Pbkdf2(byte[] Salt, int Iterations) : KeyFileDerivation(Salt)
    {
        public override byte[] Derive(byte[] password) => Rfc2898DeriveBytes.Pbkdf2(password, Salt, Iterations, HashAlgorithmName.SHA256, Length);

        public override void Write(Utf8JsonWriter json) => throw new NotSupportedException("Key files are written with scrypt.");
    }
}
