using System.Data.Common;
using Consortium.FhirFacade.Search.Indexing;
using Consortium.FhirFacade.Search.Parameters;
using Consortium.Integrity;
using Microsoft.Data.Sqlite;

namespace Consortium.FhirFacade.Store;

/// <summary>SQLite: the transaction is the only writer (BEGIN IMMEDIATE), so reading is locking; each statement is prepared once and run a row at a time.</summary>
internal sealed class SqliteEngine(CommitmentSuite suite) : StoreEngine
{
    public override async Task<LockedHeads> LockAsync(DbTransaction transaction, IReadOnlyList<RecordKey> keys, CancellationToken cancellationToken)
    {
        var heads = new Dictionary<RecordKey, Head>(keys.Count);
        using var select = new Statement(transaction,
            "SELECT version, deleted, updated_at, subject_tag, source, intake_sequence, key FROM resource WHERE type = @a AND id = @b", 2);
        foreach (RecordKey key in keys)
        {
            await using SqliteDataReader row = await select.QueryAsync(key.Type, key.Id).ConfigureAwait(false);
            heads[key] = row.Read()
                ? new Head
                {
                    Version = row.GetInt64(0),
                    Deleted = row.GetInt64(1) != 0,
                    UpdatedAt = row.GetInt64(2),
                    SubjectTag = new Tag128(row.GetFieldValue<byte[]>(3)),
                    Source = row.IsDBNull(4) ? null : row.GetString(4),
                    IntakeSequence = row.IsDBNull(5) ? null : row.GetInt64(5),
                    Key = row.GetInt64(6),
                }
                : new Head();
        }

        using var state = new Statement(transaction, "SELECT generation FROM search_state", 0);
        await using SqliteDataReader generation = await state.QueryAsync().ConfigureAwait(false);
        generation.Read();
        return new LockedHeads(heads, generation.GetInt64(0));
    }

    public override async Task<Dictionary<RecordKey, byte[]>> BodiesAsync(DbTransaction transaction, IReadOnlyList<RecordKey> keys)
    {
        var bodies = new Dictionary<RecordKey, byte[]>(keys.Count);
        using var select = new Statement(transaction,
            "SELECT v.body FROM resource r JOIN resource_version v ON v.type = r.type AND v.id = r.id AND v.version = r.version WHERE r.type = @a AND r.id = @b", 2);
        foreach (RecordKey key in keys)
        {
            await using SqliteDataReader row = await select.QueryAsync(key.Type, key.Id).ConfigureAwait(false);
            if (row.Read()) bodies[key] = row.GetFieldValue<byte[]>(0);
        }

        return bodies;
    }

    public override async Task<Dictionary<string, Tag128>> PatientTagsAsync(DbTransaction transaction, IReadOnlyList<string> ids)
    {
        var tags = new Dictionary<string, Tag128>(ids.Count, StringComparer.Ordinal);
        using var select = new Statement(transaction, "SELECT subject_tag FROM resource WHERE type = 'Patient' AND id = @a", 1);
        foreach (string id in ids)
        {
            await using SqliteDataReader row = await select.QueryAsync(id).ConfigureAwait(false);
            if (row.Read()) tags[id] = new Tag128(row.GetFieldValue<byte[]>(0));
        }

        return tags;
    }

    public override async Task<long> WriteAsync(DbTransaction transaction, StoreBatch batch)
    {
        using (var insert = new Statement(transaction,
            "INSERT INTO resource_version (type, id, version, deleted, body, secret, suite, commitment, leaves, record_id, subject_tag, kind, recorded_at, source, intake_sequence) " +
            "VALUES (@a, @b, @c, @d, @e, @f, @g, @h, @i, @j, @k, @l, @m, @n, @o)", 15))
        {
            foreach (VersionRow row in batch.Versions)
            {
                await insert.RunAsync(
                    row.Key.Type, row.Key.Id, row.Version, row.Deleted ? 1L : 0L, row.Body, row.Secret, (long)suite, row.Entry.Commitment.ToArray(), (long)row.Leaves,
                    row.Entry.RecordId.ToArray(), row.Entry.SubjectTag.ToArray(), (long)row.Entry.Kind, row.RecordedAt, row.Source, row.IntakeSequence).ConfigureAwait(false);
            }
        }

        using (var upsert = new Statement(transaction,
            "INSERT INTO resource (type, id, version, deleted, updated_at, subject_tag, source, intake_sequence) VALUES (@a, @b, @c, @d, @e, @f, @g, @h) " +
            "ON CONFLICT (type, id) DO UPDATE SET version = excluded.version, deleted = excluded.deleted, updated_at = excluded.updated_at, " +
            "subject_tag = excluded.subject_tag, source = excluded.source, intake_sequence = excluded.intake_sequence RETURNING key", 8))
        {
            foreach ((RecordKey key, Head head) in batch.Heads)
            {
                await using SqliteDataReader row = await upsert.QueryAsync(
                    key.Type, key.Id, head.Version, head.Deleted ? 1L : 0L, head.UpdatedAt, head.SubjectTag.ToArray(), head.Source, head.IntakeSequence).ConfigureAwait(false);
                row.Read();
                head.Key = row.GetInt64(0);
            }
        }

        await IndexAsync(
            transaction, [.. batch.Unindexed.Select(key => batch.Heads[key].Key)], [.. batch.Indexes.Select(index => (batch.Heads[index.Key].Key, index.Value))]).ConfigureAwait(false);
        using var stamp = new Statement(transaction, "SELECT stamp FROM subscription_stamp", 0);
        await using SqliteDataReader read = await stamp.QueryAsync().ConfigureAwait(false);
        return read.Read() ? read.GetInt64(0) : 0;
    }

    public override Task ReleaseAsync(DbTransaction transaction, IReadOnlyList<RecordKey> keys) => Task.CompletedTask; // LockAsync wrote nothing

    public override Task LockNameAsync(DbTransaction transaction, string name, CancellationToken cancellationToken) => Task.CompletedTask; // there is only one writer

    public override async Task<int> WriteReceiptsAsync(DbTransaction transaction, long firstSequence, IReadOnlyList<IndexEntry> entries, IReadOnlyList<byte[]> paths)
    {
        int known = 0;
        using var insert = new Statement(transaction,
            "INSERT INTO receipt (record_id, sequence, first_sequence, inclusion_path) SELECT record_id, @b, @c, @d FROM resource_version WHERE record_id = @a " +
            "ON CONFLICT (record_id) DO UPDATE SET sequence = excluded.sequence, first_sequence = excluded.first_sequence, inclusion_path = excluded.inclusion_path", 4);
        for (int i = 0; i < entries.Count; i++)
        {
            known += await insert.RunAsync(entries[i].RecordId.ToArray(), firstSequence + i, firstSequence, paths[i]).ConfigureAwait(false);
        }

        return known;
    }

    public override async Task IndexAsync(DbTransaction transaction, IReadOnlyCollection<long> replaces, IReadOnlyList<(long Key, IndexRows Rows)> indexes, int? parameter = null)
    {
        if (replaces.Count > 0)
        {
            foreach (string table in StoreSchema.IndexTables)
            {
                using var delete = new Statement(transaction, $"DELETE FROM {table} WHERE key = @a{(parameter is null ? "" : " AND parameter BETWEEN @b AND @c")}", parameter is null ? 1 : 3);
                foreach (long key in replaces)
                {
                    if (parameter is { } number) await delete.RunAsync(key, (long)number, (long)number + SearchParameter.Numbers - 1).ConfigureAwait(false);
                    else await delete.RunAsync(key).ConfigureAwait(false);
                }
            }
        }

        await EachAsync(transaction, "INSERT INTO search_token (key, parameter, grp, system, code) VALUES (@a, @b, @c, @d, @e)", 5, indexes, rows => rows.Tokens,
            (statement, key, row) => statement.RunAsync(key, (long)row.Parameter, (long)row.Group, row.System, row.Code)).ConfigureAwait(false);
        await EachAsync(transaction, "INSERT INTO search_string (key, parameter, grp, folded, exact) VALUES (@a, @b, @c, @d, @e)", 5, indexes, rows => rows.Strings,
            (statement, key, row) => statement.RunAsync(key, (long)row.Parameter, (long)row.Group, row.Folded, row.Exact)).ConfigureAwait(false);
        await EachAsync(transaction, "INSERT INTO search_reference (key, parameter, grp, target_type, target_id) VALUES (@a, @b, @c, @d, @e)", 5, indexes, rows => rows.References,
            (statement, key, row) => statement.RunAsync(key, (long)row.Parameter, (long)row.Group, row.TargetType, row.TargetId)).ConfigureAwait(false);
        await EachAsync(transaction, "INSERT INTO search_date (key, parameter, grp, span, low, high) VALUES (@a, @b, @c, @d, @e, @f)", 6, indexes, rows => rows.Dates,
            (statement, key, row) => statement.RunAsync(key, (long)row.Parameter, (long)row.Group, (long)row.Span, row.Low, row.High)).ConfigureAwait(false);
        await EachAsync(transaction,
            "INSERT INTO search_quantity (key, parameter, grp, low, high, system, code, unit, canonical_low, canonical_high, canonical_code) VALUES (@a, @b, @c, @d, @e, @f, @g, @h, @i, @j, @k)", 11,
            indexes, rows => rows.Quantities,
            (statement, key, row) => statement.RunAsync(
                key, (long)row.Parameter, (long)row.Group, row.Low, row.High, row.System, row.Code, row.Unit, row.CanonicalLow, row.CanonicalHigh, row.CanonicalCode)).ConfigureAwait(false);
        await IndexWordsAsync(transaction, indexes).ConfigureAwait(false);
    }

    public override async Task<int> RemoveAsync(DbTransaction transaction, int parameter)
    {
        foreach (string table in StoreSchema.ValueTables)
        {
            using var delete = new Statement(transaction, $"DELETE FROM {table} WHERE rowid IN (SELECT rowid FROM {table} WHERE parameter BETWEEN @a AND @b LIMIT @c)", 3);
            int removed = await delete.RunAsync((long)parameter, (long)parameter + SearchParameter.Numbers - 1, (long)MostRemoved).ConfigureAwait(false);
            if (removed > 0) return removed;
        }

        return 0;
    }

    private static async Task IndexWordsAsync(DbTransaction transaction, IReadOnlyList<(long Key, IndexRows Rows)> indexes)
    {
        if (indexes.All(index => index.Rows.Texts.Count == 0)) return;
        using var row = new Statement(transaction, "INSERT INTO search_text (key, parameter, grp) VALUES (@a, @b, @c) RETURNING id", 3);
        using var words = new Statement(transaction, "INSERT INTO search_text_words (rowid, words) VALUES (@a, @b)", 2);
        foreach ((long key, IndexRows index) in indexes)
        {
            foreach (TextRow text in index.Texts)
            {
                long id;
                await using (SqliteDataReader made = await row.QueryAsync(key, (long)text.Parameter, (long)text.Group).ConfigureAwait(false))
                {
                    made.Read();
                    id = made.GetInt64(0);
                }

                await words.RunAsync(id, string.Join(' ', text.Words)).ConfigureAwait(false);
            }
        }
    }

    private static async Task EachAsync<T>(
        DbTransaction transaction, string sql, int parameters, IReadOnlyList<(long Key, IndexRows Rows)> indexes, Func<IndexRows, IReadOnlyCollection<T>> rows, Func<Statement, long, T, Task<int>> insert)
    {
        Statement? statement = null;
        foreach ((long key, IndexRows index) in indexes)
        {
            foreach (T row in rows(index))
            {
                statement ??= new Statement(transaction, sql, parameters);
                await insert(statement, key, row).ConfigureAwait(false);
            }
        }

        statement?.Dispose();
    }

    /// <summary>A prepared statement with parameters @a, @b … in order.</summary>
    private sealed class Statement : IDisposable
    {
        private readonly SqliteCommand _command;

        public Statement(DbTransaction transaction, string sql, int parameters)
        {
            _command = ((SqliteTransaction)transaction).Connection!.CreateCommand();
            _command.Transaction = (SqliteTransaction)transaction;
            _command.CommandText = sql;
            for (int i = 0; i < parameters; i++) _command.Parameters.Add(new SqliteParameter { ParameterName = $"@{(char)('a' + i)}" });
        }

        public Task<int> RunAsync(params ReadOnlySpan<object?> values)
        {
            Bind(values);
            return _command.ExecuteNonQueryAsync();
        }

        public Task<SqliteDataReader> QueryAsync(params ReadOnlySpan<object?> values)
        {
            Bind(values);
            return _command.ExecuteReaderAsync();
        }

        public void Dispose() => _command.Dispose();

        private void Bind(ReadOnlySpan<object?> values)
        {
            for (int i = 0; i < values.Length; i++) _command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }
    }
}
