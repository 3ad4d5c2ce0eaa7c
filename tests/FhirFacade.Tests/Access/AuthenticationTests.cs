using Consortium.FhirFacade.Tests.Rest;
using Consortium.Integrity;
using Consortium.Ledger;
using Consortium.Storage;

namespace Consortium.FhirFacade.Tests.Access;

/// <summary>ledger.md, "Identity between members": who is asked for what, and refused.</summary>
public sealed class AuthenticationTests
{
    [Theory, BothStores]
    public async Task WithoutAToken_OnlyTheCapabilityStatement(Dialect dialect)
    {
        await using FacadeHost host = await ClosedAsync(dialect);

        Assert.Equal(200, (await host.GetAsync("metadata")).Status);
        foreach (string path in new[] { "Patient", "Patient/p", "Patient/p/_history", "_history", "$disclose?recordId=00000000000000000000000000000000", "$locate?identifier=a|b" })
        {
            (await host.GetAsync(path)).ShouldFail(401, "login");
        }

        (await host.PostAsync("Patient", """{"resourceType":"Patient","active":true}""")).ShouldFail(401, "login");
        (await host.PostAsync("", """{"resourceType":"Bundle","type":"transaction"}""")).ShouldFail(401, "login");
    }

    [Theory, BothStores]
    public async Task BadTokens_Are401_AndStrangers403(Dialect dialect)
    {
        await using FacadeHost host = await ClosedAsync(dialect);
        using LocalSigner member = host.Membership.Member(MemberRole.Hospital), stranger = LocalSigner.Generate();
        string other = await MemberToken.IssueAsync(member, host.Options.ChainId, "did:pkh:eip155:1:0x0", TimeProvider.System, TimeSpan.FromMinutes(1));

        (await host.GetAsync("Patient", ("Authorization", "Bearer nonsense"))).ShouldFail(401, "login");
        (await host.GetAsync("Patient", ("Authorization", "Basic YTpi"))).ShouldFail(401, "login");
        (await host.GetAsync("Patient", ("Authorization", "Bearer " + other))).ShouldFail(401, "login");
        (await host.GetAsync("Patient", await host.TokenAsync(stranger))).ShouldFail(403, "forbidden");
        Assert.Equal(200, (await host.GetAsync("Patient", await host.TokenAsync(member))).Status);
    }

    [Theory, BothStores]
    public async Task StaleProjection_Is503_ForMembers(Dialect dialect)
    {
        await using FacadeHost host = await ClosedAsync(dialect);
        using LocalSigner member = host.Membership.Member(MemberRole.Regulator);

        host.Membership.FollowedAt = DateTimeOffset.UtcNow - host.Options.ProjectionLimit - TimeSpan.FromSeconds(5);
        (await host.GetAsync("Patient", await host.TokenAsync(member))).ShouldFail(503, "transient");
        host.Membership.FollowedAt = null;
        (await host.GetAsync("Patient", await host.TokenAsync(member))).ShouldFail(503, "transient");
    }

    [Theory, BothStores]
    public async Task Members_ReadAndNeverWrite(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        foreach (MemberRole role in new[] { MemberRole.Hospital, MemberRole.Telemedicine, MemberRole.Regulator })
        {
            using LocalSigner member = host.Membership.Member(role);
            (string, string) token = await host.TokenAsync(member);
            (await host.PostAsync("Patient", """{"resourceType":"Patient","active":true}""", token)).ShouldFail(403, "forbidden");
            (await host.PutAsync("Patient/p", """{"resourceType":"Patient","id":"p","active":true}""", token)).ShouldFail(403, "forbidden");
            (await host.DeleteAsync("Patient/p", token)).ShouldFail(403, "forbidden");
            (await host.PostAsync("", """{"resourceType":"Bundle","type":"transaction"}""", token)).ShouldFail(403, "forbidden");
            (await host.GetAsync("$locate?identifier=a|b", token)).ShouldFail(403, "forbidden");
        }

        using LocalSigner resident = host.Membership.Resident(new Tag128(new byte[16]));
        (await host.GetAsync("Patient", await host.TokenAsync(resident))).ShouldFail(403, "forbidden"); // the zero tag is nobody's
        Assert.Equal(0, (await host.GetAsync("Patient?_count=0")).Json.GetProperty("total").GetInt32());
    }

    private static Task<FacadeHost> ClosedAsync(Dialect dialect) => FacadeHost.StartAsync(dialect, options => options with { OpenAccess = false });
}
