using System.Globalization;
using Consortium.FhirFacade.Rest;
using Consortium.FhirFacade.Search.Parameters;
using Consortium.FhirFacade.Search.Query;

namespace Consortium.FhirFacade.Search.Views;

/// <summary>
/// Has the restricted views up to date before a search reads them: what was written before the search is found by it, as by the hospital's own searches. The search that
/// needs the rows makes them, so that nobody waits for a timer.
/// </summary>
internal sealed class ViewReadiness(ViewIndexer indexer, FacadeOptions options, TimeProvider time)
{
    /// <summary>Seconds after which a caller that was sent away may come again.</summary>
    private const int RetryAfterSeconds = 30;

    /// <summary>Returns when what the query looks at is up to date; at once where it looks at no index.</summary>
    /// <exception cref="FhirException">503: there is more to do than a search can wait for.</exception>
    public async Task PrepareAsync(SearchQuery query, CancellationToken cancellationToken)
    {
        if (!query.Scope.IsRestricted || Types(query) is not { } types) return;
        long started = time.GetTimestamp();
        long upTo = await indexer.LastMarkAsync(cancellationToken).ConfigureAwait(false);
        while (await indexer.NextAsync(types, upTo, cancellationToken).ConfigureAwait(false) > 0)
        {
            if (time.GetElapsedTime(started) < options.ViewIndexWait) continue;
            throw new FhirException(503, "transient", string.Create(CultureInfo.InvariantCulture,
                $"Many records were written lately, and what the {query.Scope.View.ToString().ToLowerInvariant()} view shows of them is not ready to be searched after {options.ViewIndexWait.TotalSeconds} s. Reading works meanwhile; search again later."))
            {
                RetryAfter = RetryAfterSeconds,
            };
        }
    }

    // The types whose rows are read, empty for all: an answer does not wait for the rows of others. Null for none.
    private static HashSet<string>? Types(SearchQuery query)
    {
        var types = new HashSet<string>(query.Looks.Where(look => look.Code is not ("_id" or "_lastUpdated")).Select(look => look.Type), StringComparer.Ordinal);
        if (query.Conditions.Any(condition => condition is CareDateCondition)) types.Add(SearchCatalog.AnyType);
        if (types.Count == 0) return null;
        if (types.Remove(SearchCatalog.AnyType))
        {
            if (query.Types.Count == 0) return [];
            types.UnionWith(query.Types);
        }

        types.Add("Patient"); // another name of a patient changes the rows of records about it
        return types;
    }
}
