using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using Consortium.FhirFacade.Search;
using Consortium.FhirFacade.Search.Custom;
using Consortium.FhirFacade.Search.Indexing;
using Consortium.FhirFacade.Subscriptions;
using Consortium.Integrity;
using Dapper;

namespace Consortium.FhirFacade.Store;

/// <summary>
/// One unit of work on the store: all of its writes happen or none. It assigns versions, stamps and commits the bytes,
/// and gathers the index entries that <see cref="RecordStore"/> puts in the outbox.
/// </summary>
internal sealed class StoreTransaction(DbTransaction transaction, StoreEngine engine, StoreContext context, SubscriptionWatch? subscriptions, CancellationToken stop)
{
    private readonly List<VersionRow> _versions = [];

    /// <summary>Who stands beside the writes; null for nobody.</summary>
    public WriteWatch? Watch { get; init; }

    /// <summary>The database transaction, for reading within it.</summary>
    public DbTransaction Transaction => transaction;

    /// <summary>The versions that were stored, in order.</summary>
    public IReadOnlyList<VersionRow> Versions => _versions;

    /// <summary>The stamp of the subscriptions as this transaction sees them.</summary>
    public long SubscriptionStamp { get; set; }

    /// <summary>Waits until no other transaction works under the same name.</summary>
    public Task LockNameAsync(string name) => engine.LockNameAsync(transaction, name, stop);

    /// <summary>Holds resources, whether they exist or not, until the transaction ends: what is read of them then stays true while it is changed.</summary>
    /// <param name="keys">Distinct keys, all that the transaction will change, so that two transactions never wait for each other.</param>
    public async Task LockAsync(IEnumerable<RecordKey> keys)
    {
        RecordKey[] ordered = [.. keys.Order()];
        if (ordered.Length == 0) return;
        (Dictionary<RecordKey, Head> heads, _) = await engine.LockAsync(transaction, ordered, alsoAbsent: true, stop).ConfigureAwait(false);
        RecordKey[] absent = [.. ordered.Where(key => heads[key].Version == 0)];
        if (absent.Length > 0) await engine.ReleaseAsync(transaction, absent).ConfigureAwait(false);
    }

    /// <summary>Applies the writes in order; results stand in the same order.</summary>
    /// <exception cref="PreconditionException">A version is not the one that the writer has seen.</exception>
    public async Task<IReadOnlyList<WriteResult>> ApplyAsync(IReadOnlyList<ResourceWrite> writes)
    {
        if (subscriptions is not null) writes = await subscriptions.AcceptAsync(this, writes).ConfigureAwait(false);
        RecordKey[] keys = [.. writes.Select(write => new RecordKey(write.Type, write.Id)).Distinct().Order()];
        (Dictionary<RecordKey, Head> heads, long generation) = await engine.LockAsync(transaction, keys, alsoAbsent: false, stop).ConfigureAwait(false);
        ResourceIndexer indexer = (await context.Catalogs.AtAsync(generation, transaction).ConfigureAwait(false)).Indexer;
        await LoadBodiesAsync(writes, heads).ConfigureAwait(false);

        Dictionary<RecordKey, byte[]?> before = Watch is null ? [] : keys.ToDictionary(key => key, key => heads[key].Body);
        foreach (ResourceWrite write in writes)
        {
            if (Watch?.Before is { } ask) await ask(write, heads[new RecordKey(write.Type, write.Id)], transaction).ConfigureAwait(false);
        }

        var plan = new Plan(heads, context.Time.GetUtcNow().ToUnixTimeMilliseconds(), indexer, context);
        var results = new WriteResult[writes.Count];
        for (int i = 0; i < writes.Count; i++)
        {
            stop.ThrowIfCancellationRequested();
            results[i] = await ApplyAsync(writes[i], plan).ConfigureAwait(false);
        }

        await TagAsync(plan).ConfigureAwait(false);
        Commit(plan.Batch.Versions);
        SubscriptionStamp = await engine.WriteAsync(transaction, plan.Batch).ConfigureAwait(false);
        await CustomRegistry.RegisterAsync(transaction, plan.Batch.Versions).ConfigureAwait(false);
        if (subscriptions is not null) await subscriptions.RegisterAsync(this, writes, results).ConfigureAwait(false);
        if (Watch?.After is { } tell)
        {
            for (int i = 0; i < results.Length; i++) tell(writes[i], before[new RecordKey(writes[i].Type, writes[i].Id)], results[i]);
        }

        return results;
    }

    /// <summary>Takes resources out of the search index, by their number.</summary>
    public Task UnindexAsync(IReadOnlyCollection<long> numbers) => numbers.Count == 0 ? Task.CompletedTask : engine.IndexAsync(transaction, numbers, []);

    private async Task LoadBodiesAsync(IReadOnlyList<ResourceWrite> writes, Dictionary<RecordKey, Head> heads)
    {
        RecordKey[] compared = [.. writes
            .Where(write => write.Mode is WriteMode.Update or WriteMode.Delete)
            .Select(write => new RecordKey(write.Type, write.Id))
            .Where(key => heads[key].IsLive).Distinct().Order()];
        if (compared.Length == 0) return;
        foreach ((RecordKey key, byte[] body) in await engine.BodiesAsync(transaction, compared).ConfigureAwait(false)) heads[key].Body = body;
    }

    private async Task<WriteResult> ApplyAsync(ResourceWrite write, Plan plan)
    {
        var key = new RecordKey(write.Type, write.Id);
        Head head = plan.Heads[key];
        Check(write, key, head);
        WriteOutcome outcome;
        switch (write.Mode)
        {
            case WriteMode.Create when head.Version > 0:
                throw new PreconditionException($"{key} exists already.", key);
            case WriteMode.CreateIfAbsent when head.Version > 0:
                return Result(WriteOutcome.Left); // also after a deletion: a mention has no authority to bring a resource back
            case WriteMode.CreateIfAbsent:
                plan.Add(key, write.Content!, deleted: false, write.Source, intakeSequence: null);
                return Result(WriteOutcome.Created);
            case WriteMode.Delete when !head.IsLive && (write.IntakeSequence is null || head.Version > 0):
                await MarkAsync(write, key, head, plan).ConfigureAwait(false);
                return Result(WriteOutcome.NothingToDelete);
            case WriteMode.Delete:
                outcome = WriteOutcome.Deleted;
                break;
            default:
                if (head.IsLive && head.Body is { } body && SameContent.As(body, write.Content!, key.Id, head.Version, head.UpdatedAt))
                {
                    await MarkAsync(write, key, head, plan).ConfigureAwait(false);
                    return Result(WriteOutcome.Unchanged);
                }

                outcome = head.IsLive ? WriteOutcome.Updated : WriteOutcome.Created;
                break;
        }

        bool late = await MarkAsync(write, key, head, plan).ConfigureAwait(false);
        (byte[]? Body, bool Deleted) newer = (head.Body, head.Deleted);
        if (late && newer.Deleted && await IsErasedAsync(key).ConfigureAwait(false)) return Result(WriteOutcome.Left); // what was erased does not come back because an older message was late
        if (late && !newer.Deleted && !plan.Batch.Indexes.ContainsKey(key)) await VerifyStoredAsync(key).ConfigureAwait(false);
        bool delete = write.Mode == WriteMode.Delete;
        plan.Add(key, delete ? Tombstone.Of(key) : write.Content!, delete, write.Source, write.IntakeSequence);
        if (late)
        {
            // Overtaken on its way: it stays in the history, and what came after it is said again (decision 0060).
            plan.Add(key, newer.Deleted ? Tombstone.Of(key) : ResourceJson.Read(newer.Body!), newer.Deleted, source: null, intakeSequence: null);
            outcome = WriteOutcome.StoredAsLate;
        }

        return Result(outcome);

        WriteResult Result(WriteOutcome done) => new(key.Type, key.Id, head.Version, head.UpdatedAt, done) { Body = head.Body };
    }

    private static void Check(ResourceWrite write, RecordKey key, Head head)
    {
        if (write.IfMatch is { } expected && (!head.IsLive || !expected.Contains(head.Version)))
        {
            string found = head.Version == 0 ? "it does not exist" : head.Deleted ? "it is deleted" : $"the current version is {head.Version}";
            throw new PreconditionException($"If-Match names version {string.Join(", ", expected)} of {key}, but {found}. Read it again and repeat the change.", key);
        }

        if (write.IfNoneMatch is { } unwanted && head.IsLive && unwanted.Contains(head.Version))
        {
            throw new PreconditionException($"If-None-Match names version {head.Version} of {key}, which is the current one.", key);
        }

        if (write.IfExists && !head.IsLive) throw new PreconditionException($"If-Match: * wants {key} to exist, and it does not.", key);
        if (write.IfNoneExists && head.IsLive) throw new PreconditionException($"If-None-Match: * forbids replacing {key}, which exists.", key);
    }

    /// <summary>Notes an authoritative intake; true where a later one of the same source has been applied before.</summary>
    private async Task<bool> MarkAsync(ResourceWrite write, RecordKey key, Head head, Plan plan)
    {
        if (write.Source is not { } source || write.IntakeSequence is not { } sequence) return false;
        if (head.Source is not null && head.Source != source)
        {
            // Another source wrote last: its mark is put aside, and this source's own is fetched.
            var parameters = new { type = key.Type, id = key.Id, source = head.Source, sequence = head.IntakeSequence, own = source };
            DbConnection connection = transaction.Connection!;
            await connection.ExecuteAsync(
                "INSERT INTO intake_mark (type, id, source, intake_sequence) VALUES (@type, @id, @source, @sequence) " +
                "ON CONFLICT (type, id, source) DO UPDATE SET intake_sequence = excluded.intake_sequence", parameters, transaction).ConfigureAwait(false);
            head.IntakeSequence = await connection.ExecuteScalarAsync<long?>(
                "SELECT intake_sequence FROM intake_mark WHERE type = @type AND id = @id AND source = @own", parameters, transaction).ConfigureAwait(false);
        }

        bool late = head.IntakeSequence > sequence;
        head.Source = source;
        if (!late) head.IntakeSequence = sequence;
        plan.Batch.Heads[key] = head;
        return late;
    }

    private async Task<bool> IsErasedAsync(RecordKey key) => await transaction.Connection!.ExecuteScalarAsync<long>(
        "SELECT COUNT(*) FROM resource r JOIN resource_version v ON v.type = r.type AND v.id = r.id AND v.version = r.version JOIN erasure e ON e.record_id = v.record_id " +
        "WHERE r.type = @type AND r.id = @id", new { type = key.Type, id = key.Id }, transaction).ConfigureAwait(false) > 0;

    /// <summary>Content that is about to be committed a second time must be what was committed the first time; else an alteration in the database would be made good.</summary>
    private async Task VerifyStoredAsync(RecordKey key)
    {
        (byte[] body, byte[] secret, long suite, byte[] commitment) = await transaction.Connection!.QuerySingleAsync<(byte[], byte[], long, byte[])>(
            "SELECT v.body, v.secret, v.suite, v.commitment FROM resource r JOIN resource_version v ON v.type = r.type AND v.id = r.id AND v.version = r.version " +
            "WHERE r.type = @type AND r.id = @id", new { type = key.Type, id = key.Id }, transaction).ConfigureAwait(false);
        bool intact;
        try
        {
            intact = RecordCommitment.Compute(body, secret, (CommitmentSuite)suite).Commitment == new Hash256(commitment);
        }
        catch (RecordFormatException)
        {
            intact = false;
        }

        if (!intact)
        {
            throw new InvalidDataException(
                $"The stored bytes of {key} are not the ones that were committed: someone changed them in the database. A late record waits for them to be put right.");
        }
    }

    /// <summary>Gives each new version the tag of its patient; patients of the same transaction come first.</summary>
    private async Task TagAsync(Plan plan)
    {
        foreach (VersionRow row in plan.Batch.Versions)
        {
            if (row.Key.Type != "Patient") continue;
            if (!row.Deleted) plan.Heads[row.Key].SubjectTag = context.Subjects.Of(row.Subject);
            row.Entry = row.Entry with { SubjectTag = plan.Heads[row.Key].SubjectTag };
        }

        string[] patients = [.. plan.Batch.Versions
            .Where(row => row.Key.Type != "Patient" && row.Subject.PatientId is { } id && !plan.Heads.ContainsKey(new RecordKey("Patient", id)))
            .Select(row => row.Subject.PatientId!).Distinct(StringComparer.Ordinal)];
        Dictionary<string, Tag128> stored = patients.Length == 0 ? [] : await engine.PatientTagsAsync(transaction, patients).ConfigureAwait(false);
        foreach (VersionRow row in plan.Batch.Versions)
        {
            if (row.Key.Type == "Patient") continue;
            if (!row.Deleted) plan.Heads[row.Key].SubjectTag = TagOf(row.Subject);
            row.Entry = row.Entry with { SubjectTag = plan.Heads[row.Key].SubjectTag };
        }

        Tag128 TagOf(RecordSubject subject) => subject switch
        {
            { PatientId: { } id } when plan.Heads.TryGetValue(new RecordKey("Patient", id), out Head? patient) => patient.SubjectTag,
            { PatientId: { } id } => stored.GetValueOrDefault(id),
            { Identifier: { System.Length: > 0 } identifier } => context.Subjects.Of(identifier.System, identifier.Value),
            _ => Tag128.Zero,
        };
    }

    private void Commit(List<VersionRow> rows)
    {
        byte[] secrets = RandomNumberGenerator.GetBytes(rows.Count * 32);
        for (int i = 0; i < rows.Count; i++)
        {
            VersionRow row = rows[i];
            row.Secret = secrets.AsSpan(i * 32, 32).ToArray();
            CommitmentResult commitment = RecordCommitment.Compute(row.Body, row.Secret, context.Suite);
            row.Leaves = commitment.Leaves;
            row.Entry = new IndexEntry(
                IndexIdentifiers.RecordId(context.CustodianKey, row.Key.Type, row.Key.Id, row.Version.ToString(CultureInfo.InvariantCulture)),
                commitment.Commitment,
                row.Entry.SubjectTag,
                IndexIdentifiers.Kind(row.Key.Type),
                (ulong)row.RecordedAt / 1000);
            _versions.Add(row);
        }
    }

    /// <summary>The rows to write, as they grow with each write.</summary>
    private sealed class Plan(Dictionary<RecordKey, Head> heads, long now, ResourceIndexer indexer, StoreContext context)
    {
        public Dictionary<RecordKey, Head> Heads => heads;

        public StoreBatch Batch { get; } = new();

        public void Add(RecordKey key, ResourceJson content, bool deleted, string? source, long? intakeSequence)
        {
            Head head = heads[key];
            if (head.Version > 0 && !Batch.Indexes.ContainsKey(key)) Batch.Unindexed.Add(key);
            string interaction = deleted ? "delete" : head.IsLive ? "update" : "create";
            head.Version++;
            head.UpdatedAt = Math.Max(now, head.UpdatedAt); // a clock that was set back never back-dates a version
            head.Deleted = deleted;
            head.Body = content.Stamp(key.Id, head.Version, head.UpdatedAt);
            var row = new VersionRow
            {
                Key = key,
                Version = head.Version,
                Deleted = deleted,
                Body = head.Body,
                Interaction = interaction,
                RecordedAt = head.UpdatedAt,
                Source = source,
                IntakeSequence = intakeSequence,
                Subject = deleted ? RecordSubject.None : RecordSubject.Of(key.Type, content.Document.Root, context.ServerBase),
            };
            Batch.Versions.Add(row);
            Batch.Heads[key] = head;
            Batch.Indexes[key] = deleted ? IndexRows.None : content.Index(head.Body, indexer);
        }
    }
}

/// <summary>What every write needs to know of the member and its site.</summary>
internal sealed record StoreContext(string ServerBase, byte[] CustodianKey, CommitmentSuite Suite, SubjectTags Subjects, SearchCatalogs Catalogs, TimeProvider Time);
