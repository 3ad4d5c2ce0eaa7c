using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Consortium.Storage;
using Dapper;

namespace Consortium.Adapters.Intake;

/// <summary>Reads records from the journal and opens them.</summary>
internal sealed class JournalReader(Database database, DataKeyRing ring)
{
    private const string Columns =
        "sequence AS Sequence, release AS Release, digest AS Digest, source AS Source, file_name AS FileName, received_at AS ReceivedAt, " +
        "length AS Length, bytes AS Bytes, data_key AS DataKey, pieces AS Pieces";

    /// <summary>The raw record of a digest; null where it is unknown or its bytes have been pruned.</summary>
    /// <exception cref="JournalKeyException">Its bytes were altered or damaged in the store.</exception>
    public async Task<RawRecord?> FindAsync(string digest, CancellationToken cancellationToken)
    {
        await using DbConnection connection = await database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        Row? row = await connection.QuerySingleOrDefaultAsync<Row>(
            $"SELECT {Columns} FROM intake WHERE digest = @digest AND pruned_at IS NULL", new { digest }).ConfigureAwait(false);
        if (row is null) return null;
        PendingRecord found = await OpenAsync(row, connection).ConfigureAwait(false);
        return found.IsDamaged
            ? throw new JournalKeyException($"Record {row.Sequence} of the intake journal does not open: its bytes were altered or damaged in the store. Restore it from the backup.")
            : found.Record;
    }

    /// <summary>The next pending records in order: at most so many, and so many bytes unless the first alone is larger.</summary>
    public async Task<IReadOnlyList<PendingRecord>> PendingAsync(long after, int mostRecords, long mostBytes, CancellationToken cancellationToken)
    {
        await using DbConnection connection = await database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        List<(long Sequence, long Length)> next = (await connection.QueryAsync<(long, long)>(
            "SELECT sequence, length FROM intake WHERE state = 'pending' AND sequence > @after ORDER BY sequence LIMIT @mostRecords",
            new { after, mostRecords }).ConfigureAwait(false)).AsList();
        if (next.Count == 0) return [];

        long bytes = 0;
        long last = next[0].Sequence;
        foreach ((long sequence, long length) in next)
        {
            bytes += length;
            if (bytes > mostBytes && sequence != next[0].Sequence) break;
            last = sequence;
        }

        IEnumerable<Row> rows = await connection.QueryAsync<Row>(
            $"SELECT {Columns} FROM intake WHERE state = 'pending' AND sequence > @after AND sequence <= @last ORDER BY sequence",
            new { after, last }).ConfigureAwait(false);
        var records = new List<PendingRecord>(next.Count);
        foreach (Row row in rows) records.Add(await OpenAsync(row, connection).ConfigureAwait(false));
        return records;
    }

    private async Task<PendingRecord> OpenAsync(Row row, DbConnection connection)
    {
        var receivedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.ReceivedAt);
        if (row.DataKey is not { } dataKey) return new PendingRecord(row.Sequence, row.Release, row.Digest, new RawRecord(row.Bytes, row.Source, receivedAt, row.FileName));
        RecordCipher cipher = ring.Cipher(dataKey);
        try
        {
            byte[] bytes = row.Pieces == 0 ? cipher.Open(row.Bytes, row.Digest) : await GatherAsync(row, cipher, connection).ConfigureAwait(false);
            string? fileName = row.FileName is null
                ? null
                : Encoding.UTF8.GetString(cipher.Open(System.Convert.FromBase64String(row.FileName), JournalEntry.NamePlace(row.Digest)));
            return new PendingRecord(row.Sequence, row.Release, row.Digest, new RawRecord(bytes, row.Source, receivedAt, fileName));
        }
        catch (Exception e) when (e is CryptographicException or FormatException)
        {
            return new PendingRecord(row.Sequence, row.Release, row.Digest, new RawRecord(default, row.Source, receivedAt)) { IsDamaged = true };
        }
    }

    private static async Task<byte[]> GatherAsync(Row row, RecordCipher cipher, DbConnection connection)
    {
        byte[] bytes = new byte[row.Length];
        long at = 0;
        for (long number = 0; number < row.Pieces; number++)
        {
            byte[] piece = await connection.ExecuteScalarAsync<byte[]>(
                "SELECT bytes FROM intake_piece WHERE digest = @Digest AND number = @number", new { row.Digest, number }).ConfigureAwait(false)
                ?? throw new CryptographicException("A piece of the record is missing.");
            int length = (int)Math.Min(Spool.PieceBytes, row.Length - at);
            cipher.Open(piece, JournalEntry.PiecePlace(row.Digest, number), bytes.AsSpan((int)at, length));
            at += length;
        }

        return at == row.Length ? bytes : throw new CryptographicException("The record is not whole.");
    }

    private sealed class Row
    {
        public long Sequence { get; init; }
        public long Release { get; init; }
        public string Digest { get; init; } = "";
        public string Source { get; init; } = "";
        public string? FileName { get; init; }
        public long ReceivedAt { get; init; }
        public long Length { get; init; }
        public byte[] Bytes { get; init; } = [];
        public long? DataKey { get; init; }
        public long Pieces { get; init; }
    }
}
