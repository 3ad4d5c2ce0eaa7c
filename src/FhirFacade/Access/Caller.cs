using Consortium.FhirFacade.Access.Oidc;
using Consortium.FhirFacade.Access.Smart;
using Consortium.FhirFacade.AuditTrail;
using Consortium.FhirFacade.Redaction;
using Consortium.FhirFacade.Rest;
using Consortium.FhirFacade.Search.Views;
using Consortium.Integrity;
using Consortium.Ledger;

namespace Consortium.FhirFacade.Access;

/// <summary>Who a caller is.</summary>
internal enum CallerKind
{
    /// <summary>Nobody known: sees the CapabilityStatement.</summary>
    Anonymous,

    /// <summary>The hospital's own user: sees and writes everything.</summary>
    LocalUser,

    /// <summary>A user or a client of the hospital whom its identity provider vouches for: what its scopes give.</summary>
    User,

    /// <summary>Another member of the consortium: reads, in its role's view.</summary>
    Member,

    /// <summary>A registered resident: reads records about itself.</summary>
    Resident,
}

/// <summary>Who asks, and what the contract lets it see (<c>ledger.md</c>, "Grants").</summary>
/// <param name="Kind">Who.</param>
/// <param name="Address">Its address on the chain; null for a local user.</param>
/// <param name="View">Its view, where no grant widens it.</param>
/// <param name="Subject">The only patient that it may see; null for all.</param>
internal sealed record Caller(CallerKind Kind, Address? Address, ViewRole View, Tag128? Subject)
{
    public static readonly Caller Anonymous = new(CallerKind.Anonymous, null, ViewRole.Telemedicine, null);

    public static readonly Caller LocalUser = new(CallerKind.LocalUser, null, ViewRole.Hospital, null);

    /// <summary>A user of the hospital, with the rights that its token gives.</summary>
    public static Caller OfUser(UserRights user) => new(CallerKind.User, null, ViewRole.Hospital, null) { User = user, SeesRestricted = user.SeesRestricted };

    /// <summary>The user and its rights; null for callers of other kinds.</summary>
    public UserRights? User { get; init; }

    /// <summary>True where what it sees is a disclosure to somebody outside this hospital.</summary>
    public bool IsOutside => Kind is CallerKind.Member or CallerKind.Resident;

    /// <summary>What its searches may look at.</summary>
    public SearchScope SearchScope => View == ViewRole.Hospital && Subject is null ? SearchScope.Everything : new SearchScope(View, Subject);

    /// <summary>Why it asks, as it says; null where it does not.</summary>
    public PurposeOfUse? Purpose { get; init; }

    /// <summary>Where its interaction notes what it gives out and writes; null where that is not recorded.</summary>
    public AccessLog? Log { get; init; }

    /// <summary>True where records labelled restricted are seen.</summary>
    public bool SeesRestricted { get; init; } = true;

    /// <summary>What a write is answered with: a user who may not read the type gets no content of it.</summary>
    public ReturnPreference Answered(string type, ReturnPreference preferred) =>
        preferred == ReturnPreference.Representation && User is { } user && !user.May(type, Permissions.Read) ? ReturnPreference.Minimal : preferred;

    /// <summary>401 for nobody.</summary>
    public void RequireKnown()
    {
        if (Kind == CallerKind.Anonymous)
        {
            throw Challenge.Missing("This needs a token (Authorization: Bearer): an access token of this hospital's identity provider, or a member token that the caller's chain key signed for this custodian.");
        }
    }

    /// <summary>403 for callers from outside.</summary>
    public void RequireWriter()
    {
        if (Kind is not (CallerKind.LocalUser or CallerKind.User)) throw FhirException.Forbidden("Only the hospital itself writes to its record store; members and residents read.");
    }

    /// <summary>403 for callers from outside, and for users who may not read and search everything.</summary>
    public void RequireLocalUser()
    {
        if (Kind == CallerKind.LocalUser) return;
        if (User is not { } user) throw FhirException.Forbidden("Only the hospital's own users look up records at other members through this server.");
        const Permissions all = Permissions.Read | Permissions.Search;
        if (!user.Grants.Any(grant => grant.IsWhole && grant.Gives(SmartScope.AnyType, all))) throw RouteScopes.Missing(SmartScope.AnyType, all);
    }
}
