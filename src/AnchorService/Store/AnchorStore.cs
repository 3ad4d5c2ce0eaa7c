using System.Data.Common;
using Consortium.AnchorService.Status;
using Consortium.Integrity;
using Consortium.Ledger;
using Consortium.Storage;
using Dapper;

namespace Consortium.AnchorService.Store;

/// <summary>
/// What the writer of one custodian reads and writes. Every write carries the writer's fence: one that lost its lease
/// (a frozen process that wakes up, a cut connection) can change nothing any more.
/// </summary>
internal sealed class AnchorStore
{
    private readonly Database _database;
    private readonly string _custodian;
    private readonly TimeProvider _time;

    public AnchorStore(Database database, Address custodian, TimeProvider time)
    {
        _database = database;
        _custodian = custodian.ToString();
        _time = time;
    }

    /// <summary>The fence that the writer took with its lease.</summary>
    public long Fence { get; set; }

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    public async Task<WriterState?> WriterAsync(CancellationToken ct)
    {
        await using DbConnection connection = await _database.ConnectAsync(ct).ConfigureAwait(false);
        return await connection.WriterAsync(_custodian).ConfigureAwait(false);
    }

    /// <summary>Runs <paramref name="work"/> in a transaction that fails unless this writer still holds the lease.</summary>
    /// <exception cref="LeaseLostException">Another writer took over.</exception>
    public Task WriteAsync(Func<DbTransaction, Task> work, CancellationToken ct) => _database.TransactAsync(async transaction =>
    {
        string sql = "SELECT fence FROM anchor_writer WHERE custodian = @custodian" + (_database.Dialect == Dialect.Postgres ? " FOR UPDATE" : "");
        long? fence = await transaction.Connection!.ExecuteScalarAsync<long?>(sql, new { custodian = _custodian }, transaction).ConfigureAwait(false);
        if (fence != Fence) throw new LeaseLostException();
        await work(transaction).ConfigureAwait(false);
    }, ct);

    /// <summary>How many entries wait for a batch, counted up to <paramref name="atMost"/>, and since when the oldest of them waits.</summary>
    public async Task<(int Count, DateTimeOffset? Oldest)> PendingAsync(int atMost, CancellationToken ct)
    {
        await using DbConnection connection = await _database.ConnectAsync(ct).ConfigureAwait(false);
        (long count, long? oldest) = await connection.QuerySingleAsync<(long, long?)>(
            "SELECT COUNT(*), MIN(received_at) FROM (SELECT received_at FROM anchor_entry WHERE custodian = @custodian AND batch IS NULL ORDER BY position LIMIT @atMost) AS waiting",
            new { custodian = _custodian, atMost }).ConfigureAwait(false);
        return ((int)count, oldest is { } ms ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : null);
    }

    /// <summary>
    /// Numbers the oldest waiting entries as the next batch, in one transaction: members, root, head and the custodian's next sequence.
    /// </summary>
    /// <returns>The batch, or null where nothing waits.</returns>
    public async Task<AnchorBatch?> PlanAsync(int atMost, CancellationToken ct)
    {
        AnchorBatch? planned = null;
        await WriteAsync(async transaction =>
        {
            DbConnection connection = transaction.Connection!;
            WriterState writer = (await connection.WriterAsync(_custodian, transaction).ConfigureAwait(false))!;
            List<PendingRow> rows = (await connection.QueryAsync<PendingRow>(
                "SELECT position AS Position, packed AS Packed, received_at AS ReceivedAt FROM anchor_entry WHERE custodian = @custodian AND batch IS NULL ORDER BY position LIMIT @atMost",
                new { custodian = _custodian, atMost }, transaction).ConfigureAwait(false)).AsList();
            if (rows.Count == 0)
            {
                planned = null;
                return;
            }

            IndexEntry[] entries = [.. rows.Select(row => IndexEntry.Read(row.Packed))];
            Hash256 root = BatchTree.Root(entries);
            planned = new AnchorBatch
            {
                FirstSequence = writer.NextSequence,
                Count = entries.Length,
                Root = root,
                Head = BatchHead.Next(writer.Head, writer.NextSequence, (ulong)entries.Length, root),
                State = BatchState.Planned,
                Requeued = 0,
                OldestReceivedAt = DateTimeOffset.FromUnixTimeMilliseconds(rows.Min(row => row.ReceivedAt)),
            };
            await connection.InsertBatchAsync(transaction, _custodian, planned, IndexEntry.Pack(entries), Now).ConfigureAwait(false);

            // By position, not "everything up to here": on PostgreSQL an intake that committed in this moment
            // may have a lower position than the last one selected, and is not in the root.
            string positions = string.Join(',', rows.Select(row => row.Position));
            int moved = await connection.ExecuteAsync(
                $"UPDATE anchor_entry SET batch = @first WHERE batch IS NULL AND position IN ({positions})",
                new { first = (long)planned.FirstSequence }, transaction).ConfigureAwait(false);
            if (moved != rows.Count) throw new InvalidOperationException($"Of {rows.Count} waiting entries {moved} could be taken into a batch: two writers share these tables.");
            await connection.ExecuteAsync(
                "UPDATE anchor_writer SET next_sequence = @next, head = @head WHERE custodian = @custodian",
                new { custodian = _custodian, next = (long)planned.NextSequence, head = planned.Head.ToArray() }, transaction).ConfigureAwait(false);
        }, ct).ConfigureAwait(false);
        return planned;
    }

    /// <summary>The batches that are not final, in sequence.</summary>
    public Task<IReadOnlyList<AnchorBatch>> OpenAsync(CancellationToken ct) =>
        BatchesAsync("state < 4 ORDER BY first_sequence", new { custodian = _custodian }, ct);

    /// <summary>Final batches in blocks from <paramref name="fromBlock"/> on, the newest block first.</summary>
    public Task<IReadOnlyList<AnchorBatch>> FinalSinceAsync(ulong fromBlock, CancellationToken ct) =>
        BatchesAsync("state = 4 AND block_number >= @from ORDER BY block_number DESC, first_sequence DESC", new { custodian = _custodian, from = (long)fromBlock }, ct);

    /// <summary>Final batches from this sequence on.</summary>
    public Task<IReadOnlyList<AnchorBatch>> FinalFromSequenceAsync(ulong sequence, CancellationToken ct) =>
        BatchesAsync("state = 4 AND first_sequence >= @from ORDER BY first_sequence", new { custodian = _custodian, from = (long)sequence }, ct);

    /// <summary>The batch that holds or ends just before <paramref name="sequence"/>.</summary>
    public async Task<AnchorBatch?> BatchBeforeAsync(ulong sequence, CancellationToken ct) =>
        (await BatchesAsync("first_sequence < @before ORDER BY first_sequence DESC LIMIT 1", new { custodian = _custodian, before = (long)sequence }, ct).ConfigureAwait(false))
        .SingleOrDefault();

    public async Task<byte[]> PackedAsync(AnchorBatch batch, CancellationToken ct)
    {
        await using DbConnection connection = await _database.ConnectAsync(ct).ConfigureAwait(false);
        return await connection.QuerySingleAsync<byte[]>(
            "SELECT packed FROM anchor_batch WHERE custodian = @custodian AND first_sequence = @first", Key(batch)).ConfigureAwait(false);
    }

    /// <summary>The persisted bytes of a transaction.</summary>
    public async Task<byte[]> RawAsync(AnchorTransaction transaction, CancellationToken ct)
    {
        await using DbConnection connection = await _database.ConnectAsync(ct).ConfigureAwait(false);
        return await connection.QuerySingleAsync<byte[]>("SELECT raw FROM anchor_transaction WHERE hash = @hash", new { hash = transaction.Hash.ToArray() }).ConfigureAwait(false);
    }

    /// <summary>All transactions ever signed for the batch, the newest first.</summary>
    public async Task<IReadOnlyList<AnchorTransaction>> TransactionsAsync(AnchorBatch batch, CancellationToken ct)
    {
        await using DbConnection connection = await _database.ConnectAsync(ct).ConfigureAwait(false);
        IEnumerable<TransactionRow> rows = await connection.QueryAsync<TransactionRow>(
            TransactionRow.Select + " WHERE custodian = @custodian AND first_sequence = @first", Key(batch)).ConfigureAwait(false);
        return [.. rows.Select(row => row.ToTransaction()).OrderByDescending(one => one.Nonce).ThenByDescending(one => one.GasPrice)];
    }

    /// <summary>The highest nonce of a transaction that can still be mined or was; null where there is none.</summary>
    public async Task<ulong?> HighestNonceAsync(CancellationToken ct)
    {
        await using DbConnection connection = await _database.ConnectAsync(ct).ConfigureAwait(false);
        long? highest = await connection.ExecuteScalarAsync<long?>(
            "SELECT MAX(nonce) FROM anchor_transaction WHERE custodian = @custodian AND abandoned IS NULL", new { custodian = _custodian }).ConfigureAwait(false);
        return highest is { } nonce ? (ulong)nonce : null;
    }

    /// <summary>Persists a signed transaction; from here on it may be sent, in any process, any number of times.</summary>
    public Task AddTransactionAsync(AnchorBatch batch, AnchorTransaction signed, byte[] raw, CancellationToken ct) => WriteAsync(async transaction =>
    {
        DbConnection connection = transaction.Connection!;
        await connection.ExecuteAsync(
            "INSERT INTO anchor_transaction (hash, custodian, first_sequence, nonce, gas_price, gas_limit, raw, signed_at) " +
            "VALUES (@hash, @custodian, @first, @nonce, @price, @limit, @raw, @now) ON CONFLICT (hash) DO NOTHING",
            new
            {
                hash = signed.Hash.ToArray(),
                custodian = _custodian,
                first = (long)batch.FirstSequence,
                nonce = (long)signed.Nonce,
                price = signed.GasPrice.ToString(System.Globalization.CultureInfo.InvariantCulture),
                limit = (long)signed.GasLimit,
                raw,
                now = Now,
            }, transaction).ConfigureAwait(false);
        await SetStateAsync(transaction, batch, BatchState.Signed).ConfigureAwait(false);
    }, ct);

    /// <summary>A transaction with the batch's very content that these tables did not know (they were restored from an older backup).</summary>
    public Task AddFoundAsync(AnchorBatch batch, Hash256 hash, CancellationToken ct) => WriteAsync(async transaction =>
        await transaction.Connection!.ExecuteAsync(
            "INSERT INTO anchor_transaction (hash, custodian, first_sequence, nonce, gas_price, gas_limit, raw, signed_at, abandoned) " +
            "VALUES (@hash, @custodian, @first, 0, '0', 0, @raw, @now, 'found in the chain') ON CONFLICT (hash) DO NOTHING",
            new { hash = hash.ToArray(), custodian = _custodian, first = (long)batch.FirstSequence, raw = Array.Empty<byte>(), now = Now }, transaction).ConfigureAwait(false), ct);

    /// <summary>An endpoint has taken the transaction at this height.</summary>
    public Task MarkSentAsync(AnchorBatch batch, AnchorTransaction sent, ulong height, CancellationToken ct) => WriteAsync(async transaction =>
    {
        await transaction.Connection!.ExecuteAsync(
            "UPDATE anchor_transaction SET sent_at_block = @height WHERE hash = @hash",
            new { hash = sent.Hash.ToArray(), height = (long)height }, transaction).ConfigureAwait(false);
        await SetStateAsync(transaction, batch, BatchState.Sent).ConfigureAwait(false);
    }, ct);

    /// <summary>A block holds the batch.</summary>
    public Task MarkMinedAsync(AnchorBatch batch, MinedIn mined, CancellationToken ct) =>
        WriteAsync(transaction => SetMinedAsync(transaction, batch, mined, BatchState.Mined), ct);

    /// <summary>The batch is deep enough: state and whatever <paramref name="alongside"/> writes, in one transaction.</summary>
    public Task MarkFinalAsync(AnchorBatch batch, MinedIn mined, Func<DbTransaction, Task> alongside, CancellationToken ct) => WriteAsync(async transaction =>
    {
        await SetMinedAsync(transaction, batch, mined, BatchState.Final).ConfigureAwait(false);
        await alongside(transaction).ConfigureAwait(false);
    }, ct);

    /// <summary>The block that held the batch is gone: its persisted bytes are sent again.</summary>
    public Task MarkUnderWayAsync(AnchorBatch batch, string note, CancellationToken ct) => WriteAsync(async transaction =>
    {
        await transaction.Connection!.ExecuteAsync(
            "UPDATE anchor_batch SET state = @state, note = @note, transaction_hash = NULL, block_number = NULL, block_hash = NULL, gas_used = NULL, final_at = NULL " +
            "WHERE custodian = @custodian AND first_sequence = @first",
            new { state = (long)BatchState.Signed, note, custodian = _custodian, first = (long)batch.FirstSequence }, transaction).ConfigureAwait(false);
    }, ct);

    /// <summary>
    /// None of the transactions of this batch and of those behind it can anchor any more: they wait for fresh nonces.
    /// Those behind fall with it, because the contract takes batches in sequence only and their nonces are now the lower ones.
    /// </summary>
    public Task RequeueFromAsync(ulong firstSequence, string reason, CancellationToken ct) => WriteAsync(async transaction =>
        await transaction.Connection!.RequeueFromAsync(transaction, _custodian, firstSequence, reason).ConfigureAwait(false), ct);

    /// <summary>Why the batch waits, for the status. Written only when it is news.</summary>
    public Task NoteAsync(AnchorBatch batch, string note, CancellationToken ct) => batch.Note == note ? Task.CompletedTask : WriteAsync(async transaction =>
        await transaction.Connection!.ExecuteAsync(
            "UPDATE anchor_batch SET note = @note WHERE custodian = @custodian AND first_sequence = @first",
            new { note, custodian = _custodian, first = (long)batch.FirstSequence }, transaction).ConfigureAwait(false), ct);

    /// <summary>Stops the custodian until a person resumes it.</summary>
    public Task StopAsync(string reason, CancellationToken ct) => WriteAsync(async transaction =>
        await transaction.Connection!.ExecuteAsync(
            "UPDATE anchor_writer SET stopped_reason = @reason, stopped_at = @now WHERE custodian = @custodian",
            new { reason, now = Now, custodian = _custodian }, transaction).ConfigureAwait(false), ct);

    /// <summary>Keeps what the first start met, to hold later starts to it.</summary>
    public Task KeepChainAsync(ulong chainId, Hash256 codeHash, CancellationToken ct) => WriteAsync(async transaction =>
        await transaction.Connection!.ExecuteAsync(
            "UPDATE anchor_writer SET chain_id = @chainId, code_hash = @codeHash WHERE custodian = @custodian",
            new { chainId = (long)chainId, codeHash = codeHash.ToArray(), custodian = _custodian }, transaction).ConfigureAwait(false), ct);

    private async Task<IReadOnlyList<AnchorBatch>> BatchesAsync(string where, object parameters, CancellationToken ct)
    {
        await using DbConnection connection = await _database.ConnectAsync(ct).ConfigureAwait(false);
        IEnumerable<BatchRow> rows = await connection.QueryAsync<BatchRow>(BatchRow.Select + " WHERE custodian = @custodian AND " + where, parameters).ConfigureAwait(false);
        return [.. rows.Select(row => row.ToBatch())];
    }

    private object Key(AnchorBatch batch) => new { custodian = _custodian, first = (long)batch.FirstSequence };

    private async Task SetStateAsync(DbTransaction transaction, AnchorBatch batch, BatchState state) =>
        await transaction.Connection!.ExecuteAsync(
            "UPDATE anchor_batch SET state = @state, note = NULL WHERE custodian = @custodian AND first_sequence = @first",
            new { state = (long)state, custodian = _custodian, first = (long)batch.FirstSequence }, transaction).ConfigureAwait(false);

    private async Task SetMinedAsync(DbTransaction transaction, AnchorBatch batch, MinedIn mined, BatchState state) =>
        await transaction.Connection!.ExecuteAsync(
            "UPDATE anchor_batch SET state = @state, note = NULL, transaction_hash = @hash, block_number = @number, block_hash = @block, gas_used = @gas, final_at = @finalAt " +
            "WHERE custodian = @custodian AND first_sequence = @first",
            new
            {
                state = (long)state,
                hash = mined.TransactionHash.ToArray(),
                number = (long)mined.BlockNumber,
                block = mined.BlockHash.ToArray(),
                gas = (long)mined.GasUsed,
                finalAt = state == BatchState.Final ? Now : (long?)null,
                custodian = _custodian,
                first = (long)batch.FirstSequence,
            }, transaction).ConfigureAwait(false);
}

/// <summary>Where a transaction was found in the chain.</summary>
internal sealed record MinedIn(Hash256 TransactionHash, ulong BlockNumber, Hash256 BlockHash, ulong GasUsed);
