using System.Globalization;
using Consortium.Fhir;
using Consortium.FhirFacade.Search;
using Consortium.FhirFacade.Store;

namespace Consortium.FhirFacade.Rest;

/// <summary>create, conditional create, update with create-on-update, and delete (FHIR R4 http.html#create, #ccreate, #update, #upsert, #delete).</summary>
internal sealed class WriteInteractions(RecordStore store, RecordQueries records, SearchQueries search, FacadeOptions options)
{
    public async Task<FhirResponse> CreateAsync(FhirRequest request, string type, CancellationToken cancellationToken)
    {
        ResourceJson content = ResourceContent.Accept(request.Body, type, id: null);
        if (request.IfNoneExist is { } condition) return await CreateIfNoneAsync(request, type, content, condition, cancellationToken).ConfigureAwait(false);
        var write = new ResourceWrite(type, ResourceContent.NewId(), WriteMode.Create) { Content = content };
        return Answer(request, await ApplyAsync(write, cancellationToken).ConfigureAwait(false));
    }

    public async Task<FhirResponse> UpdateAsync(FhirRequest request, string type, string id, CancellationToken cancellationToken)
    {
        ResourceContent.RequireId(id);
        ResourceJson content = ResourceContent.Accept(request.Body, type, id);
        var write = new ResourceWrite(type, id, WriteMode.Update)
        {
            Content = content,
            IfMatch = VersionTag.IfMatch(request.IfMatch),
            IfNoneExists = request.IfNoneMatch?.Trim() == "*",
        };
        return Answer(request, await ApplyAsync(write, cancellationToken).ConfigureAwait(false));
    }

    public async Task<FhirResponse> DeleteAsync(FhirRequest request, string type, string id, CancellationToken cancellationToken)
    {
        ResourceContent.RequireId(id);
        var write = new ResourceWrite(type, id, WriteMode.Delete) { IfMatch = VersionTag.IfMatch(request.IfMatch) };
        return Answer(request, await ApplyAsync(write, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Creates unless the query finds one: 200 with the one found, 412 where it finds several.</summary>
    private async Task<FhirResponse> CreateIfNoneAsync(FhirRequest request, string type, ResourceJson content, string condition, CancellationToken cancellationToken)
    {
        SearchQuery query = SearchQuery.Condition(type, condition, options.BaseUrl);
        (WriteResult? created, StoredVersion? found) = await store.TransactAsync<(WriteResult?, StoredVersion?)>(async transaction =>
        {
            await transaction.LockNameAsync($"{type}?{condition}").ConfigureAwait(false);
            if (await search.OnlyMatchAsync(query, transaction.Transaction, cancellationToken).ConfigureAwait(false) is { } id)
            {
                return (null, await records.CurrentAsync(type, id, cancellationToken, transaction.Transaction).ConfigureAwait(false));
            }

            var write = new ResourceWrite(type, ResourceContent.NewId(), WriteMode.Create) { Content = content };
            return ((await transaction.ApplyAsync([write]).ConfigureAwait(false))[0], null);
        }, cancellationToken).ConfigureAwait(false);
        return created is not null
            ? Answer(request, created)
            : FhirResponse.Of(found!, found!.Body) with { Location = Location(found.Type, found.Id, found.Version) };
    }

    private async Task<WriteResult> ApplyAsync(ResourceWrite write, CancellationToken cancellationToken) =>
        (await store.TransactAsync(transaction => transaction.ApplyAsync([write]), cancellationToken).ConfigureAwait(false))[0];

    private FhirResponse Answer(FhirRequest request, WriteResult result)
    {
        int status = Status(result.Outcome);
        if (status == 204) return new FhirResponse(204) { Version = result.Version > 0 ? result.Version : null };
        return new FhirResponse(status)
        {
            Version = result.Version,
            LastUpdated = result.LastUpdated,
            Location = Location(result.Type, result.Id, result.Version),
            Body = request.Prefer.Return switch
            {
                ReturnPreference.Minimal => null,
                ReturnPreference.OperationOutcome => OperationOutcomeJson.Write([new OutcomeIssue(IssueSeverity.Information, "informational", Said(result.Outcome))]),
                _ => result.Body,
            },
        };
    }

    /// <summary>The status of a write.</summary>
    public static int Status(WriteOutcome outcome) => outcome switch
    {
        WriteOutcome.Created => 201,
        WriteOutcome.Deleted or WriteOutcome.NothingToDelete => 204,
        _ => 200,
    };

    private static string Said(WriteOutcome outcome) => outcome switch
    {
        WriteOutcome.Created => "Created.",
        WriteOutcome.Unchanged => "The content was stored already; there is no new version.",
        _ => "Updated.",
    };

    private string Location(string type, string id, long version) =>
        $"{options.BaseUrl}/{type}/{id}/_history/{version.ToString(CultureInfo.InvariantCulture)}";
}
