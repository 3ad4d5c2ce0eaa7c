using Consortium.Fhir;
using Consortium.FhirFacade.Rest;
using Consortium.FhirFacade.Search.Parameters;

namespace Consortium.FhirFacade.Search.Query;

/// <summary>The parameters that shape the result of a search rather than choose what matches (FHIR R4 search.html#return).</summary>
internal sealed class SearchControls(SearchCatalog catalog, string type)
{
    private readonly List<SortRule> _sort = [];
    private readonly List<IncludeRule> _includes = [];
    private int _count = SearchQuery.DefaultCount;
    private TotalMode _total;
    private string? _summary;
    private string? _contained;
    private string? _elements;

    /// <summary>Reads one parameter; false where it is none of these.</summary>
    /// <param name="key">Its name with its modifier.</param>
    /// <param name="value">Its value.</param>
    /// <param name="unknown">Gets a rule of <c>_sort</c> or <c>_include</c> that names a parameter this server does not have.</param>
    /// <param name="looked">What of the value was looked at, for the self link; empty for nothing.</param>
    /// <exception cref="FhirException">400: the value is not understood.</exception>
    public bool TryRead(string key, string value, List<string> unknown, out string looked)
    {
        looked = value;
        switch (key)
        {
            case "_count":
                _count = SearchValues.Count(value, SearchQuery.MostCount);
                return true;
            case "_total":
                _total = value switch
                {
                    "none" => TotalMode.None,
                    "estimate" => TotalMode.WhereCheap,
                    "accurate" => TotalMode.Accurate,
                    _ => throw FhirException.BadRequest("value", "_total is none, estimate or accurate."),
                };
                return true;
            case "_summary":
                _summary = value is "true" or "text" or "data" or "count" or "false"
                    ? value == "false" ? null : value
                    : throw FhirException.BadRequest("value", "_summary is true, text, data, count or false.");
                return true;
            case "_elements":
                _elements = value;
                return true;
            case "_contained":
                _contained = value is "true" or "false" or "both" ? value : throw FhirException.BadRequest("value", "_contained is true, false or both.");
                return true;
            case "_containedType":
                if (value is not ("container" or "contained")) throw FhirException.BadRequest("value", "_containedType is container or contained.");
                if (value == "contained") throw FhirException.BadRequest("not-supported", "_containedType=contained is not there: this server gives what is contained within its container, which is its context.");
                return true;
            case "_sort":
                looked = string.Join(',', value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(rule => TrySort(rule, unknown)));
                return true;
            case "_include" or "_include:iterate" or "_include:recurse":
                if (!TryInclude(value, isReverse: false, key != "_include", unknown)) looked = "";
                return true;
            case "_revinclude" or "_revinclude:iterate" or "_revinclude:recurse":
                if (!TryInclude(value, isReverse: true, key != "_revinclude", unknown)) looked = "";
                return true;
            default:
                return false;
        }
    }

    /// <summary>The query with what was read.</summary>
    public SearchQuery Apply(SearchQuery query) => Contained(query) with
    {
        Sort = _sort,
        Includes = _includes,
        Count = _summary == "count" ? 0 : _count,
        Total = _summary == "count" || (_count == 0 && _total == TotalMode.WhereCheap) ? TotalMode.Accurate : _total,
        Summary = _summary,
        Elements = _elements,
    };

    // What contains a match is the result, of whatever type it is (search.html#contained).
    private SearchQuery Contained(SearchQuery query)
    {
        if (_contained is null or "false") return query;
        if (type == SearchCatalog.AnyType) throw FhirException.BadRequest("not-supported", "_contained is asked of one type.");
        if (_sort.Any(rule => rule.By is not null)) throw FhirException.BadRequest("not-supported", "With _contained the results are of several types; they can be sorted by _id and _lastUpdated.");
        if (!query.Conditions.All(ContainedCondition.CanAsk)) throw FhirException.BadRequest("not-supported", "Nothing refers to what is contained from outside, and it has no time of its own: _has, _list and _lastUpdated do not go with _contained.");
        var inside = new ContainedCondition(type, query.Conditions);
        return query with
        {
            Types = [],
            Conditions = _contained == "true" ? [inside] : [new AnyCondition([new AllCondition([new TypeCondition(type), .. query.Conditions]), inside])],
        };
    }

    private bool TrySort(string rule, List<string> unknown)
    {
        bool descending = rule[0] == '-';
        string code = descending ? rule[1..] : rule;
        if (code is "_id" or "_lastUpdated") _sort.Add(new SortRule(null, code, descending));
        else if (catalog.Find(type, code) is { Kind: not SearchParameterKind.Composite } by) _sort.Add(new SortRule(by, null, descending));
        else
        {
            unknown.Add($"_sort={code}");
            return false;
        }

        return true;
    }

    // Type:parameter[:TargetType]; * for every reference
    private bool TryInclude(string value, bool isReverse, bool iterates, List<string> unknown)
    {
        string[] parts = value.Split(':');
        if (parts is ["*"])
        {
            // A type may have no reference, or none that leads to it; then there is nothing to follow.
            SearchParameter[] all = isReverse ? [.. catalog.ReferringTo(type)] : References(type);
            if (all.Length > 0) _includes.Add(new IncludeRule(all, null, isReverse, iterates));
            return true;
        }

        if (parts.Length is < 2 or > 3 || !FhirR4.IsResourceType(parts[0])) throw FhirException.BadRequest("value", "An include is Type:parameter or Type:parameter:TargetType, or * for every reference.");
        SearchParameter[] by = parts[1] == "*" ? References(parts[0])
            : catalog.Find(parts[0], parts[1]) is { Kind: SearchParameterKind.Reference } one ? [one] : [];
        if (by.Length == 0) unknown.Add($"{(isReverse ? "_revinclude" : "_include")}={parts[0]}:{parts[1]}");
        else _includes.Add(new IncludeRule(by, parts.Length == 3 ? parts[2] : null, isReverse, iterates));
        return by.Length > 0;
    }

    private SearchParameter[] References(string of) => [.. catalog.Of(of).Where(parameter => parameter.IsReady && parameter.Kind == SearchParameterKind.Reference)];
}
