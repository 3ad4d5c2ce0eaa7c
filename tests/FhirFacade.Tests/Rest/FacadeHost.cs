using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Consortium.FhirFacade.Access;
using Consortium.FhirFacade.Search.Custom;
using Consortium.FhirFacade.Tests.Store;
using Consortium.Ledger;
using Consortium.Messaging;
using Consortium.Storage;
using Consortium.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Consortium.FhirFacade.Tests.Rest;

/// <summary>A facade behind a real web server on loopback, over an empty store.</summary>
internal sealed class FacadeHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TestStore _store;
    private readonly bool _ownsStore;
    private bool _disposed;

    private FacadeHost(WebApplication app, TestStore store, bool ownsStore, FacadeOptions options, TestMembership membership)
    {
        _app = app;
        _store = store;
        _ownsStore = ownsStore;
        Options = options;
        Membership = membership;
        Client = new HttpClient { BaseAddress = new Uri(options.BaseUrl + "/") };
    }

    public FacadeOptions Options { get; }

    public TestMembership Membership { get; }

    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    public string Base => Options.BaseUrl;

    public static async Task<FacadeHost> StartAsync(
        Dialect dialect, Func<FacadeOptions, FacadeOptions>? configure = null, Action<IServiceCollection>? services = null, bool indexes = true, Action<IServiceCollection>? afterwards = null) =>
        await StartAsync(await TestStore.CreateAsync(dialect), ownsStore: true, configure, services, indexes, afterwards);

    /// <summary>A further server over the same store.</summary>
    public Task<FacadeHost> BesideAsync(bool indexes = true, Func<FacadeOptions, FacadeOptions>? configure = null) => StartAsync(_store, ownsStore: false, configure, null, indexes, null);

    // Without `indexes` nothing is indexed by a search parameter of the site's own until the test does it.
    private static async Task<FacadeHost> StartAsync(TestStore store, bool ownsStore, Func<FacadeOptions, FacadeOptions>? configure, Action<IServiceCollection>? services, bool indexes, Action<IServiceCollection>? afterwards)
    {
        FacadeOptions options = StoreHarness.Options with { BaseUrl = $"http://127.0.0.1:{FreePort()}/fhir", Store = store.Url, OpenAccess = true };
        options = configure?.Invoke(options) ?? options;
        var membership = new TestMembership();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(new Uri(options.BaseUrl).GetLeftPart(UriPartial.Authority));
        builder.Services.AddSingleton<IDurablePublisher, NoPublisher>();
        builder.Services.AddSingleton(_ => store.Open());
        builder.Services.AddSingleton<IMembership>(membership);
        // A chain that is not there: nothing of these tests asks it.
        builder.Services.AddSingleton(provider => new LedgerProjection(
            provider.GetRequiredService<Database>(), new EthereumClient([new Uri("http://127.0.0.1:1")]), options.Contract, 0, TimeProvider.System));
        services?.Invoke(builder.Services);
        builder.Services.AddFhirFacade(options);
        if (!indexes) builder.Services.Remove(builder.Services.Single(service => service.ImplementationType == typeof(CustomIndexingService)));
        afterwards?.Invoke(builder.Services);
        WebApplication app = builder.Build();
        app.MapFhirFacade();
        await app.StartAsync();
        return new FacadeHost(app, store, ownsStore, options, membership);
    }

    public Task<Answer> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync("GET", path, null, headers);

    public Task<Answer> PostAsync(string path, string body, params (string Name, string Value)[] headers) => SendAsync("POST", path, body, headers);

    public Task<Answer> PutAsync(string path, string body, params (string Name, string Value)[] headers) => SendAsync("PUT", path, body, headers);

    public Task<Answer> DeleteAsync(string path, params (string Name, string Value)[] headers) => SendAsync("DELETE", path, null, headers);

    public async Task<Answer> SendAsync(string method, string path, string? body, params (string Name, string Value)[] headers)
    {
        string url = path.StartsWith("http", StringComparison.Ordinal) ? path : $"{Base}/{path}".TrimEnd('/');
        using var request = new HttpRequestMessage(new HttpMethod(method), url);
        string contentType = "application/fhir+json";
        foreach ((string name, string value) in headers)
        {
            if (name == "Content-Type") contentType = value;
            else request.Headers.TryAddWithoutValidation(name, value);
        }

        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        using HttpResponseMessage response = await Client.SendAsync(request);
        return await Answer.ReadAsync(response);
    }

    /// <summary>The <c>Authorization</c> header of a member's or resident's token for this custodian.</summary>
    public async Task<(string, string)> TokenAsync(ISigner signer) => ("Authorization", "Bearer " + await MemberToken.IssueAsync(
        signer, Options.ChainId, MemberToken.Audience(Options.ChainId, Options.Custodian), TimeProvider.System, TimeSpan.FromMinutes(1)));

    public async ValueTask DisposeAsync()
    {
        if (_disposed) return; // a test may take a host away early
        _disposed = true;
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        if (_ownsStore) await _store.DisposeAsync();
    }

    /// <summary>A port on loopback that nobody listens on now.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>What the outbox sends goes nowhere.</summary>
    private sealed class NoPublisher : IDurablePublisher
    {
        public Task PublishAsync<T>(T message, string messageId, CancellationToken cancellationToken)
            where T : class => Task.Delay(Timeout.Infinite, cancellationToken);
    }
}

/// <summary>An answer, read.</summary>
internal sealed record Answer(int Status, string Text, string? ContentType, string? ETag, DateTimeOffset? LastModified, string? Location, string Allow)
{
    /// <summary>The body as JSON.</summary>
    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Text);

    public string Type => Json.GetProperty("resourceType").GetString()!;

    /// <summary>The entries of a Bundle.</summary>
    public JsonElement[] Entries => Json.TryGetProperty("entry", out JsonElement entries) ? [.. entries.EnumerateArray()] : [];

    /// <summary>The ids of the matches of a searchset.</summary>
    public string[] Matches =>
    [
        .. Entries.Where(entry => entry.GetProperty("search").GetProperty("mode").GetString() == "match")
            .Select(entry => entry.GetProperty("resource").GetProperty("id").GetString()!),
    ];

    /// <summary>The URL of a link of a Bundle; null where it has none.</summary>
    public string? Link(string relation) => Json.GetProperty("link").EnumerateArray()
        .Where(link => link.GetProperty("relation").GetString() == relation).Select(link => link.GetProperty("url").GetString()).SingleOrDefault();

    /// <summary>A parameter of Parameters; null where it has none.</summary>
    public JsonElement? Parameter(string name)
    {
        foreach (JsonElement parameter in Json.GetProperty("parameter").EnumerateArray())
        {
            if (parameter.GetProperty("name").GetString() == name) return parameter;
        }

        return null;
    }

    /// <summary>Asserts a status and an OperationOutcome with an issue of this code.</summary>
    public Answer ShouldFail(int status, string code)
    {
        Assert.Equal(status, Status);
        Assert.StartsWith("application/fhir+json", ContentType, StringComparison.Ordinal);
        Assert.Equal("OperationOutcome", Type);
        Assert.Contains(code, Json.GetProperty("issue").EnumerateArray().Select(issue => issue.GetProperty("code").GetString()));
        return this;
    }

    public static async Task<Answer> ReadAsync(HttpResponseMessage response) => new(
        (int)response.StatusCode,
        await response.Content.ReadAsStringAsync(),
        response.Content.Headers.ContentType?.ToString(),
        response.Headers.ETag?.ToString(),
        response.Content.Headers.LastModified ?? (response.Headers.TryGetValues("Last-Modified", out IEnumerable<string>? values)
            ? DateTimeOffset.Parse(values.Single(), CultureInfo.InvariantCulture)
            : null),
        response.Headers.Location?.OriginalString,
        string.Join(", ", response.Content.Headers.Allow));
}
