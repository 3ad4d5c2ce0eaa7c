using System.Data.Common;
using System.Runtime.CompilerServices;
using Consortium.FhirFacade.Search.Parameters;
using Consortium.FhirFacade.Search.Query;
using Consortium.FhirFacade.Search.Sql;
using Consortium.FhirFacade.Store;
using Consortium.Integrity;
using Consortium.Storage;
using Dapper;

namespace Consortium.FhirFacade.Export;

/// <summary>Keeps exports, and reads what belongs to them. Thread-safe.</summary>
internal sealed class ExportStore(Database database, TimeProvider time)
{
    /// <summary>How long the files of an export can be fetched.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    private const int PageSize = 500;

    /// <summary>
    /// Keeps a new export, as of the store's last version, and forgets those that are too old. What searches find is looked for now, so that a resource that is changed later
    /// neither leaves the export nor comes into it.
    /// </summary>
    /// <param name="asked">The export.</param>
    /// <param name="filters">The searches of its filtered types.</param>
    /// <param name="patients">Its patients, where they are listed.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public Task<ExportJob> AddAsync(ExportJob asked, IReadOnlyList<SearchQuery> filters, IReadOnlyCollection<string> patients, CancellationToken cancellationToken) => database.TransactAsync(async transaction =>
    {
        DbConnection connection = transaction.Connection!;
        foreach (string old in await connection.QueryAsync<string>("SELECT id FROM export_job WHERE created_at < @oldest", new { oldest = Oldest() }, transaction).ConfigureAwait(false))
        {
            await RemoveAsync(transaction, old).ConfigureAwait(false);
        }

        long sequence = await connection.ExecuteScalarAsync<long>("SELECT COALESCE(MAX(seq), 0) FROM resource_version", transaction: transaction).ConfigureAwait(false);
        ExportJob job = asked with { Sequence = sequence };
        await connection.ExecuteAsync(
            "INSERT INTO export_job (id, owner, request, scope, types, since, sequence, created_at, elements, filtered, listed, problems) " +
            "VALUES (@Id, @Owner, @Request, @scope, @types, @Since, @Sequence, @CreatedAt, @Elements, @filtered, @listed, @problems)",
            new
            {
                job.Id, job.Owner, job.Request, scope = (long)job.Scope, types = string.Join(',', job.Types), job.Since, job.Sequence, job.CreatedAt, job.Elements,
                filtered = string.Join(',', job.Filtered), listed = job.IsListed ? 1L : 0L, problems = string.Join('\n', job.Problems),
            }, transaction).ConfigureAwait(false);
        foreach (string[] some in patients.Chunk(PageSize))
        {
            var parameters = new SqlParameters();
            string of = parameters.Add(job.Id);
            await connection.ExecuteAsync($"INSERT INTO export_patient (job, id) VALUES {string.Join(", ", some.Select(id => $"({of}, {parameters.Add(id)})"))}", parameters.Values, transaction).ConfigureAwait(false);
        }

        foreach (SearchQuery filter in filters)
        {
            var statement = new SearchStatement(filter, time, database.Dialect);
            statement.Values.Add("job", job.Id);
            await connection.ExecuteAsync(
                $"INSERT INTO export_match (job, key) SELECT @job, f.key FROM ({statement.Keys()}) f WHERE NOT EXISTS (SELECT 1 FROM export_match m WHERE m.job = @job AND m.key = f.key)",
                statement.Values, transaction).ConfigureAwait(false);
        }

        return job;
    }, cancellationToken);

    /// <summary>An export of a caller; null where there is none, it was given up, or it is too old.</summary>
    public async Task<ExportJob?> FindAsync(string id, string owner, CancellationToken cancellationToken)
    {
        await using DbConnection connection = await database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        await using DbDataReader row = await connection.ExecuteReaderAsync(new CommandDefinition(
            "SELECT request, scope, types, since, sequence, created_at, elements, filtered, listed, problems FROM export_job WHERE id = @id AND owner = @owner AND created_at >= @oldest",
            new { id, owner, oldest = Oldest() }, cancellationToken: cancellationToken)).ConfigureAwait(false);
        if (!await row.ReadAsync(cancellationToken).ConfigureAwait(false)) return null;
        return new ExportJob(
            id, owner, row.GetString(0), (ExportScope)row.GetInt64(1), Parts(row.GetString(2), ','), row.IsDBNull(3) ? null : row.GetInt64(3), row.GetInt64(4), row.GetInt64(5))
        {
            Elements = row.IsDBNull(6) ? null : row.GetString(6),
            Filtered = Parts(row.GetString(7), ','),
            IsListed = row.GetInt64(8) != 0,
            Problems = Parts(row.GetString(9), '\n'),
        };

        static string[] Parts(string text, char separator) => text.Split(separator, StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Gives an export up; false where there is none.</summary>
    public Task<bool> RemoveAsync(string id, string owner, CancellationToken cancellationToken) => database.TransactAsync(async transaction =>
        await transaction.Connection!.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM export_job WHERE id = @id AND owner = @owner", new { id, owner }, transaction).ConfigureAwait(false) > 0
        && await RemoveAsync(transaction, id).ConfigureAwait(false), cancellationToken);

    private static async Task<bool> RemoveAsync(DbTransaction transaction, string id)
    {
        await transaction.Connection!.ExecuteAsync("DELETE FROM export_match WHERE job = @id", new { id }, transaction).ConfigureAwait(false);
        await transaction.Connection!.ExecuteAsync("DELETE FROM export_patient WHERE job = @id", new { id }, transaction).ConfigureAwait(false);
        return await transaction.Connection!.ExecuteAsync("DELETE FROM export_job WHERE id = @id", new { id }, transaction).ConfigureAwait(false) > 0;
    }

    /// <summary>How many resources of each type belong to an export; types without any are left out.</summary>
    public async Task<IReadOnlyList<(string Type, long Count)>> CountsAsync(ExportJob job, Tag128? subject, CancellationToken cancellationToken)
    {
        await using DbConnection connection = await database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        IEnumerable<string> types = job.Types.Count > 0 ? job.Types : await connection.QueryAsync<string>(
            new CommandDefinition("SELECT DISTINCT type FROM resource ORDER BY type", cancellationToken: cancellationToken)).ConfigureAwait(false);
        List<(string, long)> counts = [];
        foreach (string type in types)
        {
            var parameters = new SqlParameters();
            if (Where(job, type, subject, parameters) is not { } where) continue;
            long count = await connection.ExecuteScalarAsync<long>(new CommandDefinition($"SELECT COUNT(*) FROM {where}", parameters.Values, cancellationToken: cancellationToken)).ConfigureAwait(false);
            if (count > 0) counts.Add((type, count));
        }

        return counts;
    }

    /// <summary>The resources of one type, page by page, in the order in which they were first stored.</summary>
    public async IAsyncEnumerable<IReadOnlyList<StoredVersion>> ReadAsync(ExportJob job, string type, Tag128? subject, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (long after = 0; ;)
        {
            var parameters = new SqlParameters();
            if (Where(job, type, subject, parameters) is not { } where) yield break;
            List<StoredVersion> page = [];
            await using (DbConnection connection = await database.ConnectAsync(cancellationToken).ConfigureAwait(false))
            await using (DbDataReader row = await connection.ExecuteReaderAsync(new CommandDefinition(
                $"SELECT {RecordQueries.Columns}, r.key FROM {where} AND r.key > {parameters.Add(after)} ORDER BY r.key LIMIT {parameters.Add(PageSize)}", parameters.Values, cancellationToken: cancellationToken)).ConfigureAwait(false))
            {
                while (await row.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    page.Add(RecordQueries.Version(row));
                    after = row.GetInt64(8);
                }
            }

            if (page.Count > 0) yield return page;
            if (page.Count < PageSize) yield break;
        }
    }

    private long Oldest() => (time.GetUtcNow() - Kept).ToUnixTimeMilliseconds();

    // The version of each resource that was current when the export was asked for.
    private static string? Where(ExportJob job, string type, Tag128? subject, SqlParameters parameters)
    {
        string where = "resource r JOIN resource_version v ON v.type = r.type AND v.id = r.id " +
            $"WHERE r.type = {parameters.Add(type)} AND v.deleted = 0 AND v.seq = (SELECT MAX(w.seq) FROM resource_version w WHERE w.type = r.type AND w.id = r.id AND w.seq <= {parameters.Add(job.Sequence)})";
        if (job.Since is { } since) where += $" AND v.recorded_at >= {parameters.Add(since)}";
        if (subject is { } tag) where += $" AND v.subject_tag = {parameters.Add(tag.ToArray())}";
        if (job.Filtered.Contains(type, StringComparer.Ordinal)) where += $" AND r.key IN (SELECT m.key FROM export_match m WHERE m.job = {parameters.Add(job.Id)})";
        if (job.Scope == ExportScope.System) return where;
        string members = job.IsListed ? $"(SELECT p.id FROM export_patient p WHERE p.job = {parameters.Add(job.Id)})" : "";

        if (type == "Patient") return members.Length == 0 ? where : $"{where} AND r.id IN {members}";
        if (!Compartment.Of("Patient")!.By.TryGetValue(type, out SearchParameter[]? by)) return null;
        string within = members.Length == 0 ? "" : $" AND s.target_id IN {members}";
        return $"{where} AND EXISTS (SELECT 1 FROM search_reference s WHERE s.key = r.key AND {parameters.IsOf("s", by.Select(one => one.Number))} AND s.target_type = 'Patient'{within})";
    }
}
