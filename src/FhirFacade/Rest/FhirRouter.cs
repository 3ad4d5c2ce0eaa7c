using Consortium.Fhir;
using Consortium.FhirFacade.Access;
using Consortium.FhirFacade.Access.Smart;
using Consortium.FhirFacade.AuditTrail;

namespace Consortium.FhirFacade.Rest;

/// <summary>Finds the row of <see cref="RouteTable"/> that answers a request, and runs it for whoever may.</summary>
internal sealed class FhirRouter
{
    private static readonly string[] Verbs = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

    private readonly Place[][] _places;

    private readonly AccessAudit _audit;
    private readonly BreakGlass _glass;

    public FhirRouter(RouteTable table, AccessAudit audit, BreakGlass glass)
    {
        (_audit, _glass) = (audit, glass);
        Routes = table.Routes;
        Place[] places = [.. Routes.GroupBy(route => route.Path).Select(rows => new Place(rows.Key, [.. rows]))];
        // By the number of segments; what is written out goes before what stands for anything.
        _places = [.. Enumerable.Range(0, places.Max(place => place.Pattern.Length) + 1)
            .Select(length => places.Where(place => place.Pattern.Length == length).OrderBy(place => place.Pattern.Count(part => part[0] == '{')).ToArray())];
    }

    /// <summary>All rows.</summary>
    public IReadOnlyList<Route> Routes { get; }

    /// <summary>Runs the interaction.</summary>
    /// <exception cref="FhirException">No such path (404), verb (405), or right (401, 403).</exception>
    public Task<FhirResponse> RouteAsync(FhirRequest request, CancellationToken cancellationToken)
    {
        Place place = Find(request.Segments);
        Route route = place.Route(request.Method)
            ?? throw new FhirException(405, "not-supported", $"This verb is not supported here; {place.Allow} is.") { Allow = place.Allow };
        if (route.Right != Right.Public) request.Caller.RequireKnown();
        return _audit.RunAsync(route, request, recorded => AnswerAsync(route, recorded, cancellationToken), cancellationToken);
    }

    private Task<FhirResponse> AnswerAsync(Route route, FhirRequest request, CancellationToken cancellationToken)
    {
        if (route.Right == Right.Write) request.Caller.RequireWriter();
        RouteScopes.Require(route, request);
        if (request.Caller.User is not null)
        {
            string type = request.Segments.FirstOrDefault() ?? "";
            ReturnPreference answered = route.Right == Right.Write && FhirR4.IsResourceType(type) ? request.Caller.Answered(type, request.Prefer.Return) : request.Prefer.Return;
            request = request with { Caller = _glass.Apply(request.Caller), Prefer = request.Prefer with { Return = answered } };
        }

        return route.Answer(request, cancellationToken);
    }

    /// <summary>The path's template in the table, for metrics; <c>(none)</c> where there is nothing at that path.</summary>
    public string Template(string[] segments) => TryFind(segments)?.Template ?? "(none)";

    /// <summary>Refuses a request that the caller's scopes do not allow, without running it.</summary>
    /// <exception cref="FhirException">403; 404 and 405 where there is no such route.</exception>
    public void RequireScopes(FhirRequest request)
    {
        Place place = Find(request.Segments);
        if (place.Route(request.Method) is { } route) RouteScopes.Require(route, request);
    }

    /// <summary>The verbs of a path, for <c>Allow</c>.</summary>
    /// <exception cref="FhirException">404: there is nothing at that path.</exception>
    public string Allow(string[] segments) => Find(segments).Allow;

    /// <summary>What PATCH takes at a path; null where it has no PATCH.</summary>
    public string? AcceptPatch(string[] segments) => Find(segments).Route("PATCH") is null ? null : PatchInteraction.Taken;

    private Place Find(string[] segments) => TryFind(segments) ?? throw new FhirException(404, "not-found", Unknown(segments));

    private Place? TryFind(string[] segments)
    {
        if (segments.Length < _places.Length)
        {
            foreach (Place place in _places[segments.Length])
            {
                if (place.Fits(segments)) return place;
            }
        }

        return null;
    }

    private static string Unknown(string[] segments)
    {
        // What stands in the path may be a patient's name typed by mistake: only the resource type is repeated, and only a known one.
        string hint = segments is [var type, ..] && FhirR4.IsResourceType(type) ? $" below {type}" : "";
        return $"This server has nothing at that path{hint}. The CapabilityStatement at metadata lists what it has.";
    }

    /// <summary>The rows of one path.</summary>
    private sealed class Place
    {
        private readonly Dictionary<string, Route> _byVerb;

        public Place(string path, Route[] rows)
        {
            Template = "/" + path;
            Pattern = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
            _byVerb = rows.ToDictionary(row => row.Method, StringComparer.Ordinal);
            Allow = string.Join(", ", Verbs.Where(verb => Route(verb) is not null));
        }

        public string[] Pattern { get; }

        public string Template { get; }

        public string Allow { get; }

        public Route? Route(string verb) => _byVerb.GetValueOrDefault(verb == "HEAD" ? "GET" : verb);

        public bool Fits(string[] segments)
        {
            for (int i = 0; i < Pattern.Length; i++)
            {
                bool fits = Pattern[i] switch
                {
                    "{type}" => FhirR4.IsResourceType(segments[i]),
                    "{member}" => segments[i] == "*" || FhirR4.IsResourceType(segments[i]),
                    "{id}" => segments[i][0] is not ('$' or '_'),
                    "{vid}" => segments[i][0] != '$',
                    string written => segments[i] == written,
                };
                if (!fits) return false;
            }

            return true;
        }
    }
}
