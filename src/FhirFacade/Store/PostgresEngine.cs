using System.Data.Common;
using System.Globalization;
using System.Text;
using Consortium.FhirFacade.Search.Indexing;
using Consortium.FhirFacade.Search.Parameters;
using Consortium.Integrity;
using Consortium.Storage;
using Npgsql;
using NpgsqlTypes;

namespace Consortium.FhirFacade.Store;

/// <summary>PostgreSQL: rows travel as arrays, a handful of round trips a transaction whatever the number of resources; pointers are locked with FOR UPDATE.</summary>
internal sealed class PostgresEngine(CommitmentSuite suite) : StoreEngine
{
    private const NpgsqlDbType Texts = NpgsqlDbType.Array | NpgsqlDbType.Text;
    private const NpgsqlDbType Numbers = NpgsqlDbType.Array | NpgsqlDbType.Bigint;
    private const NpgsqlDbType Fractions = NpgsqlDbType.Array | NpgsqlDbType.Double;
    private const NpgsqlDbType Blobs = NpgsqlDbType.Array | NpgsqlDbType.Bytea;

    // Held by all who write, and by nobody else while the search parameters change (decision 0216).
    private const string ParametersLock = "4713";

    public override async Task<LockedHeads> LockAsync(DbTransaction transaction, IReadOnlyList<RecordKey> keys, bool alsoAbsent, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(((NpgsqlTransaction)transaction).Connection, (NpgsqlTransaction)transaction);
        bool changesParameters = keys.Any(key => key.Type == "SearchParameter");
        batch.BatchCommands.Add(Command($"SELECT pg_advisory_xact_lock{(changesParameters ? "" : "_shared")}({ParametersLock})"));
        batch.BatchCommands.Add(Command("SELECT generation FROM search_state"));
        if (alsoAbsent)
        {
            // The pointer is made first, so that two transactions meet at its row. The rows are taken in the order of the keys, by both statements.
            batch.BatchCommands.Add(Command(
                "INSERT INTO resource (type, id, version, deleted, updated_at, subject_tag) " +
                "SELECT t, i, 0, 0, 0, '\\x00000000000000000000000000000000' FROM unnest($1, $2) WITH ORDINALITY AS k (t, i, n) ORDER BY n ON CONFLICT (type, id) DO NOTHING",
                Keys(keys)));
        }

        batch.BatchCommands.Add(Command(
            "SELECT r.type, r.id, r.version, r.deleted, r.updated_at, r.subject_tag, r.source, r.intake_sequence, r.key " +
            "FROM resource r JOIN unnest($1, $2) AS k (t, i) ON r.type = k.t AND r.id = k.i ORDER BY r.type COLLATE \"C\", r.id COLLATE \"C\" FOR UPDATE OF r",
            Keys(keys)));
        // The others get their numbers now, so that all is written in one round trip.
        batch.BatchCommands.Add(Command(
            "SELECT k.t, k.i, nextval(s.name) FROM (SELECT CAST(pg_get_serial_sequence('resource', 'key') AS regclass) AS name) s CROSS JOIN unnest($1, $2) AS k (t, i) " +
            "WHERE NOT EXISTS (SELECT 1 FROM resource r WHERE r.type = k.t AND r.id = k.i)",
            Keys(keys)));
        var heads = new Dictionary<RecordKey, Head>(keys.Count);
        await using NpgsqlDataReader row = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await row.NextResultAsync(cancellationToken).ConfigureAwait(false);
        await row.ReadAsync(cancellationToken).ConfigureAwait(false);
        long generation = row.GetInt64(0);
        await row.NextResultAsync(cancellationToken).ConfigureAwait(false);
        while (await row.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            heads[new RecordKey(row.GetString(0), row.GetString(1))] = new Head
            {
                Version = row.GetInt64(2),
                Deleted = row.GetInt64(3) != 0,
                UpdatedAt = row.GetInt64(4),
                SubjectTag = new Tag128(row.GetFieldValue<byte[]>(5)),
                Source = row.IsDBNull(6) ? null : row.GetString(6),
                IntakeSequence = row.IsDBNull(7) ? null : row.GetInt64(7),
                Key = row.GetInt64(8),
                IsStored = true,
            };
        }

        await row.NextResultAsync(cancellationToken).ConfigureAwait(false);
        while (await row.ReadAsync(cancellationToken).ConfigureAwait(false)) heads.TryAdd(new RecordKey(row.GetString(0), row.GetString(1)), new Head { Key = row.GetInt64(2) });
        // Made by another transaction between the two statements: nobody waited for it, so it is seen at the next attempt.
        return heads.Count == keys.Count ? new LockedHeads(heads, generation) : throw CreatedMeanwhile();
    }

    public override async Task<Dictionary<RecordKey, byte[]>> BodiesAsync(DbTransaction transaction, IReadOnlyList<RecordKey> keys)
    {
        var bodies = new Dictionary<RecordKey, byte[]>(keys.Count);
        await using NpgsqlBatch batch = One(transaction, Command(
            "SELECT r.type, r.id, v.body FROM unnest($1, $2) AS k (t, i) JOIN resource r ON r.type = k.t AND r.id = k.i " +
            "JOIN resource_version v ON v.type = r.type AND v.id = r.id AND v.version = r.version", Keys(keys)));
        await using NpgsqlDataReader row = await batch.ExecuteReaderAsync().ConfigureAwait(false);
        while (await row.ReadAsync().ConfigureAwait(false)) bodies[new RecordKey(row.GetString(0), row.GetString(1))] = row.GetFieldValue<byte[]>(2);
        return bodies;
    }

    public override async Task<Dictionary<string, Tag128>> PatientTagsAsync(DbTransaction transaction, IReadOnlyList<string> ids)
    {
        var tags = new Dictionary<string, Tag128>(ids.Count, StringComparer.Ordinal);
        await using NpgsqlBatch batch = One(transaction, Command(
            "SELECT id, subject_tag FROM resource WHERE type = 'Patient' AND id = ANY($1) AND version > 0", (Texts, ids.ToArray())));
        await using NpgsqlDataReader row = await batch.ExecuteReaderAsync().ConfigureAwait(false);
        while (await row.ReadAsync().ConfigureAwait(false)) tags[row.GetString(0)] = new Tag128(row.GetFieldValue<byte[]>(1));
        return tags;
    }

    public override async Task<long> WriteAsync(DbTransaction transaction, StoreBatch rows)
    {
        await using var batch = new NpgsqlBatch(((NpgsqlTransaction)transaction).Connection, (NpgsqlTransaction)transaction);
        (RecordKey Key, Head Head)[] made = [.. rows.Heads.Where(head => !head.Value.IsStored).Select(head => (head.Key, head.Value)).OrderBy(head => head.Key)];
        (RecordKey Key, Head Head)[] known = [.. rows.Heads.Where(head => head.Value.IsStored).Select(head => (head.Key, head.Value))];
        if (made.Length > 0) batch.BatchCommands.Add(InsertHeads(made));
        if (known.Length > 0) batch.BatchCommands.Add(UpdateHeads(known));
        if (rows.Versions.Count > 0) batch.BatchCommands.Add(InsertVersions(rows.Versions));
        Index(batch, [.. rows.Unindexed.Select(key => rows.Heads[key].Key)], [.. rows.Indexes.Select(index => (rows.Heads[index.Key].Key, index.Value))]);
        batch.BatchCommands.Add(Command("SELECT stamp FROM subscription_stamp"));
        try
        {
            // The other statements give no rows.
            await using NpgsqlDataReader row = await batch.ExecuteReaderAsync().ConfigureAwait(false);
            return await row.ReadAsync().ConfigureAwait(false) ? row.GetInt64(0) : 0;
        }
        catch (PostgresException e) when (e is { SqlState: PostgresErrorCodes.UniqueViolation, TableName: "resource" })
        {
            throw CreatedMeanwhile();
        }
    }

    public override async Task<int> RemoveAsync(DbTransaction transaction, int parameter)
    {
        foreach (string table in StoreSchema.ValueTables.Concat(ViewSchema.Tables))
        {
            await using NpgsqlBatch batch = One(transaction, Command(
                $"DELETE FROM {table} WHERE ctid = ANY(ARRAY(SELECT ctid FROM {table} WHERE parameter BETWEEN $1 AND $2 LIMIT $3))",
                (NpgsqlDbType.Bigint, (long)parameter), (NpgsqlDbType.Bigint, (long)parameter + SearchParameter.Numbers - 1), (NpgsqlDbType.Bigint, (long)MostRemoved)));
            int removed = await batch.ExecuteNonQueryAsync().ConfigureAwait(false);
            if (removed > 0) return removed;
        }

        return 0;
    }

    public override async Task IndexAsync(DbTransaction transaction, IReadOnlyCollection<long> replaces, IReadOnlyList<(long Key, IndexRows Rows)> indexes, int? parameter = null)
    {
        await using var batch = new NpgsqlBatch(((NpgsqlTransaction)transaction).Connection, (NpgsqlTransaction)transaction);
        Index(batch, replaces, indexes, parameter);
        if (batch.BatchCommands.Count > 0) await batch.ExecuteNonQueryAsync().ConfigureAwait(false);
    }

    public override async Task IndexViewsAsync(DbTransaction transaction, IReadOnlyCollection<long> replaces, IReadOnlyList<(long Key, long Views, IndexRows Rows)> indexes)
    {
        await using var batch = new NpgsqlBatch(((NpgsqlTransaction)transaction).Connection, (NpgsqlTransaction)transaction);
        Delete(batch, ViewSchema.Tables, replaces);
        Insert(batch, table => ViewSchema.Beside(table)!, indexes);
        if (batch.BatchCommands.Count > 0) await batch.ExecuteNonQueryAsync().ConfigureAwait(false);
    }

    public override async Task ReleaseAsync(DbTransaction transaction, IReadOnlyList<RecordKey> keys)
    {
        await using NpgsqlBatch batch = One(transaction, Command(
            "DELETE FROM resource r USING unnest($1, $2) AS k (t, i) WHERE r.type = k.t AND r.id = k.i AND r.version = 0", Keys(keys)));
        await batch.ExecuteNonQueryAsync().ConfigureAwait(false);
    }

    public override async Task LockNameAsync(DbTransaction transaction, string name, CancellationToken cancellationToken)
    {
        await using NpgsqlBatch batch = One(transaction, Command("SELECT pg_advisory_xact_lock(hashtextextended($1, 4712))", (NpgsqlDbType.Text, name)));
        await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    public override async Task<int> WriteReceiptsAsync(DbTransaction transaction, long firstSequence, IReadOnlyList<IndexEntry> entries, IReadOnlyList<byte[]> paths)
    {
        await using NpgsqlBatch batch = One(transaction, Command(
            "INSERT INTO receipt (record_id, sequence, first_sequence, inclusion_path) " +
            "SELECT v.record_id, k.s, $3, k.p FROM unnest($1, $2, $4) AS k (r, s, p) JOIN resource_version v ON v.record_id = k.r " +
            "ON CONFLICT (record_id) DO UPDATE SET sequence = excluded.sequence, first_sequence = excluded.first_sequence, inclusion_path = excluded.inclusion_path",
            (Blobs, entries.Select(entry => entry.RecordId.ToArray()).ToArray()),
            (Numbers, Enumerable.Range(0, entries.Count).Select(i => firstSequence + i).ToArray()),
            (NpgsqlDbType.Bigint, firstSequence),
            (Blobs, paths.ToArray())));
        return await batch.ExecuteNonQueryAsync().ConfigureAwait(false);
    }

    private static void Index(NpgsqlBatch batch, IReadOnlyCollection<long> replaces, IReadOnlyList<(long Key, IndexRows Rows)> indexes, int? parameter = null)
    {
        Delete(batch, StoreSchema.IndexTables, replaces, parameter, " || ARRAY(SELECT key FROM contained WHERE container = ANY($1))");
        if (parameter is null) Contain(batch, replaces, indexes);
        IReadOnlyList<(long Key, IndexRows Rows)> all = ContainedKeys.With(indexes);
        Insert(batch, null, [.. all.Select(index => (index.Key, 0L, index.Rows))]);
        InsertTexts(batch, all);
        long[] gone = [.. replaces.Except(indexes.Select(index => index.Key))], changed = [.. replaces.Union(indexes.Select(index => index.Key))];
        if (parameter is null) Delete(batch, [.. ViewSchema.Tables, "view_identity"], gone);
        if (changed.Length > 0) batch.BatchCommands.Add(Command("INSERT INTO view_mark (type, key) SELECT type, key FROM resource WHERE key = ANY($1)", (Numbers, changed)));
    }

    // What the resources contain now.
    private static void Contain(NpgsqlBatch batch, IReadOnlyCollection<long> replaces, IReadOnlyList<(long Key, IndexRows Rows)> indexes)
    {
        if (replaces.Count > 0) batch.BatchCommands.Add(Command("DELETE FROM contained WHERE container = ANY($1)", (Numbers, replaces.ToArray())));
        (long Key, long Container, string Type, string Id)[] rows = ContainedKeys.Rows(indexes);
        if (rows.Length == 0) return;
        batch.BatchCommands.Add(Command(
            "INSERT INTO contained (key, container, type, id) SELECT * FROM unnest($1, $2, $3, $4)",
            (Numbers, rows.Select(row => row.Key).ToArray()), (Numbers, rows.Select(row => row.Container).ToArray()),
            (Texts, rows.Select(row => row.Type).ToArray()), (Texts, rows.Select(row => row.Id).ToArray())));
    }

    private static void InsertTexts(NpgsqlBatch batch, IReadOnlyList<(long Key, IndexRows Rows)> indexes)
    {
        (long Key, TextRow Row)[] texts = [.. indexes.SelectMany(index => index.Rows.Texts.Select(row => (index.Key, row)))];
        if (texts.Length == 0) return;
        batch.BatchCommands.Add(Command(
            "INSERT INTO search_text (key, parameter, grp, words) SELECT k, p, g, w::tsvector FROM unnest($1, $2, $3, $4) AS u (k, p, g, w)",
            (Numbers, texts.Select(text => text.Key).ToArray()), (Numbers, texts.Select(text => (long)text.Row.Parameter).ToArray()),
            (Numbers, texts.Select(text => (long)text.Row.Group).ToArray()), (Texts, texts.Select(text => Vector(text.Row.Words)).ToArray())));
    }

    // The words with their places: 'glucose':1,7 'in':2 (PostgreSQL 8.11.1). They have letters and digits only, so nothing needs an escape.
    private static string Vector(IReadOnlyList<string> words)
    {
        var places = new Dictionary<string, StringBuilder>(words.Count, StringComparer.Ordinal);
        for (int i = 0; i < words.Count; i++)
        {
            if (places.TryGetValue(words[i], out StringBuilder? known)) known.Append(CultureInfo.InvariantCulture, $",{i + 1}");
            else places.Add(words[i], new StringBuilder().Append(CultureInfo.InvariantCulture, $"'{words[i]}':{i + 1}"));
        }

        return string.Join(' ', places.Values);
    }

    private static void Delete(NpgsqlBatch batch, IReadOnlyList<string> tables, IReadOnlyCollection<long> keys, int? parameter = null, string others = "")
    {
        if (keys.Count == 0) return;
        foreach (string table in tables)
        {
            batch.BatchCommands.Add(parameter is { } number
                ? Command($"DELETE FROM {table} WHERE key = ANY($1{others}) AND parameter BETWEEN $2 AND $3",
                    (Numbers, keys.ToArray()), (NpgsqlDbType.Bigint, (long)number), (NpgsqlDbType.Bigint, (long)number + SearchParameter.Numbers - 1))
                : Command($"DELETE FROM {table} WHERE key = ANY($1{others})", (Numbers, keys.ToArray())));
        }
    }

    /// <param name="batch">Gets the commands.</param>
    /// <param name="viewTable">The table of the restricted views beside an index table; null for the index itself, whose rows have no bits.</param>
    /// <param name="indexes">The rows.</param>
    private static void Insert(NpgsqlBatch batch, Func<string, string>? viewTable, IReadOnlyList<(long Key, long Views, IndexRows Rows)> indexes)
    {
        Of("search_token", "system, code", rows => rows.Tokens, row => SharedRows.R4.Has(row.Parameter), row => (row.Parameter, row.Group), (Texts, row => row.System), (Texts, row => row.Code));
        Of("search_string", "folded, exact", rows => rows.Strings, row => SharedRows.R4.Has(row.Parameter), row => (row.Parameter, row.Group), (Texts, row => row.Folded), (Texts, row => row.Exact));
        Of("search_reference", "target_type, target_id", rows => rows.References, row => SharedRows.R4.Has(row), row => (row.Parameter, row.Group), (Texts, row => row.TargetType), (Texts, row => row.TargetId));
        Of("search_date", "span, low, high", rows => rows.Dates, row => SharedRows.R4.Has(row.Parameter), row => (row.Parameter, row.Group), (Numbers, row => (long)row.Span), (Numbers, row => row.Low), (Numbers, row => row.High));
        Of("search_quantity", "low, high, system, code, unit, canonical_low, canonical_high, canonical_code", rows => rows.Quantities, row => SharedRows.R4.Has(row.Parameter), row => (row.Parameter, row.Group),
            (Fractions, row => row.Low), (Fractions, row => row.High), (Texts, row => row.System), (Texts, row => row.Code), (Texts, row => row.Unit),
            (Fractions, row => row.CanonicalLow), (Fractions, row => row.CanonicalHigh), (Texts, row => row.CanonicalCode));
        Of("search_position", "latitude, longitude, x, y, z", rows => rows.Positions, _ => false, _ => (0, 0),
            (Fractions, row => row.Latitude), (Fractions, row => row.Longitude), (Fractions, row => row.X), (Fractions, row => row.Y), (Fractions, row => row.Z));

        void Of<T>(
            string table, string columns, Func<IndexRows, HashSet<T>> some, Predicate<T> isElsewhere, Func<T, (int Parameter, int Group)> common, params ReadOnlySpan<(NpgsqlDbType Type, Func<T, object> Value)> values)
        {
            (long Key, long Views, T Row)[] rows = [.. indexes.SelectMany(index => some(index.Rows).Where(row => !isElsewhere(row)).Select(row => (index.Key, index.Views, row)))];
            if (rows.Length == 0) return;
            List<(NpgsqlDbType, object)> arrays =
            [
                (Numbers, rows.Select(row => row.Key).ToArray()),
                (Numbers, rows.Select(row => (long)common(row.Row).Parameter).ToArray()),
                (Numbers, rows.Select(row => (long)common(row.Row).Group).ToArray()),
            ];
            foreach ((NpgsqlDbType type, Func<T, object> value) in values)
            {
                IEnumerable<object> column = rows.Select(row => value(row.Row));
                arrays.Add((type, type switch
                {
                    Texts => column.Cast<string>().ToArray(),
                    Fractions => column.Cast<double>().ToArray(),
                    _ => column.Cast<long>().ToArray(),
                }));
            }

            string bits = "";
            if (viewTable is not null)
            {
                (table, bits) = (viewTable(table), ", views");
                arrays.Add((Numbers, rows.Select(row => row.Views).ToArray()));
            }

            string places = string.Join(", ", Enumerable.Range(1, arrays.Count).Select(i => $"${i}"));
            batch.BatchCommands.Add(Command($"INSERT INTO {table} (key, parameter, grp, {columns}{bits}) SELECT * FROM unnest({places})", [.. arrays]));
        }
    }

    private NpgsqlBatchCommand InsertVersions(List<VersionRow> rows) => Command(
        "INSERT INTO resource_version (type, id, version, deleted, body, secret, suite, commitment, leaves, record_id, subject_tag, kind, recorded_at, source, intake_sequence) " +
        "SELECT t, i, v, d, b, s, $15, c, l, r, g, k, a, o, q FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) " +
        "WITH ORDINALITY AS u (t, i, v, d, b, s, c, l, r, g, k, a, o, q, n) ORDER BY n",
        [
            .. Keys([.. rows.Select(row => row.Key)]),
            (Numbers, rows.Select(row => row.Version).ToArray()),
            (Numbers, rows.Select(row => row.Deleted ? 1L : 0L).ToArray()),
            (Blobs, rows.Select(row => row.Body).ToArray()),
            (Blobs, rows.Select(row => row.Secret).ToArray()),
            (Blobs, rows.Select(row => row.Entry.Commitment.ToArray()).ToArray()),
            (Numbers, rows.Select(row => (long)row.Leaves).ToArray()),
            (Blobs, rows.Select(row => row.Entry.RecordId.ToArray()).ToArray()),
            (Blobs, rows.Select(row => row.Entry.SubjectTag.ToArray()).ToArray()),
            (Numbers, rows.Select(row => (long)row.Entry.Kind).ToArray()),
            (Numbers, rows.Select(row => row.RecordedAt).ToArray()),
            (Texts, rows.Select(row => row.Source).ToArray()),
            (Numbers, rows.Select(row => row.IntakeSequence).ToArray()),
            (NpgsqlDbType.Bigint, (long)suite),
        ]);

    private static NpgsqlBatchCommand InsertHeads((RecordKey Key, Head Head)[] heads) => Command(
        "INSERT INTO resource (key, type, id, version, deleted, updated_at, subject_tag, source, intake_sequence) OVERRIDING SYSTEM VALUE " +
        "SELECT x, t, i, v, d, u, g, s, q FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9) WITH ORDINALITY AS k (t, i, v, d, u, g, s, q, x, n) ORDER BY n",
        [.. Values(heads), (Numbers, heads.Select(head => head.Head.Key).ToArray())]);

    private static NpgsqlBatchCommand UpdateHeads((RecordKey Key, Head Head)[] heads) => Command(
        "UPDATE resource r SET version = k.v, deleted = k.d, updated_at = k.u, subject_tag = k.g, source = k.s, intake_sequence = k.q " +
        "FROM unnest($1, $2, $3, $4, $5, $6, $7, $8) AS k (t, i, v, d, u, g, s, q) WHERE r.type = k.t AND r.id = k.i", Values(heads));

    private static (NpgsqlDbType, object)[] Values((RecordKey Key, Head Head)[] heads) =>
    [
        .. Keys([.. heads.Select(head => head.Key)]),
        (Numbers, heads.Select(head => head.Head.Version).ToArray()),
        (Numbers, heads.Select(head => head.Head.Deleted ? 1L : 0L).ToArray()),
        (Numbers, heads.Select(head => head.Head.UpdatedAt).ToArray()),
        (Blobs, heads.Select(head => head.Head.SubjectTag.ToArray()).ToArray()),
        (Texts, heads.Select(head => head.Head.Source).ToArray()),
        (Numbers, heads.Select(head => head.Head.IntakeSequence).ToArray()),
    ];

    private static RepeatTransactionException CreatedMeanwhile() => new("Another transaction has created one of the resources meanwhile.");

    private static (NpgsqlDbType, object)[] Keys(IReadOnlyList<RecordKey> keys) =>
        [(Texts, keys.Select(key => key.Type).ToArray()), (Texts, keys.Select(key => key.Id).ToArray())];

    private static NpgsqlBatch One(DbTransaction transaction, NpgsqlBatchCommand command)
    {
        var batch = new NpgsqlBatch(((NpgsqlTransaction)transaction).Connection, (NpgsqlTransaction)transaction);
        batch.BatchCommands.Add(command);
        return batch;
    }

    private static NpgsqlBatchCommand Command(string sql, params ReadOnlySpan<(NpgsqlDbType Type, object Value)> parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach ((NpgsqlDbType type, object value) in parameters) command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = type, Value = value });
        return command;
    }
}
