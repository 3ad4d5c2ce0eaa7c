using System.Buffers;
using System.Text.Json;
using Consortium.Fhir;
using Consortium.FhirFacade.Search;
using Consortium.FhirFacade.Store;

namespace Consortium.FhirFacade.Rest;

/// <summary>capabilities (FHIR R4 http.html#capabilities): written from the resource types and the table of search parameters that the server works from.</summary>
internal sealed class CapabilityStatement(FacadeOptions options, TimeProvider time)
{
    private readonly Lazy<byte[]> _statement = new(() => Write(options, time));

    public Task<FhirResponse> AnswerAsync(FhirRequest request, CancellationToken cancellationToken) =>
        Task.FromResult(new FhirResponse(200) { Body = _statement.Value });

    private static byte[] Write(FacadeOptions options, TimeProvider time)
    {
        var output = new ArrayBufferWriter<byte>(256 * 1024);
        using (var json = new Utf8JsonWriter(output, Negotiation.Compact))
        {
            json.WriteStartObject();
            json.WriteString("resourceType", "CapabilityStatement");
            json.WriteString("status", "active");
            json.WriteString("date", ResourceJson.Instant(time.GetUtcNow().ToUnixTimeMilliseconds()));
            json.WriteString("kind", "instance");
            json.WriteStartObject("software");
            json.WriteString("name", "Consortium FHIR facade");
            json.WriteString("version", typeof(CapabilityStatement).Assembly.GetName().Version!.ToString(3));
            json.WriteEndObject();
            json.WriteStartObject("implementation");
            json.WriteString("description", "The record store of a member of a medical consortium");
            json.WriteString("url", options.BaseUrl);
            json.WriteEndObject();
            json.WriteString("fhirVersion", "4.0.1");
            Strings(json, "format", ["application/fhir+json", "json"]);
            json.WriteStartArray("rest");
            json.WriteStartObject();
            json.WriteString("mode", "server");
            json.WriteStartObject("security");
            json.WriteString("description", "Members and residents: Authorization: Bearer with a JWT (ES256K) signed by the caller's chain key for this custodian; rights come from the consortium's contract.");
            json.WriteEndObject();
            json.WriteStartArray("resource");
            foreach (string type in FhirR4.ResourceTypes) Resource(json, type);
            json.WriteEndArray();
            Interactions(json, ["transaction", "batch", "history-system"]);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }

    private static void Resource(Utf8JsonWriter json, string type)
    {
        json.WriteStartObject();
        json.WriteString("type", type);
        Interactions(json, ["read", "vread", "update", "delete", "history-instance", "history-type", "create", "search-type"]);
        json.WriteString("versioning", "versioned-update");
        json.WriteBoolean("readHistory", true);
        json.WriteBoolean("updateCreate", true);
        json.WriteBoolean("conditionalCreate", true);
        json.WriteString("conditionalRead", "full-support");
        json.WriteBoolean("conditionalUpdate", false);
        json.WriteString("conditionalDelete", "not-supported");
        Strings(json, "referencePolicy", ["literal", "local"]);
        json.WriteStartArray("searchParam");
        Parameter(json, "_id", "token");
        Parameter(json, "_lastUpdated", "date");
        foreach (string name in SearchParameterTable.R4.For(type).Names) Parameter(json, name, name == "identifier" ? "token" : "reference");
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Interactions(Utf8JsonWriter json, ReadOnlySpan<string> codes)
    {
        json.WriteStartArray("interaction");
        foreach (string code in codes)
        {
            json.WriteStartObject();
            json.WriteString("code", code);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Parameter(Utf8JsonWriter json, string name, string type)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("type", type);
        json.WriteEndObject();
    }

    private static void Strings(Utf8JsonWriter json, string name, ReadOnlySpan<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
