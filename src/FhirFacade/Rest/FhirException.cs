using Consortium.Fhir;

namespace Consortium.FhirFacade.Rest;

/// <summary>An interaction that cannot be answered as asked: an HTTP status and the issues of its OperationOutcome, which never hold patient data.</summary>
internal sealed class FhirException : Exception
{
    public FhirException(int status, IReadOnlyList<OutcomeIssue> issues)
        : base(issues.Count > 0 ? issues[0].Diagnostics : null)
    {
        Status = status;
        Issues = issues;
    }

    public FhirException(int status, string code, string diagnostics, string? expression = null)
        : this(status, [new OutcomeIssue(IssueSeverity.Error, code, diagnostics, expression)])
    {
    }

    public int Status { get; }

    public IReadOnlyList<OutcomeIssue> Issues { get; }

    /// <summary>The <c>Allow</c> header of a 405.</summary>
    public string? Allow { get; init; }

    /// <summary>The <c>Accept-Encoding</c> header of a 415 (RFC 9110 15.5.16).</summary>
    public string? AcceptEncoding { get; init; }

    /// <summary>The <c>Accept-Patch</c> header of a 415 (RFC 5789 2.2).</summary>
    public string? AcceptPatch { get; init; }

    /// <summary>The <c>Retry-After</c> header in seconds (RFC 9110 10.2.3): of a 429, or of a 503 that passes by itself.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>The <c>WWW-Authenticate</c> header of a 401 or 403 (RFC 6750 3).</summary>
    public string? Challenge { get; init; }

    /// <summary>The same, said of a place: that of an entry in its Bundle.</summary>
    public FhirException At(string place) => new(Status, [.. Issues.Select(issue => issue with { Expression = issue.Expression is { } within && within.StartsWith(place, StringComparison.Ordinal) ? within : place })]) { Allow = Allow, RetryAfter = RetryAfter, Challenge = Challenge };

    public static FhirException NotFound(string type, string id) => new(404, "not-found", $"There is no {type}/{id}.");

    public static FhirException Gone(string type, string id) => new(410, "deleted", $"{type}/{id} is deleted. Its history is at {type}/{id}/_history.");

    public static FhirException BadRequest(string code, string diagnostics, string? expression = null) => new(400, code, diagnostics, expression);

    public static FhirException Forbidden(string diagnostics) => new(403, "forbidden", diagnostics);

    /// <summary>413 with the limit.</summary>
    public static FhirException TooLarge(int limit) => new(413, "too-long", $"The request is larger than the {limit} bytes that this server takes. Send it in parts.");

    /// <summary>415: the body has no form that the interaction takes.</summary>
    public static FhirException Unsupported(string taken) => new(415, "not-supported", $"This takes {taken}.");
}
