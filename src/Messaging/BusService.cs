using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Consortium.Messaging;

/// <summary>
/// Starts and stops the bus with the host. MassTransit's own service leaves a bus that is still connecting when the host stops: it goes on to consume
/// with a container that is gone, and each message it is handed uses up a delivery.
/// </summary>
internal sealed class BusService(IBusControl bus, ILogger<BusService> log) : IHostedService, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private readonly CancellationTokenSource _giveUp = new();
    private readonly TaskCompletionSource _running = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _starting = Task.CompletedTask;

    /// <summary>Completes when the bus runs, with the queues of this process declared.</summary>
    public Task Running => _running.Task;

    // Not awaited: the host comes up, and takes records in, while the broker is away.
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _starting = Task.Run(async () =>
        {
            try
            {
                await bus.StartAsync(_giveUp.Token).ConfigureAwait(false);
                _running.SetResult();
            }
            catch (Exception e) when (!_giveUp.IsCancellationRequested)
            {
                // Not a broker that is away, which it waits for: a queue that exists with other arguments, a virtual host that is missing.
                log.LogCritical("The bus cannot start; nothing is published or consumed until it is mended and the program restarted: {Reason}", e.GetBaseException().Message);
                throw;
            }
        }, CancellationToken.None);
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
