using System.Text.RegularExpressions;
using Consortium.FhirFacade.Access;
using Consortium.FhirFacade.Rest;
using Consortium.FhirFacade.Store;

namespace Consortium.FhirFacade.Erasure;

/// <summary><c>$erase</c>, <c>$legal-hold</c> and <c>$legal-hold-release</c>: for the hospital itself.</summary>
internal sealed partial class ErasureOperations(RecordEraser eraser, ErasureScope scope, LegalHolds holds, RecordQueries records)
{
    /// <summary>Erases a record, some of its versions, or all records of a patient.</summary>
    public async Task<FhirResponse> EraseAsync(FhirRequest request, string type, string id, string? version, CancellationToken cancellationToken)
    {
        RequireHospital(request.Caller);
        ParametersReader parameters = ParametersReader.Read(request.Resource);
        if (type == "AuditEvent") throw new FhirException(403, "forbidden", "AuditEvents are kept: they hold no content of a record, and an erasure is proved by one.");
        if (type == "SearchParameter") throw new FhirException(422, "not-supported", "A SearchParameter holds no patient's data, and is in use here: delete it instead.");
        var key = new RecordKey(type, id);
        ErasureRequest asked = new(await TargetsAsync(key, version, parameters, cancellationToken).ConfigureAwait(false), Code(parameters, "basis"), By(request.Caller, parameters)) { IsDryRun = parameters.Text("dryRun") == "true" };
        if (await records.CurrentAsync(type, id, cancellationToken).ConfigureAwait(false) is null) throw FhirException.NotFound(type, id);
        ErasureResult result;
        try
        {
            result = await eraser.EraseAsync(asked, cancellationToken).ConfigureAwait(false);
        }
        catch (LegalHoldException e)
        {
            throw new FhirException(409, "conflict", e.Message);
        }

        using var answer = new ParametersWriter();
        answer.Flag("dryRun", asked.IsDryRun);
        answer.Number("records", (ulong)result.Records);
        answer.Number("versions", (ulong)result.Versions);
        foreach (string eventId in result.Events) answer.Text("event", $"AuditEvent/{eventId}");
        foreach (string digest in result.RawDigests) answer.Text("rawRecord", digest);
        return new FhirResponse(200) { Body = answer.Finish() };
    }

    /// <summary>Places a record under legal hold.</summary>
    public async Task<FhirResponse> HoldAsync(FhirRequest request, string type, string id, CancellationToken cancellationToken)
    {
        RequireHospital(request.Caller);
        ParametersReader parameters = ParametersReader.Read(request.Resource);
        string reason = Code(parameters, "reason");
        if (await records.CurrentAsync(type, id, cancellationToken).ConfigureAwait(false) is null) throw FhirException.NotFound(type, id);
        await holds.PlaceAsync(new RecordKey(type, id), reason, By(request.Caller, parameters), cancellationToken).ConfigureAwait(false);
        using var answer = new ParametersWriter();
        answer.Flag("held", true);
        return new FhirResponse(200) { Body = answer.Finish() };
    }

    /// <summary>Releases a record's holds.</summary>
    public async Task<FhirResponse> ReleaseAsync(FhirRequest request, string type, string id, CancellationToken cancellationToken)
    {
        RequireHospital(request.Caller);
        ParametersReader parameters = ParametersReader.Read(request.Resource);
        int released = await holds.ReleaseAsync(new RecordKey(type, id), By(request.Caller, parameters), cancellationToken).ConfigureAwait(false);
        using var answer = new ParametersWriter();
        answer.Number("released", (ulong)released);
        return new FhirResponse(200) { Body = answer.Finish() };
    }

    private async Task<IReadOnlyList<ErasureTarget>> TargetsAsync(RecordKey key, string? version, ParametersReader parameters, CancellationToken cancellationToken)
    {
        if (version is not null)
        {
            long number = VersionTag.Id(version) ?? throw FhirException.BadRequest("value", "A version is a number from 1.");
            return [new ErasureTarget(key, number, number)];
        }

        string? versions = parameters.Text("versions");
        if (versions is not null)
        {
            string[] ends = versions.Split('-', 2);
            if (VersionTag.Id(ends[0]) is not { } from || VersionTag.Id(ends[^1]) is not { } to || to < from) throw FhirException.BadRequest("value", "versions is a number, or two with a hyphen between: 2 or 1-3.");
            return [new ErasureTarget(key, from, to)];
        }

        if (key.Type != "Patient") return [new ErasureTarget(key)];
        return parameters.Text("scope") switch
        {
            "record" => [new ErasureTarget(key)],
            "patient" => await scope.OfPatientAsync(key.Id, cancellationToken).ConfigureAwait(false),
            _ => throw FhirException.BadRequest("required", "For a Patient scope says what is meant: record for the Patient resource alone, patient for all of the patient's records."),
        };
    }

    // A scope to write is none to destroy: the hospital itself asks, with its own key, or on this machine where its port is open.
    private static void RequireHospital(Caller caller)
    {
        if (caller.Kind != CallerKind.LocalUser) throw FhirException.Forbidden("Only the hospital itself, with its own key, erases records and places legal holds; a user's scopes do not give that.");
    }

    private static string Code(ParametersReader parameters, string name) => parameters.Text(name) is { } code && CodePattern().IsMatch(code)
        ? code
        : throw FhirException.BadRequest("required", $"{name} is a code of the site's of at most 40 lower-case letters, digits, dots and hyphens (pipl-47, gdpr-17, court-order), never words about a person.");

    private static string By(Caller caller, ParametersReader parameters) => parameters.Text("by") is not { } by ? caller.Address?.ToString() ?? "hospital"
        : ByPattern().IsMatch(by) ? by
        : throw FhirException.BadRequest("value", "by is a staff number or user name of at most 64 letters, digits and . _ @ -.");

    [GeneratedRegex("^[a-z0-9][a-z0-9.-]{0,39}$")]
    private static partial Regex CodePattern();

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$")]
    private static partial Regex ByPattern();
}
