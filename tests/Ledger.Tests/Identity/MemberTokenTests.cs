using System.Buffers.Text;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using Consortium.Integrity;

namespace Consortium.Ledger.Tests;

public sealed class MemberTokenTests
{
    private const ulong Chain = 31337;
    private const string Audience = "did:pkh:eip155:31337:0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 8, 0, 0, TimeSpan.Zero);
    private static readonly LocalSigner Signer = DevelopmentChain.FundedSigner(0);
    private static readonly Clock At = new(Now);

    [Fact]
    public async Task Verify_FreshToken_NamesTheSigner()
    {
        string token = await MemberToken.IssueAsync(Signer, Chain, Audience, At, TimeSpan.FromMinutes(1));
        MemberIdentity identity = MemberToken.Verify(token, Chain, Audience, At);
        Assert.Equal("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", identity.Address.ToString());
        Assert.Equal(32, identity.TokenId.Length);
        Assert.Equal(Now.AddMinutes(1), identity.ExpiresAt);
        string header = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token.Split('.')[0]));
        Assert.Equal("""{"alg":"ES256K","typ":"JWT"}""", header);
    }

    [Fact]
    public async Task Verify_ManyTokens_EachRecoversWhateverTheParity()
    {
        var ids = new HashSet<string>();
        for (int i = 0; i < 32; i++)
        {
            using LocalSigner signer = LocalSigner.Generate();
            string token = await MemberToken.IssueAsync(signer, Chain, Audience, At, MemberToken.LongestLife);
            MemberIdentity identity = MemberToken.Verify(token, Chain, Audience, At);
            Assert.Equal(signer.Address, identity.Address);
            Assert.True(ids.Add(identity.TokenId));
        }
    }

    [Theory]
    [InlineData(-31, false)]
    [InlineData(-30, true)]
    [InlineData(0, true)]
    [InlineData(89, true)]
    [InlineData(90, false)]
    [InlineData(3600, false)]
    public async Task Verify_AtATime_HoldsFromSkewBeforeIssueToSkewAfterExpiry(int seconds, bool good)
    {
        string token = await MemberToken.IssueAsync(Signer, Chain, Audience, At, TimeSpan.FromMinutes(1));
        var then = new Clock(Now.AddSeconds(seconds));
        if (good) MemberToken.Verify(token, Chain, Audience, then);
        else Assert.Throws<MemberTokenException>(() => MemberToken.Verify(token, Chain, Audience, then));
    }

    [Fact]
    public async Task Verify_ForeignChainOrAudience_IsRefused()
    {
        string token = await MemberToken.IssueAsync(Signer, Chain, Audience, At, TimeSpan.FromMinutes(1));
        Assert.Equal("The issuer is no account of chain 1.", Refusal(token, chain: 1));
        Assert.Equal("The token is for another audience.", Refusal(token, audience: Audience.Replace("C8", "C9", StringComparison.Ordinal)));
        Assert.Equal("The token is for another audience.", Refusal(token, audience: ""));
    }

    [Theory]
    [InlineData("""{"alg":"none","typ":"JWT"}""")]
    [InlineData("""{"alg":"HS256","typ":"JWT"}""")]
    [InlineData("""{"alg":"ES256","typ":"JWT"}""")]
    [InlineData("""{"alg":"es256k","typ":"JWT"}""")]
    [InlineData("""{"typ":"JWT"}""")]
    [InlineData("""{"alg":"ES256K","alg":"none"}""")]
    [InlineData("""{"alg":"ES256K","crit":["exp"],"typ":"JWT"}""")]
    [InlineData("""{"alg":"ES256K","jwk":{}}""")]
    [InlineData("""{"alg":"ES256K","typ":"JWE"}""")]
    [InlineData("""["ES256K"]""")]
    [InlineData("")]
    public async Task Verify_OtherHeader_IsRefusedThoughItsSignatureIsGood(string header)
    {
        string token = await SignAsync(header, Claims());
        Assert.Throws<MemberTokenException>(() => MemberToken.Verify(token, Chain, Audience, At));
    }

    [Theory]
    [InlineData("iss", null)]
    [InlineData("aud", null)]
    [InlineData("iat", null)]
    [InlineData("exp", null)]
    [InlineData("jti", null)]
    [InlineData("jti", "\"\"")]
    [InlineData("aud", "[\"did:pkh:eip155:31337:0x70997970C51812dc3A010C7d01b50e0d17dc79C8\"]")]
    [InlineData("exp", "\"1795334460\"")]
    [InlineData("exp", "1795334460.5")]
    [InlineData("exp", "99999999999999")]
    [InlineData("exp", "-1")]
    [InlineData("exp", "1795334701")] // lives 301 seconds
    [InlineData("exp", "1795334400")] // lives none
    [InlineData("nbf", "1795334431")]
    [InlineData("iss", "\"did:pkh:eip155:31337:f39Fd6e51aad88F6F4ce6aB8827279cffFb92266\"")]
    [InlineData("iss", "\"did:pkh:eip155:031337:0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266\"")]
    [InlineData("iss", "\"did:pkh:eip155:31337:0xf39Fd6e51aad88F6F4ce6aB8827279cffFb9226\"")]
    [InlineData("iss", "\"did:pkh:eip155:31337:0x70997970C51812dc3A010C7d01b50e0d17dc79C8\"")] // somebody else
    [InlineData("iss", "\"did:ethr:0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266\"")]
    public async Task Verify_ClaimMissingOrOutOfOrder_IsRefusedThoughItsSignatureIsGood(string claim, string? value)
    {
        Assert.Equal(1795334400, Now.ToUnixTimeSeconds());
        MemberToken.Verify(await SignAsync("""{"alg":"ES256K"}""", Claims()), Chain, Audience, At);
        string token = await SignAsync("""{"alg":"ES256K"}""", Claims(claim, value));
        Assert.Throws<MemberTokenException>(() => MemberToken.Verify(token, Chain, Audience, At));
    }

    [Fact]
    public async Task Verify_AnyBitOfTheSignatureFlipped_IsRefused()
    {
        string token = await MemberToken.IssueAsync(Signer, Chain, Audience, At, TimeSpan.FromMinutes(1));
        string[] parts = token.Split('.');
        byte[] signature = Base64Url.DecodeFromChars(parts[2]);
        for (int bit = 0; bit < 512; bit += 7)
        {
            byte[] flipped = [.. signature];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<MemberTokenException>(() => MemberToken.Verify($"{parts[0]}.{parts[1]}.{Base64Url.EncodeToString(flipped)}", Chain, Audience, At));
        }
    }

    [Fact]
    public async Task Verify_TheHighTwinOfAGoodSignature_IsRefused()
    {
        string token = await MemberToken.IssueAsync(Signer, Chain, Audience, At, TimeSpan.FromMinutes(1));
        string[] parts = token.Split('.');
        byte[] signature = Base64Url.DecodeFromChars(parts[2]);
        BigInteger high = Secp256k1.Order - Secp256k1.Integer(signature.AsSpan(32));
        byte[] twin = [.. signature[..32], .. Secp256k1.Bytes32(high)];
        Assert.Equal("The issuer's key did not sign the token.", Refusal($"{parts[0]}.{parts[1]}.{Base64Url.EncodeToString(twin)}"));
    }

    [Fact]
    public async Task Verify_SignatureOutOfRange_IsRefused()
    {
        string token = await MemberToken.IssueAsync(Signer, Chain, Audience, At, TimeSpan.FromMinutes(1));
        string input = token[..token.LastIndexOf('.')];
        byte[] order = Secp256k1.Bytes32(Secp256k1.Order);
        byte[] one = Secp256k1.Bytes32(BigInteger.One);
        byte[][] forged = [new byte[64], [.. one, .. new byte[32]], [.. new byte[32], .. one], [.. order, .. one], [.. one, .. order], new byte[63], new byte[65], []];
        foreach (byte[] signature in forged) Assert.NotEqual("", Refusal($"{input}.{Base64Url.EncodeToString(signature)}"));
    }

    [Fact]
    public async Task Verify_OtherSpellingOfTheSameBytes_IsRefused()
    {
        string token = await MemberToken.IssueAsync(Signer, Chain, Audience, At, TimeSpan.FromMinutes(1));
        string[] parts = token.Split('.');
        // 64 bytes take 86 characters, the last of which has four spare bits.
        char last = parts[2][^1];
        char stray = (char)(last + 1);
        string[] spellings = [token + "==", token + " ", " " + token, token + ".", token.Replace('.', ':'), $"{parts[0]}.{parts[1]}", $"{parts[0]}.{parts[1]}.", token[..^1] + stray, new string('a', 5000)];
        foreach (string spelling in spellings) Assert.NotEqual("", Refusal(spelling));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(301)]
    public async Task Issue_LifeOutOfRange_IsRefused(int seconds) =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => MemberToken.IssueAsync(Signer, Chain, Audience, At, TimeSpan.FromSeconds(seconds)));

    private static string Refusal(string token, ulong chain = Chain, string audience = Audience) =>
        Assert.Throws<MemberTokenException>(() => MemberToken.Verify(token, chain, audience, At)).Message;

    private static string Claims(string? changed = null, string? value = null)
    {
        var claims = new Dictionary<string, string?>
        {
            ["iss"] = $"\"{MemberToken.Did(Chain, Signer.Address)}\"",
            ["aud"] = $"\"{Audience}\"",
            ["iat"] = "1795334400",
            ["exp"] = "1795334460",
            ["jti"] = "\"1\"",
        };
        if (changed is not null) claims[changed] = value;
        return "{" + string.Join(',', claims.Where(c => c.Value is not null).Select(c => $"\"{c.Key}\":{c.Value}")) + "}";
    }

    private static async Task<string> SignAsync(string header, string claims)
    {
        string input = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header)) + "." + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims));
        RecoverableSignature signature = await Signer.SignAsync(new Hash256(SHA256.HashData(Encoding.ASCII.GetBytes(input))));
        return input + "." + Base64Url.EncodeToString(signature.ToCompact());
    }

    private sealed class Clock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
