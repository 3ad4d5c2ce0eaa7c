using Consortium.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Consortium.Messaging.Tests;

public sealed class TransportTests
{
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

    private static Task<TestHost> StartAsync(string transport, NoteBook book, Func<MessagingOptions, MessagingOptions>? change = null)
    {
        MessagingOptions options = TestHost.Options(transport);
        return TestHost.StartAsync(change?.Invoke(options) ?? options, m => m.Consumer<NoteConsumer, Note>("notes"), s => s.AddSingleton(book));
    }
}
