using Consortium.FhirFacade.Rest;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Consortium.FhirFacade;

/// <summary>Gives the FHIR endpoint its place in a web application.</summary>
public static class FhirFacadeEndpointRouteBuilderExtensions
{
    /// <summary>Answers everything below <paramref name="prefix"/> as a FHIR server; <see cref="FacadeOptions.BaseUrl"/> is the URL of that place.</summary>
    public static IEndpointRouteBuilder MapFhirFacade(this IEndpointRouteBuilder endpoints, string prefix = "/fhir")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        FhirEndpoint endpoint = endpoints.ServiceProvider.GetRequiredService<FhirEndpoint>();
        // One route for every path and verb: what FHIR does not know is answered in FHIR as well, not by the web server.
        endpoints.Map($"{prefix.TrimEnd('/')}/{{**path}}", (HttpContext context) => endpoint.InvokeAsync(context, (string?)context.GetRouteValue("path") ?? ""));
        return endpoints;
    }
}
