using System.Buffers;
using System.Security.Cryptography;

namespace Consortium.Integrity;

/// <summary><c>HMAC-H</c> under one record secret.</summary>
internal abstract class SaltKey : IDisposable
{
    /// <summary>Writes the 16 bytes of <c>salt(pointer)</c> of every leaf to its place.</summary>
    public abstract void SaltAll(LeafTable leaves);

    public abstract void Dispose();

    /// <summary>The inner or outer key block of RFC 2104: a secret of at most a block, and a byte.</summary>
    protected static void KeyBlock(ReadOnlySpan<byte> secret, byte pad, Span<byte> block)
    {
        block.Clear();
        secret.CopyTo(block);
        foreach (ref byte x in block) x ^= pad;
    }

    /// <summary>RFC 2104's inner and outer pad.</summary>
    protected const byte InnerPad = 0x36, OuterPad = 0x5c;
}

/// <summary>HMAC-SHA-256 of all pointers side by side; the states after the inner and outer key block are kept.</summary>
internal sealed class Sha256LaneSaltKey : SaltKey
{
    private const int BlockLength = 64;
    private const int StateWords = 8;
    private readonly uint[] _states = new uint[2 * StateWords];

    public Sha256LaneSaltKey(ReadOnlySpan<byte> secret)
    {
        Span<byte> blocks = stackalloc byte[2 * BlockLength];
        KeyBlock(secret, InnerPad, blocks[..BlockLength]);
        KeyBlock(secret, OuterPad, blocks[BlockLength..]);
        Sha256Lanes.Absorb(blocks, _states);
        CryptographicOperations.ZeroMemory(blocks);
    }

    public override void SaltAll(LeafTable leaves)
    {
        int length = leaves.Count * Hash256.Length;
        byte[] rented = ArrayPool<byte>.Shared.Rent(2 * length);
        Span<byte> inner = rented.AsSpan(0, length), outer = rented.AsSpan(length, length);
        Sha256Lanes.Hash(new LeafPointers(leaves), _states.AsSpan(0, StateWords), BlockLength, inner);
        Sha256Lanes.Hash(new EqualMessages(inner, Hash256.Length), _states.AsSpan(StateWords), BlockLength, outer);
        for (int i = 0; i < leaves.Count; i++) outer.Slice(i * Hash256.Length, Tag128.Length).CopyTo(leaves.Salt(i));
        CryptographicOperations.ZeroMemory(rented.AsSpan(0, 2 * length));
        ArrayPool<byte>.Shared.Return(rented);
    }

    public override void Dispose() => _states.AsSpan().Clear();
}

/// <summary>HMAC-SHA-256 by the platform, where there are no vectors; the key schedule is done once for all leaves of a record.</summary>
internal sealed class Sha256SaltKey(ReadOnlySpan<byte> secret) : SaltKey
{
    private readonly IncrementalHash _hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret);

    public override void SaltAll(LeafTable leaves)
    {
        Span<byte> mac = stackalloc byte[Hash256.Length];
        for (int i = 0; i < leaves.Count; i++)
        {
            _hmac.AppendData(leaves.Pointer(i));
            _hmac.GetHashAndReset(mac);
            mac[..Tag128.Length].CopyTo(leaves.Salt(i));
        }
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
        KeyBlock(secret, InnerPad, block);
        _inner.Absorb(block);
        KeyBlock(secret, OuterPad, block);
        _outer.Absorb(block);
        CryptographicOperations.ZeroMemory(block);
    }

    public override void SaltAll(LeafTable leaves)
    {
        Span<byte> mac = stackalloc byte[Sm3.HashLength];
        for (int i = 0; i < leaves.Count; i++)
        {
            Sm3 inner = _inner;
            inner.Finish(leaves.Pointer(i), Sm3.BlockLength, mac);
            Sm3 outer = _outer;
            outer.Finish(mac, Sm3.BlockLength, mac);
            mac[..Tag128.Length].CopyTo(leaves.Salt(i));
        }
    }

    public override void Dispose()
    {
        _inner = default;
        _outer = default;
    }
}
