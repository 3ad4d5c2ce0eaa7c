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

    /// <summary>True where what it sees is a disclosure to somebody outside this hospital.</summary>
    public bool IsOutside => Kind is CallerKind.Member or CallerKind.Resident;

    /// <summary>What its searches may look at.</summary>
    public SearchScope SearchScope => View == ViewRole.Hospital && Subject is null ? SearchScope.Everything : new SearchScope(View, Subject);

    /// <summary>401 for nobody.</summary>
    public void RequireKnown()
    {
        if (Kind == CallerKind.Anonymous)
        {
            throw new FhirException(401, "login", "This needs a member token: Authorization: Bearer, signed by the caller's chain key for this custodian.");
        }
    }

    /// <summary>403 for anybody but a local user.</summary>
    public void RequireWriter()
    {
        if (Kind != CallerKind.LocalUser) throw FhirException.Forbidden("Only the hospital itself writes to its record store; members and residents read.");
    }

    /// <summary>403 for anybody but a local user.</summary>
    public void RequireLocalUser()
    {
        if (Kind != CallerKind.LocalUser) throw FhirException.Forbidden("Only the hospital's own users look up records at other members through this server.");
    }
}
