using System.Buffers;
using System.Text.Json;
using Consortium.FhirFacade.AuditTrail;
using Consortium.FhirFacade.Rest;
using Consortium.FhirFacade.Store;
using Consortium.Integrity;
using Consortium.Ledger;

namespace Consortium.FhirFacade.Erasure;

/// <summary>
/// The record of an erasure: an AuditEvent (ISO 21089 <c>destroy</c>, DICOM lifecycle 15, permanent erasure) that names each erased version by its record id alone, in the form of a UUID.
/// It is committed and anchored as any record, so that a replay can tell an erasure from a loss; it names no patient, no resource and no content.
/// </summary>
internal static class ErasureEvent
{
    /// <summary>Versions that one event names; more take several, so that none is too large to disclose.</summary>
    public const int MostRecords = 250;

    /// <summary>The resource.</summary>
    public static ResourceJson Of(string id, IEnumerable<Tag128> erased, ErasureRequest request, FacadeOptions options, long now)
    {
        var output = new ArrayBufferWriter<byte>(8192);
        using (var json = new Utf8JsonWriter(output, Negotiation.Compact))
        {
            json.WriteStartObject();
            json.WriteString("resourceType", "AuditEvent");
            json.WriteString("id", id);
            AuditEventJson.Coding(json, "type", "http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle", "destroy");
            json.WriteString("action", "D");
            json.WriteString("recorded", ResourceJson.Instant(now));
            json.WriteString("outcome", "0");
            json.WriteStartArray("purposeOfEvent");
            json.WriteStartObject();
            json.WriteStartArray("coding");
            AuditEventJson.Coding(json, null, "urn:consortium:erasure-basis", request.Basis);
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteStartArray("agent");
            json.WriteStartObject();
            Who(json, "who", MemberToken.Did(options.ChainId, options.Custodian));
            json.WriteString("altId", request.By);
            json.WriteBoolean("requestor", true);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteStartObject("source");
            Who(json, "observer", MemberToken.Did(options.ChainId, options.Custodian));
            json.WriteEndObject();
            json.WriteStartArray("entity");
            foreach (Tag128 record in erased)
            {
                json.WriteStartObject();
                json.WriteStartObject("what");
                json.WriteString("reference", ErasureProof.Reference(record));
                json.WriteEndObject();
                AuditEventJson.Coding(json, "type", "http://terminology.hl7.org/CodeSystem/audit-entity-type", "2"); // system object
                AuditEventJson.Coding(json, "lifecycle", ErasureProof.LifecycleSystem, ErasureProof.LifecycleErased);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return ResourceJson.Read(output.WrittenSpan.ToArray());
    }

    private static void Who(Utf8JsonWriter json, string name, string did)
    {
        json.WriteStartObject(name);
        json.WriteStartObject("identifier");
        json.WriteString("system", "urn:ietf:rfc:3986");
        json.WriteString("value", did);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
