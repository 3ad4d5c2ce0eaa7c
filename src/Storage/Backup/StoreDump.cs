using System.Data;
using System.Data.Common;
using System.Text.Json;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Consortium.Storage.Backup;

/// <summary>
/// Writes a store's tables, row by row, as they stand at one moment, in a form that either engine reads: a line of JSON for each table with its columns, then a line for each row.
/// Writers go on meanwhile: SQLite reads from a snapshot of its write-ahead log, PostgreSQL in a repeatable-read transaction.
/// </summary>
public static class StoreDump
{
    /// <summary>Writes the tables.</summary>
    /// <param name="database">The store.</param>
    /// <param name="isLeftOut">Tables that are made anew from the others.</param>
    /// <param name="output">Where to.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What was written.</returns>
    public static async Task<DumpContents> WriteAsync(Database database, Func<string, bool> isLeftOut, Stream output, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(isLeftOut);
        await using DbConnection connection = await database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        await using DbTransaction snapshot = connection is SqliteConnection sqlite
            ? sqlite.BeginTransaction(deferred: true)
            : await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken).ConfigureAwait(false);
        Dictionary<string, long> schema = (await connection.QueryAsync<(string, long)>("SELECT component, version FROM schema_version ORDER BY component", transaction: snapshot).ConfigureAwait(false))
            .ToDictionary(row => row.Item1, row => row.Item2, StringComparer.Ordinal);
        var rows = new Dictionary<string, long>(StringComparer.Ordinal);
        using var json = new Utf8JsonWriter(output);
        foreach (string table in await StoreTables.NamesAsync(connection, snapshot).ConfigureAwait(false))
        {
            if (!isLeftOut(table)) rows[table] = await WriteAsync(table, connection, snapshot, json, output, cancellationToken).ConfigureAwait(false);
        }

        return new DumpContents(schema, rows);
    }

    private static async Task<long> WriteAsync(string table, DbConnection connection, DbTransaction snapshot, Utf8JsonWriter json, Stream output, CancellationToken cancellationToken)
    {
        await using DbDataReader row = await connection.ExecuteReaderAsync(new CommandDefinition($"SELECT * FROM {table}", transaction: snapshot, commandTimeout: 0, cancellationToken: cancellationToken)).ConfigureAwait(false);
        json.WriteStartObject();
        json.WriteString("table", table);
        json.WriteStartArray("columns");
        for (int i = 0; i < row.FieldCount; i++) json.WriteStringValue(row.GetName(i));
        json.WriteEndArray();
        json.WriteEndObject();
        EndLine(json, output);
        long count = 0;
        for (; await row.ReadAsync(cancellationToken).ConfigureAwait(false); count++)
        {
            json.WriteStartArray();
            for (int i = 0; i < row.FieldCount; i++) Write(json, row.GetValue(i), table);
            json.WriteEndArray();
            EndLine(json, output);
        }

        return count;
    }

    private static void Write(Utf8JsonWriter json, object value, string table)
    {
        switch (value)
        {
            case DBNull: json.WriteNullValue(); break;
            case long or int or short: json.WriteNumberValue(Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture)); break;
            case string text: json.WriteStringValue(text); break;
            case byte[] bytes: Tagged(json, "b", () => json.WriteBase64StringValue(bytes)); break;
            case double number: Tagged(json, "d", () => json.WriteNumberValue(number)); break;
            case bool flag: Tagged(json, "o", () => json.WriteBooleanValue(flag)); break;
            default: throw new BackupException($"Table {table} has a column of {value.GetType().Name}, which a backup of this version does not hold.");
        }
    }

    private static void Tagged(Utf8JsonWriter json, string tag, Action write)
    {
        json.WriteStartObject();
        json.WritePropertyName(tag);
        write();
        json.WriteEndObject();
    }

    private static void EndLine(Utf8JsonWriter json, Stream output)
    {
        json.Flush();
        json.Reset();
        output.WriteByte((byte)'\n');
    }
}

/// <summary>What a dump holds.</summary>
/// <param name="Schema">Versions of the tables, by component.</param>
/// <param name="Rows">Rows by table.</param>
public sealed record DumpContents(IReadOnlyDictionary<string, long> Schema, IReadOnlyDictionary<string, long> Rows);

/// <summary>The tables of a store.</summary>
internal static class StoreTables
{
    /// <summary>Their names, in order, but for the table of versions and the engine's own.</summary>
    public static async Task<IReadOnlyList<string>> NamesAsync(DbConnection connection, DbTransaction transaction) => (await connection.QueryAsync<string>(
        connection is SqliteConnection
            ? "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' AND name <> 'schema_version' ORDER BY name"
            : "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename <> 'schema_version' ORDER BY tablename",
        transaction: transaction).ConfigureAwait(false)).AsList();
}
