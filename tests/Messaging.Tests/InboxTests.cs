using Consortium.Storage;
using Consortium.Testing;

namespace Consortium.Messaging.Tests;

public sealed class InboxTests
{
    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task TryEnterAsync_SameMessageAgain_IsFalse(Dialect dialect)
    {
        await using TestStore store = await TestStore.CreateAsync(dialect);
        await using Database database = store.Open();
        Inbox inbox = await CreateAsync(database);

        Assert.True(await EnterAsync(database, inbox, "a"));
        Assert.False(await EnterAsync(database, inbox, "a"));
        Assert.True(await EnterAsync(database, inbox, "b"));
    }

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task TryEnterAsync_WorkRollsBack_MessageIsNewAgain(Dialect dialect)
    {
        await using TestStore store = await TestStore.CreateAsync(dialect);
        await using Database database = store.Open();
        Inbox inbox = await CreateAsync(database);

        await Assert.ThrowsAsync<InvalidOperationException>(() => database.TransactAsync(async transaction =>
        {
            Assert.True(await inbox.TryEnterAsync(transaction, "a"));
            throw new InvalidOperationException("the work failed");
        }));

        Assert.True(await EnterAsync(database, inbox, "a"));
    }

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task TryEnterAsync_DeliveredToSeveralAtOnce_OneApplies(Dialect dialect)
    {
        await using TestStore store = await TestStore.CreateAsync(dialect);
        await using Database one = store.Open();
        await using Database other = store.Open();
        Inbox inbox = await CreateAsync(one);

        for (int round = 0; round < 20; round++)
        {
            bool[] entered = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => EnterAsync(i % 2 == 0 ? one : other, inbox, $"message-{round}"))));
            Assert.Single(entered, true);
        }
    }

    [Fact]
    public async Task TryEnterAsync_OtherDeliveryUnderWayFails_ThisOneApplies()
    {
        await using TestStore store = await TestStore.CreateAsync(Dialect.Postgres);
        await using Database database = store.Open();
        Inbox inbox = await CreateAsync(database);
        var entered = new TaskCompletionSource();
        var fail = new TaskCompletionSource();
        Task first = database.TransactAsync(async transaction =>
        {
            Assert.True(await inbox.TryEnterAsync(transaction, "a"));
            entered.SetResult();
            await fail.Task;
        });
        await entered.Task;

        Task<bool> second = EnterAsync(database, inbox, "a"); // waits for the outcome of the first
        fail.SetException(new InvalidOperationException("the work failed"));

        await Assert.ThrowsAsync<InvalidOperationException>(() => first);
        Assert.True(await second);
    }

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task PruneAsync_ByAge_ForgetsTheOldOnly(Dialect dialect)
    {
        await using TestStore store = await TestStore.CreateAsync(dialect);
        await using Database database = store.Open();
        var clock = new SetClock(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var inbox = new Inbox("test", clock);
        await inbox.InitializeAsync(database);
        await database.TransactAsync(async transaction =>
        {
            for (int i = 0; i < 2500; i++) await inbox.TryEnterAsync(transaction, $"old-{i}");
        });
        clock.Now += TimeSpan.FromDays(30);
        await EnterAsync(database, inbox, "new");

        Assert.Equal(2500, await inbox.PruneAsync(database, clock.Now - TimeSpan.FromDays(1)));

        Assert.False(await EnterAsync(database, inbox, "new"));
        Assert.True(await EnterAsync(database, inbox, "old-0"));
    }

    private static async Task<Inbox> CreateAsync(Database database)
    {
        var inbox = new Inbox("test");
        await inbox.InitializeAsync(database);
        return inbox;
    }

    private static Task<bool> EnterAsync(Database database, Inbox inbox, string id) =>
        database.TransactAsync(transaction => inbox.TryEnterAsync(transaction, id));

    private sealed class SetClock(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = now;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
