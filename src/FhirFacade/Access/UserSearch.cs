using Consortium.Fhir;
using Consortium.FhirFacade.Access.Oidc;
using Consortium.FhirFacade.Access.Smart;
using Consortium.FhirFacade.Rest;
using Consortium.FhirFacade.Search.Query;

namespace Consortium.FhirFacade.Access;

/// <summary>Confines a search to what a user may see, wherever it looks: the matches, the targets of chains, what refers here (<c>_has</c>).</summary>
internal static class UserSearch
{
    /// <summary>The query with the conditions of the caller's scopes and of the labels; the query itself for callers of other kinds.</summary>
    /// <exception cref="FhirException">403: no scope lets the user search a type that the query is about.</exception>
    public static SearchQuery Confine(Caller caller, SearchQuery query)
    {
        if (caller.User is not { } user) return query;
        foreach (string type in query.Types) RequireSearch(user, type);
        string[] types = query.Types.Count > 0 ? [.. query.Types] : [.. FhirR4.ResourceTypes.Where(type => user.May(type, Permissions.Search))];
        if (types.Length == 0) throw RouteScopes.Missing(SmartScope.AnyType, Permissions.Search);
        return query with { Conditions = [.. query.Conditions.Select(condition => Confine(caller, user, condition)), .. Within(caller, user, types, all: query.Types.Count == 0)] };
    }

    private static SearchCondition Confine(Caller caller, UserRights user, SearchCondition condition)
    {
        switch (condition)
        {
            case ChainCondition chain:
                (string Type, SearchCondition Holds)[] targets = [.. chain.Targets.Where(target => user.May(target.Type, Permissions.Search))
                    .Select(target => (target.Type, Both(caller, user, target.Type, target.Holds)))];
                return targets.Length > 0 ? chain with { Targets = targets } : throw RouteScopes.Missing(chain.Targets[0].Type, Permissions.Search);
            case HasCondition has:
                RequireSearch(user, has.By.ResourceType);
                return has with { Holds = Both(caller, user, has.By.ResourceType, has.Holds) };
            case ContainedCondition contained:
                return contained with { Parts = [.. contained.Parts.Select(one => Confine(caller, user, one))] };
            case AllCondition all:
                return new AllCondition([.. all.Parts.Select(one => Confine(caller, user, one))]);
            case AnyCondition any:
                return new AnyCondition([.. any.Parts.Select(one => Confine(caller, user, one))]);
            case NotCondition not:
                return new NotCondition(Confine(caller, user, not.Part));
            default:
                return condition;
        }
    }

    private static SearchCondition Both(Caller caller, UserRights user, string type, SearchCondition holds)
    {
        SearchCondition[] within = [.. Within(caller, user, [type], all: false)];
        SearchCondition confined = Confine(caller, user, holds);
        return within.Length == 0 ? confined : new AllCondition([confined, .. within]);
    }

    private static IEnumerable<SearchCondition> Within(Caller caller, UserRights user, string[] types, bool all)
    {
        List<string> whole = [];
        List<(string, IReadOnlyList<SearchCondition>)> partly = [];
        foreach (string type in types)
        {
            ScopeGrant[] grants = [.. user.For(type, Permissions.Search)];
            if (grants.Any(grant => grant.IsWhole || (grant.Holds.Count == 0 && PatientRecords.IsAboutNobody(type)))) whole.Add(type);
            else partly.AddRange(grants.Select(grant => Part(type, grant)).OfType<(string, IReadOnlyList<SearchCondition>)>());
        }

        if (all || whole.Count < types.Length) yield return new ScopeCondition(whole, partly);
        if (!caller.SeesRestricted) yield return new UnrestrictedCondition();
    }

    private static (string, IReadOnlyList<SearchCondition>)? Part(string type, ScopeGrant grant)
    {
        if (grant.Patient is not { } patient || PatientRecords.IsAboutNobody(type)) return (type, grant.Holds);
        return PatientRecords.Condition(type, patient) is { } of ? (type, [of, .. grant.Holds]) : null;
    }

    private static void RequireSearch(UserRights user, string type)
    {
        if (!user.May(type, Permissions.Search)) throw RouteScopes.Missing(type, Permissions.Search);
    }
}
