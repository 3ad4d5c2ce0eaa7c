using System.Data.Common;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Dapper;
using Microsoft.Data.Sqlite;
using Npgsql;
using SQLitePCL;

namespace Consortium.Storage;

/// <summary>
/// One store: opens connections, runs write transactions that are durable when they return, and migrates the schema.
/// SQL that both engines understand is written once; where they differ, callers ask <see cref="Dialect"/>.
/// Thread-safe. SQLite writers of one process queue up here instead of meeting SQLITE_BUSY.
/// </summary>
public sealed class Database : IAsyncDisposable
{
    private const int MostAttempts = 8;

    // A page that many writes change is written to the file once a checkpoint, so checkpoints are not too near to each other; 64 MiB of log is read in a blink after a crash.
    private const string WriterSettings = "PRAGMA cache_size=-65536; PRAGMA wal_autocheckpoint=16384;";

    // What a physical connection was told holds until it is closed; the pool gives the same ones out again.
    private static readonly ConditionalWeakTable<sqlite3, object> s_configured = [];

    private readonly SemaphoreSlim? _sqliteWriter;
    private readonly NpgsqlDataSource? _postgres;
    private readonly string _connectionString;

    // SQLite's one writer keeps its connection: its page cache stays good, because nobody else writes, and its statements stay prepared. Used under _sqliteWriter.
    private SqliteConnection? _writer;

    private Database(Dialect dialect, string connectionString)
    {
        Dialect = dialect;
        _connectionString = connectionString;
        Name = dialect == Dialect.Sqlite
            ? Path.GetFileNameWithoutExtension(new SqliteConnectionStringBuilder(connectionString).DataSource)
            : new NpgsqlConnectionStringBuilder(connectionString) is { SearchPath: { Length: > 0 } schema } ? schema : "default";
        if (dialect == Dialect.Postgres) _postgres = NpgsqlDataSource.Create(connectionString);
        else _sqliteWriter = new SemaphoreSlim(1, 1);
    }

    /// <summary>The engine.</summary>
    public Dialect Dialect { get; }

    /// <summary>The store's name in metrics: that of its file, or of its schema.</summary>
    public string Name { get; }

    /// <summary>The type of a column of bytes: <c>BLOB</c> or <c>BYTEA</c>.</summary>
    public string BytesType => Dialect == Dialect.Sqlite ? "BLOB" : "BYTEA";

    /// <summary>The type of a key that the database numbers itself, ascending.</summary>
    public string IdentityType => Dialect == Dialect.Sqlite
        ? "INTEGER PRIMARY KEY AUTOINCREMENT"
        : "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY";

    /// <summary>The type of a column of text that is compared and ordered by code points: an index on it serves "begins with".</summary>
    public string OrdinalTextType => Dialect == Dialect.Sqlite ? "TEXT" : "TEXT COLLATE \"C\"";

    /// <summary>Opens a store by its URL (<see cref="DatabaseUrl"/>); no connection is made yet.</summary>
    /// <exception cref="FormatException">The URL is neither form.</exception>
    public static Database Open(string url)
    {
        (Dialect dialect, string connectionString) = DatabaseUrl.Parse(url);
        if (dialect == Dialect.Sqlite)
        {
            string? folder = Path.GetDirectoryName(Path.GetFullPath(new SqliteConnectionStringBuilder(connectionString).DataSource));
            if (folder is not null) Directory.CreateDirectory(folder);
        }

        return new Database(dialect, connectionString);
    }

    /// <summary>
    /// An open connection for reading; dispose it to give it back. On SQLite its statements stop when <paramref name="cancellationToken"/> is cancelled, at any time until then;
    /// on PostgreSQL those that are given the token do.
    /// </summary>
    public async ValueTask<DbConnection> ConnectAsync(CancellationToken cancellationToken = default)
    {
        if (_postgres is not null) return await _postgres.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        var connection = new InterruptibleConnection(_connectionString);
        try
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            if (!s_configured.TryGetValue(connection.Handle!, out _))
            {
                await SetAsync(connection, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA busy_timeout=30000; PRAGMA cache_size=-16384;", cancellationToken).ConfigureAwait(false);
                s_configured.TryAdd(connection.Handle!, connection.Handle!);
            }
            connection.InterruptOn(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// Runs <paramref name="work"/> in one write transaction and commits it; when this returns, the work is on disk.
    /// Serialisation failures, deadlocks and busy locks roll back and run <paramref name="work"/> again (at most eight times),
    /// so it must have no effect outside the transaction. A cancelled <paramref name="cancellationToken"/> rolls back; a commit that has begun is waited for,
    /// so that nobody is told that nothing happened when it did.
    /// </summary>
    public async Task<T> TransactAsync<T>(Func<DbTransaction, Task<T>> work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        long began = Stopwatch.GetTimestamp();
        bool committed = false;
        try
        {
            for (int attempt = 1; ; attempt++)
            {
                try
                {
                    T result = await TransactOnceAsync(work, cancellationToken).ConfigureAwait(false);
                    committed = true;
                    return result;
                }
                catch (DbException e) when (attempt < MostAttempts && IsTransient(e))
                {
                    StorageMetrics.Retried(Name);
                    await Task.Delay(TimeSpan.FromMilliseconds(5 << attempt), cancellationToken).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            StorageMetrics.Ended(Name, committed, Stopwatch.GetElapsedTime(began));
        }
    }

    /// <inheritdoc cref="TransactAsync{T}"/>
    public Task TransactAsync(Func<DbTransaction, Task> work, CancellationToken cancellationToken = default) =>
        TransactAsync(async transaction =>
        {
            await work(transaction).ConfigureAwait(false);
            return true;
        }, cancellationToken);

    /// <summary>Runs what cannot run in a transaction (VACUUM). SQLite's writers wait meanwhile.</summary>
    public async Task MaintainAsync(Func<DbConnection, Task> work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        if (_sqliteWriter is not null) await _sqliteWriter.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await using DbConnection connection = await ConnectAsync(CancellationToken.None).ConfigureAwait(false);
            await work(connection).ConfigureAwait(false);
        }
        finally
        {
            _sqliteWriter?.Release();
        }
    }

    /// <summary>
    /// Brings one component's tables up to date: runs the scripts that have not run yet, in order, each in a transaction.
    /// Scripts are only ever appended to the list. <c>{bytes}</c>, <c>{text}</c> and <c>{identity}</c> stand for the dialect's types.
    /// </summary>
    /// <exception cref="InvalidOperationException">The store was written by a newer program.</exception>
    public async Task MigrateAsync(string component, IReadOnlyList<string> scripts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scripts);
        await TransactAsync(async transaction =>
        {
            DbConnection connection = transaction.Connection!;
            if (Dialect == Dialect.Postgres)
            {
                // Two programs that start at once on an empty database must not both create the table.
                await connection.ExecuteAsync("SELECT pg_advisory_xact_lock(4711)", transaction: transaction).ConfigureAwait(false);
            }

            await connection.ExecuteAsync(
                "CREATE TABLE IF NOT EXISTS schema_version (component TEXT PRIMARY KEY, version INTEGER NOT NULL)", transaction: transaction)
                .ConfigureAwait(false);
            long version = await connection.ExecuteScalarAsync<long?>(
                "SELECT version FROM schema_version WHERE component = @component", new { component }, transaction).ConfigureAwait(false) ?? 0;
            if (version > scripts.Count)
            {
                throw new InvalidOperationException(
                    $"The store's tables of '{component}' have version {version}; this program knows {scripts.Count}. Run the newer program, or another store.");
            }

            for (int i = (int)version; i < scripts.Count; i++)
            {
                string sql = scripts[i]
                    .Replace("{bytes}", BytesType, StringComparison.Ordinal)
                    .Replace("{identity}", IdentityType, StringComparison.Ordinal)
                    .Replace("{text}", OrdinalTextType, StringComparison.Ordinal);
                await connection.ExecuteAsync(sql, transaction: transaction).ConfigureAwait(false);
            }

            await connection.ExecuteAsync(
                "INSERT INTO schema_version (component, version) VALUES (@component, @version) " +
                "ON CONFLICT (component) DO UPDATE SET version = excluded.version",
                new { component, version = scripts.Count }, transaction).ConfigureAwait(false);
        }, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_writer is not null) await _writer.DisposeAsync().ConfigureAwait(false);
        _writer = null;
        _sqliteWriter?.Dispose();
        if (_postgres is not null) await _postgres.DisposeAsync().ConfigureAwait(false);
        else SqliteConnection.ClearPool(new SqliteConnection(_connectionString));
    }

    /// <summary>True where the database stopped a statement because its token was cancelled.</summary>
    public static bool IsInterrupted(Exception exception) => exception switch
    {
        SqliteException { SqliteErrorCode: SqliteInterruption.ErrorCode } => true,
        PostgresException { SqlState: PostgresErrorCodes.QueryCanceled } => true,
        _ => false,
    };

    /// <summary>True where the same transaction may succeed when it is run again.</summary>
    internal static bool IsTransient(DbException exception) => exception switch
    {
        RepeatTransactionException => true,
        SqliteException { SqliteErrorCode: 5 or 6 } => true, // SQLITE_BUSY, SQLITE_LOCKED
        PostgresException { SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected } => true,
        _ => false,
    };

    private async Task<T> TransactOnceAsync<T>(Func<DbTransaction, Task<T>> work, CancellationToken cancellationToken)
    {
        if (_sqliteWriter is not null) return await TransactAsWriterAsync(work, cancellationToken).ConfigureAwait(false);
        await using DbConnection connection = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        await using DbTransaction transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        T result = await work(transaction).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        await transaction.CommitAsync(CancellationToken.None).ConfigureAwait(false);
        return result;
    }

    private async Task<T> TransactAsWriterAsync<T>(Func<DbTransaction, Task<T>> work, CancellationToken cancellationToken)
    {
        await _sqliteWriter!.WaitAsync(cancellationToken).ConfigureAwait(false);
        SqliteConnection? writer = _writer;
        _writer = null; // comes back only from a transaction that went well
        try
        {
            if (writer is null)
            {
                writer = (SqliteConnection)await ConnectAsync(CancellationToken.None).ConfigureAwait(false); // it outlives this caller's token
                await SetAsync(writer, WriterSettings, cancellationToken).ConfigureAwait(false);
            }

            T result;
            await using (SqliteTransaction transaction = writer.BeginTransaction(deferred: false)) // BEGIN IMMEDIATE: the lock is taken now, not in the middle
            {
                using (SqliteInterruption.On(writer, cancellationToken)) result = await work(transaction).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
                await transaction.CommitAsync(CancellationToken.None).ConfigureAwait(false);
            }

            (_writer, writer) = (writer, null);
            return result;
        }
        finally
        {
            if (writer is not null) await writer.DisposeAsync().ConfigureAwait(false);
            _sqliteWriter.Release();
        }
    }

    private static async Task SetAsync(SqliteConnection connection, string pragmas, CancellationToken cancellationToken)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = pragmas;
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }
}
