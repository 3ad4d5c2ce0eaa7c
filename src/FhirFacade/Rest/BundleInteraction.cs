using System.Globalization;
using System.Text.Json;
using Consortium.Fhir;
using Consortium.FhirFacade.Access;
using Consortium.FhirFacade.Store;

namespace Consortium.FhirFacade.Rest;

/// <summary>batch and transaction (FHIR R4 http.html#transaction).</summary>
internal sealed class BundleInteraction(RecordStore store, TransactionPlanner planner, TransactionBundle transaction, Lazy<FhirRouter> router, FailureResponses failures, UserAccess users, FacadeOptions options)
{
    public async Task<FhirResponse> ExecuteAsync(FhirRequest request, CancellationToken cancellationToken)
    {
        FhirDocument document = request.Document ?? FhirDocument.Parse(request.Resource);
        if (document.ResourceType != "Bundle") throw FhirException.BadRequest("invalid", "The base takes a Bundle of type batch or transaction.", "resourceType");
        using JsonDocument json = JsonDocument.Parse(request.Body);
        string? type = json.RootElement.TryGetProperty("type", out JsonElement given) && given.ValueKind == JsonValueKind.String ? given.GetString() : null;
        if (type is not ("batch" or "transaction")) throw FhirException.BadRequest("value", "Bundle.type must be batch or transaction here.", "Bundle.type");
        BundleEntry[] entries = BundleEntry.Read(json.RootElement, options);
        FhirResponse[] responses = type == "transaction"
            ? await TransactAsync(entries, request, cancellationToken).ConfigureAwait(false)
            : await BatchAsync(entries, request, cancellationToken).ConfigureAwait(false);
        return new FhirResponse(200) { Body = Write(type + "-response", responses) };
    }

    private async Task<FhirResponse[]> TransactAsync(BundleEntry[] entries, FhirRequest request, CancellationToken cancellationToken)
    {
        foreach (BundleEntry entry in request.Caller.User is null ? [] : entries) RequireScopes(entry, request);
        TransactionPlan plan = planner.Plan(entries, request);
        FhirResponse?[] responses = await store.TransactAsync(unit => transaction.RunAsync(plan, unit, request, cancellationToken), users.WatchOf(request.Caller, cancellationToken), cancellationToken).ConfigureAwait(false);
        // Searches and histories look at what is committed now (decision 0192).
        foreach (BundleEntry entry in entries)
        {
            responses[entry.Index] ??= await RunAsync(entry, request, cancellationToken).ConfigureAwait(false);
        }

        return responses!;
    }

    // Before anything is done: a transaction that its caller's scopes do not allow changes nothing.
    private void RequireScopes(BundleEntry entry, FhirRequest request)
    {
        try
        {
            router.Value.RequireScopes(entry.ToRequest(request));
        }
        catch (FhirException e)
        {
            throw e.At(entry.At);
        }
    }

    /// <summary>Each entry by itself, in the order of a transaction; one that fails leaves the others alone.</summary>
    private async Task<FhirResponse[]> BatchAsync(BundleEntry[] entries, FhirRequest request, CancellationToken cancellationToken)
    {
        var responses = new FhirResponse[entries.Length];
        foreach (BundleEntry entry in entries.OrderBy(entry => entry.Order)) responses[entry.Index] = await RunAsync(entry, request, cancellationToken).ConfigureAwait(false);
        return responses;
    }

    private async Task<FhirResponse> RunAsync(BundleEntry entry, FhirRequest request, CancellationToken cancellationToken)
    {
        try
        {
            if (entry.Segments.Length == 0 && entry.Method == "POST") throw FhirException.BadRequest("not-supported", "A batch cannot hold another batch.", entry.At);
            FhirResponse response = await router.Value.RouteAsync(entry.ToRequest(request), cancellationToken).ConfigureAwait(false);
            return entry.Method == "HEAD" ? response with { Body = null } : response;
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // one entry's failure, whatever it is, is that entry's answer
        catch (Exception e)
#pragma warning restore CA1031
        {
            return failures.Answer(e);
        }
    }

    /// <summary>A Bundle of answers.</summary>
    public byte[] Write(string type, IReadOnlyList<FhirResponse> responses)
    {
        using var bundle = new BundleWriter(type, total: null);
        foreach (FhirResponse entry in responses)
        {
            bool hasResource = entry is { IsOutcome: false, Body: not null };
            Utf8JsonWriter json = bundle.StartEntry(hasResource && entry.Key is { } key ? $"{options.BaseUrl}/{key}" : null, hasResource ? entry.Body : default);
            json.WriteStartObject("response");
            json.WriteString("status", entry.Status.ToString(CultureInfo.InvariantCulture));
            if (entry.Location is { } location) json.WriteString("location", location);
            if (entry.Version is { } version) json.WriteString("etag", FhirResponse.ETag(version));
            if (entry.LastUpdated is { } updated) json.WriteString("lastModified", ResourceJson.Instant(updated));
            if (entry.IsOutcome && entry.Body is { } outcome)
            {
                json.WritePropertyName("outcome");
                json.WriteRawValue(outcome, skipInputValidation: true);
            }

            json.WriteEndObject();
            bundle.EndEntry();
        }

        return bundle.Finish();
    }
}
