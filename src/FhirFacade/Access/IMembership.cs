using Consortium.FhirFacade.Redaction;
using Consortium.Integrity;
using Consortium.Ledger;

namespace Consortium.FhirFacade.Access;

/// <summary>
/// Members, residents and grants as the contract has them. The contract is the one source of these rights; a test puts its own in this place.
/// </summary>
internal interface IMembership
{
    /// <summary>When the chain was last followed to its end; null where it never was.</summary>
    Task<DateTimeOffset?> FollowedAtAsync(CancellationToken cancellationToken);

    /// <summary>The role of an active member; <see cref="MemberRole.None"/> for anybody else.</summary>
    Task<MemberRole> RoleAsync(Address address, CancellationToken cancellationToken);

    /// <summary>The subject tag of a registered resident; null for anybody else.</summary>
    Task<Tag128?> ResidentTagAsync(Address address, CancellationToken cancellationToken);

    /// <summary>The view of this kind of record that the patient, or a hospital on its recorded consent, has granted the member; null for none.</summary>
    Task<ViewRole?> GrantedViewAsync(Address grantee, Tag128 subjectTag, ushort kind, DateTimeOffset at, CancellationToken cancellationToken);
}
