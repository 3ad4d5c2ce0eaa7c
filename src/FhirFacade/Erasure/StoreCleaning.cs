using System.Data.Common;
using Consortium.FhirFacade.Store;
using Consortium.Storage;
using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Consortium.FhirFacade.Erasure;

/// <summary>
/// Takes what was erased out of the database's files: a deleted row stands in free pages, in the write-ahead log or in dead tuples until something else is written there.
/// SQLite: the file is written anew and the log emptied. PostgreSQL: VACUUM frees the tuples; its own log and its backups are the administrator's (<c>docs/operating.md</c>).
/// What is due is remembered in the transaction that erases.
/// </summary>
internal sealed class StoreCleaning(Database database, ILogger<StoreCleaning> logger)
{
    private const int MostAttempts = 20;

    /// <summary>Says, in the transaction that erases, that cleaning is due.</summary>
    public static async Task PrepareAsync(DbTransaction transaction, long now)
    {
        // What this transaction frees is overwritten with zeros at once; the file is written anew afterwards all the same, for what earlier updates left.
        if (transaction.Connection is SqliteConnection) await transaction.Connection.ExecuteAsync("PRAGMA secure_delete = ON", transaction: transaction).ConfigureAwait(false);
        await transaction.Connection!.ExecuteAsync("INSERT INTO erasure_cleaning (requested_at) VALUES (@now)", new { now }, transaction).ConfigureAwait(false);
    }

    /// <summary>Cleans where an earlier run was cut off.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        await using (DbConnection connection = await database.ConnectAsync(cancellationToken).ConfigureAwait(false))
        {
            if (await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM erasure_cleaning").ConfigureAwait(false) == 0) return;
        }

        await RunAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Cleans. Writers of SQLite wait meanwhile; readers do not.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await database.MaintainAsync(async connection =>
            {
                if (connection is SqliteConnection)
                {
                    // The full-text index keeps the words of what was deleted until its parts are merged.
                    await connection.ExecuteAsync("INSERT INTO search_text_words (search_text_words) VALUES ('optimize')").ConfigureAwait(false);
                    await connection.ExecuteAsync("DELETE FROM erasure_cleaning").ConfigureAwait(false);
                    await connection.ExecuteAsync("VACUUM", commandTimeout: 0).ConfigureAwait(false);
                    await TruncateLogAsync(connection, cancellationToken).ConfigureAwait(false);
                    return;
                }

                string[] changes = await WaitingContent.HasChangesAsync(connection).ConfigureAwait(false) ? [WaitingContent.ChangeTable] : [];
                foreach (string table in (string[])[.. StoreSchema.IndexTables, .. ViewSchema.Tables, .. WaitingContent.Tables, .. changes, "contained", "subscription_channel", "resource", "resource_version"])
                {
                    await connection.ExecuteAsync($"VACUUM {table}", commandTimeout: 0).ConfigureAwait(false);
                }

                await connection.ExecuteAsync("DELETE FROM erasure_cleaning").ConfigureAwait(false);
            }, cancellationToken).ConfigureAwait(false);
        }
        catch (DbException e)
        {
            logger.LogWarning("Records were erased, and the database's files could not be cleaned of them yet ({Reason}); it is done at the next erasure or start.", e.GetType().Name);
        }
    }

    /// <summary>A checkpoint empties the log only when no reader looks at it; searches end soon.</summary>
    private async Task TruncateLogAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            long busy = await connection.ExecuteScalarAsync<long>("PRAGMA wal_checkpoint(TRUNCATE)").ConfigureAwait(false);
            if (busy == 0) return;
            if (attempt == MostAttempts) break;
            await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken).ConfigureAwait(false);
        }

        await connection.ExecuteAsync("INSERT INTO erasure_cleaning (requested_at) VALUES (0)").ConfigureAwait(false);
        logger.LogWarning("Records were erased; readers kept the database's log from being emptied of them. It is done at the next erasure or start.");
    }
}
