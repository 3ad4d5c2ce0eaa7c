using System.Data.Common;
using Consortium.FhirFacade.Search.Indexing;
using Consortium.FhirFacade.Search.Parameters;
using Consortium.Storage;
using Dapper;

namespace Consortium.FhirFacade.Search.Custom;

/// <summary>The search parameters at one time: R4's with the site's own.</summary>
/// <param name="Generation">By which a change is seen; 0 where there never were any of the site's own.</param>
/// <param name="Catalog">The parameters.</param>
/// <param name="Indexer">What finds their values.</param>
internal sealed record SearchCatalogState(long Generation, SearchCatalog Catalog, ResourceIndexer Indexer);

/// <summary>
/// The search parameters that are in force now. Writes ask by the generation that they read in their transaction, so that none is indexed by an old list; searches look again
/// where a parameter is unknown to them or the site's own. Thread-safe.
/// </summary>
internal sealed class SearchCatalogs(Database database, string serverBase)
{
    private volatile SearchCatalogState _current = new(0, SearchCatalog.R4, new ResourceIndexer(SearchCatalog.R4, serverBase));

    /// <summary>What was in force when it was last looked at.</summary>
    public SearchCatalogState Current => _current;

    /// <summary>Those of a generation, as a transaction sees them.</summary>
    public async ValueTask<SearchCatalogState> AtAsync(long generation, DbTransaction transaction)
    {
        SearchCatalogState current = _current;
        return current.Generation == generation ? current : _current = await LoadAsync(generation, transaction.Connection!, transaction).ConfigureAwait(false);
    }

    /// <summary>Looks whether they have changed.</summary>
    public async Task<SearchCatalogState> RefreshAsync(CancellationToken cancellationToken)
    {
        await using DbConnection connection = await database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        long generation = await connection.ExecuteScalarAsync<long>(new CommandDefinition("SELECT generation FROM search_state", cancellationToken: cancellationToken)).ConfigureAwait(false);
        SearchCatalogState current = _current;
        return current.Generation == generation ? current : _current = await LoadAsync(generation, connection, null).ConfigureAwait(false);
    }

    private async Task<SearchCatalogState> LoadAsync(long generation, DbConnection connection, DbTransaction? transaction)
    {
        IReadOnlyList<CustomParameter> custom = await CustomRegistry.ReadAsync(connection, transaction).ConfigureAwait(false);
        SearchCatalog catalog = custom.Count == 0 ? SearchCatalog.R4 : SearchCatalog.R4.With(custom);
        return new SearchCatalogState(generation, catalog, new ResourceIndexer(catalog, serverBase));
    }
}
