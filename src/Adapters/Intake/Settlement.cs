using System.Data.Common;
using Consortium.Fhir;
using Consortium.Storage;
using Dapper;

namespace Consortium.Adapters.Intake;

/// <summary>One part of a record that went to the next hop.</summary>
/// <param name="Index">Position in the record.</param>
/// <param name="Content">SHA-256 of its resources without Provenance: what tells whether a release brings anything new.</param>
/// <param name="ConversionId">Under which id it went.</param>
internal sealed record PublishedPart(int Index, string Content, string ConversionId);

/// <summary>One part of a record that must wait for a person.</summary>
internal sealed record RejectedPart(int Index, string? ControlId, string? Adapter, IReadOnlyList<OutcomeIssue> Issues);

/// <summary>What became of a record.</summary>
internal sealed record Settlement(PendingRecord Pending, IReadOnlyList<PublishedPart> Published, IReadOnlyList<RejectedPart> Rejected);

/// <summary>Writes what became of records: published, or in quarantine. Many at a time.</summary>
internal sealed class SettlementWriter
{
    private readonly Database _database;
    private readonly TimeProvider _time;
    private readonly GroupCommit<Settlement, bool> _commits;

    public SettlementWriter(Database database, TimeProvider time)
    {
        _database = database;
        _time = time;
        _commits = new GroupCommit<Settlement, bool>(CommitAsync, mostItems: 500);
    }

    /// <summary>Completes when the settlement is on disk.</summary>
    public Task WriteAsync(Settlement settlement) => _commits.AddAsync(settlement);

    /// <summary>Which parts of a record have been published before, by position.</summary>
    public async Task<IReadOnlyDictionary<int, string>> PublishedBeforeAsync(string digest, CancellationToken cancellationToken)
    {
        await using DbConnection connection = await _database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        IEnumerable<(long Index, string Content)> rows = await connection.QueryAsync<(long, string)>(
            "SELECT record_index, content FROM intake_published WHERE digest = @digest", new { digest }).ConfigureAwait(false);
        return rows.ToDictionary(row => (int)row.Index, row => row.Content);
    }

    private async Task<IReadOnlyList<bool>> CommitAsync(IReadOnlyList<Settlement> settlements) => await _database.TransactAsync(async transaction =>
    {
        long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var done = new bool[settlements.Count];
        for (int i = 0; i < settlements.Count; i++) done[i] = await SettleAsync(settlements[i], now, transaction).ConfigureAwait(false);
        return (IReadOnlyList<bool>)done;
    }).ConfigureAwait(false);

    private static async Task<bool> SettleAsync(Settlement settlement, long now, DbTransaction transaction)
    {
        DbConnection connection = transaction.Connection!;
        string digest = settlement.Pending.Digest;

        // A release that came while the record was under way makes it pending again; then this settlement is out of date.
        int changed = await connection.ExecuteAsync(
            "UPDATE intake SET state = @state WHERE digest = @digest AND state = 'pending' AND release = @Release",
            new { state = settlement.Rejected.Count == 0 ? IntakeSchema.Published : IntakeSchema.Quarantined, digest, settlement.Pending.Release },
            transaction).ConfigureAwait(false);
        foreach (PublishedPart part in settlement.Published)
        {
            await connection.ExecuteAsync(
                """
                INSERT INTO intake_published (digest, record_index, content, conversion_id) VALUES (@digest, @Index, @Content, @ConversionId)
                ON CONFLICT (digest, record_index) DO UPDATE SET content = excluded.content, conversion_id = excluded.conversion_id
                """,
                new { digest, Index = (long)part.Index, part.Content, part.ConversionId }, transaction).ConfigureAwait(false);
        }

        if (changed == 0) return false;
        if (settlement.Pending.Release > 0)
        {
            await connection.ExecuteAsync("DELETE FROM quarantine WHERE digest = @digest", new { digest }, transaction).ConfigureAwait(false);
        }

        foreach (RejectedPart part in settlement.Rejected)
        {
            OutcomeIssue reason = part.Issues.First(issue => issue.Severity is IssueSeverity.Error or IssueSeverity.Fatal);
            await connection.ExecuteAsync(
                """
                INSERT INTO quarantine (digest, record_index, sequence, source, control_id, adapter, quarantined_at, code, place, outcome)
                VALUES (@digest, @Index, @Sequence, @Source, @ControlId, @Adapter, @now, @Code, @Expression, @outcome)
                ON CONFLICT (digest, record_index) DO UPDATE SET
                    control_id = excluded.control_id, adapter = excluded.adapter, quarantined_at = excluded.quarantined_at,
                    code = excluded.code, place = excluded.place, outcome = excluded.outcome
                """,
                new
                {
                    digest,
                    Index = (long)part.Index,
                    settlement.Pending.Sequence,
                    settlement.Pending.Record.Source,
                    part.ControlId,
                    part.Adapter,
                    now,
                    reason.Code,
                    reason.Expression,
                    outcome = System.Text.Encoding.UTF8.GetString(OperationOutcomeJson.Write(part.Issues)),
                },
                transaction).ConfigureAwait(false);
        }

        return true;
    }
}
