using Consortium.Integrity;

namespace Consortium.Ledger.Tests;

public sealed class LedgerAdministrationTests(ChainFixture fixture) : IClassFixture<ChainFixture>
{
    [Fact]
    public async Task Administration_FromDeploymentToGrant_DoesWhatItSays()
    {
        LocalSigner[] keys = [LocalSigner.Generate(), LocalSigner.Generate(), LocalSigner.Generate()];
        foreach (LocalSigner key in keys) await fixture.Chain.FundAsync(key.Address);
        Address telemedicine = LocalSigner.Generate().Address;
        Address resident = LocalSigner.Generate().Address;
        Tag128 tag = fixture.NewSubject();

        LedgerDeployment deployed = await LedgerAdministration.DeployAsync(
            fixture.Client, keys[0], [.. keys.Select((k, i) => new GenesisHospital(k.Address, $"https://h{i}.example", $"H{i}"))]);
        Assert.Equal(31337ul, deployed.ChainId);
        LedgerAdministration[] admins = [.. keys.Select(k => new LedgerAdministration(fixture.Client, deployed.Contract, k))];

        GovernanceResult proposed = await admins[0].AdmitAsync(telemedicine, MemberRole.Telemedicine, "https://t.example", "T");
        Assert.Equal((1ul, false, 1, 2), (proposed.ProposalId, proposed.Executed, proposed.Approvals, proposed.Required));
        LedgerSummary waiting = await LedgerAdministration.ShowAsync(fixture.Client, deployed.Contract);
        Assert.StartsWith("admit(account: " + telemedicine, Assert.Single(waiting.OpenProposals).Action, StringComparison.Ordinal);

        GovernanceResult approved = await admins[1].ApproveAsync(1);
        Assert.True(approved.Executed);
        await admins[2].RegisterResidentAsync(resident, tag);
        await admins[2].GrantAsync(tag, telemedicine, KindSet.All, LedgerView.Hospital, DateTimeOffset.MaxValue, Keccak256.Hash("consent"u8));
        Assert.Equal(LedgerView.Hospital, await admins[0].Contract.ViewAsync(telemedicine, tag, 1));
        await admins[1].RevokeAsync(tag, telemedicine, Keccak256.Hash("withdrawal"u8));
        Assert.Equal(LedgerView.Telemedicine, await admins[0].Contract.ViewAsync(telemedicine, tag, 1));
        await admins[0].AttestAsync(keys[1].Address, 0, Hash256.Zero);
        await admins[2].RemoveResidentAsync(resident);
        Assert.Null(await admins[0].Contract.ResidentAsync(resident));

        GovernanceResult suspension = await admins[2].SuspendAsync(telemedicine);
        Assert.True((await admins[0].ApproveAsync(suspension.ProposalId)).Executed);
        LedgerSummary shown = await LedgerAdministration.ShowAsync(fixture.Client, deployed.Contract);
        Assert.Empty(shown.OpenProposals);
        Assert.True(shown.IsThisContract);
        Assert.Equal((2, 1ul), (shown.RequiredApprovals, shown.TimestampUnitsPerSecond));
        Assert.Equal([true, true, true, false], shown.Members.Select(m => m.Member.Active));
        Assert.Equal([true, true, true, false], shown.Members.Select(m => m.Custodian is not null));
        Assert.Equal(["H0", "H1", "H2", "T"], shown.Members.Select(m => m.Member.Name));

        IReadOnlyList<LedgerEvent> events = await admins[0].Contract.EventsAsync(deployed.BlockNumber, await fixture.Client.BlockNumberAsync());
        Assert.Equal(
            ["MemberChanged", "MemberChanged", "MemberChanged", "ThresholdChanged", "GovernanceStepTaken", "GovernanceStepTaken", "GovernanceStepTaken",
                "MemberChanged", "GovernanceStepTaken", "ResidentRegistered", "Granted", "Revoked", "Attested", "ResidentRemoved",
                "GovernanceStepTaken", "GovernanceStepTaken", "GovernanceStepTaken", "MemberChanged", "GovernanceStepTaken"],
            events.Select(e => e.GetType().Name));
    }

    [Fact]
    public async Task Show_WhereThereIsNoContract_SaysSo()
    {
        var e = await Assert.ThrowsAsync<FormatException>(() => LedgerAdministration.ShowAsync(fixture.Client, LocalSigner.Generate().Address));
        Assert.Contains("no ledger contract", e.Message, StringComparison.Ordinal);
    }
}
