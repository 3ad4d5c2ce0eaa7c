using System.Collections.Concurrent;
using System.Diagnostics;
using Consortium.Storage;
using Consortium.Testing;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;

namespace Consortium.Messaging.Tests;

public sealed class OutboxTests
{
    private static readonly MessageTypes Types = MessageTypes.BuiltIn.With<Note>("Note");

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task EnqueueAsync_TransactionRollsBack_NothingIsSent(Dialect dialect)
    {
        await using Fixture box = await Fixture.CreateAsync(dialect);
        await Assert.ThrowsAsync<InvalidOperationException>(() => box.Database.TransactAsync(async transaction =>
        {
            await box.Outbox.EnqueueAsync(transaction, new Note(1, "x"), "note-1");
            throw new InvalidOperationException("rolled back");
        }));
        await box.EnqueueAsync(2);
        var publisher = new RecordingPublisher();

        await box.RunRelayUntilAsync(publisher, () => publisher.Sent.Count == 1);

        Assert.Equal([("note-2", new Note(2, "本文 2"))], publisher.Sent);
    }

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task Relay_MessageOfATrace_SendsItWithinThatTrace(Dialect dialect)
    {
        await using Fixture box = await Fixture.CreateAsync(dialect);
        using var listener = new ActivityListener { ShouldListenTo = source => source.Name is MessagingTraces.SourceName or "test", Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded };
        ActivitySource.AddActivityListener(listener);
        using var source = new ActivitySource("test");
        ActivityTraceId written;
        using (Activity request = source.StartActivity("request")!)
        {
            written = request.TraceId;
            await box.EnqueueAsync(1);
        }

        string other = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded) is var context ? $"00-{context.TraceId}-{context.SpanId}-01" : "";
        await box.Database.TransactAsync(transaction => box.Outbox.EnqueueAsync(transaction, new Note(2, "x"), "note-2", MessagingTraces.Of([other, null, other, $"00-{written}-{ActivitySpanId.CreateRandom()}-01"])));
        Activity.Current = null;
        var sent = new ConcurrentDictionary<int, (ActivityTraceId Trace, int Links)>();
        var publisher = new RecordingPublisher { OnPublish = (note, _) => { sent[note.Number] = (Activity.Current!.TraceId, Activity.Current.Links.Count()); return Task.CompletedTask; } };

        await box.RunRelayUntilAsync(publisher, () => publisher.Sent.Count == 2);

        Assert.Equal((written, 0), sent[1]);
        Assert.Equal((context.TraceId, 1), sent[2]);
    }

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task StopAsync_NextHopTakesMessages_SendsWhatIsLeft(Dialect dialect)
    {
        await using Fixture box = await Fixture.CreateAsync(dialect);
        await box.EnqueueAsync(0);
        var publisher = new RecordingPublisher();
        using var relay = new OutboxRelay(box.Outbox, publisher, new OutboxRelayOptions { Poll = TimeSpan.FromHours(1), Drain = TimeSpan.FromMinutes(1) }, TimeProvider.System, NullLogger<OutboxRelay>.Instance);
        await relay.StartAsync(default);
        await AsyncAssert.EventuallyAsync(() => publisher.Sent.Count == 1);
        // Written without waking the relay, as by another process: it would be found at the next poll.
        await box.Database.TransactAsync(async transaction =>
        {
            for (int i = 1; i <= 600; i++) await box.Outbox.EnqueueAsync(transaction, new Note(i, "x"), $"note-{i}");
        });

        await relay.StopAsync(default);

        Assert.Equal(601, publisher.Sent.Count);
        Assert.Equal(0, (await box.Outbox.PendingAsync()).Count);
    }

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task Relay_WindowOfOne_KeepsTheOrderOfWriting(Dialect dialect)
    {
        await using Fixture box = await Fixture.CreateAsync(dialect);
        for (int i = 0; i < 60; i++) await box.EnqueueAsync(i);
        var publisher = new RecordingPublisher();

        await box.RunRelayUntilAsync(publisher, () => publisher.Sent.Count == 60, new OutboxRelayOptions { Window = 1, Batch = 25 });

        Assert.Equal(Enumerable.Range(0, 60), publisher.Sent.Select(sent => sent.Note.Number));
        Assert.Equal(new OutboxPending(0, null, 0), await box.Outbox.PendingAsync());
    }

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task Relay_PublishesSeveralAtATime_UpToTheWindow(Dialect dialect)
    {
        await using Fixture box = await Fixture.CreateAsync(dialect);
        for (int i = 0; i < 30; i++) await box.EnqueueAsync(i);
        var together = new TaskCompletionSource();
        var publisher = new RecordingPublisher { OnPublish = (_, underWay) => underWay == 8 ? Release(together) : together.Task };

        await box.RunRelayUntilAsync(publisher, () => publisher.Sent.Count == 30, new OutboxRelayOptions { Window = 8 });

        Assert.Equal(8, publisher.MostUnderWay);
    }

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task Relay_OneMessageKeepsFailing_OthersPassItAndItIsKeptAndTriedAgain(Dialect dialect)
    {
        await using Fixture box = await Fixture.CreateAsync(dialect);
        for (int i = 0; i < 10; i++) await box.EnqueueAsync(i);
        bool mended = false;
        var publisher = new RecordingPublisher
        {
            OnPublish = (note, _) => note.Number == 0 && !mended ? throw new InvalidOperationException("consumer broken") : Task.CompletedTask,
        };

        await box.RunRelayUntilAsync(publisher, () => publisher.Sent.Count == 9, new OutboxRelayOptions { MaxPause = TimeSpan.FromMilliseconds(20) });
        OutboxPending pending = await box.Outbox.PendingAsync();
        Assert.Equal((1, 1), (pending.Count, pending.Failing));
        Assert.NotNull(pending.Oldest);

        mended = true;
        await box.RunRelayUntilAsync(publisher, () => publisher.Sent.Count == 10, new OutboxRelayOptions { Poll = TimeSpan.FromMilliseconds(50) });
        Assert.Equal(0, (await box.Outbox.PendingAsync()).Count);
    }

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task Relay_StoppedWhileTheNextHopIsAway_KeepsEverything(Dialect dialect)
    {
        await using Fixture box = await Fixture.CreateAsync(dialect);
        for (int i = 0; i < 100; i++) await box.EnqueueAsync(i);
        int started = 0;
        var away = new RecordingPublisher
        {
            OnPublish = (note, _) =>
            {
                Interlocked.Increment(ref started);
                return note.Number < 5 ? Task.CompletedTask : Task.Delay(Timeout.Infinite, RecordingPublisher.Cancellation.Value);
            },
        };
        await box.RunRelayUntilAsync(away, () => Volatile.Read(ref started) >= 64 && away.Sent.Count == 5);
        Assert.Equal(95, (await box.Outbox.PendingAsync()).Count);

        var back = new RecordingPublisher();
        await box.RunRelayUntilAsync(back, () => back.Sent.Count == 95);

        Assert.Equal(Enumerable.Range(5, 95), back.Sent.Select(sent => sent.Note.Number).Order());
    }

    [Fact]
    public async Task Relay_SeveralOverOnePostgres_ShareTheWorkWithoutDoubles()
    {
        await using Fixture box = await Fixture.CreateAsync(Dialect.Postgres);
        for (int i = 0; i < 400; i++) await box.EnqueueAsync(i);
        var bothAtWork = new Barrier(2);
        int first = 0;
        var publisher = new RecordingPublisher
        {
            OnPublish = async (_, _) =>
            {
                // The first publish of each relay waits for the other's: both hold rows at that moment.
                if (Interlocked.Increment(ref first) is 1 or 2) await Task.Run(() => bothAtWork.SignalAndWait());
            },
        };
        var one = new OutboxRelayOptions { Window = 1, Batch = 20 };

        await Task.WhenAll(
            box.RunRelayUntilAsync(publisher, () => publisher.Sent.Count >= 400, one),
            box.RunRelayUntilAsync(publisher, () => publisher.Sent.Count >= 400, one));

        Assert.Equal(Enumerable.Range(0, 400), publisher.Sent.Select(sent => sent.Note.Number).Order());
    }

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task Relay_RowOfAnUnknownMessage_StaysAndHoldsUpNothing(Dialect dialect)
    {
        await using Fixture box = await Fixture.CreateAsync(dialect);
        await box.EnqueueAsync(1);
        await box.Database.TransactAsync(transaction => transaction.Connection!.ExecuteAsync("UPDATE outbox_test SET message_type = 'FromTheFuture'", transaction: transaction));
        await box.EnqueueAsync(2);
        var publisher = new RecordingPublisher();

        await box.RunRelayUntilAsync(publisher, () => publisher.Sent.Count == 1);

        Assert.Equal("note-2", Assert.Single(publisher.Sent).Id);
        Assert.Equal(1, (await box.Outbox.PendingAsync()).Count);
    }

    [Fact]
    public async Task EnqueueAsync_UnknownOrTooLarge_IsRefusedByName()
    {
        await using Fixture box = await Fixture.CreateAsync(Dialect.Sqlite);
        var builtIn = new Outbox(box.Database, "other");
        await builtIn.InitializeAsync();

        ArgumentException unknown = await Assert.ThrowsAsync<ArgumentException>(() =>
            box.Database.TransactAsync(transaction => builtIn.EnqueueAsync(transaction, new Note(1, "x"), "note-1")));
        ArgumentException large = await Assert.ThrowsAsync<ArgumentException>(() =>
            box.Database.TransactAsync(transaction => box.Outbox.EnqueueAsync(transaction, new Note(1, new string('x', Outbox.MaxBodyBytes)), "note-1")));

        Assert.Contains("Note", unknown.Message, StringComparison.Ordinal);
        Assert.Contains("33554432", large.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Facade")]
    [InlineData("1st")]
    [InlineData("a;drop table b")]
    public void Constructor_NameThatIsNoTableName_IsRefused(string component) =>
        Assert.ThrowsAny<ArgumentException>(() => new Inbox(component));

    private static Task Release(TaskCompletionSource source)
    {
        source.TrySetResult();
        return source.Task;
    }

    private sealed class Fixture(TestStore store, Database database, Outbox outbox) : IAsyncDisposable
    {
        public Database Database => database;

        public Outbox Outbox => outbox;

        public static async Task<Fixture> CreateAsync(Dialect dialect)
        {
            TestStore store = await TestStore.CreateAsync(dialect);
            Database database = store.Open();
            var outbox = new Outbox(database, "test", Types);
            await outbox.InitializeAsync();
            return new Fixture(store, database, outbox);
        }

        public async Task EnqueueAsync(int number)
        {
            await database.TransactAsync(transaction => outbox.EnqueueAsync(transaction, new Note(number, $"本文 {number}"), $"note-{number}"));
            outbox.Wake();
        }

        public async Task RunRelayUntilAsync(IDurablePublisher publisher, Func<bool> done, OutboxRelayOptions? options = null)
        {
            using var relay = new OutboxRelay(outbox, publisher, options ?? new OutboxRelayOptions(), TimeProvider.System, NullLogger<OutboxRelay>.Instance);
            await relay.StartAsync(default);
            await AsyncAssert.EventuallyAsync(done);
            await relay.StopAsync(default);
        }

        public async ValueTask DisposeAsync()
        {
            await database.DisposeAsync();
            await store.DisposeAsync();
        }
    }
}

/// <summary>Stands for the next hop: keeps what arrives, after doing what the test says.</summary>
internal sealed class RecordingPublisher : IDurablePublisher
{
    private readonly ConcurrentQueue<(string Id, Note Note)> _sent = new();
    private int _underWay;
    private int _most;

    public static AsyncLocal<CancellationToken> Cancellation { get; } = new();

    public IReadOnlyCollection<(string Id, Note Note)> Sent => _sent;

    public int MostUnderWay => _most;

    /// <summary>Called with the note and how many publishes are under way, this one included.</summary>
    public Func<Note, int, Task> OnPublish { get; init; } = (_, _) => Task.CompletedTask;

    public async Task PublishAsync<T>(T message, string messageId, CancellationToken cancellationToken = default)
        where T : class
    {
        Cancellation.Value = cancellationToken;
        int now = Interlocked.Increment(ref _underWay);
        InterlockedMax(ref _most, now);
        try
        {
            var note = (Note)(object)message;
            await OnPublish(note, now);
            _sent.Enqueue((messageId, note));
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (int seen = Volatile.Read(ref target); seen < value; seen = Volatile.Read(ref target))
        {
            if (Interlocked.CompareExchange(ref target, value, seen) == seen) return;
        }
    }
}
