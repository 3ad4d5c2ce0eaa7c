using System.Data;
using System.Data.Common;
using Consortium.Storage;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Consortium.Adapters.Table.Sql;

/// <summary>Connections that read and cannot write, as far as each database has a way to say so.</summary>
internal static class QueryConnection
{
    private const string SqlServer = "sqlserver:";

    /// <summary>What is wrong with a connection, without showing it; null for nothing.</summary>
    public static string? Problem(string connection)
    {
        try
        {
            if (connection.StartsWith(SqlServer, StringComparison.OrdinalIgnoreCase)) _ = new SqlConnectionStringBuilder(connection[SqlServer.Length..]);
            else _ = DatabaseUrl.Parse(connection);
            return null;
        }
        catch (Exception e) when (e is FormatException or ArgumentException or KeyNotFoundException)
        {
            return "the database is named postgres://USER:PASSWORD@HOST:PORT/DATABASE, sqlite:FILE or sqlserver:CONNECTION-STRING.";
        }
    }

    /// <summary>An open connection with a transaction that only reads: every row of a look is of one moment.</summary>
    public static async Task<(DbConnection Connection, DbTransaction Transaction)> OpenAsync(string connection, CancellationToken cancellationToken)
    {
        DbConnection open = Create(connection);
        try
        {
            await open.OpenAsync(cancellationToken).ConfigureAwait(false);
            if (open is SqliteConnection) await ExecuteAsync(open, null, "PRAGMA query_only = ON", cancellationToken).ConfigureAwait(false);

            // SQL Server knows no transaction that only reads: there the login's rights say so, and nothing is ever committed.
            DbTransaction transaction = open is SqliteConnection sqlite
                ? sqlite.BeginTransaction(deferred: true) // BEGIN IMMEDIATE would ask for the writer's lock
                : await open.BeginTransactionAsync(open is NpgsqlConnection ? IsolationLevel.RepeatableRead : IsolationLevel.Unspecified, cancellationToken).ConfigureAwait(false);
            if (open is NpgsqlConnection) await ExecuteAsync(open, transaction, "SET TRANSACTION READ ONLY", cancellationToken).ConfigureAwait(false);
            return (open, transaction);
        }
        catch
        {
            await open.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static DbConnection Create(string connection)
    {
        if (connection.StartsWith(SqlServer, StringComparison.OrdinalIgnoreCase))
        {
            return new SqlConnection(new SqlConnectionStringBuilder(connection[SqlServer.Length..]) { ApplicationIntent = ApplicationIntent.ReadOnly, ApplicationName = "consortium" }.ConnectionString);
        }

        (Dialect dialect, string text) = DatabaseUrl.Parse(connection);
        return dialect == Dialect.Postgres
            ? new NpgsqlConnection(text)
            : new SqliteConnection(new SqliteConnectionStringBuilder(text) { Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ConnectionString);
    }

    private static async Task ExecuteAsync(DbConnection connection, DbTransaction? transaction, string sql, CancellationToken cancellationToken)
    {
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = transaction;
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }
}
