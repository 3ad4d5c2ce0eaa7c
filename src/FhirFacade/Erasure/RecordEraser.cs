using System.Data.Common;
using Consortium.FhirFacade.Rest;
using Consortium.FhirFacade.Search.Indexing;
using Consortium.FhirFacade.Store;
using Consortium.FhirFacade.Subscriptions;
using Consortium.Integrity;
using Consortium.Storage;
using Dapper;

namespace Consortium.FhirFacade.Erasure;

/// <summary>
/// Erases records (<c>record-commitment.md</c>, "Erasure"): bytes, record secret, index rows and subject tag go; what remains is a tombstone with the commitment, which without the
/// secret can be linked to nothing, and an AuditEvent that is committed in the same transaction. Thread-safe.
/// </summary>
internal sealed class RecordEraser(RecordStore store, StoreCleaning cleaning, ErasureScope scope, FacadeOptions options, TimeProvider time)
{
    /// <summary>Erases, then cleans the database's files of what stood there.</summary>
    /// <returns>What was erased; versions that were erased before are not counted again.</returns>
    /// <exception cref="LegalHoldException">One of the records, or its patient, is under legal hold; nothing was erased.</exception>
    public async Task<ErasureResult> EraseAsync(ErasureRequest request, CancellationToken cancellationToken)
    {
        ErasureResult result = await store.TransactAsync(transaction => EraseAsync(request, transaction, cancellationToken), cancellationToken).ConfigureAwait(false);
        // The secret is gone with the commit; a cleaning that fails, or is cut off, is done at the next start.
        if (result.Versions > 0 && request is { IsDryRun: false, DefersCleaning: false }) await cleaning.RunAsync(CancellationToken.None).ConfigureAwait(false);
        return result;
    }

    private async Task<ErasureResult> EraseAsync(ErasureRequest request, StoreTransaction unit, CancellationToken cancellationToken)
    {
        DbTransaction transaction = unit.Transaction;
        RecordKey[] keys = [.. request.Records.Select(target => target.Key).Distinct()];
        await unit.LockAsync(keys).ConfigureAwait(false);
        Dictionary<RecordKey, string> holds = await LegalHolds.InForceAsync(transaction).ConfigureAwait(false);
        List<Doomed> doomed = [];
        foreach (ErasureTarget target in request.Records)
        {
            cancellationToken.ThrowIfCancellationRequested();
            doomed.AddRange(await ReadAsync(target, transaction).ConfigureAwait(false));
            if (holds.Count > 0) await RequireFreeAsync(target.Key, holds, transaction).ConfigureAwait(false);
        }

        IReadOnlyList<string> digests = ErasureScope.RawDigests(doomed.Where(one => one.Key.Type == "Provenance").Select(one => one.Body));
        List<string> events = [];
        if (!request.IsDryRun)
        {
            foreach (Doomed[] portion in doomed.Chunk(ErasureEvent.MostRecords)) events.Add(await EraseAsync(request, portion, unit).ConfigureAwait(false));
        }

        return new ErasureResult(doomed.Select(one => one.Key).Distinct().Count(), doomed.Count, events, digests);
    }

    /// <summary>The versions of a target that are there.</summary>
    private static async Task<IEnumerable<Doomed>> ReadAsync(ErasureTarget target, DbTransaction transaction) =>
        (await transaction.Connection!.QueryAsync<(long Seq, long Version, byte[] RecordId, byte[] Body, long Current, long Number)>(
            "SELECT v.seq, v.version, v.record_id, v.body, CASE WHEN r.version = v.version THEN 1 ELSE 0 END, r.key FROM resource_version v JOIN resource r ON r.type = v.type AND r.id = v.id " +
            "WHERE v.type = @type AND v.id = @id AND v.version BETWEEN @from AND @to AND length(v.secret) > 0 ORDER BY v.seq",
            new { type = target.Key.Type, id = target.Key.Id, from = target.From, to = target.To }, transaction).ConfigureAwait(false))
        .Select(row => new Doomed(target.Key, row.Version, row.Seq, new Tag128(row.RecordId), row.Body, row.Current != 0, row.Number));

    private async Task RequireFreeAsync(RecordKey key, Dictionary<RecordKey, string> holds, DbTransaction transaction)
    {
        if (holds.TryGetValue(key, out string? reason)) throw new LegalHoldException(key, reason);
        foreach (RecordKey patient in await scope.PatientsOfAsync(key, transaction).ConfigureAwait(false))
        {
            if (holds.TryGetValue(patient, out reason)) throw new LegalHoldException(patient, reason);
        }
    }

    private async Task<string> EraseAsync(ErasureRequest request, Doomed[] portion, StoreTransaction unit)
    {
        DbTransaction transaction = unit.Transaction;
        DbConnection connection = transaction.Connection!;
        string eventId = ResourceContent.NewId();
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        ResourceJson record = ErasureEvent.Of(eventId, portion.Select(one => one.RecordId), request, options, now);
        await unit.ApplyAsync([new ResourceWrite("AuditEvent", eventId, WriteMode.Create) { Content = record }]).ConfigureAwait(false);
        await StoreCleaning.PrepareAsync(transaction, now).ConfigureAwait(false);
        byte[] none = [], zero = Tag128.Zero.ToArray();
        foreach (Doomed one in portion)
        {
            await connection.ExecuteAsync(
                "UPDATE resource_version SET deleted = 1, body = @none, secret = @none, subject_tag = @zero, leaves = 0, source = NULL, intake_sequence = NULL WHERE seq = @seq",
                new { none, zero, seq = one.Sequence }, transaction).ConfigureAwait(false);
            await connection.ExecuteAsync(
                "INSERT INTO erasure (record_id, event_id, basis, erased_by, erased_at) VALUES (@recordId, @eventId, @basis, @by, @now)",
                new { recordId = one.RecordId.ToArray(), eventId, basis = request.Basis, by = request.By, now }, transaction).ConfigureAwait(false);
        }

        long[] current = [.. portion.Where(one => one.IsCurrent).Select(one => one.Number)];
        foreach (long number in current)
        {
            // Source and place in the journal stay: an older message that is on its way must still be known as old.
            await connection.ExecuteAsync("UPDATE resource SET deleted = 1, subject_tag = @zero WHERE key = @number", new { zero, number }, transaction).ConfigureAwait(false);
        }

        await WaitingContent.ClearAsync(transaction, store.Database, [.. portion.Select(one => (one.Key, one.Version))]).ConfigureAwait(false);
        foreach (Doomed one in portion.Where(one => one is { IsCurrent: true, Key.Type: "Subscription" }))
        {
            unit.SubscriptionStamp = await SubscriptionTables.RemoveAsync(transaction, one.Key.Id).ConfigureAwait(false);
        }

        await unit.UnindexAsync(current).ConfigureAwait(false);
        return eventId;
    }

    /// <summary>A version that is about to be erased.</summary>
    private sealed record Doomed(RecordKey Key, long Version, long Sequence, Tag128 RecordId, byte[] Body, bool IsCurrent, long Number);
}
