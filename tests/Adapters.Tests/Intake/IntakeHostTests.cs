using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Consortium.Adapters.Intake;
using Consortium.Adapters.Mllp;
using Consortium.Adapters.Tests.Hl7V2;
using Consortium.Adapters.Tests.Mllp;
using Consortium.Messaging;
using Consortium.Storage;
using Consortium.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Consortium.Adapters.Tests.Intake;

/// <summary>Everything that <c>AddIntake</c> and <c>MapIntake</c> set up, in a real host over real sockets.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "IAsyncLifetime.DisposeAsync disposes them.")]
public sealed class IntakeHostTests : IAsyncLifetime
{
    private readonly RecordingPublisher _publisher = new();
    private TestStore _store = null!;
    private WebApplication _app = null!;
    private HttpClient _http = null!;

    public Task InitializeAsync() => StartAsync(token: null);

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
        await _store.DisposeAsync();
    }

    [Fact]
    public async Task A_record_posted_is_kept_converted_and_published()
    {
        HttpResponseMessage first = await PostAsync(Messages.Admission(), "his");
        HttpResponseMessage again = await PostAsync(Messages.Admission(), "his");

        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.OK), (first.StatusCode, again.StatusCode));
        JsonNode receipt = JsonNode.Parse(await first.Content.ReadAsStringAsync())!;
        Assert.Equal(64, ((string)receipt["digest"]!).Length);
        Assert.False((bool)receipt["duplicate"]!);
        Assert.True((bool)JsonNode.Parse(await again.Content.ReadAsStringAsync())!["duplicate"]!);
        await WaitForAsync(status => status.Published == 1);
        Assert.Equal("his", Assert.Single(_publisher.Messages).Source);
    }

    [Fact]
    public async Task A_message_over_MLLP_reaches_the_next_hop()
    {
        MllpListener listener = Assert.Single(_app.Services.GetServices<MllpListener>());
        await using MllpTestClient sender = await MllpTestClient.ConnectAsync(listener.EndPoint);

        Assert.Equal("AA", await sender.AskAsync(Messages.Admission()));

        await WaitForAsync(status => status is { Source: "mllp", Published: 1 });
    }

    [Fact]
    public async Task Too_long_empty_and_misnamed_posts_are_refused_with_a_reason()
    {
        await RefusedAsync(await PostAsync(new string('x', 5001), "his"), HttpStatusCode.RequestEntityTooLarge, "too-long");
        await RefusedAsync(await PostAsync("", "his"), HttpStatusCode.BadRequest, "incomplete");
        await RefusedAsync(await PostAsync("x", "a b"), HttpStatusCode.BadRequest, "value");
        Assert.Empty(await _app.Services.GetRequiredService<IntakeStatus>().BySourceAsync());
    }

    [Fact]
    public async Task The_quarantine_is_listed_shown_and_released()
    {
        string message = Messages.Admission().Replace("ADT^A01", "ADT^A99", StringComparison.Ordinal);
        await PostAsync(message, "his");
        await WaitForAsync(status => status.Quarantined == 1);

        JsonNode list = JsonNode.Parse(await _http.GetStringAsync("/quarantine"))!;
        Assert.Equal(1, (int)list["total"]!);
        string digest = (string)list["records"]![0]!["digest"]!;
        Assert.Equal("OperationOutcome", (string?)list["records"]![0]!["outcome"]!["resourceType"]);
        JsonNode shown = JsonNode.Parse(await _http.GetStringAsync($"/quarantine/{digest}"))!;
        Assert.Equal(message, Encoding.UTF8.GetString(System.Convert.FromBase64String((string)shown["raw"]!)));

        Assert.Equal(HttpStatusCode.Accepted, (await _http.PostAsync($"/quarantine/{digest}/release", null)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync($"/quarantine/{new string('0', 64)}")).StatusCode);
        await WaitForAsync(status => status is { Quarantined: 1, Pending: 0 });
    }

    [Fact]
    public async Task With_a_token_configured_nobody_comes_in_without_it()
    {
        await DisposeAsync();
        await StartAsync("the-token");

        await RefusedAsync(await PostAsync(Messages.Admission(), "his"), HttpStatusCode.Unauthorized, "login");
        Assert.Equal(HttpStatusCode.Unauthorized, (await _http.GetAsync("/quarantine")).StatusCode);
        _http.DefaultRequestHeaders.Authorization = new("Bearer", "the-token");
        Assert.Equal(HttpStatusCode.Accepted, (await PostAsync(Messages.Admission(), "his")).StatusCode);
    }

    [CorpusFact]
    public async Task Every_hostile_file_posted_waits_in_quarantine_with_a_place()
    {
        string[] files = [.. Directory.GetFiles(Corpora.Path("hl7v2/bad-inputs"), "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != "LICENSE")];
        foreach (string file in files) (await PostAsync(await File.ReadAllBytesAsync(file), "bad")).EnsureSuccessStatusCode();

        int different = files.Select(file => System.Convert.ToHexString(File.ReadAllBytes(file))).Distinct().Count();
        await WaitForAsync(status => status.Quarantined == different);
        Assert.Empty(_publisher.Messages);
        Assert.All(await _app.Services.GetRequiredService<Quarantine>().ListAsync(), record => Assert.NotNull(record.Place));
    }

    private async Task StartAsync(string? token)
    {
        _store = await TestStore.CreateAsync(Dialect.Sqlite);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<IDurablePublisher>(_publisher);
        builder.Services.AddIntake(new IntakeOptions
        {
            Store = _store.Url,
            Keys = IntakeFixture.Keys,
            ApiToken = token,
            MaxRecordBytes = 5000,
            Mllp = [new MllpOptions { Source = "mllp" }],
        });
        _app = builder.Build();
        _app.MapIntake();
        await _app.StartAsync();
        string address = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        _http = new HttpClient { BaseAddress = new Uri(address) };
    }

    private Task<HttpResponseMessage> PostAsync(string body, string source) => PostAsync(Encoding.UTF8.GetBytes(body), source);

    private async Task<HttpResponseMessage> PostAsync(byte[] body, string source)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/intake") { Content = new ByteArrayContent(body) };
        request.Headers.TryAddWithoutValidation("X-Source", source);
        return await _http.SendAsync(request);
    }

    private static async Task RefusedAsync(HttpResponseMessage response, HttpStatusCode status, string code)
    {
        Assert.Equal(status, response.StatusCode);
        Assert.Equal(code, (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["issue"]![0]!["code"]);
    }

    private async Task WaitForAsync(Func<SourceStatus, bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!(await _app.Services.GetRequiredService<IntakeStatus>().BySourceAsync(patience.Token)).Any(condition)) await Task.Delay(10, patience.Token);
    }
}
