using System.Collections.Frozen;
using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using Consortium.Storage;
using Dapper;

namespace Consortium.Adapters.Intake;

/// <summary>
/// The journal's data keys: each wrapped under a key of the site, kept beside the records that it sealed. The newest seals, the others open.
/// A changed site key wraps them anew and begins a new data key. Thread-safe once loaded.
/// </summary>
internal sealed class DataKeyRing(Database database, JournalKeys keys, TimeProvider time) : IDisposable
{
    /// <summary>A data key seals for so long, and so many records; both far below what AES-GCM bears.</summary>
    private static readonly TimeSpan MostAge = TimeSpan.FromDays(90);
    private const long MostRecords = 1 << 30;

    private volatile FrozenDictionary<long, RecordCipher> _ciphers = FrozenDictionary<long, RecordCipher>.Empty;
    private volatile Active? _active;

    /// <summary>The data key that seals now.</summary>
    /// <exception cref="InvalidOperationException">The keys have not been loaded.</exception>
    public (long Id, RecordCipher Cipher) Sealing => _active is { } active
        ? (active.Id, active.Cipher)
        : throw new InvalidOperationException("The journal has not been initialised.");

    /// <summary>The cipher of a data key.</summary>
    /// <exception cref="JournalKeyException">The journal has no such data key.</exception>
    public RecordCipher Cipher(long id) => _ciphers.TryGetValue(id, out RecordCipher? cipher)
        ? cipher
        : throw new JournalKeyException($"The intake journal has no data key {id}: table intake_key has lost a row. Restore it from the backup.");

    /// <summary>Reads the data keys, wraps those of earlier site keys anew, and makes a data key where one is needed.</summary>
    /// <exception cref="JournalKeyException">A data key is wrapped under a site key that was not given, or was altered.</exception>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        (Dictionary<long, byte[]> keysById, Row active) = await database.TransactAsync(async transaction =>
        {
            DbConnection connection = transaction.Connection!;
            if (database.Dialect == Dialect.Postgres)
            {
                // Two processes that start together must not both make the first key.
                await connection.ExecuteAsync("SELECT pg_advisory_xact_lock(4713)", transaction: transaction).ConfigureAwait(false);
            }

            List<Row> rows = (await connection.QueryAsync<Row>(
                "SELECT id AS Id, site_key AS SiteKey, wrapped AS Wrapped, created_at AS CreatedAt, first_sequence AS FirstSequence FROM intake_key ORDER BY id",
                transaction: transaction).ConfigureAwait(false)).AsList();
            long last = await connection.ExecuteScalarAsync<long?>("SELECT MAX(sequence) FROM intake", transaction: transaction).ConfigureAwait(false) ?? 0;
            var opened = rows.ToDictionary(row => row.Id, Unwrap);
            bool changed = false;
            foreach (Row row in rows.Where(row => row.SiteKey != keys.Fingerprint))
            {
                changed = true;
                await connection.ExecuteAsync(
                    "UPDATE intake_key SET site_key = @Fingerprint, wrapped = @wrapped WHERE id = @Id",
                    new { keys.Fingerprint, wrapped = Wrap(row.Id, opened[row.Id]), row.Id }, transaction).ConfigureAwait(false);
            }

            Row? newest = rows.LastOrDefault();
            if (newest is null || changed || IsSpent(newest.CreatedAt, newest.FirstSequence, last))
            {
                newest = new Row { Id = (newest?.Id ?? 0) + 1, CreatedAt = time.GetUtcNow().ToUnixTimeMilliseconds(), FirstSequence = last };
                byte[] key = RandomNumberGenerator.GetBytes(JournalKeys.Length);
                opened[newest.Id] = key;
                await connection.ExecuteAsync(
                    "INSERT INTO intake_key (id, site_key, wrapped, created_at, first_sequence) VALUES (@Id, @Fingerprint, @wrapped, @CreatedAt, @FirstSequence)",
                    new { newest.Id, keys.Fingerprint, wrapped = Wrap(newest.Id, key), newest.CreatedAt, newest.FirstSequence }, transaction).ConfigureAwait(false);
            }

            return (opened, newest);
        }, cancellationToken).ConfigureAwait(false);
        FrozenDictionary<long, RecordCipher> before = _ciphers;
        _ciphers = keysById.ToFrozenDictionary(pair => pair.Key, pair => before.TryGetValue(pair.Key, out RecordCipher? known) ? known : new RecordCipher(pair.Value));
        _active = new Active(active.Id, _ciphers[active.Id], active.CreatedAt, active.FirstSequence);
    }

    /// <summary>Begins a new data key where the one in force is old or has sealed much.</summary>
    public async Task RenewAsync(long lastSequence, CancellationToken cancellationToken)
    {
        if (_active is { } active && IsSpent(active.CreatedAt, active.FirstSequence, lastSequence)) await LoadAsync(cancellationToken).ConfigureAwait(false);
    }

    public void Dispose()
    {
        foreach (RecordCipher cipher in _ciphers.Values) cipher.Dispose();
    }

    private bool IsSpent(long createdAt, long firstSequence, long lastSequence) =>
        lastSequence - firstSequence > MostRecords || time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(createdAt) > MostAge;

    private byte[] Wrap(long id, byte[] key)
    {
        using var cipher = new RecordCipher(keys.Current);
        return cipher.Seal(key, Place(id));
    }

    private byte[] Unwrap(Row row)
    {
        byte[] siteKey = keys.Find(row.SiteKey) ?? throw new JournalKeyException(
            $"The intake journal is sealed under the key with fingerprint {row.SiteKey}; the key given has {keys.Fingerprint}. " +
            "Give the right key file (IntakeKeyFile); where the key was changed, name the one before as well (IntakePreviousKeyFile).");
        using var cipher = new RecordCipher(siteKey);
        try
        {
            return cipher.Open(row.Wrapped, Place(row.Id));
        }
        catch (CryptographicException)
        {
            throw new JournalKeyException($"Data key {row.Id} of the intake journal does not open: table intake_key was altered or damaged. Restore it from the backup.");
        }
    }

    private static string Place(long id) => string.Create(CultureInfo.InvariantCulture, $"intake_key/{id}");

    private sealed record Active(long Id, RecordCipher Cipher, long CreatedAt, long FirstSequence);

    private sealed class Row
    {
        public long Id { get; init; }
        public string SiteKey { get; init; } = "";
        public byte[] Wrapped { get; init; } = [];
        public long CreatedAt { get; init; }
        public long FirstSequence { get; init; }
    }
}
