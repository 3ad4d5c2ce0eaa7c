using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Consortium.FhirFacade.Access;
using Consortium.FhirFacade.Redaction;
using Consortium.FhirFacade.Search.Indexing;
using Consortium.FhirFacade.Search.Parameters;
using Consortium.FhirFacade.Search.Sql;
using Consortium.FhirFacade.Store;
using Consortium.Integrity;
using Consortium.Storage;
using Dapper;
using Microsoft.Extensions.Logging;

namespace Consortium.FhirFacade.Search.Views;

/// <summary>
/// Keeps the index rows of the restricted views. A write marks its resources in its own transaction; the marks are worked off afterwards, because a view depends on the
/// names and numbers of the patient too: what they are now is hidden wherever it surfaces, also in records that were written before (decision 0202). One at a time in
/// the whole cluster, so that nothing older is written over something newer. Thread-safe.
/// </summary>
internal sealed partial class ViewIndexer(
    Database database, RecordStore store, PatientIdentity identity, ILogger<ViewIndexer> logger) : IDisposable
{
    /// <summary>Marks that are worked off in one transaction.</summary>
    private const int MostMarks = 200;

    /// <summary>The advisory lock of PostgreSQL under which one server at a time works.</summary>
    private const long LockName = 4714;

    private readonly SemaphoreSlim _one = new(1, 1);

    /// <summary>The last mark that was made; 0 where there is none.</summary>
    public async Task<long> LastMarkAsync(CancellationToken cancellationToken)
    {
        await using DbConnection connection = await database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition("SELECT COALESCE(MAX(seq), 0) FROM view_mark", cancellationToken: cancellationToken)).ConfigureAwait(false);
    }

    /// <summary>Works off the oldest marks.</summary>
    /// <param name="types">Of resources of these types only; empty for all.</param>
    /// <param name="upTo">Of what was written up to this mark only.</param>
    /// <param name="cancellationToken">Stops it; nothing is half done.</param>
    /// <returns>How many marks were found; 0 where all is done.</returns>
    public async Task<int> NextAsync(IReadOnlyCollection<string> types, long upTo, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (database.Dialect == Dialect.Sqlite)
            {
                // The one writer of SQLite is not held up while views are made.
                Batch batch = await ReadAsync(types, upTo, cancellationToken).ConfigureAwait(false);
                if (batch.Marks.Count > 0) await database.TransactAsync(transaction => WriteAsync(transaction, batch), cancellationToken).ConfigureAwait(false);
                return batch.Marks.Count;
            }

            return await database.TransactAsync(async transaction =>
            {
                await transaction.Connection!.ExecuteAsync("SELECT pg_advisory_xact_lock(@LockName)", new { LockName }, transaction).ConfigureAwait(false);
                Batch batch = await ReadAsync(types, upTo, cancellationToken).ConfigureAwait(false);
                await WriteAsync(transaction, batch).ConfigureAwait(false);
                return batch.Marks.Count;
            }, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();

    // Marks first, then what they stand for: a write in between leaves a mark that is not among those worked off.
    private async Task<Batch> ReadAsync(IReadOnlyCollection<string> types, long upTo, CancellationToken cancellationToken)
    {
        var batch = new Batch();
        await using DbConnection connection = await database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        batch.Marks.AddRange(await MarksAsync(connection, types, upTo, cancellationToken).ConfigureAwait(false));
        if (batch.Marks.Count == 0) return batch;
        // The search parameters after the marks as well: by a parameter that is newer than what is read here there will be further marks.
        ResourceIndexer indexer = (await store.Catalogs.RefreshAsync(cancellationToken).ConfigureAwait(false)).Indexer;
        long[] keys = [.. batch.Marks.Select(mark => mark.Key).Distinct()];
        var identities = new Dictionary<string, IReadOnlyCollection<string>>(StringComparer.Ordinal);
        foreach ((long key, StoredVersion version) in await CurrentAsync(connection, keys, cancellationToken).ConfigureAwait(false))
        {
            string patient = identity.PatientOf(version) ?? "";
            if (!identities.TryGetValue(patient, out IReadOnlyCollection<string>? known))
            {
                identities[patient] = known = await identity.OfAsync(version, cancellationToken).ConfigureAwait(false);
            }

            if (version.Type == "Patient") batch.Patients.Add(new Patient(key, version.Id, Digest(known), batch.Marks.Where(mark => mark.Key == key).Min(mark => mark.Since)));
            if (!version.Deleted) batch.Rows.AddRange(Rows(version, known, indexer).Select(part => (key, part.Views, part.Rows)));
        }

        return batch;
    }

    private static async Task<List<Mark>> MarksAsync(DbConnection connection, IReadOnlyCollection<string> types, long upTo, CancellationToken cancellationToken)
    {
        var parameters = new SqlParameters();
        string ofTypes = types.Count == 0 ? "" : $"type IN {parameters.List(types)} AND ";
        List<Mark> marks = [];
        await using DbDataReader row = await connection.ExecuteReaderAsync(new CommandDefinition(
            $"SELECT seq, key, COALESCE(since, seq) FROM view_mark WHERE {ofTypes}COALESCE(since, seq) <= {parameters.Add(upTo)} ORDER BY seq LIMIT {MostMarks}",
            parameters.Values, cancellationToken: cancellationToken)).ConfigureAwait(false);
        while (await row.ReadAsync(cancellationToken).ConfigureAwait(false)) marks.Add(new Mark(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)));
        return marks;
    }

    private static async Task<IReadOnlyList<(long Key, StoredVersion Version)>> CurrentAsync(DbConnection connection, long[] keys, CancellationToken cancellationToken)
    {
        List<(long, StoredVersion)> versions = [];
        var parameters = new SqlParameters();
        await using DbDataReader row = await connection.ExecuteReaderAsync(new CommandDefinition(
            $"SELECT {RecordQueries.Columns}, r.key FROM resource r JOIN resource_version v ON v.type = r.type AND v.id = r.id AND v.version = r.version WHERE r.key IN {parameters.List(keys)}",
            parameters.Values, cancellationToken: cancellationToken)).ConfigureAwait(false);
        while (await row.ReadAsync(cancellationToken).ConfigureAwait(false)) versions.Add((row.GetInt64(8), RecordQueries.Version(row)));
        return versions;
    }

    // What cannot be made is shown to nobody, and so found by nobody from outside.
    private IEnumerable<(long Views, IndexRows Rows)> Rows(StoredVersion version, IReadOnlyCollection<string> known, ResourceIndexer indexer)
    {
        var rows = new ViewRows();
        foreach (ViewRole view in ViewBits.Restricted)
        {
            // A resident sees records about itself only: a record that is about nobody is in no resident's search.
            if (view == ViewRole.Resident && version.SubjectTag == Tag128.Zero) continue;
            try
            {
                rows.Add(view, indexer.Index(version.Type, RecordView.Redact(version.Body, view, known).View));
            }
#pragma warning disable CA1031 // bytes that were altered from outside, or a fault of ours in one resource, must not keep all others waiting
            catch (Exception e)
#pragma warning restore CA1031
            {
                LogFailed(version.Type, version.Sequence, view, e.GetType().Name);
            }
        }

        return rows.ByViews();
    }

    private async Task WriteAsync(DbTransaction transaction, Batch batch)
    {
        if (batch.Marks.Count == 0) return;
        var parameters = new SqlParameters();
        string done = parameters.List(batch.Marks.Select(mark => mark.Sequence));
        await transaction.Connection!.ExecuteAsync($"DELETE FROM view_mark WHERE seq IN {done}", parameters.Values, transaction).ConfigureAwait(false);
        // What was deleted or erased since it was read must not stand in the files again.
        var live = new SqlParameters();
        HashSet<long> gone = [.. await transaction.Connection!.QueryAsync<long>(
            $"SELECT key FROM resource WHERE deleted <> 0 AND key IN {live.List(batch.Marks.Select(mark => mark.Key).Distinct())}", live.Values, transaction).ConfigureAwait(false)];
        await store.Engine.IndexViewsAsync(transaction, [.. batch.Marks.Select(mark => mark.Key).Distinct()], [.. batch.Rows.Where(row => !gone.Contains(row.Key))]).ConfigureAwait(false);
        foreach (Patient patient in batch.Patients) await NoteAsync(transaction, patient).ConfigureAwait(false);
    }

    // Other names of the patient surface elsewhere: all that refers to the patient is made again.
    private static async Task NoteAsync(DbTransaction transaction, Patient patient)
    {
        DbConnection connection = transaction.Connection!;
        byte[]? noted = await connection.ExecuteScalarAsync<byte[]?>("SELECT digest FROM view_identity WHERE key = @Key", new { patient.Key }, transaction).ConfigureAwait(false);
        if (noted is not null && noted.AsSpan().SequenceEqual(patient.Identity)) return;
        await connection.ExecuteAsync(
            "INSERT INTO view_identity (key, digest) VALUES (@Key, @Identity) ON CONFLICT (key) DO UPDATE SET digest = excluded.digest",
            new { patient.Key, patient.Identity }, transaction).ConfigureAwait(false);
        await connection.ExecuteAsync(
            "INSERT INTO view_mark (type, key, since) SELECT r.type, r.key, @Since FROM resource r WHERE r.key <> @Key AND r.key IN " +
            $"(SELECT s.key FROM search_reference s WHERE s.parameter IN ({PatientReferences()}) AND s.target_id = @Id AND s.target_type = 'Patient')",
            new { patient.Key, patient.Id, patient.Since }, transaction).ConfigureAwait(false);
    }

    // The references by which PatientIdentity tells whom a record is about.
    private static string PatientReferences() => string.Join(", ", SharedRows.R4.Numbers(Consortium.Fhir.FhirR4.ResourceTypes
        .SelectMany(type => new[] { SearchCatalog.R4.Find(type, "patient"), SearchCatalog.R4.Find(type, "subject") }).OfType<SearchParameter>().Select(parameter => parameter.Number)));

    // Of the names themselves the store holds no second copy.
    private static byte[] Digest(IReadOnlyCollection<string> names) => SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', names.Order(StringComparer.Ordinal))));

    [LoggerMessage(Level = LogLevel.Error, Message = "The {View} view of a {Type} (version {Sequence} of the log) could not be indexed ({Reason}); callers with that view do not find it by search.")]
    private partial void LogFailed(string type, long sequence, ViewRole view, string reason);

    /// <summary>A mark: its number, the resource's, and the mark that it follows from, which is itself or that of the patient.</summary>
    private sealed record Mark(long Sequence, long Key, long Since);

    /// <summary>A patient whose names may have changed.</summary>
    private sealed record Patient(long Key, string Id, byte[] Identity, long Since);

    private sealed class Batch
    {
        public List<Mark> Marks { get; } = [];

        public List<Patient> Patients { get; } = [];

        public List<(long Key, long Views, IndexRows Rows)> Rows { get; } = [];
    }
}
