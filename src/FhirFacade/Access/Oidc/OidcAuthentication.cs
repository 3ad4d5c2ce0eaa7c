using Consortium.FhirFacade.Access.Smart;
using Consortium.FhirFacade.Rest;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Consortium.FhirFacade.Access.Oidc;

/// <summary>
/// Checks the access token of a user or a client that the site's OpenID Connect provider issued (RFC 9068, RFC 7519): signature by one of the provider's keys,
/// issuer, audience, times. Nothing of a token is repeated in an answer or a log.
/// </summary>
internal sealed class OidcAuthentication(OidcOptions options, OidcProvider provider, UserRightsReader rights, TimeProvider time)
{
    // Asymmetric ones only: with HMAC whoever can check a token can make one, and 'none' checks nothing (RFC 8725 2.1, 3.1).
    private static readonly string[] s_algorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"];

    // RFC 9068 2.1, RFC 8725 3.11: other kinds of tokens that the same provider signs are no access tokens.
    private static readonly string[] s_types = ["JWT", "at+jwt", "application/at+jwt"];

    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = 16 * 1024 };

    /// <summary>The user whom a token is about.</summary>
    /// <exception cref="FhirException">401: the token is not good. 503: the provider's keys cannot be had.</exception>
    public async Task<UserRights> AuthenticateAsync(string token, CancellationToken cancellationToken)
    {
        try
        {
            OpenIdConnectConfiguration configuration = await provider.ReadAsync(cancellationToken).ConfigureAwait(false);
            string? key = KeyOf(token);
            if (!Knows(configuration, key)) configuration = await provider.ReadAgainAsync(cancellationToken).ConfigureAwait(false);
            if (!Knows(configuration, key)) throw Challenge.Invalid("The token is signed with a key that the identity provider does not publish.");
            TokenValidationResult result = await ValidateAsync(token, configuration, key).ConfigureAwait(false);

            if (!result.IsValid) throw Challenge.Invalid(Reason(result.Exception));
            using var claims = TokenClaims.Of((JsonWebToken)result.SecurityToken);
            return rights.Read(claims);
        }
        catch (OidcProviderException e)
        {
            throw new FhirException(503, "transient", e.Message + " Without its keys nobody can log in; try again later.");
        }
    }

    private Task<TokenValidationResult> ValidateAsync(string token, OpenIdConnectConfiguration configuration, string? key) => _handler.ValidateTokenAsync(token, new TokenValidationParameters
    {
        ValidAlgorithms = s_algorithms,
        TypeValidator = static (type, _, _) => string.IsNullOrEmpty(type) || s_types.Contains(type, StringComparer.OrdinalIgnoreCase) ? type : throw new SecurityTokenInvalidTypeException(),
        ValidIssuer = options.Issuer,
        ValidAudiences = options.Audiences,
        IssuerSigningKeys = configuration.SigningKeys,
        // A token that names no key is tried with all of them.
        TryAllIssuerSigningKeys = key is null,
        RequireSignedTokens = true,
        RequireExpirationTime = true,
        LifetimeValidator = (notBefore, expires, _, _) => IsNow(notBefore, expires),
    });

    /// <summary>The key that a token names; null where it names none, or is no token.</summary>
    private static string? KeyOf(string token)
    {
        try
        {
            var read = new JsonWebToken(token);
            return !string.IsNullOrEmpty(read.Kid) ? read.Kid : string.IsNullOrEmpty(read.X5t) ? null : read.X5t;
        }
        catch (ArgumentException)
        {
            return null; // the check says what it is
        }
    }

    private static bool Knows(OpenIdConnectConfiguration configuration, string? key) => key is null || configuration.SigningKeys.Any(known =>
        known.KeyId == key || (known is X509SecurityKey certificate && certificate.X5t == key) || (known is JsonWebKey web && (web.X5t == key || web.Kid == key)));

    private bool IsNow(DateTime? notBefore, DateTime? expires)
    {
        DateTime now = time.GetUtcNow().UtcDateTime;
        return expires is { } end && now < end + options.ClockSkew && (notBefore is not { } start || now >= start - options.ClockSkew);
    }

    private static string Reason(Exception? failure) => failure switch
    {
        SecurityTokenInvalidLifetimeException or SecurityTokenExpiredException or SecurityTokenNoExpirationException or SecurityTokenNotYetValidException => "The token has expired, is not valid yet, or does not say until when it is.",
        SecurityTokenInvalidAudienceException => "The token is for another audience (Oidc:Audience).",
        SecurityTokenInvalidIssuerException => "The token is of another issuer (Oidc:Issuer).",
        SecurityTokenInvalidAlgorithmException => "The token's algorithm is not accepted; RS, PS and ES with 256, 384 and 512 are.",
        SecurityTokenInvalidTypeException => "The token is no access token (typ JWT or at+jwt).",
        SecurityTokenInvalidSignatureException => "The token's signature is not good.",
        _ => "The token is no JSON Web Token that can be checked.",
    };
}
