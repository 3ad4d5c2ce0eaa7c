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
/// <param name="Adapter">The adapter that refused it; null where none recognised the record, or it was refused at the door.</param>
/// <param name="QuarantinedAt">Since when.</param>
/// <param name="Code">FHIR issue-type of the first error.</param>
/// <param name="Place">Where the first error is: <c>PID-3.1</c>, <c>line 4, column 2</c>, a FHIRPath.</param>
/// <param name="OutcomeJson">All reasons, as an OperationOutcome.</param>
public sealed record QuarantinedRecord(
    string Digest, int Index, long Sequence, string Source, string? ControlId, string? Adapter, DateTimeOffset QuarantinedAt, string Code, string? Place, string OutcomeJson);

/// <summary>Which of what waits is meant; what is left out does not matter.</summary>
public sealed record QuarantineFilter
{
    /// <summary>Only of this source system.</summary>
    public string? Source { get; init; }

    /// <summary>Only those whose first reason has this code (<c>not-supported</c>, <c>value</c> …).</summary>
    public string? Code { get; init; }

    /// <summary>Only those whose first reason is at this place (<c>PID-3.1</c>), or in this segment (<c>PID</c>).</summary>
    public string? Place { get; init; }

    /// <summary>Only those that wait since this time or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Only those that wait since before this time.</summary>
    public DateTimeOffset? Before { get; init; }
}

/// <summary>A position in the list: after this part of this record.</summary>
/// <param name="Sequence">The record's position in the journal.</param>
/// <param name="Index">The part's position in the record.</param>
public readonly record struct QuarantineCursor(long Sequence, int Index);

/// <summary>What waits for a person (flow step 3): the reasons, the place, the original bytes beside them, and the way back in. Thread-safe.</summary>
public sealed class Quarantine
{
    private const string Columns =
        "digest AS Digest, record_index AS RecordIndex, sequence AS Sequence, source AS Source, control_id AS ControlId, adapter AS Adapter, " +
        "quarantined_at AS QuarantinedAt, code AS Code, place AS Place, outcome AS Outcome";

    private const string Filter =
        "source = COALESCE(@Source, source) AND code = COALESCE(@Code, code) AND quarantined_at >= @From AND quarantined_at < @Before " +
        "AND (CAST(@Place AS TEXT) IS NULL OR place = @Place OR place LIKE @InPlace ESCAPE '!' OR place LIKE @OfPlace ESCAPE '!')";

    private readonly Database _database;
    private readonly IntakeJournal _journal;

    /// <summary>The quarantine of a journal.</summary>
    public Quarantine(Database database, IntakeJournal journal)
    {
        _database = database;
        _journal = journal;
    }

    /// <summary>What waits, in the order of intake.</summary>
    /// <param name="filter">Which; null for all.</param>
    /// <param name="limit">At most so many parts.</param>
    /// <param name="after">Only what stands after this, for paging.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<IReadOnlyList<QuarantinedRecord>> ListAsync(
        QuarantineFilter? filter = null, int limit = 100, QuarantineCursor after = default, CancellationToken cancellationToken = default)
    {
        await using DbConnection connection = await _database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        DynamicParameters parameters = Parameters(filter);
        parameters.Add("limit", limit);
        parameters.Add("sequence", after.Sequence);
        parameters.Add("index", (long)after.Index);
        IEnumerable<Row> rows = await connection.QueryAsync<Row>(
            $"SELECT {Columns} FROM quarantine WHERE (sequence > @sequence OR (sequence = @sequence AND record_index > @index)) AND {Filter} " +
            "ORDER BY sequence, record_index LIMIT @limit",
            parameters).ConfigureAwait(false);
        return [.. rows.Select(row => row.ToRecord())];
    }

    /// <summary>How many parts wait.</summary>
    public async Task<long> CountAsync(QuarantineFilter? filter = null, CancellationToken cancellationToken = default)
    {
        await using DbConnection connection = await _database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        return await connection.ExecuteScalarAsync<long>($"SELECT COUNT(*) FROM quarantine WHERE {Filter}", Parameters(filter)).ConfigureAwait(false);
    }

    /// <summary>One record: each part that waits with its reasons, and the raw record beside them. Null where nothing of it waits.</summary>
    /// <exception cref="JournalKeyException">The record's bytes were altered or damaged in the store.</exception>
    public async Task<(IReadOnlyList<QuarantinedRecord> Parts, RawRecord Raw)?> ShowAsync(string digest, CancellationToken cancellationToken = default)
    {
        await using DbConnection connection = await _database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        QuarantinedRecord[] parts = [.. (await connection.QueryAsync<Row>(
            $"SELECT {Columns} FROM quarantine WHERE digest = @digest ORDER BY record_index", new { digest }).ConfigureAwait(false)).Select(row => row.ToRecord())];
        if (parts.Length == 0) return null;
        return await _journal.FindAsync(digest, cancellationToken).ConfigureAwait(false) is { } raw ? (parts, raw) : null;
    }

    /// <summary>
    /// Puts a record back before the adapter, from its raw bytes and with the mapping that is in force then. What of it is published already is not published
    /// again unless its content changed; what is still refused comes back here. False where nothing of the record waits, or it has just been released.
    /// </summary>
    public async Task<bool> ReleaseAsync(string digest, CancellationToken cancellationToken = default)
    {
        var parameters = new DynamicParameters();
        parameters.Add("digest", digest);
        return await ReleaseAsync("digest = @digest", parameters, cancellationToken).ConfigureAwait(false) > 0;
    }

    /// <summary>Puts every record of which a meant part waits back before its adapter; gives how many.</summary>
    public Task<int> ReleaseAllAsync(QuarantineFilter? filter = null, CancellationToken cancellationToken = default) =>
        ReleaseAsync(Filter, Parameters(filter), cancellationToken);

    private async Task<int> ReleaseAsync(string condition, DynamicParameters parameters, CancellationToken cancellationToken)
    {
        int released = await _database.TransactAsync(
            // Only a settled record can be released: of two calls at once, or of one while the record is under way, one changes nothing.
            transaction => transaction.Connection!.ExecuteAsync(
                $"UPDATE intake SET state = 'pending', release = release + 1 WHERE state = 'quarantined' AND digest IN (SELECT digest FROM quarantine WHERE {condition})",
                parameters, transaction),
            cancellationToken).ConfigureAwait(false);
        if (released > 0) _journal.Wake();
        return released;
    }

    private static DynamicParameters Parameters(QuarantineFilter? filter)
    {
        var parameters = new DynamicParameters();
        string? place = filter?.Place?.Replace("!", "!!", StringComparison.Ordinal).Replace("%", "!%", StringComparison.Ordinal).Replace("_", "!_", StringComparison.Ordinal);
        parameters.Add("Source", filter?.Source);
        parameters.Add("Code", filter?.Code);
        parameters.Add("Place", filter?.Place);
        parameters.Add("InPlace", place + "-%");
        parameters.Add("OfPlace", place + "[%");
        parameters.Add("From", filter?.From?.ToUnixTimeMilliseconds() ?? 0);
        parameters.Add("Before", filter?.Before?.ToUnixTimeMilliseconds() ?? long.MaxValue);
        return parameters;
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
