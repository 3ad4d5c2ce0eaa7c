using System.Net;
using System.Text.Json;
using Consortium.FhirFacade.Subscriptions;
using Consortium.FhirFacade.Tests.Rest;
using Consortium.Storage;

namespace Consortium.FhirFacade.Tests.Subscriptions;

/// <summary>Which subscriptions the server takes, and what of them it shows.</summary>
public sealed class SubscriptionRulesTests
{
    [Theory, BothStores]
    public async Task TheValuesOfHeaders_AreNeverShownAgain_AndStayWhenTheMaskComesBack(Dialect dialect)
    {
        await using HookReceiver hook = await HookReceiver.StartAsync();
        await using FacadeHost host = await FacadeHost.StartAsync(dialect, options => options with { Subscriptions = new SubscriptionOptions { Endpoints = [hook.Url] } });
        Answer made = await host.PutAsync("Subscription/s", RestHookTests.Subscription(hook, "Patient?gender=male", id: "s"));
        Assert.Equal(201, made.Status);

        Answer read = await host.GetAsync("Subscription/s");
        foreach (string path in (string[])["Subscription/s", "Subscription/s/_history", "Subscription", "_history", "Subscription/s/_history/1"])
        {
            Answer answer = await host.GetAsync(path);
            Assert.DoesNotContain("secret-token", answer.Text, StringComparison.Ordinal);
            Assert.Contains("Authorization: ***", answer.Text, StringComparison.Ordinal);
        }

        // A client changes what it has read, and sends the mask back.
        Assert.Equal(200, (await host.PutAsync("Subscription/s", read.Text.Replace("A test", "Another reason", StringComparison.Ordinal))).Status);
        await host.PutAsync("Patient/p", """{"resourceType":"Patient","id":"p","gender":"male"}""");
        Assert.Equal("Bearer secret-token", (await hook.NextAsync()).Authorization);

        (await host.PutAsync("Subscription/new", read.Text.Replace("\"id\":\"s\"", "\"id\":\"new\"", StringComparison.Ordinal))).ShouldFail(422, "value");
    }

    [Theory]
    [InlineData("Observation?nonsense=1", "rest-hook", "ENDPOINT", "not-supported", "nonsense")]
    [InlineData("Observation?_sort=date", "rest-hook", "ENDPOINT", "not-supported", "_sort")]
    [InlineData("Observation?_include=Observation:subject", "rest-hook", "ENDPOINT", "not-supported", "_include")]
    [InlineData("Observation?date=yesterday", "rest-hook", "ENDPOINT", "value", "date")]
    [InlineData("Nothing?x=y", "rest-hook", "ENDPOINT", "value", "criteria")]
    [InlineData("Observation?status=final", "websocket", "ENDPOINT", "not-supported", "rest-hook")]
    [InlineData("Observation?status=final", "rest-hook", "http://127.0.0.1:1/x", "security", "SubscriptionEndpoints")]
    [InlineData("Observation?status=final", "rest-hook", "https://10.0.0.8/x", "security", "SubscriptionEndpoints")]
    [InlineData("Observation?status=final", "rest-hook", "ENDPOINTother", "security", "SubscriptionEndpoints")]
    public async Task WhatTheServerCannotDo_IsRefusedWithTheReason(string criteria, string type, string endpoint, string code, string says)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(Dialect.Sqlite, options => options with { Subscriptions = new SubscriptionOptions { Endpoints = ["https://app.hospital.cn/hooks"] } });
        string body = JsonSerializer.Serialize(new
        {
            resourceType = "Subscription", status = "requested", reason = "r", criteria,
            channel = new { type, endpoint = endpoint.Replace("ENDPOINT", "https://app.hospital.cn/hooks", StringComparison.Ordinal) },
        });

        Answer answer = await host.PostAsync("Subscription", body);

        // A value that no search understands is 400 there as well.
        Assert.Contains(answer.Status, (int[])[400, 422]);
        answer.ShouldFail(answer.Status, code);
        Assert.Contains(says, answer.Json.GetProperty("issue")[0].GetProperty("diagnostics").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, (await host.GetAsync("Subscription?_summary=count")).Json.GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task WithoutAList_NoEndpointIsTaken()
    {
        await using HookReceiver hook = await HookReceiver.StartAsync();
        await using FacadeHost host = await FacadeHost.StartAsync(Dialect.Sqlite);

        (await host.PostAsync("Subscription", RestHookTests.Subscription(hook, "Patient?gender=male"))).ShouldFail(422, "security");
        Assert.Equal(201, (await host.PostAsync("Subscription", RestHookTests.Subscription(hook, "Patient?gender=male").Replace("requested", "off", StringComparison.Ordinal))).Status);
    }

    [Theory]
    [InlineData("https://app.hospital.cn/hooks", true)]
    [InlineData("https://app.hospital.cn/hooks/a?x=1", true)]
    [InlineData("https://APP.hospital.cn/hooks/a", true)]
    [InlineData("https://app.hospital.cn/hooksother", false)]
    [InlineData("https://app.hospital.cn/hooks/../admin", false)]
    [InlineData("https://app.hospital.cn/hooks/%2e%2e/admin", false)]
    [InlineData("https://app.hospital.cn/hooks/..%2fadmin", false)]
    [InlineData("http://app.hospital.cn/hooks", false)]
    [InlineData("https://app.hospital.cn:8443/hooks", false)]
    [InlineData("https://user@app.hospital.cn/hooks", false)]
    [InlineData("https://app.hospital.cn.evil.org/hooks", false)]
    [InlineData("ftp://app.hospital.cn/hooks", false)]
    public void AnEndpoint_IsAtOrBelowWhatTheSiteLists(string endpoint, bool allowed) =>
        Assert.Equal(allowed, new SubscriptionEndpoints(new SubscriptionOptions { Endpoints = ["https://app.hospital.cn/hooks"] }).TrustOf(endpoint) is not null);

    [Theory]
    [InlineData("http://127.0.0.1:*", "http://127.0.0.1:4711/x", true)]
    [InlineData("http://127.0.0.1:*/hooks", "http://127.0.0.1:4711/hooks/x", true)]
    [InlineData("http://127.0.0.1:*/hooks", "http://127.0.0.1:4711/x", false)]
    [InlineData("http://127.0.0.1:*", "https://127.0.0.1:4711/x", false)]
    [InlineData("http://127.0.0.1:*", "http://127.0.0.2:4711/x", false)]
    public void AListedHost_MayHaveAnyPort(string listed, string endpoint, bool allowed) =>
        Assert.Equal(allowed, new SubscriptionEndpoints(new SubscriptionOptions { Endpoints = [listed] }).TrustOf(endpoint) is not null);

    [Theory]
    [InlineData("https://example.org/x", true)]
    [InlineData("http://example.org/x", false)]
    [InlineData("https://127.0.0.1/x", false)]
    [InlineData("https://[::1]/x", false)]
    [InlineData("https://192.168.1.1/x", false)]
    [InlineData("https://2130706433/x", false)] // 127.0.0.1 as one number
    [InlineData("https://8.8.8.8/x", true)]
    public void AStar_LetsHttpsOnPublicAddressesThrough(string endpoint, bool allowed) =>
        Assert.Equal(allowed, new SubscriptionEndpoints(new SubscriptionOptions { Endpoints = ["*"] }).TrustOf(endpoint) is not null);

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("2400:3200::1", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("172.16.0.1", false)]
    [InlineData("192.168.0.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("64:ff9b::a00:1", false)]
    [InlineData("2002:0a00:0001::", false)]
    [InlineData("fc00::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("ff02::1", false)]
    public void AnAddress_IsPublicOrNot(string address, bool isPublic) => Assert.Equal(isPublic, SubscriptionEndpoints.IsPublic(IPAddress.Parse(address)));

    [Theory]
    [InlineData("app.hospital.cn")]
    [InlineData("ftp://app.hospital.cn")]
    [InlineData("https://user@app.hospital.cn")]
    [InlineData("https://app.hospital.cn/hooks?x=1")]
    [InlineData(":*")]
    [InlineData("")]
    public void AnEntry_ThatIsNoUrl_StopsTheStart(string listed) =>
        Assert.Throws<ArgumentException>(() => new SubscriptionOptions { Endpoints = [listed] }.Validate());

    [Fact]
    public async Task APublicName_ThatLeadsToAPrivateAddress_IsNotConnectedTo()
    {
        using var sender = new NoticeSender(
            new SubscriptionEndpoints(new SubscriptionOptions { Endpoints = ["*"] }), Tests.Store.StoreHarness.Options, TimeProvider.System);

        NoticeFailure? failure = await sender.SendAsync(new TakenNotice(1, "s", "Patient", "p", 1, 0, "https://localhost:1/x", null, [], null), default);

        Assert.NotNull(failure);
        Assert.Contains("not public", failure.Reason, StringComparison.Ordinal);
    }
}
