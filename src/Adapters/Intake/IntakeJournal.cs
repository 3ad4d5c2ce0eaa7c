using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Consortium.Fhir;
using Consortium.Storage;

namespace Consortium.Adapters.Intake;

/// <summary>What the journal says about a record that it has taken.</summary>
/// <param name="Digest">SHA-256 of the raw bytes, lower-case hexadecimal.</param>
/// <param name="Sequence">Position in the journal, ascending; there may be gaps.</param>
/// <param name="IsDuplicate">The same bytes were there already: one intake.</param>
public sealed record IntakeReceipt(string Digest, long Sequence, bool IsDuplicate);

/// <summary>A record in the journal that waits for its conversion.</summary>
/// <param name="Sequence">Position in the journal.</param>
/// <param name="Release">How often it has been released from quarantine.</param>
/// <param name="Digest">Its name; also where its bytes cannot be read.</param>
/// <param name="Record">The raw record.</param>
internal sealed record PendingRecord(long Sequence, long Release, string Digest, RawRecord Record)
{
    /// <summary>Its bytes do not open: they were altered or damaged in the store.</summary>
    public bool IsDamaged { get; init; }
}

/// <summary>
/// The intake journal (flow step 1): raw bytes, sealed, and their SHA-256, committed before anything is acknowledged. Records that are accepted at the same
/// moment share one transaction. The original bytes are never altered by conversion, quarantine or release; what is processed is pruned when the site's
/// retention says so (<see cref="IntakeRetention"/>). Thread-safe.
/// </summary>
public sealed class IntakeJournal : IDisposable
{
    private const int MostRecordsInTransaction = 500;
    private const long MostBytesInTransaction = 16 * 1024 * 1024;

    private readonly Database _database;
    private readonly TimeProvider _time;
    private readonly DataKeyRing _ring;
    private readonly JournalWriter _writer;
    private readonly JournalReader _reader;
    private readonly GroupCommit<JournalEntry, IntakeReceipt> _commits;
    private TaskCompletionSource _accepted = NewSignal();

    /// <summary>A journal in a store.</summary>
    /// <param name="database">The store.</param>
    /// <param name="keys">The site's keys of the journal.</param>
    /// <param name="time">The clock.</param>
    public IntakeJournal(Database database, JournalKeys keys, TimeProvider time)
    {
        _database = database;
        _time = time;
        _ring = new DataKeyRing(database, keys, time);
        _writer = new JournalWriter(database);
        _reader = new JournalReader(database, _ring);
        Gate = new IntakeGate(time);
        Outcomes = new RecordOutcomes(database, this, time);
        _commits = new GroupCommit<JournalEntry, IntakeReceipt>(_writer.CommitAsync, MostRecordsInTransaction, MostBytesInTransaction);
    }

    /// <summary>The data keys.</summary>
    internal DataKeyRing Ring => _ring;

    /// <summary>Its back-pressure.</summary>
    internal IntakeGate Gate { get; }

    /// <summary>What became of records.</summary>
    internal RecordOutcomes Outcomes { get; }

    /// <summary>Says when a record has been settled.</summary>
    internal SettlementSignals Settled { get; } = new();

    /// <summary>For tests: runs before a group of accepted records is committed.</summary>
    internal Func<Task>? BeforeCommit
    {
        get => _writer.BeforeCommit;
        set => _writer.BeforeCommit = value;
    }

    /// <summary>Creates or migrates the tables and opens the data keys; to be called once before anything else.</summary>
    /// <exception cref="JournalKeyException">The keys given do not open the journal.</exception>
    public async Task InitializeAsync(CancellationToken cancellationToken = default)
    {
        await _database.MigrateAsync(IntakeSchema.Component, IntakeSchema.Scripts, cancellationToken).ConfigureAwait(false);
        await _ring.LoadAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes a record. When this returns, the record is on disk and may be acknowledged.</summary>
    /// <param name="bytes">The record as received; read before the first wait, so that the caller may use the memory again as soon as it has the task.</param>
    /// <param name="source">The source system.</param>
    /// <param name="fileName">The file's name where it came from one.</param>
    /// <param name="cancellationToken">Stops waiting; the record may have been taken nevertheless.</param>
    /// <exception cref="DbException">The store failed; the record was not taken.</exception>
    public Task<IntakeReceipt> AcceptAsync(ReadOnlyMemory<byte> bytes, string source, string? fileName = null, CancellationToken cancellationToken = default) =>
        TakeAsync(Entry(bytes, source, fileName, refusal: null), bytes.Length, cancellationToken);

    /// <summary>Takes a record that waits in a spool, completed; it must stay until this returns.</summary>
    internal Task<IntakeReceipt> AcceptAsync(Spool spool, string source, string? fileName = null, CancellationToken cancellationToken = default) =>
        TakeAsync(Entry(spool, source, fileName, refusal: null), spool.Length, cancellationToken);

    /// <summary>Keeps a record that was refused at the door: it waits in the quarantine and no adapter sees it before a person releases it.</summary>
    internal Task<IntakeReceipt> RefuseAsync(ReadOnlyMemory<byte> bytes, string source, OutcomeIssue refusal, CancellationToken cancellationToken) =>
        TakeAsync(Entry(bytes, source, null, refusal), bytes.Length, cancellationToken);

    /// <inheritdoc cref="RefuseAsync(ReadOnlyMemory{byte}, string, OutcomeIssue, CancellationToken)"/>
    internal Task<IntakeReceipt> RefuseAsync(Spool spool, string source, OutcomeIssue refusal, CancellationToken cancellationToken) =>
        TakeAsync(Entry(spool, source, null, refusal), spool.Length, cancellationToken);

    /// <summary>The raw record of a digest; null where it is unknown or its bytes have been pruned.</summary>
    /// <exception cref="JournalKeyException">Its bytes were altered or damaged in the store.</exception>
    public Task<RawRecord?> FindAsync(string digest, CancellationToken cancellationToken = default) => _reader.FindAsync(digest, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _ring.Dispose();

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
    internal Task<IReadOnlyList<PendingRecord>> PendingAsync(long after, int mostRecords, long mostBytes, CancellationToken cancellationToken) =>
        _reader.PendingAsync(after, mostRecords, mostBytes, cancellationToken);

    private async Task<IntakeReceipt> TakeAsync(JournalEntry entry, long bytes, CancellationToken cancellationToken)
    {
        // A spool is read while the group is written: giving up the wait must not take it away. So only what lies in memory can be abandoned.
        Task<IntakeReceipt> commit = _commits.AddAsync(entry, bytes);
        IntakeReceipt receipt = await (entry.Pieces is null ? commit.WaitAsync(cancellationToken) : commit).ConfigureAwait(false);
        if (!receipt.IsDuplicate && entry.Refusal is null) Wake();
        return receipt;
    }

    private JournalEntry Entry(ReadOnlyMemory<byte> bytes, string source, string? fileName, OutcomeIssue? refusal)
    {
        string digest = System.Convert.ToHexStringLower(SHA256.HashData(bytes.Span));
        JournalEntry entry = Entry(digest, bytes.Length, source, fileName, refusal);
        return entry with { Content = entry.Cipher.Seal(bytes.Span, digest) };
    }

    private JournalEntry Entry(Spool spool, string source, string? fileName, OutcomeIssue? refusal) =>
        Entry(spool.Digest, spool.Length, source, fileName, refusal) with { Pieces = spool.Pieces() };

    private JournalEntry Entry(string digest, long length, string source, string? fileName, OutcomeIssue? refusal)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(source);
        (long dataKey, RecordCipher cipher) = _ring.Sealing;
        string? name = fileName is null ? null : System.Convert.ToBase64String(cipher.Seal(Encoding.UTF8.GetBytes(fileName), JournalEntry.NamePlace(digest)));
        return new JournalEntry(digest, source, name, _time.GetUtcNow().ToUnixTimeMilliseconds(), length, dataKey, cipher, [], null, refusal);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
