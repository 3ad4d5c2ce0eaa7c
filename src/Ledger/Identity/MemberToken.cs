using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Consortium.Integrity;

namespace Consortium.Ledger;

/// <summary>
/// How one member's program shows another's facade who it is: a JSON Web Token (RFC 7519) of a few minutes, signed with the member's chain
/// key (<c>ES256K</c>, RFC 8812). The signature names the signer by itself; whether the signer is a member is the projection's business.
/// </summary>
public static class MemberToken
{
    /// <summary>Longest life of a token.</summary>
    public static readonly TimeSpan LongestLife = TimeSpan.FromMinutes(5);

    /// <summary>How far the clocks of two members may differ.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);

    private const int LongestToken = 4096;
    private static readonly string Header = Base64Url.EncodeToString("""{"alg":"ES256K","typ":"JWT"}"""u8);

    /// <summary>The DID of an account (<c>did:pkh</c>): <c>did:pkh:eip155:31337:0x…</c>.</summary>
    public static string Did(ulong chainId, Address address) =>
        string.Create(CultureInfo.InvariantCulture, $"did:pkh:eip155:{chainId}:{address}");

    /// <summary>The name of a custodian as an audience: its DID.</summary>
    public static string Audience(ulong chainId, Address custodian) => Did(chainId, custodian);

    /// <summary>Makes a token for one audience.</summary>
    /// <param name="signer">The member's key.</param>
    /// <param name="chainId">The chain on which it is a member.</param>
    /// <param name="audience">Whom it is for.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="life">How long it is good; at most <see cref="LongestLife"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<string> IssueAsync(
        ISigner signer, ulong chainId, string audience, TimeProvider timeProvider, TimeSpan life, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(signer);
        ArgumentException.ThrowIfNullOrEmpty(audience);
        ArgumentNullException.ThrowIfNull(timeProvider);
        if (life < TimeSpan.FromSeconds(1) || life > LongestLife) throw new ArgumentOutOfRangeException(nameof(life), life, "A member token lives from one second to five minutes.");
        long now = timeProvider.GetUtcNow().ToUnixTimeSeconds();
        var claims = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(claims))
        {
            json.WriteStartObject();
            json.WriteString("iss", Did(chainId, signer.Address));
            json.WriteString("aud", audience);
            json.WriteNumber("iat", now);
            json.WriteNumber("exp", now + (long)life.TotalSeconds);
            json.WriteString("jti", Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)));
            json.WriteEndObject();
        }

        string input = Header + "." + Base64Url.EncodeToString(claims.WrittenSpan);
        RecoverableSignature signature = await signer.SignAsync(Digest(input), cancellationToken).ConfigureAwait(false);
        return input + "." + Base64Url.EncodeToString(signature.ToCompact());
    }

    /// <summary>
    /// Checks a token: form, algorithm, audience, life, clock, and that the key of the address in <c>iss</c> signed it for this chain.
    /// Says who the caller is, not what it may do.
    /// </summary>
    /// <exception cref="MemberTokenException">It is not good; the message says why and holds nothing of the token.</exception>
    public static MemberIdentity Verify(string jwt, ulong chainId, string audience, TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(jwt);
        ArgumentNullException.ThrowIfNull(timeProvider);
        if (jwt.Length > LongestToken) throw new MemberTokenException("The token is too long.");
        string[] parts = jwt.Split('.');
        if (parts.Length != 3) throw new MemberTokenException("The token has not three parts.");
        CheckHeader(Decode(parts[0], "header"));
        MemberTokenClaims claims = MemberTokenClaims.Read(Decode(parts[1], "claims"));
        byte[] signature = Decode(parts[2], "signature");
        if (signature.Length != 64) throw new MemberTokenException("The signature has not 64 bytes.");

        string prefix = string.Create(CultureInfo.InvariantCulture, $"did:pkh:eip155:{chainId}:");
        if (!claims.Issuer.StartsWith(prefix, StringComparison.Ordinal) || !claims.Issuer.AsSpan(prefix.Length).StartsWith("0x", StringComparison.Ordinal)
            || !Address.TryParse(claims.Issuer[prefix.Length..], out Address issuer))
        {
            throw new MemberTokenException($"The issuer is no account of chain {chainId}.");
        }

        if (!SignedBy(issuer, Digest(parts[0] + "." + parts[1]), signature)) throw new MemberTokenException("The issuer's key did not sign the token.");
        if (claims.Audience != audience) throw new MemberTokenException("The token is for another audience.");
        CheckTimes(claims, timeProvider.GetUtcNow());
        return new MemberIdentity(issuer, claims.TokenId, DateTimeOffset.FromUnixTimeSeconds(claims.ExpiresAt));
    }

    private static void CheckHeader(byte[] header)
    {
        string? algorithm = null;
        foreach ((string name, JsonElement value) in MemberTokenClaims.Members(header, "header"))
        {
            switch (name)
            {
                case "alg":
                    algorithm = value.ValueKind == JsonValueKind.String ? value.GetString() : null;
                    break;
                case "typ" when value.ValueKind == JsonValueKind.String && string.Equals(value.GetString(), "JWT", StringComparison.OrdinalIgnoreCase):
                case "kid":
                    break;
                default:
                    // jwk, jku, x5u would bring a key along, crit an extension that is not understood: none has a place here.
                    throw new MemberTokenException("The token's header has a member that is not accepted.");
            }
        }

        if (algorithm != "ES256K") throw new MemberTokenException("The token's algorithm is not ES256K.");
    }

    private static void CheckTimes(MemberTokenClaims claims, DateTimeOffset now)
    {
        long seconds = now.ToUnixTimeSeconds();
        long skew = (long)ClockSkew.TotalSeconds;
        if (claims.ExpiresAt <= claims.IssuedAt || claims.ExpiresAt - claims.IssuedAt > (long)LongestLife.TotalSeconds)
        {
            throw new MemberTokenException("The token's life is not within five minutes.");
        }

        if (seconds >= claims.ExpiresAt + skew) throw new MemberTokenException("The token has expired.");
        if (seconds < claims.IssuedAt - skew || seconds < claims.NotBefore - skew) throw new MemberTokenException("The token is not valid yet; compare the clocks.");
    }

    private static bool SignedBy(Address issuer, Hash256 digest, byte[] signature)
    {
        var r = new Hash256(signature.AsSpan(0, 32));
        var s = new Hash256(signature.AsSpan(32));
        // A compact signature does not say the parity, so both are tried. A high s is refused: else anybody could make
        // a second token of the first.
        return (EcdsaRecovery.TryRecover(digest, new RecoverableSignature(r, s, 0), out Address even) && even == issuer)
            || (EcdsaRecovery.TryRecover(digest, new RecoverableSignature(r, s, 1), out Address odd) && odd == issuer);
    }

    private static Hash256 Digest(string input) => new(SHA256.HashData(Encoding.ASCII.GetBytes(input)));

    private static byte[] Decode(string part, string what)
    {
        try
        {
            byte[] bytes = Base64Url.DecodeFromChars(part);
            // One value, one form: no padding, no white space, no stray last bits (RFC 7515 section 2).
            if (Base64Url.EncodeToString(bytes) == part) return bytes;
        }
        catch (FormatException)
        {
            // told below
        }

        throw new MemberTokenException($"The token's {what} is no base64url.");
    }
}

/// <summary>Who a good token is from.</summary>
/// <param name="Address">The account that signed it.</param>
/// <param name="TokenId">Its <c>jti</c>: a facade may refuse one that it has seen.</param>
/// <param name="ExpiresAt">When it ends.</param>
public sealed record MemberIdentity(Address Address, string TokenId, DateTimeOffset ExpiresAt);

/// <summary>A member token is not good. The message says why.</summary>
public sealed class MemberTokenException : Exception
{
    internal MemberTokenException(string message)
        : base(message)
    {
    }
}
