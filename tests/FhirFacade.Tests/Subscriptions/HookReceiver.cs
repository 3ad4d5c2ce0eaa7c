using System.Collections.Concurrent;
using Consortium.FhirFacade.Tests.Rest;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Consortium.FhirFacade.Tests.Subscriptions;

/// <summary>A subscriber: a web server on loopback that keeps what it is sent and answers as a test says.</summary>
internal sealed class HookReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly SemaphoreSlim _arrivals = new(0);

    private HookReceiver(WebApplication app, string url) => (_app, Url) = (app, url);

    public string Url { get; }

    public ConcurrentQueue<Notification> Received { get; } = new();

    /// <summary>What is answered; 200 where a test says nothing.</summary>
    public Func<Notification, int> Answer { get; set; } = _ => 200;

    public static async Task<HookReceiver> StartAsync()
    {
        string url = $"http://127.0.0.1:{FacadeHost.FreePort()}";
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(url);
        WebApplication app = builder.Build();
        var receiver = new HookReceiver(app, url);
        app.Run(receiver.TakeAsync);
        await app.StartAsync();
        return receiver;
    }

    /// <summary>The next notification that was taken or refused.</summary>
    public async Task<Notification> NextAsync()
    {
        Assert.True(await _arrivals.WaitAsync(TimeSpan.FromSeconds(30)), "No notification came.");
        Assert.True(Received.TryDequeue(out Notification? next));
        return next;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _arrivals.Dispose();
    }

    private async Task TakeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var notification = new Notification(
            context.Request.Method, context.Request.Path.Value!, await reader.ReadToEndAsync(), context.Request.ContentType, context.Request.Headers["Authorization"].ToString());
        context.Response.StatusCode = Answer(notification);
        if (context.Response.StatusCode == 302) context.Response.Headers.Location = $"{Url}/elsewhere";
        Received.Enqueue(notification);
        _arrivals.Release();
    }
}

/// <summary>What a subscriber was sent.</summary>
internal sealed record Notification(string Method, string Path, string Body, string? ContentType, string Authorization);
