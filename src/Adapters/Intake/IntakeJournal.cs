using System.Data.Common;
using System.Security.Cryptography;
using Consortium.Storage;
using Dapper;

namespace Consortium.Adapters.Intake;

/// <summary>What the journal says about a record that it has taken.</summary>
/// <param name="Digest">SHA-256 of the raw bytes, lower-case hexadecimal.</param>
/// <param name="Sequence">Position in the journal, ascending; there may be gaps.</param>
/// <param name="IsDuplicate">The same bytes were there already: one intake.</param>
public sealed record IntakeReceipt(string Digest, long Sequence, bool IsDuplicate);

/// <summary>A record in the journal that waits for its conversion.</summary>
/// <param name="Sequence">Position in the journal.</param>
/// <param name="Release">How often it has been released from quarantine.</param>
/// <param name="Record">The raw record.</param>
internal sealed record PendingRecord(long Sequence, long Release, RawRecord Record);

/// <summary>
/// The intake journal (flow step 1): raw bytes and their SHA-256, committed before anything is acknowledged. Records that are accepted at the same moment share
/// one transaction. The original bytes are never altered or removed by conversion, quarantine or release. Thread-safe.
/// </summary>
public sealed class IntakeJournal
{
    private const int MostRecordsInTransaction = 500;
    private const long MostBytesInTransaction = 16 * 1024 * 1024;

    private readonly Database _database;
    private readonly TimeProvider _time;
    private readonly GroupCommit<Entry, IntakeReceipt> _commits;
    private TaskCompletionSource _accepted = NewSignal();

    /// <summary>A journal in a store.</summary>
    public IntakeJournal(Database database, TimeProvider time)
    {
        _database = database;
        _time = time;
        _commits = new GroupCommit<Entry, IntakeReceipt>(CommitAsync, MostRecordsInTransaction, MostBytesInTransaction);
    }

    /// <summary>For tests: runs before a group of accepted records is committed.</summary>
    internal Func<Task>? BeforeCommit { get; set; }

    /// <summary>Creates or migrates the tables; to be called once before anything else.</summary>
    public Task InitializeAsync(CancellationToken cancellationToken = default) =>
        _database.MigrateAsync(IntakeSchema.Component, IntakeSchema.Scripts, cancellationToken);

    /// <summary>Takes a record. When this returns, the record is on disk and may be acknowledged.</summary>
    /// <param name="bytes">The record as received; copied by nobody, so it must not change until this returns.</param>
    /// <param name="source">The source system.</param>
    /// <param name="fileName">The file's name where it came from one.</param>
    /// <param name="cancellationToken">Stops waiting; the record may have been taken nevertheless.</param>
    /// <exception cref="DbException">The store failed; the record was not taken.</exception>
    public async Task<IntakeReceipt> AcceptAsync(
        ReadOnlyMemory<byte> bytes, string source, string? fileName = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(source);
        string digest = System.Convert.ToHexStringLower(SHA256.HashData(bytes.Span));
        var entry = new Entry(digest, source, fileName, _time.GetUtcNow().ToUnixTimeMilliseconds(), bytes);
        IntakeReceipt receipt = await _commits.AddAsync(entry, bytes.Length).WaitAsync(cancellationToken).ConfigureAwait(false);
        if (!receipt.IsDuplicate) Wake();
        return receipt;
    }

    /// <summary>The raw record of a digest, or null.</summary>
    public async Task<RawRecord?> FindAsync(string digest, CancellationToken cancellationToken = default)
    {
        await using DbConnection connection = await _database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        Row? row = await connection.QuerySingleOrDefaultAsync<Row>(
            $"SELECT {Row.Columns} FROM intake WHERE digest = @digest", new { digest }).ConfigureAwait(false);
        return row?.ToPending().Record;
    }

    /// <summary>Completes when a record has been accepted or released since the last call.</summary>
    internal Task WaitForNewsAsync() => Volatile.Read(ref _accepted).Task;

    /// <summary>Arms <see cref="WaitForNewsAsync"/> anew; to be called before looking for pending records.</summary>
    internal void ResetNews()
    {
        if (Volatile.Read(ref _accepted).Task.IsCompleted) Interlocked.Exchange(ref _accepted, NewSignal());
    }

    /// <summary>Says that there is something to do.</summary>
    internal void Wake() => Volatile.Read(ref _accepted).TrySetResult();

    /// <summary>The next pending records in order: at most so many, and so many bytes unless the first alone is larger.</summary>
    internal async Task<IReadOnlyList<PendingRecord>> PendingAsync(long after, int mostRecords, long mostBytes, CancellationToken cancellationToken)
    {
        await using DbConnection connection = await _database.ConnectAsync(cancellationToken).ConfigureAwait(false);
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
            $"SELECT {Row.Columns} FROM intake WHERE state = 'pending' AND sequence > @after AND sequence <= @last ORDER BY sequence",
            new { after, last }).ConfigureAwait(false);
        return [.. rows.Select(row => row.ToPending())];
    }

    private async Task<IReadOnlyList<IntakeReceipt>> CommitAsync(IReadOnlyList<Entry> entries) => await _database.TransactAsync(async transaction =>
    {
        var receipts = new IntakeReceipt[entries.Count];
        for (int i = 0; i < entries.Count; i++)
        {
            Entry entry = entries[i];
            (long sequence, long duplicates) = await transaction.Connection!.QuerySingleAsync<(long, long)>(
                """
                INSERT INTO intake (digest, source, file_name, received_at, length, bytes, state)
                VALUES (@Digest, @Source, @FileName, @ReceivedAt, @Length, @Content, 'pending')
                ON CONFLICT (digest) DO UPDATE SET duplicates = intake.duplicates + 1
                RETURNING sequence, duplicates
                """,
                new { entry.Digest, entry.Source, entry.FileName, entry.ReceivedAt, Length = (long)entry.Bytes.Length, Content = ToArray(entry.Bytes) },
                transaction).ConfigureAwait(false);
            receipts[i] = new IntakeReceipt(entry.Digest, sequence, duplicates > 0);
        }

        if (BeforeCommit is { } beforeCommit) await beforeCommit().ConfigureAwait(false);
        return (IReadOnlyList<IntakeReceipt>)receipts;
    }).ConfigureAwait(false);

    private static byte[] ToArray(ReadOnlyMemory<byte> bytes) =>
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(bytes, out ArraySegment<byte> segment) && segment.Array is { } array && segment.Offset == 0 && segment.Count == array.Length
            ? array
            : bytes.ToArray();

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed record Entry(string Digest, string Source, string? FileName, long ReceivedAt, ReadOnlyMemory<byte> Bytes);

    private sealed class Row
    {
        public const string Columns = "sequence AS Sequence, release AS Release, source AS Source, file_name AS FileName, received_at AS ReceivedAt, bytes AS Bytes";

        public long Sequence { get; init; }
        public long Release { get; init; }
        public string Source { get; init; } = "";
        public string? FileName { get; init; }
        public long ReceivedAt { get; init; }
        public byte[] Bytes { get; init; } = [];

        public PendingRecord ToPending() => new(
            Sequence, Release, new RawRecord(Bytes, Source, DateTimeOffset.FromUnixTimeMilliseconds(ReceivedAt), FileName));
    }
}
