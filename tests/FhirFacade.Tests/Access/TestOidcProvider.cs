using System.Security.Cryptography;
using System.Text.Json;
using Consortium.FhirFacade.Tests.Rest;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Consortium.FhirFacade.Tests.Access;

/// <summary>A small OpenID Connect provider on loopback: discovery document, keys, and tokens as a test wants them.</summary>
internal sealed class TestOidcProvider : IAsyncDisposable
{
    public const string Audience = "https://fhir.hospital.example";

    private readonly WebApplication _app;
    private readonly List<SecurityKey> _published = [];
    private readonly List<IDisposable> _keys = [];
    private int _numbered;

    private TestOidcProvider(WebApplication app, string issuer)
    {
        _app = app;
        Issuer = issuer;
        Rsa = NewRsa();
        Ec = NewEc();
        Publish(Rsa);
        Publish(Ec);
    }

    public string Issuer { get; }

    public RsaSecurityKey Rsa { get; private set; }

    public ECDsaSecurityKey Ec { get; }

    /// <summary>How often the keys were fetched.</summary>
    public int Fetches { get; private set; }

    /// <summary>What the discovery document has beside what every test needs.</summary>
    public Dictionary<string, object> Metadata { get; } = [];

    /// <summary>False: every request is answered 503.</summary>
    public bool IsUp { get; set; } = true;

    public OidcOptions Options => new() { Issuer = Issuer, Audiences = [Audience] };

    public static async Task<TestOidcProvider> StartAsync()
    {
        string issuer = $"http://127.0.0.1:{FacadeHost.FreePort()}/realms/his";
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(new Uri(issuer).GetLeftPart(UriPartial.Authority));
        WebApplication app = builder.Build();
        var provider = new TestOidcProvider(app, issuer);
        app.MapGet("/realms/his/.well-known/openid-configuration", () => provider.Answer(provider.Discovery()));
        app.MapGet("/realms/his/keys", () =>
        {
            provider.Fetches++;
            return provider.Answer(provider.Keys());
        });
        await app.StartAsync();
        return provider;
    }

    public RsaSecurityKey NewRsa()
    {
        RSA key = RSA.Create(2048);
        _keys.Add(key);
        return new RsaSecurityKey(key) { KeyId = $"rsa-{++_numbered}" };
    }

    public ECDsaSecurityKey NewEc()
    {
        ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _keys.Add(key);
        return new ECDsaSecurityKey(key) { KeyId = $"ec-{++_numbered}" };
    }

    public void Publish(SecurityKey key) => _published.Add(key);

    /// <summary>The provider signs with a new key from now on, and forgets the old ones.</summary>
    public void Rotate()
    {
        Rsa = NewRsa();
        _published.Clear();
        Publish(Rsa);
    }

    /// <summary>The Authorization header of a token with these scopes.</summary>
    public (string, string) Login(string scopes, params (string Name, object Value)[] claims) => ("Authorization", "Bearer " + Token([("scope", scopes), .. claims]));

    /// <summary>A token; claims that are named replace those that every token has, null leaves one out.</summary>
    public string Token((string Name, object? Value)[] claims, SecurityKey? key = null, string algorithm = SecurityAlgorithms.RsaSha256, string? type = null)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        var all = new Dictionary<string, object>
        {
            ["iss"] = Issuer,
            ["aud"] = Audience,
            ["sub"] = "dr-wang",
            ["client_id"] = "ward-app",
            ["jti"] = Guid.NewGuid().ToString("N"),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = now.AddMinutes(5).ToUnixTimeSeconds(),
        };
        foreach ((string name, object? value) in claims)
        {
            if (value is null) all.Remove(name);
            else all[name] = value;
        }

        var handler = new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false };
        return handler.CreateToken(JsonSerializer.Serialize(all), new SigningCredentials(key ?? Rsa, algorithm), new Dictionary<string, object> { ["typ"] = type ?? "at+jwt" });
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        foreach (IDisposable key in _keys) key.Dispose();
    }

    private IResult Answer(object content) => IsUp ? Results.Text(JsonSerializer.Serialize(content), "application/json") : Results.StatusCode(503);

    private Dictionary<string, object> Discovery()
    {
        var document = new Dictionary<string, object>
        {
            ["issuer"] = Issuer,
            ["authorization_endpoint"] = Issuer + "/authorize",
            ["token_endpoint"] = Issuer + "/token",
            ["jwks_uri"] = Issuer + "/keys",
            ["response_types_supported"] = new[] { "code" },
            ["subject_types_supported"] = new[] { "public" },
            ["id_token_signing_alg_values_supported"] = new[] { "RS256" },
        };
        foreach ((string name, object value) in Metadata) document[name] = value;
        return document;
    }

    private Dictionary<string, object> Keys() => new()
    {
        ["keys"] = _published.Select(key =>
        {
            JsonWebKey web = key is RsaSecurityKey rsa ? JsonWebKeyConverter.ConvertFromRSASecurityKey(new RsaSecurityKey(rsa.Rsa.ExportParameters(false)) { KeyId = rsa.KeyId })
                : JsonWebKeyConverter.ConvertFromECDsaSecurityKey((ECDsaSecurityKey)key);
            var published = new Dictionary<string, string> { ["kty"] = web.Kty, ["kid"] = key.KeyId, ["use"] = "sig" };
            foreach ((string name, string? value) in new[] { ("n", web.N), ("e", web.E), ("crv", web.Crv), ("x", web.X), ("y", web.Y) }) if (value is not null) published[name] = value;
            return published;
        }).ToArray(),
    };
}
