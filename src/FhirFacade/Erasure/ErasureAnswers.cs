using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Consortium.FhirFacade.Rest;
using Consortium.FhirFacade.Store;
using Consortium.Integrity;

namespace Consortium.FhirFacade.Erasure;

/// <summary>What is answered for a version that was erased.</summary>
internal sealed class ErasureAnswers(RecordQueries records, FacadeOptions options)
{
    /// <summary>410 for an erased version, with what a replay needs to tell it from a loss.</summary>
    public async Task<FhirResponse> OfAsync(StoredVersion version, CancellationToken cancellationToken)
    {
        ErasureMark? mark = await records.ErasureAsync(version, cancellationToken).ConfigureAwait(false);
        var output = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(output, Negotiation.Compact))
        {
            json.WriteStartObject();
            json.WriteString("resourceType", "OperationOutcome");
            json.WriteStartArray("issue");
            json.WriteStartObject();
            if (mark is not null)
            {
                json.WriteStartArray("extension");
                json.WriteStartObject();
                json.WriteString("url", ErasureProof.EventExtension);
                json.WriteString("valueString", IndexIdentifiers.RecordId(options.CustodianKey, "AuditEvent", mark.EventId, "1").ToString());
                json.WriteEndObject();
                json.WriteEndArray();
            }

            json.WriteString("severity", "error");
            json.WriteString("code", "deleted");
            json.WriteStartObject("details");
            json.WriteStartArray("coding");
            json.WriteStartObject();
            json.WriteString("system", Tombstone.System);
            json.WriteString("code", "erased");
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
            string when = mark is null ? "" : string.Create(CultureInfo.InvariantCulture, $" on {DateTimeOffset.FromUnixTimeMilliseconds(mark.At):yyyy-MM-dd} (basis {mark.Basis}); AuditEvent/{mark.EventId} is the record of it");
            json.WriteString("diagnostics", $"{version.Type}/{version.Id}, version {version.Version.ToString(CultureInfo.InvariantCulture)}, was erased{when}. Its bytes and its secret are destroyed; its commitment on the chain stays and can be linked to nothing.");
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return new FhirResponse(410) { Body = output.WrittenSpan.ToArray(), IsOutcome = true };
    }
}
