using System.Collections.Concurrent;
using Consortium.FhirFacade.Redaction;
using Consortium.FhirFacade.Rest;
using Consortium.FhirFacade.Search.Custom;
using Consortium.FhirFacade.Search.Indexing;
using Consortium.FhirFacade.Search.Parameters;
using Consortium.FhirFacade.Search.Query;

namespace Consortium.FhirFacade.Access;

/// <summary>
/// Which search parameters can find anything in a view. A search sees only what the caller's view shows (decision 0202); this is not what keeps the hidden hidden, but what
/// keeps a caller from taking "the view hides it" for "there is none". Asked of the redaction itself, with a resource that has every element of its type, so that there is
/// one list of what is hidden and not two.
/// </summary>
internal sealed class SearchableParameters(SearchCatalogs catalogs)
{
    /// <summary>A type with the elements that all have, in whose place a search over all types is asked for.</summary>
    private const string AnyResource = "Basic";

    private readonly ConcurrentDictionary<(long Generation, ViewRole View, string Type, string Target), Lazy<(HashSet<int> Known, HashSet<int> Shown)>> _probed = new();

    /// <summary>403 where the query looks at something that the caller's view hides always: the answer would be empty whether there is something or not.</summary>
    /// <exception cref="FhirException">403, with the parameter.</exception>
    public void Require(ViewRole view, SearchQuery query)
    {
        if (view == ViewRole.Hospital) return;
        foreach (SearchCondition condition in query.Conditions)
        {
            if (condition is CompartmentCondition compartment) RequireOne(view, compartment.By);
            else RequireAll(view, condition.Looks);
        }

        RequireAll(view, query.Sort.Select(rule => (query.Type, rule.By?.Code ?? rule.Column!)));
        foreach (IncludeRule rule in query.Includes) RequireOne(view, rule.By);
    }

    /// <summary>True where the view shows what the parameter looks at, in some resource.</summary>
    /// <param name="view">The view.</param>
    /// <param name="type">The type that is searched.</param>
    /// <param name="look">The code of the parameter; behind a colon <c>text</c>, <c>identifier</c> or <c>of-type</c> where that beside it is looked at.</param>
    public bool Allows(ViewRole view, string type, string look)
    {
        if (look is "_id" or "_lastUpdated") return true; // in every view
        int colon = look.IndexOf(':', StringComparison.Ordinal);
        SearchCatalogState state = catalogs.Current;
        if (state.Catalog.Find(type, colon < 0 ? look : look[..colon]) is not { } parameter) return false; // what is not known to be visible is hidden
        int[] numbers = (colon < 0 ? "" : look[(colon + 1)..]) switch
        {
            "text" => [parameter.Text],
            "identifier" or "of-type" => [parameter.Identifier],
            _ when parameter.Components.Length > 0 => [.. parameter.Components.Select(part => part.Number)],
            _ => [parameter.Number],
        };
        (HashSet<int> Known, HashSet<int> Shown)[] probed =
            [.. parameter.Paths.Concat(parameter.Components.SelectMany(part => part.Paths)).Select(path => path.TargetType ?? "Patient").Distinct(StringComparer.Ordinal).Select(target => Probed(state, view, type, target))];
        // What no probe has is searched over the rows of the view, like all else.
        return numbers.All(number => probed.Any(one => one.Shown.Contains(number)) || !probed.Any(one => one.Known.Contains(number)));
    }

    private void RequireAll(ViewRole view, IEnumerable<(string Type, string Code)> looks)
    {
        foreach ((string type, string code) in looks)
        {
            if (!Allows(view, type, code)) throw Hidden(view, $"{type}?{code}");
        }
    }

    // Of several references each that is shown is followed.
    private void RequireOne(ViewRole view, IReadOnlyList<SearchParameter> by)
    {
        if (!by.Any(one => Allows(view, one.ResourceType, one.Code))) throw Hidden(view, $"{by[0].ResourceType}?{by[0].Code}");
    }

    private static FhirException Hidden(ViewRole view, string look) =>
        FhirException.Forbidden($"The {view.ToString().ToLowerInvariant()} view hides what {look} looks at, so it cannot be searched by.");

    private (HashSet<int> Known, HashSet<int> Shown) Probed(SearchCatalogState state, ViewRole view, string type, string target) => _probed.GetOrAdd(
        (state.Generation, view, type == SearchCatalog.AnyType ? AnyResource : type, target), key => new(() => Probe(state.Indexer, key.View, key.Type, key.Target))).Value;

    private static (HashSet<int> Known, HashSet<int> Shown) Probe(ResourceIndexer indexer, ViewRole view, string type, string target)
    {
        HashSet<int> known = [], shown = [];
        foreach (byte[] probe in ProbeResource.Of(type, target))
        {
            known.UnionWith(Numbers(indexer.Index(type, probe, alsoShared: true)));
            shown.UnionWith(Numbers(indexer.Index(type, RecordView.Redact(probe, view).View, alsoShared: true)));
        }

        return (known, shown);
    }

    private static IEnumerable<int> Numbers(IndexRows rows) => rows.Tokens.Select(row => row.Parameter).Concat(rows.Strings.Select(row => row.Parameter))
        .Concat(rows.References.Select(row => row.Parameter)).Concat(rows.Dates.Select(row => row.Parameter)).Concat(rows.Quantities.Select(row => row.Parameter));
}
