using System.Data.Common;
using Consortium.FhirFacade.Search.Indexing;
using Consortium.Integrity;
using Consortium.Storage;

namespace Consortium.FhirFacade.Store;

/// <summary>
/// The statements of the write path, which differ between the engines for speed and for locking:
/// SQLite runs one prepared statement a row inside its single writer, PostgreSQL sends arrays in few round trips and locks rows.
/// Everything else is portable SQL.
/// </summary>
internal abstract class StoreEngine
{
    /// <summary>The number of pooled index rows and so on is the engine's business; the rows themselves are the same.</summary>
    public static StoreEngine For(Dialect dialect, CommitmentSuite suite) =>
        dialect == Dialect.Sqlite ? new SqliteEngine(suite) : new PostgresEngine(suite);

    /// <summary>
    /// Reads and locks the pointers until the transaction ends. Every key asked for is in the answer; a resource that was never stored has version 0.
    /// </summary>
    /// <param name="transaction">The write transaction.</param>
    /// <param name="keys">Distinct keys in order, so that two transactions never wait for each other.</param>
    /// <param name="cancellationToken">Ends the wait for who holds them.</param>
    public abstract Task<Dictionary<RecordKey, Head>> LockAsync(DbTransaction transaction, IReadOnlyList<RecordKey> keys, CancellationToken cancellationToken);

    /// <summary>The current bytes of these resources, by key; a resource without any is left out.</summary>
    public abstract Task<Dictionary<RecordKey, byte[]>> BodiesAsync(DbTransaction transaction, IReadOnlyList<RecordKey> keys);

    /// <summary>The subject tags of stored patients, by logical id; an unknown patient is left out.</summary>
    public abstract Task<Dictionary<string, Tag128>> PatientTagsAsync(DbTransaction transaction, IReadOnlyList<string> ids);

    /// <summary>Writes all rows.</summary>
    public abstract Task WriteAsync(DbTransaction transaction, StoreBatch batch);

    /// <summary>Writes what searches find of resources, by their number; what stood there before goes where <paramref name="replaces"/> names it.</summary>
    public abstract Task IndexAsync(DbTransaction transaction, IReadOnlyCollection<long> replaces, IReadOnlyList<(long Key, IndexRows Rows)> indexes);

    /// <summary>Removes the pointers that <see cref="LockAsync"/> made for resources that were not written after all.</summary>
    public abstract Task ReleaseAsync(DbTransaction transaction, IReadOnlyList<RecordKey> keys);

    /// <summary>Waits until no other transaction holds the same name: for conditional creates, which lock what does not exist yet.</summary>
    public abstract Task LockNameAsync(DbTransaction transaction, string name, CancellationToken cancellationToken);

    /// <summary>Writes the receipts of one batch; those of the same records are replaced.</summary>
    /// <returns>How many of the entries are versions of this store.</returns>
    public abstract Task<int> WriteReceiptsAsync(DbTransaction transaction, long firstSequence, IReadOnlyList<IndexEntry> entries, IReadOnlyList<byte[]> paths);
}
