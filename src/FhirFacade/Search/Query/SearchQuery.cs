using Consortium.FhirFacade.Search.Parameters;
using Consortium.FhirFacade.Search.Views;
using Consortium.Integrity;

namespace Consortium.FhirFacade.Search.Query;

/// <summary>What Bundle.total says.</summary>
internal enum TotalMode
{
    /// <summary>The number where it is known or cheap to know.</summary>
    WhereCheap,

    /// <summary>No number.</summary>
    None,

    /// <summary>The number, whatever it costs.</summary>
    Accurate,
}

/// <summary>A rule of <c>_include</c> or <c>_revinclude</c> (FHIR R4 search.html#include).</summary>
/// <param name="By">The references that are followed.</param>
/// <param name="TargetType">The only type of target; null for any.</param>
/// <param name="IsReverse">True for <c>_revinclude</c>: from the target to what refers to it.</param>
/// <param name="Iterates">True where it is applied to what was included as well.</param>
internal sealed record IncludeRule(IReadOnlyList<SearchParameter> By, string? TargetType, bool IsReverse, bool Iterates);

/// <summary>A search as it will be run.</summary>
internal sealed record SearchQuery
{
    /// <summary>Page size where <c>_count</c> does not say.</summary>
    public const int DefaultCount = 50;

    /// <summary>Largest page.</summary>
    public const int MostCount = 1000;

    /// <summary>The type that is searched; <see cref="SearchCatalog.AnyType"/> for several or all.</summary>
    public required string Type { get; init; }

    /// <summary>The types that are searched; empty for all.</summary>
    public IReadOnlyList<string> Types { get; init; } = [];

    /// <summary>The conditions; all must hold.</summary>
    public required IReadOnlyList<SearchCondition> Conditions { get; init; }

    /// <summary>Parameters that were understood, for the self link.</summary>
    public IReadOnlyList<(string Name, string Value)> Used { get; init; } = [];

    /// <summary>Names of parameters that are not known for this type.</summary>
    public IReadOnlyList<string> Unknown { get; init; } = [];

    /// <summary>The parameters of the site's own that it looks at, by number, with their codes.</summary>
    public IReadOnlyDictionary<int, string> Custom { get; init; } = new Dictionary<int, string>();

    public IReadOnlyList<SortRule> Sort { get; init; } = [];

    public IReadOnlyList<IncludeRule> Includes { get; init; } = [];

    public int Count { get; init; } = DefaultCount;

    public TotalMode Total { get; init; }

    /// <summary><c>_summary</c>: true, text, data or count; null for the whole.</summary>
    public string? Summary { get; init; }

    /// <summary><c>_elements</c>: names with commas between; null for all.</summary>
    public string? Elements { get; init; }

    /// <summary>Where the page starts, or ends; null for the first.</summary>
    public SearchCursor? After { get; init; }

    /// <summary>Only records about this patient.</summary>
    public Tag128? Subject { get; init; }

    /// <summary>What the search may look at, by the rights of who asks.</summary>
    public SearchScope Scope { get; init; } = SearchScope.Everything;

    /// <summary>The parameters that it looks at, by type and code: for the rights of the caller.</summary>
    public IEnumerable<(string Type, string Code)> Looks =>
        Conditions.SelectMany(condition => condition.Looks)
            .Concat(Sort.Select(rule => (Type, rule.By?.Code ?? rule.Column!)))
            .Concat(Includes.SelectMany(rule => rule.By).Select(by => (by.ResourceType, by.Code)));
}
