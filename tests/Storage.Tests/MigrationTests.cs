using System.Data.Common;
using Consortium.Testing;
using Dapper;

namespace Consortium.Storage.Tests;

public sealed class MigrationTests
{
    private const string First = "CREATE TABLE note (id {identity}, body {bytes} NOT NULL)";
    private const string Second = "ALTER TABLE note ADD COLUMN author TEXT";

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task MigrateAsync_RunTwice_RunsOnlyWhatIsNew(Dialect dialect)
    {
        await using TestStore store = await TestStore.CreateAsync(dialect);
        await using Database database = store.Open();
        await database.MigrateAsync("notes", [First]);
        await InsertAsync(database, [1, 2, 3]);

        await database.MigrateAsync("notes", [First, Second]);
        await database.MigrateAsync("notes", [First, Second]);

        await using DbConnection connection = await database.ConnectAsync();
        (long id, byte[] body, string? author) = await connection.QuerySingleAsync<(long, byte[], string?)>("SELECT id, body, author FROM note");
        Assert.Equal(1, id);
        Assert.Equal(new byte[] { 1, 2, 3 }, body);
        Assert.Null(author);
    }

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task MigrateAsync_StoreOfANewerProgram_IsRefusedWithBothVersions(Dialect dialect)
    {
        await using TestStore store = await TestStore.CreateAsync(dialect);
        await using Database database = store.Open();
        await database.MigrateAsync("notes", [First, Second]);

        InvalidOperationException refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => database.MigrateAsync("notes", [First]));

        Assert.Contains("'notes' have version 2; this program knows 1", refusal.Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task MigrateAsync_ScriptFails_NothingOfItStays(Dialect dialect)
    {
        await using TestStore store = await TestStore.CreateAsync(dialect);
        await using Database database = store.Open();

        await Assert.ThrowsAnyAsync<DbException>(() => database.MigrateAsync("notes", [First, "ALTER TABLE absent ADD COLUMN x TEXT"]));
        await database.MigrateAsync("notes", [First]);

        await InsertAsync(database, [1]);
    }

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task MigrateAsync_SeveralProgramsAtOnce_OneDoesTheWork(Dialect dialect)
    {
        await using TestStore store = await TestStore.CreateAsync(dialect);
        Database[] programs = [.. Enumerable.Range(0, 4).Select(_ => store.Open())];
        try
        {
            await Task.WhenAll(programs.Select(program => program.MigrateAsync("notes", [First, Second])));
            await InsertAsync(programs[0], [1]);
        }
        finally
        {
            foreach (Database program in programs) await program.DisposeAsync();
        }
    }

    private static Task<int> InsertAsync(Database database, byte[] body) => database.TransactAsync(transaction =>
        transaction.Connection!.ExecuteAsync("INSERT INTO note (body) VALUES (@body)", new { body }, transaction));
}
