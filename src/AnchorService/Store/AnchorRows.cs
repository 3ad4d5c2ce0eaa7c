using System.Data.Common;
using System.Globalization;
using Consortium.AnchorService.Status;
using Consortium.Integrity;
using Dapper;

namespace Consortium.AnchorService.Store;

internal sealed class PendingRow
{
    public long Position { get; init; }

    public byte[] Packed { get; init; } = [];

    public long ReceivedAt { get; init; }
}

internal sealed class BatchRow
{
    public const string Select =
        "SELECT first_sequence AS FirstSequence, entries AS Entries, root AS Root, head AS Head, state AS State, requeued AS Requeued, " +
        "oldest_received_at AS OldestReceivedAt, transaction_hash AS TransactionHash, block_number AS BlockNumber, block_hash AS BlockHash, note AS Note FROM anchor_batch";

    public long FirstSequence { get; init; }

    public long Entries { get; init; }

    public byte[] Root { get; init; } = [];

    public byte[] Head { get; init; } = [];

    public long State { get; init; }

    public long Requeued { get; init; }

    public long OldestReceivedAt { get; init; }

    public byte[]? TransactionHash { get; init; }

    public long? BlockNumber { get; init; }

    public byte[]? BlockHash { get; init; }

    public string? Note { get; init; }

    public AnchorBatch ToBatch() => new()
    {
        FirstSequence = (ulong)FirstSequence,
        Count = (int)Entries,
        Root = new Hash256(Root),
        Head = new Hash256(Head),
        State = (BatchState)State,
        Requeued = (int)Requeued,
        OldestReceivedAt = DateTimeOffset.FromUnixTimeMilliseconds(OldestReceivedAt),
        TransactionHash = TransactionHash is null ? null : new Hash256(TransactionHash),
        BlockNumber = (ulong?)BlockNumber,
        BlockHash = BlockHash is null ? null : new Hash256(BlockHash),
        Note = Note,
    };
}

internal sealed class TransactionRow
{
    public const string Select =
        "SELECT hash AS Hash, first_sequence AS FirstSequence, nonce AS Nonce, gas_price AS GasPrice, gas_limit AS GasLimit, " +
        "sent_at_block AS SentAtBlock, abandoned AS Abandoned FROM anchor_transaction";

    public byte[] Hash { get; init; } = [];

    public long FirstSequence { get; init; }

    public long Nonce { get; init; }

    public string GasPrice { get; init; } = "";

    public long GasLimit { get; init; }

    public long? SentAtBlock { get; init; }

    public string? Abandoned { get; init; }

    public AnchorTransaction ToTransaction() => new(
        new Hash256(Hash), (ulong)FirstSequence, (ulong)Nonce, UInt128.Parse(GasPrice, CultureInfo.InvariantCulture), (ulong)GasLimit, (ulong?)SentAtBlock, Abandoned);
}

internal static class AnchorQueries
{
    public static async Task<WriterState?> WriterAsync(this DbConnection connection, string custodian, DbTransaction? transaction = null)
    {
        WriterRow? row = await connection.QuerySingleOrDefaultAsync<WriterRow>(
            "SELECT contract AS Contract, chain_id AS ChainId, code_hash AS CodeHash, next_sequence AS NextSequence, head AS Head, stopped_reason AS StoppedReason, stopped_at AS StoppedAt " +
            "FROM anchor_writer WHERE custodian = @custodian", new { custodian }, transaction).ConfigureAwait(false);
        return row is null ? null : new WriterState(
            row.Contract,
            (ulong?)row.ChainId,
            row.CodeHash is null ? null : new Hash256(row.CodeHash),
            (ulong)row.NextSequence,
            new Hash256(row.Head),
            row.StoppedReason,
            row.StoppedAt is { } ms ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : null);
    }

    public static async Task InsertBatchAsync(this DbConnection connection, DbTransaction transaction, string custodian, AnchorBatch batch, byte[] packed, long now) =>
        await connection.ExecuteAsync(
            "INSERT INTO anchor_batch (custodian, first_sequence, entries, packed, root, head, oldest_received_at, planned_at, state) " +
            "VALUES (@custodian, @first, @entries, @packed, @root, @head, @oldest, @now, @state)",
            new
            {
                custodian,
                first = (long)batch.FirstSequence,
                entries = (long)batch.Count,
                packed,
                root = batch.Root.ToArray(),
                head = batch.Head.ToArray(),
                oldest = batch.OldestReceivedAt.ToUnixTimeMilliseconds(),
                now,
                state = (long)batch.State,
            }, transaction).ConfigureAwait(false);

    public static async Task RequeueFromAsync(this DbConnection connection, DbTransaction transaction, string custodian, ulong firstSequence, string reason)
    {
        var parameters = new { reason, custodian, first = (long)firstSequence };
        await connection.ExecuteAsync(
            "UPDATE anchor_transaction SET abandoned = @reason WHERE custodian = @custodian AND abandoned IS NULL AND first_sequence IN " +
            "(SELECT first_sequence FROM anchor_batch WHERE custodian = @custodian AND first_sequence >= @first AND state < 3)",
            parameters, transaction).ConfigureAwait(false);
        await connection.ExecuteAsync(
            "UPDATE anchor_batch SET state = 0, requeued = requeued + 1, note = @reason, transaction_hash = NULL, block_number = NULL, block_hash = NULL, gas_used = NULL " +
            "WHERE custodian = @custodian AND first_sequence >= @first AND state < 3",
            parameters, transaction).ConfigureAwait(false);
    }

    private sealed class WriterRow
    {
        public string Contract { get; init; } = "";

        public long? ChainId { get; init; }

        public byte[]? CodeHash { get; init; }

        public long NextSequence { get; init; }

        public byte[] Head { get; init; } = [];

        public string? StoppedReason { get; init; }

        public long? StoppedAt { get; init; }
    }
}
