using System.Text.Json;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Consortium.FhirFacade.Access.Oidc;

/// <summary>Members of a provider's discovery document (OpenID Connect Discovery 1.0, 3; RFC 8414, 2), those among them for which the library has no property.</summary>
internal sealed class ProviderMetadata(OpenIdConnectConfiguration configuration)
{
    private readonly JsonElement _document = JsonSerializer.Deserialize<JsonElement>(OpenIdConnectConfiguration.Write(configuration));

    /// <summary>A URL; null where the document has none.</summary>
    public string? Text(string name) => _document.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>A list; null where the document does not say.</summary>
    public string[]? List(string name) => _document.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0
        ? [.. value.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)] : null;
}
