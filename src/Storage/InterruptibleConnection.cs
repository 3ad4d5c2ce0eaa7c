using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Consortium.Storage;

/// <summary>
/// An SQLite connection whose statement stops when a token is cancelled. Microsoft.Data.Sqlite looks at a token before a statement and never during one;
/// <c>sqlite3_interrupt</c> is what stops a long search inside the database.
/// </summary>
internal sealed class InterruptibleConnection(string connectionString) : SqliteConnection(connectionString)
{
    private CancellationTokenRegistration _registration;

    /// <summary>From now until the connection is closed.</summary>
    public void InterruptOn(CancellationToken cancellationToken) => _registration = SqliteInterruption.On(this, cancellationToken);

    public override void Close()
    {
        _registration.Dispose(); // waits for an interruption under way: it must not meet the next user of the pooled handle
        base.Close();
    }
}

/// <summary>Stops SQLite's statements when a token is cancelled.</summary>
public static class SqliteInterruption
{
    /// <summary>SQLITE_INTERRUPT, the error code of a statement that was stopped.</summary>
    public const int ErrorCode = 9;

    /// <summary>
    /// Stops the statement that <paramref name="connection"/> runs when <paramref name="cancellationToken"/> is cancelled. Dispose the registration before the connection
    /// runs anything that must not be stopped: an interrupted INSERT, UPDATE or DELETE rolls back its whole transaction, an interrupted SELECT does not.
    /// </summary>
    public static CancellationTokenRegistration On(SqliteConnection connection, CancellationToken cancellationToken) =>
        cancellationToken.CanBeCanceled
            ? cancellationToken.UnsafeRegister(static state =>
            {
                if (((SqliteConnection)state!).Handle is { IsInvalid: false } handle) raw.sqlite3_interrupt(handle);
            }, connection)
            : default;
}
