using Microsoft.AspNetCore.Http;

namespace Consortium.FhirFacade.Rest;

/// <summary>
/// Cross-origin requests of browsers (CORS; FHIR R4 http.html#security names it), for the origins that the site lists. Off where it lists none:
/// a page of another origin then reads nothing.
/// </summary>
internal static class CrossOrigin
{
    private const string Exposed = "ETag, Location, Content-Location, Last-Modified, X-Request-Id, X-Correlation-Id";
    private const string Allowed = "Accept, Authorization, Content-Type, Content-Encoding, If-Match, If-None-Match, If-Modified-Since, If-None-Exist, Prefer, X-Request-Id, X-Correlation-Id, X-Security-Context, X-Purpose-Of-Use, X-Purpose-Of-Use-Reason";

    /// <summary>Adds what the browser needs to hand the answer to the page, where its origin is listed.</summary>
    public static void Write(HttpContext context, IReadOnlyList<string> origins, string? allow)
    {
        if (origins.Count == 0) return;
        IHeaderDictionary headers = context.Response.Headers;
        headers.Append("Vary", "Origin");
        string origin = context.Request.Headers.Origin.ToString();
        if (origin.Length == 0 || !origins.Any(one => one == "*" || string.Equals(one, origin, StringComparison.OrdinalIgnoreCase))) return;
        headers.AccessControlAllowOrigin = origin;
        headers.AccessControlExposeHeaders = Exposed;
        if (allow is null || !context.Request.Headers.ContainsKey("Access-Control-Request-Method")) return;
        headers.AccessControlAllowMethods = allow;
        headers.AccessControlAllowHeaders = Allowed;
        headers.AccessControlMaxAge = "600";
    }
}
