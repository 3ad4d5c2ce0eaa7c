using System.Data.Common;
using Consortium.AnchorService.Store;
using Consortium.Ledger;
using Consortium.Storage;
using Dapper;

namespace Consortium.AnchorService;

/// <summary>What a person does with a stopped anchor service.</summary>
public sealed class AnchorControl
{
    private readonly Database _database;
    private readonly string _custodian;

    internal AnchorControl(Database database, Address custodian)
    {
        _database = database;
        _custodian = custodian.ToString();
    }

    /// <summary>
    /// Ends a lasting stop, after its cause was mended: batches whose transactions failed get fresh nonces, in sequence. Nothing is skipped;
    /// the start-up checks run again first, in whichever process holds the lease.
    /// </summary>
    /// <returns>False where the custodian was not stopped.</returns>
    public Task<bool> ResumeAsync(CancellationToken cancellationToken = default) => _database.TransactAsync(async transaction =>
    {
        DbConnection connection = transaction.Connection!;
        int stopped = await connection.ExecuteAsync(
            "UPDATE anchor_writer SET stopped_reason = NULL, stopped_at = NULL WHERE custodian = @custodian AND stopped_reason IS NOT NULL",
            new { custodian = _custodian }, transaction).ConfigureAwait(false);
        if (stopped == 0) return false;
        await connection.RequeueFromAsync(transaction, _custodian, 0, "Resumed after a stop; it gets a fresh nonce.").ConfigureAwait(false);
        await connection.ExecuteAsync("UPDATE anchor_batch SET requeued = 0 WHERE custodian = @custodian AND state = 0", new { custodian = _custodian }, transaction).ConfigureAwait(false);
        return true;
    }, cancellationToken);
}
