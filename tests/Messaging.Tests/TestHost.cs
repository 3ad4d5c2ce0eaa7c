using Consortium.Testing;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Consortium.Messaging.Tests;

/// <summary>A host with messaging, as a member's process has it.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    private readonly IHost _host;

    private TestHost(IHost host, CapturedLog log)
    {
        _host = host;
        Log = log;
    }

    /// <summary>In-process and RabbitMQ, for theories.</summary>
    public static TheoryData<string> Transports { get; } = ["in-process", "rabbitmq"];

    public CapturedLog Log { get; }

    public IServiceProvider Services => _host.Services;

    public IDurablePublisher Publisher => Services.GetRequiredService<IDurablePublisher>();

    /// <summary>Options that fail fast enough for a test.</summary>
    public static MessagingOptions Options(string transport) => new()
    {
        Broker = transport == "in-process" ? MessagingOptions.InProcess : TestServers.RabbitMq,
        Namespace = TestServers.NewNamespace(),
        RetryIntervals = [TimeSpan.Zero, TimeSpan.FromMilliseconds(10)],
        RedeliveryDelay = TimeSpan.FromMilliseconds(200),
        Redeliveries = 1,
        MaxPublishPause = TimeSpan.FromMilliseconds(500),
    };

    public static async Task<TestHost> StartAsync(MessagingOptions options, Action<MessagingBuilder> consumers, Action<IServiceCollection>? services = null)
    {
        var log = new CapturedLog();
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Debug);
        builder.Services.AddConsortiumMessaging(options, consumers);
        services?.Invoke(builder.Services);
        IHost host = builder.Build();
        await host.StartAsync();
        return new TestHost(host, log);
    }

    /// <summary>Whether the queue is declared, with the bindings that follow in the same breath.</summary>
    public async Task<bool> QueueExistsAsync(string queue)
    {
        string name = $"{Services.GetRequiredService<MessagingOptions>().Namespace}.{queue}";
        return await Services.GetRequiredService<RabbitMqChannel>().DepthAsync(name, CancellationToken.None) is not null;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        if (_host is IAsyncDisposable disposable) await disposable.DisposeAsync();
    }
}
