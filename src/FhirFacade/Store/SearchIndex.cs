using System.Data.Common;
using Consortium.FhirFacade.Search.Indexing;
using Consortium.Storage;
using Dapper;

namespace Consortium.FhirFacade.Store;

/// <summary>
/// Brings the search index up to date with the program's search parameters before the store is used: after an upgrade that knows more of them every resource is
/// indexed again. What is done is remembered, so that a start that was cut off goes on where it stood.
/// </summary>
internal sealed class SearchIndex(Database database, StoreEngine engine, ResourceIndexer indexer)
{
    /// <summary>Goes up with every change of what is indexed or how.</summary>
    private const long Catalog = 6;

    private const int BatchSize = 500;

    /// <summary>Indexes what is not yet indexed by this program's parameters.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        while (await NextAsync(cancellationToken).ConfigureAwait(false))
        {
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>One batch; false where there was nothing left.</summary>
    private Task<bool> NextAsync(CancellationToken cancellationToken) => database.TransactAsync(async transaction =>
    {
        DbConnection connection = transaction.Connection!;
        string locks = database.Dialect == Dialect.Postgres ? " FOR UPDATE" : "";
        (long catalog, long position) = await connection.QuerySingleAsync<(long, long)>($"SELECT catalog, position FROM search_state{locks}", transaction: transaction).ConfigureAwait(false);
        if (catalog == Catalog) return false;
        (long Key, string Type, byte[] Body, long Deleted)[] batch = [.. await connection.QueryAsync<(long, string, byte[], long)>(
            "SELECT r.key, r.type, v.body, r.deleted FROM resource r JOIN resource_version v ON v.type = r.type AND v.id = r.id AND v.version = r.version " +
            "WHERE r.key > @position ORDER BY r.key LIMIT @size", new { position, size = BatchSize }, transaction).ConfigureAwait(false)];
        if (batch.Length > 0)
        {
            long[] keys = [.. batch.Select(row => row.Key)];
            (long, IndexRows)[] rows = [.. batch.Where(row => row.Deleted == 0).Select(row => (row.Key, Read(row.Type, row.Body)))];
            await engine.IndexAsync(transaction, keys, rows).ConfigureAwait(false);
        }

        await connection.ExecuteAsync(
            "UPDATE search_state SET catalog = @catalog, position = @position",
            batch.Length > 0 ? new { catalog, position = batch[^1].Key } : new { catalog = Catalog, position = 0L }, transaction).ConfigureAwait(false);
        return batch.Length > 0;
    }, cancellationToken);

    // Bytes that were altered from outside are found by no search; the audit finds them.
    private IndexRows Read(string type, byte[] body)
    {
        try
        {
            return indexer.Index(type, body);
        }
        catch (Consortium.Fhir.FhirFormatException)
        {
            return IndexRows.None;
        }
    }
}
