using System.Data.Common;
using Consortium.FhirFacade.Search.Indexing;
using Consortium.Integrity;
using Consortium.Storage;
using Microsoft.Data.Sqlite;

namespace Consortium.FhirFacade.Store;

/// <summary>SQLite: the transaction is the only writer (BEGIN IMMEDIATE), so reading is locking; each statement stays prepared and is run a row at a time (decision 0236).</summary>
internal sealed class SqliteEngine(CommitmentSuite suite) : StoreEngine
{
    public override Task<LockedHeads> LockAsync(DbTransaction transaction, IReadOnlyList<RecordKey> keys, bool alsoAbsent, CancellationToken cancellationToken)
    {
        var heads = new Dictionary<RecordKey, Head>(keys.Count);
        SqliteStatement row = Of(transaction, "SELECT version, deleted, updated_at, subject_tag, source, intake_sequence, key FROM resource WHERE type = ? AND id = ?");
        foreach (RecordKey key in keys)
        {
            Name(row, key);
            heads[key] = row.Read()
                ? new Head
                {
                    Version = row.Long(0),
                    Deleted = row.Long(1) != 0,
                    UpdatedAt = row.Long(2),
                    SubjectTag = new Tag128(row.Bytes(3)),
                    Source = row.IsNull(4) ? null : row.Text(4),
                    IntakeSequence = row.IsNull(5) ? null : row.Long(5),
                    Key = row.Long(6),
                    IsStored = true,
                }
                : new Head();
            row.Reset();
        }

        return Task.FromResult(new LockedHeads(heads, Only(transaction, "SELECT generation FROM search_state") ?? 0));
    }

    public override Task<Dictionary<RecordKey, byte[]>> BodiesAsync(DbTransaction transaction, IReadOnlyList<RecordKey> keys)
    {
        var bodies = new Dictionary<RecordKey, byte[]>(keys.Count);
        SqliteStatement row = Of(transaction,
            "SELECT v.body FROM resource r JOIN resource_version v ON v.type = r.type AND v.id = r.id AND v.version = r.version WHERE r.type = ? AND r.id = ?");
        foreach (RecordKey key in keys)
        {
            Name(row, key);
            if (row.Read()) bodies[key] = row.Bytes(0);
            row.Reset();
        }

        return Task.FromResult(bodies);
    }

    public override Task<Dictionary<string, Tag128>> PatientTagsAsync(DbTransaction transaction, IReadOnlyList<string> ids)
    {
        var tags = new Dictionary<string, Tag128>(ids.Count, StringComparer.Ordinal);
        SqliteStatement row = Of(transaction, "SELECT subject_tag FROM resource WHERE type = 'Patient' AND id = ?");
        foreach (string id in ids)
        {
            row.Bind(1, id);
            if (row.Read()) tags[id] = new Tag128(row.Bytes(0));
            row.Reset();
        }

        return Task.FromResult(tags);
    }

    public override Task<long> WriteAsync(DbTransaction transaction, StoreBatch batch)
    {
        WriteVersions(transaction, batch.Versions);
        foreach ((RecordKey key, Head head) in batch.Heads) WriteHead(transaction, key, head);
        SqliteIndex.Write(Connection(transaction), [.. batch.Unindexed.Select(key => batch.Heads[key].Key)], [.. batch.Indexes.Select(index => (batch.Heads[index.Key].Key, index.Value))]);
        return Task.FromResult(Only(transaction, "SELECT stamp FROM subscription_stamp") ?? 0);
    }

    public override Task ReleaseAsync(DbTransaction transaction, IReadOnlyList<RecordKey> keys) => Task.CompletedTask; // LockAsync wrote nothing

    public override Task LockNameAsync(DbTransaction transaction, string name, CancellationToken cancellationToken) => Task.CompletedTask; // there is only one writer

    public override Task<int> WriteReceiptsAsync(DbTransaction transaction, long firstSequence, IReadOnlyList<IndexEntry> entries, IReadOnlyList<byte[]> paths)
    {
        int known = 0;
        SqliteStatement insert = Of(transaction,
            "INSERT INTO receipt (record_id, sequence, first_sequence, inclusion_path) SELECT record_id, ?, ?, ? FROM resource_version WHERE record_id = ? " +
            "ON CONFLICT (record_id) DO UPDATE SET sequence = excluded.sequence, first_sequence = excluded.first_sequence, inclusion_path = excluded.inclusion_path");
        for (int i = 0; i < entries.Count; i++)
        {
            insert.Bind(1, firstSequence + i);
            insert.Bind(2, firstSequence);
            insert.Bind(3, paths[i]);
            insert.Bind(4, entries[i].RecordId.Span);
            insert.Run();
            known += insert.Changes;
        }

        return Task.FromResult(known);
    }

    public override Task IndexAsync(DbTransaction transaction, IReadOnlyCollection<long> replaces, IReadOnlyList<(long Key, IndexRows Rows)> indexes, int? parameter = null)
    {
        SqliteIndex.Write(Connection(transaction), replaces, indexes, parameter);
        return Task.CompletedTask;
    }

    public override Task IndexViewsAsync(DbTransaction transaction, IReadOnlyCollection<long> replaces, IReadOnlyList<(long Key, long Views, IndexRows Rows)> indexes)
    {
        SqliteIndex.WriteViews(Connection(transaction), replaces, indexes);
        return Task.CompletedTask;
    }

    public override Task<int> RemoveAsync(DbTransaction transaction, int parameter) => Task.FromResult(SqliteIndex.Remove(Connection(transaction), parameter, MostRemoved));

    private void WriteVersions(DbTransaction transaction, List<VersionRow> versions)
    {
        SqliteStatement insert = Of(transaction,
            "INSERT INTO resource_version (type, id, version, deleted, body, secret, suite, commitment, leaves, record_id, subject_tag, kind, recorded_at, source, intake_sequence) " +
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
        foreach (VersionRow row in versions)
        {
            Name(insert, row.Key);
            insert.Bind(3, row.Version);
            insert.Bind(4, row.Deleted ? 1 : 0);
            insert.Bind(5, row.Body);
            insert.Bind(6, row.Secret);
            insert.Bind(7, (long)suite);
            insert.Bind(8, row.Entry.Commitment.Span);
            insert.Bind(9, row.Leaves);
            insert.Bind(10, row.Entry.RecordId.Span);
            insert.Bind(11, row.Entry.SubjectTag.Span);
            insert.Bind(12, row.Entry.Kind);
            insert.Bind(13, row.RecordedAt);
            insert.Bind(14, row.Source);
            insert.Bind(15, row.IntakeSequence);
            insert.Run();
        }
    }

    private static void WriteHead(DbTransaction transaction, RecordKey key, Head head)
    {
        bool isNew = !head.IsStored;
        SqliteStatement write = Of(transaction, isNew
            ? "INSERT INTO resource (version, deleted, updated_at, subject_tag, source, intake_sequence, type, id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
            : "UPDATE resource SET version = ?, deleted = ?, updated_at = ?, subject_tag = ?, source = ?, intake_sequence = ? WHERE key = ?");
        write.Bind(1, head.Version);
        write.Bind(2, head.Deleted ? 1 : 0);
        write.Bind(3, head.UpdatedAt);
        write.Bind(4, head.SubjectTag.Span);
        write.Bind(5, head.Source);
        write.Bind(6, head.IntakeSequence);
        if (!isNew)
        {
            write.Bind(7, head.Key);
            write.Run();
            return;
        }

        write.Bind(7, key.Type);
        write.Bind(8, key.Id);
        write.Run();
        head.Key = write.LastRow;
    }

    private static void Name(SqliteStatement statement, RecordKey key)
    {
        statement.Bind(1, key.Type);
        statement.Bind(2, key.Id);
    }

    private static long? Only(DbTransaction transaction, string sql)
    {
        SqliteStatement row = Of(transaction, sql);
        long? only = row.Read() ? row.Long(0) : null;
        row.Reset();
        return only;
    }

    private static SqliteStatement Of(DbTransaction transaction, string sql) => SqliteStatement.Of(Connection(transaction), sql);

    private static SqliteConnection Connection(DbTransaction transaction) => ((SqliteTransaction)transaction).Connection!;
}
