using Consortium.FhirFacade.Rest;

namespace Consortium.FhirFacade.Tests.Isolation;

/// <summary>A request.</summary>
internal sealed record Asked(string Method, string Path, string? Body = null, string? ContentType = null);

/// <summary>
/// Requests to a row of the table of routes, made from its path. A row with a part that is not known here, or with a body that nobody has thought of, has no requests and
/// fails the test: whoever adds a route says how it is asked.
/// </summary>
internal static class RouteRequests
{
    private static readonly string[] s_parts = ["{type}", "{id}", "{vid}", "{member}"];

    /// <summary>Forms and parts in which a resource may be asked for.</summary>
    private static readonly string[] s_forms =
        ["", "?_format=xml", "?_pretty=true", "?_summary=true", "?_summary=text", "?_summary=data", "?_elements=name,identifier,telecom,address,photo,contact,note,text,code,content,data"];

    private static readonly string[] s_searches = ["", "?_format=xml", "?_count=1000", "?_summary=true&_total=accurate", "?_summary=count", "?_elements=text,note,name", "?_sort=-_lastUpdated"];

    /// <summary>The types that are asked for in every way; of the others one way is chosen.</summary>
    public static readonly string[] Core = ["Patient", "Observation", "MedicationRequest", "DocumentReference", "Composition", "Binary"];

    /// <summary>The requests of a route.</summary>
    /// <param name="route">The route.</param>
    /// <param name="all">True for all types of the sample; else those of <see cref="Core"/>, in one way each.</param>
    /// <param name="random">Chooses the ways.</param>
    /// <exception cref="Xunit.Sdk.XunitException">There is none.</exception>
    public static IEnumerable<Asked> Of(Route route, bool all, Random random)
    {
        string[] parts = route.Path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        foreach (string part in parts.Where(part => part.Contains('{', StringComparison.Ordinal) && !s_parts.Contains(part)))
        {
            Assert.Fail($"{route.Method} {route.Path}: the isolation test does not know what to put for {part}.");
        }

        foreach (string path in Paths(parts, all ? MarkedRecords.Types : Core))
        {
            string last = parts.Length == 0 ? "" : parts[^1];
            if (route.Method == "GET")
            {
                string[] variants = last.StartsWith('$') || last == "metadata" ? ["", "?_format=xml"] : last is "{id}" or "{vid}" ? s_forms : last == "_history" ? ["", "?_format=xml", "?_count=1"] : s_searches;
                bool isCore = all && (!parts.Contains("{type}") || Core.Contains(path.Split('/')[0]));
                foreach (string variant in isCore ? variants : [variants[random.Next(variants.Length)]]) yield return new Asked("GET", path + variant);
                if (isCore) yield return new Asked("HEAD", path);
                continue;
            }

            yield return (route.Method, last) switch
            {
                ("DELETE", _) => new Asked("DELETE", path),
                (_, "_search") => new Asked("POST", path, "_count=1000&_elements=name,text", "application/x-www-form-urlencoded"),
                ("POST", "$validate") => new Asked("POST", path, $$"""{"resourceType":"{{parts[0].Replace("{type}", path.Split('/')[0], StringComparison.Ordinal)}}"}"""),
                ("POST", ['$', ..]) => new Asked("POST", path, """{"resourceType":"Parameters"}"""),
                _ when route.Right == Right.Write => new Asked(route.Method, path, """{"resourceType":"Basic"}"""),
                _ => throw new Xunit.Sdk.XunitException($"{route.Method} {route.Path}: the isolation test does not know what to send."),
            };
        }
    }

    private static IEnumerable<string> Paths(string[] parts, string[] sample)
    {
        string[] types = parts.Contains("{type}") ? sample : [parts.Length > 0 && Consortium.Fhir.FhirR4.IsResourceType(parts[0]) ? parts[0] : ""];
        bool inCompartment = parts.Contains("{member}") && parts[0] == "{type}";
        foreach (string type in inCompartment ? ["Patient", "Encounter"] : types)
        {
            foreach (string member in inCompartment ? sample.Append("*") : ["Patient"])
            {
                yield return string.Join('/', parts.Select(part => part switch
                {
                    "{type}" => type,
                    "{id}" => type.Length > 0 ? MarkedRecords.Id(type, 0) : "none",
                    "{vid}" => "1",
                    "{member}" => member,
                    _ => part,
                }));
            }
        }
    }
}
