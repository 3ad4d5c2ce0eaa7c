using System.Security.Cryptography;

namespace Consortium.Integrity;

/// <summary>The hash <c>H</c> of a suite and the keyed hash from which salts come (<c>record-commitment.md</c>, "Hash").</summary>
internal abstract class SuiteHash
{
    public static SuiteHash Of(CommitmentSuite suite) => suite switch
    {
        CommitmentSuite.Sha256 => Sha256Hash.Instance,
        CommitmentSuite.Sm3 => Sm3Hash.Instance,
        _ => throw new ArgumentOutOfRangeException(nameof(suite), suite, "No such suite."),
    };

    /// <summary>Writes the 32 bytes of <c>H(data)</c>.</summary>
    public abstract void Hash(ReadOnlySpan<byte> data, Span<byte> hash);

    /// <summary>Prepares <c>HMAC-H(secret, ·)</c>.</summary>
    public abstract SaltKey Key(ReadOnlySpan<byte> secret);

    private sealed class Sha256Hash : SuiteHash
    {
        public static readonly Sha256Hash Instance = new();

        public override void Hash(ReadOnlySpan<byte> data, Span<byte> hash) => SHA256.HashData(data, hash);

        public override SaltKey Key(ReadOnlySpan<byte> secret) => new Sha256SaltKey(secret);
    }

    private sealed class Sm3Hash : SuiteHash
    {
        public static readonly Sm3Hash Instance = new();

        public override void Hash(ReadOnlySpan<byte> data, Span<byte> hash) => Sm3.HashData(data, hash);

        public override SaltKey Key(ReadOnlySpan<byte> secret) => new Sm3SaltKey(secret);
    }
}

/// <summary><c>HMAC-H</c> under one record secret.</summary>
internal abstract class SaltKey : IDisposable
{
    /// <summary>Writes the 16 bytes of <c>salt(pointer)</c>.</summary>
    public abstract void Salt(ReadOnlySpan<byte> pointer, Span<byte> salt);

    public abstract void Dispose();
}

/// <summary>HMAC-SHA-256; the key schedule is done once for all leaves of a record.</summary>
internal sealed class Sha256SaltKey(ReadOnlySpan<byte> secret) : SaltKey
{
    private readonly IncrementalHash _hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret);

    public override void Salt(ReadOnlySpan<byte> pointer, Span<byte> salt)
    {
        Span<byte> mac = stackalloc byte[Hash256.Length];
        _hmac.AppendData(pointer);
        _hmac.GetHashAndReset(mac);
        mac[..Tag128.Length].CopyTo(salt);
    }

    public override void Dispose() => _hmac.Dispose();
}

/// <summary>HMAC-SM3 (RFC 2104 over GB/T 32905): the states after the inner and outer key block are kept and copied.</summary>
internal sealed class Sm3SaltKey : SaltKey
{
    private Sm3 _inner = Sm3.Initial;
    private Sm3 _outer = Sm3.Initial;

    public Sm3SaltKey(ReadOnlySpan<byte> secret)
    {
        Span<byte> block = stackalloc byte[Sm3.BlockLength];
        block.Clear();
        if (secret.Length > Sm3.BlockLength) Sm3.HashData(secret, block);
        else secret.CopyTo(block);
        foreach (ref byte x in block) x ^= 0x36;
        _inner.Absorb(block);
        foreach (ref byte x in block) x ^= 0x36 ^ 0x5c;
        _outer.Absorb(block);
        CryptographicOperations.ZeroMemory(block);
    }

    public override void Salt(ReadOnlySpan<byte> pointer, Span<byte> salt)
    {
        Span<byte> mac = stackalloc byte[Sm3.HashLength];
        Sm3 inner = _inner;
        inner.Finish(pointer, Sm3.BlockLength, mac);
        Sm3 outer = _outer;
        outer.Finish(mac, Sm3.BlockLength, mac);
        mac[..Tag128.Length].CopyTo(salt);
    }

    public override void Dispose()
    {
        _inner = default;
        _outer = default;
    }
}
