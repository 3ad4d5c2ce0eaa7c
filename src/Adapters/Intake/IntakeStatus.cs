using System.Data.Common;
using Consortium.Storage;
using Dapper;

namespace Consortium.Adapters.Intake;

/// <summary>Counts of one source.</summary>
/// <param name="Source">The source system.</param>
/// <param name="Received">Records in the journal.</param>
/// <param name="Pending">Of these, records that wait for their conversion or the next hop.</param>
/// <param name="Published">Records that are wholly with the next hop.</param>
/// <param name="Quarantined">Records of which a part waits for a person.</param>
/// <param name="LastReceived">When the last one arrived.</param>
public sealed record SourceStatus(string Source, long Received, long Pending, long Published, long Quarantined, DateTimeOffset LastReceived);

/// <summary>Counts for the status page; no patient data.</summary>
/// <param name="database">The store of the journal.</param>
public sealed class IntakeStatus(Database database)
{
    /// <summary>The counts of each source, by name.</summary>
    public async Task<IReadOnlyList<SourceStatus>> BySourceAsync(CancellationToken cancellationToken = default)
    {
        await using DbConnection connection = await database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        IEnumerable<(string Source, string State, long Count, long Last)> rows = await connection.QueryAsync<(string, string, long, long)>(
            "SELECT source, state, COUNT(*), MAX(received_at) FROM intake GROUP BY source, state").ConfigureAwait(false);
        return
        [
            .. rows.GroupBy(row => row.Source, StringComparer.Ordinal).OrderBy(source => source.Key, StringComparer.Ordinal).Select(source => new SourceStatus(
                source.Key,
                source.Sum(row => row.Count),
                Of(source, IntakeSchema.Pending),
                Of(source, IntakeSchema.Published),
                Of(source, IntakeSchema.Quarantined),
                DateTimeOffset.FromUnixTimeMilliseconds(source.Max(row => row.Last)))),
        ];
    }

    private static long Of(IEnumerable<(string Source, string State, long Count, long Last)> rows, string state) =>
        rows.Where(row => row.State == state).Sum(row => row.Count);
}
