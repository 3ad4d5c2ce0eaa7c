using System.Data.Common;
using Consortium.AnchorService.Store;
using Consortium.Integrity;
using Consortium.Ledger;
using Consortium.Storage;
using Dapper;

namespace Consortium.AnchorService.Status;

/// <summary>Reads how far anchoring is, for the status page and for support. Needs neither the lease nor the chain.</summary>
public sealed class AnchorMonitor
{
    private readonly Database _database;
    private readonly AnchorTables _tables;
    private readonly string _custodian;
    private readonly AnchorCondition _condition;

    internal AnchorMonitor(Database database, AnchorTables tables, Address custodian, AnchorCondition condition)
    {
        _database = database;
        _tables = tables;
        _custodian = custodian.ToString();
        _condition = condition;
    }

    /// <summary>A snapshot with the <paramref name="newest"/> newest batches.</summary>
    public async Task<AnchorStatus> ReadAsync(int newest = 20, CancellationToken cancellationToken = default)
    {
        await _tables.EnsureAsync(cancellationToken).ConfigureAwait(false);
        await using DbConnection connection = await _database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        var custodian = new { custodian = _custodian };
        WriterState? writer = await connection.WriterAsync(_custodian).ConfigureAwait(false);
        (long pending, long? oldestPending) = await connection.QuerySingleAsync<(long, long?)>(
            "SELECT COUNT(*), MIN(received_at) FROM anchor_entry WHERE custodian = @custodian AND batch IS NULL", custodian).ConfigureAwait(false);
        List<(long State, long Batches, long Entries, long Oldest)> states = (await connection.QueryAsync<(long, long, long, long)>(
            "SELECT state, COUNT(*), CAST(SUM(entries) AS BIGINT), MIN(oldest_received_at) FROM anchor_batch WHERE custodian = @custodian GROUP BY state", custodian).ConfigureAwait(false)).AsList();
        IEnumerable<StatusRow> batches = await connection.QueryAsync<StatusRow>(
            StatusRow.Select + " WHERE b.custodian = @custodian ORDER BY b.first_sequence DESC LIMIT @newest", new { custodian = _custodian, newest }).ConfigureAwait(false);
        (AnchorPhase phase, string? reason, string? error, DateTimeOffset? errorAt) = _condition.Read();
        long? oldest = states.Where(row => row.State < (long)BatchState.Final).Select(row => (long?)row.Oldest).Append(oldestPending).Min();
        return new AnchorStatus
        {
            Custodian = _custodian,
            Phase = writer?.StoppedReason is null ? phase : AnchorPhase.Stopped,
            Reason = writer?.StoppedReason ?? reason,
            LastError = error,
            LastErrorAt = errorAt,
            Pending = pending,
            UnderWay = states.Where(row => row.State < (long)BatchState.Final).Sum(row => row.Entries),
            Anchored = states.Where(row => row.State == (long)BatchState.Final).Sum(row => row.Entries),
            OldestUnanchoredSince = oldest is { } ms ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : null,
            NextSequence = writer?.NextSequence ?? 0,
            BatchesByState = Enum.GetValues<BatchState>().ToDictionary(state => state, state => (int)states.Where(row => row.State == (long)state).Sum(row => row.Batches)),
            Batches = [.. batches.Select(row => row.ToStatus())],
        };
    }

    /// <summary>How far one record's entry is; null where it never came in.</summary>
    public async Task<RecordAnchoring?> RecordAsync(Tag128 recordId, CancellationToken cancellationToken = default)
    {
        await _tables.EnsureAsync(cancellationToken).ConfigureAwait(false);
        await using DbConnection connection = await _database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        var key = new { custodian = _custodian, recordId = recordId.ToArray() };
        (long Position, long? Batch)? entry = await connection.QuerySingleOrDefaultAsync<(long, long?)?>(
            "SELECT position, batch FROM anchor_entry WHERE custodian = @custodian AND record_id = @recordId", key).ConfigureAwait(false);
        if (entry is null) return null;
        WriterState? writer = await connection.WriterAsync(_custodian).ConfigureAwait(false);
        (_, string? reason, _, _) = _condition.Read();
        if (entry.Value.Batch is not { } first) return new RecordAnchoring(null, null, null, null, writer?.StoppedReason ?? reason ?? "It waits for the next batch.");
        StatusRow batch = await connection.QuerySingleAsync<StatusRow>(
            StatusRow.Select + " WHERE b.custodian = @custodian AND b.first_sequence = @first", new { custodian = _custodian, first }).ConfigureAwait(false);
        byte[] packed = await connection.QuerySingleAsync<byte[]>(
            "SELECT packed FROM anchor_batch WHERE custodian = @custodian AND first_sequence = @first", new { custodian = _custodian, first }).ConfigureAwait(false);
        int index = Array.FindIndex(IndexEntry.Unpack(packed), one => one.RecordId == recordId);
        BatchStatus status = batch.ToStatus();
        return new RecordAnchoring((ulong)first + (ulong)index, status.State, status.TransactionHash, status.BlockNumber, writer?.StoppedReason ?? status.Note ?? reason);
    }

    private sealed class StatusRow
    {
        public const string Select =
            "SELECT b.first_sequence AS FirstSequence, b.entries AS Entries, b.state AS State, b.note AS Note, b.block_number AS BlockNumber, b.gas_used AS GasUsed, " +
            "b.planned_at AS PlannedAt, b.final_at AS FinalAt, COALESCE(b.transaction_hash, (SELECT t.hash FROM anchor_transaction t " +
            "WHERE t.custodian = b.custodian AND t.first_sequence = b.first_sequence AND t.abandoned IS NULL ORDER BY t.signed_at DESC LIMIT 1)) AS TransactionHash FROM anchor_batch b";

        public long FirstSequence { get; init; }

        public long Entries { get; init; }

        public long State { get; init; }

        public string? Note { get; init; }

        public long? BlockNumber { get; init; }

        public long? GasUsed { get; init; }

        public long PlannedAt { get; init; }

        public long? FinalAt { get; init; }

        public byte[]? TransactionHash { get; init; }

        public BatchStatus ToStatus() => new()
        {
            FirstSequence = (ulong)FirstSequence,
            Count = (int)Entries,
            State = (BatchState)State,
            Note = Note,
            BlockNumber = (ulong?)BlockNumber,
            GasPerEntry = GasUsed is { } gas ? (double)gas / Entries : null,
            PlannedAt = DateTimeOffset.FromUnixTimeMilliseconds(PlannedAt),
            FinalAt = FinalAt is { } ms ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : null,
            TransactionHash = TransactionHash is null ? null : "0x" + Convert.ToHexStringLower(TransactionHash),
        };
    }
}
