using Consortium.Fhir;
using Consortium.FhirFacade.Rest;

namespace Consortium.FhirFacade.Access.Smart;

/// <summary>What a route needs of a user's scopes, whatever the store holds (SMART App Launch 2.2.0, scopes-and-launch-context.html).</summary>
internal static class RouteScopes
{
    /// <summary>Refuses a user whose scopes reach no resource that the route could be about.</summary>
    /// <exception cref="FhirException">403, with the scope that is missing.</exception>
    public static void Require(Route route, FhirRequest request)
    {
        if (route.Right == Right.Public || route.AsksForScopes || request.Caller.User is not { } user) return;
        (string? type, Permissions permissions) = Needs(route, request);
        if (type is null)
        {
            // Of the whole system, or of a whole compartment: what every type needs.
            if (!user.Grants.Any(grant => grant.Gives(SmartScope.AnyType, permissions) && grant.IsWhole)) throw Missing(SmartScope.AnyType, permissions);
        }
        else if (!user.May(type, permissions))
        {
            throw Missing(type, permissions);
        }
    }

    /// <summary>The refusal that names the scope.</summary>
    public static FhirException Missing(string type, Permissions permissions)
    {
        string rights = $"{type}.{SmartScope.Letters(permissions)}";
        return Challenge.Scope($"user/{rights}", $"system/{rights}", $"patient/{rights}");
    }

    /// <summary>The type and the permissions; no type where the route is about all of them.</summary>
    public static (string? Type, Permissions Permissions) Needs(Route route, FhirRequest request)
    {
        string[] path = route.Path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        string? type = route.IsOfType || route.OnlyType is not null ? request.Segments[0] : null;
        if (Array.IndexOf(path, "{member}") is > 0 and var member) return (request.Segments[member] is var named && FhirR4.IsResourceType(named) ? named : null, Permissions.Search);
        bool isInstance = path is [_, "{id}", ..];
        Permissions conditional = type is not null && !isInstance ? Permissions.Search : Permissions.None;
        Permissions permissions = request.Method switch
        {
            "POST" when path[^1] == "_search" => Permissions.Search,
            "POST" when route.Operation is not null => route.Right == Right.Write && route.Operation.StartsWith("meta-", StringComparison.Ordinal) ? Permissions.Update : Permissions.Read,
            "POST" => Permissions.Create | (request.IfNoneExist is null ? Permissions.None : Permissions.Search),
            "PUT" or "PATCH" => Permissions.Update | conditional,
            "DELETE" => Permissions.Delete | conditional,
            _ => isInstance ? Permissions.Read : Permissions.Search,
        };
        return (type, permissions);
    }
}
