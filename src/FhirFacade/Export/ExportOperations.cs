using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Consortium.Fhir;
using Consortium.FhirFacade.Access;
using Consortium.FhirFacade.Rest;
using Consortium.FhirFacade.Search.Query;
using Consortium.FhirFacade.Store;
using Consortium.FhirFacade.Terminology;

namespace Consortium.FhirFacade.Export;

/// <summary>
/// Bulk data export (HL7 Bulk Data Access 1.0): kick-off, status, files in NDJSON, and giving up; of the system, of all patients, of a group. Callers from outside
/// export the system in their view: what they may not see is in no file and no count.
/// </summary>
internal sealed class ExportOperations(ExportStore exports, RecordQueries records, RecordAccess access, FacadeOptions options, TimeProvider time)
{
    private const string Ndjson = "application/fhir+ndjson";

    /// <summary><c>$export</c>, <c>Patient/$export</c>, <c>Group/id/$export</c>: 202 with the place of the status.</summary>
    public async Task<FhirResponse> StartAsync(FhirRequest request, ExportScope scope, string? group, CancellationToken cancellationToken)
    {
        if (request.Caller.IsOutside && scope != ExportScope.System) throw FhirException.Forbidden("Which patients are in a group, and which records refer to a patient, may be hidden from outside; $export of the system gives what may be seen.");
        if (group is not null)
        {
            StoredVersion? stored = await records.CurrentAsync("Group", group, cancellationToken).ConfigureAwait(false);
            if (stored is null) throw FhirException.NotFound("Group", group);
            if (stored.Deleted) throw FhirException.Gone("Group", group);
        }

        var input = OperationInput.Read(request);
        if (input.Text("_outputFormat") is { } format && format is not (Ndjson or "application/ndjson" or "ndjson"))
        {
            throw FhirException.BadRequest("not-supported", $"_outputFormat is {Ndjson}.");
        }

        string[] types = [.. (input.Text("_type") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal)];
        if (!types.All(FhirR4.IsResourceType)) throw FhirException.BadRequest("value", "_type lists resource types with commas between.");
        foreach (string unknown in (ReadOnlySpan<string>)["_typeFilter", "_elements", "includeAssociatedData", "patient"])
        {
            // What narrows an export must not be passed over: more than was meant would leave the house.
            if (input.Text(unknown) is not null) throw FhirException.BadRequest("not-supported", $"{unknown} is not supported; _type and _since are.");
        }

        long? since = input.Text("_since") is { } text ? ValueParser.ReadDate("_since", text).With.From : null;
        string path = string.Join('/', request.Segments);
        ExportJob job = await exports.AddAsync(
            new ExportJob(
                Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), Owner(request.Caller),
                BundleWriter.Url($"{options.BaseUrl}/{path}", [.. request.Parameters.Select(parameter => (parameter.Key, parameter.Value))]),
                scope, group, types, since, 0, time.GetUtcNow().ToUnixTimeMilliseconds()),
            cancellationToken).ConfigureAwait(false);
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
                json.WriteNumber("count", count);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("error");
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
        return new FhirResponse(200)
        {
            RawContentType = Ndjson,
            Stream = async (output, stop) =>
            {
                await foreach (IReadOnlyList<StoredVersion> page in exports.ReadAsync(job, type, request.Caller.Subject, stop).ConfigureAwait(false))
                {
                    foreach (byte[] view in await access.DiscloseAsync(request.Caller, "operation-export", page, stop).ConfigureAwait(false))
                    {
                        await output.WriteAsync(OnOneLine(view), stop).ConfigureAwait(false);
                        await output.WriteAsync("\n"u8.ToArray(), stop).ConfigureAwait(false);
                    }
                }
            },
        };
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

    private static string Owner(Caller caller) => string.Create(CultureInfo.InvariantCulture, $"{caller.Kind}:{caller.Address}");

    private async Task<ExportJob> FindAsync(FhirRequest request, string id, CancellationToken cancellationToken) =>
        await exports.FindAsync(id, Owner(request.Caller), cancellationToken).ConfigureAwait(false) ?? throw NoSuchExport();

    private static FhirException NoSuchExport() => new(404, "not-found", "There is no such export of yours: it was given up, or is older than a day.");
}
