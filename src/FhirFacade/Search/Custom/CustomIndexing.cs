using System.Data.Common;
using Consortium.Fhir;
using Consortium.FhirFacade.Search.Indexing;
using Consortium.FhirFacade.Store;
using Consortium.Storage;
using Dapper;

namespace Consortium.FhirFacade.Search.Custom;

/// <summary>
/// Indexes what was stored before a search parameter of the site's own, and takes out what a former one has left: in small transactions, beside the writes, from where it stood.
/// Any server of a store may do any step; the row of the parameter is locked while one does.
/// </summary>
internal sealed class CustomIndexing(Database database, StoreEngine engine, SearchCatalogs catalogs)
{
    /// <summary>Writers of these resources wait while they are indexed; on SQLite all writers do.</summary>
    private const int BatchSize = 200;

    /// <summary>One step; false where there was nothing to do, or others are doing it.</summary>
    public async Task<bool> StepAsync(CancellationToken cancellationToken)
    {
        if (!await CountAsync(cancellationToken).ConfigureAwait(false)) return false;
        return await database.TransactAsync(async transaction =>
        {
            // Before the row of the parameter, as those do who change it.
            long generation = (await engine.LockAsync(transaction, [], alsoAbsent: false, cancellationToken).ConfigureAwait(false)).Generation;
            string locks = database.Dialect == Dialect.Postgres ? " FOR UPDATE SKIP LOCKED" : "";
            Work? work = await transaction.Connection!.QueryFirstOrDefaultAsync<Work>(
                $"SELECT number, state, at_type, position FROM search_parameter WHERE state IN (0, 2) ORDER BY state, number LIMIT 1{locks}", transaction: transaction).ConfigureAwait(false);
            if (work is null) return false;
            if (work.State == (long)CustomState.Leaving) await RemoveAsync(work, transaction).ConfigureAwait(false);
            else await IndexAsync(work, generation, transaction, cancellationToken).ConfigureAwait(false);
            return true;
        }, cancellationToken).ConfigureAwait(false);
    }

    // Whether there is anything to do, and how much: for $status, so it is counted outside of a write.
    private async Task<bool> CountAsync(CancellationToken cancellationToken)
    {
        await using DbConnection connection = await database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        if (await connection.ExecuteScalarAsync<long>(new CommandDefinition("SELECT COUNT(*) FROM search_parameter WHERE state IN (0, 2)", cancellationToken: cancellationToken)).ConfigureAwait(false) == 0) return false;
        long[] uncounted = [.. await connection.QueryAsync<long>(new CommandDefinition("SELECT number FROM search_parameter WHERE state = 0 AND total IS NULL", cancellationToken: cancellationToken)).ConfigureAwait(false)];
        if (uncounted.Length == 0) return true;
        SearchCatalogState catalog = await catalogs.RefreshAsync(cancellationToken).ConfigureAwait(false);
        foreach (long number in uncounted)
        {
            long total = 0;
            foreach (string type in await TypesAsync(catalog, (int)number, connection, null).ConfigureAwait(false))
            {
                total += await connection.ExecuteScalarAsync<long>(new CommandDefinition(
                    "SELECT COUNT(*) FROM resource WHERE type = @type AND deleted = 0 AND version > 0", new { type }, cancellationToken: cancellationToken)).ConfigureAwait(false);
            }

            await database.TransactAsync(
                transaction => transaction.Connection!.ExecuteAsync("UPDATE search_parameter SET total = @total WHERE number = @number", new { total, number }, transaction), cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    private async Task IndexAsync(Work work, long generation, DbTransaction transaction, CancellationToken cancellationToken)
    {
        DbConnection connection = transaction.Connection!;
        SearchCatalogState catalog = await catalogs.AtAsync(generation, transaction).ConfigureAwait(false);
        int number = (int)work.Number;
        long position = work.Position;
        foreach (string type in (await TypesAsync(catalog, number, connection, transaction).ConfigureAwait(false)).Where(type => string.CompareOrdinal(type, work.At_Type) >= 0))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (type != work.At_Type) position = 0;
            (long Key, string Id)[] batch = [.. await connection.QueryAsync<(long, string)>(
                "SELECT key, id FROM resource WHERE type = @type AND key > @position ORDER BY key LIMIT @size", new { type, position, size = BatchSize }, transaction).ConfigureAwait(false)];
            if (batch.Length == 0) continue;
            int live = await IndexAsync(number, type, batch, catalog.Indexer, transaction, cancellationToken).ConfigureAwait(false);
            await connection.ExecuteAsync(
                "UPDATE search_parameter SET at_type = @type, position = @last, done = done + @live WHERE number = @number", new { type, last = batch[^1].Key, live, number }, transaction).ConfigureAwait(false);
            return;
        }

        await connection.ExecuteAsync("UPDATE search_parameter SET state = 1 WHERE number = @number", new { number }, transaction).ConfigureAwait(false);
        await CustomRegistry.TouchAsync(transaction).ConfigureAwait(false);
    }

    // The resources are held as a writer holds them, in the same order, so that none changes between being read and being indexed.
    private async Task<int> IndexAsync(int number, string type, (long Key, string Id)[] batch, ResourceIndexer indexer, DbTransaction transaction, CancellationToken cancellationToken)
    {
        RecordKey[] keys = [.. batch.Select(row => new RecordKey(type, row.Id)).Order()];
        Dictionary<RecordKey, Head> heads = (await engine.LockAsync(transaction, keys, alsoAbsent: false, cancellationToken).ConfigureAwait(false)).Heads;
        RecordKey[] live = [.. keys.Where(key => heads[key].IsLive)];
        Dictionary<RecordKey, byte[]> bodies = live.Length == 0 ? [] : await engine.BodiesAsync(transaction, live).ConfigureAwait(false);
        await engine.IndexAsync(
            transaction, [.. keys.Select(key => heads[key].Key)], [.. live.Select(key => (heads[key].Key, Read(indexer, key.Type, bodies[key], number)))], number).ConfigureAwait(false);
        return live.Length;
    }

    private async Task RemoveAsync(Work work, DbTransaction transaction)
    {
        if (await engine.RemoveAsync(transaction, (int)work.Number).ConfigureAwait(false) > 0) return;
        await transaction.Connection!.ExecuteAsync("UPDATE search_parameter SET state = 3 WHERE number = @Number", work, transaction).ConfigureAwait(false);
    }

    // Bytes that were altered from outside are found by no search; the audit finds them.
    private static IndexRows Read(ResourceIndexer indexer, string type, byte[] body, int number)
    {
        try
        {
            return indexer.Index(type, body, number);
        }
        catch (FhirFormatException)
        {
            return IndexRows.None;
        }
    }

    // The types that the parameter is of, and those that contain resources of these.
    private static async Task<IReadOnlyList<string>> TypesAsync(SearchCatalogState catalog, int number, DbConnection connection, DbTransaction? transaction)
    {
        HashSet<string> types = [.. FhirR4.ResourceTypes.Where(type => catalog.Catalog.Of(type).Any(parameter => parameter.Number == number))];
        foreach ((string contained, string container) in await connection.QueryAsync<(string, string)>(
            "SELECT DISTINCT c.type, r.type FROM contained c JOIN resource r ON r.key = c.container", transaction: transaction).ConfigureAwait(false))
        {
            if (catalog.Catalog.Of(contained).Any(parameter => parameter.Number == number)) types.Add(container);
        }

        return [.. types.Order(StringComparer.Ordinal)];
    }

    private sealed record Work(long Number, long State, string At_Type, long Position);
}
