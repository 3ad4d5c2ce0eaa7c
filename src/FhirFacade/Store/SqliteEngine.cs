using System.Data.Common;
using System.Runtime.CompilerServices;
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
        Statement select = Statement.Of(transaction,
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

        Statement state = Statement.Of(transaction, "SELECT generation FROM search_state", 0);
        await using SqliteDataReader generation = await state.QueryAsync().ConfigureAwait(false);
        generation.Read();
        return new LockedHeads(heads, generation.GetInt64(0));
    }

    public override async Task<Dictionary<RecordKey, byte[]>> BodiesAsync(DbTransaction transaction, IReadOnlyList<RecordKey> keys)
    {
        var bodies = new Dictionary<RecordKey, byte[]>(keys.Count);
        Statement select = Statement.Of(transaction,
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
        Statement select = Statement.Of(transaction, "SELECT subject_tag FROM resource WHERE type = 'Patient' AND id = @a", 1);
        foreach (string id in ids)
        {
            await using SqliteDataReader row = await select.QueryAsync(id).ConfigureAwait(false);
            if (row.Read()) tags[id] = new Tag128(row.GetFieldValue<byte[]>(0));
        }

        return tags;
    }

    public override async Task<long> WriteAsync(DbTransaction transaction, StoreBatch batch)
    {
        Statement insert = Statement.Of(transaction,
            "INSERT INTO resource_version (type, id, version, deleted, body, secret, suite, commitment, leaves, record_id, subject_tag, kind, recorded_at, source, intake_sequence) " +
            "VALUES (@a, @b, @c, @d, @e, @f, @g, @h, @i, @j, @k, @l, @m, @n, @o)", 15);
        foreach (VersionRow row in batch.Versions)
        {
            await insert.RunAsync(
                row.Key.Type, row.Key.Id, row.Version, row.Deleted ? 1L : 0L, row.Body, row.Secret, (long)suite, row.Entry.Commitment.ToArray(), (long)row.Leaves,
                row.Entry.RecordId.ToArray(), row.Entry.SubjectTag.ToArray(), (long)row.Entry.Kind, row.RecordedAt, row.Source, row.IntakeSequence).ConfigureAwait(false);
        }

        Statement upsert = Statement.Of(transaction,
            "INSERT INTO resource (type, id, version, deleted, updated_at, subject_tag, source, intake_sequence) VALUES (@a, @b, @c, @d, @e, @f, @g, @h) " +
            "ON CONFLICT (type, id) DO UPDATE SET version = excluded.version, deleted = excluded.deleted, updated_at = excluded.updated_at, " +
            "subject_tag = excluded.subject_tag, source = excluded.source, intake_sequence = excluded.intake_sequence RETURNING key", 8);
        foreach ((RecordKey key, Head head) in batch.Heads)
        {
            await using SqliteDataReader row = await upsert.QueryAsync(
                key.Type, key.Id, head.Version, head.Deleted ? 1L : 0L, head.UpdatedAt, head.SubjectTag.ToArray(), head.Source, head.IntakeSequence).ConfigureAwait(false);
            row.Read();
            head.Key = row.GetInt64(0);
        }

        await IndexAsync(
            transaction, [.. batch.Unindexed.Select(key => batch.Heads[key].Key)], [.. batch.Indexes.Select(index => (batch.Heads[index.Key].Key, index.Value))]).ConfigureAwait(false);
        Statement stamp = Statement.Of(transaction, "SELECT stamp FROM subscription_stamp", 0);
        await using SqliteDataReader read = await stamp.QueryAsync().ConfigureAwait(false);
        return read.Read() ? read.GetInt64(0) : 0;
    }

    public override Task ReleaseAsync(DbTransaction transaction, IReadOnlyList<RecordKey> keys) => Task.CompletedTask; // LockAsync wrote nothing

    public override Task LockNameAsync(DbTransaction transaction, string name, CancellationToken cancellationToken) => Task.CompletedTask; // there is only one writer

    public override async Task<int> WriteReceiptsAsync(DbTransaction transaction, long firstSequence, IReadOnlyList<IndexEntry> entries, IReadOnlyList<byte[]> paths)
    {
        int known = 0;
        Statement insert = Statement.Of(transaction,
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
        IReadOnlyList<(long Key, IndexRows Rows)> all = ContainedKeys.With(indexes);
        await DeleteAsync(transaction, StoreSchema.IndexTables, await WithContainedAsync(transaction, replaces, forgets: parameter is null).ConfigureAwait(false), parameter).ConfigureAwait(false);
        if (parameter is null) await InsertContainedAsync(transaction, indexes).ConfigureAwait(false);
        await InsertAsync(transaction, null, [.. all.Select(index => (index.Key, 0L, index.Rows))]).ConfigureAwait(false);
        await IndexWordsAsync(transaction, all).ConfigureAwait(false);
        if (parameter is null) await DeleteAsync(transaction, [.. ViewSchema.Tables, "view_identity"], [.. replaces.Except(indexes.Select(index => index.Key))]).ConfigureAwait(false);
        Statement mark = Statement.Of(transaction, "INSERT INTO view_mark (type, key) SELECT type, key FROM resource WHERE key = @a", 1);
        foreach (long key in replaces.Union(indexes.Select(index => index.Key))) await mark.RunAsync(key).ConfigureAwait(false);
    }

    public override async Task IndexViewsAsync(DbTransaction transaction, IReadOnlyCollection<long> replaces, IReadOnlyList<(long Key, long Views, IndexRows Rows)> indexes)
    {
        await DeleteAsync(transaction, ViewSchema.Tables, replaces).ConfigureAwait(false);
        await InsertAsync(transaction, table => ViewSchema.Beside(table)!, indexes).ConfigureAwait(false);
    }

    public override async Task<int> RemoveAsync(DbTransaction transaction, int parameter)
    {
        foreach (string table in StoreSchema.ValueTables.Concat(ViewSchema.Tables))
        {
            Statement delete = Statement.Of(transaction, $"DELETE FROM {table} WHERE rowid IN (SELECT rowid FROM {table} WHERE parameter BETWEEN @a AND @b LIMIT @c)", 3);
            int removed = await delete.RunAsync((long)parameter, (long)parameter + SearchParameter.Numbers - 1, (long)MostRemoved).ConfigureAwait(false);
            if (removed > 0) return removed;
        }

        return 0;
    }

    private static async Task InsertContainedAsync(DbTransaction transaction, IReadOnlyList<(long Key, IndexRows Rows)> indexes)
    {
        (long Key, long Container, string Type, string Id)[] rows = ContainedKeys.Rows(indexes);
        if (rows.Length == 0) return;
        Statement insert = Statement.Of(transaction, "INSERT INTO contained (key, container, type, id) VALUES (@a, @b, @c, @d)", 4);
        foreach ((long key, long container, string type, string id) in rows) await insert.RunAsync(key, container, type, id).ConfigureAwait(false);
    }

    // The resources with what they contain, which is forgotten where all of their rows go.
    private static async Task<List<long>> WithContainedAsync(DbTransaction transaction, IReadOnlyCollection<long> keys, bool forgets)
    {
        List<long> all = [.. keys];
        if (all.Count == 0) return all;
        Statement select = Statement.Of(transaction, "SELECT key FROM contained WHERE container = @a", 1);
        foreach (long key in keys)
        {
            await using SqliteDataReader row = await select.QueryAsync(key).ConfigureAwait(false);
            while (row.Read()) all.Add(row.GetInt64(0));
        }

        if (!forgets || all.Count == keys.Count) return all;
        Statement delete = Statement.Of(transaction, "DELETE FROM contained WHERE container = @a", 1);
        foreach (long key in keys) await delete.RunAsync(key).ConfigureAwait(false);
        return all;
    }

    private static async Task IndexWordsAsync(DbTransaction transaction, IReadOnlyList<(long Key, IndexRows Rows)> indexes)
    {
        if (indexes.All(index => index.Rows.Texts.Count == 0)) return;
        Statement row = Statement.Of(transaction, "INSERT INTO search_text (key, parameter, grp) VALUES (@a, @b, @c) RETURNING id", 3);
        Statement words = Statement.Of(transaction, "INSERT INTO search_text_words (rowid, words) VALUES (@a, @b)", 2);
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

    private static async Task DeleteAsync(DbTransaction transaction, IReadOnlyList<string> tables, IReadOnlyCollection<long> keys, int? parameter = null)
    {
        if (keys.Count == 0) return;
        foreach (string table in tables)
        {
            Statement delete = Statement.Of(transaction, $"DELETE FROM {table} WHERE key = @a{(parameter is null ? "" : " AND parameter BETWEEN @b AND @c")}", parameter is null ? 1 : 3);
            foreach (long key in keys)
            {
                if (parameter is { } number) await delete.RunAsync(key, (long)number, (long)number + SearchParameter.Numbers - 1).ConfigureAwait(false);
                else await delete.RunAsync(key).ConfigureAwait(false);
            }
        }
    }

    /// <param name="transaction">The write transaction.</param>
    /// <param name="viewTable">The table of the restricted views beside an index table; null for the index itself, whose rows have no bits.</param>
    /// <param name="indexes">The rows.</param>
    private static async Task InsertAsync(DbTransaction transaction, Func<string, string>? viewTable, IReadOnlyList<(long Key, long Views, IndexRows Rows)> indexes)
    {
        await OfAsync("search_token", "system, code", rows => rows.Tokens, row => [(long)row.Parameter, (long)row.Group, row.System, row.Code]).ConfigureAwait(false);
        await OfAsync("search_string", "folded, exact", rows => rows.Strings, row => [(long)row.Parameter, (long)row.Group, row.Folded, row.Exact]).ConfigureAwait(false);
        await OfAsync("search_reference", "target_type, target_id", rows => rows.References, row => [(long)row.Parameter, (long)row.Group, row.TargetType, row.TargetId]).ConfigureAwait(false);
        await OfAsync("search_date", "span, low, high", rows => rows.Dates, row => [(long)row.Parameter, (long)row.Group, (long)row.Span, row.Low, row.High]).ConfigureAwait(false);
        await OfAsync("search_quantity", "low, high, system, code, unit, canonical_low, canonical_high, canonical_code", rows => rows.Quantities, row =>
            [(long)row.Parameter, (long)row.Group, row.Low, row.High, row.System, row.Code, row.Unit, row.CanonicalLow, row.CanonicalHigh, row.CanonicalCode]).ConfigureAwait(false);
        await OfAsync("search_position", "latitude, longitude, x, y, z", rows => rows.Positions, row => [0L, 0L, row.Latitude, row.Longitude, row.X, row.Y, row.Z]).ConfigureAwait(false);

        async Task OfAsync<T>(string table, string columns, Func<IndexRows, HashSet<T>> some, Func<T, object[]> values)
        {
            Statement? statement = null;
            foreach ((long key, long views, IndexRows rows) in indexes)
            {
                foreach (T row in some(rows))
                {
                    object[] given = viewTable is null ? [key, .. values(row)] : [key, .. values(row), views];
                    statement ??= Statement.Of(transaction, Sql(table, columns, given.Length), given.Length);
                    await statement.RunAsync(given).ConfigureAwait(false);
                }
            }
        }

        string Sql(string table, string columns, int count) =>
            $"INSERT INTO {viewTable?.Invoke(table) ?? table} (key, parameter, grp, {columns}{(viewTable is null ? "" : ", views")}) " +
            $"VALUES ({string.Join(", ", Enumerable.Range(0, count).Select(i => $"@{(char)('a' + i)}"))})";
    }

    /// <summary>A statement with parameters @a, @b … in order; prepared once a connection, which for writes is the database's one writer.</summary>
    private sealed class Statement
    {
        private static readonly ConditionalWeakTable<SqliteConnection, Dictionary<string, Statement>> s_prepared = [];

        private readonly SqliteCommand _command;

        private Statement(SqliteConnection connection, string sql, int parameters)
        {
            _command = connection.CreateCommand();
            _command.CommandText = sql;
            for (int i = 0; i < parameters; i++) _command.Parameters.Add(new SqliteParameter { ParameterName = $"@{(char)('a' + i)}" });
        }

        public static Statement Of(DbTransaction transaction, string sql, int parameters)
        {
            var sqlite = (SqliteTransaction)transaction;
            Dictionary<string, Statement> prepared = s_prepared.GetOrCreateValue(sqlite.Connection!);
            if (!prepared.TryGetValue(sql, out Statement? statement)) prepared[sql] = statement = new Statement(sqlite.Connection!, sql, parameters);
            statement._command.Transaction = sqlite;
            return statement;
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

        private void Bind(ReadOnlySpan<object?> values)
        {
            for (int i = 0; i < values.Length; i++) _command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }
    }
}
