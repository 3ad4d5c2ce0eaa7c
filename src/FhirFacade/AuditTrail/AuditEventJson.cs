using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Consortium.FhirFacade.Access;
using Consortium.FhirFacade.Rest;
using Consortium.Ledger;

namespace Consortium.FhirFacade.AuditTrail;

/// <summary>
/// Writes AuditEvents after IHE's Basic Audit Log Patterns (BALP 1.1.3: Create, Read, Update, Delete, Query, and each with a patient). No name and no identifier of a
/// patient stands in them but what a client wrote in its query, which is in base64 as the pattern has it, and the reason of a broken glass.
/// </summary>
internal sealed class AuditEventJson(FacadeOptions options)
{
    private const string Patterns = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.";
    private const string Dicom = "http://dicom.nema.org/resources/ontology/DCM";
    private const string Participation = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";
    private const string EntityType = "http://terminology.hl7.org/CodeSystem/audit-entity-type";
    private const string ObjectRole = "http://terminology.hl7.org/CodeSystem/object-role";

    private readonly string _custodian = MemberToken.Did(options.ChainId, options.Custodian);
    private readonly string _host = new Uri(options.BaseUrl).Host;

    /// <summary>The resource.</summary>
    public byte[] Write(AccessEvent access)
    {
        var output = new ArrayBufferWriter<byte>(2048);
        using (var json = new Utf8JsonWriter(output, Negotiation.Compact))
        {
            json.WriteStartObject();
            json.WriteString("resourceType", "AuditEvent");
            WriteProfile(json, access);
            Coding(json, "type", "http://terminology.hl7.org/CodeSystem/audit-event-type", "rest");
            WriteSubtypes(json, access);
            json.WriteString("action", access.Action);
            json.WriteString("recorded", access.Recorded);
            // http://terminology.hl7.org/CodeSystem/audit-event-outcome: 0 success, 4 minor failure (refused), 8 serious failure (the server's own)
            json.WriteString("outcome", access.Status < 400 ? "0" : access.Status < 500 ? "4" : "8");
            if (access.Status >= 400) json.WriteString("outcomeDesc", string.Create(CultureInfo.InvariantCulture, $"HTTP {access.Status}{(access.Issue is { } issue ? $" {issue}" : "")}"));
            if (access.Caller.Purpose is { } purpose) WritePurpose(json, purpose);
            WriteAgents(json, access);
            WriteSource(json);
            WriteEntities(json, access);
            json.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }

    // The patterns are about what succeeded; a refusal is told as one, without claiming to be one of them.
    private static void WriteProfile(Utf8JsonWriter json, AccessEvent access)
    {
        string? pattern = access.Interaction switch
        {
            _ when access.Status >= 400 || access.Records.Count == 0 && access.Action != "E" => null,
            "read" or "vread" => "Read",
            "create" => "Create",
            "update" or "patch" => "Update",
            "delete" => "Delete",
            "search" or "search-type" or "search-system" => "Query",
            _ => null,
        };
        if (pattern is null) return;
        json.WriteStartObject("meta");
        json.WriteStartArray("profile");
        json.WriteStringValue($"{Patterns}{(access.Patient is null ? "" : "Patient")}{pattern}");
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteSubtypes(Utf8JsonWriter json, AccessEvent access)
    {
        json.WriteStartArray("subtype");
        Coding(json, null, "http://hl7.org/fhir/restful-interaction", access.Interaction);
        if (access.Operation is { } operation) Coding(json, null, "urn:consortium:operation", operation);
        if (access.Caller.IsOutside) Coding(json, null, "http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle", "disclose");
        json.WriteEndArray();
    }

    private static void WritePurpose(Utf8JsonWriter json, PurposeOfUse purpose)
    {
        json.WriteStartArray("purposeOfEvent");
        json.WriteStartObject();
        Codings(json, PurposeOfUse.System, purpose.Code);
        if (purpose.Reason is { } reason) json.WriteString("text", reason);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private void WriteAgents(Utf8JsonWriter json, AccessEvent access)
    {
        // Data flows to the client where it reads; what it writes, and the query that it sends, flow from it (110152 destination, 110153 source).
        bool reads = access.Action == "R";
        json.WriteStartArray("agent");
        WriteClient(json, access, reads ? "110152" : "110153");
        json.WriteStartObject();
        Concept(json, "type", Dicom, reads ? "110153" : "110152");
        Who(json, "who", "urn:ietf:rfc:3986", _custodian);
        json.WriteBoolean("requestor", false);
        Network(json, _host);
        json.WriteEndObject();
        if (access.Caller.User is { IsClient: false } user) WriteUser(json, access, user);
        json.WriteEndArray();
    }

    private void WriteClient(Utf8JsonWriter json, AccessEvent access, string role)
    {
        Caller caller = access.Caller;
        json.WriteStartObject();
        Concept(json, "type", Dicom, role);
        if (caller.User is { } user) Who(json, "who", user.Issuer, user.Client ?? user.Subject);
        else if (caller.Address is { } address) Who(json, "who", "urn:ietf:rfc:3986", MemberToken.Did(options.ChainId, address));
        else Unknown(json);
        json.WriteBoolean("requestor", caller.User is not { IsClient: false });
        if (caller.User is { IsClient: true } client) WriteToken(json, client, caller.Purpose);
        else if (caller.User is null && caller.Purpose is { } purpose) WritePurposeOfUse(json, purpose);
        Network(json, access.Address);
        json.WriteEndObject();
    }

    private static void WriteUser(Utf8JsonWriter json, AccessEvent access, Access.Oidc.UserRights user)
    {
        json.WriteStartObject();
        // Who reads receives information; who writes is its author, or has it deleted as its keeper.
        Concept(json, "type", Participation, access.Action switch { "C" or "U" => "AUT", "D" => "CST", _ => "IRCP" });
        if (user.Roles.Count > 0)
        {
            json.WriteStartArray("role");
            foreach (string role in user.Roles.Where(role => role.Length > 0))
            {
                json.WriteStartObject();
                json.WriteString("text", role);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteStartObject("who");
        if (user.FhirUser is { } reference) json.WriteString("reference", reference);
        Identifier(json, user.Issuer, user.Subject);
        json.WriteEndObject();
        json.WriteBoolean("requestor", true);
        WriteToken(json, user, access.Caller.Purpose);
        json.WriteEndObject();
    }

    private static void WriteToken(Utf8JsonWriter json, Access.Oidc.UserRights user, PurposeOfUse? purpose)
    {
        if (user.TokenId is { } token && !token.Any(char.IsWhiteSpace))
        {
            json.WriteStartArray("policy");
            json.WriteStringValue(token);
            json.WriteEndArray();
        }

        if (purpose is not null) WritePurposeOfUse(json, purpose);
    }

    private static void WritePurposeOfUse(Utf8JsonWriter json, PurposeOfUse purpose)
    {
        json.WriteStartArray("purposeOfUse");
        json.WriteStartObject();
        Codings(json, PurposeOfUse.System, purpose.Code);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private void WriteSource(Utf8JsonWriter json)
    {
        json.WriteStartObject("source");
        Who(json, "observer", "urn:ietf:rfc:3986", _custodian);
        json.WriteStartArray("type");
        Coding(json, null, "http://terminology.hl7.org/CodeSystem/security-source-type", "4"); // application server
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteEntities(Utf8JsonWriter json, AccessEvent access)
    {
        json.WriteStartArray("entity");
        if (access.Patient is { } patient) What(json, $"Patient/{patient}", EntityType, "1", "1", null);
        // The patterns for one resource have it as the system object that it is; where a query gave several, that place is the query's, and they stand by their types.
        bool isOne = access.Action is "C" or "R" or "U" or "D";
        if (!isOne || access.Records.Count == 0) WriteQuery(json, access.Query);
        foreach (Touched record in access.Records)
        {
            string reference = record.Version > 0 ? string.Create(CultureInfo.InvariantCulture, $"{record.Type}/{record.Id}/_history/{record.Version}") : $"{record.Type}/{record.Id}";
            if (isOne) What(json, reference, EntityType, "2", "4", record.View?.ToString().ToLowerInvariant());
            else What(json, reference, "http://hl7.org/fhir/resource-types", record.Type, "4", record.View?.ToString().ToLowerInvariant());
        }

        if (access.RequestId is { } request) WriteRequestId(json, request);
        json.WriteEndArray();
    }

    private static void WriteQuery(Utf8JsonWriter json, string query)
    {
        json.WriteStartObject();
        Coding(json, "type", EntityType, "2");
        Coding(json, "role", ObjectRole, "24");
        json.WriteBase64String("query", Encoding.UTF8.GetBytes(query));
        json.WriteEndObject();
    }

    private static void WriteRequestId(Utf8JsonWriter json, string request)
    {
        json.WriteStartObject();
        json.WriteStartObject("what");
        json.WriteStartObject("identifier");
        json.WriteString("value", request);
        json.WriteEndObject();
        json.WriteEndObject();
        Coding(json, "type", "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType", "XrequestId");
        json.WriteEndObject();
    }

    private static void What(Utf8JsonWriter json, string reference, string typeSystem, string type, string role, string? view)
    {
        json.WriteStartObject();
        json.WriteStartObject("what");
        json.WriteString("reference", reference);
        json.WriteEndObject();
        Coding(json, "type", typeSystem, type);
        Coding(json, "role", ObjectRole, role);
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

    // http://hl7.org/fhir/network-type: 1 a name, 2 an IP address
    private static void Network(Utf8JsonWriter json, string? address)
    {
        json.WriteStartObject("network");
        json.WriteString("address", address ?? "unknown");
        json.WriteString("type", IPAddress.TryParse(address, out _) ? "2" : "1");
        json.WriteEndObject();
    }

    private static void Unknown(Utf8JsonWriter json)
    {
        json.WriteStartObject("who");
        json.WriteString("display", "Unknown: the server is open to whoever reaches it (OpenAccess)");
        json.WriteEndObject();
    }

    private static void Who(Utf8JsonWriter json, string name, string system, string value)
    {
        json.WriteStartObject(name);
        Identifier(json, system, value);
        json.WriteEndObject();
    }

    private static void Identifier(Utf8JsonWriter json, string system, string value)
    {
        json.WriteStartObject("identifier");
        json.WriteString("system", system);
        json.WriteString("value", value);
        json.WriteEndObject();
    }

    private static void Concept(Utf8JsonWriter json, string name, string system, string code)
    {
        json.WriteStartObject(name);
        Codings(json, system, code);
        json.WriteEndObject();
    }

    private static void Codings(Utf8JsonWriter json, string system, string code)
    {
        json.WriteStartArray("coding");
        Coding(json, null, system, code);
        json.WriteEndArray();
    }

    /// <summary>Writes a Coding, as a member or an item.</summary>
    public static void Coding(Utf8JsonWriter json, string? name, string system, string code)
    {
        if (name is null) json.WriteStartObject();
        else json.WriteStartObject(name);
        json.WriteString("system", system);
        json.WriteString("code", code);
        json.WriteEndObject();
    }
}
