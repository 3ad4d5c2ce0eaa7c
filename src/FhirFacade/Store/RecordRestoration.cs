using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using Consortium.FhirFacade.Search.Custom;
using Consortium.FhirFacade.Store;
using Consortium.Integrity;
using Consortium.Messaging;
using Consortium.Storage;
using Dapper;

namespace Consortium.FhirFacade;

/// <summary>What a record store needs of a backup and of its restoration.</summary>
/// <param name="database">The store.</param>
/// <param name="options">The member's identity and keys.</param>
/// <param name="time">The clock.</param>
public sealed class RecordRestoration(Database database, FacadeOptions options, TimeProvider time)
{
    private const int EntriesInAMessage = 500;
    private const int RowsAtOnce = 500;
    private readonly Outbox _outbox = new(database, FhirFacadeServiceCollectionExtensions.Component, time: time);

    /// <summary>Tables without rows in a store that nobody has used yet.</summary>
    public static IReadOnlyCollection<string> GuardTables { get; } = ["resource", "resource_version"];

    /// <summary>True for a table that is made anew from the others: the search index and its views, which the program fills when it starts.</summary>
    public static bool IsDerived(string table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return StoreSchema.IndexTables.Contains(table, StringComparer.Ordinal) || table is "search_state" or "contained" || table.StartsWith("view_", StringComparison.Ordinal) || table.StartsWith("search_text", StringComparison.Ordinal);
    }

    /// <summary>Makes the tables, empty.</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken = default)
    {
        await database.MigrateAsync(StoreSchema.Component, StoreSchema.For(database.Dialect), cancellationToken).ConfigureAwait(false);
        await _outbox.InitializeAsync(cancellationToken).ConfigureAwait(false);
        await new Inbox(FhirFacadeServiceCollectionExtensions.Component, time).InitializeAsync(database, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Checks a store within a transaction: the commitment of every version recomputed from its bytes and secret, its record id from the custodian's key, and every resource's
    /// current version there.
    /// </summary>
    /// <returns>What was found; no bad version where the store is whole.</returns>
    public async Task<StoreVerification> VerifyAsync(DbTransaction transaction, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        DbConnection connection = transaction.Connection!;
        long versions = 0, erased = 0;
        List<string> bad = [];
        for (long after = 0; ;)
        {
            List<Row> rows = (await connection.QueryAsync<Row>(new CommandDefinition(
                "SELECT v.seq AS Seq, v.type AS Type, v.id AS Id, v.version AS Version, v.body AS Body, v.secret AS Secret, v.suite AS Suite, v.commitment AS Commitment, v.record_id AS RecordId, " +
                "CASE WHEN e.record_id IS NULL THEN 0 ELSE 1 END AS Erased FROM resource_version v LEFT JOIN erasure e ON e.record_id = v.record_id WHERE v.seq > @after ORDER BY v.seq LIMIT @most",
                new { after, most = RowsAtOnce }, transaction, cancellationToken: cancellationToken)).ConfigureAwait(false)).AsList();
            if (rows.Count == 0) break;
            after = rows[^1].Seq;
            foreach (Row row in rows)
            {
                versions++;
                erased += row.Erased;
                if (!IsWhole(row)) bad.Add(string.Create(CultureInfo.InvariantCulture, $"{row.Type}/{row.Id}/_history/{row.Version}"));
            }
        }

        bad.AddRange(await connection.QueryAsync<string>(new CommandDefinition(
            "SELECT r.type || '/' || r.id FROM resource r LEFT JOIN resource_version v ON v.type = r.type AND v.id = r.id AND v.version = r.version WHERE r.version > 0 AND v.seq IS NULL",
            transaction: transaction, cancellationToken: cancellationToken)).ConfigureAwait(false));
        return new StoreVerification(versions, erased, bad);
    }

    /// <summary>
    /// Puts the index entries of versions without a receipt in the outbox again: whether the anchor service had them when the backup was made, nobody knows; it knows each again by its
    /// record id.
    /// </summary>
    /// <returns>How many entries that were.</returns>
    public async Task<int> RequeueAsync(DbTransaction transaction, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        var waiting = new List<IndexEntry>();
        foreach (Waiting row in await transaction.Connection!.QueryAsync<Waiting>(new CommandDefinition(
            "SELECT v.record_id AS RecordId, v.commitment AS Commitment, v.subject_tag AS SubjectTag, v.kind AS Kind, v.recorded_at AS RecordedAt FROM resource_version v " +
            "WHERE NOT EXISTS (SELECT 1 FROM receipt t WHERE t.record_id = v.record_id) ORDER BY v.seq", transaction: transaction, cancellationToken: cancellationToken)).ConfigureAwait(false))
        {
            waiting.Add(new IndexEntry(new Tag128(row.RecordId), new Hash256(row.Commitment), new Tag128(row.SubjectTag), checked((ushort)row.Kind), (ulong)row.RecordedAt / 1000));
        }

        foreach (IndexEntry[] portion in waiting.Chunk(EntriesInAMessage))
        {
            byte[] packed = IndexEntry.Pack(portion);
            await _outbox.EnqueueAsync(
                transaction, new RecordCommitted { Custodian = options.Custodian.ToString(), Entries = packed }, "restored-" + Convert.ToHexStringLower(SHA256.HashData(packed))).ConfigureAwait(false);
        }

        // The site's own search parameters are indexed again, as the index of all others is made anew.
        await transaction.Connection!.ExecuteAsync("UPDATE search_parameter SET state = 0, at_type = '', position = 0, done = 0, total = NULL WHERE state = 1", transaction: transaction).ConfigureAwait(false);
        await CustomRegistry.TouchAsync(transaction).ConfigureAwait(false);
        return waiting.Count;
    }

    private bool IsWhole(Row row)
    {
        if (new Tag128(row.RecordId) != IndexIdentifiers.RecordId(options.CustodianKey, row.Type, row.Id, row.Version.ToString(CultureInfo.InvariantCulture))) return false;
        if (row.Erased != 0) return row.Body.Length == 0 && row.Secret.Length == 0;
        try
        {
            return RecordCommitment.Compute(row.Body, row.Secret, (CommitmentSuite)row.Suite).Commitment == new Hash256(row.Commitment);
        }
        catch (Exception e) when (e is RecordFormatException or ArgumentException)
        {
            return false;
        }
    }

    private sealed class Row
    {
        public long Seq { get; init; }

        public string Type { get; init; } = "";

        public string Id { get; init; } = "";

        public long Version { get; init; }

        public byte[] Body { get; init; } = [];

        public byte[] Secret { get; init; } = [];

        public long Suite { get; init; }

        public byte[] Commitment { get; init; } = [];

        public byte[] RecordId { get; init; } = [];

        public long Erased { get; init; }
    }

    private sealed class Waiting
    {
        public byte[] RecordId { get; init; } = [];

        public byte[] Commitment { get; init; } = [];

        public byte[] SubjectTag { get; init; } = [];

        public long Kind { get; init; }

        public long RecordedAt { get; init; }
    }
}

/// <summary>What a check of a record store found.</summary>
/// <param name="Versions">Versions looked at.</param>
/// <param name="Erased">Of these, versions that were erased.</param>
/// <param name="Bad">Versions whose bytes, secret or id do not give what was committed, and resources without their current version.</param>
public sealed record StoreVerification(long Versions, long Erased, IReadOnlyList<string> Bad);
