using System.Data.Common;
using Consortium.FhirFacade.Store;
using Consortium.Storage;
using Dapper;

namespace Consortium.FhirFacade.Erasure;

/// <summary>Records that may not be erased while a court, an authority or the hospital's own lawyers need them. A hold on a patient holds each of the patient's records.</summary>
internal sealed class LegalHolds(Database database, TimeProvider time)
{
    /// <summary>Places a hold; a record may have several.</summary>
    public Task PlaceAsync(RecordKey key, string reason, string by, CancellationToken cancellationToken) => database.TransactAsync(transaction => transaction.Connection!.ExecuteAsync(
        "INSERT INTO legal_hold (type, id, reason, placed_by, placed_at) VALUES (@type, @id, @reason, @by, @now)",
        new { type = key.Type, id = key.Id, reason, by, now = Now }, transaction), cancellationToken);

    /// <summary>Releases all holds of a record; returns how many there were.</summary>
    public Task<int> ReleaseAsync(RecordKey key, string by, CancellationToken cancellationToken) => database.TransactAsync(transaction => transaction.Connection!.ExecuteAsync(
        "UPDATE legal_hold SET released_by = @by, released_at = @now WHERE type = @type AND id = @id AND released_at IS NULL",
        new { type = key.Type, id = key.Id, by, now = Now }, transaction), cancellationToken);

    /// <summary>The holds that are in force, as the database knows them within a transaction: by record, with the reason.</summary>
    public static async Task<Dictionary<RecordKey, string>> InForceAsync(DbTransaction transaction) =>
        (await transaction.Connection!.QueryAsync<(string Type, string Id, string Reason)>("SELECT type, id, reason FROM legal_hold WHERE released_at IS NULL ORDER BY number", transaction: transaction).ConfigureAwait(false))
            .GroupBy(row => new RecordKey(row.Type, row.Id)).ToDictionary(group => group.Key, group => group.First().Reason);

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();
}
