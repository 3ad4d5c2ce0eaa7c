using System.Collections.Concurrent;
using Consortium.FhirFacade.Access;
using Consortium.FhirFacade.Redaction;
using Consortium.Integrity;
using Consortium.Ledger;

namespace Consortium.FhirFacade.Tests.Rest;

/// <summary>Rights as a test sets them, in the place of the projection.</summary>
internal sealed class TestMembership : IMembership
{
    public DateTimeOffset? FollowedAt { get; set; } = DateTimeOffset.UtcNow;

    public ConcurrentDictionary<Address, MemberRole> Members { get; } = [];

    public ConcurrentDictionary<Address, Tag128> Residents { get; } = [];

    public ConcurrentDictionary<(Address, Tag128, ushort), ViewRole> Grants { get; } = [];

    public LocalSigner Member(MemberRole role)
    {
        LocalSigner signer = LocalSigner.Generate();
        Members[signer.Address] = role;
        return signer;
    }

    public LocalSigner Resident(Tag128 subject)
    {
        LocalSigner signer = LocalSigner.Generate();
        Residents[signer.Address] = subject;
        return signer;
    }

    public Task<DateTimeOffset?> FollowedAtAsync(CancellationToken cancellationToken) => Task.FromResult(FollowedAt);

    public Task<MemberRole> RoleAsync(Address address, CancellationToken cancellationToken) => Task.FromResult(Members.GetValueOrDefault(address));

    public Task<Tag128?> ResidentTagAsync(Address address, CancellationToken cancellationToken) =>
        Task.FromResult<Tag128?>(Residents.TryGetValue(address, out Tag128 tag) ? tag : null);

    public Task<ViewRole?> GrantedViewAsync(Address grantee, Tag128 subjectTag, ushort kind, DateTimeOffset at, CancellationToken cancellationToken) =>
        Task.FromResult<ViewRole?>(Grants.TryGetValue((grantee, subjectTag, kind), out ViewRole view) ? view : null);
}
