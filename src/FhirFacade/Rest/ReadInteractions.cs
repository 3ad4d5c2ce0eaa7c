using Consortium.FhirFacade.Access;
using Consortium.FhirFacade.Erasure;
using Consortium.FhirFacade.Store;
using Microsoft.Net.Http.Headers;

namespace Consortium.FhirFacade.Rest;

/// <summary>read and vread (FHIR R4 http.html#read, #vread), whole or in part.</summary>
internal sealed class ReadInteractions(RecordQueries records, RecordAccess access, ErasureAnswers erasures, OperationDefinitions operations)
{
    public async Task<FhirResponse> ReadAsync(FhirRequest request, string type, string id, CancellationToken cancellationToken)
    {
        StoredVersion? current = await records.CurrentAsync(type, id, cancellationToken).ConfigureAwait(false);
        if (current is null && type == "OperationDefinition" && operations.Find(id) is { } own) return new FhirResponse(200) { Body = own };
        return await AnswerAsync(request, current, type, id, cancellationToken).ConfigureAwait(false);
    }

    public async Task<FhirResponse> VersionAsync(FhirRequest request, string type, string id, string version, CancellationToken cancellationToken)
    {
        StoredVersion? stored = VersionTag.Id(version) is { } number ? await records.VersionAsync(type, id, number, cancellationToken).ConfigureAwait(false) : null;
        return await AnswerAsync(request, stored, type, id, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The current version as a write transaction of one of the hospital's own users sees it.</summary>
    public async Task<FhirResponse> CurrentWithinAsync(Caller caller, string type, string id, StoreTransaction transaction, CancellationToken cancellationToken)
    {
        StoredVersion? current = await records.CurrentAsync(type, id, cancellationToken, transaction.Transaction).ConfigureAwait(false);
        if (current is null || !await access.MaySeeAsync(caller, current, cancellationToken, transaction.Transaction).ConfigureAwait(false)) throw FhirException.NotFound(type, id);
        if (current.Deleted) throw FhirException.Gone(type, id);
        access.Note(caller, current, null);
        return FhirResponse.Of(current, current.Body);
    }

    private async Task<FhirResponse> AnswerAsync(
        FhirRequest request, StoredVersion? version, string type, string id, CancellationToken cancellationToken)
    {
        ResourceSubset? subset = ResourceSubset.Of(type, request.Parameter("_summary"), request.Parameter("_elements"));
        // To somebody who may not see the record it does not exist, deleted or not.
        if (version is null || !await access.MaySeeAsync(request.Caller, version, cancellationToken).ConfigureAwait(false)) throw FhirException.NotFound(type, id);
        if (version.Erased) return await erasures.OfAsync(version, cancellationToken).ConfigureAwait(false);
        if (version.Deleted) throw FhirException.Gone(type, id);
        if (IsFresh(request, version)) return new FhirResponse(304) { Version = version.Version, LastUpdated = version.RecordedAt };
        byte[] view = (await access.DiscloseAsync(request.Caller, [version], cancellationToken).ConfigureAwait(false))[0];
        FhirResponse answer = FhirResponse.Of(version, subset?.Apply(view) ?? view);
        return request.WantsContent ? BinaryContent.Answer(answer) : answer;
    }

    /// <summary>Conditional read (http.html#cread): the client has this version already. RFC 9110 13.1.3: If-None-Match goes before If-Modified-Since.</summary>
    private static bool IsFresh(FhirRequest request, StoredVersion version)
    {
        if (request.IfNoneMatch is not null) return VersionTag.Matches(request.IfNoneMatch, version.Version);
        return request.IfModifiedSince is not null
            && HeaderUtilities.TryParseDate(request.IfModifiedSince, out DateTimeOffset since)
            && version.RecordedAt / 1000 <= since.ToUnixTimeSeconds();
    }
}
