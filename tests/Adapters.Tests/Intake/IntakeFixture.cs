using System.Text;
using Consortium.Adapters.Intake;
using Consortium.Adapters.Site;
using Consortium.Storage;
using Consortium.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Consortium.Adapters.Tests.Intake;

/// <summary>A journal with its converter over an empty store; the worker can be stopped and started anew, as a process can.</summary>
internal sealed class IntakeFixture : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>The site's key of the journal in tests.</summary>
    public static readonly JournalKeys Keys = new(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray());

    private readonly TestStore _store;
    private readonly List<IntakeJournal> _reopened = [];
    private ConversionWorker? _worker;

    private IntakeFixture(TestStore store, AdapterRegistry adapters, JournalKeys keys, TimeProvider time)
    {
        _store = store;
        Adapters = adapters;
        Database = store.Open();
        Journal = new IntakeJournal(Database, keys, time);
        Quarantine = new Quarantine(Database, Journal);
        Status = new IntakeStatus(Database);
    }

    public AdapterRegistry Adapters { get; set; }

    public IntakeOptions Options => new() { Store = _store.Url, Keys = Keys };

    /// <summary>Path of the store's SQLite file.</summary>
    public string File => _store.File;

    public Database Database { get; }

    public IntakeJournal Journal { get; }

    public Quarantine Quarantine { get; }

    public IntakeStatus Status { get; }

    /// <summary>An empty journal, but for what is put into its store before.</summary>
    public static async Task<IntakeFixture> CreateAsync(
        Dialect dialect, AdapterRegistry? adapters = null, TimeProvider? time = null, JournalKeys? keys = null, Func<Database, Task>? before = null)
    {
        var fixture = new IntakeFixture(await TestStore.CreateAsync(dialect), adapters ?? AdapterRegistry.BuiltIn(), keys ?? Keys, time ?? TimeProvider.System);
        if (before is not null) await before(fixture.Database);
        await fixture.Journal.InitializeAsync();
        return fixture;
    }

    /// <summary>The journal as it is opened after a restart with these keys; not initialized yet.</summary>
    public IntakeJournal Reopen(byte[] key, params byte[][] previous)
    {
        var journal = new IntakeJournal(Database, new JournalKeys(key, previous), TimeProvider.System);
        _reopened.Add(journal);
        return journal;
    }

    /// <summary>What tidies the journal.</summary>
    public JournalKeeper Keeper(IntakeOptions? options = null) => new(Database, Journal, options ?? Options, TimeProvider.System, NullLogger<JournalKeeper>.Instance);

    public async Task StartAsync(RecordingPublisher publisher, Func<WorkerStep, PendingRecord, Task>? between = null)
    {
        _worker = new ConversionWorker(
            Journal, new SettlementWriter(Database, TimeProvider.System), new ConversionPipeline(Adapters, SiteConfiguration.Default), publisher,
            Options, TimeProvider.System, NullLogger<ConversionWorker>.Instance) { Between = between };
        await _worker.StartAsync(CancellationToken.None);
    }

    public async Task StopAsync()
    {
        if (_worker is null) return;
        await _worker.StopAsync(CancellationToken.None);
        _worker.Dispose();
        _worker = null;
    }

    public Task<IntakeReceipt> AcceptAsync(string message, string source = "his") => Journal.AcceptAsync(Encoding.UTF8.GetBytes(message), source);

    /// <summary>Waits until nothing is pending.</summary>
    public async Task WaitForSettledAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            IReadOnlyList<SourceStatus> sources = await Status.BySourceAsync(patience.Token);
            if (sources.Count > 0 && sources.Sum(s => s.Pending) == 0) return;
            await Task.Delay(10, patience.Token);
        }
    }

    /// <summary>Waits until the counts of all sources together are so.</summary>
    public async Task WaitForAsync(long pending, long published, long quarantined)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            IReadOnlyList<SourceStatus> sources = await Status.BySourceAsync(patience.Token);
            (long, long, long) now = (sources.Sum(s => s.Pending), sources.Sum(s => s.Published), sources.Sum(s => s.Quarantined));
            if (now == (pending, published, quarantined)) return;
            if (patience.IsCancellationRequested) Assert.Fail($"pending, published, quarantined are {now}, not {(pending, published, quarantined)}.");
            await Task.Delay(10, CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Journal.Dispose();
        _reopened.ForEach(journal => journal.Dispose());
        await Database.DisposeAsync();
        await _store.DisposeAsync();
    }
}
