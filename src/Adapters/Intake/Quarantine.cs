using System.Data.Common;
using Consortium.Storage;
using Dapper;

namespace Consortium.Adapters.Intake;

/// <summary>A part of a record that waits for a person.</summary>
/// <param name="Digest">The raw record.</param>
/// <param name="Index">Position of the part in the record, from 0.</param>
/// <param name="Sequence">Position of the record in the journal.</param>
/// <param name="Source">The source system.</param>
/// <param name="ControlId">What the part calls itself, if it does.</param>
/// <param name="Adapter">The adapter that refused it; null where none recognised the record.</param>
/// <param name="QuarantinedAt">Since when.</param>
/// <param name="Code">FHIR issue-type of the first error.</param>
/// <param name="Place">Where the first error is: <c>PID-3.1</c>, <c>line 4, column 2</c>, a FHIRPath.</param>
/// <param name="OutcomeJson">All reasons, as an OperationOutcome.</param>
public sealed record QuarantinedRecord(
    string Digest, int Index, long Sequence, string Source, string? ControlId, string? Adapter, DateTimeOffset QuarantinedAt, string Code, string? Place, string OutcomeJson);

/// <summary>What waits for a person (flow step 3): the reasons, the place, the original bytes beside them, and the way back in. Thread-safe.</summary>
public sealed class Quarantine
{
    private const string Columns =
        "digest AS Digest, record_index AS RecordIndex, sequence AS Sequence, source AS Source, control_id AS ControlId, adapter AS Adapter, " +
        "quarantined_at AS QuarantinedAt, code AS Code, place AS Place, outcome AS Outcome";

    private readonly Database _database;
    private readonly IntakeJournal _journal;

    /// <summary>The quarantine of a journal.</summary>
    public Quarantine(Database database, IntakeJournal journal)
    {
        _database = database;
        _journal = journal;
    }

    /// <summary>What waits, in the order of intake.</summary>
    /// <param name="source">Only of this source; null for all.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="afterSequence">Only records after this position in the journal, for paging.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<IReadOnlyList<QuarantinedRecord>> ListAsync(
        string? source = null, int limit = 100, long afterSequence = 0, CancellationToken cancellationToken = default)
    {
        await using DbConnection connection = await _database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        IEnumerable<Row> rows = await connection.QueryAsync<Row>(
            $"SELECT {Columns} FROM quarantine WHERE sequence > @afterSequence AND source = COALESCE(@source, source) ORDER BY sequence, record_index LIMIT @limit",
            new { source, limit, afterSequence }).ConfigureAwait(false);
        return [.. rows.Select(row => row.ToRecord())];
    }

    /// <summary>How many parts wait.</summary>
    public async Task<long> CountAsync(CancellationToken cancellationToken = default)
    {
        await using DbConnection connection = await _database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        return await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM quarantine").ConfigureAwait(false);
    }

    /// <summary>One record: each part that waits with its reasons, and the raw record beside them. Null where nothing of it waits.</summary>
    public async Task<(IReadOnlyList<QuarantinedRecord> Parts, RawRecord Raw)?> ShowAsync(string digest, CancellationToken cancellationToken = default)
    {
        await using DbConnection connection = await _database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        QuarantinedRecord[] parts = [.. (await connection.QueryAsync<Row>(
            $"SELECT {Columns} FROM quarantine WHERE digest = @digest ORDER BY record_index", new { digest }).ConfigureAwait(false)).Select(row => row.ToRecord())];
        if (parts.Length == 0) return null;
        return await _journal.FindAsync(digest, cancellationToken).ConfigureAwait(false) is { } raw ? (parts, raw) : null;
    }

    /// <summary>
    /// Puts a record back before the adapter, from its raw bytes. What of it is published already is not published again unless its content changed;
    /// what is still refused comes back here. False where nothing of the record waits.
    /// </summary>
    public async Task<bool> ReleaseAsync(string digest, CancellationToken cancellationToken = default) =>
        await ReleaseAsync("digest = @digest", new { digest }, cancellationToken).ConfigureAwait(false) > 0;

    /// <summary>Puts every record that waits back before its adapter; gives how many.</summary>
    /// <param name="source">Only of this source; null for all.</param>
    /// <param name="code">Only those whose first reason has this code (<c>not-supported</c>, once a mapping has come); null for all.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<int> ReleaseAllAsync(string? source = null, string? code = null, CancellationToken cancellationToken = default) =>
        ReleaseAsync("source = COALESCE(@source, source) AND code = COALESCE(@code, code)", new { source, code }, cancellationToken);

    private async Task<int> ReleaseAsync(string condition, object parameters, CancellationToken cancellationToken)
    {
        int released = await _database.TransactAsync(
            // Only a settled record can be released: a second call, or one while the first is under way, changes nothing.
            transaction => transaction.Connection!.ExecuteAsync(
                $"UPDATE intake SET state = 'pending', release = release + 1 WHERE state = 'quarantined' AND digest IN (SELECT digest FROM quarantine WHERE {condition})",
                parameters, transaction),
            cancellationToken).ConfigureAwait(false);
        if (released > 0) _journal.Wake();
        return released;
    }

    private sealed class Row
    {
        public string Digest { get; init; } = "";
        public long RecordIndex { get; init; }
        public long Sequence { get; init; }
        public string Source { get; init; } = "";
        public string? ControlId { get; init; }
        public string? Adapter { get; init; }
        public long QuarantinedAt { get; init; }
        public string Code { get; init; } = "";
        public string? Place { get; init; }
        public string Outcome { get; init; } = "";

        public QuarantinedRecord ToRecord() => new(
            Digest, (int)RecordIndex, Sequence, Source, ControlId, Adapter, DateTimeOffset.FromUnixTimeMilliseconds(QuarantinedAt), Code, Place, Outcome);
    }
}
