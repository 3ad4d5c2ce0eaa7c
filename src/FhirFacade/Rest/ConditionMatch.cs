using Consortium.FhirFacade.Access;
using Consortium.FhirFacade.Search;
using Consortium.FhirFacade.Search.Query;
using Consortium.FhirFacade.Store;
using Microsoft.AspNetCore.Http;

namespace Consortium.FhirFacade.Rest;

/// <summary>
/// Finds the one resource that a condition means, within the transaction that acts on it. Whoever acts on the same condition waits,
/// so that two conditional creates at once make one resource.
/// </summary>
internal sealed class ConditionMatch(SearchParser parser, SearchQueries search, FacadeOptions options)
{
    /// <summary>The condition that stands in the URL of a conditional interaction.</summary>
    public Condition Read(string type, FhirRequest request) => Read(request.Caller, type, QueryString.Create(request.Parameters.Select(pair => new KeyValuePair<string, string?>(pair.Key, pair.Value))).Value ?? "");

    /// <summary>The condition of a query, with a question mark or without.</summary>
    /// <exception cref="FhirException">400: it has no parameter, or one that the server does not know and that would match too much.</exception>
    public Condition Read(Caller caller, string type, string query)
    {
        // http.html#ccreate: what stands after the question mark; some clients send what stands before it as well.
        int mark = query.IndexOf('?', StringComparison.Ordinal), equals = query.IndexOf('=', StringComparison.Ordinal);
        if (mark >= 0 && (equals < 0 || mark < equals))
        {
            string before = query[..mark];
            if (before.Length > 0 && before != type && before != $"{options.BaseUrl}/{type}") throw FhirException.BadRequest("value", $"The condition is about another type than {type}.");
            query = query[(mark + 1)..];
        }

        // The same condition in another order or spelling is the same.
        IEnumerable<string> parts = FhirEndpoint.Form(query).Where(pair => pair.Key is not ("_format" or "_pretty")).Select(pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal);
        SearchQuery condition = parser.Condition(type, query);
        SearchCost.Require(condition, options.Limits.SearchCost);
        return new Condition(UserSearch.Confine(caller, condition), $"{type}?{string.Join('&', parts)}");
    }

    /// <summary>The id of the one match; null for none. Holds the condition until the transaction ends.</summary>
    /// <exception cref="FhirException">412: there are several.</exception>
    public async Task<string?> FindAsync(Condition condition, StoreTransaction transaction, CancellationToken cancellationToken)
    {
        await transaction.LockNameAsync(condition.Name).ConfigureAwait(false);
        return await SeeAsync(condition, transaction, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The id of the one match; null for none. Holds nothing: for a reference, which changes nothing of what it names.</summary>
    /// <exception cref="FhirException">412: there are several.</exception>
    public Task<string?> SeeAsync(Condition condition, StoreTransaction transaction, CancellationToken cancellationToken) =>
        search.OnlyMatchAsync(condition.Query, transaction.Transaction, cancellationToken);
}

/// <summary>A condition.</summary>
/// <param name="Query">What it looks for.</param>
/// <param name="Name">By which those who act on it wait for each other.</param>
internal sealed record Condition(SearchQuery Query, string Name);
