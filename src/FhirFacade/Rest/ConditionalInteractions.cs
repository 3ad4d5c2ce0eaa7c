using Consortium.FhirFacade.Access;
using Consortium.FhirFacade.Patch;
using Consortium.FhirFacade.Store;

namespace Consortium.FhirFacade.Rest;

/// <summary>
/// conditional create, update, patch and delete (FHIR R4 http.html#ccreate, #cond-update, #patch, #3.1.0.7.1). Finding and acting are one transaction.
/// What each does with no, one and several matches stands in decision 0190.
/// </summary>
internal sealed class ConditionalInteractions(RecordStore store, RecordQueries records, ConditionMatch match, PatchInteraction patch, ResourceContent rules, WriteAnswers answers, UserAccess users, RecordAccess access)
{
    /// <summary>None: creates. One: 200 and nothing is written. Several: 412.</summary>
    public async Task<FhirResponse> CreateAsync(FhirRequest request, string type, CancellationToken cancellationToken)
    {
        ResourceJson content = rules.Accept(request, type, id: null);
        Condition condition = match.Read(request.Caller, type, request.IfNoneExist!);
        return await store.TransactAsync(async transaction =>
        {
            if (await match.FindAsync(condition, transaction, cancellationToken).ConfigureAwait(false) is { } id)
            {
                StoredVersion found = (await records.CurrentAsync(type, id, cancellationToken, transaction.Transaction).ConfigureAwait(false))!;
                access.Note(request.Caller, found, null);
                return answers.Existing(found, request.Prefer.Return);
            }

            return await ApplyAsync(request, new ResourceWrite(type, ResourceContent.NewId(), WriteMode.Create) { Content = content }, transaction).ConfigureAwait(false);
        }, users.WatchOf(request.Caller, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>None: creates, under the resource's own id where it has one. One: updates it. Several: 412.</summary>
    public async Task<FhirResponse> UpdateAsync(FhirRequest request, string type, CancellationToken cancellationToken)
    {
        ResourceJson content = ResourceContent.RequireWhole(rules.Accept(request, type, id: null));
        if (content.Id is { } stated) ResourceContent.RequireId(stated);
        Condition condition = match.Read(type, request);
        return await store.TransactAsync(async transaction =>
        {
            string? found = await match.FindAsync(condition, transaction, cancellationToken).ConfigureAwait(false);
            ResourceWrite write = await WriteAsync(type, content, found, transaction, cancellationToken).ConfigureAwait(false);
            return await ApplyAsync(
                request, write with { IfMatch = VersionTag.IfMatch(request.IfMatch), IfNoneExists = write.IfNoneExists || VersionTag.IsAny(request.IfNoneMatch) }, transaction).ConfigureAwait(false);
        }, users.WatchOf(request.Caller, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>None: 404. One: patches it. Several: 412.</summary>
    public async Task<FhirResponse> PatchAsync(FhirRequest request, string type, CancellationToken cancellationToken)
    {
        ResourcePatch change = PatchInteraction.Read(request);
        Condition condition = match.Read(type, request);
        return await store.TransactAsync(async transaction =>
        {
            string id = await match.FindAsync(condition, transaction, cancellationToken).ConfigureAwait(false)
                ?? throw new FhirException(404, "not-found", $"The condition matches no {type}; there is nothing to patch.");
            ResourceWrite write = await patch.WriteAsync(request.Caller, type, id, change, request.IfMatch, transaction, cancellationToken).ConfigureAwait(false);
            return await ApplyAsync(request, write, transaction).ConfigureAwait(false);
        }, users.WatchOf(request.Caller, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>None: 204, as of a delete of what is not there. One: deletes it. Several: 412.</summary>
    public async Task<FhirResponse> DeleteAsync(FhirRequest request, string type, CancellationToken cancellationToken)
    {
        Condition condition = match.Read(type, request);
        return await store.TransactAsync(async transaction =>
            await match.FindAsync(condition, transaction, cancellationToken).ConfigureAwait(false) is { } id
                ? await ApplyAsync(request, new ResourceWrite(type, id, WriteMode.Delete) { IfMatch = VersionTag.IfMatch(request.IfMatch) }, transaction).ConfigureAwait(false)
                : answers.Of(new WriteResult(type, "", 0, 0, WriteOutcome.NothingToDelete), request.Prefer.Return),
            users.WatchOf(request.Caller, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The write of a conditional update whose condition matched <paramref name="found"/>, or nothing.</summary>
    /// <exception cref="FhirException">400: the resource has another id than the match. 409: nothing matches, and the resource's id is that of another one.</exception>
    public async Task<ResourceWrite> WriteAsync(string type, ResourceJson content, string? found, StoreTransaction transaction, CancellationToken cancellationToken)
    {
        if (found is not null)
        {
            return content.Id is null || content.Id == found
                ? new ResourceWrite(type, found, WriteMode.Update) { Content = content }
                : throw FhirException.BadRequest("invalid", "The id of the resource is not that of the one that the condition matches.", "id");
        }

        if (content.Id is not { } id) return new ResourceWrite(type, ResourceContent.NewId(), WriteMode.Create) { Content = content };
        if (await records.CurrentAsync(type, id, cancellationToken, transaction.Transaction).ConfigureAwait(false) is { Deleted: false })
        {
            // To replace a resource that the condition does not mean would lose it.
            throw new FhirException(409, "conflict", $"The condition matches no {type}, and the id of the resource is that of another one. Leave the id out, or update that one by its id.", "id");
        }

        return new ResourceWrite(type, id, WriteMode.Update) { Content = content, IfNoneExists = true };
    }

    private async Task<FhirResponse> ApplyAsync(FhirRequest request, ResourceWrite write, StoreTransaction transaction) =>
        answers.Of((await transaction.ApplyAsync([write]).ConfigureAwait(false))[0], request.Prefer.Return);
}
