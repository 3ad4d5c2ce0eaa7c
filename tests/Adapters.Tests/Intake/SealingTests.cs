using System.Data.Common;
using System.Text;
using Consortium.Adapters.Intake;
using Consortium.Storage;
using Consortium.Testing;
using Dapper;

namespace Consortium.Adapters.Tests.Intake;

public sealed class SealingTests
{
    private const string Secret = "PID|1||Z1001||王^小明";
    private static readonly byte[] OtherKey = [.. Enumerable.Repeat((byte)7, 32)];

    [Theory]
    [MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task What_is_at_rest_shows_neither_the_record_nor_the_name_of_its_file(Dialect dialect)
    {
        await using IntakeFixture intake = await IntakeFixture.CreateAsync(dialect);
        IntakeReceipt receipt = await intake.Journal.AcceptAsync(Encoding.UTF8.GetBytes(Secret), "his", "王小明.hl7");

        await using DbConnection connection = await intake.Database.ConnectAsync();
        (byte[] bytes, string fileName) = await connection.QuerySingleAsync<(byte[], string)>("SELECT bytes, file_name FROM intake");
        Assert.Equal(-1, bytes.AsSpan().IndexOf("PID"u8));
        Assert.DoesNotContain("hl7", fileName, StringComparison.Ordinal);
        RawRecord kept = Assert.IsType<RawRecord>(await intake.Journal.FindAsync(receipt.Digest));
        Assert.Equal((Secret, "王小明.hl7"), (Encoding.UTF8.GetString(kept.Bytes.Span), kept.FileName));
    }

    [Fact]
    public async Task Another_key_is_a_clear_error_and_opens_nothing()
    {
        await using IntakeFixture intake = await IntakeFixture.CreateAsync(Dialect.Sqlite);
        await intake.AcceptAsync("one");
        IntakeJournal second = intake.Reopen(OtherKey);

        var refused = await Assert.ThrowsAsync<JournalKeyException>(() => second.InitializeAsync());

        Assert.Contains("IntakeKeyFile", refused.Message, StringComparison.Ordinal);
        Assert.Contains(IntakeFixture.Keys.Fingerprint, refused.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => { _ = second.AcceptAsync("two"u8.ToArray(), "his"); });
    }

    [Theory]
    [MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task A_changed_key_opens_what_was_sealed_before_and_the_one_before_may_then_go(Dialect dialect)
    {
        await using IntakeFixture intake = await IntakeFixture.CreateAsync(dialect, keys: new JournalKeys(OtherKey));
        string digest = (await intake.AcceptAsync(Secret)).Digest;

        await intake.Reopen(new byte[32], OtherKey).InitializeAsync();
        IntakeJournal after = intake.Reopen(new byte[32]);
        await after.InitializeAsync();

        Assert.Equal(Secret, Encoding.UTF8.GetString((await after.FindAsync(digest))!.Bytes.Span));
        await after.AcceptAsync("two"u8.ToArray(), "his");
        await using DbConnection connection = await intake.Database.ConnectAsync();
        Assert.Equal([1, 2], await connection.QueryAsync<long>("SELECT data_key FROM intake ORDER BY sequence")); // new records, new data key
    }

    [Fact]
    public async Task Bytes_that_were_altered_on_disk_are_never_converted_and_wait_with_the_reason()
    {
        await using IntakeFixture intake = await IntakeFixture.CreateAsync(Dialect.Sqlite);
        IntakeReceipt one = await intake.AcceptAsync("one");
        IntakeReceipt two = await intake.AcceptAsync("two");
        await intake.Database.TransactAsync(transaction => transaction.Connection!.ExecuteAsync(
            "UPDATE intake SET bytes = (SELECT bytes FROM intake WHERE digest = @two) WHERE digest = @one", new { one = one.Digest, two = two.Digest }, transaction));
        var publisher = new RecordingPublisher();

        await intake.StartAsync(publisher);
        await intake.WaitForAsync(pending: 0, published: 0, quarantined: 2);

        Assert.Equal("security", Assert.Single(await intake.Quarantine.ListAsync(), record => record.Digest == one.Digest).Code);
        await Assert.ThrowsAsync<JournalKeyException>(() => intake.Journal.FindAsync(one.Digest));
    }

    [Theory]
    [MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task A_journal_of_the_version_before_is_read_and_sealed_while_running(Dialect dialect)
    {
        string[] records = [.. Enumerable.Range(0, 450).Select(i => $"{Secret}{i}")];
        await using IntakeFixture intake = await IntakeFixture.CreateAsync(dialect, before: async database =>
        {
            await database.MigrateAsync(IntakeSchema.Component, IntakeSchema.Scripts[..1]);
            await database.TransactAsync(async transaction =>
            {
                foreach (string record in records)
                {
                    byte[] bytes = Encoding.UTF8.GetBytes(record);
                    await transaction.Connection!.ExecuteAsync(
                        "INSERT INTO intake (digest, source, file_name, received_at, length, bytes, state) VALUES (@Digest, 'his', 'a.hl7', 0, @Length, @bytes, 'published')",
                        new { new RawRecord(bytes, "his", default).Digest, Length = (long)bytes.Length, bytes }, transaction);
                }
            });
        });
        string digest = new RawRecord(Encoding.UTF8.GetBytes(records[3]), "his", default).Digest;
        Assert.Equal(records[3], Encoding.UTF8.GetString((await intake.Journal.FindAsync(digest))!.Bytes.Span));
        Assert.True((await intake.AcceptAsync(records[5])).IsDuplicate);

        using JournalKeeper keeper = intake.Keeper();
        Assert.Equal((450, 0), await keeper.TidyAsync(CancellationToken.None));

        await using (DbConnection connection = await intake.Database.ConnectAsync())
        {
            Assert.Equal(0, await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM intake WHERE data_key IS NULL"));
        }

        Assert.Equal(records[3], Encoding.UTF8.GetString((await intake.Journal.FindAsync(digest))!.Bytes.Span));
        if (dialect == Dialect.Sqlite) Assert.Equal(-1, (await File.ReadAllBytesAsync(intake.File)).AsSpan().IndexOf(Encoding.UTF8.GetBytes(Secret))); // not in a free page either
    }

    [Theory]
    [MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task A_large_record_goes_through_a_spool_into_pieces_and_comes_back_whole(Dialect dialect)
    {
        await using IntakeFixture intake = await IntakeFixture.CreateAsync(dialect);
        byte[] bytes = new byte[(5 * Spool.PieceBytes) + 12345];
        new Random(4).NextBytes(bytes);
        string folder = Directory.CreateTempSubdirectory("consortium-spool-").FullName;
        await using (Spool spool = Spool.Create(folder))
        {
            for (int at = 0; at < bytes.Length; at += 70_001) await spool.AppendAsync(bytes.AsMemory(at, Math.Min(70_001, bytes.Length - at)), default);
            await spool.CompleteAsync(default);
            if (!OperatingSystem.IsWindows()) Assert.Empty(Directory.GetFiles(folder)); // no name leads to it

            Assert.False((await intake.Journal.AcceptAsync(spool, "his")).IsDuplicate);
            Assert.True((await intake.Journal.AcceptAsync(spool, "his")).IsDuplicate);
            Assert.True((await intake.Journal.AcceptAsync(bytes, "his")).IsDuplicate);
            RawRecord kept = Assert.IsType<RawRecord>(await intake.Journal.FindAsync(spool.Digest));
            Assert.True(kept.Bytes.Span.SequenceEqual(bytes));
        }

        Directory.Delete(folder);
    }
}
