using System.Security.Cryptography;
using System.Text;
using Consortium.FhirFacade.Tests.Rest;
using Consortium.Ledger;
using Consortium.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Tokens;

namespace Consortium.FhirFacade.Tests.Access;

/// <summary>Access tokens of the hospital's identity provider: which are taken, and how the others are refused (RFC 6750, RFC 8725, RFC 9068).</summary>
public sealed class OidcTests
{
    private const string Everything = "user/*.cruds";

    [Theory, BothStores]
    public async Task GoodTokens_OfEachAlgorithm_LogIn(Dialect dialect)
    {
        await using TestOidcProvider provider = await TestOidcProvider.StartAsync();
        await using FacadeHost host = await StartAsync(dialect, provider);

        foreach ((SecurityKey? key, string algorithm) in new (SecurityKey?, string)[] { (null, SecurityAlgorithms.RsaSha256), (null, SecurityAlgorithms.RsaSsaPssSha256), (provider.Ec, SecurityAlgorithms.EcdsaSha256) })
        {
            string token = provider.Token([("scope", Everything)], key, algorithm);
            Assert.Equal(200, (await host.GetAsync("Patient", ("Authorization", "Bearer " + token))).Status);
        }

        Assert.Equal(200, (await host.GetAsync("Patient", ("Authorization", "bearer " + provider.Token([("scope", new[] { "openid", Everything }), ("aud", new[] { "other", TestOidcProvider.Audience })], type: "JWT")))).Status);
        Assert.Equal(201, (await host.PostAsync("Patient", """{"resourceType":"Patient","active":true}""", provider.Login(Everything))).Status);
        Assert.Equal(1, provider.Fetches);
    }

    [Theory, BothStores]
    public async Task BadTokens_Are401_WithTheReasonInTheHeader(Dialect dialect)
    {
        await using TestOidcProvider provider = await TestOidcProvider.StartAsync();
        await using FacadeHost host = await StartAsync(dialect, provider);
        long now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        (string, object?) scope = ("scope", Everything);
        string good = provider.Token([scope]);
        string[] parts = good.Split('.');
        using RSA publicKey = RSA.Create(provider.Rsa.Rsa.ExportParameters(false));
        var secret = new SymmetricSecurityKey(publicKey.ExportSubjectPublicKeyInfo()) { KeyId = provider.Rsa.KeyId };

        foreach ((string name, string token) in new (string, string)[]
        {
            ("expired", provider.Token([scope, ("exp", now - 3600)])),
            ("no exp", provider.Token([scope, ("exp", null)])),
            ("not yet", provider.Token([scope, ("nbf", now + 3600)])),
            ("audience", provider.Token([scope, ("aud", "https://other.example")])),
            ("no audience", provider.Token([scope, ("aud", null)])),
            ("issuer", provider.Token([scope, ("iss", "https://other.example")])),
            ("no issuer", provider.Token([scope, ("iss", null)])),
            ("nobody", provider.Token([scope, ("sub", null), ("client_id", null)])),
            ("type", provider.Token([scope], type: "logout+jwt")),
            ("unknown key", provider.Token([scope], provider.NewRsa())),
            ("HMAC under the public key", provider.Token([scope], secret, SecurityAlgorithms.HmacSha256)),
            ("none", $"{Encode("""{"alg":"none","typ":"JWT"}""")}.{parts[1]}."),
            ("altered claims", $"{parts[0]}.{Encode(Decode(parts[1]).Replace("dr-wang", "dr-meng", StringComparison.Ordinal))}.{parts[2]}"),
            ("nonsense", "nonsense"),
        })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{host.Base}/Patient");
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
            using HttpResponseMessage response = await host.Client.SendAsync(request);
            string header = response.Headers.WwwAuthenticate.ToString();
            Assert.True((int)response.StatusCode == 401, $"{name}: {(int)response.StatusCode}");
            Assert.True(header.StartsWith("Bearer error=\"invalid_token\", error_description=\"", StringComparison.Ordinal), $"{name}: {header}");
            Assert.DoesNotContain("dr-wang", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        using HttpResponseMessage missing = await host.Client.GetAsync(new Uri($"{host.Base}/Patient"));
        Assert.Equal((401, "Bearer"), ((int)missing.StatusCode, missing.Headers.WwwAuthenticate.ToString()));
    }

    [Theory, BothStores]
    public async Task ClockSkew_IsAllowedFor_AndNoMore(Dialect dialect)
    {
        await using TestOidcProvider provider = await TestOidcProvider.StartAsync();
        var time = new ManualTime(DateTimeOffset.UtcNow);
        await using FacadeHost host = await StartAsync(dialect, provider, time: time);
        (string, string) token = provider.Login(Everything, ("exp", time.Now.AddSeconds(60).ToUnixTimeSeconds()), ("nbf", time.Now.ToUnixTimeSeconds()));

        Assert.Equal(200, (await host.GetAsync("Patient", token)).Status);
        time.Now += TimeSpan.FromSeconds(85);
        Assert.Equal(200, (await host.GetAsync("Patient", token)).Status);
        time.Now += TimeSpan.FromSeconds(10);
        (await host.GetAsync("Patient", token)).ShouldFail(401, "login");
    }

    [Theory, BothStores]
    public async Task ANewKeyOfTheProvider_IsTakenAtOnce_AndTheOldOneGoes(Dialect dialect)
    {
        await using TestOidcProvider provider = await TestOidcProvider.StartAsync();
        var time = new ManualTime(DateTimeOffset.UtcNow);
        await using FacadeHost host = await StartAsync(dialect, provider, time: time);
        (string, string) old = provider.Login(Everything);
        Assert.Equal(200, (await host.GetAsync("Patient", old)).Status);

        provider.Rotate();
        time.Now += TimeSpan.FromSeconds(6);
        Assert.Equal(200, (await host.GetAsync("Patient", provider.Login(Everything))).Status);
        (await host.GetAsync("Patient", old)).ShouldFail(401, "login");

        // Tokens that name made-up keys do not become requests to the provider.
        int fetches = provider.Fetches;
        for (int i = 0; i < 5; i++) (await host.GetAsync("Patient", ("Authorization", "Bearer " + provider.Token([("scope", Everything)], provider.NewRsa())))).ShouldFail(401, "login");
        Assert.Equal(fetches, provider.Fetches);
    }

    [Theory, BothStores]
    public async Task AProviderThatIsAway_LocksNobodyOut_WhoseKeyIsKnown(Dialect dialect)
    {
        await using TestOidcProvider provider = await TestOidcProvider.StartAsync();
        var time = new ManualTime(DateTimeOffset.UtcNow);
        await using FacadeHost host = await StartAsync(dialect, provider, time: time);
        provider.IsUp = false;
        (await host.GetAsync("Patient", provider.Login(Everything))).ShouldFail(503, "transient");

        provider.IsUp = true;
        time.Now += TimeSpan.FromSeconds(6);
        Assert.Equal(200, (await host.GetAsync("Patient", provider.Login(Everything))).Status);
        provider.IsUp = false;
        time.Now += TimeSpan.FromHours(7);
        Assert.Equal(200, (await host.GetAsync("Patient", provider.Login(Everything, ("exp", time.Now.AddMinutes(5).ToUnixTimeSeconds())))).Status);
        time.Now += TimeSpan.FromHours(24);
        (await host.GetAsync("Patient", provider.Login(Everything, ("exp", time.Now.AddMinutes(5).ToUnixTimeSeconds())))).ShouldFail(503, "transient");
    }

    [Theory, BothStores]
    public async Task MemberTokens_AreTakenBesideThem(Dialect dialect)
    {
        await using TestOidcProvider provider = await TestOidcProvider.StartAsync();
        await using FacadeHost host = await StartAsync(dialect, provider);
        using LocalSigner member = host.Membership.Member(MemberRole.Hospital);

        Assert.Equal(200, (await host.GetAsync("Patient", await host.TokenAsync(member))).Status);
        (await host.PostAsync("Patient", """{"resourceType":"Patient"}""", await host.TokenAsync(member))).ShouldFail(403, "forbidden");
    }

    [Theory]
    [InlineData("not a url", "https://a", null, "Oidc:Issuer")]
    [InlineData("http://login.hospital.example", "https://a", null, "Oidc:Issuer")]
    [InlineData("https://login.hospital.example", "", null, "Oidc:Audience")]
    [InlineData("https://login.hospital.example", "https://a", "http://login.hospital.example/metadata", "Oidc:MetadataAddress")]
    public void AWrongOption_IsRefusedAtStart_AndNamed(string issuer, string audience, string? metadata, string key)
    {
        var options = new OidcOptions { Issuer = issuer, Audiences = [audience], MetadataAddress = metadata };

        Assert.Contains(key, Assert.Throws<ArgumentException>(options.Validate).Message, StringComparison.Ordinal);
        Assert.Contains("Oidc:RoleScopes:doctor", Assert.Throws<ArgumentException>((new OidcOptions
        {
            Issuer = "https://login.hospital.example", Audiences = ["https://a"], RoleScopes = new Dictionary<string, string> { ["doctor"] = "patient/*.read" },
        }).Validate).Message, StringComparison.Ordinal);
    }

    internal static Task<FacadeHost> StartAsync(Dialect dialect, TestOidcProvider provider, Func<OidcOptions, OidcOptions>? configure = null, TimeProvider? time = null) => FacadeHost.StartAsync(
        dialect, options => options with { OpenAccess = false, Oidc = configure?.Invoke(provider.Options) ?? provider.Options },
        services => { if (time is not null) services.AddSingleton(time); });

    private static string Encode(string text) => Base64UrlEncoder.Encode(Encoding.UTF8.GetBytes(text));

    private static string Decode(string part) => Base64UrlEncoder.Decode(part);
}
