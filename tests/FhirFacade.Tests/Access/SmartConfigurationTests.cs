using System.Text.Json;
using Consortium.Fhir;
using Consortium.FhirFacade.Tests.Rest;
using Consortium.Storage;

namespace Consortium.FhirFacade.Tests.Access;

/// <summary>SMART App Launch 2.2.0, conformance.html: how an app finds where to log in.</summary>
public sealed class SmartConfigurationTests
{
    [Theory, BothStores]
    public async Task SaysWhatTheProviderOffers_AndWhatTheServerDoesWithScopes(Dialect dialect)
    {
        await using TestOidcProvider provider = await TestOidcProvider.StartAsync();
        provider.Metadata["scopes_supported"] = new[] { "openid", "fhirUser", "launch/patient", "offline_access" };
        provider.Metadata["token_endpoint_auth_methods_supported"] = new[] { "none", "private_key_jwt" };
        provider.Metadata["code_challenge_methods_supported"] = new[] { "plain", "S256" };
        provider.Metadata["revocation_endpoint"] = provider.Issuer + "/revoke";
        provider.Metadata["grant_types_supported"] = new[] { "authorization_code", "client_credentials" };
        await using FacadeHost host = await OidcTests.StartAsync(dialect, provider);

        Answer answer = await host.GetAsync(".well-known/smart-configuration", ("Accept", "application/json"));

        Assert.Equal((200, "application/json"), (answer.Status, answer.ContentType));
        JsonElement json = answer.Json;
        Assert.Equal(provider.Issuer, json.GetProperty("issuer").GetString());
        Assert.Equal(provider.Issuer + "/keys", json.GetProperty("jwks_uri").GetString());
        Assert.Equal(provider.Issuer + "/authorize", json.GetProperty("authorization_endpoint").GetString());
        Assert.Equal(provider.Issuer + "/token", json.GetProperty("token_endpoint").GetString());
        Assert.Equal(provider.Issuer + "/revoke", json.GetProperty("revocation_endpoint").GetString());
        Assert.False(json.TryGetProperty("registration_endpoint", out _));
        Assert.Equal(["authorization_code", "client_credentials"], Texts(json, "grant_types_supported"));
        Assert.Equal(["S256"], Texts(json, "code_challenge_methods_supported"));
        Assert.Equal(
            ["sso-openid-connect", "launch-standalone", "context-standalone-patient", "permission-offline", "client-public", "client-confidential-asymmetric", "permission-patient", "permission-user", "permission-v1", "permission-v2"],
            Texts(json, "capabilities"));
        Assert.Contains("launch/patient", Texts(json, "scopes_supported"));
        Assert.Contains("patient/*.rs", Texts(json, "scopes_supported"));
    }

    [Theory, BothStores]
    public async Task CapabilityStatement_HasTheEndpoints_AndIsValid_AlsoWhileTheProviderIsAway(Dialect dialect)
    {
        await using TestOidcProvider provider = await TestOidcProvider.StartAsync();
        var time = new ManualTime(DateTimeOffset.UtcNow);
        await using FacadeHost host = await OidcTests.StartAsync(dialect, provider, time: time);
        provider.IsUp = false;

        JsonElement away = Security(await host.GetAsync("metadata"));
        Assert.False(away.TryGetProperty("extension", out _));
        (await host.GetAsync(".well-known/smart-configuration")).ShouldFail(503, "transient");
        provider.IsUp = true;
        time.Now += TimeSpan.FromSeconds(6);
        Answer statement = await host.GetAsync("metadata");

        Assert.DoesNotContain(FhirValidator.R4.Validate(System.Text.Encoding.UTF8.GetBytes(statement.Text)).Issues, issue => issue.Severity is IssueSeverity.Error or IssueSeverity.Fatal);
        JsonElement security = Security(statement);
        Assert.Equal("SMART-on-FHIR", security.GetProperty("service")[0].GetProperty("coding")[0].GetProperty("code").GetString());
        JsonElement uris = security.GetProperty("extension")[0];
        Assert.Equal("http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris", uris.GetProperty("url").GetString());
        Dictionary<string, string> endpoints = uris.GetProperty("extension").EnumerateArray().ToDictionary(one => one.GetProperty("url").GetString()!, one => one.GetProperty("valueUri").GetString()!);
        Assert.Equal((provider.Issuer + "/authorize", provider.Issuer + "/token"), (endpoints["authorize"], endpoints["token"]));
        Assert.Equal(200, (await host.GetAsync("metadata?_format=xml")).Status);
    }

    [Theory, BothStores]
    public async Task WithoutAProvider_ThereIsNone(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);

        (await host.GetAsync(".well-known/smart-configuration")).ShouldFail(404, "not-found");
        Assert.False(Security(await host.GetAsync("metadata")).TryGetProperty("service", out _));
    }

    private static JsonElement Security(Answer statement) => statement.Json.GetProperty("rest")[0].GetProperty("security");

    private static string[] Texts(JsonElement json, string name) => [.. json.GetProperty(name).EnumerateArray().Select(item => item.GetString()!)];
}
