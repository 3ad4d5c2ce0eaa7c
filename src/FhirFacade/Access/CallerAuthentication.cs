using System.Globalization;
using Consortium.FhirFacade.Redaction;
using Consortium.FhirFacade.Rest;
using Consortium.Integrity;
using Consortium.Ledger;

namespace Consortium.FhirFacade.Access;

/// <summary>
/// Tells who calls: a member or a resident by a token that its chain key signed, with its role from the projection of the contract;
/// without a token the hospital's own user where the site has opened the port to them, else nobody.
/// </summary>
internal sealed class CallerAuthentication(FacadeOptions options, IMembership membership, TimeProvider time)
{
    private const string Scheme = "Bearer ";

    /// <exception cref="FhirException">401: the token is not good. 403: it is, and its holder has no rights. 503: the projection is too old to say.</exception>
    public async Task<Caller> AuthenticateAsync(string authorization, CancellationToken cancellationToken)
    {
        if (authorization.Length == 0) return options.OpenAccess ? Caller.LocalUser : Caller.Anonymous;
        if (!authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) throw new FhirException(401, "login", "This server takes Authorization: Bearer with a member token.");
        Address address = Verified(authorization[Scheme.Length..].Trim());
        if (address == options.Custodian) return Caller.LocalUser; // the hospital's own key
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
            throw new FhirException(401, "login", e.Message);
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
