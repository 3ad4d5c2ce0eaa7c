using Consortium.FhirFacade.Rest;
using Consortium.FhirFacade.Search.Parameters;
using Consortium.FhirFacade.Telemetry;

namespace Consortium.FhirFacade.Search.Query;

/// <summary>
/// What a search will cost, estimated before it runs: points for each table that it looks into, so that a query of a hundred joins is refused instead of tried
/// (the points stand in <c>docs/operating.md</c>).
/// </summary>
internal static class SearchCost
{
    private const int AlternativesForAPoint = 50;

    /// <summary>400 where the query costs more than the site allows.</summary>
    /// <exception cref="FhirException">With both numbers and the way out.</exception>
    public static void Require(SearchQuery query, int most)
    {
        int points = Of(query);
        FacadeTelemetry.SearchCost(points);
        if (points <= most) return;
        FacadeTelemetry.Refused("cost");
        throw FhirException.BadRequest("too-costly",
            $"The search is estimated at {points} points; this server takes {most}. Name the type in chains (subject:Patient.name), use fewer conditions, chains, includes and sort rules, or search in steps.");
    }

    /// <summary>The points of a query.</summary>
    public static int Of(SearchQuery query)
    {
        long points = query.Conditions.Sum(Of) + (2L * query.Sort.Count) + query.Includes.Sum(rule => rule.By.Count * (rule.Iterates ? 2L : 1L) / 10 + 1);
        if (query.Type == SearchCatalog.AnyType && query.Types.Count == 0) points += 5;
        return (int)Math.Min(points, int.MaxValue);
    }

    private static long Of(SearchCondition condition) => condition switch
    {
        IdCondition id => 1 + (id.Ids.Count / AlternativesForAPoint),
        ValueCondition value => 1 + (value.Alternatives.Count / AlternativesForAPoint) + (value.IsNegated ? 1 : 0),
        CompositeCondition composite => 2 * composite.Alternatives.Count,
        ChainCondition chain => 1 + chain.Targets.Sum(target => Of(target.Holds)),
        HasCondition has => 2 + Of(has.Holds),
        CompartmentCondition => 2,
        AllCondition all => all.Parts.Sum(Of),
        AnyCondition any => any.Parts.Sum(Of),
        ContainedCondition contained => 2 + contained.Parts.Sum(Of),
        NotCondition not => 1 + Of(not.Part),
        TypeCondition => 0,
        _ => 1,
    };
}
