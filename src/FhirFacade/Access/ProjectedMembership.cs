using Consortium.FhirFacade.Redaction;
using Consortium.Integrity;
using Consortium.Ledger;

namespace Consortium.FhirFacade.Access;

/// <summary>The rights as this member's projection of the contract has them.</summary>
internal sealed class ProjectedMembership(LedgerProjection projection) : IMembership
{
    public async Task<DateTimeOffset?> FollowedAtAsync(CancellationToken cancellationToken)
    {
        ProjectionStatus status = await projection.StatusAsync(cancellationToken).ConfigureAwait(false);
        return status.FollowedAt == default ? null : status.FollowedAt;
    }

    public async Task<MemberRole> RoleAsync(Address address, CancellationToken cancellationToken) =>
        await projection.MemberAsync(address, cancellationToken).ConfigureAwait(false) is { Active: true } member ? member.Role : MemberRole.None;

    public Task<Tag128?> ResidentTagAsync(Address address, CancellationToken cancellationToken) => projection.ResidentTagAsync(address, cancellationToken);

    public async Task<ViewRole?> GrantedViewAsync(Address grantee, Tag128 subjectTag, ushort kind, DateTimeOffset at, CancellationToken cancellationToken)
    {
        GrantState? grant = await projection.GrantAsync(grantee, subjectTag, cancellationToken).ConfigureAwait(false);
        if (grant is null || at >= grant.ValidUntil || !grant.Kinds.Contains(kind)) return null;
        return grant.View switch
        {
            LedgerView.Hospital => ViewRole.Hospital,
            LedgerView.Telemedicine => ViewRole.Telemedicine,
            LedgerView.Resident => ViewRole.Resident,
            LedgerView.Regulator => ViewRole.Regulator,
            _ => null,
        };
    }
}
