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
    /// <summary>So many rows go at a time where a parameter leaves the index: other writers wait no longer than that takes.</summary>
    protected const int MostRemoved = 5000;

    /// <summary>The number of pooled index rows and so on is the engine's business; the rows themselves are the same.</summary>
    public static StoreEngine For(Dialect dialect, CommitmentSuite suite) =>
        dialect == Dialect.Sqlite ? new SqliteEngine(suite) : new PostgresEngine(suite);

    /// <summary>
    /// Reads and locks the pointers until the transaction ends. Every key asked for is in the answer; a resource that was never stored has version 0.
    /// What it says of the search parameters stays true until then as well: who changes them (a write of a SearchParameter) waits for all other writers, and they for it.
    /// </summary>
    /// <param name="transaction">The write transaction.</param>
    /// <param name="keys">Distinct keys in order, so that two transactions never wait for each other.</param>
    /// <param name="alsoAbsent">
    /// True where resources that do not exist yet are to be held as well. Else two transactions that create one meet when they write it, and the slower one is run again.
    /// </param>
    /// <param name="cancellationToken">Ends the wait for who holds them.</param>
    public abstract Task<LockedHeads> LockAsync(DbTransaction transaction, IReadOnlyList<RecordKey> keys, bool alsoAbsent, CancellationToken cancellationToken);

    /// <summary>The current bytes of these resources, by key; a resource without any is left out.</summary>
    public abstract Task<Dictionary<RecordKey, byte[]>> BodiesAsync(DbTransaction transaction, IReadOnlyList<RecordKey> keys);

    /// <summary>The subject tags of stored patients, by logical id; an unknown patient is left out.</summary>
    public abstract Task<Dictionary<string, Tag128>> PatientTagsAsync(DbTransaction transaction, IReadOnlyList<string> ids);

    /// <summary>Writes all rows.</summary>
    /// <exception cref="Storage.RepeatTransactionException">Another transaction has created one of the resources meanwhile.</exception>
    /// <returns>The stamp of the subscriptions (<c>SubscriptionTables</c>), read on the way so that no write pays a journey for it.</returns>
    public abstract Task<long> WriteAsync(DbTransaction transaction, StoreBatch batch);

    /// <summary>
    /// Writes what searches find of resources, by their number; what stood there before goes where <paramref name="replaces"/> names it. Marks them all, so that what the
    /// restricted views show of them is found again. A resource that is replaced by nothing is taken out of the views at once.
    /// </summary>
    /// <param name="transaction">The write transaction.</param>
    /// <param name="replaces">The resources.</param>
    /// <param name="indexes">The rows.</param>
    /// <param name="parameter">The number of the only parameter whose rows go; null for all.</param>
    public abstract Task IndexAsync(DbTransaction transaction, IReadOnlyCollection<long> replaces, IReadOnlyList<(long Key, IndexRows Rows)> indexes, int? parameter = null);

    /// <summary>Takes rows of a parameter out of the index and of the views, some thousands at a time.</summary>
    /// <returns>How many there were; 0 where none is left.</returns>
    public abstract Task<int> RemoveAsync(DbTransaction transaction, int parameter);

    /// <summary>Writes what searches find in the restricted views (bits of <see cref="Search.Views.ViewBits"/>); what stood there of the resources in <paramref name="replaces"/> goes first.</summary>
    public abstract Task IndexViewsAsync(DbTransaction transaction, IReadOnlyCollection<long> replaces, IReadOnlyList<(long Key, long Views, IndexRows Rows)> indexes);

    /// <summary>Removes the pointers that <see cref="LockAsync"/> made to hold resources that do not exist; they are held until the transaction ends all the same.</summary>
    public abstract Task ReleaseAsync(DbTransaction transaction, IReadOnlyList<RecordKey> keys);

    /// <summary>Waits until no other transaction holds the same name: for conditional creates, which lock what does not exist yet.</summary>
    public abstract Task LockNameAsync(DbTransaction transaction, string name, CancellationToken cancellationToken);

    /// <summary>Writes the receipts of one batch; those of the same records are replaced.</summary>
    /// <returns>How many of the entries are versions of this store.</returns>
    public abstract Task<int> WriteReceiptsAsync(DbTransaction transaction, long firstSequence, IReadOnlyList<IndexEntry> entries, IReadOnlyList<byte[]> paths);
}

/// <summary>Pointers that a transaction holds.</summary>
/// <param name="Heads">The pointers by key.</param>
/// <param name="Generation">That of the search parameters.</param>
internal sealed record LockedHeads(Dictionary<RecordKey, Head> Heads, long Generation);
