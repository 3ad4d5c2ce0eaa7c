using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Consortium.Fhir;
using Consortium.FhirFacade.Store;
using Consortium.FhirFacade.Telemetry;
using Consortium.Integrity;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Consortium.FhirFacade.Rest;

/// <summary>Turns every failure into a status and an OperationOutcome (FHIR R4 http.html#Status-Codes).</summary>
internal sealed class FailureResponses(FacadeOptions options, ILogger<FailureResponses> logger)
{
    /// <summary>The answer to a failure. What is not foreseen becomes a 500 that names only the trace, because its message might hold patient data.</summary>
    public FhirResponse Answer(Exception exception)
    {
        FhirException known = exception switch
        {
            FhirException fhir => fhir,
            BadHttpRequestException { StatusCode: 413 } => TooLarge(),
            BadHttpRequestException bad => new FhirException(bad.StatusCode, "structure", "The request could not be read."),
            FhirFormatException format => new FhirException(400, [new OutcomeIssue(IssueSeverity.Fatal, format.Code, format.Message, null, format.Line, format.Column)]),
            JsonException json => new FhirException(400, [new OutcomeIssue(
                IssueSeverity.Fatal, "structure", "The body is not the JSON of a FHIR resource.", null, (int?)json.LineNumber + 1, (int?)json.BytePositionInLine + 1)]),
            RecordFormatException format => new FhirException(422, "structure", format.Message),
            PreconditionException precondition => new FhirException(412, "conflict", precondition.Message),
            _ => Unforeseen(exception),
        };
        return new FhirResponse(known.Status) { Body = OperationOutcomeJson.Write(known.Issues), Allow = known.Allow, AcceptEncoding = known.AcceptEncoding, AcceptPatch = known.AcceptPatch, RetryAfter = known.RetryAfter, Challenge = known.Challenge, IsOutcome = true };
    }

    /// <summary>The answer to an interaction that took longer than the site allows, and was stopped.</summary>
    public FhirResponse Stopped()
    {
        FacadeTelemetry.Refused("time");
        return Answer(new FhirException(503, "timeout",
            $"This took longer than the {options.Limits.Time.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s that the server gives one request, and was stopped; a transaction or a single write has changed nothing. Ask for less at once, or again when the server is less busy.")
        {
            RetryAfter = 5,
        });
    }

    private FhirException TooLarge()
    {
        FacadeTelemetry.Refused("size");
        return FhirException.TooLarge(options.MaxBodyBytes);
    }

    private FhirException Unforeseen(Exception exception)
    {
        string trace = Activity.Current?.TraceId.ToString() ?? Guid.NewGuid().ToString("N");
        // The type and the stack say where; the message stays out of the log, since a value might stand in it.
        logger.LogError("Interaction failed, trace {Trace}: {Type} {Stack}", trace, exception.GetType().FullName, exception.StackTrace);
        return new FhirException(500, "exception", $"The server failed; nothing was changed. Its log says where, under trace {trace}.");
    }
}
