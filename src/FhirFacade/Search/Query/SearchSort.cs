using Consortium.FhirFacade.Search.Parameters;

namespace Consortium.FhirFacade.Search.Query;

/// <summary>One rule of <c>_sort</c>.</summary>
/// <param name="By">The parameter; null for a column of the store.</param>
/// <param name="Column"><c>_id</c> or <c>_lastUpdated</c>, where there is no parameter.</param>
/// <param name="IsDescending">From the largest.</param>
internal sealed record SortRule(SearchParameter? By, string? Column, bool IsDescending);

/// <summary>A match at the end of a page, by its sort values and its number in the store: the next page starts after it, or the one before ends before it, whatever is written in between.</summary>
/// <param name="Values">For each rule of the sort a text, a whole number, a fraction, or null where the resource has no value.</param>
/// <param name="Key">Its number.</param>
/// <param name="IsBackward">True where the page ends before this match; false where it starts after it.</param>
internal sealed record SearchCursor(IReadOnlyList<object?> Values, long Key, bool IsBackward = false);
