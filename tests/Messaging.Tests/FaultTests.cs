using System.Text;
using System.Text.Json;
using Consortium.Testing;
using Microsoft.Extensions.DependencyInjection;
using RabbitMQ.Client;

namespace Consortium.Messaging.Tests;

public sealed class FaultTests
{
    [Fact]
    public async Task Consumer_FailsUntilRedelivery_IsAppliedAfterTheDelayQueue()
    {
        // Three attempts a delivery; the fourth belongs to the second delivery.
        var book = new NoteBook { OnAttempt = (_, attempt) => attempt < 4 ? throw new InvalidOperationException("not yet") : Task.CompletedTask };
        await using TestHost host = await StartAsync(book);

        await host.Publisher.PublishAsync(new Note(1, "x"), "note-1");

        Assert.Equal("note-1", (await book.NextAsync()).Id);
        Assert.Equal(4, book.AttemptsOf(1));
        await AsyncAssert.EventuallyAsync(async () => await QueueAsync(host) is { Ready: 0, Delayed: 0, DeadLetters: 0 });
    }

    [Fact]
    public async Task Consumer_AlwaysFails_OriginalIsKeptAmongTheDeadLettersAndOthersPass()
    {
        var book = new NoteBook { OnAttempt = (note, _) => note.Number == 1 ? throw new InvalidOperationException("dose of 王小明") : Task.CompletedTask };
        await using TestHost host = await StartAsync(book);

        await host.Publisher.PublishAsync(new Note(1, "阿司匹林 100 mg"), "poison");
        await host.Publisher.PublishAsync(new Note(2, "x"), "note-2");

        Assert.Equal("note-2", (await book.NextAsync()).Id);
        await AsyncAssert.EventuallyAsync(async () => (await QueueAsync(host)).DeadLetters == 1);
        Assert.Equal(6, book.AttemptsOf(1)); // two deliveries of three attempts

        (IReadOnlyBasicProperties properties, byte[] body) = await PeekAsync(host, "_error");
        using JsonDocument envelope = JsonDocument.Parse(body);
        Assert.Equal("阿司匹林 100 mg", envelope.RootElement.GetProperty("message").GetProperty("text").GetString());
        Assert.Equal("System.InvalidOperationException", Text(properties.Headers![FaultedMessageFilter.FailureHeader]));
        Assert.DoesNotContain(properties.Headers!.Values, value => Text(value).Contains("王小明", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ReleaseDeadLettersAsync_CauseMended_MessageIsAppliedWithItsId()
    {
        bool mended = false;
        var book = new NoteBook { OnAttempt = (_, _) => mended ? Task.CompletedTask : throw new InvalidOperationException("broken mapping") };
        await using TestHost host = await StartAsync(book);
        await host.Publisher.PublishAsync(new Note(1, "x"), "note-1");
        await AsyncAssert.EventuallyAsync(async () => (await QueueAsync(host)).DeadLetters == 1);
        var status = host.Services.GetRequiredService<MessagingStatus>();

        mended = true;
        int released = await status.ReleaseDeadLettersAsync((await QueueAsync(host)).Queue);

        Assert.Equal(1, released);
        Assert.Equal("note-1", (await book.NextAsync()).Id);
        await AsyncAssert.EventuallyAsync(async () => await QueueAsync(host) is { Ready: 0, Delayed: 0, DeadLetters: 0 });
    }

    [Fact]
    public async Task Consumer_SomethingOutsideIsAway_MessageWaitsBeyondTheRedeliveryLimit()
    {
        // Redeliveries is 1: a failure of the message's own would be parked after six attempts.
        var book = new NoteBook { OnAttempt = (_, attempt) => attempt < 14 ? throw new IOException("disk full") : Task.CompletedTask };
        await using TestHost host = await StartAsync(book);

        await host.Publisher.PublishAsync(new Note(1, "x"), "note-1");

        await book.NextAsync();
        Assert.Equal(14, book.AttemptsOf(1));
        Assert.Equal(0, (await QueueAsync(host)).DeadLetters);
    }

    [Fact]
    public async Task Queue_HoldsWhatIsNoMessage_ItIsParkedAsItIs()
    {
        var book = new NoteBook();
        await using TestHost host = await StartAsync(book);
        await AsyncAssert.EventuallyAsync(() => host.QueueExistsAsync("notes"));
        string queue = (await QueueAsync(host)).Queue;
        byte[] noise = [0xff, 0x00, 0x7b, 0x22, 0xc3];
        byte[] stranger = Encoding.UTF8.GetBytes("""{"messageType":["urn:message:Somewhere:Else"],"message":{"a":1}}""");

        await SendAsync(host, queue, noise);
        await AsyncAssert.EventuallyAsync(async () => (await QueueAsync(host)).DeadLetters == 1);
        Assert.Equal(noise, (await PeekAsync(host, "_error")).Body);

        await SendAsync(host, queue, stranger);
        await AsyncAssert.EventuallyAsync(async () => (await QueueAsync(host)).DeadLetters == 2);
        await host.Publisher.PublishAsync(new Note(1, "x"), "note-1");
        Assert.Equal("note-1", (await book.NextAsync()).Id);
        Assert.Equal((0, 2), ((await QueueAsync(host)).Delayed, (await QueueAsync(host)).DeadLetters)); // each once
    }

    [Fact]
    public async Task Queue_DeliveriesEndWithoutAnAnswer_BrokerParksTheMessageAtTheLimit()
    {
        MessagingOptions options = TestHost.Options("rabbitmq") with { DeliveryLimit = 3 };
        var book = new NoteBook { OnAttempt = (_, _) => Task.Delay(Timeout.Infinite) };
        string queue;
        await using (TestHost declares = await TestHost.StartAsync(options, m => m.Consumer<NoteConsumer, Note>("notes"), s => s.AddSingleton(book)))
        {
            await AsyncAssert.EventuallyAsync(() => declares.QueueExistsAsync("notes"));
            queue = $"{options.Namespace}.notes";
        }

        await using TestHost host = await TestHost.StartAsync(options, _ => { });
        await host.Publisher.PublishAsync(new Note(1, "x"), "killer");
        var channel = host.Services.GetRequiredService<RabbitMqChannel>();

        // As processes do that a message kills: take it, and lose the connection.
        int deliveries = 0;
        await AsyncAssert.EventuallyAsync(async () =>
        {
            await using IConnection consumer = await ConnectAsync(options);
            await using IChannel taking = await consumer.CreateChannelAsync();
            if (await taking.BasicGetAsync(queue, autoAck: false) is not null) deliveries++;
            return await channel.DepthAsync(RabbitMqTopology.ErrorQueue(queue), default) == 1;
        });

        Assert.InRange(deliveries, 3, 4);
        Assert.Equal(0, await channel.DepthAsync(queue, default));
    }

    [Fact]
    public async Task Queues_AsDeclared_AreQuorumQueues()
    {
        var book = new NoteBook { OnAttempt = (_, _) => throw new InvalidOperationException("broken") };
        MessagingOptions options = TestHost.Options("rabbitmq");
        await using TestHost host = await TestHost.StartAsync(options, m => m.Consumer<NoteConsumer, Note>("notes"), s => s.AddSingleton(book));
        await host.Publisher.PublishAsync(new Note(1, "x"), "note-1");
        await AsyncAssert.EventuallyAsync(async () => (await QueueAsync(host)).DeadLetters == 1);

        // RabbitMQ refuses to declare a queue again with other arguments, the type among them.
        await using IConnection connection = await ConnectAsync(options);
        await using IChannel channel = await connection.CreateChannelAsync();
        await DeclareAsync("notes_error", new() { ["x-queue-type"] = "quorum" });
        await DeclareAsync("notes", new()
        {
            ["x-queue-type"] = "quorum",
            ["x-delivery-limit"] = 20,
            ["x-dead-letter-exchange"] = $"{options.Namespace}.notes_error",
            ["x-dead-letter-strategy"] = "at-least-once",
            ["x-overflow"] = "reject-publish",
        });
        await DeclareAsync("notes_delay", new()
        {
            ["x-queue-type"] = "quorum",
            ["x-message-ttl"] = 200L,
            ["x-dead-letter-exchange"] = "",
            ["x-dead-letter-routing-key"] = $"{options.Namespace}.notes",
            ["x-dead-letter-strategy"] = "at-least-once",
            ["x-overflow"] = "reject-publish",
        });
        await Assert.ThrowsAsync<RabbitMQ.Client.Exceptions.OperationInterruptedException>(() => DeclareAsync("notes_error", new() { ["x-queue-type"] = "classic" }));

        Task DeclareAsync(string queue, Dictionary<string, object?> arguments) =>
            channel.QueueDeclareAsync($"{options.Namespace}.{queue}", durable: true, exclusive: false, autoDelete: false, arguments);
    }

    private static Task<TestHost> StartAsync(NoteBook book) =>
        TestHost.StartAsync(TestHost.Options("rabbitmq"), m => m.Consumer<NoteConsumer, Note>("notes"), s => s.AddSingleton(book));

    private static async Task<QueueDepth> QueueAsync(TestHost host) =>
        Assert.Single(await host.Services.GetRequiredService<MessagingStatus>().QueuesAsync());

    private static async Task<(IReadOnlyBasicProperties Properties, byte[] Body)> PeekAsync(TestHost host, string suffix)
    {
        var options = host.Services.GetRequiredService<MessagingOptions>();
        await using IConnection connection = await ConnectAsync(options);
        await using IChannel channel = await connection.CreateChannelAsync();
        BasicGetResult? message = await channel.BasicGetAsync($"{options.Namespace}.notes{suffix}", autoAck: false);
        return (message!.BasicProperties, message.Body.ToArray());
    }

    private static async Task SendAsync(TestHost host, string queue, byte[] body)
    {
        await using IConnection connection = await ConnectAsync(host.Services.GetRequiredService<MessagingOptions>());
        await using IChannel channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        await channel.BasicPublishAsync("", queue, mandatory: true, new BasicProperties { ContentType = "application/vnd.masstransit+json", Persistent = true }, body);
    }

    private static Task<IConnection> ConnectAsync(MessagingOptions options)
    {
        BrokerUrl broker = BrokerUrl.Parse(options.Broker);
        var factory = new ConnectionFactory { HostName = broker.Host, Port = broker.Port, UserName = broker.User, Password = broker.Password, VirtualHost = broker.VirtualHost };
        return factory.CreateConnectionAsync();
    }

    private static string Text(object? header) => header switch
    {
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        null => "",
        _ => header.ToString()!,
    };
}
