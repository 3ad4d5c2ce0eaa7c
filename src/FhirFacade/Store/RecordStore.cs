using System.Data.Common;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Consortium.Integrity;
using Consortium.Messaging;
using Consortium.Storage;
using Consortium.FhirFacade.Later;
using Consortium.FhirFacade.Search.Custom;
using Consortium.FhirFacade.Store;
using Consortium.FhirFacade.Subscriptions;
using Consortium.FhirFacade.Telemetry;

namespace Consortium.FhirFacade;

/// <summary>
/// The hospital's record store: every version of every resource with its exact bytes, secret, commitment and receipt, on SQLite or PostgreSQL.
/// A write is one transaction that assigns versions, commits them and puts one <see cref="RecordCommitted"/> in the outbox; when it returns, all of it is on disk.
/// Thread-safe.
/// </summary>
public sealed class RecordStore : IDisposable
{
    private readonly Database _database;
    private readonly Outbox _outbox;
    private readonly Inbox _inbox;
    private readonly StoreEngine _engine;
    private readonly StoreContext _context;
    private readonly string _custodian;
    private readonly GroupCommit? _group;

    /// <summary>A store over a database; <see cref="InitializeAsync"/> comes before anything else.</summary>
    /// <param name="database">Where the records are.</param>
    /// <param name="outbox">The outbox of the same database that carries <see cref="RecordCommitted"/> to the anchor service.</param>
    /// <param name="inbox">The inbox of the same database that knows a conversion again.</param>
    /// <param name="options">The member's keys and identity.</param>
    /// <param name="time">The clock of <c>meta.lastUpdated</c>.</param>
    public RecordStore(Database database, Outbox outbox, Inbox inbox, FacadeOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(options);
        _database = database;
        _outbox = outbox;
        _inbox = inbox;
        _engine = StoreEngine.For(database.Dialect, options.Suite);
        _context = new StoreContext(
            options.BaseUrl.TrimEnd('/'), options.CustodianKey, options.Suite,
            new SubjectTags(options.IndexKey, options.IndexEpoch, options.SubjectIdentifierSystems),
            new SearchCatalogs(database, options.BaseUrl.TrimEnd('/')), time);
        Indexing = new CustomIndexing(database, _engine, _context.Catalogs);
        _custodian = options.Custodian.ToString();
        if (database.Dialect == Dialect.Sqlite) _group = new GroupCommit(database, EnqueueAsync);
    }

    /// <summary>What subscriptions have to do with writes; null where there are none.</summary>
    internal SubscriptionWatch? Subscriptions { get; set; }

    /// <summary>Where every change is told; null where the site has no topic.</summary>
    internal ChangeFeed? Changes { get; init; }

    /// <summary>The outbox that a relay empties.</summary>
    public Outbox Outbox => _outbox;

    /// <summary>The search parameters, R4's and the site's own.</summary>
    internal SearchCatalogs Catalogs => _context.Catalogs;

    /// <summary>Indexes by search parameters that came later than the resources.</summary>
    internal CustomIndexing Indexing { get; }

    /// <summary>The statements of the write path.</summary>
    internal StoreEngine Engine => _engine;

    /// <summary>The database.</summary>
    internal Database Database => _database;

    /// <summary>Brings the tables of the store, the outbox and the inbox up to date.</summary>
    public async Task InitializeAsync(CancellationToken cancellationToken = default)
    {
        await _database.MigrateAsync(StoreSchema.Component, StoreSchema.For(_database.Dialect), cancellationToken).ConfigureAwait(false);
        await _outbox.InitializeAsync(cancellationToken).ConfigureAwait(false);
        await _inbox.InitializeAsync(_database, cancellationToken).ConfigureAwait(false);
        if (Changes is not null) await Changes.Outbox.InitializeAsync(cancellationToken).ConfigureAwait(false);
        SearchCatalogState catalog = await Catalogs.RefreshAsync(cancellationToken).ConfigureAwait(false);
        await new SearchIndex(_database, _engine, catalog.Indexer).CompleteAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Stores a conversion, once: a conversion that was stored before changes nothing. Nothing of it is lost when an earlier intake comes after a later one.
    /// </summary>
    /// <exception cref="System.Text.Json.JsonException">A resource is no JSON; nothing of the conversion is stored.</exception>
    /// <exception cref="RecordFormatException">A resource cannot be committed to; nothing of the conversion is stored.</exception>
    public async Task StoreAsync(ResourcesConverted conversion, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(conversion);
        ResourceWrite[] writes = [.. conversion.Resources.Select(resource => Write(conversion, resource))];
        await TransactAsync<IReadOnlyList<WriteResult>>(async transaction =>
            await _inbox.TryEnterAsync(transaction.Transaction, conversion.ConversionId).ConfigureAwait(false)
                ? await transaction.ApplyAsync(writes).ConfigureAwait(false)
                : [],
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Runs a unit of work in one transaction and puts its index entries in the outbox. The work may run again, and must have no effect outside the transaction.</summary>
    internal Task<T> TransactAsync<T>(Func<StoreTransaction, Task<T>> work, CancellationToken cancellationToken = default) => TransactAsync(work, null, cancellationToken);

    /// <summary>The same, on behalf of somebody: <paramref name="watch"/> stands beside its writes.</summary>
    internal async Task<T> TransactAsync<T>(Func<StoreTransaction, Task<T>> work, WriteWatch? watch, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using Activity? span = FacadeTelemetry.Span("store transaction");
        bool notices = false;
        LaterWork? later = LaterWork.Current; // the work may run on behalf of another caller of the group
        T result = _group is not null
            ? await _group.RunAsync(RunAsync, cancellationToken).ConfigureAwait(false)
            : await _database.TransactAsync(async transaction =>
            {
                (T done, IReadOnlyList<VersionRow> versions) = await RunAsync(transaction).ConfigureAwait(false);
                await EnqueueAsync(transaction, versions, MessagingTraces.Current).ConfigureAwait(false);
                return done;
            }, cancellationToken).ConfigureAwait(false);
        _outbox.Wake();
        Changes?.Outbox.Wake();
        if (notices) Subscriptions!.Wake();
        return result;

        async Task<(T Result, IReadOnlyList<VersionRow> Versions)> RunAsync(DbTransaction transaction)
        {
            cancellationToken.ThrowIfCancellationRequested(); // it may have waited for the writer
            var unit = new StoreTransaction(transaction, _engine, _context, Subscriptions, cancellationToken) { Watch = watch };
            T done = await work(unit).ConfigureAwait(false);
            if (later is not null && unit.Versions.Count > 0) await later.NoteAsync(transaction).ConfigureAwait(false);
            notices = Subscriptions is not null && await Subscriptions.QueueAsync(unit).ConfigureAwait(false);
            return (done, unit.Versions);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _group?.Dispose();

    // One message a database transaction, with all of its entries; its id follows from the entries, whose record ids never come twice.
    private async Task EnqueueAsync(DbTransaction transaction, IReadOnlyList<VersionRow> versions, string? traces)
    {
        if (versions.Count == 0) return;
        byte[] packed = IndexEntry.Pack([.. versions.Select(row => row.Entry)]);
        string id = Convert.ToHexStringLower(SHA256.HashData(packed));
        await _outbox.EnqueueAsync(transaction, new RecordCommitted { Custodian = _custodian, Entries = packed }, id, traces).ConfigureAwait(false);
        if (Changes is not null) await Changes.EnqueueAsync(transaction, versions, id, traces).ConfigureAwait(false);
    }

    private ResourceWrite Write(ResourcesConverted conversion, ConvertedResource resource)
    {
        WriteMode mode = resource.Apply switch
        {
            ApplyMode.CreateIfAbsent => WriteMode.CreateIfAbsent,
            ApplyMode.Delete => WriteMode.Delete,
            _ => WriteMode.Update,
        };
        ResourceJson? content = mode == WriteMode.Delete ? null : ResourceJson.Read(Encoding.UTF8.GetBytes(resource.Json));
        if (content is not null && (content.ResourceType != resource.ResourceType || content.Id != resource.Id))
        {
            throw new InvalidDataException(
                $"Conversion {conversion.ConversionId} names {resource.ResourceType}/{resource.Id}, but the resource in it is another one. Nothing of it was stored.");
        }

        content?.Prepare(Catalogs.Current.Indexer);
        return new ResourceWrite(resource.ResourceType, resource.Id, mode)
        {
            Content = content,
            Source = conversion.Source,
            IntakeSequence = conversion.IntakeSequence,
        };
    }
}
