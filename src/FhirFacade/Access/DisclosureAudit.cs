using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Consortium.FhirFacade.Redaction;
using Consortium.FhirFacade.Rest;
using Consortium.FhirFacade.Store;
using Consortium.Ledger;

namespace Consortium.FhirFacade.Access;

/// <summary>
/// Records each disclosure to another member or a resident as an AuditEvent (after IHE BALP), one for each patient concerned, stored and committed like any record.
/// It names who asked, what was given and in which view; no name and no identifier of a patient, only the reference.
/// </summary>
internal sealed class DisclosureAudit(RecordStore store, PatientIdentity identity, FacadeOptions options, TimeProvider time)
{
    private readonly string _custodian = MemberToken.Did(options.ChainId, options.Custodian);
    private volatile string? _lastReplay;

    /// <summary>Returns when the events are on disk.</summary>
    public Task RecordAsync(Caller caller, string interaction, IReadOnlyList<Disclosed> given, CancellationToken cancellationToken)
    {
        if (given.Count == 0) return Task.CompletedTask;
        if (interaction == "$disclose" && given.All(one => one.View == ViewRole.Regulator)) return RecordReplayAsync(caller, interaction, cancellationToken);
        string now = ResourceJson.Instant(time.GetUtcNow().ToUnixTimeMilliseconds());
        ResourceWrite[] events = [.. given.GroupBy(one => identity.PatientOf(one.Version)).Select(patient => Write(Event(caller, interaction, now, patient.Key, patient)))];
        return store.TransactAsync(transaction => transaction.ApplyAsync(events), cancellationToken);
    }

    /// <summary>
    /// A replay challenges every record of the custodian, these events among them: an event for each would double the ledger each time.
    /// So a regulator has one event an hour, under an id made of its address and the hour, and what it saw is everything, in the audit view
    /// (docs/decisions/0065-audit-events-of-a-replay.md).
    /// </summary>
    private async Task RecordReplayAsync(Caller caller, string interaction, CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        string id = string.Create(CultureInfo.InvariantCulture, $"replay-{caller.Address!.Value.ToString()[2..].ToLowerInvariant()}-{now:yyyyMMddHH}");
        if (_lastReplay == id) return;
        byte[] json = Event(caller, interaction, ResourceJson.Instant(now.ToUnixTimeMilliseconds()), null, []);
        var write = new ResourceWrite("AuditEvent", id, WriteMode.CreateIfAbsent) { Content = ResourceJson.Read(json) };
        await store.TransactAsync(transaction => transaction.ApplyAsync([write]), cancellationToken).ConfigureAwait(false);
        _lastReplay = id;
    }

    private static ResourceWrite Write(byte[] json) => new("AuditEvent", ResourceContent.NewId(), WriteMode.Create) { Content = ResourceJson.Read(json) };

    private byte[] Event(Caller caller, string interaction, string now, string? patient, IEnumerable<Disclosed> given)
    {
        var output = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(output, Negotiation.Compact))
        {
            json.WriteStartObject();
            json.WriteString("resourceType", "AuditEvent");
            Coding(json, "type", "http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle", "disclose");
            json.WriteStartArray("subtype");
            Coding(json, null, interaction.StartsWith('$') ? "urn:consortium:operation" : "http://hl7.org/fhir/restful-interaction", interaction);
            json.WriteEndArray();
            json.WriteString("action", "R");
            json.WriteString("recorded", now);
            json.WriteString("outcome", "0");
            json.WriteStartArray("agent");
            json.WriteStartObject();
            Who(json, "who", MemberToken.Did(options.ChainId, caller.Address!.Value));
            json.WriteBoolean("requestor", true);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteStartObject("source");
            Who(json, "observer", _custodian);
            json.WriteEndObject();
            WriteEntities(json, patient, given);
            json.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }

    private static void WriteEntities(Utf8JsonWriter json, string? patient, IEnumerable<Disclosed> given)
    {
        if (patient is null && !given.Any()) return; // FHIR has no empty arrays
        json.WriteStartArray("entity");
        if (patient is not null) Entity(json, $"Patient/{patient}", "1", "1", null);
        foreach ((StoredVersion version, ViewRole view) in given)
        {
            string reference = string.Create(CultureInfo.InvariantCulture, $"{version.Type}/{version.Id}/_history/{version.Version}");
            Entity(json, reference, "2", "4", view.ToString().ToLowerInvariant());
        }

        json.WriteEndArray();
    }

    // http://terminology.hl7.org/CodeSystem/audit-entity-type: 1 person, 2 system object; http://terminology.hl7.org/CodeSystem/object-role: 1 patient, 4 domain resource.
    private static void Entity(Utf8JsonWriter json, string reference, string type, string role, string? view)
    {
        json.WriteStartObject();
        json.WriteStartObject("what");
        json.WriteString("reference", reference);
        json.WriteEndObject();
        Coding(json, "type", "http://terminology.hl7.org/CodeSystem/audit-entity-type", type);
        Coding(json, "role", "http://terminology.hl7.org/CodeSystem/object-role", role);
        if (view is not null)
        {
            json.WriteStartArray("detail");
            json.WriteStartObject();
            json.WriteString("type", "view");
            json.WriteString("valueString", view);
            json.WriteEndObject();
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void Coding(Utf8JsonWriter json, string? name, string system, string code)
    {
        if (name is null) json.WriteStartObject();
        else json.WriteStartObject(name);
        json.WriteString("system", system);
        json.WriteString("code", code);
        json.WriteEndObject();
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
