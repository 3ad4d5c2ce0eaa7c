using System.Data.Common;
using Consortium.Storage;
using Consortium.Testing;
using Dapper;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Consortium.Messaging.Tests;

/// <summary>The whole hop: outbox, relay, broker, consumer, inbox; with each of them failing.</summary>
public sealed class BrokerLossTests
{
    private const int Messages = 2000;
    private static readonly MessageTypes Types = MessageTypes.BuiltIn.With<Note>("Note");

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task BrokerKilledAndRestarted_DuringAStream_EveryMessageIsAppliedExactlyOnce(Dialect dialect)
    {
        await using OwnRabbitMq broker = await OwnRabbitMq.StartAsync();
        await using Hop hop = await Hop.CreateAsync(dialect);
        MessagingOptions options = TestHost.Options("rabbitmq") with { Broker = broker.Url };
        await using TestHost receiver = await hop.StartReceiverAsync(options);
        await using TestHost sender = await hop.StartSenderAsync(options);

        // Each kill meets messages in every stage: some applied, some in the broker, some on their way to it, some written while it is away.
        await hop.EnqueueAsync(Enumerable.Range(0, 700));
        foreach ((int applied, int next) in new[] { (100, 700), (800, 1400) })
        {
            await AsyncAssert.EventuallyAsync(async () => await hop.AppliedAsync() >= applied);
            Task kill = broker.KillAsync();
            await hop.EnqueueAsync(Enumerable.Range(next, next == 700 ? 700 : Messages - next));
            await kill;
            await broker.RestartAsync();
        }

        await AsyncAssert.EventuallyAsync(async () => await hop.AppliedAsync() >= Messages && (await hop.Outbox.PendingAsync()).Count == 0);

        Assert.Equal(Enumerable.Range(0, Messages), await hop.AppliedNumbersAsync());
        Assert.Equal(0, Assert.Single(await receiver.Services.GetRequiredService<MessagingStatus>().QueuesAsync()).DeadLetters);
    }

    [Fact]
    public async Task BrokerAwayAtStart_HostsComeUpAndDeliverOnceItIsThere()
    {
        await using OwnRabbitMq broker = await OwnRabbitMq.StartAsync();
        await using Hop hop = await Hop.CreateAsync(Dialect.Sqlite);
        await broker.KillAsync();
        MessagingOptions options = TestHost.Options("rabbitmq") with { Broker = broker.Url };
        await using TestHost receiver = await hop.StartReceiverAsync(options);
        await using TestHost sender = await hop.StartSenderAsync(options);
        await hop.EnqueueAsync(Enumerable.Range(0, 10));
        Assert.Equal(10, (await hop.Outbox.PendingAsync()).Count);

        await broker.RestartAsync();

        await AsyncAssert.EventuallyAsync(async () => await hop.AppliedAsync() == 10);
    }

    [Theory]
    [InlineData(Dialect.Sqlite, "rabbitmq")]
    [InlineData(Dialect.Postgres, "rabbitmq")]
    [InlineData(Dialect.Sqlite, "in-process")]
    public async Task RelayDiesBetweenConfirmationAndRemoval_TheDoubleIsAbsorbed(Dialect dialect, string transport)
    {
        await using Hop hop = await Hop.CreateAsync(dialect);
        MessagingOptions options = TestHost.Options(transport);
        await using TestHost receiver = await hop.StartReceiverAsync(options);
        await hop.EnqueueAsync(Enumerable.Range(0, 50));

        // A relay that publishes everything and dies before it removes a row.
        await Assert.ThrowsAsync<InvalidOperationException>(() => hop.Outbox.TakeAsync(100, async (rows, load) =>
        {
            foreach (OutboxBody body in await load([.. rows.Select(row => row.Seq)]))
            {
                await Types.PublishAsync(body.MessageType, body.Body, receiver.Publisher, body.MessageId, default);
            }

            throw new InvalidOperationException("killed");
        }, default));
        Assert.Equal(50, (await hop.Outbox.PendingAsync()).Count);
        await AsyncAssert.EventuallyAsync(async () => await hop.AppliedAsync() == 50);

        using var relay = new OutboxRelay(hop.Outbox, receiver.Publisher, new OutboxRelayOptions(), TimeProvider.System, NullLogger<OutboxRelay>.Instance);
        await relay.StartAsync(default);
        await AsyncAssert.EventuallyAsync(async () => (await hop.Outbox.PendingAsync()).Count == 0 && hop.Deliveries == 100);
        await relay.StopAsync(default);

        Assert.Equal(Enumerable.Range(0, 50), await hop.AppliedNumbersAsync());
    }

    [Theory, MemberData(nameof(TestHost.Transports), MemberType = typeof(TestHost))]
    public async Task HostsStopAndStartAgain_DuringAStream_EveryMessageIsAppliedExactlyOnce(string transport)
    {
        await using Hop hop = await Hop.CreateAsync(Dialect.Sqlite);
        MessagingOptions options = TestHost.Options(transport);
        await hop.EnqueueAsync(Enumerable.Range(0, 500));
        for (int run = 0; run < 3; run++)
        {
            await using TestHost both = await hop.StartReceiverAsync(options, withRelay: true);
            int target = Math.Min(500, await hop.AppliedAsync() + 100);
            await AsyncAssert.EventuallyAsync(async () => await hop.AppliedAsync() >= target);
        }

        await using TestHost last = await hop.StartReceiverAsync(options, withRelay: true);
        await AsyncAssert.EventuallyAsync(async () => await hop.AppliedAsync() == 500 && (await hop.Outbox.PendingAsync()).Count == 0);
        Assert.Equal(Enumerable.Range(0, 500), await hop.AppliedNumbersAsync());
    }

    /// <summary>A sender's store and a receiver's, of one kind.</summary>
    private sealed class Hop : IAsyncDisposable
    {
        private readonly TestStore _sending;
        private readonly TestStore _receiving;
        private readonly Database _sender;
        private readonly Inbox _inbox = new("test");
        private int _deliveries;

        private Hop(TestStore sending, TestStore receiving)
        {
            _sending = sending;
            _receiving = receiving;
            _sender = sending.Open();
            Receiver = receiving.Open();
            Outbox = new Outbox(_sender, "test", Types);
        }

        public Outbox Outbox { get; }

        public Database Receiver { get; }

        /// <summary>Times that a message was handed to the consumer, doubles included.</summary>
        public int Deliveries => _deliveries;

        public static async Task<Hop> CreateAsync(Dialect dialect)
        {
            var hop = new Hop(await TestStore.CreateAsync(dialect), await TestStore.CreateAsync(dialect));
            await hop.Outbox.InitializeAsync();
            await hop._inbox.InitializeAsync(hop.Receiver);
            await hop.Receiver.MigrateAsync("applied", ["CREATE TABLE applied (id {identity}, number BIGINT NOT NULL)"]); // no key on the number: a double would show
            return hop;
        }

        public Task<TestHost> StartReceiverAsync(MessagingOptions options, bool withRelay = false) => TestHost.StartAsync(
            options,
            m => m.Consumer<ApplyingConsumer, Note>("notes"),
            services =>
            {
                services.AddSingleton(this);
                if (withRelay) services.AddOutboxRelay(_ => Outbox);
            });

        public Task<TestHost> StartSenderAsync(MessagingOptions options) =>
            TestHost.StartAsync(options, _ => { }, services => services.AddOutboxRelay(_ => Outbox));

        public async Task EnqueueAsync(IEnumerable<int> numbers)
        {
            await _sender.TransactAsync(async transaction =>
            {
                foreach (int number in numbers) await Outbox.EnqueueAsync(transaction, new Note(number, $"本文 {number}"), $"note-{number}");
            });
            Outbox.Wake();
        }

        public async Task ApplyAsync(Note note, string id)
        {
            Interlocked.Increment(ref _deliveries);
            await Receiver.TransactAsync(async transaction =>
            {
                if (!await _inbox.TryEnterAsync(transaction, id)) return;
                await transaction.Connection!.ExecuteAsync("INSERT INTO applied (number) VALUES (@Number)", new { note.Number }, transaction);
            });
        }

        public async Task<int> AppliedAsync()
        {
            await using DbConnection connection = await Receiver.ConnectAsync();
            return (int)await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM applied");
        }

        public async Task<IEnumerable<int>> AppliedNumbersAsync()
        {
            await using DbConnection connection = await Receiver.ConnectAsync();
            return (await connection.QueryAsync<long>("SELECT number FROM applied ORDER BY number")).Select(number => (int)number);
        }

        public async ValueTask DisposeAsync()
        {
            await _sender.DisposeAsync();
            await Receiver.DisposeAsync();
            await _sending.DisposeAsync();
            await _receiving.DisposeAsync();
        }
    }

    private sealed class ApplyingConsumer(Hop hop) : IConsumer<Note>
    {
        public Task Consume(ConsumeContext<Note> context) => hop.ApplyAsync(context.Message, context.DurableMessageId());
    }
}
