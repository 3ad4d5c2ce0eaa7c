using System.Data.Common;
using System.Text.Json;
using Dapper;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Consortium.Storage.Backup;

/// <summary>Reads what <see cref="StoreDump"/> wrote into empty tables of the same version, in one transaction.</summary>
public static class StoreLoad
{
    private const int RowsAtOnce = 200;

    /// <summary>Loads the tables.</summary>
    /// <param name="database">The store; its tables are made and empty.</param>
    /// <param name="contents">What the dump holds, by the backup's manifest.</param>
    /// <param name="guards">Tables that have no rows in a store that nobody has used yet.</param>
    /// <param name="input">The dump.</param>
    /// <param name="check">Looks at what was loaded before it is committed; what it throws leaves the store empty.</param>
    /// <param name="cancellationToken">Gives up; the store stays empty.</param>
    /// <exception cref="BackupException">The store is not empty, has other versions, or the dump is not what the manifest says.</exception>
    public static Task ReadAsync(Database database, DumpContents contents, IReadOnlyCollection<string> guards, Stream input, Func<DbTransaction, Task> check, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(contents);
        ArgumentNullException.ThrowIfNull(check);
        return database.TransactAsync(async transaction =>
        {
            await RequireFitAsync(transaction, contents, guards).ConfigureAwait(false);
            await LoadAsync(transaction, contents, input, cancellationToken).ConfigureAwait(false);
            if (transaction.Connection is NpgsqlConnection) await SetSequencesAsync(transaction).ConfigureAwait(false);
            await check(transaction).ConfigureAwait(false);
        }, cancellationToken);
    }

    private static async Task RequireFitAsync(DbTransaction transaction, DumpContents contents, IReadOnlyCollection<string> guards)
    {
        DbConnection connection = transaction.Connection!;
        HashSet<string> tables = [.. await StoreTables.NamesAsync(connection, transaction).ConfigureAwait(false)];
        Dictionary<string, long> here = (await connection.QueryAsync<(string, long)>("SELECT component, version FROM schema_version", transaction: transaction).ConfigureAwait(false))
            .ToDictionary(row => row.Item1, row => row.Item2, StringComparer.Ordinal);
        foreach ((string component, long version) in contents.Schema)
        {
            if (here.GetValueOrDefault(component) != version)
            {
                throw new BackupException($"The backup's tables of '{component}' have version {version}, this program's {here.GetValueOrDefault(component)}. Restore with the program that made the backup, then start the newer one on the restored store.");
            }
        }

        foreach (string table in guards)
        {
            if (await connection.ExecuteScalarAsync<long>($"SELECT COUNT(*) FROM (SELECT 1 FROM {table} LIMIT 1) AS t", transaction: transaction).ConfigureAwait(false) > 0)
            {
                throw new BackupException($"The store is not empty: table {table} has rows. A backup is restored into an empty store; move this one away first.");
            }
        }

        foreach (string table in contents.Rows.Keys)
        {
            if (!tables.Contains(Name(table))) throw new BackupException($"The backup has a table {table} that this program does not know; restore with the program that made it.");
            await connection.ExecuteAsync($"DELETE FROM {table}", transaction: transaction).ConfigureAwait(false); // what the making of the tables put there
        }
    }

    private static async Task LoadAsync(DbTransaction transaction, DumpContents contents, Stream input, CancellationToken cancellationToken)
    {
        using var lines = new StreamReader(input);
        var loaded = contents.Rows.Keys.ToDictionary(table => table, _ => 0L, StringComparer.Ordinal);
        string? table = null;
        RowInserter? inserter = null;
        while (await lines.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
        {
            using JsonDocument document = Parse(line);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                if (inserter is not null) await inserter.FinishAsync().ConfigureAwait(false);
                table = Name(document.RootElement.GetProperty("table").GetString()!);
                if (!loaded.ContainsKey(table)) throw new BackupException($"The dump has a table {table} that the manifest does not name.");
                inserter = new RowInserter(transaction, table, [.. document.RootElement.GetProperty("columns").EnumerateArray().Select(column => Name(column.GetString()!))], RowsAtOnce);
                continue;
            }

            if (inserter is null) throw new BackupException("The dump begins with a row of no table.");
            await inserter.AddAsync([.. document.RootElement.EnumerateArray().Select(Value)]).ConfigureAwait(false);
            loaded[table!]++;
        }

        if (inserter is not null) await inserter.FinishAsync().ConfigureAwait(false);
        foreach ((string name, long rows) in contents.Rows)
        {
            if (loaded[name] != rows) throw new BackupException($"The dump has {loaded[name]} rows of table {name}; the manifest says {rows}.");
        }
    }

    private static async Task SetSequencesAsync(DbTransaction transaction)
    {
        DbConnection connection = transaction.Connection!;
        foreach ((string table, string column) in (await connection.QueryAsync<(string, string)>(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema() AND is_identity = 'YES'", transaction: transaction).ConfigureAwait(false)).AsList())
        {
            await connection.ExecuteAsync(
                $"SELECT setval(pg_get_serial_sequence('{Name(table)}', '{Name(column)}'), GREATEST((SELECT COALESCE(MAX({column}), 0) FROM {table}), 1), (SELECT COUNT(*) > 0 FROM (SELECT 1 FROM {table} LIMIT 1) AS t))",
                transaction: transaction).ConfigureAwait(false);
        }
    }

    private static JsonDocument Parse(string line)
    {
        try
        {
            return JsonDocument.Parse(line);
        }
        catch (JsonException)
        {
            throw new BackupException("A line of the dump is no JSON: the backup is damaged.");
        }
    }

    private static object Value(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Null => DBNull.Value,
        JsonValueKind.Number => element.GetInt64(),
        JsonValueKind.String => element.GetString()!,
        JsonValueKind.Object when element.TryGetProperty("b", out JsonElement bytes) => bytes.GetBytesFromBase64(),
        JsonValueKind.Object when element.TryGetProperty("d", out JsonElement number) => number.GetDouble(),
        JsonValueKind.Object when element.TryGetProperty("o", out JsonElement flag) => flag.GetBoolean(),
        _ => throw new BackupException("A value of the dump is of no known kind."),
    };

    // Names of tables and columns stand in the text of SQL: only what this program makes names of is let through.
    private static string Name(string name) => name.Length is > 0 and <= 63 && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_')
        ? name
        : throw new BackupException("The dump has a name of a table or column that this program does not use.");
}

/// <summary>Inserts rows of one table: a prepared statement a row on SQLite, many in one round trip on PostgreSQL.</summary>
internal sealed class RowInserter
{
    private readonly DbTransaction _transaction;
    private readonly string _sql;
    private readonly int _atOnce;
    private readonly List<object[]> _rows = [];

    public RowInserter(DbTransaction transaction, string table, IReadOnlyList<string> columns, int atOnce)
    {
        _transaction = transaction;
        _atOnce = atOnce;
        bool postgres = transaction.Connection is NpgsqlConnection;
        string places = string.Join(", ", columns.Select((_, i) => postgres ? $"${i + 1}" : $"@p{i}"));
        // GENERATED ALWAYS: the numbers are the backup's, not new ones.
        _sql = $"INSERT INTO {table} ({string.Join(", ", columns)}) {(postgres ? "OVERRIDING SYSTEM VALUE " : "")}VALUES ({places})";
    }

    public async Task AddAsync(object[] row)
    {
        _rows.Add(row);
        if (_rows.Count == _atOnce) await FinishAsync().ConfigureAwait(false);
    }

    public async Task FinishAsync()
    {
        if (_rows.Count == 0) return;
        if (_transaction is NpgsqlTransaction npgsql)
        {
            await using var batch = new NpgsqlBatch(npgsql.Connection, npgsql) { Timeout = 0 };
            foreach (object[] row in _rows)
            {
                var command = new NpgsqlBatchCommand(_sql);
                foreach (object value in row) command.Parameters.Add(new NpgsqlParameter { Value = value });
                batch.BatchCommands.Add(command);
            }

            await batch.ExecuteNonQueryAsync().ConfigureAwait(false);
        }
        else
        {
            await using SqliteCommand command = ((SqliteTransaction)_transaction).Connection!.CreateCommand();
            command.Transaction = (SqliteTransaction)_transaction;
            command.CommandText = _sql;
            for (int i = 0; i < _rows[0].Length; i++) command.Parameters.Add(new SqliteParameter { ParameterName = $"@p{i}" });
            foreach (object[] row in _rows)
            {
                for (int i = 0; i < row.Length; i++) command.Parameters[i].Value = row[i];
                await command.ExecuteNonQueryAsync().ConfigureAwait(false);
            }
        }

        _rows.Clear();
    }
}
