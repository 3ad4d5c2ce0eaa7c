using System.Data.Common;
using System.Globalization;
using System.Text;
using Consortium.Integrity;
using Microsoft.Data.Sqlite;
using Npgsql;
using NpgsqlTypes;

namespace Consortium.Ledger.Projection;

/// <summary>Writes a batch's entries in bulk: binary COPY on PostgreSQL, prepared statements of many rows on SQLite.</summary>
internal sealed class EntryInserter : IDisposable
{
    private const int RowsPerStatement = 100;
    private const string Columns = "custodian, sequence, batch, record_id, commitment, subject_tag, kind, recorded_at";
    private readonly DbTransaction _transaction;
    private SqliteCommand? _manyRows;
    private SqliteCommand? _oneRow;

    public EntryInserter(DbTransaction transaction) => _transaction = transaction;

    public async Task InsertAsync(long custodian, ulong firstSequence, IReadOnlyList<IndexEntry> entries, CancellationToken ct)
    {
        if (_transaction.Connection is NpgsqlConnection postgres) await CopyAsync(postgres, custodian, firstSequence, entries, ct).ConfigureAwait(false);
        else InsertRows((SqliteConnection)_transaction.Connection!, custodian, firstSequence, entries);
    }

    public void Dispose()
    {
        _manyRows?.Dispose();
        _oneRow?.Dispose();
    }

    private static async Task CopyAsync(NpgsqlConnection connection, long custodian, ulong firstSequence, IReadOnlyList<IndexEntry> entries, CancellationToken ct)
    {
        NpgsqlBinaryImporter import = await connection.BeginBinaryImportAsync($"COPY projection_entry ({Columns}) FROM STDIN (FORMAT BINARY)", ct).ConfigureAwait(false);
        await using (import.ConfigureAwait(false))
        {
            for (int i = 0; i < entries.Count; i++)
            {
                IndexEntry entry = entries[i];
                await import.StartRowAsync(ct).ConfigureAwait(false);
                await import.WriteAsync(custodian, NpgsqlDbType.Bigint, ct).ConfigureAwait(false);
                await import.WriteAsync((long)firstSequence + i, NpgsqlDbType.Bigint, ct).ConfigureAwait(false);
                await import.WriteAsync((long)firstSequence, NpgsqlDbType.Bigint, ct).ConfigureAwait(false);
                await import.WriteAsync(entry.RecordId.ToArray(), NpgsqlDbType.Bytea, ct).ConfigureAwait(false);
                await import.WriteAsync(entry.Commitment.ToArray(), NpgsqlDbType.Bytea, ct).ConfigureAwait(false);
                await import.WriteAsync(entry.SubjectTag.ToArray(), NpgsqlDbType.Bytea, ct).ConfigureAwait(false);
                await import.WriteAsync((long)entry.Kind, NpgsqlDbType.Bigint, ct).ConfigureAwait(false);
                await import.WriteAsync((long)Math.Min(entry.RecordedAt, long.MaxValue), NpgsqlDbType.Bigint, ct).ConfigureAwait(false);
            }

            await import.CompleteAsync(ct).ConfigureAwait(false);
        }
    }

    private void InsertRows(SqliteConnection connection, long custodian, ulong firstSequence, IReadOnlyList<IndexEntry> entries)
    {
        int row = 0;
        for (; entries.Count - row >= RowsPerStatement; row += RowsPerStatement)
        {
            Execute(_manyRows ??= Prepare(connection, RowsPerStatement), custodian, firstSequence, entries, row, RowsPerStatement);
        }

        for (; row < entries.Count; row++) Execute(_oneRow ??= Prepare(connection, 1), custodian, firstSequence, entries, row, 1);
    }

    private static void Execute(SqliteCommand command, long custodian, ulong firstSequence, IReadOnlyList<IndexEntry> entries, int from, int rows)
    {
        SqliteParameterCollection parameters = command.Parameters;
        parameters[0].Value = custodian;
        parameters[1].Value = (long)firstSequence;
        for (int i = 0; i < rows; i++)
        {
            IndexEntry entry = entries[from + i];
            int p = 2 + (i * 6);
            parameters[p].Value = (long)firstSequence + from + i;
            parameters[p + 1].Value = entry.RecordId.ToArray();
            parameters[p + 2].Value = entry.Commitment.ToArray();
            parameters[p + 3].Value = entry.SubjectTag.ToArray();
            parameters[p + 4].Value = (long)entry.Kind;
            parameters[p + 5].Value = (long)Math.Min(entry.RecordedAt, long.MaxValue);
        }

        command.ExecuteNonQuery();
    }

    private SqliteCommand Prepare(SqliteConnection connection, int rows)
    {
        SqliteCommand command = connection.CreateCommand();
        command.Transaction = (SqliteTransaction)_transaction;
        command.Parameters.Add("@c", SqliteType.Integer);
        command.Parameters.Add("@b", SqliteType.Integer);
        var sql = new StringBuilder($"INSERT INTO projection_entry ({Columns}) VALUES ");
        for (int i = 0; i < rows; i++)
        {
            sql.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? "" : ",")}(@c,@s{i},@b,@r{i},@h{i},@t{i},@k{i},@a{i})");
            command.Parameters.Add(Name('s', i), SqliteType.Integer);
            command.Parameters.Add(Name('r', i), SqliteType.Blob);
            command.Parameters.Add(Name('h', i), SqliteType.Blob);
            command.Parameters.Add(Name('t', i), SqliteType.Blob);
            command.Parameters.Add(Name('k', i), SqliteType.Integer);
            command.Parameters.Add(Name('a', i), SqliteType.Integer);
        }

        command.CommandText = sql.ToString();
        command.Prepare();
        return command;
    }

    private static string Name(char kind, int row) => string.Create(CultureInfo.InvariantCulture, $"@{kind}{row}");
}
