using System.Buffers.Binary;
using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Consortium.AnchorService.Store;
using Consortium.Integrity;
using Consortium.Ledger;
using Consortium.Storage;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Consortium.AnchorService.Writing;

/// <summary>
/// One durable writer per signing key (ledger.md, "The anchor service"). What makes it prompt is a lock that the operating system
/// or PostgreSQL lets go when its holder dies: a session advisory lock, or a lock file beside an SQLite store. What makes it safe is the
/// fence, a number that each new holder raises and that every write checks in its own transaction.
/// A PostgreSQL behind a transaction-pooling proxy keeps no session, so the anchor service must connect to it directly.
/// </summary>
internal sealed class WriterLease : IAsyncDisposable
{
    private readonly DbConnection? _session;
    private readonly FileStream? _file;

    private WriterLease(DbConnection? session, FileStream? file, long fence)
    {
        _session = session;
        _file = file;
        Fence = fence;
    }

    /// <summary>This holder's number.</summary>
    public long Fence { get; }

    /// <summary>Takes the lease, or returns null where another holds it.</summary>
    public static async Task<WriterLease?> TryAcquireAsync(Database database, string storeUrl, Address custodian, Address contract, CancellationToken ct)
    {
        DbConnection? session = null;
        FileStream? file = null;
        try
        {
            if (database.Dialect == Dialect.Postgres)
            {
                session = await database.ConnectAsync(ct).ConfigureAwait(false);
                if (!await session.ExecuteScalarAsync<bool>("SELECT pg_try_advisory_lock(@key)", new { key = LockKey(custodian) }).ConfigureAwait(false)) return null;
            }
            else
            {
                file = TryLock(LockFile(storeUrl, custodian));
                if (file is null) return null;
            }

            long fence = await RaiseFenceAsync(database, custodian, contract, ct).ConfigureAwait(false);
            var lease = new WriterLease(session, file, fence);
            (session, file) = (null, null);
            return lease;
        }
        finally
        {
            if (session is not null) await session.DisposeAsync().ConfigureAwait(false);
            if (file is not null) await file.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>False where the session that holds the lock is gone.</summary>
    public async Task<bool> IsHeldAsync(CancellationToken ct)
    {
        if (_session is null) return true;
        try
        {
            await _session.ExecuteScalarAsync<int>(new CommandDefinition("SELECT 1", cancellationToken: ct)).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is DbException or InvalidOperationException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_session is not null)
        {
            try
            {
                // The connection goes back to a pool, alive: the lock would stay with it.
                await _session.ExecuteAsync("SELECT pg_advisory_unlock_all()").ConfigureAwait(false);
            }
            catch (Exception e) when (e is DbException or InvalidOperationException)
            {
                // A dead session holds nothing.
            }

            await _session.DisposeAsync().ConfigureAwait(false);
        }

        if (_file is not null) await _file.DisposeAsync().ConfigureAwait(false);
    }

    private static Task<long> RaiseFenceAsync(Database database, Address custodian, Address contract, CancellationToken ct) =>
        database.TransactAsync(transaction => transaction.Connection!.ExecuteScalarAsync<long>(
            "INSERT INTO anchor_writer (custodian, contract, fence, next_sequence, head) VALUES (@custodian, @contract, 1, 0, @zero) " +
            "ON CONFLICT (custodian) DO UPDATE SET fence = anchor_writer.fence + 1 RETURNING fence",
            new { custodian = custodian.ToString(), contract = contract.ToString(), zero = Hash256.Zero.ToArray() }, transaction), ct);

    private static long LockKey(Address custodian) =>
        BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.ASCII.GetBytes("consortium-anchor-writer/" + custodian)));

    private static string LockFile(string storeUrl, Address custodian)
    {
        string file = new SqliteConnectionStringBuilder(DatabaseUrl.Parse(storeUrl).ConnectionString).DataSource;
        return $"{Path.GetFullPath(file)}.anchor-{custodian}.lock";
    }

    private static FileStream? TryLock(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }
}
