using Consortium.Integrity;
using Consortium.Ledger;

namespace Consortium.Audit.Tests;

/// <summary>A real chain (anvil) with the contract, and two hospitals that anchor and answer. Shared by the tests of a class.</summary>
public sealed class ReplayWorld : IAsyncLifetime
{
    private DevelopmentChain? _chain;

    internal EthereumClient Client { get; private set; } = null!;

    internal LocalSigner Regulator { get; } = DevelopmentChain.FundedSigner(5);

    internal Uri Endpoint => _chain!.Endpoint;

    public async Task InitializeAsync()
    {
        _chain = await DevelopmentChain.StartAsync(new DevelopmentChainOptions { BlockTime = 0 });
        Client = new EthereumClient(_chain.Endpoint);
    }

    public async Task DisposeAsync()
    {
        await Client.DisposeAsync();
        if (_chain is not null) await _chain.DisposeAsync();
    }

    /// <summary>A contract of its own with two hospitals, each with its own records, anchored.</summary>
    internal async Task<Consortium> ConsortiumAsync(int recordsEach = 12, int batch = 5)
    {
        TestCustodian a = await TestCustodian.StartAsync(DevelopmentChain.FundedSigner(1), Regulator.Address, 1);
        TestCustodian b = await TestCustodian.StartAsync(DevelopmentChain.FundedSigner(2), Regulator.Address, 2);
        var deployer = new LedgerAccount(Client, DevelopmentChain.FundedSigner(0));
        TransactionReceipt deployed = await deployer.SendAsync(null, ConsortiumLedgerContract.DeploymentData(
            1, 2, new GenesisHospital(a.Signer.Address, a.Endpoint.AbsoluteUri, "甲医院 <A>"), new GenesisHospital(b.Signer.Address, b.Endpoint.AbsoluteUri, "乙医院")));
        var consortium = new Consortium(this, new ConsortiumLedgerContract(Client, deployed.ContractAddress!.Value), a, b);
        await consortium.AnchorAsync(a, Records(a, recordsEach), batch);
        await consortium.AnchorAsync(b, Records(b, recordsEach), batch);
        return consortium;
    }

    internal async Task<DateTimeOffset> NowAsync() => DateTimeOffset.FromUnixTimeSeconds((long)(await Client.BlockAsync("latest"))!.Timestamp);

    private static IndexEntry[] Records(TestCustodian custodian, int count)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        return [.. Enumerable.Range(0, count).Select(i => custodian.Store("Observation", $"o{i}", 1, now.AddSeconds(-i)))];
    }

    internal sealed record Consortium(ReplayWorld World, ConsortiumLedgerContract Contract, TestCustodian A, TestCustodian B) : IAsyncDisposable
    {
        public ReplayOptions Options => new()
        {
            Chain = [World.Endpoint],
            Contract = Contract.Address,
            Regulator = World.Regulator,
            RetryDelay = TimeSpan.Zero,
        };

        public async Task AnchorAsync(TestCustodian custodian, IndexEntry[] entries, int batch = 100)
        {
            var account = new LedgerAccount(World.Client, custodian.Signer);
            ulong next = (await Contract.CustodianAsync(custodian.Signer.Address)).NextSequence;
            foreach (IndexEntry[] part in entries.Chunk(batch))
            {
                await account.SendAsync(Contract.Address, Contract.EncodeAnchor(next, BatchTree.Root(part), IndexEntry.Pack(part)));
                next += (ulong)part.Length;
            }
        }

        public Task<ReplayVerdict> ReplayAsync(ReplayOptions? options = null) => new LedgerReplay().RunAsync(options ?? Options);

        public async ValueTask DisposeAsync()
        {
            await A.DisposeAsync();
            await B.DisposeAsync();
        }
    }
}
