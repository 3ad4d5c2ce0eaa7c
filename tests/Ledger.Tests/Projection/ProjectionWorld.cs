using System.Text.Json.Nodes;
using Consortium.Integrity;
using Consortium.Ledger;
using Consortium.Storage;
using Consortium.Testing;

namespace Consortium.Ledger.Tests.Projection;

/// <summary>A consortium of two hospitals on a fresh contract, and stores for projections of it.</summary>
internal sealed class ProjectionWorld : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _owned = [];
    private readonly Dictionary<Address, ulong> _next = [];
    private int _records;

    private ProjectionWorld(Anvil chain, LocalSigner first, LocalSigner second, Address contract, ulong deployedAt)
    {
        Chain = chain;
        First = first;
        Second = second;
        Ledger = new ConsortiumLedgerContract(chain.Client, contract);
        DeployedAt = deployedAt;
    }

    public Anvil Chain { get; }

    public LocalSigner First { get; }

    public LocalSigner Second { get; }

    public ConsortiumLedgerContract Ledger { get; }

    public ulong DeployedAt { get; }

    public static async Task<ProjectionWorld> CreateAsync(Anvil chain)
    {
        LocalSigner first = LocalSigner.Generate();
        LocalSigner second = LocalSigner.Generate();
        (Address contract, ulong block) = await chain.DeployAsync(first, second);
        return new ProjectionWorld(chain, first, second, contract, block);
    }

    public async Task<TestStore> StoreAsync(Dialect dialect)
    {
        TestStore store = await TestStore.CreateAsync(dialect);
        _owned.Add(store);
        return store;
    }

    /// <summary>A projection in a store, as one process has it.</summary>
    public async Task<LedgerProjection> ProjectAsync(TestStore store, HttpMessageHandler? node = null, ProjectionOptions? options = null, bool initialize = true)
    {
        Database database = store.Open();
        var client = new EthereumClient([Chain.Endpoint], new EthereumClientOptions { Rounds = 1, BreakDuration = TimeSpan.FromMilliseconds(500) }, node);
        _owned.Add(database);
        _owned.Add(client);
        var projection = new LedgerProjection(database, client, Ledger.Address, DeployedAt, TimeProvider.System, options);
        if (initialize) await projection.InitializeAsync();
        return projection;
    }

    public IndexEntry[] Entries(int count, Tag128 subject = default) => [.. Enumerable.Range(0, count).Select(_ =>
    {
        int number = Interlocked.Increment(ref _records);
        var bytes = new byte[48];
        new Random(number).NextBytes(bytes);
        return new IndexEntry(new Tag128(bytes.AsSpan(0, 16)), new Hash256(bytes.AsSpan(16)), subject, 104, 1_700_000_000UL + (ulong)number);
    })];

    /// <summary>Anchors a batch as the hospital's next.</summary>
    public async Task<TransactionReceipt> AnchorAsync(LocalSigner hospital, params IndexEntry[] entries)
    {
        ulong first = (await Ledger.CustodianAsync(hospital.Address)).NextSequence;
        return await Chain.SendAsync(hospital, Ledger.Address, Ledger.EncodeAnchor(first, BatchTree.Root(entries), IndexEntry.Pack(entries)));
    }

    /// <summary>Has both hospitals carry out a governed action.</summary>
    public async Task GovernAsync(byte[] action)
    {
        await Chain.SendAsync(First, Ledger.Address, Ledger.EncodePropose(action));
        ulong id = await Ledger.ProposalCountAsync();
        await Chain.SendAsync(Second, Ledger.Address, Ledger.EncodeApprove(id));
        await Chain.SendAsync(First, Ledger.Address, Ledger.EncodeExecute(id));
    }

    public async Task<LocalSigner> FundedAsync()
    {
        LocalSigner signer = LocalSigner.Generate();
        await Chain.FundAsync(signer.Address);
        return signer;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable one in Enumerable.Reverse(_owned)) await one.DisposeAsync();
        First.Dispose();
        Second.Dispose();
    }
}
