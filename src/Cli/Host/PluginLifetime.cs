using Consortium.Adapters.Plugins;
using Microsoft.Extensions.Hosting;

namespace Consortium.Cli.Host;

/// <summary>Ends the processes of the plug-ins with the host. Registered before the converter, so it stops after it.</summary>
internal sealed class PluginLifetime(PluginCatalog plugins) : IHostedService, IDisposable
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken)
    {
        plugins.Dispose();
        return Task.CompletedTask;
    }

    public void Dispose() => plugins.Dispose();
}
