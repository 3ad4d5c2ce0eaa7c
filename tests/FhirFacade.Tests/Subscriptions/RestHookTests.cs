using System.Data.Common;
using System.Text.Json;
using Consortium.FhirFacade.Subscriptions;
using Consortium.FhirFacade.Tests.Rest;
using Consortium.Storage;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace Consortium.FhirFacade.Tests.Subscriptions;

/// <summary>Subscriptions with a rest-hook (FHIR R4 subscription.html): what is sent, when, and what becomes of a subscription whose endpoint fails.</summary>
public sealed class RestHookTests
{
    private const string Weight = """{"resourceType":"Observation","id":"ID","status":"STATUS","code":{"coding":[{"system":"http://loinc.org","code":"1975-2"}]},"subject":{"reference":"Patient/p"}}""";

    [Theory, BothStores]
    public async Task CreateAndUpdateThatMatch_AreSentAsUpdates_AndNothingElseIs(Dialect dialect)
    {
        await using HookReceiver hook = await HookReceiver.StartAsync();
        await using FacadeHost host = await StartAsync(dialect, hook);
        Answer made = await host.PostAsync("Subscription", Subscription(hook, "Observation?code=http://loinc.org|1975-2&status=final", payload: "application/fhir+json"));
        Assert.Equal(201, made.Status);
        Assert.Equal("active", made.Json.GetProperty("status").GetString());

        await PutAsync(host, "a", "preliminary"); // does not match
        await PutAsync(host, "a", "final"); // comes in
        await PutAsync(host, "a", "final"); // unchanged: no version
        await PutAsync(host, "a", "amended"); // goes out: subscription.html tells nobody
        await host.DeleteAsync("Observation/a"); // nor of a deletion
        await PutAsync(host, "b", "final");
        Notification[] sent = [await hook.NextAsync(), await hook.NextAsync()];

        Assert.Equal(["/hook/Observation/a", "/hook/Observation/b"], sent.Select(one => one.Path).Order());
        Assert.All(sent, one => Assert.Equal("PUT", one.Method));
        Assert.All(sent, one => Assert.StartsWith("application/fhir+json", one.ContentType, StringComparison.Ordinal));
        Assert.All(sent, one => Assert.Equal("Bearer secret-token", one.Authorization));
        Notification first = sent.Single(one => one.Path.EndsWith("/a", StringComparison.Ordinal));
        Assert.Equal((await host.GetAsync("Observation/a/_history/2")).Text, first.Body); // the version that matched, byte for byte
        Assert.Equal(0, await DrainAsync(host));
        Assert.Empty(hook.Received);
    }

    [Theory, BothStores]
    public async Task WithoutPayload_AnEmptyPostGoesOut_AndWithXmlTheResourceInXml(Dialect dialect)
    {
        await using HookReceiver hook = await HookReceiver.StartAsync();
        await using FacadeHost host = await StartAsync(dialect, hook);
        await host.PutAsync("Subscription/empty", Subscription(hook, "Patient?", id: "empty"));
        await host.PutAsync("Patient/p", """{"resourceType":"Patient","id":"p","gender":"female"}""");
        Notification empty = await hook.NextAsync();
        Assert.Equal(("POST", "/hook", ""), (empty.Method, empty.Path, empty.Body));

        await host.DeleteAsync("Subscription/empty");
        await host.PutAsync("Subscription/xml", Subscription(hook, "Patient?gender=male", payload: "application/fhir+xml", id: "xml"));
        await host.PutAsync("Patient/p", """{"resourceType":"Patient","id":"p","gender":"male"}""");
        Notification xml = await hook.NextAsync();
        Assert.Equal("/hook/Patient/p", xml.Path);
        Assert.Contains("<gender value=\"male\"", xml.Body, StringComparison.Ordinal);
    }

    [Theory, BothStores]
    public async Task ATransaction_TellsOfEachOfItsResources_AlsoThroughAChainToWhatItWrites(Dialect dialect)
    {
        await using HookReceiver hook = await HookReceiver.StartAsync();
        await using FacadeHost host = await StartAsync(dialect, hook);
        await host.PostAsync("Subscription", Subscription(hook, "Observation?subject:Patient.family=Zhang", payload: "application/fhir+json"));

        Answer done = await host.PostAsync("", """
            {"resourceType":"Bundle","type":"transaction","entry":[
             {"resource":{"resourceType":"Observation","status":"final","code":{"text":"w"},"subject":{"reference":"urn:uuid:5b2a2c3e-3b0a-4ad4-9e38-3b8a3ad2bbd1"}},"request":{"method":"POST","url":"Observation"}},
             {"resource":{"resourceType":"Observation","status":"final","code":{"text":"w"}},"request":{"method":"POST","url":"Observation"}},
             {"fullUrl":"urn:uuid:5b2a2c3e-3b0a-4ad4-9e38-3b8a3ad2bbd1","resource":{"resourceType":"Patient","name":[{"family":"Zhang"}]},"request":{"method":"POST","url":"Patient"}}]}
            """);
        Assert.True(done.Status == 200, done.Text);
        Notification sent = await hook.NextAsync();

        Assert.Equal($"/hook/Observation/{done.Entries[0].GetProperty("resource").GetProperty("id").GetString()}", sent.Path);
        Assert.Equal(0, await DrainAsync(host));
        Assert.Empty(hook.Received);
    }

    [Theory, BothStores]
    public async Task ATransactionThatFails_TellsNobody(Dialect dialect)
    {
        await using HookReceiver hook = await HookReceiver.StartAsync();
        await using FacadeHost host = await StartAsync(dialect, hook);
        await host.PostAsync("Subscription", Subscription(hook, "Patient"));

        Answer failed = await host.PostAsync("", """
            {"resourceType":"Bundle","type":"transaction","entry":[
             {"resource":{"resourceType":"Patient","id":"x"},"request":{"method":"PUT","url":"Patient/x"}},
             {"resource":{"resourceType":"Patient","id":"y"},"request":{"method":"PUT","url":"Patient/y","ifMatch":"W/\"7\""}}]}
            """);

        Assert.Equal(412, failed.Status);
        Assert.Equal(0L, await CountAsync(host, "SELECT COUNT(*) FROM subscription_notice"));
    }

    [Theory, BothStores]
    public async Task VersionsOfOneResource_ArriveInOrder_WhileTheEndpointFailsNowAndThen(Dialect dialect)
    {
        await using HookReceiver hook = await HookReceiver.StartAsync();
        int calls = 0;
        var taken = new List<string>();
        hook.Answer = one =>
        {
            lock (taken)
            {
                if (++calls % 3 == 0) return 503;
                taken.Add(JsonSerializer.Deserialize<JsonElement>(one.Body).GetProperty("meta").GetProperty("versionId").GetString()!);
                return 200;
            }
        };
        await using FacadeHost host = await StartAsync(dialect, hook, options => options with { FirstPause = TimeSpan.FromMilliseconds(1), MaxPause = TimeSpan.FromMilliseconds(2), ErrorAfter = 100 });
        await host.PostAsync("Subscription", Subscription(hook, "Observation?code=1975-2", payload: "application/fhir+json"));

        string[] states = ["preliminary", "final", "amended", "corrected", "cancelled", "final", "amended", "corrected"];
        foreach (string state in states) await PutAsync(host, "a", state);
        Assert.Equal(0, await DrainAsync(host));

        lock (taken) Assert.Equal(["1", "2", "3", "4", "5", "6", "7", "8"], taken);
    }

    [Theory, BothStores]
    public async Task AnEndpointThatFails_MakesAnError_ThenActiveAgain_AndOffAfterTheLimit(Dialect dialect)
    {
        var time = new ManualTime(new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero));
        await using HookReceiver hook = await HookReceiver.StartAsync();
        hook.Answer = _ => 503;
        await using FacadeHost host = await StartAsync(dialect, hook, options => options, time);
        SubscriptionDelivery delivery = ActivatorUtilities.CreateInstance<SubscriptionDelivery>(host.Services);
        string id = (await host.PostAsync("Subscription", Subscription(hook, "Observation?status=final"))).Json.GetProperty("id").GetString()!;
        await PutAsync(host, "a", "final");
        await PutAsync(host, "b", "final");

        for (int attempt = 1; attempt <= 3; attempt++)
        {
            await RoundsAsync(delivery);
            Assert.Equal(0, await delivery.RoundAsync(default)); // it pauses
            Answer now = await host.GetAsync($"Subscription/{id}");
            if (attempt == 1) Assert.Equal("active", now.Json.GetProperty("status").GetString());
            time.Now += TimeSpan.FromSeconds(20);
        }

        Answer failing = await host.GetAsync($"Subscription/{id}");
        Assert.Equal("error", failing.Json.GetProperty("status").GetString());
        Assert.Contains("503", failing.Json.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hook", failing.Json.GetProperty("error").GetString(), StringComparison.Ordinal);

        hook.Answer = _ => 200;
        time.Now += TimeSpan.FromMinutes(10);
        await RoundsAsync(delivery);
        await RoundsAsync(delivery);
        Answer again = await host.GetAsync($"Subscription/{id}");
        Assert.Equal("active", again.Json.GetProperty("status").GetString());
        Assert.False(again.Json.TryGetProperty("error", out _));
        Assert.Equal(0L, await CountAsync(host, "SELECT COUNT(*) FROM subscription_notice"));

        hook.Answer = _ => 302; // a redirect is followed nowhere
        await PutAsync(host, "c", "final");
        await RoundsAsync(delivery);
        time.Now += TimeSpan.FromHours(25);
        await RoundsAsync(delivery);
        Answer off = await host.GetAsync($"Subscription/{id}");
        Assert.Equal("off", off.Json.GetProperty("status").GetString());
        Assert.Contains("_lastUpdated=ge", off.Json.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain(hook.Received, one => one.Path == "/elsewhere");

        hook.Answer = _ => 200;
        Answer begun = await host.PutAsync($"Subscription/{id}", off.Text.Replace("\"status\":\"off\"", "\"status\":\"requested\"", StringComparison.Ordinal));
        Assert.True(begun.Status == 200, begun.Text);
        Assert.False(begun.Json.TryGetProperty("error", out _));
        await PutAsync(host, "d", "final");
        hook.Received.Clear();
        await RoundsAsync(delivery);
        Assert.Single(hook.Received); // the secret header is the one that was sent first
        Assert.Equal("Bearer secret-token", hook.Received.Single().Authorization);
    }

    [Theory, BothStores]
    public async Task WhatOneResourceIsRefusedFor_HoldsUpNoOther(Dialect dialect)
    {
        var time = new ManualTime(new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero));
        await using HookReceiver hook = await HookReceiver.StartAsync();
        hook.Answer = one => one.Path.EndsWith("/bad", StringComparison.Ordinal) ? 422 : 200;
        await using FacadeHost host = await StartAsync(dialect, hook, options => options, time);
        SubscriptionDelivery delivery = ActivatorUtilities.CreateInstance<SubscriptionDelivery>(host.Services);
        await host.PostAsync("Subscription", Subscription(hook, "Observation?status=final", payload: "application/fhir+json"));

        await PutAsync(host, "bad", "final");
        for (int i = 0; i < 20; i++) await PutAsync(host, $"good{i}", "final");
        for (int i = 0; i < 6; i++)
        {
            await RoundsAsync(delivery);
            time.Now += TimeSpan.FromSeconds(5);
        }

        Assert.Equal(20, hook.Received.Select(one => one.Path).Distinct().Count(path => path.Contains("/good", StringComparison.Ordinal)));
        Assert.Equal("bad", await ScalarAsync<string>(host, "SELECT id FROM subscription_notice"));
    }

    [Theory, BothStores]
    public async Task WhatAProcessTookBeforeItDied_AnotherSendsWhenTheLeaseIsOver(Dialect dialect)
    {
        var time = new ManualTime(new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero));
        await using HookReceiver hook = await HookReceiver.StartAsync();
        await using FacadeHost host = await StartAsync(dialect, hook, options => options, time);
        await host.PostAsync("Subscription", Subscription(hook, "Observation?status=final", payload: "application/fhir+json"));
        await PutAsync(host, "a", "final");
        NoticeQueue queue = host.Services.GetRequiredService<NoticeQueue>();
        Assert.Single(await queue.TakeAsync([], TimeSpan.FromMinutes(1), default)); // taken, and never heard of again
        SubscriptionDelivery delivery = ActivatorUtilities.CreateInstance<SubscriptionDelivery>(host.Services);

        Assert.Equal(0, await delivery.RoundAsync(default));
        time.Now += TimeSpan.FromMinutes(2);
        await RoundsAsync(delivery);

        Assert.Equal("/hook/Observation/a", Assert.Single(hook.Received).Path);
        Assert.Equal(0L, await CountAsync(host, "SELECT COUNT(*) FROM subscription_notice"));
    }

    [Theory, BothStores]
    public async Task ASubscriptionMadeByOneServer_IsSeenByTheWritesOfAnother(Dialect dialect)
    {
        await using HookReceiver hook = await HookReceiver.StartAsync();
        await using FacadeHost host = await StartAsync(dialect, hook);
        await using FacadeHost other = await host.BesideAsync(configure: options => options with { Subscriptions = host.Options.Subscriptions });
        await PutAsync(other, "before", "final"); // it knows that there are none
        await host.PostAsync("Subscription", Subscription(hook, "Observation?status=final", payload: "application/fhir+json"));

        await PutAsync(other, "a", "final");

        Assert.Equal("/hook/Observation/a", (await hook.NextAsync()).Path);
    }

    [Theory, BothStores]
    public async Task AtItsEnd_ASubscriptionIsOff(Dialect dialect)
    {
        var time = new ManualTime(new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero));
        await using HookReceiver hook = await HookReceiver.StartAsync();
        await using FacadeHost host = await StartAsync(dialect, hook, options => options, time);
        string body = Subscription(hook, "Observation?status=final", id: "s").Replace("\"reason\"", "\"end\":\"2026-03-01T09:00:00Z\",\"reason\"", StringComparison.Ordinal);
        Assert.Equal(201, (await host.PutAsync("Subscription/s", body)).Status);

        time.Now += TimeSpan.FromHours(2);
        await ActivatorUtilities.CreateInstance<SubscriptionDelivery>(host.Services).RoundAsync(default);

        Assert.Equal("off", (await host.GetAsync("Subscription/s")).Json.GetProperty("status").GetString());
        (await host.PutAsync("Subscription/t", body.Replace("\"s\"", "\"t\"", StringComparison.Ordinal))).ShouldFail(422, "business-rule");
    }

    private static async Task PutAsync(FacadeHost host, string id, string status)
    {
        Answer answer = await host.PutAsync($"Observation/{id}", Weight.Replace("ID", id, StringComparison.Ordinal).Replace("STATUS", status, StringComparison.Ordinal));
        Assert.True(answer.Status is 200 or 201, answer.Text);
    }

    /// <summary>Rounds until nothing is due.</summary>
    private static async Task RoundsAsync(SubscriptionDelivery delivery)
    {
        while (await delivery.RoundAsync(default) > 0)
        {
        }
    }

    private static async Task<int> DrainAsync(FacadeHost host)
    {
        for (int i = 0; i < 600 && await CountAsync(host, "SELECT COUNT(*) FROM subscription_notice") > 0; i++) await Task.Delay(50);
        return (int)await CountAsync(host, "SELECT COUNT(*) FROM subscription_notice");
    }

    private static Task<long> CountAsync(FacadeHost host, string sql) => ScalarAsync<long>(host, sql);

    private static async Task<T> ScalarAsync<T>(FacadeHost host, string sql)
    {
        await using DbConnection connection = await host.Services.GetRequiredService<Database>().ConnectAsync();
        return (await connection.ExecuteScalarAsync<T>(sql))!;
    }

    /// <summary>With a clock of its own a host sends nothing by itself: the test says when.</summary>
    private static Task<FacadeHost> StartAsync(Dialect dialect, HookReceiver hook, Func<SubscriptionOptions, SubscriptionOptions>? configure = null, ManualTime? time = null) =>
        FacadeHost.StartAsync(
            dialect,
            options => options with { Subscriptions = (configure ?? (all => all))(new SubscriptionOptions { Endpoints = [hook.Url] }) },
            services =>
            {
                if (time is not null) services.AddSingleton<TimeProvider>(time);
            },
            afterwards: services =>
            {
                if (time is not null) services.Remove(services.Single(one => one.ImplementationType == typeof(SubscriptionDelivery)));
            });

    internal static string Subscription(HookReceiver hook, string criteria, string? payload = null, string? id = null) =>
        """{"resourceType":"Subscription",ID"status":"requested","reason":"A test","criteria":"CRITERIA","channel":{"type":"rest-hook","endpoint":"URL/hook",PAYLOAD"header":["Authorization: Bearer secret-token"]}}"""
            .Replace("ID", id is null ? "" : $"\"id\":\"{id}\",", StringComparison.Ordinal).Replace("CRITERIA", criteria, StringComparison.Ordinal)
            .Replace("URL", hook.Url, StringComparison.Ordinal).Replace("PAYLOAD", payload is null ? "" : $"\"payload\":\"{payload}\",", StringComparison.Ordinal);
}
