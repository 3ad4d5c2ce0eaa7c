using System.Text.Json;
using Consortium.Fhir;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Consortium.Adapters.Intake;

/// <summary>
/// Errors of the intake's HTTP endpoints: problem details (RFC 9457) with the FHIR issues as an extension member, or an OperationOutcome for a caller that
/// accepts <c>application/fhir+json</c> alone.
/// </summary>
internal sealed class Problem(int status, string code, string reason) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        HttpResponse response = httpContext.Response;
        response.StatusCode = status;
        if (status == StatusCodes.Status503ServiceUnavailable) response.Headers.RetryAfter = "5";
        if (status == StatusCodes.Status401Unauthorized) response.Headers.WWWAuthenticate = "Bearer";
        byte[] outcome = OperationOutcomeJson.Write([new OutcomeIssue(IssueSeverity.Error, code, reason)]);
        if (httpContext.Request.Headers.Accept.ToString().StartsWith("application/fhir+json", StringComparison.OrdinalIgnoreCase))
        {
            response.ContentType = "application/fhir+json; charset=utf-8";
            return response.Body.WriteAsync(outcome, httpContext.RequestAborted).AsTask();
        }

        using JsonDocument issues = JsonDocument.Parse(outcome);
        using var body = new MemoryStream();
        using (var writer = new Utf8JsonWriter(body))
        {
            writer.WriteStartObject();
            writer.WriteString("type", "about:blank");
            writer.WriteString("title", ReasonPhrases.GetReasonPhrase(status));
            writer.WriteNumber("status", status);
            writer.WriteString("detail", reason);
            writer.WritePropertyName("issue");
            issues.RootElement.GetProperty("issue").WriteTo(writer);
            writer.WriteEndObject();
        }

        response.ContentType = "application/problem+json; charset=utf-8";
        return response.Body.WriteAsync(body.ToArray(), httpContext.RequestAborted).AsTask();
    }
}
