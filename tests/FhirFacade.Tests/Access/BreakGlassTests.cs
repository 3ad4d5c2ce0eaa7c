using System.Collections.Concurrent;
using System.Text.Json;
using Consortium.FhirFacade.Tests.Rest;
using Consortium.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Consortium.FhirFacade.Tests.Access;

/// <summary>Records labelled restricted (v3-Confidentiality R, V): who sees them, and how the glass is broken.</summary>
public sealed class BreakGlassTests
{
    private const string Label = """ "meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}]} """;
    private static readonly string Reason = Uri.EscapeDataString("抢救：意识不清");

    private static readonly string[] s_resources =
    [
        """{"resourceType":"Patient","id":"open","active":true}""",
        "{\"resourceType\":\"Patient\",\"id\":\"vip\"," + Label.Replace("\"R\"", "\"V\"", StringComparison.Ordinal) + "}",
        """{"resourceType":"Observation","id":"plain","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/open"}}""",
        "{\"resourceType\":\"Observation\",\"id\":\"labelled\"," + Label + ",\"status\":\"final\",\"code\":{\"text\":\"x\"},\"subject\":{\"reference\":\"Patient/open\"}}",
        """{"resourceType":"Observation","id":"ofvip","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/vip"}}""",
        """{"resourceType":"Encounter","id":"e","status":"finished","class":{"code":"IMP"},"subject":{"reference":"Patient/open"}}""",
    ];

    [Theory, BothStores]
    public async Task Restricted_IsAbsent_AlsoFromCounts_ForWhomItIsNotGiven(Dialect dialect)
    {
        await using TestOidcProvider provider = await TestOidcProvider.StartAsync();
        await using FacadeHost host = await WithRecordsAsync(dialect, provider);
        (string, string) login = provider.Login("user/*.cruds");

        foreach ((string path, string ids) in new[]
        {
            ("Observation", "plain"), ("Patient", "open"), ("Observation?subject=Patient/vip", ""), ("?_type=Patient,Observation", "open plain"), ("Patient/open/Observation", "plain"), ("Observation?subject:Patient.active:missing=true", ""),
            ("Patient?_has:Observation:subject:status=final", "open"), ("Patient?_security=http://terminology.hl7.org/CodeSystem/v3-Confidentiality|V", ""), ("Observation?_sort=-_id", "plain"),
        })
        {
            Answer found = await host.GetAsync(path, login);
            Assert.True(found.Status == 200 && string.Join(' ', found.Matches.Order(StringComparer.Ordinal)) == ids, $"{path}: {found.Text}");
        }

        Assert.Equal(1, (await host.GetAsync("Observation?_count=0", login)).Json.GetProperty("total").GetInt32());
        foreach (string path in new[] { "Observation/labelled", "Observation/ofvip", "Patient/vip", "Observation/labelled/_history/1", "Observation/ofvip/_history", "Patient/vip/$everything", "Observation/labelled/$disclose", "Observation/labelled/$meta" })
        {
            (await host.GetAsync(path, login)).ShouldFail(404, "not-found");
        }

        foreach (string path in new[] { "_history", "Observation/_history", "Patient/open/$everything", "Patient?_revinclude=Observation:subject" })
        {
            string text = (await host.GetAsync(path, login)).Text;
            Assert.Contains("\"plain\"", text + (path.StartsWith("Patient?", StringComparison.Ordinal) ? "" : ""), StringComparison.Ordinal);
            foreach (string hidden in new[] { "\"labelled\"", "\"ofvip\"", "\"vip\"", "\"total\":6", "\"total\":4" }) Assert.DoesNotContain(hidden, text, StringComparison.Ordinal);
        }

        (await host.PutAsync("Observation/labelled", s_resources[2].Replace("plain", "labelled", StringComparison.Ordinal), login)).ShouldFail(403, "forbidden");
        (await host.DeleteAsync("Patient/vip", login)).ShouldFail(403, "forbidden");

        // The label of today holds for the versions of yesterday, and that of a version for it alone.
        await host.PutAsync("Observation/plain", "{\"resourceType\":\"Observation\",\"id\":\"plain\"," + Label + ",\"status\":\"amended\",\"code\":{\"text\":\"x\"},\"subject\":{\"reference\":\"Patient/open\"}}", login);
        (await host.GetAsync("Observation/plain/_history/1", login)).ShouldFail(404, "not-found");
        await host.DeleteAsync("Observation/labelled", provider.Login("user/*.cruds", ("roles", new[] { "chief" })));
        (await host.GetAsync("Observation/labelled", login)).ShouldFail(404, "not-found"); // not 410
    }

    [Theory, BothStores]
    public async Task RolesAndScopesThatTheSiteNames_SeeIt(Dialect dialect)
    {
        await using TestOidcProvider provider = await TestOidcProvider.StartAsync();
        await using FacadeHost host = await WithRecordsAsync(dialect, provider);

        Assert.Equal(3, (await host.GetAsync("Observation", provider.Login("user/*.rs", ("roles", new[] { "chief" })))).Matches.Length);
        Assert.Equal(3, (await host.GetAsync("Observation", provider.Login("system/*.rs restricted"))).Matches.Length);
        Assert.Equal(200, (await host.GetAsync("Patient/vip", provider.Login("user/*.rs", ("roles", new[] { "chief" })))).Status);
    }

    [Theory, BothStores]
    public async Task TheGlass_IsBrokenForOneRequest_WithAReason_AndOnRecord(Dialect dialect)
    {
        await using TestOidcProvider provider = await TestOidcProvider.StartAsync();
        var log = new Lines();
        await using FacadeHost host = await WithRecordsAsync(dialect, provider, log: log);
        (string, string) login = provider.Login("user/*.rs", ("roles", new[] { "physician" })), purpose = ("X-Purpose-Of-Use", "BTG"), reason = ("X-Purpose-Of-Use-Reason", Reason);
        int before = (await AuditTests.EventsAsync(host)).Length;

        Assert.Equal(200, (await host.GetAsync("Observation/ofvip", login, purpose, reason)).Status);
        JsonElement broken = Assert.Single((await AuditTests.EventsAsync(host))[before..]);
        JsonElement why = broken.GetProperty("purposeOfEvent")[0];
        Assert.Equal(("BTG", "抢救：意识不清"), (why.GetProperty("coding")[0].GetProperty("code").GetString(), why.GetProperty("text").GetString()));
        Assert.Contains(broken.GetProperty("agent").EnumerateArray(), agent => agent.TryGetProperty("purposeOfUse", out JsonElement use) && use[0].GetProperty("coding")[0].GetProperty("code").GetString() == "BTG");
        AuditTests.Valid(broken);

        Assert.Equal(3, (await host.GetAsync("Observation", login, purpose, reason)).Matches.Length);
        (await host.GetAsync("Observation/ofvip", login)).ShouldFail(404, "not-found");
        (await host.GetAsync("Observation/ofvip", login, ("X-Purpose-Of-Use", "TREAT"), reason)).ShouldFail(404, "not-found");
        (await host.GetAsync("Observation/ofvip", login, purpose)).ShouldFail(400, "required");
        (await host.GetAsync("Observation/ofvip", login, ("X-Purpose-Of-Use", "break the glass"), reason)).ShouldFail(400, "value");
        (await host.GetAsync("Observation/ofvip", provider.Login("user/*.rs", ("roles", new[] { "clerk" })), purpose, reason)).ShouldFail(403, "forbidden");
        (await host.GetAsync("Observation/ofvip", provider.Login("user/Patient.rs", ("roles", new[] { "physician" })), purpose, reason)).ShouldFail(403, "forbidden"); // scopes stay what they are

        JsonElement[] refused = [.. (await AuditTests.EventsAsync(host)).Where(one => one.TryGetProperty("outcomeDesc", out JsonElement outcome) && outcome.GetString() == "HTTP 403 forbidden" && one.TryGetProperty("purposeOfEvent", out _))];
        Assert.Equal(2, refused.Length); // who may not break it is on record as well
        Assert.DoesNotContain(log.All, line => line.Contains("抢救", StringComparison.Ordinal) || line.Contains(Reason, StringComparison.Ordinal));
    }

    [Theory, BothStores]
    public async Task ATokenThatBreaksTheGlass_DoesSoForAWhile(Dialect dialect)
    {
        await using TestOidcProvider provider = await TestOidcProvider.StartAsync();
        var time = new ManualTime(DateTimeOffset.UtcNow);
        await using FacadeHost host = await WithRecordsAsync(dialect, provider, time: time);
        (string, string) login = provider.Login("user/*.rs", ("roles", new[] { "physician" }), ("purpose_of_use_reason", "cardiac arrest"), ("exp", time.Now.AddHours(2).ToUnixTimeSeconds()),
            ("extensions", new { ihe_iua = new { purpose_of_use = new[] { new { system = "http://terminology.hl7.org/CodeSystem/v3-ActReason", code = "BTG" } } } }));

        Assert.Equal(200, (await host.GetAsync("Observation/labelled", login)).Status);
        time.Now += TimeSpan.FromMinutes(31);
        (await host.GetAsync("Observation/labelled", login)).ShouldFail(403, "forbidden");
    }

    private static async Task<FacadeHost> WithRecordsAsync(Dialect dialect, TestOidcProvider provider, TimeProvider? time = null, ILoggerProvider? log = null)
    {
        FacadeHost host = await FacadeHost.StartAsync(
            dialect,
            options => options with { OpenAccess = false, Oidc = provider.Options with { RestrictedRoles = ["chief"], RestrictedScopes = ["restricted"], BreakGlassRoles = ["physician"] } },
            services =>
            {
                if (time is not null) services.AddSingleton(time);
                if (log is not null) services.AddSingleton(log);
            });
        (string, string) login = provider.Login("system/*.cruds restricted");
        foreach (string resource in s_resources)
        {
            JsonElement json = JsonSerializer.Deserialize<JsonElement>(resource);
            Answer answer = await host.PutAsync($"{json.GetProperty("resourceType").GetString()}/{json.GetProperty("id").GetString()}", resource, login);
            Assert.True(answer.Status == 201, answer.Text);
        }

        return host;
    }

    /// <summary>Every line that anything logs.</summary>
    private sealed class Lines : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> All { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => All.Enqueue(formatter(state, exception) + exception);

        public void Dispose()
        {
        }
    }
}
