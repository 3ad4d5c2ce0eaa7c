using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;

namespace Consortium.Integrity;

/// <summary>
/// SHA-256 (FIPS 180-4) of many messages at once: eight of them lie side by side in the lanes of vectors, and a lane that is done takes the next message. A record has dozens of
/// short messages, and a call of the platform's SHA-256 costs more to set up than to hash one (decision 0250). There is no table and no branch on a secret, so that the
/// time tells nothing but the messages' lengths.
/// </summary>
internal static class Sha256Lanes
{
    /// <summary>Messages hashed side by side.</summary>
    public const int Lanes = 8;

    private const int BlockLength = 64;
    private const int BlockWords = BlockLength / sizeof(uint);
    private const int StateWords = 8;

    private static readonly uint[] s_initial = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

    // FIPS 180-4, 4.2.2.
    private static readonly uint[] s_constants =
    [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    ];

    /// <summary>Whether this machine has vectors of eight words; without them the platform's SHA-256 is the faster one.</summary>
    public static bool IsFast => Vector256.IsHardwareAccelerated;

    /// <summary>The state before the first block.</summary>
    public static ReadOnlySpan<uint> Initial => s_initial;

    /// <summary>Hashes each message; 32 bytes each go to <paramref name="hashes"/>, in order.</summary>
    /// <param name="messages">What is hashed.</param>
    /// <param name="state">The state after the bytes that went before, the same for all: eight words.</param>
    /// <param name="absorbed">How many bytes went before, a multiple of 64.</param>
    /// <param name="hashes">Place for the hashes.</param>
    public static void Hash<TMessages>(in TMessages messages, ReadOnlySpan<uint> state, int absorbed, Span<byte> hashes)
        where TMessages : struct, IMessages, allows ref struct
    {
        Span<uint> block = stackalloc uint[BlockWords * Lanes];
        Span<uint> states = stackalloc uint[StateWords * Lanes];
        Span<byte> tail = stackalloc byte[BlockLength];
        Span<Lane> lanes = stackalloc Lane[Lanes];
        block.Clear();
        states.Clear();
        lanes.Fill(Lane.Idle);
        int next = 0;
        int busy = 0;
        while (true)
        {
            for (int lane = 0; lane < Lanes && next < messages.Count; lane++)
            {
                if (lanes[lane].Message >= 0) continue;
                lanes[lane] = new Lane { Message = next++ };
                for (int word = 0; word < StateWords; word++) states[(word * Lanes) + lane] = state[word];
                busy++;
            }

            if (busy == 0) break;
            for (int lane = 0; lane < Lanes; lane++)
            {
                if (lanes[lane].Message >= 0) Load(messages.Message(lanes[lane].Message), ref lanes[lane], absorbed, tail, ref block[lane]);
            }

            Compress(states, block);
            for (int lane = 0; lane < Lanes; lane++)
            {
                if (!lanes[lane].IsLast) continue;
                Span<byte> hash = hashes.Slice(lanes[lane].Message * Hash256.Length, Hash256.Length);
                for (int word = 0; word < StateWords; word++) BinaryPrimitives.WriteUInt32BigEndian(hash[(word * sizeof(uint))..], states[(word * Lanes) + lane]);
                lanes[lane] = Lane.Idle;
                busy--;
            }
        }

        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(block));
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(states));
        CryptographicOperations.ZeroMemory(tail);
    }

    /// <summary>The states after one block each, from the initial state. At most eight blocks of 64 bytes, end to end; eight words each go to <paramref name="states"/>.</summary>
    public static void Absorb(ReadOnlySpan<byte> blocks, Span<uint> states)
    {
        int count = blocks.Length / BlockLength;
        Span<uint> words = stackalloc uint[BlockWords * Lanes];
        Span<uint> side = stackalloc uint[StateWords * Lanes];
        words.Clear();
        for (int lane = 0; lane < count; lane++)
        {
            Transpose(blocks.Slice(lane * BlockLength, BlockLength), ref words[lane]);
            for (int word = 0; word < StateWords; word++) side[(word * Lanes) + lane] = s_initial[word];
        }

        Compress(side, words);
        for (int lane = 0; lane < count; lane++)
        {
            for (int word = 0; word < StateWords; word++) states[(lane * StateWords) + word] = side[(word * Lanes) + lane];
        }

        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(words));
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(side));
    }

    // The lane's next block; the last ones are padded (FIPS 180-4, 5.1.1).
    private static void Load(ReadOnlySpan<byte> message, ref Lane lane, int absorbed, Span<byte> tail, ref uint words)
    {
        int left = message.Length - lane.Taken;
        if (left >= BlockLength)
        {
            Transpose(message.Slice(lane.Taken, BlockLength), ref words);
            lane.Taken += BlockLength;
            return;
        }

        tail.Clear();
        if (left >= 0)
        {
            message[lane.Taken..].CopyTo(tail);
            tail[left] = 0x80;
        }

        lane.IsLast = left < BlockLength - sizeof(ulong);
        if (lane.IsLast) BinaryPrimitives.WriteUInt64BigEndian(tail[(BlockLength - sizeof(ulong))..], ((ulong)absorbed + (ulong)message.Length) * 8);
        lane.Taken += BlockLength;
        Transpose(tail, ref words);
    }

    // Word by word into one lane.
    private static void Transpose(ReadOnlySpan<byte> block, ref uint lane)
    {
        ref byte from = ref MemoryMarshal.GetReference(block);
        for (int word = 0; word < BlockWords; word++)
        {
            uint read = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref from, word * sizeof(uint)));
            Unsafe.Add(ref lane, word * Lanes) = BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(read) : read;
        }
    }

    // FIPS 180-4, 6.2.2, in each lane; the message schedule is made in the place of the block.
    private static void Compress(Span<uint> states, Span<uint> block)
    {
        ref uint state = ref MemoryMarshal.GetReference(states);
        ref uint words = ref MemoryMarshal.GetReference(block);
        ref uint constants = ref MemoryMarshal.GetArrayDataReference(s_constants);
        Vector256<uint> a = At(ref state, 0), b = At(ref state, 1), c = At(ref state, 2), d = At(ref state, 3);
        Vector256<uint> e = At(ref state, 4), f = At(ref state, 5), g = At(ref state, 6), h = At(ref state, 7);
        for (int round = 0; round < 64; round++)
        {
            Vector256<uint> word;
            if (round < BlockWords)
            {
                word = At(ref words, round);
            }
            else
            {
                Vector256<uint> w2 = At(ref words, (round - 2) & 15), w15 = At(ref words, (round - 15) & 15);
                word = At(ref words, round & 15) + At(ref words, (round - 7) & 15)
                    + (RotateRight(w2, 17) ^ RotateRight(w2, 19) ^ (w2 >>> 10))
                    + (RotateRight(w15, 7) ^ RotateRight(w15, 18) ^ (w15 >>> 3));
                word.StoreUnsafe(ref words, (nuint)((round & 15) * Lanes));
            }

            Vector256<uint> t1 = h + (RotateRight(e, 6) ^ RotateRight(e, 11) ^ RotateRight(e, 25)) + Vector256.ConditionalSelect(e, f, g)
                + Vector256.Create(Unsafe.Add(ref constants, round)) + word;
            Vector256<uint> t2 = (RotateRight(a, 2) ^ RotateRight(a, 13) ^ RotateRight(a, 22)) + Vector256.ConditionalSelect(a ^ b, c, b);
            h = g;
            g = f;
            f = e;
            e = d + t1;
            d = c;
            c = b;
            b = a;
            a = t1 + t2;
        }

        (a + At(ref state, 0)).StoreUnsafe(ref state, 0 * Lanes);
        (b + At(ref state, 1)).StoreUnsafe(ref state, 1 * Lanes);
        (c + At(ref state, 2)).StoreUnsafe(ref state, 2 * Lanes);
        (d + At(ref state, 3)).StoreUnsafe(ref state, 3 * Lanes);
        (e + At(ref state, 4)).StoreUnsafe(ref state, 4 * Lanes);
        (f + At(ref state, 5)).StoreUnsafe(ref state, 5 * Lanes);
        (g + At(ref state, 6)).StoreUnsafe(ref state, 6 * Lanes);
        (h + At(ref state, 7)).StoreUnsafe(ref state, 7 * Lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> At(ref uint words, int vector) => Vector256.LoadUnsafe(ref words, (nuint)(vector * Lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> RotateRight(Vector256<uint> x, [ConstantExpected] byte by) => Avx512F.VL.IsSupported ? Avx512F.VL.RotateRight(x, by) : (x >>> by) | (x << (32 - by));

    private struct Lane
    {
        public int Message;
        public int Taken;
        public bool IsLast;

        public static Lane Idle => new() { Message = -1 };
    }
}
