using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using Consortium.FhirFacade.Access.Oidc;
using Consortium.FhirFacade.Redaction;
using Consortium.FhirFacade.Rest;
using Consortium.Integrity;
using Consortium.Ledger;

namespace Consortium.FhirFacade.Access;

/// <summary>
/// Tells who calls: a member or a resident by a token that its chain key signed, with its role from the projection of the contract; a user of the hospital by an
/// access token of its identity provider; without a token the hospital's own user where the site has opened the port to them, else nobody.
/// </summary>
internal sealed class CallerAuthentication(FacadeOptions options, IMembership membership, TimeProvider time, OidcAuthentication? users = null)
{
    private const string Scheme = "Bearer ";

    /// <summary>What the issuer of a member token begins with: a chain account is its own issuer.</summary>
    private const string ChainAccount = "did:pkh:";

    /// <exception cref="FhirException">401: the token is not good. 403: it is, and its holder has no rights. 503: the projection, or the identity provider's keys, cannot be had to say.</exception>
    public async Task<Caller> AuthenticateAsync(string authorization, CancellationToken cancellationToken)
    {
        if (authorization.Length == 0) return options.OpenAccess ? Caller.LocalUser : Caller.Anonymous;
        if (!authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) throw Challenge.Missing("This server takes Authorization: Bearer with a token, and no other scheme.");
        string token = authorization[Scheme.Length..].Trim();
        // The issuer says which check a token must pass; a false one fails that check.
        if (users is not null && Issuer(token) is { } issuer && !issuer.StartsWith(ChainAccount, StringComparison.Ordinal))
        {
            if (issuer != options.Oidc!.Issuer) throw Challenge.Invalid("The token's issuer is neither this hospital's identity provider (Oidc:Issuer) nor the chain account of a member.");
            return Caller.OfUser(await users.AuthenticateAsync(token, cancellationToken).ConfigureAwait(false));
        }

        return await OfChainAsync(token, cancellationToken).ConfigureAwait(false);
    }

    private async Task<Caller> OfChainAsync(string token, CancellationToken cancellationToken)
    {
        Address address = Verified(token);
        if (address == options.Custodian) return Caller.LocalUser with { Address = address }; // the hospital's own key
        await RequireFreshAsync(cancellationToken).ConfigureAwait(false);
        switch (await membership.RoleAsync(address, cancellationToken).ConfigureAwait(false))
        {
            case MemberRole.Hospital:
                return new Caller(CallerKind.Member, address, ViewRole.Hospital, null);
            case MemberRole.Telemedicine:
                return new Caller(CallerKind.Member, address, ViewRole.Telemedicine, null);
            case MemberRole.Regulator:
                return new Caller(CallerKind.Member, address, ViewRole.Regulator, null);
        }

        if (await membership.ResidentTagAsync(address, cancellationToken).ConfigureAwait(false) is { } subject && subject != Tag128.Zero)
        {
            return new Caller(CallerKind.Resident, address, ViewRole.Resident, subject);
        }

        throw FhirException.Forbidden($"{address} is no active member and no registered resident of the consortium.");
    }

    private Address Verified(string token)
    {
        try
        {
            return MemberToken.Verify(token, options.ChainId, MemberToken.Audience(options.ChainId, options.Custodian), time).Address;
        }
        catch (MemberTokenException e)
        {
            throw Challenge.Invalid(e.Message);
        }
    }

    /// <summary><c>iss</c> as the token claims it, unchecked; null where it cannot be read.</summary>
    private static string? Issuer(string token)
    {
        if (token.Split('.') is not [_, var payload, _]) return null;
        try
        {
            using JsonDocument claims = JsonDocument.Parse(Base64Url.DecodeFromChars(payload));
            return claims.RootElement.ValueKind == JsonValueKind.Object && claims.RootElement.TryGetProperty("iss", out JsonElement issuer) && issuer.ValueKind == JsonValueKind.String ? issuer.GetString() : null;
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Rights are not decided on old news: a revocation must take effect within the limit.</summary>
    private async Task RequireFreshAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset? followed = await membership.FollowedAtAsync(cancellationToken).ConfigureAwait(false);
        if (followed is { } at && time.GetUtcNow() - at <= options.ProjectionLimit) return;
        string since = followed is null ? "has not been read yet" : string.Create(CultureInfo.InvariantCulture, $"was last read at {followed:yyyy-MM-dd'T'HH:mm:ss'Z'}");
        throw new FhirException(503, "transient",
            $"The contract {since}, which is longer ago than the {options.ProjectionLimit.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s within which rights are decided. The chain may be away; try again later.");
    }
}
