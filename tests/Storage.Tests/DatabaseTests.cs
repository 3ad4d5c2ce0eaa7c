using System.Data.Common;
using System.Diagnostics;
using Consortium.Testing;
using Dapper;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Consortium.Storage.Tests;

public sealed class DatabaseTests
{
    private static readonly string[] Counter = ["CREATE TABLE counter (name TEXT PRIMARY KEY, value BIGINT NOT NULL)"];

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task TransactAsync_WorkThrows_LeavesNothingBehind(Dialect dialect)
    {
        await using TestStore store = await TestStore.CreateAsync(dialect);
        await using Database database = store.Open();
        await database.MigrateAsync("test", Counter);

        await Assert.ThrowsAsync<InvalidOperationException>(() => database.TransactAsync(async transaction =>
        {
            await InsertAsync(transaction, "a");
            throw new InvalidOperationException("stop");
        }));

        await using DbConnection connection = await database.ConnectAsync();
        Assert.Equal(0, await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM counter"));
    }

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task ConnectAsync_TokenIsCancelledDuringAStatement_StopsItAndLeavesTheConnectionGood(Dialect dialect)
    {
        await using TestStore store = await TestStore.CreateAsync(dialect);
        await using Database database = store.Open();
        await database.MigrateAsync("test", Counter);
        using var stop = new CancellationTokenSource();
        await using (DbConnection connection = await database.ConnectAsync(stop.Token))
        {
            var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (connection is SqliteConnection sqlite) sqlite.CreateFunction("started", () => started.TrySetResult() ? 1 : 0);
            else started.SetResult();
            string endless = dialect == Dialect.Sqlite ? "WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT COUNT(*) FROM c WHERE started() < 0" : "SELECT pg_sleep(600)";
            Task running = Task.Run(() => connection.ExecuteAsync(new CommandDefinition(endless, cancellationToken: stop.Token)));
            await started.Task;
            await stop.CancelAsync();
            Exception stopped = await Assert.ThrowsAnyAsync<Exception>(() => running);
            Assert.True(stopped is OperationCanceledException || Database.IsInterrupted(stopped), stopped.GetType().Name);
        }

        for (int i = 0; i < 20; i++)
        {
            await using DbConnection next = await database.ConnectAsync();
            Assert.Equal(0, await next.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM counter"));
        }
    }

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task TransactAsync_ManyWritersOnOneRow_LoseNoUpdate(Dialect dialect)
    {
        await using TestStore store = await TestStore.CreateAsync(dialect);
        await using Database one = store.Open();
        await using Database other = store.Open(); // a second pool, as a second process has
        await one.MigrateAsync("test", Counter);
        await one.TransactAsync(transaction => InsertAsync(transaction, "a"));

        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => (i % 2 == 0 ? one : other).TransactAsync(transaction =>
            transaction.Connection!.ExecuteAsync("UPDATE counter SET value = value + 1 WHERE name = 'a'", transaction: transaction))));

        await using DbConnection connection = await other.ConnectAsync();
        Assert.Equal(100, await connection.ExecuteScalarAsync<long>("SELECT value FROM counter"));
    }

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task TransactAsync_TransientFailure_RunsTheWorkAgainOnACleanSlate(Dialect dialect)
    {
        await using TestStore store = await TestStore.CreateAsync(dialect);
        await using Database database = store.Open();
        await database.MigrateAsync("test", Counter);
        int attempts = 0;

        await database.TransactAsync(async transaction =>
        {
            await InsertAsync(transaction, "a"); // would meet its own row if the first attempt were not rolled back
            if (++attempts < 3) throw Transient(dialect);
        });

        Assert.Equal(3, attempts);
        await using DbConnection connection = await database.ConnectAsync();
        Assert.Equal(1, await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM counter"));
    }

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task TransactAsync_FailureThatIsNotTransient_IsNotRepeated(Dialect dialect)
    {
        await using TestStore store = await TestStore.CreateAsync(dialect);
        await using Database database = store.Open();
        await database.MigrateAsync("test", Counter);
        int attempts = 0;

        await Assert.ThrowsAnyAsync<DbException>(() => database.TransactAsync(async transaction =>
        {
            attempts++;
            await InsertAsync(transaction, "a");
            await InsertAsync(transaction, "a");
        }));

        Assert.Equal(1, attempts);
    }

    [Fact]
    public async Task TransactAsync_PostgresDeadlock_BothSidesSucceed()
    {
        await using TestStore store = await TestStore.CreateAsync(Dialect.Postgres);
        await using Database database = store.Open();
        await database.MigrateAsync("test", Counter);
        await database.TransactAsync(transaction => InsertAsync(transaction, "a"));
        await database.TransactAsync(transaction => InsertAsync(transaction, "b"));
        using var bothHoldOne = new Barrier(2);
        int firstTries = 0;

        async Task LockAsync(string first, string second)
        {
            bool met = false;
            await database.TransactAsync(async transaction =>
            {
                await AddAsync(transaction, first);
                if (!met)
                {
                    met = true;
                    Interlocked.Increment(ref firstTries);
                    bothHoldOne.SignalAndWait();
                }

                await AddAsync(transaction, second);
            });
        }

        await Task.WhenAll(Task.Run(() => LockAsync("a", "b")), Task.Run(() => LockAsync("b", "a")));

        Assert.Equal(2, firstTries);
        await using DbConnection connection = await database.ConnectAsync();
        Assert.Equal(4, await connection.ExecuteScalarAsync<long>("SELECT SUM(value) FROM counter"));
    }

    [Fact]
    public async Task TransactAsync_CrashDuringALaterTransaction_SqliteKeepsWhatWasCommitted()
    {
        await using TestStore store = await TestStore.CreateAsync(Dialect.Sqlite);
        await using Database database = store.Open();
        await database.MigrateAsync("test", Counter);
        await database.TransactAsync(transaction => InsertAsync(transaction, "committed"));
        string copy = store.File + ".crashed";

        await database.TransactAsync(async transaction =>
        {
            await InsertAsync(transaction, "uncommitted");
            // What the disk holds at this moment is what a killed process would leave: the file and its write-ahead log.
            File.Copy(store.File, copy);
            File.Copy(store.File + "-wal", copy + "-wal");
        });

        await using Database crashed = Database.Open("sqlite:" + copy);
        await using DbConnection connection = await crashed.ConnectAsync();
        Assert.Equal(["committed"], await connection.QueryAsync<string>("SELECT name FROM counter"));
    }

    [Fact]
    public async Task ConnectAsync_Sqlite_EveryPooledConnectionIsDurableAndChecked()
    {
        await using TestStore store = await TestStore.CreateAsync(Dialect.Sqlite);
        await using Database database = store.Open();
        for (int round = 0; round < 2; round++)
        {
            await using DbConnection first = await database.ConnectAsync();
            await using DbConnection second = await database.ConnectAsync();
            foreach (DbConnection connection in new[] { first, second })
            {
                Assert.Equal("wal", await connection.ExecuteScalarAsync<string>("PRAGMA journal_mode"));
                Assert.Equal(2, await connection.ExecuteScalarAsync<long>("PRAGMA synchronous"));
                Assert.Equal(1, await connection.ExecuteScalarAsync<long>("PRAGMA foreign_keys"));
                Assert.Equal(30000, await connection.ExecuteScalarAsync<long>("PRAGMA busy_timeout"));
            }
        }
    }

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task TransactAsync_Cancelled_LeavesNothingBehindAndTheStoreUsable(Dialect dialect)
    {
        await using TestStore store = await TestStore.CreateAsync(dialect);
        await using Database database = store.Open();
        await database.MigrateAsync("test", Counter);
        using var cancelled = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => database.TransactAsync(async transaction =>
        {
            await InsertAsync(transaction, "a");
            await cancelled.CancelAsync();
        }, cancelled.Token));

        await database.TransactAsync(transaction => InsertAsync(transaction, "a"));
    }

    private static Task<int> InsertAsync(DbTransaction transaction, string name) =>
        transaction.Connection!.ExecuteAsync("INSERT INTO counter (name, value) VALUES (@name, 0)", new { name }, transaction);

    private static Task<int> AddAsync(DbTransaction transaction, string name) =>
        transaction.Connection!.ExecuteAsync("UPDATE counter SET value = value + 1 WHERE name = @name", new { name }, transaction);

    private static DbException Transient(Dialect dialect) => dialect == Dialect.Sqlite
        ? new SqliteException("database is locked", 5)
        : new PostgresException("could not serialize access", "ERROR", "ERROR", PostgresErrorCodes.SerializationFailure);
}
