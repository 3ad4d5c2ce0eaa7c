using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Consortium.Messaging;

/// <summary>
/// Starts and stops the bus with the host, and starts it anew where it is stuck. Two things that MassTransit 8.4 does make this ours: its own service
/// leaves a bus that is still connecting when the host stops, which then consumes with a container that is gone; and after a broker's death an endpoint
/// may keep the connection that failed for good, repeating that failure without ever connecting again (its issue 5692). Such a bus cannot be started again
/// either, so another takes its place.
/// </summary>
internal sealed class BusService(Func<IBusControl> create, RabbitMqChannel broker, TimeProvider time, ILogger<BusService> log) : IHostedService, IDisposable
{
    private const int MostSickChecks = 5;
    private static readonly TimeSpan Rhythm = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _running = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _watch = Task.CompletedTask;
    private volatile IBusControl? _bus;
    private volatile bool _publishesFail;

    /// <summary>Completes when a bus runs for the first time, with the queues of this process declared.</summary>
    public Task Running => _running.Task;

    /// <summary>The bus of the moment, once there was a first.</summary>
    public IBusControl Bus => _bus ?? throw new InvalidOperationException("The bus was not started: start the host before publishing.");

    /// <summary>The publisher says whether the broker answered its last publish, if only by sending it back.</summary>
    public void Answered(bool answered) => _publishesFail = !answered;

    // Not awaited: the host comes up, and takes records in, while the broker is away.
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _watch = Task.Run(() => RunAsync(_stopping.Token), CancellationToken.None);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (!Running.IsCompleted)
        {
            // A start that is given up at once may leave half of it running; a broker that is there completes it in a moment.
            await Running.WaitAsync(Patience, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        await _watch.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await StopAsync(_bus, 2 * Patience).ConfigureAwait(false);
    }

    public void Dispose() => _stopping.Dispose();

    private async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            await StartBusAsync(stopping).ConfigureAwait(false);
            _running.SetResult();
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            // Not a broker that is away, which it waits for: a queue that exists with other arguments, a virtual host that is missing.
            log.LogCritical("The bus cannot start; nothing is published or consumed until that is mended and the program restarted: {Reason}", e.GetBaseException().Message);
            throw;
        }

        using var timer = new PeriodicTimer(Rhythm, time);
        for (int sick = 0; await timer.WaitForNextTickAsync(stopping).ConfigureAwait(false);)
        {
            bool well = Bus.CheckHealth().Status == BusHealthStatus.Healthy && !_publishesFail;
            // While the broker is away there is nothing to do but wait, as the bus does; once it is there, the bus's own attempt comes first.
            sick = well || !await broker.IsReachableAsync(stopping).ConfigureAwait(false) ? 0 : sick + 1;
            if (sick < MostSickChecks) continue;
            sick = 0;
            log.LogWarning("The broker is there, and the bus does not find its way back to it; another takes its place");
            _ = StopAsync(_bus, TimeSpan.FromMinutes(1)); // may take as long as its own pause between attempts
            await StartBusAsync(stopping).ConfigureAwait(false);
            _publishesFail = false;
        }
    }

    private async Task StartBusAsync(CancellationToken stopping)
    {
        IBusControl bus = create();
        _bus = bus;
        await bus.StartAsync(stopping).ConfigureAwait(false);
    }

    private async Task StopAsync(IBusControl? bus, TimeSpan patience)
    {
        if (bus is null) return;
        try
        {
            using var limit = new CancellationTokenSource(patience, time);
            await bus.StopAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            log.LogDebug("A bus did not stop in order: {Failure}", e.GetType().Name);
        }
    }
}
