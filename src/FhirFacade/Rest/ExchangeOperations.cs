using Consortium.FhirFacade.Search;
using Consortium.FhirFacade.Store;
using Consortium.Integrity;
using Consortium.Ledger;

namespace Consortium.FhirFacade.Rest;

/// <summary>What the hospital's own users do with other members' records: <c>$locate</c> finds a patient's index entries, <c>$fetch</c> gets and verifies one.</summary>
internal sealed class ExchangeOperations(RecordExchange exchange)
{
    /// <summary><c>GET [base]/$locate?identifier=system|value</c>.</summary>
    public async Task<FhirResponse> LocateAsync(FhirRequest request, CancellationToken cancellationToken)
    {
        request.Caller.RequireLocalUser();
        (string? system, string value) = SearchValues.Token(request.Parameters.LastOrDefault(parameter => parameter.Key == "identifier").Value ?? "");
        if (string.IsNullOrEmpty(system) || value.Length == 0)
        {
            throw FhirException.BadRequest("required", "$locate takes identifier=system|value: the strongest identifier of the patient, which the members' subject tags are made from.");
        }

        using var parameters = new ParametersWriter();
        foreach (ProjectedEntry entry in await exchange.LocateAsync(system, value, cancellationToken).ConfigureAwait(false)) parameters.Parts("entry", () => Entry(parameters, entry));
        return new FhirResponse(200) { Body = parameters.Finish() };
    }

    /// <summary><c>POST [base]/$fetch</c> with custodian and recordId.</summary>
    public async Task<FhirResponse> FetchAsync(FhirRequest request, CancellationToken cancellationToken)
    {
        request.Caller.RequireLocalUser();
        ParametersReader asked = ParametersReader.Read(request.Body);
        if (!Address.TryParse(asked.Text("custodian"), out Address custodian) || !Tag128.TryParse(asked.Text("recordId"), out Tag128 recordId))
        {
            throw FhirException.BadRequest("required", "$fetch takes custodian (an address) and recordId (32 hexadecimal digits), as $locate lists them.");
        }

        ProjectedEntry entry = await exchange.EntryAsync(custodian, recordId, cancellationToken).ConfigureAwait(false)
            ?? throw new FhirException(404, "not-found", $"The chain has no entry {recordId} of custodian {custodian}.");
        try
        {
            FetchedRecord record = await exchange.FetchAsync(entry, cancellationToken).ConfigureAwait(false);
            using var parameters = new ParametersWriter();
            parameters.Flag("verified", record.Verification.Ok);
            if (record.Verification.Reason is { } reason) parameters.Text("reason", reason);
            if (record.Verification.Pointer is { } pointer) parameters.Text("pointer", pointer);
            // What does not verify is no record: it is handed over as bytes to look at, not as a resource to use.
            if (record.Verification.Ok) parameters.Resource("view", record.View);
            parameters.Bytes("viewBytes", record.View);
            parameters.Bytes("disclosure", record.Disclosure.ToJson());
            parameters.Text("commitment", entry.Entry.Commitment.ToString());
            parameters.Parts("entry", () => Entry(parameters, entry));
            record.Receipt?.Write(parameters);
            return new FhirResponse(200) { Body = parameters.Finish() };
        }
        catch (RecordExchangeException e)
        {
            throw new FhirException(502, "transient", e.Message);
        }
    }

    private static void Entry(ParametersWriter parameters, ProjectedEntry entry)
    {
        parameters.Text("custodian", entry.Custodian.ToString());
        if (IndexIdentifiers.KindName(entry.Entry.Kind) is { } kind) parameters.Code("kind", kind);
        parameters.Text("recordId", entry.Entry.RecordId.ToString());
        parameters.Instant("recorded", ResourceJson.Instant((long)Math.Min(entry.Entry.RecordedAt, 253_402_300_799) * 1000));
        parameters.Number("sequence", entry.Sequence);
        parameters.Text("transactionHash", entry.TransactionHash.ToString());
        parameters.Number("blockNumber", entry.BlockNumber);
    }
}
