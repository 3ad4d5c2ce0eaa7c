using System.Data.Common;
using System.Text;
using Consortium.Fhir;
using Consortium.Storage;

namespace Consortium.Adapters.Intake;

/// <summary>Writes a group of records into the journal in one transaction. The statement is prepared once for all of them.</summary>
internal sealed class JournalWriter(Database database)
{
    private const string InsertRecord =
        """
        INSERT INTO intake (digest, source, file_name, received_at, length, bytes, state, data_key, pieces)
        VALUES (@digest, @source, @file_name, @received_at, @length, @bytes, @state, @data_key, @pieces)
        ON CONFLICT (digest) DO UPDATE SET duplicates = intake.duplicates + 1
        RETURNING sequence, duplicates
        """;

    private const string InsertPiece = "INSERT INTO intake_piece (digest, number, bytes) VALUES (@digest, @number, @bytes)";

    private const string CountPieces = "UPDATE intake SET pieces = @number WHERE digest = @digest";

    private const string InsertRefusal =
        """
        INSERT INTO quarantine (digest, record_index, sequence, source, control_id, adapter, quarantined_at, code, place, outcome)
        VALUES (@digest, 0, @sequence, @source, NULL, NULL, @quarantined_at, @code, @place, @outcome)
        """;

    /// <summary>For tests: runs before a group is committed.</summary>
    public Func<Task>? BeforeCommit { get; set; }

    /// <summary>Commits the group; gives a receipt for each, in order.</summary>
    public Task<IReadOnlyList<IntakeReceipt>> CommitAsync(IReadOnlyList<JournalEntry> entries) => database.TransactAsync(async transaction =>
    {
        await using DbCommand insert = Command(transaction, InsertRecord);
        DbParameter digest = Add(insert, "digest"), source = Add(insert, "source"), fileName = Add(insert, "file_name"), receivedAt = Add(insert, "received_at");
        DbParameter length = Add(insert, "length"), bytes = Add(insert, "bytes"), state = Add(insert, "state"), dataKey = Add(insert, "data_key"), pieces = Add(insert, "pieces");
        fileName.DbType = System.Data.DbType.String;
        var receipts = new IntakeReceipt[entries.Count];
        for (int i = 0; i < entries.Count; i++)
        {
            JournalEntry entry = entries[i];
            digest.Value = entry.Digest;
            source.Value = entry.Source;
            fileName.Value = (object?)entry.FileName ?? DBNull.Value;
            receivedAt.Value = entry.ReceivedAt;
            length.Value = entry.Length;
            bytes.Value = entry.Content;
            state.Value = entry.Refusal is null ? IntakeSchema.Pending : IntakeSchema.Quarantined;
            dataKey.Value = entry.DataKey;
            pieces.Value = 0L;
            await using (DbDataReader row = await insert.ExecuteReaderAsync().ConfigureAwait(false))
            {
                await row.ReadAsync().ConfigureAwait(false);
                receipts[i] = new IntakeReceipt(entry.Digest, row.GetInt64(0), row.GetInt64(1) > 0);
            }

            if (receipts[i].IsDuplicate) continue;
            if (entry.Pieces is not null) await WritePiecesAsync(entry, transaction).ConfigureAwait(false);
            if (entry.Refusal is { } refusal) await RefuseAsync(entry, receipts[i].Sequence, refusal, transaction).ConfigureAwait(false);
        }

        if (BeforeCommit is { } beforeCommit) await beforeCommit().ConfigureAwait(false);
        return (IReadOnlyList<IntakeReceipt>)receipts;
    });

    private static async Task WritePiecesAsync(JournalEntry entry, DbTransaction transaction)
    {
        await using DbCommand insert = Command(transaction, InsertPiece);
        DbParameter digest = Add(insert, "digest"), number = Add(insert, "number"), bytes = Add(insert, "bytes");
        digest.Value = entry.Digest;
        long count = 0;
        foreach (ReadOnlyMemory<byte> piece in entry.Pieces!)
        {
            number.Value = count;
            bytes.Value = entry.Cipher.Seal(piece.Span, JournalEntry.PiecePlace(entry.Digest, count));
            await insert.ExecuteNonQueryAsync().ConfigureAwait(false);
            count++;
        }

        await using DbCommand update = Command(transaction, CountPieces);
        Add(update, "digest").Value = entry.Digest;
        Add(update, "number").Value = count;
        await update.ExecuteNonQueryAsync().ConfigureAwait(false);
    }

    private static async Task RefuseAsync(JournalEntry entry, long sequence, OutcomeIssue refusal, DbTransaction transaction)
    {
        await using DbCommand insert = Command(transaction, InsertRefusal);
        Add(insert, "digest").Value = entry.Digest;
        Add(insert, "sequence").Value = sequence;
        Add(insert, "source").Value = entry.Source;
        Add(insert, "quarantined_at").Value = entry.ReceivedAt;
        Add(insert, "code").Value = refusal.Code;
        DbParameter place = Add(insert, "place");
        place.DbType = System.Data.DbType.String;
        place.Value = (object?)refusal.Expression ?? DBNull.Value;
        Add(insert, "outcome").Value = Encoding.UTF8.GetString(OperationOutcomeJson.Write([refusal]));
        await insert.ExecuteNonQueryAsync().ConfigureAwait(false);
    }

    private static DbCommand Command(DbTransaction transaction, string sql)
    {
        DbCommand command = transaction.Connection!.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        return command;
    }

    private static DbParameter Add(DbCommand command, string name)
    {
        DbParameter parameter = command.CreateParameter();
        parameter.ParameterName = "@" + name;
        command.Parameters.Add(parameter);
        return parameter;
    }
}
