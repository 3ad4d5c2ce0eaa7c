using Consortium.Integrity;

namespace Consortium.Ledger.Tests;

/// <summary>
/// Every function of the contract, called by every kind of account there is. A cell says which error the call meets; "ok" where it is that
/// account's right. Calls are simulated on one state (eth_call), so that no cell depends on another.
/// </summary>
public sealed class RoleMatrixTests(RoleMatrixTests.Cast cast) : IClassFixture<RoleMatrixTests.Cast>
{
    private static readonly string[] Actors = ["hospital", "suspended", "replaced", "telemedicine", "regulator", "resident", "stranger"];

    public static TheoryData<string, string[]> Rights => new()
    {
        //                       hospital  suspended  replaced  telemedicine  regulator  resident  stranger
        { "anchor", All("ok", "NotActiveHospital") },
        { "publish", All("ok", "NotActiveHospital") },
        { "wrapKeys", All("ok", "NotActiveHospital") },
        { "registerResident", All("ok", "NotActiveHospital") },
        { "removeResident", ["ok", "NotActiveHospital", "NotActiveHospital", "NotActiveHospital", "NotActiveHospital", "ok", "NotActiveHospital"] },
        { "removeResident of another hospital", ["NotRegistrar", "NotActiveHospital", "NotActiveHospital", "NotActiveHospital", "NotActiveHospital", "NotActiveHospital", "NotActiveHospital"] },
        { "grant with consent", ["ok", "NotSubject", "NotSubject", "NotSubject", "NotSubject", "ok", "NotSubject"] },
        { "grant without consent", ["NoConsent", "NotSubject", "NotSubject", "NotSubject", "NotSubject", "ok", "NotSubject"] },
        { "grant of another subject", ["ok", "NotSubject", "NotSubject", "NotSubject", "NotSubject", "NotSubject", "NotSubject"] },
        { "revoke with consent", ["ok", "NotSubject", "NotSubject", "NotSubject", "NotSubject", "ok", "NotSubject"] },
        { "revoke without consent", ["NoConsent", "NotSubject", "NotSubject", "NotSubject", "NotSubject", "ok", "NotSubject"] },
        { "attest", ["ok", "NotActiveMember", "NotActiveMember", "ok", "ok", "NotActiveMember", "NotActiveMember"] },
        { "propose", All("ok", "NotActiveHospital") },
        { "approve", All("ok", "NotActiveHospital") },
        { "withdrawApproval", All("NotApproved", "NotActiveHospital") },
        { "execute", All("NotEnoughApprovals", "NotActiveHospital") },
        { "admit", All("OnlyByProposal", "OnlyByProposal") },
        { "suspend", All("OnlyByProposal", "OnlyByProposal") },
        { "reinstate", All("OnlyByProposal", "OnlyByProposal") },
        { "rotateKey", All("OnlyByProposal", "OnlyByProposal") },
        { "setEndpoint", All("OnlyByProposal", "OnlyByProposal") },
        { "setThreshold", All("OnlyByProposal", "OnlyByProposal") },
    };

    [Theory]
    [MemberData(nameof(Rights))]
    public async Task Call_ByEveryKindOfAccount_IsARightOrMeetsItsError(string call, string[] expected)
    {
        var actual = new List<string>();
        foreach (string actor in Actors) actual.Add(await cast.TryAsync(cast.Accounts[actor], cast.Calls[call]));
        Assert.Equal(Actors.Zip(expected), Actors.Zip(actual));
    }

    [Fact]
    public async Task Matrix_HasEveryFunctionThatChangesState()
    {
        await Task.CompletedTask;
        string[] covered = [.. Rights.Select(row => ((string)row[0]).Split(' ')[0]).Distinct().Order(StringComparer.Ordinal)];
        Assert.Equal(StateChangingFunctions(), covered);
    }

    private static string[] StateChangingFunctions()
    {
        using Stream stream = typeof(ConsortiumLedgerContract).Assembly.GetManifestResourceStream("ConsortiumLedger.json")!;
        using var document = System.Text.Json.JsonDocument.Parse(stream);
        return [.. document.RootElement.GetProperty("abi").EnumerateArray()
            .Where(item => item.GetProperty("type").GetString() == "function" && item.GetProperty("stateMutability").GetString() is "nonpayable" or "payable")
            .Select(item => item.GetProperty("name").GetString()!)
            .Order(StringComparer.Ordinal)];
    }

    private static string[] All(string hospital, string others) => [hospital, others, others, others, others, others, others];

    /// <summary>One consortium with an account of every kind, and a call of every function.</summary>
    public sealed class Cast : IAsyncLifetime
    {
        private readonly ChainFixture _fixture = new();
        private TestConsortium _consortium = null!;

        internal Dictionary<string, LedgerAccount> Accounts { get; } = [];

        internal Dictionary<string, byte[]> Calls { get; } = [];

        public async Task InitializeAsync()
        {
            await _fixture.InitializeAsync();
            _consortium = await TestConsortium.DeployAsync(_fixture, hospitals: 5, threshold: 2);
            ConsortiumLedgerContract contract = _consortium.Contract;
            (LedgerAccount resident, Tag128 tag) = await _consortium.ResidentAsync(); // registered by hospital 0
            LedgerAccount[] hospitals = _consortium.Hospitals;
            LedgerAccount telemedicine = await _consortium.AdmitAsync(MemberRole.Telemedicine);
            LedgerAccount regulator = await _consortium.AdmitAsync(MemberRole.Regulator);
            LedgerAccount stranger = await _consortium.StrangerAsync();

            IndexEntry[] first = Entries.Random(3, 1);
            await hospitals[0].SendAsync(contract.Address, contract.EncodeAnchor(0, BatchTree.Root(first), IndexEntry.Pack(first)));
            await resident.SendAsync(contract.Address, contract.EncodeGrant(tag, telemedicine.Address, KindSet.All, LedgerView.Telemedicine, DateTimeOffset.MaxValue));
            LedgerAccount other = await _consortium.StrangerAsync();
            await hospitals[1].SendAsync(contract.Address, contract.EncodeRegisterResident(other.Address, _fixture.NewSubject()));
            await _consortium.GovernAsync(contract.EncodeSuspend(hospitals[2].Address));
            await _consortium.GovernAsync(contract.EncodeRotateKey(hospitals[3].Address, (await _consortium.StrangerAsync()).Address));
            await hospitals[1].SendAsync(contract.Address, contract.EncodePropose(contract.EncodeSuspend(telemedicine.Address)));
            ulong open = await contract.ProposalCountAsync();

            (string Name, LedgerAccount Account)[] accounts =
            [
                ("hospital", hospitals[0]), ("suspended", hospitals[2]), ("replaced", hospitals[3]), ("telemedicine", telemedicine),
                ("regulator", regulator), ("resident", resident), ("stranger", stranger),
            ];
            foreach ((string name, LedgerAccount account) in accounts) Accounts[name] = account;

            IndexEntry[] next = Entries.Random(2, 2);
            var consent = new Hash256(Enumerable.Repeat((byte)7, 32).ToArray());
            WrappedKey[] keys = [new(regulator.Address, [1, 2, 3])];
            Address newcomer = LocalSigner.Generate().Address;
            DateTimeOffset later = DateTimeOffset.MaxValue;
            Calls["anchor"] = contract.EncodeAnchor(3, BatchTree.Root(next), IndexEntry.Pack(next));
            Calls["publish"] = contract.EncodePublish(3, next[0], [9], keys);
            Calls["wrapKeys"] = contract.EncodeWrapKeys(2, keys);
            Calls["registerResident"] = contract.EncodeRegisterResident(newcomer, _fixture.NewSubject());
            Calls["removeResident"] = contract.EncodeRemoveResident(resident.Address);
            Calls["removeResident of another hospital"] = contract.EncodeRemoveResident(other.Address);
            Calls["grant with consent"] = contract.EncodeGrant(tag, regulator.Address, KindSet.Of(5), LedgerView.Hospital, later, consent);
            Calls["grant without consent"] = contract.EncodeGrant(tag, regulator.Address, KindSet.Of(5), LedgerView.Hospital, later);
            Calls["grant of another subject"] = contract.EncodeGrant(_fixture.NewSubject(), telemedicine.Address, KindSet.All, LedgerView.Telemedicine, later, consent);
            Calls["revoke with consent"] = contract.EncodeRevoke(tag, telemedicine.Address, consent);
            Calls["revoke without consent"] = contract.EncodeRevoke(tag, telemedicine.Address);
            Calls["attest"] = contract.EncodeAttest(hospitals[0].Address, 3, consent);
            Calls["propose"] = contract.EncodePropose(contract.EncodeSuspend(regulator.Address));
            Calls["approve"] = contract.EncodeApprove(open);
            Calls["withdrawApproval"] = contract.EncodeWithdrawApproval(open);
            Calls["execute"] = contract.EncodeExecute(open);
            Calls["admit"] = contract.EncodeAdmit(newcomer, MemberRole.Hospital, "", "");
            Calls["suspend"] = contract.EncodeSuspend(hospitals[1].Address);
            Calls["reinstate"] = contract.EncodeReinstate(hospitals[2].Address);
            Calls["rotateKey"] = contract.EncodeRotateKey(hospitals[1].Address, newcomer);
            Calls["setEndpoint"] = contract.EncodeSetEndpoint(hospitals[1].Address, "https://elsewhere.example");
            Calls["setThreshold"] = contract.EncodeSetThreshold(2);
        }

        public Task DisposeAsync() => _fixture.DisposeAsync();

        internal async Task<string> TryAsync(LedgerAccount from, byte[] call)
        {
            try
            {
                await _fixture.Client.CallAsync(_consortium.Contract.Address, call, from.Address);
                return "ok";
            }
            catch (RpcException e)
            {
                return ConsortiumLedgerContract.DescribeRevert(e)?.Name ?? e.Message;
            }
        }
    }
}
