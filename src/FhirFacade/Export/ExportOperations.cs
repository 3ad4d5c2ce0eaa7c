using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Consortium.Fhir;
using Consortium.FhirFacade.Access;
using Consortium.FhirFacade.Access.Smart;
using Consortium.FhirFacade.Rest;
using Consortium.FhirFacade.Search.Query;
using Consortium.FhirFacade.Store;

namespace Consortium.FhirFacade.Export;

/// <summary>
/// Bulk data export (HL7 Bulk Data Access 1.0): kick-off, status, files in NDJSON, and giving up; of the system, of all patients, of a group. Callers from outside
/// export the system in their view: what they may not see is in no file and no count.
/// </summary>
internal sealed class ExportOperations(ExportStore exports, ExportMembers members, SearchParser parser, RecordQueries records, RecordAccess access, FacadeOptions options, TimeProvider time)
{
    /// <summary><c>$export</c>, <c>Patient/$export</c>, <c>Group/id/$export</c>: 202 with the place of the status.</summary>
    public async Task<FhirResponse> StartAsync(FhirRequest request, ExportScope scope, string? group, CancellationToken cancellationToken)
    {
        if (request.Caller.IsOutside && scope != ExportScope.System) throw FhirException.Forbidden("Which patients are in a group, and which records refer to a patient, may be hidden from outside; $export of the system gives what may be seen.");
        ExportRequest asked = ExportRequest.Read(request, scope, parser, options.BaseUrl);
        if (request.Caller.IsOutside && asked.Filters.Count > 0) throw FhirException.Forbidden("_typeFilter may look at what is hidden from outside; _type and _since may be used.");
        if (request.Caller.User is not null)
        {
            // A group that the user may not see does not exist, and a filter finds nothing through what the user does not see.
            if (group is not null && await records.CurrentAsync("Group", group, cancellationToken).ConfigureAwait(false) is { } stored
                && !await access.MaySeeAsync(request.Caller, stored, cancellationToken).ConfigureAwait(false)) throw FhirException.NotFound("Group", group);
            asked = asked with { Filters = [.. asked.Filters.Select(filter => UserSearch.Confine(request.Caller, filter))] };
        }

        string[] types = ForUser(request.Caller, asked.Types);
        IReadOnlyCollection<string>? patients = null;
        IReadOnlyList<string> problems = [];
        if (group is not null) (patients, problems) = await members.OfGroupAsync(group, asked.Patients, cancellationToken).ConfigureAwait(false);
        else if (asked.Patients is { } listed) (patients, problems) = await members.OfPatientsAsync(listed, cancellationToken).ConfigureAwait(false);
        string path = string.Join('/', request.Segments);
        ExportJob job = await exports.AddAsync(
            new ExportJob(
                Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), Owner(request.Caller),
                BundleWriter.Url($"{options.BaseUrl}/{path}", [.. request.Parameters.Select(parameter => (parameter.Key, parameter.Value))]),
                scope, types, asked.Since, 0, time.GetUtcNow().ToUnixTimeMilliseconds())
            {
                Elements = asked.Elements, Filtered = [.. asked.Filters.Select(filter => filter.Type).Distinct(StringComparer.Ordinal)], IsListed = patients is not null, Problems = problems,
            },
            asked.Filters, patients ?? [], cancellationToken).ConfigureAwait(false);
        return new FhirResponse(202) { ContentLocation = $"{options.BaseUrl}/$export-status/{job.Id}" };
    }

    /// <summary>The status: the files of the export, which are there at once.</summary>
    public async Task<FhirResponse> StatusAsync(FhirRequest request, string id, CancellationToken cancellationToken)
    {
        ExportJob job = await FindAsync(request, id, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<(string Type, long Count)> counts = await exports.CountsAsync(job, request.Caller.Subject, cancellationToken).ConfigureAwait(false);
        var output = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(output, Negotiation.Compact))
        {
            json.WriteStartObject();
            json.WriteString("transactionTime", ResourceJson.Instant(job.CreatedAt));
            json.WriteString("request", job.Request);
            json.WriteBoolean("requiresAccessToken", !options.OpenAccess);
            json.WriteStartArray("output");
            foreach ((string type, long count) in counts)
            {
                json.WriteStartObject();
                json.WriteString("type", type);
                json.WriteString("url", $"{options.BaseUrl}/$export-file/{job.Id}/{type}");
                if (request.Caller.User is null) json.WriteNumber("count", count); // a user's file leaves out what is restricted, and so does not say how much there is
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("error");
            if (job.Problems.Count > 0)
            {
                json.WriteStartObject();
                json.WriteString("type", "OperationOutcome");
                json.WriteString("url", $"{options.BaseUrl}/$export-error/{job.Id}");
                json.WriteNumber("count", job.Problems.Count);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return new FhirResponse(200)
        {
            Body = output.WrittenSpan.ToArray(),
            RawContentType = "application/json",
            Expires = DateTimeOffset.FromUnixTimeMilliseconds(job.CreatedAt) + ExportStore.Kept,
        };
    }

    /// <summary>One file: a resource a line, in the caller's view.</summary>
    public async Task<FhirResponse> FileAsync(FhirRequest request, string id, string type, CancellationToken cancellationToken)
    {
        ExportJob job = await FindAsync(request, id, cancellationToken).ConfigureAwait(false);
        if (job.Types.Count > 0 && !job.Types.Contains(type, StringComparer.Ordinal)) throw new FhirException(404, "not-found", "The export has no such file.");
        ForUser(request.Caller, [type]); // with the rights of now
        ResourceSubset? subset = job.Elements is { } elements && Named(elements, type) is { Length: > 0 } own ? ResourceSubset.Of(type, null, own) : null;
        return new FhirResponse(200)
        {
            RawContentType = ExportRequest.Ndjson,
            Stream = async (output, stop) =>
            {
                await foreach (IReadOnlyList<StoredVersion> page in exports.ReadAsync(job, type, request.Caller.Subject, stop).ConfigureAwait(false))
                {
                    byte[][] views = await access.DiscloseAsync(request.Caller, await access.VisibleAsync(request.Caller, page, stop).ConfigureAwait(false), stop).ConfigureAwait(false);
                    if (request.Caller.Log is { } log) await log.WriteAsync(stop).ConfigureAwait(false); // on record before it leaves
                    foreach (byte[] view in views)
                    {
                        await output.WriteAsync(OnOneLine(subset?.Apply(view) ?? view), stop).ConfigureAwait(false);
                        await output.WriteAsync("\n"u8.ToArray(), stop).ConfigureAwait(false);
                    }
                }
            },
        };
    }

    /// <summary>What could not be given: an OperationOutcome a line.</summary>
    public async Task<FhirResponse> ProblemsAsync(FhirRequest request, string id, CancellationToken cancellationToken)
    {
        ExportJob job = await FindAsync(request, id, cancellationToken).ConfigureAwait(false);
        if (job.Problems.Count == 0) throw new FhirException(404, "not-found", "The export has no such file.");
        var lines = new ArrayBufferWriter<byte>(1024);
        foreach (string problem in job.Problems)
        {
            lines.Write(OnOneLine(OperationOutcomeJson.Write([new OutcomeIssue(IssueSeverity.Warning, "not-found", problem)])).Span);
            lines.Write("\n"u8);
        }

        return new FhirResponse(200) { RawContentType = ExportRequest.Ndjson, Body = lines.WrittenSpan.ToArray() };
    }

    /// <summary>Gives an export up: its files are gone.</summary>
    public async Task<FhirResponse> RemoveAsync(FhirRequest request, string id, CancellationToken cancellationToken) =>
        await exports.RemoveAsync(id, Owner(request.Caller), cancellationToken).ConfigureAwait(false) ? new FhirResponse(202) : throw NoSuchExport();

    // Stored bytes are exact, line breaks between elements among them; a line of NDJSON has none. Within JSON text they are always escaped.
    private static ReadOnlyMemory<byte> OnOneLine(byte[] json)
    {
        if (json.AsSpan().IndexOfAny((byte)'\n', (byte)'\r') < 0) return json;
        byte[] line = (byte[])json.Clone();
        for (int i = 0; i < line.Length; i++)
        {
            if (line[i] is (byte)'\n' or (byte)'\r') line[i] = (byte)' ';
        }

        return line;
    }

    // Bulk Data Access 2.0: an element with a type before it is for that type alone; a type of which none is said is given whole.
    private static string Named(string elements, string type) => string.Join(',', elements.Split(',')
        .Where(element => !element.Contains('.', StringComparison.Ordinal) || element.StartsWith(type + ".", StringComparison.Ordinal)));

    /// <summary>Who asks, as it is kept with what belongs to its asker.</summary>
    internal static string Owner(Caller caller) => caller.User is { } user
        ? $"User:{user.Issuer} {user.Client} {user.Subject}"
        : string.Create(CultureInfo.InvariantCulture, $"{caller.Kind}:{caller.Address}");

    /// <summary>The types that a user may export: those of which its scopes give all, since an export is not cut down to a patient or to what a search finds.</summary>
    /// <exception cref="FhirException">403: a type that was asked for, or every type, is not among them.</exception>
    private static string[] ForUser(Caller caller, string[] types)
    {
        if (caller.User is not { } user) return types;
        const Permissions all = Permissions.Read | Permissions.Search;
        string[] allowed = [.. (types.Length > 0 ? types : FhirR4.ResourceTypes).Where(type => user.For(type, all).Any(grant => grant.IsWhole))];
        string? missing = types.Except(allowed, StringComparer.Ordinal).FirstOrDefault() ?? (allowed.Length == 0 ? SmartScope.AnyType : null);
        return missing is null ? allowed : throw Challenge.Scope($"system/{missing}.rs", $"user/{missing}.rs");
    }

    private async Task<ExportJob> FindAsync(FhirRequest request, string id, CancellationToken cancellationToken) =>
        await exports.FindAsync(id, Owner(request.Caller), cancellationToken).ConfigureAwait(false) ?? throw NoSuchExport();

    private static FhirException NoSuchExport() => new(404, "not-found", "There is no such export of yours: it was given up, or is older than a day.");
}
