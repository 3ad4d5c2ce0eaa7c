using System.Data.Common;
using System.Runtime.CompilerServices;
using Consortium.FhirFacade.Search.Parameters;
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

    /// <summary>Keeps a new export, as of the store's last version, and forgets those that are too old.</summary>
    public Task<ExportJob> AddAsync(ExportJob asked, CancellationToken cancellationToken) => database.TransactAsync(async transaction =>
    {
        DbConnection connection = transaction.Connection!;
        long sequence = await connection.ExecuteScalarAsync<long>("SELECT COALESCE(MAX(seq), 0) FROM resource_version", transaction: transaction).ConfigureAwait(false);
        ExportJob job = asked with { Sequence = sequence };
        await connection.ExecuteAsync("DELETE FROM export_job WHERE created_at < @oldest", new { oldest = Oldest() }, transaction).ConfigureAwait(false);
        await connection.ExecuteAsync(
            "INSERT INTO export_job (id, owner, request, scope, group_id, types, since, sequence, created_at) VALUES (@Id, @Owner, @Request, @scope, @Group, @types, @Since, @Sequence, @CreatedAt)",
            new { job.Id, job.Owner, job.Request, scope = (long)job.Scope, job.Group, types = string.Join(',', job.Types), job.Since, job.Sequence, job.CreatedAt }, transaction).ConfigureAwait(false);
        return job;
    }, cancellationToken);

    /// <summary>An export of a caller; null where there is none, it was given up, or it is too old.</summary>
    public async Task<ExportJob?> FindAsync(string id, string owner, CancellationToken cancellationToken)
    {
        await using DbConnection connection = await database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        var row = await connection.QuerySingleOrDefaultAsync<(string Request, long Scope, string? Group, string Types, long? Since, long Sequence, long CreatedAt)?>(new CommandDefinition(
            "SELECT request, scope, group_id, types, since, sequence, created_at FROM export_job WHERE id = @id AND owner = @owner AND created_at >= @oldest",
            new { id, owner, oldest = Oldest() }, cancellationToken: cancellationToken)).ConfigureAwait(false);
        return row is not { } found ? null : new ExportJob(
            id, owner, found.Request, (ExportScope)found.Scope, found.Group, found.Types.Split(',', StringSplitOptions.RemoveEmptyEntries), found.Since, found.Sequence, found.CreatedAt);
    }

    /// <summary>Gives an export up; false where there is none.</summary>
    public Task<bool> RemoveAsync(string id, string owner, CancellationToken cancellationToken) => database.TransactAsync(async transaction =>
        await transaction.Connection!.ExecuteAsync("DELETE FROM export_job WHERE id = @id AND owner = @owner", new { id, owner }, transaction).ConfigureAwait(false) > 0, cancellationToken);

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
        if (job.Scope == ExportScope.System) return where;
        string members = "";
        if (job.Scope == ExportScope.Group)
        {
            members = "(SELECT g.target_id FROM search_reference g JOIN resource o ON o.key = g.key " +
                $"WHERE o.type = 'Group' AND o.deleted = 0 AND o.id = {parameters.Add(job.Group!)} AND g.parameter = {parameters.Add(SearchCatalog.R4.Find("Group", "member")!.Number)} AND g.target_type = 'Patient')";
        }

        if (type == "Patient") return members.Length == 0 ? where : $"{where} AND r.id IN {members}";
        if (!Compartment.Of("Patient")!.By.TryGetValue(type, out SearchParameter[]? by)) return null;
        string within = members.Length == 0 ? "" : $" AND s.target_id IN {members}";
        return $"{where} AND EXISTS (SELECT 1 FROM search_reference s WHERE s.key = r.key AND s.parameter IN {parameters.List(by.Select(one => one.Number))} AND s.target_type = 'Patient'{within})";
    }
}
