using System.Data.Common;
using System.Text;
using System.Text.Json;
using Consortium.FhirFacade.Search;
using Consortium.FhirFacade.Store;
using Consortium.Integrity;
using Consortium.Ledger;
using Consortium.Messaging;
using Consortium.Storage;
using Consortium.Testing;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;

namespace Consortium.FhirFacade.Tests.Store;

/// <summary>A record store over an empty database.</summary>
internal sealed class StoreHarness : IAsyncDisposable
{
    private readonly TestStore _test;

    private StoreHarness(TestStore test, ManualTime time)
    {
        _test = test;
        Time = time;
        Database = test.Open();
        Store = new RecordStore(Database, new Outbox(Database, "facade", time: time), new Inbox("facade", time), Options, time);
        Receipts = new ReceiptStore(Database, Options, NullLogger<ReceiptStore>.Instance);
        Records = new RecordQueries(Database);
    }

    public static FacadeOptions Options { get; } = new()
    {
        BaseUrl = "http://127.0.0.1:1/fhir",
        Store = "unused",
        Custodian = Address.Parse("0x52908400098527886E0F7030069857D2E4169EE7"),
        CustodianKey = [.. Enumerable.Range(0, 32).Select(i => (byte)i)],
        IndexKey = [.. Enumerable.Range(100, 32).Select(i => (byte)i)],
        ChainId = 31337,
        Contract = Address.Parse("0x8617E340B3D01FA5F11F306F4090FD50E238070D"),
    };

    public ManualTime Time { get; }

    public Database Database { get; }

    public RecordStore Store { get; }

    public ReceiptStore Receipts { get; }

    public RecordQueries Records { get; }

    public static async Task<StoreHarness> CreateAsync(Dialect dialect)
    {
        var harness = new StoreHarness(await TestStore.CreateAsync(dialect), new ManualTime(new DateTimeOffset(2026, 3, 1, 8, 0, 0, 123, TimeSpan.Zero)));
        await harness.Store.InitializeAsync();
        return harness;
    }

    public static ConvertedResource Resource(string json, ApplyMode apply = ApplyMode.Update)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return new ConvertedResource(document.RootElement.GetProperty("resourceType").GetString()!, document.RootElement.GetProperty("id").GetString()!, apply, json);
    }

    public Task StoreAsync(long sequence, params ConvertedResource[] resources) => StoreAsync("his", sequence, resources);

    public Task StoreAsync(string source, long sequence, params ConvertedResource[] resources) => Store.StoreAsync(new ResourcesConverted
    {
        ConversionId = $"{source}/{sequence}",
        IntakeDigest = new string('0', 64),
        IntakeSequence = sequence,
        Source = source,
        ReceivedAt = Time.Now,
        Resources = resources,
    });

    public Task<IReadOnlyList<WriteResult>> WriteAsync(params ResourceWrite[] writes) => Store.TransactAsync(transaction => transaction.ApplyAsync(writes));

    public static ResourceWrite Put(string json, long? ifMatch = null)
    {
        ResourceJson content = ResourceJson.Read(Encoding.UTF8.GetBytes(json));
        return new ResourceWrite(content.ResourceType, content.Id!, WriteMode.Update) { Content = content, IfMatch = ifMatch is { } version ? [version] : null };
    }

    public async Task<string[]> HistoryAsync(string type, string id) =>
        [.. (await Records.HistoryAsync(new HistoryQuery(type, id, null, null, null, 1000), default)).OrderBy(version => version.Version).Select(version => Encoding.UTF8.GetString(version.Body))];

    public async Task<StoredVersion> CurrentAsync(string type, string id) => (await Records.CurrentAsync(type, id, default))!;

    public async Task<CommittedVersion> CommittedAsync(string type, string id, long version) => (await Records.CommittedAsync(type, id, version, default))!;

    /// <summary>The messages in the outbox, oldest first.</summary>
    public async Task<RecordCommitted[]> OutboxAsync()
    {
        await using DbConnection connection = await Database.ConnectAsync();
        return [.. (await connection.QueryAsync<byte[]>("SELECT body FROM outbox_facade ORDER BY seq")).Select(body => JsonSerializer.Deserialize<RecordCommitted>(body)!)];
    }

    public async Task<IndexEntry[]> EntriesAsync() => [.. (await OutboxAsync()).SelectMany(message => IndexEntry.Unpack(message.Entries))];

    public async Task<long> CountAsync(string table)
    {
        await using DbConnection connection = await Database.ConnectAsync();
        return await connection.ExecuteScalarAsync<long>($"SELECT COUNT(*) FROM {table}");
    }

    public async Task ExecuteAsync(string sql, object? parameters = null)
    {
        await using DbConnection connection = await Database.ConnectAsync();
        await connection.ExecuteAsync(sql, parameters);
    }

    public async ValueTask DisposeAsync()
    {
        Store.Dispose();
        await Database.DisposeAsync();
        await _test.DisposeAsync();
    }
}
