using Consortium.FhirFacade.Search.Indexing;

namespace Consortium.FhirFacade.Search.Query;

/// <summary>
/// Decides a condition on the index rows of one resource, without the store: for versions that are not current, for what is about to be written, for what is
/// included. Only conditions on ids, codes, URIs and references are decided so; they mean the same as in a search.
/// </summary>
internal static class ConditionOnRows
{
    /// <summary>True where the condition is one that can be decided.</summary>
    public static bool CanDecide(SearchCondition condition) => condition switch
    {
        IdCondition => true,
        ValueCondition value => value.Alternatives.All(one => one is TokenMatch or TokenSetMatch or ReferenceMatch or UriMatch { Relation: UriRelation.Same }),
        _ => false,
    };

    /// <summary>True where the condition holds.</summary>
    /// <param name="condition">The condition, one that can be decided.</param>
    /// <param name="id">The resource's logical id.</param>
    /// <param name="rows">What its search parameters find in it.</param>
    public static bool Holds(SearchCondition condition, string id, IndexRows rows) => condition switch
    {
        IdCondition ids => ids.Ids.Contains(id, StringComparer.Ordinal) != ids.IsNegated,
        ValueCondition value => value.Alternatives.Any(one => Finds(one, rows)) != value.IsNegated,
        _ => throw new InvalidOperationException("That condition needs the store."),
    };

    private static bool Finds(ValueMatch match, IndexRows rows) => match switch
    {
        TokenMatch token => rows.Tokens.Any(row => row.Parameter == token.Parameter && (token.Code is null || row.Code == token.Code) && (token.System is null || row.System == token.System)),
        TokenSetMatch set => rows.Tokens.Any(row => row.Parameter == set.Parameter && set.Codes.Contains((row.System, row.Code))),
        UriMatch uri => rows.Tokens.Any(row => row.Parameter == uri.Parameter && row.Code == uri.Uri),
        ReferenceMatch reference => rows.References.Any(row => row.Parameter == reference.Parameter && row.TargetId == reference.TargetId
            && (reference.TargetType is null || row.TargetType == reference.TargetType)),
        _ => false,
    };
}
