using Consortium.FhirFacade.Access;
using Consortium.FhirFacade.Store;

namespace Consortium.FhirFacade.Rest;

/// <summary>create, update with create-on-update, and delete (FHIR R4 http.html#create, #update, #upsert, #delete).</summary>
internal sealed class WriteInteractions(RecordStore store, ResourceContent rules, WriteAnswers answers, UserAccess users)
{
    public Task<FhirResponse> CreateAsync(FhirRequest request, string type, CancellationToken cancellationToken) => ApplyAsync(
        request, new ResourceWrite(type, ResourceContent.NewId(), WriteMode.Create) { Content = rules.Accept(request, type, id: null) }, cancellationToken);

    public Task<FhirResponse> UpdateAsync(FhirRequest request, string type, string id, CancellationToken cancellationToken)
    {
        ResourceContent.RequireId(id);
        var write = new ResourceWrite(type, id, WriteMode.Update)
        {
            Content = ResourceContent.RequireWhole(rules.Accept(request, type, id)),
            IfMatch = VersionTag.IfMatch(request.IfMatch),
            IfExists = VersionTag.IsAny(request.IfMatch),
            IfNoneExists = VersionTag.IsAny(request.IfNoneMatch),
            IfNoneMatch = VersionTag.IfNoneMatch(request.IfNoneMatch),
        };
        return ApplyAsync(request, write, cancellationToken);
    }

    public Task<FhirResponse> DeleteAsync(FhirRequest request, string type, string id, CancellationToken cancellationToken)
    {
        ResourceContent.RequireId(id);
        return ApplyAsync(request, new ResourceWrite(type, id, WriteMode.Delete) { IfMatch = VersionTag.IfMatch(request.IfMatch), IfExists = VersionTag.IsAny(request.IfMatch) }, cancellationToken);
    }

    private async Task<FhirResponse> ApplyAsync(FhirRequest request, ResourceWrite write, CancellationToken cancellationToken) => answers.Of(
        (await store.TransactAsync(transaction => transaction.ApplyAsync([write]), users.WatchOf(request.Caller, cancellationToken), cancellationToken).ConfigureAwait(false))[0], request.Prefer.Return);
}
