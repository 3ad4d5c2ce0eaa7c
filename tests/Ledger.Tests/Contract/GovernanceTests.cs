namespace Consortium.Ledger.Tests;

public sealed class GovernanceTests(ChainFixture fixture) : IClassFixture<ChainFixture>
{
    private static readonly Address Newcomer = Address.Parse("0x00000000000000000000000000000000000000aa");

    [Theory]
    [InlineData(1, 1, null)]
    [InlineData(2, 2, null)]
    [InlineData(5, 2, null)]
    [InlineData(5, 5, null)]
    [InlineData(0, 1, "ThresholdOutOfRange")]
    [InlineData(1, 0, "ThresholdOutOfRange")]
    [InlineData(1, 2, "ThresholdOutOfRange")]
    [InlineData(2, 1, "ThresholdOutOfRange")] // one of two must not decide alone
    [InlineData(5, 6, "ThresholdOutOfRange")]
    public async Task Deploy_WithAThreshold_TakesOneThatTheHospitalsCanReachAndNoneCanReachAlone(int hospitals, int threshold, string? error)
    {
        LedgerAccount account = await TestConsortium.NewAccountAsync(fixture);
        GenesisHospital[] genesis = [.. Enumerable.Range(0, hospitals).Select(_ => new GenesisHospital(LocalSigner.Generate().Address, "", ""))];
        string? refused = null;
        try
        {
            await account.SendAsync(null, ConsortiumLedgerContract.DeploymentData(1, threshold, genesis));
        }
        catch (ContractRevertException e)
        {
            refused = e.Error.Name;
        }

        Assert.Equal(error, refused);
    }

    [Fact]
    public async Task Deploy_WithoutTimestampUnitOrWithAHospitalTwice_IsRefused()
    {
        LedgerAccount account = await TestConsortium.NewAccountAsync(fixture);
        var hospital = new GenesisHospital(account.Address, "", "");
        var noUnit = await Assert.ThrowsAsync<ContractRevertException>(() => account.SendAsync(null, ConsortiumLedgerContract.DeploymentData(0, 1, hospital)));
        var twice = await Assert.ThrowsAsync<ContractRevertException>(() => account.SendAsync(null, ConsortiumLedgerContract.DeploymentData(1, 2, hospital, hospital)));
        Assert.Equal("NoTimestampUnit", noUnit.Error.Name);
        Assert.Equal("AlreadyMember", twice.Error.Name);
    }

    [Fact]
    public async Task Deployed_Contract_HasTheCodeThatTheProgramKnows()
    {
        TestConsortium consortium = await TestConsortium.DeployAsync(fixture, hospitals: 3, timestampUnit: 1000);
        Assert.True(await consortium.Contract.IsDeployedAsync());
        Assert.Equal(1000ul, await consortium.Contract.TimestampUnitsPerSecondAsync());
        Assert.False(await new ConsortiumLedgerContract(fixture.Client, Newcomer).IsDeployedAsync());
    }

    [Fact]
    public async Task Admit_OneHospitalAlone_DecidesWhileItIsAloneAndNotAfter()
    {
        TestConsortium consortium = await TestConsortium.DeployAsync(fixture, hospitals: 1);
        ConsortiumLedgerContract contract = consortium.Contract;
        LedgerAccount second = await consortium.AdmitAsync(MemberRole.Hospital);
        Assert.Equal(2, await contract.RequiredApprovalsAsync());

        await consortium.Hospitals[0].SendAsync(contract.Address, contract.EncodePropose(contract.EncodeSuspend(second.Address)));
        Assert.Equal("NotEnoughApprovals", await consortium.RefusalAsync(consortium.Hospitals[0], contract.EncodeExecute(2)));
        Assert.True((await contract.MemberAsync(second.Address))!.Active);
    }

    [Fact]
    public async Task Admit_ByTwoOfThree_MakesAMemberWithItsRoleEndpointAndName()
    {
        TestConsortium consortium = await TestConsortium.DeployAsync(fixture, hospitals: 3);
        ConsortiumLedgerContract contract = consortium.Contract;
        byte[] action = contract.EncodeAdmit(Newcomer, MemberRole.Telemedicine, "https://远程.example/fhir", "远程医疗");
        await consortium.Hospitals[2].SendAsync(contract.Address, contract.EncodePropose(action));
        Proposal proposal = await contract.ProposalAsync(1);
        Assert.Equal((consortium.Hospitals[2].Address, false, 1, 2), (proposal.Proposer, proposal.Executed, proposal.Approvals, proposal.Required));
        Assert.Equal($"admit(account: {Newcomer}, role: 2, endpoint: \"https://远程.example/fhir\", name: \"远程医疗\")", ConsortiumLedgerContract.DescribeCall(proposal.Action)!.ToString());

        Assert.Equal("AlreadyApproved", await consortium.RefusalAsync(consortium.Hospitals[2], contract.EncodeApprove(1)));
        Assert.Null(await consortium.RefusalAsync(consortium.Hospitals[1], contract.EncodeApprove(1)));
        Assert.Null(await contract.MemberAsync(Newcomer));
        TransactionReceipt receipt = await consortium.Hospitals[0].SendAsync(contract.Address, contract.EncodeExecute(1));

        var member = new Member(Newcomer, MemberRole.Telemedicine, true, "https://远程.example/fhir", "远程医疗", receipt.BlockNumber, null);
        Assert.Equal(member, await contract.MemberAsync(Newcomer));
        Assert.Equal(4, (await contract.MembersAsync()).Count);
        var changed = (MemberChanged)ConsortiumLedgerContract.DecodeEvent(receipt.Logs[0])!;
        Assert.Equal((Newcomer, MemberRole.Telemedicine, true, member.Endpoint, member.Name), (changed.Account, changed.Role, changed.Active, changed.Endpoint, changed.Name));
        Assert.Equal("AlreadyExecuted", await consortium.RefusalAsync(consortium.Hospitals[0], contract.EncodeExecute(1)));
        Assert.Equal("AlreadyExecuted", await consortium.RefusalAsync(consortium.Hospitals[0], contract.EncodeApprove(1)));
        Assert.Equal("UnknownProposal", await consortium.RefusalAsync(consortium.Hospitals[0], contract.EncodeApprove(2)));
    }

    [Fact]
    public async Task Execute_ApproverSuspendedMeanwhile_ItsApprovalNoLongerCounts()
    {
        TestConsortium consortium = await TestConsortium.DeployAsync(fixture, hospitals: 4, threshold: 2);
        ConsortiumLedgerContract contract = consortium.Contract;
        LedgerAccount[] h = consortium.Hospitals;
        await h[3].SendAsync(contract.Address, contract.EncodePropose(contract.EncodeAdmit(Newcomer, MemberRole.Hospital, "", "")));
        await h[2].SendAsync(contract.Address, contract.EncodeApprove(1));
        await consortium.GovernAsync(contract.EncodeSuspend(h[3].Address));
        Assert.Equal("NotEnoughApprovals", await consortium.RefusalAsync(h[0], contract.EncodeExecute(1)));
        await h[0].SendAsync(contract.Address, contract.EncodeApprove(1));
        Assert.Null(await consortium.RefusalAsync(h[0], contract.EncodeExecute(1)));
    }

    [Fact]
    public async Task WithdrawApproval_BeforeExecution_TakesItBack()
    {
        TestConsortium consortium = await TestConsortium.DeployAsync(fixture, hospitals: 3);
        ConsortiumLedgerContract contract = consortium.Contract;
        await consortium.Hospitals[0].SendAsync(contract.Address, contract.EncodePropose(contract.EncodeSuspend(consortium.Hospitals[2].Address)));
        await consortium.Hospitals[1].SendAsync(contract.Address, contract.EncodeApprove(1));
        await consortium.Hospitals[0].SendAsync(contract.Address, contract.EncodeWithdrawApproval(1));
        Assert.Equal("NotEnoughApprovals", await consortium.RefusalAsync(consortium.Hospitals[0], contract.EncodeExecute(1)));
        Assert.Equal("NotApproved", await consortium.RefusalAsync(consortium.Hospitals[0], contract.EncodeWithdrawApproval(1)));
    }

    [Fact]
    public async Task Propose_AnythingButAGovernedFunction_IsRefused()
    {
        TestConsortium consortium = await TestConsortium.DeployAsync(fixture, hospitals: 1);
        ConsortiumLedgerContract contract = consortium.Contract;
        byte[][] actions = [[], [1, 2, 3], contract.EncodeRevoke(fixture.NewSubject(), Newcomer), contract.EncodeExecute(1), contract.EncodePropose([])];
        foreach (byte[] action in actions) Assert.Equal("NotGoverned", await consortium.RefusalAsync(consortium.Hospitals[0], contract.EncodePropose(action)));
    }

    [Fact]
    public async Task Execute_ActionThatIsCut_RevertsAndChangesNothing()
    {
        TestConsortium consortium = await TestConsortium.DeployAsync(fixture, hospitals: 1);
        ConsortiumLedgerContract contract = consortium.Contract;
        byte[] cut = contract.EncodeAdmit(Newcomer, MemberRole.Hospital, "https://a.example", "a")[..^40];
        await consortium.Hospitals[0].SendAsync(contract.Address, contract.EncodePropose(cut));
        await Assert.ThrowsAsync<RpcException>(() => consortium.Hospitals[0].SendAsync(contract.Address, contract.EncodeExecute(1)));
        Assert.Null(await contract.MemberAsync(Newcomer));
        Assert.False((await contract.ProposalAsync(1)).Executed);
    }

    [Fact]
    public async Task Execute_AfterThirtyDays_IsRefused()
    {
        TestConsortium consortium = await TestConsortium.DeployAsync(fixture, hospitals: 1);
        ConsortiumLedgerContract contract = consortium.Contract;
        await consortium.Hospitals[0].SendAsync(contract.Address, contract.EncodePropose(contract.EncodeAdmit(Newcomer, MemberRole.Regulator, "", "")));
        await fixture.AdvanceAsync(TimeSpan.FromDays(30) + TimeSpan.FromSeconds(5));
        Assert.Equal("ProposalExpired", await consortium.RefusalAsync(consortium.Hospitals[0], contract.EncodeExecute(1)));
    }

    [Fact]
    public async Task Govern_ActionsThatMakeNoSense_RevertWithTheirErrors()
    {
        TestConsortium consortium = await TestConsortium.DeployAsync(fixture, hospitals: 2);
        ConsortiumLedgerContract contract = consortium.Contract;
        (LedgerAccount resident, _) = await consortium.ResidentAsync();
        Address hospital = consortium.Hospitals[1].Address;
        (byte[] Action, string Error)[] cases =
        [
            (contract.EncodeAdmit(hospital, MemberRole.Regulator, "", ""), "AlreadyMember"),
            (contract.EncodeAdmit(Address.Zero, MemberRole.Hospital, "", ""), "InvalidAccount"),
            (contract.EncodeAdmit(contract.Address, MemberRole.Hospital, "", ""), "InvalidAccount"),
            (contract.EncodeAdmit(Newcomer, MemberRole.None, "", ""), "InvalidRole"),
            (contract.EncodeAdmit(resident.Address, MemberRole.Telemedicine, "", ""), "AlreadyResident"),
            (contract.EncodeAdmit(Newcomer, MemberRole.Hospital, new string('x', 513), ""), "TextTooLong"),
            (contract.EncodeAdmit(Newcomer, MemberRole.Hospital, "", new string('x', 513)), "TextTooLong"),
            (contract.EncodeSetEndpoint(hospital, new string('x', 513)), "TextTooLong"),
            (contract.EncodeSetEndpoint(Newcomer, ""), "NotMember"),
            (contract.EncodeSuspend(Newcomer), "NotMember"),
            (contract.EncodeReinstate(Newcomer), "NotMember"),
            (contract.EncodeReinstate(hospital), "NotSuspended"),
            (contract.EncodeRotateKey(Newcomer, hospital), "NotMember"),
            (contract.EncodeRotateKey(hospital, consortium.Hospitals[0].Address), "AlreadyMember"),
            (contract.EncodeRotateKey(hospital, resident.Address), "AlreadyResident"),
            (contract.EncodeSetThreshold(1), "ThresholdOutOfRange"),
            (contract.EncodeSetThreshold(3), "ThresholdOutOfRange"),
        ];
        foreach ((byte[] action, string error) in cases)
        {
            var refusal = await Assert.ThrowsAsync<ContractRevertException>(() => consortium.GovernAsync(action));
            Assert.Equal(error, refusal.Error.Name);
        }
    }

    [Fact]
    public async Task Suspend_TheLastHospital_IsRefusedAndTheThresholdFollowsTheNumberOfHospitals()
    {
        TestConsortium consortium = await TestConsortium.DeployAsync(fixture, hospitals: 3, threshold: 3);
        ConsortiumLedgerContract contract = consortium.Contract;
        await consortium.GovernAsync(contract.EncodeSuspend(consortium.Hospitals[2].Address));
        Assert.Equal(2, await contract.RequiredApprovalsAsync());
        await consortium.GovernAsync(contract.EncodeSuspend(consortium.Hospitals[1].Address));
        Assert.Equal(1, await contract.RequiredApprovalsAsync());
        var refusal = await Assert.ThrowsAsync<ContractRevertException>(() => consortium.GovernAsync(contract.EncodeSuspend(consortium.Hospitals[0].Address)));
        Assert.Equal("LastHospital", refusal.Error.Name);
        await consortium.GovernAsync(contract.EncodeReinstate(consortium.Hospitals[1].Address));
        Assert.Equal(2, await contract.RequiredApprovalsAsync());
    }

    [Fact]
    public async Task RotateKey_OfAHospital_EndsTheOldAddressForGoodAndStartsTheNewOneAtZero()
    {
        TestConsortium consortium = await TestConsortium.DeployAsync(fixture, hospitals: 2);
        ConsortiumLedgerContract contract = consortium.Contract;
        LedgerAccount old = consortium.Hospitals[1];
        LedgerAccount fresh = await consortium.StrangerAsync();
        Integrity.IndexEntry[] entries = Entries.Random(4, seed: 5);
        byte[] first = contract.EncodeAnchor(0, Integrity.BatchTree.Root(entries), Integrity.IndexEntry.Pack(entries));
        await old.SendAsync(contract.Address, first);

        TransactionReceipt receipt = await consortium.GovernAsync(contract.EncodeRotateKey(old.Address, fresh.Address));

        Member before = (await contract.MemberAsync(old.Address))!;
        Member after = (await contract.MemberAsync(fresh.Address))!;
        Assert.Equal((false, (Address?)fresh.Address), (before.Active, before.ReplacedBy));
        Assert.Equal((true, MemberRole.Hospital, before.Endpoint, before.Name), (after.Active, after.Role, after.Endpoint, after.Name));
        Assert.Equal(2, receipt.Logs.Select(l => ConsortiumLedgerContract.DecodeEvent(l)).OfType<MemberChanged>().Count());
        Assert.Equal(4ul, (await contract.CustodianAsync(old.Address)).NextSequence);
        Assert.Equal("NotActiveHospital", await consortium.RefusalAsync(old, contract.EncodeAnchor(4, Integrity.BatchTree.Root(entries), Integrity.IndexEntry.Pack(entries))));
        Assert.Null(await consortium.RefusalAsync(fresh, first));
        // The old key can approve nothing any more; the new one can.
        await consortium.Hospitals[0].SendAsync(contract.Address, contract.EncodePropose(contract.EncodeReinstate(old.Address)));
        ulong id = await contract.ProposalCountAsync();
        Assert.Equal("NotActiveHospital", await consortium.RefusalAsync(old, contract.EncodeApprove(id)));
        Assert.Null(await consortium.RefusalAsync(fresh, contract.EncodeApprove(id)));
        Assert.Equal("KeyReplaced", await consortium.RefusalAsync(fresh, contract.EncodeExecute(id)));
    }

    [Fact]
    public async Task SetEndpointAndThreshold_ByEnoughHospitals_TakeEffect()
    {
        TestConsortium consortium = await TestConsortium.DeployAsync(fixture, hospitals: 3);
        ConsortiumLedgerContract contract = consortium.Contract;
        await consortium.GovernAsync(contract.EncodeSetEndpoint(consortium.Hospitals[1].Address, "https://new.example"));
        await consortium.GovernAsync(contract.EncodeSetThreshold(3));
        Assert.Equal("https://new.example", (await contract.MemberAsync(consortium.Hospitals[1].Address))!.Endpoint);
        Assert.Equal(3, await contract.RequiredApprovalsAsync());
    }
}
