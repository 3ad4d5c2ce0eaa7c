using System.Data.Common;
using Consortium.Integrity;
using Consortium.Storage;
using Dapper;

namespace Consortium.Ledger.Projection;

/// <summary>
/// Moves the cursor and the rows that hang on it, forward and back. Each move is one transaction that first checks that the cursor is where the
/// reader thought: several projections over one store do not apply a block twice.
/// </summary>
internal sealed class ProjectionStore
{
    private readonly Database _database;

    public ProjectionStore(Database database) => _database = database;

    public Task MigrateAsync(CancellationToken ct) =>
        _database.MigrateAsync(ProjectionSchema.Component, ProjectionSchema.Scripts(_database.Dialect), ct);

    public async Task<ChainCursor?> CursorAsync(CancellationToken ct)
    {
        await using DbConnection connection = await _database.ConnectAsync(ct).ConfigureAwait(false);
        return (await connection.QuerySingleOrDefaultAsync<CursorRow>(CursorRow.Select).ConfigureAwait(false))?.ToCursor();
    }

    public Task StartAsync(ChainCursor cursor, CancellationToken ct) => _database.TransactAsync(async transaction =>
    {
        DbConnection connection = transaction.Connection!;
        await connection.ExecuteAsync(
            "INSERT INTO projection_chain (id, chain_id, contract, code_hash, start_block, units_per_second, block_number, block_hash, block_time, followed_at, entries, batches) " +
            "VALUES (1, @chainId, @contract, @codeHash, @start, @units, @number, @hash, @time, @followedAt, 0, 0) ON CONFLICT (id) DO NOTHING",
            new
            {
                chainId = (long)cursor.ChainId,
                contract = cursor.Contract,
                codeHash = cursor.CodeHash.ToArray(),
                start = (long)cursor.StartBlock,
                units = (long)cursor.UnitsPerSecond,
                number = (long)cursor.BlockNumber,
                hash = cursor.BlockHash.ToArray(),
                time = (long)cursor.BlockTime,
                followedAt = cursor.FollowedAt.ToUnixTimeMilliseconds(),
            }, transaction).ConfigureAwait(false);
        await KeepBlockAsync(transaction, cursor.BlockNumber, cursor.BlockHash).ConfigureAwait(false);
    }, ct);

    /// <summary>Blocks whose hashes are kept, the newest first.</summary>
    public async Task<IReadOnlyList<(ulong Number, Hash256 Hash)>> KeptBlocksAsync(CancellationToken ct)
    {
        await using DbConnection connection = await _database.ConnectAsync(ct).ConfigureAwait(false);
        IEnumerable<(long Number, byte[] Hash)> rows = await connection.QueryAsync<(long, byte[])>("SELECT number, hash FROM projection_block ORDER BY number DESC").ConfigureAwait(false);
        return [.. rows.Select(row => ((ulong)row.Number, new Hash256(row.Hash)))];
    }

    /// <summary>Applies what <paramref name="apply"/> writes for the blocks up to <paramref name="block"/>, and moves the cursor there.</summary>
    /// <returns>False where another projection moved the cursor meanwhile; nothing was written.</returns>
    public Task<bool> AdvanceAsync(ChainCursor from, Block block, int keptBlocks, DateTimeOffset now, Func<DbTransaction, Task<(long Entries, long Batches)>> apply, CancellationToken ct) =>
        _database.TransactAsync(async transaction =>
        {
            if (!await HoldAsync(transaction, from).ConfigureAwait(false)) return false;
            (long entries, long batches) = await apply(transaction).ConfigureAwait(false);
            DbConnection connection = transaction.Connection!;
            await connection.ExecuteAsync(
                "UPDATE projection_chain SET block_number = @number, block_hash = @hash, block_time = @time, followed_at = @now, entries = entries + @entries, batches = batches + @batches",
                new { number = (long)block.Number, hash = block.Hash.ToArray(), time = (long)block.Timestamp, now = now.ToUnixTimeMilliseconds(), entries, batches }, transaction)
                .ConfigureAwait(false);
            await KeepBlockAsync(transaction, block.Number, block.Hash).ConfigureAwait(false);

            // The starting block stays for good: it is the last resort of a rollback, and tells a replaced chain.
            await connection.ExecuteAsync(
                "DELETE FROM projection_block WHERE number <> @start AND number NOT IN (SELECT number FROM projection_block ORDER BY number DESC LIMIT @keptBlocks)",
                new { start = (long)from.StartBlock, keptBlocks }, transaction).ConfigureAwait(false);
            return true;
        }, ct);

    /// <summary>Takes back everything that came from blocks after <paramref name="number"/>.</summary>
    public Task<bool> RollBackAsync(ChainCursor from, ulong number, Hash256 hash, CancellationToken ct) => _database.TransactAsync(async transaction =>
    {
        if (!await HoldAsync(transaction, from).ConfigureAwait(false)) return false;
        DbConnection connection = transaction.Connection!;
        var after = new { number = (long)number };
        int entries = 0;
        IEnumerable<(long Custodian, long First)> gone = await connection.QueryAsync<(long, long)>(
            "SELECT custodian, MIN(first_sequence) FROM projection_batch WHERE block_number > @number GROUP BY custodian", after, transaction).ConfigureAwait(false);
        foreach ((long custodian, long first) in gone)
        {
            entries += await connection.ExecuteAsync(
                "DELETE FROM projection_entry WHERE custodian = @custodian AND sequence >= @first", new { custodian, first }, transaction).ConfigureAwait(false);
        }

        int batches = 0;
        foreach (string table in ProjectionSchema.FromBlocks)
        {
            int deleted = await connection.ExecuteAsync($"DELETE FROM {table} WHERE block_number > @number", after, transaction).ConfigureAwait(false);
            if (table == "projection_batch") batches = deleted;
        }

        await connection.ExecuteAsync("DELETE FROM projection_block WHERE number > @number", after, transaction).ConfigureAwait(false);
        await connection.ExecuteAsync(
            "UPDATE projection_chain SET block_number = @number, block_hash = @hash, entries = entries - @entries, batches = batches - @batches",
            new { number = (long)number, hash = hash.ToArray(), entries, batches }, transaction).ConfigureAwait(false);
        return true;
    }, ct);

    /// <summary>Everything there is was read at this moment.</summary>
    public Task FollowedAsync(DateTimeOffset now, CancellationToken ct) => _database.TransactAsync(transaction =>
        transaction.Connection!.ExecuteAsync("UPDATE projection_chain SET followed_at = @now WHERE followed_at < @now", new { now = now.ToUnixTimeMilliseconds() }, transaction), ct);

    /// <summary>Locks the cursor for this transaction; false where it is not where the reader thought.</summary>
    private async Task<bool> HoldAsync(DbTransaction transaction, ChainCursor expected)
    {
        string sql = CursorRow.Select + (_database.Dialect == Dialect.Postgres ? " FOR UPDATE" : "");
        CursorRow? row = await transaction.Connection!.QuerySingleOrDefaultAsync<CursorRow>(sql, transaction: transaction).ConfigureAwait(false);
        return row is not null && (ulong)row.BlockNumber == expected.BlockNumber && expected.BlockHash.Span.SequenceEqual(row.BlockHash);
    }

    private static async Task KeepBlockAsync(DbTransaction transaction, ulong number, Hash256 hash) => await transaction.Connection!.ExecuteAsync(
        "INSERT INTO projection_block (number, hash) VALUES (@number, @hash) ON CONFLICT (number) DO UPDATE SET hash = excluded.hash",
        new { number = (long)number, hash = hash.ToArray() }, transaction).ConfigureAwait(false);

    private sealed class CursorRow
    {
        public const string Select =
            "SELECT chain_id AS ChainId, contract AS Contract, code_hash AS CodeHash, start_block AS StartBlock, units_per_second AS UnitsPerSecond, block_number AS BlockNumber, " +
            "block_hash AS BlockHash, block_time AS BlockTime, followed_at AS FollowedAt, entries AS Entries, batches AS Batches FROM projection_chain WHERE id = 1";

        public long ChainId { get; init; }

        public string Contract { get; init; } = "";

        public byte[] CodeHash { get; init; } = [];

        public long StartBlock { get; init; }

        public long UnitsPerSecond { get; init; }

        public long BlockNumber { get; init; }

        public byte[] BlockHash { get; init; } = [];

        public long BlockTime { get; init; }

        public long FollowedAt { get; init; }

        public long Entries { get; init; }

        public long Batches { get; init; }

        public ChainCursor ToCursor() => new(
            (ulong)ChainId, Contract, new Hash256(CodeHash), (ulong)StartBlock, (ulong)UnitsPerSecond, (ulong)BlockNumber, new Hash256(BlockHash), (ulong)BlockTime,
            DateTimeOffset.FromUnixTimeMilliseconds(FollowedAt), Entries, Batches);
    }
}
