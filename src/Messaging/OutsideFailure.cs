using System.Data.Common;
using System.Net.Sockets;

namespace Consortium.Messaging;

/// <summary>
/// Tells failures of something outside (database, disk, network) from a message that cannot be processed: the first pass with time and hold
/// the message as long as they last, the second ends among the dead letters.
/// </summary>
public static class OutsideFailure
{
    /// <summary>True where the same message may succeed once something outside works again.</summary>
    public static bool Is(Exception? exception) => exception switch
    {
        null => false,
        DbException e => e.IsTransient || IsSqliteSurroundings(e) || Is(e.InnerException),
        EndOfStreamException => false, // says that the data is short, not that a disk or a peer is away
        IOException or SocketException or TimeoutException or HttpRequestException or OperationCanceledException => true,
        AggregateException e => e.InnerExceptions.Any(Is),
        _ => Is(exception.InnerException),
    };

    // BUSY, LOCKED, NOMEM, READONLY, IOERR, FULL, CANTOPEN (sqlite.org/rescode.html); the provider names none of them transient.
    private static bool IsSqliteSurroundings(DbException e) =>
        e is Microsoft.Data.Sqlite.SqliteException { SqliteErrorCode: 5 or 6 or 7 or 8 or 10 or 13 or 14 };
}
