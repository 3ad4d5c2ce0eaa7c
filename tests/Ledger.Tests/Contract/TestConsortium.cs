namespace Consortium.Ledger.Tests;

/// <summary>A freshly deployed contract with keys of its own, so that tests on one chain do not meet.</summary>
internal sealed class TestConsortium
{
    private readonly ChainFixture _fixture;

    private TestConsortium(ChainFixture fixture, ConsortiumLedgerContract contract, LedgerAccount[] hospitals)
    {
        _fixture = fixture;
        Contract = contract;
        Hospitals = hospitals;
    }

    public ConsortiumLedgerContract Contract { get; }

    public LedgerAccount[] Hospitals { get; }

    public static async Task<TestConsortium> DeployAsync(ChainFixture fixture, int hospitals, int? threshold = null, ulong timestampUnit = 1)
    {
        var accounts = new LedgerAccount[hospitals];
        for (int i = 0; i < hospitals; i++) accounts[i] = await NewAccountAsync(fixture);
        byte[] data = ConsortiumLedgerContract.DeploymentData(
            timestampUnit, threshold ?? Math.Min(2, hospitals),
            [.. accounts.Select((a, i) => new GenesisHospital(a.Address, $"https://hospital-{i}.example/fhir", $"Hospital {i}"))]);
        TransactionReceipt receipt = await accounts[0].SendAsync(null, data);
        return new TestConsortium(fixture, new ConsortiumLedgerContract(fixture.Client, receipt.ContractAddress!.Value), accounts);
    }

    public static async Task<LedgerAccount> NewAccountAsync(ChainFixture fixture)
    {
        LocalSigner signer = LocalSigner.Generate();
        await fixture.Chain.FundAsync(signer.Address);
        return new LedgerAccount(fixture.Client, signer) { PollInterval = TimeSpan.FromMilliseconds(5) };
    }

    /// <summary>An account that nobody admitted.</summary>
    public Task<LedgerAccount> StrangerAsync() => NewAccountAsync(_fixture);

    /// <summary>A new member, admitted by all hospitals.</summary>
    public async Task<LedgerAccount> AdmitAsync(MemberRole role)
    {
        LedgerAccount account = await NewAccountAsync(_fixture);
        await GovernAsync(Contract.EncodeAdmit(account.Address, role, $"https://{account.Address}.example", $"{role}"));
        return account;
    }

    /// <summary>A resident bound to a tag by the first hospital.</summary>
    public async Task<(LedgerAccount Account, Integrity.Tag128 SubjectTag)> ResidentAsync()
    {
        LedgerAccount account = await NewAccountAsync(_fixture);
        Integrity.Tag128 tag = _fixture.NewSubject();
        await Hospitals[0].SendAsync(Contract.Address, Contract.EncodeRegisterResident(account.Address, tag));
        return (account, tag);
    }

    /// <summary>Has an action proposed by the first hospital, approved by as many as it takes, and executed.</summary>
    public async Task<TransactionReceipt> GovernAsync(byte[] action)
    {
        await Hospitals[0].SendAsync(Contract.Address, Contract.EncodePropose(action));
        ulong id = await Contract.ProposalCountAsync();
        int required = await Contract.RequiredApprovalsAsync();
        for (int i = 1; i < required; i++) await Hospitals[i].SendAsync(Contract.Address, Contract.EncodeApprove(id));
        return await Hospitals[0].SendAsync(Contract.Address, Contract.EncodeExecute(id));
    }

    /// <summary>Sends, and gives the name of the error that the contract refused with; null where it accepted.</summary>
    public async Task<string?> RefusalAsync(LedgerAccount from, byte[] data)
    {
        try
        {
            await from.SendAsync(Contract.Address, data);
            return null;
        }
        catch (ContractRevertException e)
        {
            return e.Error.Name;
        }
    }
}
