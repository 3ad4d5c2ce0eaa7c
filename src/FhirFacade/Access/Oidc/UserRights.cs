using Consortium.FhirFacade.Access.Smart;

namespace Consortium.FhirFacade.Access.Oidc;

/// <summary>A user, or a client by itself, whom the site's identity provider vouches for, and what it may do.</summary>
internal sealed record UserRights
{
    /// <summary><c>iss</c>.</summary>
    public required string Issuer { get; init; }

    /// <summary><c>sub</c>: the user at the issuer.</summary>
    public required string Subject { get; init; }

    /// <summary><c>client_id</c> or <c>azp</c>: the program; null where the token does not say.</summary>
    public string? Client { get; init; }

    /// <summary><c>jti</c>: the token.</summary>
    public string? TokenId { get; init; }

    /// <summary>When the token was issued; null where it does not say.</summary>
    public DateTimeOffset? IssuedAt { get; init; }

    /// <summary>The user's resource here (<c>fhirUser</c>), as <c>Type/id</c>; null where the token does not say.</summary>
    public string? FhirUser { get; init; }

    /// <summary>The user's roles.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>What may be done; any one of them is enough.</summary>
    public IReadOnlyList<ScopeGrant> Grants { get; init; } = [];

    /// <summary>True where records labelled restricted are seen without breaking the glass.</summary>
    public bool SeesRestricted { get; init; }

    /// <summary>True where the site lets the user break the glass.</summary>
    public bool MayBreakGlass { get; init; }

    /// <summary>True where AuditEvents may be read.</summary>
    public bool ReadsAudit { get; init; }

    /// <summary>The purpose of use that the token states, and the reason; null where it states none.</summary>
    public PurposeOfUse? Purpose { get; init; }

    /// <summary>True where a client acts by itself, without a user.</summary>
    public bool IsClient => Client is not null && (Subject == Client || (Grants.Count > 0 && Grants.All(grant => grant.IsOfSystem)));

    /// <summary>The grants about a type that give all of these permissions.</summary>
    public IEnumerable<ScopeGrant> For(string type, Permissions permissions) => Grants.Where(grant => grant.Gives(type, permissions) && (type != "AuditEvent" || MayAudit(grant, permissions)));

    /// <summary>True where some resource of the type may be used so.</summary>
    public bool May(string type, Permissions permissions) => For(type, permissions).Any();

    // The trail is read by those whom the site names, added to by programs that were given just that, and changed by nobody.
    private bool MayAudit(ScopeGrant grant, Permissions permissions)
    {
        if ((permissions & (Permissions.Update | Permissions.Delete)) != 0) return false;
        bool isProgram = grant.IsOfSystem && grant.Type == "AuditEvent";
        return isProgram || (ReadsAudit && !permissions.HasFlag(Permissions.Create));
    }
}
