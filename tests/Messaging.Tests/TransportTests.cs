using System.Collections.Concurrent;
using System.Text;
using Consortium.Testing;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Consortium.Messaging.Tests;

public sealed class TransportTests
{
    private const string Secret = "王小明 11010119900307123X";

    [Theory, MemberData(nameof(TestHost.Transports), MemberType = typeof(TestHost))]
    public async Task PublishAsync_ConsumerThere_ArrivesWithItsId(string transport)
    {
        var book = new NoteBook();
        await using TestHost host = await StartAsync(transport, book);

        await host.Publisher.PublishAsync(new Note(1, "糖尿病 \"E11\""), "note-1");

        (Note note, string id) = await book.NextAsync();
        Assert.Equal(new Note(1, "糖尿病 \"E11\""), note);
        Assert.Equal("note-1", id);
    }

    [Theory, MemberData(nameof(TestHost.Transports), MemberType = typeof(TestHost))]
    public async Task PublishAsync_ConsumerFailsTwice_IsAppliedAtTheThirdAttempt(string transport)
    {
        var book = new NoteBook { OnAttempt = (_, attempt) => attempt < 3 ? throw new InvalidOperationException("not yet") : Task.CompletedTask };
        await using TestHost host = await StartAsync(transport, book);

        await host.Publisher.PublishAsync(new Note(1, "x"), "note-1");

        await book.NextAsync();
        Assert.Equal(3, book.AttemptsOf(1));
        Assert.False(book.HasMore);
    }

    [Fact]
    public async Task PublishAsync_InProcess_ReturnsAfterTheConsumer()
    {
        var applied = new ConcurrentQueue<int>();
        var book = new NoteBook
        {
            OnAttempt = async (note, _) =>
            {
                await Task.Yield();
                applied.Enqueue(note.Number);
            },
        };
        await using TestHost host = await StartAsync("in-process", book);

        await host.Publisher.PublishAsync(new Note(7, "x"), "note-7");

        Assert.Equal([7], applied);
    }

    [Fact]
    public async Task PublishAsync_InProcessConsumerKeepsFailing_PublisherHearsOfIt()
    {
        var book = new NoteBook { OnAttempt = (_, _) => throw new InvalidOperationException("broken") };
        await using TestHost host = await StartAsync("in-process", book);

        InvalidOperationException failure = await Assert.ThrowsAsync<InvalidOperationException>(() => host.Publisher.PublishAsync(new Note(1, "x"), "note-1"));

        Assert.Equal("broken", failure.Message);
        Assert.Equal(3, book.AttemptsOf(1)); // the first and two retries
    }

    [Fact]
    public async Task PublishAsync_InProcessWithoutConsumer_IsAnErrorAndNotALoss()
    {
        await using TestHost host = await TestHost.StartAsync(TestHost.Options("in-process"), _ => { });

        InvalidOperationException failure = await Assert.ThrowsAsync<InvalidOperationException>(() => host.Publisher.PublishAsync(new Note(1, "x"), "note-1"));

        Assert.Contains("No consumer of Note", failure.Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(TestHost.Transports), MemberType = typeof(TestHost))]
    public async Task PublishAsync_MessageOfSeveralMegabytes_ArrivesWhole(string transport)
    {
        var book = new NoteBook();
        await using TestHost host = await StartAsync(transport, book);
        string text = new StringBuilder().Insert(0, "CDA 段落 <section/>\n", 400_000).ToString(); // 9 MB in UTF-8

        await host.Publisher.PublishAsync(new Note(1, text), "large");

        Assert.Equal(text, (await book.NextAsync()).Note.Text);
    }

    [Theory, MemberData(nameof(TestHost.Transports), MemberType = typeof(TestHost))]
    public async Task BatchConsumer_ManyMessages_GetsThemSeveralAtATime(string transport)
    {
        var sizes = new ConcurrentQueue<int>();
        var numbers = new ConcurrentQueue<int>();
        using var all = new CountdownEvent(100);
        await using TestHost host = await TestHost.StartAsync(
            TestHost.Options(transport),
            m => m.BatchConsumer<BatchOfNotes, Note>("notes", messageLimit: 20, TimeSpan.FromMilliseconds(200)),
            s => s.AddSingleton<Action<Batch<Note>>>(batch =>
            {
                sizes.Enqueue(batch.Length);
                foreach (ConsumeContext<Note> message in batch)
                {
                    numbers.Enqueue(message.Message.Number);
                    all.Signal();
                }
            }));

        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => host.Publisher.PublishAsync(new Note(i, "x"), $"note-{i}")));

        Assert.True(all.Wait(TimeSpan.FromSeconds(60)));
        Assert.Equal(Enumerable.Range(0, 100), numbers.Order());
        Assert.Contains(sizes, size => size > 1);
        Assert.All(sizes, size => Assert.InRange(size, 1, 20));
    }

    [Theory, MemberData(nameof(TestHost.Transports), MemberType = typeof(TestHost))]
    public async Task Consumer_ThrowsWithPatientData_NothingOfTheMessageIsLogged(string transport)
    {
        var book = new NoteBook { OnAttempt = (_, attempt) => attempt < 3 ? throw new InvalidOperationException("no patient data in here") : Task.CompletedTask };
        await using TestHost host = await StartAsync(transport, book);

        await host.Publisher.PublishAsync(new Note(1, Secret), "note-1");
        await book.NextAsync();

        Assert.NotEmpty(host.Log.Lines);
        Assert.DoesNotContain(host.Log.Lines, line => line.Contains("王小明", StringComparison.Ordinal) || line.Contains("11010119900307123X", StringComparison.Ordinal));
    }

    [Fact]
    public async Task PublishAsync_ConsumerStartsLater_WaitsForItsQueueAndArrives()
    {
        MessagingOptions options = TestHost.Options("rabbitmq");
        var book = new NoteBook();
        await using TestHost sender = await TestHost.StartAsync(options, _ => { });

        Task publish = sender.Publisher.PublishAsync(new Note(1, "x"), "note-1");
        await AsyncAssert.EventuallyAsync(() => sender.Log.Lines.Any(line => line.Contains("Note finds no way to its queue after 3 attempts", StringComparison.Ordinal)));
        Assert.False(publish.IsCompleted);

        await using TestHost receiver = await TestHost.StartAsync(options, m => m.Consumer<NoteConsumer, Note>("notes"), s => s.AddSingleton(book));
        await publish;

        Assert.Equal("note-1", (await book.NextAsync()).Id);
    }

    [Fact]
    public async Task PublishAsync_Cancelled_StopsWaiting()
    {
        await using TestHost sender = await TestHost.StartAsync(TestHost.Options("rabbitmq"), _ => { });
        using var cancelled = new CancellationTokenSource();
        Task publish = sender.Publisher.PublishAsync(new Note(1, "x"), "note-1", cancelled.Token);

        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => publish);
    }

    [Fact]
    public async Task Namespace_TwoHospitalsOnOneBroker_DoNotSeeEachOther()
    {
        var here = new NoteBook();
        var there = new NoteBook();
        await using TestHost one = await StartAsync("rabbitmq", here);
        await using TestHost other = await StartAsync("rabbitmq", there);

        await one.Publisher.PublishAsync(new Note(1, "x"), "note-1");
        await here.NextAsync();
        await other.Publisher.PublishAsync(new Note(2, "x"), "note-2");

        Assert.Equal("note-2", (await there.NextAsync()).Id);
        Assert.False(here.HasMore);
        Assert.False(there.HasMore);
    }

    [Fact]
    public async Task PublishAsync_QueueHasTwoConsumers_EachMessageGoesToEachQueueOnce()
    {
        MessagingOptions options = TestHost.Options("rabbitmq");
        var first = new NoteBook();
        var second = new NoteBook();
        await using TestHost one = await TestHost.StartAsync(options, m => m.Consumer<NoteConsumer, Note>("first"), s => s.AddSingleton(first));
        await using TestHost two = await TestHost.StartAsync(options, m => m.Consumer<NoteConsumer, Note>("second"), s => s.AddSingleton(second));
        await AsyncAssert.EventuallyAsync(async () => (await one.QueueExistsAsync("first")) && (await two.QueueExistsAsync("second")));

        await one.Publisher.PublishAsync(new Note(1, "x"), "note-1");

        Assert.Equal("note-1", (await first.NextAsync()).Id);
        Assert.Equal("note-1", (await second.NextAsync()).Id);
    }

    private static Task<TestHost> StartAsync(string transport, NoteBook book) =>
        TestHost.StartAsync(TestHost.Options(transport), m => m.Consumer<NoteConsumer, Note>("notes"), s => s.AddSingleton(book));

    internal sealed class BatchOfNotes(Action<Batch<Note>> apply) : IConsumer<Batch<Note>>
    {
        public Task Consume(ConsumeContext<Batch<Note>> context)
        {
            apply(context.Message);
            return Task.CompletedTask;
        }
    }
}
