using System.Security.Cryptography;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Macs;
using Org.BouncyCastle.Crypto.Parameters;

namespace Consortium.Integrity.Tests;

/// <summary>The hash functions written here, against BouncyCastle's and the standard's own example.</summary>
public sealed class HashTests
{
    [Fact]
    public void Sm3_StandardExample_Agrees()
    {
        // GB/T 32905-2016 annex A.1.
        byte[] hash = new byte[32];
        Sm3.HashData("abc"u8, hash);
        Assert.Equal("66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0", Convert.ToHexStringLower(hash));
    }

    [Fact]
    public void Sm3_EveryLengthOverFourBlocks_AgreesWithBouncyCastle()
    {
        var random = new Random(1);
        for (int length = 0; length <= 257; length++)
        {
            byte[] data = new byte[length];
            random.NextBytes(data);
            byte[] hash = new byte[32];
            Sm3.HashData(data, hash);
            Assert.Equal(Digest(new SM3Digest(), data), hash);
        }
    }

    [Fact]
    public void Keccak256_EveryLengthOverThreeBlocks_AgreesWithBouncyCastle()
    {
        var random = new Random(2);
        for (int length = 0; length <= 410; length++)
        {
            byte[] data = new byte[length];
            random.NextBytes(data);
            Assert.Equal(Digest(new KeccakDigest(256), data), Keccak256.Hash(data).ToArray());
        }
    }

    [Fact]
    public void Sha256Lanes_AnyNumberOfMessagesOfAnyLength_AgreeWithThePlatform()
    {
        var random = new Random(4);
        for (int count = 0; count <= 40; count++)
        {
            byte[][] messages = [.. Enumerable.Range(0, count).Select(_ => Bytes(random, random.Next(300)))];
            byte[] hashes = new byte[count * 32];
            Sha256Lanes.Hash(new Given(messages), Sha256Lanes.Initial, 0, hashes);
            for (int i = 0; i < count; i++) Assert.Equal(SHA256.HashData(messages[i]), hashes[(i * 32)..((i + 1) * 32)]);
        }
    }

    [Fact]
    public void Sha256Lanes_EveryLengthOverFourBlocks_AgreesWithThePlatform()
    {
        var random = new Random(5);
        byte[][] messages = [.. Enumerable.Range(0, 258).Select(length => Bytes(random, length))];
        byte[] hashes = new byte[messages.Length * 32];
        Sha256Lanes.Hash(new Given(messages), Sha256Lanes.Initial, 0, hashes);
        for (int i = 0; i < messages.Length; i++) Assert.Equal(SHA256.HashData(messages[i]), hashes[(i * 32)..((i + 1) * 32)]);
    }

    [Theory]
    [InlineData("lanes")]
    [InlineData("platform")]
    [InlineData("sm3")]
    public void Salts_ManyPointersUnderOneKey_AreTheHmac(string by)
    {
        var random = new Random(3);
        byte[] secret = Bytes(random, 32);
        using SaltKey key = by switch { "lanes" => new Sha256LaneSaltKey(secret), "platform" => new Sha256SaltKey(secret), _ => new Sm3SaltKey(secret) };
        byte[][] pointers = [.. Enumerable.Range(0, 200).Select(length => Bytes(random, length))];
        using var leaves = new LeafTable(256);
        foreach (byte[] pointer in pointers) leaves.Add(pointer, LeafType.Null, 0);

        key.SaltAll(leaves);

        for (int i = 0; i < pointers.Length; i++)
        {
            var mac = new HMac(by == "sm3" ? new SM3Digest() : new Sha256Digest());
            mac.Init(new KeyParameter(secret));
            mac.BlockUpdate(pointers[i], 0, pointers[i].Length);
            byte[] expected = new byte[32];
            mac.DoFinal(expected, 0);
            Assert.Equal(expected[..16], leaves.Salt(i).ToArray());
        }
    }

    private static byte[] Bytes(Random random, int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private static byte[] Digest(IDigest digest, byte[] data)
    {
        digest.BlockUpdate(data, 0, data.Length);
        byte[] hash = new byte[digest.GetDigestSize()];
        digest.DoFinal(hash, 0);
        return hash;
    }

    private readonly struct Given(byte[][] messages) : IMessages
    {
        public int Count => messages.Length;

        public ReadOnlySpan<byte> Message(int index) => messages[index];
    }
}
