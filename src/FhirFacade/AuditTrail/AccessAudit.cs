using System.Globalization;
using System.Text.Json;
using Consortium.FhirFacade.Access;
using Consortium.FhirFacade.Redaction;
using Consortium.FhirFacade.Rest;
using Consortium.FhirFacade.Search;
using Consortium.FhirFacade.Store;

namespace Consortium.FhirFacade.AuditTrail;

/// <summary>
/// Makes every access of somebody known an AuditEvent, one for each patient concerned, stored and committed like any record: of callers from outside before the answer
/// leaves, of the hospital's own users within a moment (decision 0207). Refused accesses as well, once the caller is known.
/// </summary>
internal sealed class AccessAudit(RecordStore store, AuditBatch batch, AuditEventJson json, FacadeOptions options, TimeProvider time)
{
    // Terminology and validation of what is sent show no record; receipts and the inventory show hashes.
    private static readonly string[] s_withoutRecords = ["expand", "validate-code", "lookup", "receipt", "inventory"];

    private volatile string? _lastReplay;

    /// <summary>Runs an interaction with its access on record.</summary>
    /// <param name="route">The route.</param>
    /// <param name="request">The request.</param>
    /// <param name="answer">The interaction; it gets the request with the log that it is to fill.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<FhirResponse> RunAsync(Route route, FhirRequest request, Func<FhirRequest, Task<FhirResponse>> answer, CancellationToken cancellationToken)
    {
        if (!IsRecorded(route, request)) return await answer(request).ConfigureAwait(false);
        int status = 200;
        string? issue = null;
        var log = new AccessLog((log, stop) => WriteAsync(route, request, log, status, issue, stop));
        FhirResponse response;
        try
        {
            response = await answer(request with { Caller = request.Caller with { Log = log } }).ConfigureAwait(false);
            status = response.Status;
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // Nothing of it was done or given: what is on record is what was asked for.
            (status, issue) = e switch
            {
                FhirException fhir => (fhir.Status, fhir.Issues.Count > 0 ? fhir.Issues[0].Code : null),
                PreconditionException => (412, "conflict"),
                JsonException or Fhir.FhirFormatException => (400, "structure"),
                _ => (500, "exception"),
            };
            await WriteAsync(route, request, new AccessLog((_, _) => Task.CompletedTask), status, issue, CancellationToken.None).ConfigureAwait(false);
            throw;
        }

        // Each entry of a batch is an access of its own, and a Bundle that did nothing is none.
        if (route.Interactions is ["transaction", "batch"] && log.Given.Count + log.Written.Count == 0) return response;
        // A long answer writes the events of each page before the page leaves.
        if (response.Stream is null) await log.WriteAsync(cancellationToken).ConfigureAwait(false);
        return response;
    }

    private bool IsRecorded(Route route, FhirRequest request)
    {
        if (route.Right == Right.Public || request.Caller.Kind == CallerKind.Anonymous) return false;
        if (request.Caller is { Kind: CallerKind.LocalUser, Address: null } && !options.AuditOpenAccess) return false;
        if (route.Operation is { } operation && (s_withoutRecords.Contains(operation, StringComparer.Ordinal) || (operation == "validate" && !route.Path.Contains("{id}", StringComparison.Ordinal)))) return false;
        return true;
    }

    private async Task WriteAsync(Route route, FhirRequest request, AccessLog log, int status, string? issue, CancellationToken cancellationToken)
    {
        Caller caller = request.Caller;
        string recorded = ResourceJson.Instant(time.GetUtcNow().ToUnixTimeMilliseconds());
        AccessEvent access = Access(route, request, recorded, status, issue);
        if (caller.IsOutside && route.Operation == "disclose" && log.Given.Count > 0 && log.Given.All(one => one.View == ViewRole.Regulator))
        {
            await WriteReplayAsync(access).ConfigureAwait(false);
            return;
        }

        ResourceWrite[] events = [.. Events(access, request, log).Select(one => new ResourceWrite("AuditEvent", ResourceContent.NewId(), WriteMode.Create) { Content = ResourceJson.Read(json.Write(one)) })];
        if (caller.IsOutside) await store.TransactAsync(transaction => transaction.ApplyAsync(events), cancellationToken).ConfigureAwait(false);
        else await batch.AddAsync(events, CancellationToken.None).ConfigureAwait(false);
    }

    private static IEnumerable<AccessEvent> Events(AccessEvent access, FhirRequest request, AccessLog log)
    {
        // Reading the trail is an access too, and one event: with one for each patient whom it tells of, every look at it would make it longer by what it shows.
        Touched[] touched = [.. log.Given.Concat(log.Written).Where(one => one.Type != "AuditEvent" || access.Action != "E")];
        if (touched.Length == 0)
        {
            yield return access with { Records = Asked(request), Patient = Asked(request) is [{ Type: "Patient", Id: var patient }] ? patient : null };
            yield break;
        }

        foreach (IGrouping<string?, Touched> patient in touched.GroupBy(one => one.Patient)) yield return access with { Patient = patient.Key, Records = [.. patient] };
    }

    /// <summary>What a request names, where nothing of it was given.</summary>
    private static Touched[] Asked(FhirRequest request) => request.Segments is [var type, var id, ..] && Fhir.FhirR4.IsResourceType(type) && LogicalId.IsValid(id)
        ? [new Touched(type, id, 0, null, null)] : [];

    private static AccessEvent Access(Route route, FhirRequest request, string recorded, int status, string? issue) => new()
    {
        Caller = request.Caller,
        Interaction = Interaction(route, request),
        Operation = route.Operation is { } operation ? "$" + operation : null,
        Recorded = recorded,
        Status = status,
        Issue = issue,
        Query = $"{request.Method} {BundleWriter.Url(string.Join('/', request.Segments), [.. request.Parameters.Select(parameter => (parameter.Key, parameter.Value))])}",
        RequestId = request.RequestId,
        Address = request.Address,
    };

    private static string Interaction(Route route, FhirRequest request)
    {
        if (route.Operation is not null || request.Segments is [['$', ..], ..]) return "operation";
        if (route.Interactions is ["transaction", "batch"]) return "transaction";
        if (route.Interactions is [var interaction, ..]) return interaction;
        return request.Method switch
        {
            "PUT" => "update",
            "PATCH" => "patch",
            "DELETE" => "delete",
            _ => route.IsOfType ? "search-type" : "search-system",
        };
    }

    /// <summary>
    /// A replay challenges every record of the custodian, these events among them: an event for each would double the ledger each time.
    /// So a regulator has one event an hour, under an id made of its address and the hour, and what it saw is everything, in the audit view
    /// (docs/decisions/0065-audit-events-of-a-replay.md).
    /// </summary>
    private async Task WriteReplayAsync(AccessEvent access)
    {
        string id = string.Create(CultureInfo.InvariantCulture, $"replay-{access.Caller.Address!.Value.ToString()[2..].ToLowerInvariant()}-{time.GetUtcNow():yyyyMMddHH}");
        if (_lastReplay == id) return;
        byte[] content = json.Write(access with { Query = "POST $disclose", RequestId = null });
        var write = new ResourceWrite("AuditEvent", id, WriteMode.CreateIfAbsent) { Content = ResourceJson.Read(content) };
        await store.TransactAsync(transaction => transaction.ApplyAsync([write])).ConfigureAwait(false);
        _lastReplay = id;
    }
}
