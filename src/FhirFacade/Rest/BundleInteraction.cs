using System.Globalization;
using System.Text.Json;
using Consortium.Fhir;
using Consortium.FhirFacade.Store;

namespace Consortium.FhirFacade.Rest;

/// <summary>batch and transaction (FHIR R4 http.html#transaction).</summary>
internal sealed class BundleInteraction(RecordStore store, TransactionBundle transaction, Lazy<FhirRouter> router, FailureResponses failures, FacadeOptions options)
{
    public async Task<FhirResponse> ExecuteAsync(FhirRequest request, CancellationToken cancellationToken)
    {
        FhirDocument document = FhirDocument.Parse(request.Body);
        if (document.ResourceType != "Bundle") throw FhirException.BadRequest("invalid", "The base takes a Bundle of type batch or transaction.", "resourceType");
        using JsonDocument json = JsonDocument.Parse(request.Body);
        BundleEntry[] entries = BundleEntry.Read(json.RootElement, options.MaxBundleEntries);
        switch (json.RootElement.TryGetProperty("type", out JsonElement type) && type.ValueKind == JsonValueKind.String ? type.GetString() : null)
        {
            case "transaction":
                TransactionPlan plan = TransactionBundle.Plan(entries);
                IReadOnlyList<EntryResponse> results = await store.TransactAsync(
                    unit => transaction.RunAsync(plan, unit, request, cancellationToken), cancellationToken).ConfigureAwait(false);
                return new FhirResponse(200) { Body = Write("transaction-response", results) };
            case "batch":
                return new FhirResponse(200) { Body = Write("batch-response", await BatchAsync(entries, request, cancellationToken).ConfigureAwait(false)) };
            default:
                throw FhirException.BadRequest("value", "Bundle.type must be batch or transaction here.", "Bundle.type");
        }
    }

    /// <summary>Each entry by itself, in the order of a transaction; one that fails leaves the others alone.</summary>
    private async Task<EntryResponse[]> BatchAsync(BundleEntry[] entries, FhirRequest request, CancellationToken cancellationToken)
    {
        var responses = new EntryResponse[entries.Length];
        foreach (BundleEntry entry in entries.OrderBy(entry => entry.Order))
        {
            FhirResponse response;
            try
            {
                response = entry.Segments.Length == 0
                    ? throw FhirException.BadRequest("not-supported", "A batch cannot hold another batch.", entry.At)
                    : await router.Value.RouteAsync(entry.ToRequest(request), cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                throw;
            }
#pragma warning disable CA1031 // one entry's failure, whatever it is, is that entry's answer
            catch (Exception e)
#pragma warning restore CA1031
            {
                response = failures.Answer(e);
            }

            responses[entry.Index] = EntryResponse.Of(response);
        }

        return responses;
    }

    private static byte[] Write(string type, IReadOnlyList<EntryResponse> responses)
    {
        using var bundle = new BundleWriter(type, total: null);
        foreach (EntryResponse entry in responses)
        {
            bool isError = entry.Status >= 400;
            Utf8JsonWriter json = bundle.StartEntry(null, isError ? default : entry.Body);
            json.WriteStartObject("response");
            json.WriteString("status", entry.Status.ToString(CultureInfo.InvariantCulture));
            if (entry.Location is { } location) json.WriteString("location", location);
            if (entry.Version is { } version) json.WriteString("etag", FhirResponse.ETag(version));
            if (entry.LastUpdated is { } updated) json.WriteString("lastModified", ResourceJson.Instant(updated));
            if (isError && entry.Body is { } outcome)
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

/// <summary>The answer to one entry.</summary>
internal sealed record EntryResponse(int Status, byte[]? Body, long? Version, long? LastUpdated, string? Location)
{
    public static EntryResponse Of(FhirResponse response) => new(response.Status, response.Body, response.Version, response.LastUpdated, response.Location);
}
