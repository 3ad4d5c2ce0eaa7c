using System.Data.Common;
using Consortium.Storage;
using Dapper;

namespace Consortium.FhirFacade;

/// <summary>What the status page shows of the record store: counts and the last records, without names or content.</summary>
public sealed class FacadeStatus(Database database)
{
    private const int ShortId = 8;

    /// <summary>Reads a row of the store, to see that it answers.</summary>
    public async Task PingAsync(CancellationToken cancellationToken = default)
    {
        await using DbConnection connection = await database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        await connection.ExecuteScalarAsync<long>(new CommandDefinition("SELECT catalog FROM search_state", cancellationToken: cancellationToken)).ConfigureAwait(false);
    }

    /// <summary>Counts over the whole store.</summary>
    public async Task<FacadeCounts> CountsAsync(CancellationToken cancellationToken = default)
    {
        await using DbConnection connection = await database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        (long resources, long versions, long anchored) = await connection.QuerySingleAsync<(long, long, long)>(new CommandDefinition(
            "SELECT (SELECT COUNT(*) FROM resource WHERE deleted = 0 AND version > 0), (SELECT COUNT(*) FROM resource_version), (SELECT COUNT(*) FROM receipt)",
            cancellationToken: cancellationToken)).ConfigureAwait(false);
        return new FacadeCounts(resources, versions, anchored);
    }

    /// <summary>The last versions stored, newest first.</summary>
    public async Task<IReadOnlyList<RecentRecord>> RecentAsync(int count, CancellationToken cancellationToken = default)
    {
        await using DbConnection connection = await database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        IEnumerable<(string Type, string Id, long Version, long RecordedAt, long Deleted, long? Sequence)> rows = await connection
            .QueryAsync<(string, string, long, long, long, long?)>(new CommandDefinition(
                "SELECT v.type, v.id, v.version, v.recorded_at, v.deleted, t.sequence FROM resource_version v LEFT JOIN receipt t ON t.record_id = v.record_id " +
                "ORDER BY v.seq DESC LIMIT @count", new { count }, cancellationToken: cancellationToken)).ConfigureAwait(false);
        return [.. rows.Select(row => new RecentRecord(
            row.Type, row.Id.Length <= ShortId ? row.Id : row.Id[..ShortId], row.Version, DateTimeOffset.FromUnixTimeMilliseconds(row.RecordedAt), row.Deleted != 0, row.Sequence is not null))];
    }
}

/// <summary>Counts over a record store.</summary>
/// <param name="Resources">Resources that exist now.</param>
/// <param name="Versions">Versions ever stored, deletions among them.</param>
/// <param name="Anchored">Versions whose receipt has come back from the chain.</param>
public sealed record FacadeCounts(long Resources, long Versions, long Anchored)
{
    /// <summary>Versions that wait for their receipt.</summary>
    public long Pending => Versions - Anchored;
}

/// <summary>A version, for the page.</summary>
/// <param name="Type">The FHIR resource type.</param>
/// <param name="Id">The first characters of the logical id.</param>
/// <param name="Version">The version.</param>
/// <param name="RecordedAt">When it was stored.</param>
/// <param name="Deleted">True for a deletion.</param>
/// <param name="Anchored">True where its receipt has come back.</param>
public sealed record RecentRecord(string Type, string Id, long Version, DateTimeOffset RecordedAt, bool Deleted, bool Anchored);
