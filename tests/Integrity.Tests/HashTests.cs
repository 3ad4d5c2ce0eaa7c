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

    [Theory]
    [InlineData(CommitmentSuite.Sha256)]
    [InlineData(CommitmentSuite.Sm3)]
    public void Salt_ManyPointersUnderOneKey_IsTheHmac(CommitmentSuite suite)
    {
        var random = new Random(3);
        byte[] secret = new byte[32];
        random.NextBytes(secret);
        using SaltKey key = SuiteHash.Of(suite).Key(secret);
        for (int length = 0; length < 200; length++)
        {
            byte[] pointer = new byte[length];
            random.NextBytes(pointer);
            byte[] salt = new byte[16];
            key.Salt(pointer, salt);

            var mac = new HMac(suite == CommitmentSuite.Sm3 ? new SM3Digest() : new Sha256Digest());
            mac.Init(new KeyParameter(secret));
            mac.BlockUpdate(pointer, 0, length);
            byte[] expected = new byte[32];
            mac.DoFinal(expected, 0);
            Assert.Equal(expected[..16], salt);
        }
    }

    private static byte[] Digest(IDigest digest, byte[] data)
    {
        digest.BlockUpdate(data, 0, data.Length);
        byte[] hash = new byte[digest.GetDigestSize()];
        digest.DoFinal(hash, 0);
        return hash;
    }
}
