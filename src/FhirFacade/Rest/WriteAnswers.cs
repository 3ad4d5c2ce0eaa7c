using System.Globalization;
using Consortium.Fhir;
using Consortium.FhirFacade.Store;

namespace Consortium.FhirFacade.Rest;

/// <summary>What a write answers: status, Location, ETag, Last-Modified, and the body that <c>Prefer</c> asks for (FHIR R4 http.html#ops).</summary>
internal sealed class WriteAnswers(FacadeOptions options)
{
    /// <summary>The answer to a write that was done.</summary>
    public FhirResponse Of(WriteResult result, ReturnPreference prefer)
    {
        bool outcome = prefer == ReturnPreference.OperationOutcome;
        if (result.Outcome is WriteOutcome.Deleted or WriteOutcome.NothingToDelete)
        {
            // http.html#delete: 204 without a body, 200 with one.
            return new FhirResponse(outcome ? 200 : 204) { Version = result.Version > 0 ? result.Version : null, Body = outcome ? Outcome(result.Outcome) : null, IsOutcome = outcome };
        }

        return new FhirResponse(result.Outcome == WriteOutcome.Created ? 201 : 200)
        {
            Key = $"{result.Type}/{result.Id}",
            Version = result.Version,
            LastUpdated = result.LastUpdated,
            Location = Location(result.Type, result.Id, result.Version),
            Body = prefer switch
            {
                ReturnPreference.Minimal => null,
                ReturnPreference.OperationOutcome => Outcome(result.Outcome),
                _ => result.Body,
            },
            IsOutcome = outcome,
        };
    }

    /// <summary>The answer to a conditional create that found what it would have made: nothing was written.</summary>
    public FhirResponse Existing(StoredVersion found, ReturnPreference prefer) => FhirResponse.Of(found, found.Body) with
    {
        Location = Location(found.Type, found.Id, found.Version),
        Body = prefer switch
        {
            ReturnPreference.Minimal => null,
            ReturnPreference.OperationOutcome => Outcome(WriteOutcome.Left),
            _ => found.Body,
        },
        IsOutcome = prefer == ReturnPreference.OperationOutcome,
    };

    private static byte[] Outcome(WriteOutcome outcome) => OperationOutcomeJson.Write([new OutcomeIssue(IssueSeverity.Information, "informational", outcome switch
    {
        WriteOutcome.Created => "Created.",
        WriteOutcome.Unchanged => "The content was stored already; there is no new version.",
        WriteOutcome.Left => "The condition matches one resource; nothing was created.",
        WriteOutcome.Deleted => "Deleted. The history stays.",
        WriteOutcome.NothingToDelete => "There was nothing to delete.",
        _ => "Updated.",
    })]);

    private string Location(string type, string id, long version) =>
        $"{options.BaseUrl}/{type}/{id}/_history/{version.ToString(CultureInfo.InvariantCulture)}";
}
