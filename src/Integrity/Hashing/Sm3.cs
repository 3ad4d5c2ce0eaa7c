using System.Buffers.Binary;
using System.Numerics;

namespace Consortium.Integrity;

/// <summary>
/// SM3, the Chinese commercial hash (GB/T 32905-2016). A value type, so that the state after a key block can be
/// copied instead of hashed again (see <see cref="Sm3SaltKey"/>).
/// </summary>
internal struct Sm3
{
    public const int HashLength = 32;
    public const int BlockLength = 64;

    private uint _a, _b, _c, _d, _e, _f, _g, _h;

    /// <summary>The initial value (GB/T 32905 clause 4.1).</summary>
    public static Sm3 Initial => new()
    {
        _a = 0x7380166f, _b = 0x4914b2b9, _c = 0x172442d7, _d = 0xda8a0600,
        _e = 0xa96f30bc, _f = 0x163138aa, _g = 0xe38dee4d, _h = 0xb0fb0e4e,
    };

    /// <summary>Hashes a whole message.</summary>
    public static void HashData(ReadOnlySpan<byte> message, Span<byte> hash)
    {
        Sm3 state = Initial;
        state.Finish(message, 0, hash);
    }

    /// <summary>Takes one block of 64 bytes.</summary>
    public void Absorb(ReadOnlySpan<byte> block) => Compress(block);

    /// <summary>
    /// Takes the rest of the message, pads (clause 5.2) and writes the hash.
    /// <paramref name="absorbed"/> is the number of bytes taken before, a multiple of 64.
    /// </summary>
    public void Finish(ReadOnlySpan<byte> rest, long absorbed, Span<byte> hash)
    {
        ulong bits = ((ulong)absorbed + (ulong)rest.Length) * 8;
        while (rest.Length >= BlockLength)
        {
            Compress(rest[..BlockLength]);
            rest = rest[BlockLength..];
        }

        Span<byte> tail = stackalloc byte[BlockLength * 2];
        tail.Clear();
        rest.CopyTo(tail);
        tail[rest.Length] = 0x80;
        int length = rest.Length < BlockLength - 8 ? BlockLength : BlockLength * 2;
        BinaryPrimitives.WriteUInt64BigEndian(tail[(length - 8)..], bits);
        for (int at = 0; at < length; at += BlockLength) Compress(tail.Slice(at, BlockLength));

        BinaryPrimitives.WriteUInt32BigEndian(hash, _a);
        BinaryPrimitives.WriteUInt32BigEndian(hash[4..], _b);
        BinaryPrimitives.WriteUInt32BigEndian(hash[8..], _c);
        BinaryPrimitives.WriteUInt32BigEndian(hash[12..], _d);
        BinaryPrimitives.WriteUInt32BigEndian(hash[16..], _e);
        BinaryPrimitives.WriteUInt32BigEndian(hash[20..], _f);
        BinaryPrimitives.WriteUInt32BigEndian(hash[24..], _g);
        BinaryPrimitives.WriteUInt32BigEndian(hash[28..], _h);
    }

    /// <summary>The compression function (clause 5.3.3).</summary>
    private void Compress(ReadOnlySpan<byte> block)
    {
        Span<uint> w = stackalloc uint[68];
        for (int j = 0; j < 16; j++) w[j] = BinaryPrimitives.ReadUInt32BigEndian(block[(j * 4)..]);
        for (int j = 16; j < 68; j++)
        {
            uint x = w[j - 16] ^ w[j - 9] ^ BitOperations.RotateLeft(w[j - 3], 15);
            w[j] = x ^ BitOperations.RotateLeft(x, 15) ^ BitOperations.RotateLeft(x, 23) ^ BitOperations.RotateLeft(w[j - 13], 7) ^ w[j - 6];
        }

        uint a = _a, b = _b, c = _c, d = _d, e = _e, f = _f, g = _g, h = _h;
        for (int j = 0; j < 64; j++)
        {
            uint constant = BitOperations.RotateLeft(j < 16 ? 0x79cc4519u : 0x7a879d8au, j);
            uint a12 = BitOperations.RotateLeft(a, 12);
            uint ss1 = BitOperations.RotateLeft(a12 + e + constant, 7);
            uint ss2 = ss1 ^ a12;
            uint ff = j < 16 ? a ^ b ^ c : (a & b) | (a & c) | (b & c);
            uint gg = j < 16 ? e ^ f ^ g : (e & f) | (~e & g);
            uint tt1 = ff + d + ss2 + (w[j] ^ w[j + 4]);
            uint tt2 = gg + h + ss1 + w[j];
            d = c;
            c = BitOperations.RotateLeft(b, 9);
            b = a;
            a = tt1;
            h = g;
            g = BitOperations.RotateLeft(f, 19);
            f = e;
            e = tt2 ^ BitOperations.RotateLeft(tt2, 9) ^ BitOperations.RotateLeft(tt2, 17);
        }

        _a ^= a;
        _b ^= b;
        _c ^= c;
        _d ^= d;
        _e ^= e;
        _f ^= f;
        _g ^= g;
        _h ^= h;
    }
}
