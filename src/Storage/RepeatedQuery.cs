using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Consortium.Storage;

/// <summary>
/// Queries that come again and again with other values. SQLite's connection keeps them prepared, since making the plan of a search costs more than running it (decision 0237);
/// PostgreSQL's driver does the same on its own where the connection string lets it (<c>Max Auto Prepare</c>).
/// </summary>
public static class RepeatedQuery
{
    /// <summary>Runs a query whose parameters are called <c>@p0</c>, <c>@p1</c> and so on.</summary>
    /// <param name="connection">An open connection, or that of <paramref name="transaction"/>.</param>
    /// <param name="sql">One statement that gives rows. Its text has no values in it, so that it comes again.</param>
    /// <param name="values">The values by number: whole and floating-point numbers, texts and bytes.</param>
    /// <param name="transaction">The transaction; null outside of one.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The rows; dispose the reader before the connection is used for anything else.</returns>
    public static async Task<DbDataReader> QueryRepeatedAsync(
        this DbConnection connection, string sql, IReadOnlyList<object> values, DbTransaction? transaction = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (connection is SqliteConnection sqlite)
        {
            cancellationToken.ThrowIfCancellationRequested();
            SqliteStatement statement = SqliteStatement.Of(sqlite, sql);
            // SQLite gives a name its place where it first comes.
            for (int place = statement.Parameters; place > 0; place--) Bind(statement, place, values[int.Parse(statement.ParameterName(place).AsSpan(2), CultureInfo.InvariantCulture)]);
            return new SqliteRows(statement);
        }

        var command = new NpgsqlCommand(sql, (NpgsqlConnection)connection, (NpgsqlTransaction?)transaction);
        await using (command.ConfigureAwait(false))
        {
            for (int i = 0; i < values.Count; i++) command.Parameters.AddWithValue(string.Create(CultureInfo.InvariantCulture, $"p{i}"), values[i]);
            return await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static void Bind(SqliteStatement statement, int place, object value)
    {
        switch (value)
        {
            case string text:
                statement.Bind(place, text);
                break;
            case byte[] bytes:
                statement.Bind(place, bytes);
                break;
            case double number:
                statement.Bind(place, number);
                break;
            default:
                statement.Bind(place, Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
        }
    }
}
