using System.Buffers;
using System.Text.Json;
using Consortium.FhirFacade.Access.Oidc;
using Consortium.FhirFacade.Rest;

namespace Consortium.FhirFacade.Access.Smart;

/// <summary>
/// <c>.well-known/smart-configuration</c> (SMART App Launch 2.2.0, conformance.html): where apps log in and what they can count on. Logging in is the identity
/// provider's business: its endpoints and what it says of itself come from its own discovery document; what is said of scopes is what this server does with them.
/// </summary>
internal sealed class SmartConfiguration(OidcProvider? provider = null)
{
    private static readonly string[] s_urls =
        ["issuer", "jwks_uri", "authorization_endpoint", "token_endpoint", "registration_endpoint", "introspection_endpoint", "revocation_endpoint", "management_endpoint"];

    private static readonly string[] s_lists = ["token_endpoint_auth_methods_supported", "token_endpoint_auth_signing_alg_values_supported", "grant_types_supported", "response_types_supported"];

    private static readonly string[] s_scopes = ["patient/*.rs", "patient/*.cruds", "user/*.rs", "user/*.cruds", "system/*.rs", "system/*.cruds"];

    // What the provider offers, by the member of its document and the value there.
    private static readonly (string Member, string Value, string[] Capabilities)[] s_ofProvider =
    [
        ("scopes_supported", "openid", ["sso-openid-connect"]),
        ("scopes_supported", "launch", ["launch-ehr", "context-ehr-patient"]),
        ("scopes_supported", "launch/patient", ["launch-standalone", "context-standalone-patient"]),
        ("scopes_supported", "offline_access", ["permission-offline"]),
        ("scopes_supported", "online_access", ["permission-online"]),
        ("token_endpoint_auth_methods_supported", "none", ["client-public"]),
        ("token_endpoint_auth_methods_supported", "client_secret_basic", ["client-confidential-symmetric"]),
        ("token_endpoint_auth_methods_supported", "client_secret_post", ["client-confidential-symmetric"]),
        ("token_endpoint_auth_methods_supported", "private_key_jwt", ["client-confidential-asymmetric"]),
    ];

    /// <summary>The document.</summary>
    /// <exception cref="FhirException">404: this server has no identity provider. 503: it does not answer.</exception>
    public async Task<FhirResponse> AnswerAsync(FhirRequest request, CancellationToken cancellationToken)
    {
        if (provider is null) throw new FhirException(404, "not-found", "This server has no identity provider (configuration Oidc:Issuer), and so no SMART App Launch.");
        return new FhirResponse(200) { Body = Write(await ReadAsync(provider, cancellationToken).ConfigureAwait(false)), RawContentType = "application/json" };
    }

    /// <summary>The provider's metadata, for the CapabilityStatement; null where there is no provider, or it does not answer.</summary>
    public async Task<ProviderMetadata?> TryReadAsync(CancellationToken cancellationToken)
    {
        if (provider is null) return null;
        try
        {
            return await ReadAsync(provider, cancellationToken).ConfigureAwait(false);
        }
        catch (FhirException)
        {
            return null;
        }
    }

    /// <summary>True where apps can log in here.</summary>
    public bool IsOn => provider is not null;

    private static async Task<ProviderMetadata> ReadAsync(OidcProvider provider, CancellationToken cancellationToken)
    {
        try
        {
            return new ProviderMetadata(await provider.ReadAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (OidcProviderException e)
        {
            throw new FhirException(503, "transient", e.Message + " Try again later.");
        }
    }

    private static byte[] Write(ProviderMetadata metadata)
    {
        var output = new ArrayBufferWriter<byte>(2048);
        using (var json = new Utf8JsonWriter(output, Negotiation.Compact))
        {
            json.WriteStartObject();
            foreach (string name in s_urls)
            {
                if (metadata.Text(name) is { } url) json.WriteString(name, url);
            }

            foreach (string name in s_lists)
            {
                if (metadata.List(name) is { } list) List(json, name, list);
            }

            List(json, "scopes_supported", (metadata.List("scopes_supported") ?? []).Union(s_scopes, StringComparer.Ordinal));
            // SMART wants S256 and forbids plain; a provider that does not say is taken at SMART's word.
            string[] methods = metadata.List("code_challenge_methods_supported") ?? ["S256"];
            List(json, "code_challenge_methods_supported", methods.Where(method => method == "S256"));
            List(json, "capabilities", Capabilities(metadata));
            json.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }

    private static IEnumerable<string> Capabilities(ProviderMetadata metadata) =>
        s_ofProvider.Where(one => metadata.List(one.Member)?.Contains(one.Value, StringComparer.Ordinal) == true).SelectMany(one => one.Capabilities)
            .Concat(["permission-patient", "permission-user", "permission-v1", "permission-v2"]).Distinct(StringComparer.Ordinal);

    private static void List(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
