using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Consortium.FhirFacade.Access.Oidc;

/// <summary>The claims of a token whose signature was checked. Providers write the same claim as a text, a list or a member of an object.</summary>
internal sealed class TokenClaims : IDisposable
{
    private readonly JsonDocument _payload;

    private TokenClaims(JsonDocument payload) => _payload = payload;

    /// <summary>Reads the claims of a token.</summary>
    public static TokenClaims Of(JsonWebToken token) => new(JsonDocument.Parse(Microsoft.IdentityModel.Tokens.Base64UrlEncoder.DecodeBytes(token.EncodedPayload)));

    /// <summary>A claim that is one text; null where it is absent or something else.</summary>
    public string? Text(string name) => Find(name) is { ValueKind: JsonValueKind.String } value && value.GetString() is { Length: > 0 } text ? text : null;

    /// <summary>A claim that is a list of texts, or one text.</summary>
    public string[] Texts(string name) => Find(name) switch
    {
        { ValueKind: JsonValueKind.String } one => [one.GetString()!],
        { ValueKind: JsonValueKind.Array } list => [.. list.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)],
        _ => [],
    };

    /// <summary>A claim with words and blanks between, or a list of words (RFC 8693 4.2; some providers write a list).</summary>
    public string[] Words(string name) => [.. Texts(name).SelectMany(text => text.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Distinct(StringComparer.Ordinal)];

    /// <summary>A time in seconds since 1970; null where it is absent or no number.</summary>
    public DateTimeOffset? Time(string name) =>
        Find(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out long seconds) && seconds is >= 0 and <= 253402300799 ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;

    /// <summary>A claim as it stands; a dot leads into an object where no claim has the whole name.</summary>
    public JsonElement? Find(string name)
    {
        if (_payload.RootElement.TryGetProperty(name, out JsonElement whole)) return whole;
        JsonElement at = _payload.RootElement;
        foreach (string step in name.Split('.'))
        {
            if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(step, out at)) return null;
        }

        return at;
    }

    /// <inheritdoc/>
    public void Dispose() => _payload.Dispose();
}
