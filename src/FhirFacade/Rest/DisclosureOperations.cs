using System.Text.Json;
using Consortium.FhirFacade.Access;
using Consortium.FhirFacade.Erasure;
using Consortium.FhirFacade.Redaction;
using Consortium.FhirFacade.Store;
using Consortium.Integrity;

namespace Consortium.FhirFacade.Rest;

/// <summary>
/// <c>$disclose</c>: the caller's view of one version with what is needed to verify it (<c>record-commitment.md</c>, "Disclosure"), and <c>$receipt</c>: where it stands on the chain.
/// The answer is made from the bytes in the store as they are now. If somebody changed them, the disclosure does not verify, and the asker can name the record.
/// </summary>
internal sealed class DisclosureOperations(RecordQueries records, RecordAccess access, ErasureAnswers erasures, FailureResponses failures, FacadeOptions options)
{
    /// <summary>Records that one call may ask for.</summary>
    public const int MostRecords = 100;


    /// <summary><c>[base]/$disclose</c> by record id, which is all that another member knows.</summary>
    public async Task<FhirResponse> DiscloseByRecordIdAsync(FhirRequest request, CancellationToken cancellationToken)
    {
        IReadOnlyList<Tag128> recordIds = RecordIds(request);
        return recordIds is [var one] ? await DiscloseAsync(request.Caller, one, null, cancellationToken).ConfigureAwait(false) : await DiscloseManyAsync(request.Caller, recordIds, cancellationToken).ConfigureAwait(false);
    }

    // Each record has its own answer, as it would have had alone: a replay asks for thousands, and a call for each would cost more than what it asks for.
    private async Task<FhirResponse> DiscloseManyAsync(Caller caller, IReadOnlyList<Tag128> recordIds, CancellationToken cancellationToken)
    {
        var identities = new Dictionary<string, IReadOnlyCollection<string>>(StringComparer.Ordinal);
        using var parameters = new ParametersWriter();
        foreach (Tag128 recordId in recordIds)
        {
            FhirResponse answer;
            try
            {
                answer = await DiscloseAsync(caller, recordId, identities, cancellationToken).ConfigureAwait(false);
            }
            catch (FhirException e)
            {
                answer = failures.Answer(e);
            }

            parameters.Parts("record", () =>
            {
                parameters.Text("recordId", recordId.ToString());
                parameters.Number("status", (ulong)answer.Status);
                parameters.Resource(answer.Status == 200 ? "answer" : "outcome", answer.Body);
            });
        }

        return new FhirResponse(200) { Body = parameters.Finish() };
    }

    private async Task<FhirResponse> DiscloseAsync(Caller caller, Tag128 recordId, Dictionary<string, IReadOnlyCollection<string>>? identities, CancellationToken cancellationToken)
    {
        CommittedVersion? version = await records.CommittedAsync(recordId, cancellationToken).ConfigureAwait(false);
        if (version is null || !await access.MaySeeAsync(caller, version.Stored, cancellationToken).ConfigureAwait(false)) throw new FhirException(404, "not-found", $"This custodian has no record {recordId}.");
        return await DiscloseAsync(caller, version, identities, cancellationToken).ConfigureAwait(false);
    }

    /// <summary><c>[base]/Type/id[/_history/vid]/$disclose</c>.</summary>
    public async Task<FhirResponse> DiscloseAsync(FhirRequest request, string type, string id, string? version, CancellationToken cancellationToken) =>
        await DiscloseAsync(request.Caller, await FindAsync(request.Caller, type, id, version, cancellationToken).ConfigureAwait(false), null, cancellationToken).ConfigureAwait(false);

    /// <summary><c>[base]/Type/id[/_history/vid]/$receipt</c>.</summary>
    public async Task<FhirResponse> ReceiptAsync(FhirRequest request, string type, string id, string? version, CancellationToken cancellationToken)
    {
        CommittedVersion found = await FindAsync(request.Caller, type, id, version, cancellationToken).ConfigureAwait(false);
        using var parameters = new ParametersWriter();
        Committed(parameters, found);
        if (found.Stored.Erased) parameters.Flag("erased", true);
        return new FhirResponse(200) { Body = parameters.Finish() };
    }

    private async Task<FhirResponse> DiscloseAsync(Caller caller, CommittedVersion version, Dictionary<string, IReadOnlyCollection<string>>? identities, CancellationToken cancellationToken)
    {
        if (version.Stored.Erased) return await erasures.OfAsync(version.Stored, cancellationToken).ConfigureAwait(false);
        ViewRole role = await access.RoleForAsync(caller, version.Stored, cancellationToken).ConfigureAwait(false);
        (byte[] view, Disclosure disclosure) = await RedactedAsync(version, role, identities, cancellationToken).ConfigureAwait(false);
        access.Note(caller, version.Stored, caller.IsOutside ? role : null);
        using var parameters = new ParametersWriter();
        parameters.Resource("view", view);
        parameters.Bytes("disclosure", disclosure.ToJson());
        parameters.Bytes("viewBytes", view);
        parameters.Text("role", role.ToString().ToLowerInvariant());
        Committed(parameters, version);
        return new FhirResponse(200) { Body = parameters.Finish() };
    }

    private async Task<(byte[] View, Disclosure Disclosure)> RedactedAsync(CommittedVersion version, ViewRole role, Dictionary<string, IReadOnlyCollection<string>>? identities, CancellationToken cancellationToken)
    {
        try
        {
            byte[] body = version.Stored.Body;
            RedactedRecord redacted = await access.RedactAsync(version.Stored, role, identities, cancellationToken).ConfigureAwait(false);
            return (redacted.View, RecordCommitment.Disclose(body, version.Secret, version.Suite, redacted.HiddenPointers));
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            // Not even JSON any more. Its content is not repeated, since nothing can be hidden in what cannot be read.
            throw new FhirException(500, "exception", $"The stored bytes of record {version.Entry.RecordId} are not the JSON that was committed: they were damaged or changed in the database.");
        }
    }

    private async Task<CommittedVersion> FindAsync(Caller caller, string type, string id, string? version, CancellationToken cancellationToken)
    {
        long? number = version is not null
            ? VersionTag.Id(version)
            : (await records.CurrentAsync(type, id, cancellationToken).ConfigureAwait(false))?.Version;
        CommittedVersion? found = number is { } known ? await records.CommittedAsync(type, id, known, cancellationToken).ConfigureAwait(false) : null;
        return found is not null && await access.MaySeeAsync(caller, found.Stored, cancellationToken).ConfigureAwait(false) ? found : throw FhirException.NotFound(type, id);
    }

    private void Committed(ParametersWriter parameters, CommittedVersion version)
    {
        parameters.Text("recordId", version.Entry.RecordId.ToString());
        parameters.Text("commitment", version.Entry.Commitment.ToString());
        if (version.Receipt is { } receipt) RecordReceipt.Of(receipt, options).Write(parameters);
    }

    private static List<Tag128> RecordIds(FhirRequest request)
    {
        IEnumerable<string?> texts = request.Method == "POST"
            ? ParametersReader.Read(request.Body).Texts("recordId")
            : [request.Parameters.LastOrDefault(parameter => parameter.Key == "recordId").Value];
        List<Tag128> recordIds = [.. texts.Select(text => Tag128.TryParse(text, out Tag128 recordId)
            ? recordId
            : throw FhirException.BadRequest("value", "A recordId is 32 hexadecimal digits, as in the index entry."))];
        return recordIds.Count switch
        {
            0 => throw FhirException.BadRequest("required", "$disclose takes a parameter recordId of 32 hexadecimal digits, as in the index entry."),
            > MostRecords => throw FhirException.BadRequest("too-costly", $"One call discloses at most {MostRecords} records. Ask for them in several."),
            _ => recordIds,
        };
    }
}
