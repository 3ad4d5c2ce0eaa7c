using MassTransit;
using Microsoft.Extensions.Hosting;

namespace Consortium.Messaging;

/// <summary>
/// Starts and stops the bus with the host. MassTransit's own service leaves a bus that is still connecting when the host stops: it goes on to consume
/// with a container that is gone, and each message it is handed uses up a delivery.
/// </summary>
internal sealed class BusService(IBusControl bus) : IHostedService, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private readonly CancellationTokenSource _giveUp = new();
    private Task _starting = Task.CompletedTask;

    // Not awaited: the host comes up, and takes records in, while the broker is away.
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _starting = Task.Run(() => bus.StartAsync(_giveUp.Token), CancellationToken.None);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _giveUp.CancelAfter(Patience);
        await _starting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_starting.IsCompletedSuccessfully) return; // a start that is given up stops what it had started
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(2 * Patience);
        await bus.StopAsync(limit.Token).ConfigureAwait(false);
    }

    public void Dispose() => _giveUp.Dispose();
}
