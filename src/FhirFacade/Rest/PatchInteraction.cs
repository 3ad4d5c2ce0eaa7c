using Consortium.FhirFacade.Access;
using Consortium.FhirFacade.Patch;
using Consortium.FhirFacade.Store;

namespace Consortium.FhirFacade.Rest;

/// <summary>patch (FHIR R4 http.html#patch): a JSON Patch, or a FHIRPath Patch as Parameters in JSON or XML. What comes out is validated like an update.</summary>
internal sealed class PatchInteraction(RecordStore store, RecordQueries records, ResourceContent rules, WriteAnswers answers, UserAccess users)
{
    /// <summary>What PATCH takes, for <c>Accept-Patch</c> (RFC 5789 3.1).</summary>
    public const string Taken = "application/json-patch+json, application/fhir+json, application/fhir+xml";

    public async Task<FhirResponse> PatchAsync(FhirRequest request, string type, string id, CancellationToken cancellationToken)
    {
        ResourcePatch patch = Read(request);
        return await store.TransactAsync(async transaction =>
        {
            await transaction.LockAsync([new RecordKey(type, id)]).ConfigureAwait(false);
            ResourceWrite write = await WriteAsync(request.Caller, type, id, patch, request.IfMatch, transaction, cancellationToken).ConfigureAwait(false);
            return answers.Of((await transaction.ApplyAsync([write]).ConfigureAwait(false))[0], request.Prefer.Return);
        }, users.WatchOf(request.Caller, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The patch of a request.</summary>
    /// <exception cref="FhirException">400: it is no patch. 415: it is none that the server takes.</exception>
    public static ResourcePatch Read(FhirRequest request)
    {
        if (request.Body.Length == 0) throw FhirException.BadRequest("required", "The request has no patch in its body.");
        return request.Kind switch
        {
            BodyKind.JsonPatch => JsonPatch.Read(request.Body),
            BodyKind.Json or BodyKind.Xml => FhirPathPatch.Read(request.Body),
            _ => throw new FhirException(415, "not-supported", $"A patch is one of {Taken}.") { AcceptPatch = Taken },
        };
    }

    /// <summary>The write that a patch of the current version is. The caller has locked the resource, or its condition.</summary>
    /// <exception cref="FhirException">404, 410: there is nothing to patch. 422: the patch cannot be made of it, or gives what is not valid.</exception>
    /// <exception cref="PreconditionException"><c>If-Match</c> names another version.</exception>
    public async Task<ResourceWrite> WriteAsync(
        Caller caller, string type, string id, ResourcePatch patch, string? ifMatch, StoreTransaction transaction, CancellationToken cancellationToken)
    {
        StoredVersion? current = await records.CurrentAsync(type, id, cancellationToken, transaction.Transaction).ConfigureAwait(false);
        if (current is { Deleted: false }) await users.RequireChangeAsync(caller, current, transaction.Transaction, cancellationToken).ConfigureAwait(false);
        if (VersionTag.IfMatch(ifMatch) is { } expected && !expected.Contains(current is { Deleted: false } ? current.Version : 0))
        {
            throw new PreconditionException($"If-Match names version {string.Join(", ", expected)} of {type}/{id}, which is not the current one. Read it again and repeat the change.", new RecordKey(type, id));
        }

        if (current is null) throw FhirException.NotFound(type, id);
        if (current.Deleted) throw FhirException.Gone(type, id);
        byte[] patched = patch.Apply(current.Body);
        try
        {
            // The version guards against whoever changed it since it was read.
            return new ResourceWrite(type, id, WriteMode.Update) { Content = rules.Accept(patched, type, id), IfMatch = [current.Version] };
        }
        catch (FhirException e) when (e.Status == 400)
        {
            throw new FhirException(422, e.Issues); // the request was well-formed; what it makes of the resource is not
        }
        catch (Exception e) when (e is Fhir.FhirFormatException or System.Text.Json.JsonException)
        {
            throw new FhirException(422, "structure", "What the patch makes of the resource is no FHIR JSON. Nothing was changed.");
        }
    }
}
