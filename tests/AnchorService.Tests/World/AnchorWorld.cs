using System.Text.Json;
using Consortium.AnchorService.Store;
using Consortium.AnchorService.Writing;
using Consortium.Integrity;
using Consortium.Ledger;
using Consortium.Messaging;
using Consortium.Storage;
using Consortium.Testing;
using Dapper;

namespace Consortium.AnchorService.Tests;

/// <summary>A hospital on a fresh contract, with a store, on a real chain. The test makes the rounds, the blocks and the time.</summary>
internal sealed class AnchorWorld : IAsyncDisposable
{
    private readonly TestStore _store;
    private int _records;

    private AnchorWorld(Anvil chain, LocalSigner hospital, LocalSigner other, Address contract, ulong deployedAt, TestStore store)
    {
        Chain = chain;
        Hospital = hospital;
        Other = other;
        _store = store;
        Ledger = new ConsortiumLedgerContract(chain.Client, contract);
        Options = new AnchorOptions
        {
            Store = store.Url,
            Endpoints = [chain.Endpoint],
            Contract = contract,
            DeployedAtBlock = deployedAt,
            Signer = hospital,
            BatchEntries = 4,
            PollInterval = TimeSpan.FromMilliseconds(20),
        };
    }

    public Anvil Chain { get; }

    public LocalSigner Hospital { get; }

    /// <summary>The consortium's second hospital.</summary>
    public LocalSigner Other { get; }

    public ConsortiumLedgerContract Ledger { get; }

    public AnchorOptions Options { get; set; }

    public ManualTime Time { get; } = new();

    public string StoreUrl => _store.Url;

    public static async Task<AnchorWorld> CreateAsync(Anvil chain, Dialect dialect)
    {
        LocalSigner hospital = LocalSigner.Generate();
        LocalSigner other = LocalSigner.Generate();
        (Address contract, ulong block) = await chain.DeployAsync(hospital, other);
        return new AnchorWorld(chain, hospital, other, contract, block, await TestStore.CreateAsync(dialect));
    }

    /// <summary>Entries that no other call gives.</summary>
    public IndexEntry[] Entries(int count) => [.. Enumerable.Range(0, count).Select(_ => Entry(Interlocked.Increment(ref _records)))];

    public static IndexEntry Entry(int number)
    {
        var recordId = new byte[16];
        var commitment = new byte[32];
        new Random(number).NextBytes(commitment);
        BitConverter.TryWriteBytes(recordId, number);
        return new IndexEntry(new Tag128(recordId), new Hash256(commitment), new Tag128(commitment.AsSpan(0, 16)), 104, 1_700_000_000);
    }

    public RecordCommitted Message(params IndexEntry[] entries) => new() { Custodian = Hospital.Address.ToString(), Entries = IndexEntry.Pack(entries) };

    public Task<RunningAnchor> StartAsync(Action<AnchorStep>? reached = null, HttpMessageHandler? node = null) => RunningAnchor.StartAsync(this, reached, node);

    /// <summary>The receipts that the service committed to publish, in order.</summary>
    public async Task<IReadOnlyList<RecordsAnchored>> PublishedAsync()
    {
        await using Database database = _store.Open();
        await using System.Data.Common.DbConnection connection = await database.ConnectAsync();
        IEnumerable<byte[]> bodies = await connection.QueryAsync<byte[]>("SELECT body FROM outbox_anchor ORDER BY seq");
        return [.. bodies.Select(body => JsonSerializer.Deserialize<RecordsAnchored>(body)!)];
    }

    /// <summary>All that the contract ever logged for the hospital, in the order of the chain.</summary>
    public async Task<IReadOnlyList<BatchAnchored>> OnChainAsync() =>
        [.. (await Ledger.EventsAsync(Options.DeployedAtBlock, await Chain.Client.BlockNumberAsync())).OfType<BatchAnchored>().Where(batch => batch.Custodian == Hospital.Address)];

    public async Task<IReadOnlyList<AnchorTransaction>> TransactionsAsync(ulong firstSequence)
    {
        await using Database database = _store.Open();
        await using System.Data.Common.DbConnection connection = await database.ConnectAsync();
        IEnumerable<TransactionRow> rows = await connection.QueryAsync<TransactionRow>(TransactionRow.Select + " WHERE first_sequence = @first ORDER BY signed_at", new { first = (long)firstSequence });
        return [.. rows.Select(row => row.ToTransaction())];
    }

    /// <summary>The persisted bytes of a transaction.</summary>
    public async Task<byte[]> RawAsync(AnchorTransaction transaction)
    {
        await using Database database = _store.Open();
        return await new AnchorStore(database, Hospital.Address, Time).RawAsync(transaction, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        Hospital.Dispose();
        Other.Dispose();
    }
}
