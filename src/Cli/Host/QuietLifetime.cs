using Microsoft.Extensions.Hosting;

namespace Consortium.Cli.Host;

/// <summary>Several hosts share one process here; Ctrl-C is the command's to handle, once, and not each host's.</summary>
internal sealed class QuietLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
