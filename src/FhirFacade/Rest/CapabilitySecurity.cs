using System.Text.Json;
using Consortium.FhirFacade.Access.Oidc;

namespace Consortium.FhirFacade.Rest;

/// <summary><c>CapabilityStatement.rest.security</c>: who may come in and where apps log in (SMART App Launch 2.2.0, conformance.html#declaring-support-for-oauth2-endpoints).</summary>
/// <param name="isOn">True where the site has an identity provider.</param>
/// <param name="metadata">What the provider says of itself; null where it does not answer now.</param>
/// <param name="options">The server.</param>
internal sealed class CapabilitySecurity(bool isOn, ProviderMetadata? metadata, FacadeOptions options)
{
    private const string OAuthUris = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris";

    private readonly (string Name, string Url)[] _endpoints =
    [
        .. new[] { ("authorize", "authorization_endpoint"), ("token", "token_endpoint"), ("register", "registration_endpoint"), ("manage", "management_endpoint"), ("introspect", "introspection_endpoint"), ("revoke", "revocation_endpoint") }
            .Select(one => (one.Item1, Url: metadata?.Text(one.Item2))).Where(one => one.Url is not null).Select(one => (one.Item1, one.Url!)),
    ];

    /// <summary>What it is written from: another key, another text.</summary>
    public string Key => string.Join(' ', _endpoints.Select(endpoint => endpoint.Url));

    /// <summary>Writes the element.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject("security");
        // The token endpoint is required in the extension.
        if (_endpoints.Any(endpoint => endpoint.Name == "token")) WriteEndpoints(json);
        json.WriteBoolean("cors", options.CorsOrigins.Count > 0);
        if (isOn)
        {
            json.WriteStartArray("service");
            json.WriteStartObject();
            json.WriteStartArray("coding");
            json.WriteStartObject();
            json.WriteString("system", "http://terminology.hl7.org/CodeSystem/restful-security-service");
            json.WriteString("code", "SMART-on-FHIR");
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
        }

        string users = isOn ? "Users and apps: Authorization: Bearer with an access token of this hospital's identity provider and SMART scopes. " : "";
        json.WriteString("description", users + "Members and residents: Authorization: Bearer with a JWT (ES256K) signed by the caller's chain key for this custodian; rights come from the consortium's contract.");
        json.WriteEndObject();
    }

    private void WriteEndpoints(Utf8JsonWriter json)
    {
        json.WriteStartArray("extension");
        json.WriteStartObject();
        json.WriteStartArray("extension");
        foreach ((string name, string url) in _endpoints)
        {
            json.WriteStartObject();
            json.WriteString("url", name);
            json.WriteString("valueUri", url);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("url", OAuthUris);
        json.WriteEndObject();
        json.WriteEndArray();
    }
}
