using System.Data.Common;
using Consortium.FhirFacade.Search.Sql;
using Consortium.FhirFacade.Search.Parameters;
using Consortium.FhirFacade.Erasure;
using Consortium.Integrity;
using Consortium.Storage;
using Dapper;

namespace Consortium.FhirFacade.Store;

/// <summary>Reads the store: by name, by version, by record id, and the history. Statements run on a connection of their own, or in a write transaction.</summary>
internal sealed class RecordQueries(Database database)
{
    /// <summary>Ids in one statement.</summary>
    private const int MostIds = 500;

    /// <summary>The columns that <see cref="Version"/> reads, in its order; <c>v</c> is the row of <c>resource_version</c>.</summary>
    public const string Columns = "v.type, v.id, v.version, v.deleted, v.body, v.recorded_at, v.subject_tag, v.seq";

    /// <summary>The current version; null where the resource was never stored.</summary>
    public Task<StoredVersion?> CurrentAsync(string type, string id, CancellationToken cancellationToken, DbTransaction? transaction = null) => OneAsync(
        $"SELECT {Columns} FROM resource r JOIN resource_version v ON v.type = r.type AND v.id = r.id AND v.version = r.version WHERE r.type = @p0 AND r.id = @p1",
        [type, id], transaction, cancellationToken);

    /// <summary>One version; null where there is none of that number.</summary>
    public Task<StoredVersion?> VersionAsync(string type, string id, long version, CancellationToken cancellationToken, DbTransaction? transaction = null) =>
        OneAsync($"SELECT {Columns} FROM resource_version v WHERE v.type = @p0 AND v.id = @p1 AND v.version = @p2", [type, id, version], transaction, cancellationToken);

    /// <summary>Versions, newest first; of one resource, of one type, or of all.</summary>
    public Task<IReadOnlyList<StoredVersion>> HistoryAsync(HistoryQuery query, CancellationToken cancellationToken, DbTransaction? transaction = null) =>
        QueryAsync($"SELECT {Columns} FROM resource_version v WHERE {Where(query)} AND v.seq < @Before ORDER BY v.seq DESC LIMIT @Count", Parameters(query), transaction, cancellationToken);

    /// <summary>How many versions a history has in all.</summary>
    public async Task<long> HistoryCountAsync(HistoryQuery query, CancellationToken cancellationToken, DbTransaction? transaction = null)
    {
        if (transaction is not null) return await CountAsync(transaction.Connection!).ConfigureAwait(false);
        await using DbConnection connection = await database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        return await CountAsync(connection).ConfigureAwait(false);

        Task<long> CountAsync(DbConnection connection) =>
            connection.ExecuteScalarAsync<long>($"SELECT COUNT(*) FROM resource_version v WHERE {Where(query)}", Parameters(query), transaction);
    }

    /// <summary>How a version came to be erased; null where it was not.</summary>
    public async Task<ErasureMark?> ErasureAsync(StoredVersion version, CancellationToken cancellationToken)
    {
        await using DbConnection connection = await database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        return await connection.QuerySingleOrDefaultAsync<ErasureMark>(new CommandDefinition(
            "SELECT e.event_id AS EventId, e.basis AS Basis, e.erased_by AS \"By\", e.erased_at AS At FROM resource_version v JOIN erasure e ON e.record_id = v.record_id WHERE v.seq = @Sequence",
            new { version.Sequence }, cancellationToken: cancellationToken)).ConfigureAwait(false);
    }

    /// <summary>The record id and the time of versions, in the order in which they were stored.</summary>
    public async Task<IReadOnlyList<InventoryRow>> InventoryAsync(long after, int most, CancellationToken cancellationToken)
    {
        await using DbConnection connection = await database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        IEnumerable<(long Sequence, byte[] RecordId, long RecordedAt)> rows = await connection.QueryAsync<(long, byte[], long)>(new CommandDefinition(
            "SELECT seq, record_id, recorded_at FROM resource_version WHERE seq > @after ORDER BY seq LIMIT @most", new { after, most }, cancellationToken: cancellationToken)).ConfigureAwait(false);
        return [.. rows.Select(row => new InventoryRow(row.Sequence, new Tag128(row.RecordId), row.RecordedAt))];
    }

    /// <summary>A version by its name, with what is needed to disclose it.</summary>
    public Task<CommittedVersion?> CommittedAsync(string type, string id, long version, CancellationToken cancellationToken) =>
        CommittedAsync("v.type = @type AND v.id = @id AND v.version = @version", new { type, id, version }, cancellationToken);

    /// <summary>A version by its record id, with what is needed to disclose it.</summary>
    public Task<CommittedVersion?> CommittedAsync(Tag128 recordId, CancellationToken cancellationToken) =>
        CommittedAsync("v.record_id = @recordId", new { recordId = recordId.ToArray() }, cancellationToken);

    private async Task<CommittedVersion?> CommittedAsync(string where, object parameters, CancellationToken cancellationToken)
    {
        await using DbConnection connection = await database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        await using DbDataReader row = await connection.ExecuteReaderAsync(
            $"SELECT {Columns}, v.secret, v.suite, v.commitment, v.record_id, v.kind, " +
            "t.sequence, t.first_sequence, t.inclusion_path, b.entry_count, b.root, b.transaction_hash, b.block_number, b.block_hash FROM resource_version v " +
            $"LEFT JOIN receipt t ON t.record_id = v.record_id LEFT JOIN anchored_batch b ON b.first_sequence = t.first_sequence WHERE {where}",
            parameters).ConfigureAwait(false);
        if (!await row.ReadAsync(cancellationToken).ConfigureAwait(false)) return null;
        StoredVersion stored = Version(row);
        return new CommittedVersion
        {
            Stored = stored,
            Secret = row.GetFieldValue<byte[]>(8),
            Suite = (CommitmentSuite)row.GetInt64(9),
            Entry = new IndexEntry(
                new Tag128(row.GetFieldValue<byte[]>(11)), new Hash256(row.GetFieldValue<byte[]>(10)), stored.SubjectTag,
                checked((ushort)row.GetInt64(12)), (ulong)stored.RecordedAt / 1000),
            Receipt = row.IsDBNull(13) ? null : new StoredReceipt(
                (ulong)row.GetInt64(13), (ulong)row.GetInt64(14), (ulong)row.GetInt64(16), new Hash256(row.GetFieldValue<byte[]>(17)),
                ReceiptStore.Unpack(row.GetFieldValue<byte[]>(15)), new Hash256(row.GetFieldValue<byte[]>(18)), (ulong)row.GetInt64(19), new Hash256(row.GetFieldValue<byte[]>(20))),
        };
    }

    /// <summary>Which of these resources exist now.</summary>
    public async Task<IReadOnlySet<string>> LiveAsync(string type, IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        var live = new HashSet<string>(StringComparer.Ordinal);
        await using DbConnection connection = await database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        foreach (string[] some in ids.Chunk(MostIds))
        {
            var parameters = new SqlParameters();
            live.UnionWith(await connection.QueryAsync<string>(new CommandDefinition(
                $"SELECT id FROM resource WHERE type = {parameters.Add(type)} AND version > 0 AND deleted = 0 AND id IN {parameters.List(some)}", parameters.Values, cancellationToken: cancellationToken)).ConfigureAwait(false));
        }

        return live;
    }

    /// <summary>The different values that a token or URI parameter which every type has found in resources of a type, or of all.</summary>
    public async Task<IReadOnlyList<(string System, string Code)>> LabelsAsync(string? type, string parameter, CancellationToken cancellationToken)
    {
        var parameters = new SqlParameters();
        string number = parameters.Add(SearchCatalog.R4.Find(SearchCatalog.AnyType, parameter)!.Number);
        string of = type is null ? "" : $" AND r.type = {parameters.Add(type)}";
        await using DbConnection connection = await database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        return [.. await connection.QueryAsync<(string, string)>(new CommandDefinition(
            $"SELECT DISTINCT t.system, t.code FROM search_token t JOIN resource r ON r.key = t.key WHERE t.parameter = {number} AND r.deleted = 0{of} ORDER BY t.system, t.code",
            parameters.Values, cancellationToken: cancellationToken)).ConfigureAwait(false)];
    }

    /// <summary>Runs a query whose columns are the eight of <see cref="StoredVersion"/>.</summary>
    public async Task<IReadOnlyList<StoredVersion>> QueryAsync(string sql, object parameters, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        if (transaction is not null) return await ReadAsync(transaction.Connection!).ConfigureAwait(false);
        await using DbConnection connection = await database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        return await ReadAsync(connection).ConfigureAwait(false);

        async Task<IReadOnlyList<StoredVersion>> ReadAsync(DbConnection connection)
        {
            await using DbDataReader row = await connection.ExecuteReaderAsync(
                new CommandDefinition(sql, parameters, transaction, cancellationToken: cancellationToken)).ConfigureAwait(false);
            List<StoredVersion> versions = [];
            while (await row.ReadAsync(cancellationToken).ConfigureAwait(false)) versions.Add(Version(row));
            return versions;
        }
    }

    private async Task<StoredVersion?> OneAsync(string sql, object[] values, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        if (transaction is not null) return await ReadAsync(transaction.Connection!).ConfigureAwait(false);
        await using DbConnection connection = await database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        return await ReadAsync(connection).ConfigureAwait(false);

        async Task<StoredVersion?> ReadAsync(DbConnection connection)
        {
            await using DbDataReader row = await connection.QueryRepeatedAsync(sql, values, transaction, cancellationToken).ConfigureAwait(false);
            return await row.ReadAsync(cancellationToken).ConfigureAwait(false) ? Version(row) : null;
        }
    }

    /// <summary>A version from a row that begins with the eight columns.</summary>
    public static StoredVersion Version(DbDataReader row) => new()
    {
        Type = row.GetString(0),
        Id = row.GetString(1),
        Version = row.GetInt64(2),
        Deleted = row.GetInt64(3) != 0,
        Body = row.GetFieldValue<byte[]>(4),
        RecordedAt = row.GetInt64(5),
        SubjectTag = new Tag128(row.GetFieldValue<byte[]>(6)),
        Sequence = row.GetInt64(7),
    };

    private static string Where(HistoryQuery query)
    {
        string where = query.Type is null ? "1 = 1" : query.Id is null ? "v.type = @Type" : "v.type = @Type AND v.id = @Id";
        if (query.Since is not null) where += " AND v.recorded_at >= @Since";
        if (query.At is not null)
        {
            // http.html#history: what was current at some time of the period: stored before its end, and replaced after its start.
            where += " AND v.recorded_at < @AtTo AND NOT EXISTS (SELECT 1 FROM resource_version n WHERE n.type = v.type AND n.id = v.id AND n.version = v.version + 1 AND n.recorded_at <= @AtFrom)";
        }

        if (query.Subject is not null) where += " AND v.subject_tag = @Subject";
        if (query.Only is { } only) where += $" AND ({Only(only)})";
        return where;
    }

    private static DynamicParameters Parameters(HistoryQuery query)
    {
        var parameters = new DynamicParameters(Named(query));
        IReadOnlyList<(RecordKey Key, long? Version)> only = query.Only ?? [];
        for (int i = 0; i < only.Count; i++)
        {
            (RecordKey key, long? version) = only[i];
            parameters.Add($"onlyType{i}", key.Type);
            parameters.Add($"onlyId{i}", key.Id);
            if (version is not null) parameters.Add($"onlyVersion{i}", version);
        }

        return parameters;
    }

    private static string Only(IReadOnlyList<(RecordKey Key, long? Version)> only) => only.Count == 0 ? "1 = 0" : string.Join(" OR ", only.Select((one, i) =>
        $"(v.type = @onlyType{i} AND v.id = @onlyId{i}{(one.Version is null ? "" : $" AND v.version = @onlyVersion{i}")})"));

    private static object Named(HistoryQuery query) => new
    {
        query.Type,
        query.Id,
        query.Since,
        AtFrom = query.At?.From,
        AtTo = query.At?.To,
        Subject = query.Subject?.ToArray(),
        Before = query.Before ?? long.MaxValue,
        query.Count,
    };
}

/// <summary>Which versions a history asks for.</summary>
/// <param name="Type">One type; null for all.</param>
/// <param name="Id">One resource; null for all of the type.</param>
/// <param name="Since">At or after this time, in milliseconds.</param>
/// <param name="Subject">Only versions about this patient.</param>
/// <param name="Before">Before this place in the log; null from the newest.</param>
/// <param name="Count">At most so many.</param>
internal sealed record HistoryQuery(string? Type, string? Id, long? Since, Tag128? Subject, long? Before, int Count)
{
    /// <summary>Only versions that were current at some time of this period, in milliseconds, its end not in it; null for any.</summary>
    public (long From, long To)? At { get; init; }

    /// <summary>Only these resources, or these versions of them; null for any.</summary>
    public IReadOnlyList<(RecordKey Key, long? Version)>? Only { get; init; }
}

/// <summary>A version as the inventory names it.</summary>
/// <param name="Sequence">Its number in the store.</param>
/// <param name="RecordId">Its name in the index on the chain.</param>
/// <param name="RecordedAt">When it was stored, in milliseconds since 1970.</param>
internal readonly record struct InventoryRow(long Sequence, Tag128 RecordId, long RecordedAt);
