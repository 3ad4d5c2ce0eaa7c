using System.Text.Json;

namespace Consortium.Ledger;

/// <summary>The claims of a member token (RFC 7519 section 4.1), all of them required but <c>nbf</c>.</summary>
internal sealed record MemberTokenClaims(string Issuer, string Audience, long IssuedAt, long ExpiresAt, long NotBefore, string TokenId)
{
    // Year 9999: keeps the arithmetic on times from overflowing.
    private const long LatestTime = 253402300799;

    public static MemberTokenClaims Read(byte[] json)
    {
        Dictionary<string, JsonElement> members = Members(json, "claims");
        return new MemberTokenClaims(
            Text(members, "iss"), Text(members, "aud"), Time(members, "iat"), Time(members, "exp"),
            members.ContainsKey("nbf") ? Time(members, "nbf") : 0, Text(members, "jti"));
    }

    /// <summary>The members of a JSON object; twice the same name is refused.</summary>
    public static Dictionary<string, JsonElement> Members(byte[] json, string what)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 8 });
            var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                if (!members.TryAdd(property.Name, property.Value.Clone())) throw new MemberTokenException($"The token's {what} has a member twice.");
            }

            return members;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new MemberTokenException($"The token's {what} is no JSON object.");
        }
    }

    private static string Text(Dictionary<string, JsonElement> members, string name) =>
        members.TryGetValue(name, out JsonElement value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text
            ? text
            : throw new MemberTokenException($"The token has no '{name}'.");

    private static long Time(Dictionary<string, JsonElement> members, string name) =>
        members.TryGetValue(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long time) && time is >= 0 and <= LatestTime
            ? time
            : throw new MemberTokenException($"The token has no '{name}' in whole seconds.");
}
