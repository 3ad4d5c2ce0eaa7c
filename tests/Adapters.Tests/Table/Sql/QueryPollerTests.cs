using System.Data.Common;
using System.Text;
using Consortium.Adapters.Intake;
using Consortium.Adapters.Table.Sql;
using Consortium.Adapters.Tests.Intake;
using Consortium.Storage;
using Consortium.Testing;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;

namespace Consortium.Adapters.Tests.Table.Sql;

/// <summary>Rows of a real database go to the journal once each, also over a restart.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "IAsyncLifetime.DisposeAsync disposes them.")]
public sealed class QueryPollerTests : IAsyncLifetime
{
    private IntakeFixture _intake = null!;

    public async Task InitializeAsync() => _intake = await IntakeFixture.CreateAsync(Dialect.Sqlite);

    public async Task DisposeAsync() => await _intake.DisposeAsync();

    [Theory]
    [MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task New_rows_are_taken_once_and_with_the_digits_that_the_database_has(Dialect dialect)
    {
        await using Source source = await Source.CreateAsync(dialect);
        await source.InsertAsync("A1", "5.10", 1);
        await source.InsertAsync("A2", "0.50", 2);
        using QueryPoller poller = Poller(source);

        Assert.Equal(2, await poller.PollAsync(default));
        Assert.Equal(0, await poller.PollAsync(default));
        await source.InsertAsync("A3", "7", 3);
        Assert.Equal(1, await poller.PollAsync(default));

        Assert.Equal(["mrn,result,seq|A1,5.10,1|A2,0.50,2|", "mrn,result,seq|A3,7,3|"], await TakenAsync());
    }

    [Theory]
    [MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task Rows_that_come_later_with_the_watermark_of_the_last_one_are_not_missed(Dialect dialect)
    {
        await using Source source = await Source.CreateAsync(dialect);
        await source.InsertAsync("A1", "1", 5);
        using QueryPoller poller = Poller(source);
        Assert.Equal(1, await poller.PollAsync(default));
        await source.InsertAsync("A2", "2", 5);
        Assert.Equal(1, await poller.PollAsync(default));
        Assert.Equal(0, await poller.PollAsync(default));
        Assert.Equal(["A1", "A2"], await NumbersAsync());
    }

    [Fact]
    public async Task Rows_with_one_watermark_are_never_parted_whatever_the_limit()
    {
        await using Source source = await Source.CreateAsync(Dialect.Sqlite);
        foreach (int i in Enumerable.Range(1, 7)) await source.InsertAsync($"A{i}", "1", i < 3 ? i : i < 7 ? 3 : 4);
        using QueryPoller poller = Poller(source, query => query with { MostRows = 3 });
        Assert.Equal(6, await poller.PollAsync(default));
        Assert.Equal(1, await poller.PollAsync(default));
        Assert.Equal(["A1", "A2", "A3", "A4", "A5", "A6", "A7"], await NumbersAsync());
    }

    [Fact]
    public async Task A_program_that_ends_before_the_journal_has_the_rows_takes_them_after_the_restart()
    {
        await using Source source = await Source.CreateAsync(Dialect.Sqlite);
        await source.InsertAsync("A1", "1", 1);
        _intake.Journal.BeforeCommit = () => throw new IOException("the power goes");
        using (QueryPoller poller = Poller(source)) await Assert.ThrowsAsync<IOException>(() => poller.PollAsync(default));
        _intake.Journal.BeforeCommit = null;
        await source.InsertAsync("A2", "2", 1);

        using QueryPoller restarted = Poller(source);
        Assert.Equal(2, await restarted.PollAsync(default));
        Assert.Equal(["A1", "A2"], await NumbersAsync());
    }

    [Fact]
    public async Task A_program_that_ends_when_the_journal_has_the_rows_does_not_take_them_twice()
    {
        await using Source source = await Source.CreateAsync(Dialect.Sqlite);
        await source.InsertAsync("A1", "1", 1);
        using (QueryPoller poller = Poller(source)) Assert.Equal(1, await poller.PollAsync(default));

        // As if the program had ended between the journal's commit and the query's: the step is announced, and not finished.
        var states = new QueryStates(_intake.Database);
        (QueryState after, _, _) = (await states.LoadAsync("results", default))!.Value;
        byte[] record = Assert.Single(await RecordsAsync());
        await states.AnnounceAsync("results", new QueryState("0", new Dictionary<string, string>()), Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(record)), after, default);
        await source.InsertAsync("A2", "2", 1);

        using QueryPoller restarted = Poller(source);
        Assert.Equal(1, await restarted.PollAsync(default));
        Assert.Equal(["A1", "A2"], await NumbersAsync());
    }

    [Fact]
    public async Task Times_are_watermarks_and_rows_committed_late_are_found_within_the_overlap()
    {
        await using Source source = await Source.CreateAsync(Dialect.Postgres);
        Func<QueryOptions, QueryOptions> byTime = query => query with
        {
            Sql = "SELECT mrn, CAST(result AS NUMERIC(10,2)) AS value, at FROM results WHERE at >= @watermark ORDER BY at", Watermark = "at", Type = WatermarkType.Timestamp, Start = "2026-01-01 00:00:00", Overlap = TimeSpan.FromMinutes(5),
        };
        await source.InsertAsync("A1", "1", 1, new DateTime(2026, 3, 5, 8, 5, 0, DateTimeKind.Unspecified));
        using QueryPoller poller = Poller(source, byTime);
        Assert.Equal(1, await poller.PollAsync(default));
        await source.InsertAsync("A2", "1", 2, new DateTime(2026, 3, 5, 8, 1, 0, DateTimeKind.Unspecified));
        await source.InsertAsync("A3", "1", 3, new DateTime(2026, 3, 5, 8, 5, 0, DateTimeKind.Unspecified).AddTicks(1230));
        Assert.Equal(2, await poller.PollAsync(default));
        Assert.Equal(0, await poller.PollAsync(default));
        Assert.Equal(["mrn,value,at|A1,1.00,2026-03-05 08:05:00|", "mrn,value,at|A2,1.00,2026-03-05 08:01:00|A3,1.00,2026-03-05 08:05:00.000123|"], await TakenAsync());
    }

    [Theory]
    [MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task A_query_that_writes_is_refused_by_the_database_and_changes_nothing(Dialect dialect)
    {
        await using Source source = await Source.CreateAsync(dialect);
        await source.InsertAsync("A1", "1", 1);
        using QueryPoller poller = Poller(source, query => query with { Sql = "DELETE FROM results WHERE seq >= @watermark RETURNING mrn, result, seq" });
        await Assert.ThrowsAnyAsync<DbException>(() => poller.PollAsync(default));
        Assert.Equal(1, await source.CountAsync());
    }

    [Fact]
    public async Task What_is_wrong_with_an_answer_is_said_without_its_values()
    {
        await using Source source = await Source.CreateAsync(Dialect.Sqlite);
        await source.InsertAsync("Secret", "1", 2);
        await source.InsertAsync("Secret", "2", 1);
        foreach ((string sql, string problem) in new[]
        {
            ("SELECT mrn FROM results WHERE seq >= @watermark ORDER BY seq", "no column seq"),
            ("SELECT mrn, seq FROM results WHERE seq >= @watermark ORDER BY seq DESC", "not in the order"),
            ("SELECT mrn, seq FROM results WHERE seq >= @watermark OR 1 = 1 ORDER BY result", "not in the order"),
            ("SELECT mrn, NULL AS seq FROM results WHERE seq >= @watermark ORDER BY seq", "NULL"),
            ("SELECT x'00' AS mrn, seq FROM results WHERE seq >= @watermark ORDER BY seq", "bytes"),
        })
        {
            using QueryPoller poller = Poller(source, query => query with { Sql = sql });
            QueryFaultException fault = await Assert.ThrowsAsync<QueryFaultException>(() => poller.PollAsync(default));
            Assert.Contains(problem, fault.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("Secret", fault.Message, StringComparison.Ordinal);
        }

        Assert.Empty(await RecordsAsync());
    }

    [Fact]
    public async Task A_row_with_commas_quotes_and_line_breaks_comes_through_a_map_whole()
    {
        await using Source source = await Source.CreateAsync(Dialect.Sqlite);
        await source.InsertAsync("MR1", "a, \"b\"\nc", 1);
        using QueryPoller poller = Poller(source, query => query with { Sql = "SELECT mrn, 'Li Si' AS name, result AS address, seq FROM results WHERE seq >= @watermark ORDER BY seq" });
        await poller.PollAsync(default);
        ConversionResult result = Assert.Single(Tables.Convert(Assert.Single(await RecordsAsync())));
        Assert.False(result.IsRejected, Tables.Errors(result));
        Assert.Equal("a, \"b\"\nc", (string?)Tables.Of(result, "Patient").Single()["address"]![0]!["text"]);
    }

    private QueryPoller Poller(Source source, Func<QueryOptions, QueryOptions>? change = null)
    {
        var query = new QueryOptions
        {
            Name = "results", Source = "lis", Connection = source.Url, Watermark = "seq", Type = WatermarkType.Integer, Start = "0",
            Sql = "SELECT mrn, result, seq FROM results WHERE seq >= @watermark ORDER BY seq, mrn",
        };
        return new QueryPoller(change is null ? query : change(query), _intake.Database, _intake.Journal, TimeProvider.System, NullLogger<QueryPoller>.Instance);
    }

    private async Task<List<byte[]>> RecordsAsync() => [.. (await _intake.Journal.PendingAsync(0, 100, 1 << 20, default)).Select(pending => pending.Record.Bytes.ToArray())];

    private async Task<List<string>> TakenAsync() => [.. (await RecordsAsync()).Select(record => Encoding.UTF8.GetString(record).Replace("\r\n", "|", StringComparison.Ordinal))];

    private async Task<List<string>> NumbersAsync() => [.. (await TakenAsync()).SelectMany(record => record.Split('|', StringSplitOptions.RemoveEmptyEntries).Skip(1)).Select(row => row.Split(',')[0])];

    /// <summary>A laboratory system's database.</summary>
    private sealed class Source : IAsyncDisposable
    {
        private readonly TestStore _store;
        private readonly Database _database;

        private Source(TestStore store)
        {
            _store = store;
            _database = store.Open();
        }

        public string Url => _store.Url;

        public static async Task<Source> CreateAsync(Dialect dialect)
        {
            var source = new Source(await TestStore.CreateAsync(dialect));
            await source.ExecuteAsync("CREATE TABLE results (mrn TEXT, result TEXT, seq BIGINT, at TIMESTAMP)");
            return source;
        }

        public Task<int> InsertAsync(string mrn, string result, long seq, DateTime? at = null) => ExecuteAsync("INSERT INTO results VALUES (@mrn, @result, @seq, @at)", new { mrn, result, seq, at });

        public async Task<int> CountAsync()
        {
            await using DbConnection connection = await _database.ConnectAsync();
            return await connection.ExecuteScalarAsync<int>("SELECT COUNT(*) FROM results");
        }

        public async ValueTask DisposeAsync()
        {
            await _database.DisposeAsync();
            await _store.DisposeAsync();
        }

        private Task<int> ExecuteAsync(string sql, object? values = null) => _database.TransactAsync(transaction => transaction.Connection!.ExecuteAsync(sql, values, transaction));
    }
}
