using System.Data.Common;
using System.Globalization;
using Consortium.Adapters.Intake;
using Consortium.AnchorService.Status;
using Consortium.Cli.Host;
using Consortium.FhirFacade;
using Consortium.Ledger;
using Consortium.Messaging;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Consortium.Cli.Health;

/// <summary>
/// Asks each part of the host how it is. What only delays (broker, chain, anchor service) degrades; what makes requests fail (a store, a full disk, the end of the process)
/// takes the host out of the load balancer. An answer serves whoever asks within a second, so that asking often costs nothing.
/// </summary>
internal sealed class HostHealth(HospitalOptions options, IServiceProvider services, IHostApplicationLifetime lifetime, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private readonly SemaphoreSlim _asking = new(1, 1);
    private HealthReport? _last;
    private long _lastAt;

    /// <summary>The state of all parts.</summary>
    public async Task<HealthReport> ReadAsync(CancellationToken cancellationToken)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested) return new HealthReport([new ComponentHealth("host", ComponentState.Failed, "The host is ending.")]);
        await _asking.WaitAsync(cancellationToken);
        try
        {
            if (_last is { } last && time.GetElapsedTime(_lastAt) < Fresh) return last;
            HealthReport report = new([.. (await Task.WhenAll(Components())).OfType<ComponentHealth>()]);
            (_last, _lastAt) = (report, time.GetTimestamp());
            return report;
        }
        finally
        {
            _asking.Release();
        }
    }

    public void Dispose() => _asking.Dispose();

    private IEnumerable<Task<ComponentHealth?>> Components()
    {
        if (services.GetService<FacadeStatus>() is { } facade) yield return AskAsync("record-store", ComponentState.Failed, async stop =>
        {
            await facade.PingAsync(stop);
            return null;
        });
        if (services.GetService<Quarantine>() is { } quarantine) yield return AskAsync("intake-journal", ComponentState.Failed, async stop =>
        {
            await quarantine.ListAsync(null, 1, default, stop);
            return null;
        });
        if (services.GetService<MessagingStatus>() is { } messaging && options.Broker != MessagingOptions.InProcess) yield return AskAsync("broker", ComponentState.Degraded, async stop =>
        {
            await messaging.QueuesAsync(stop);
            return null;
        });
        if (services.GetService<LedgerProjection>() is { } projection) yield return AskAsync("chain-projection", ComponentState.Degraded, async stop => Stale(await projection.StatusAsync(stop)));
        if (services.GetService<AnchorMonitor>() is { } monitor) yield return AskAsync("anchor-service", ComponentState.Degraded, async stop =>
            await monitor.ReadAsync(1, stop) is { Phase: not (AnchorPhase.Running or AnchorPhase.Standby or AnchorPhase.Starting) and var phase } status ? status.Reason ?? phase.ToString() : null);
        yield return AskAsync("disk", ComponentState.Failed, _ => Task.FromResult(Disk()));
    }

    private string? Stale(ProjectionStatus status)
    {
        if (status.Problem is { } problem) return problem;
        TimeSpan limit = FacadeOptions.DefaultProjectionLimit;
        if (status.FollowedAt == default) return "The contract has not been read yet; requests of members and residents are answered with 503 until it is.";
        TimeSpan age = time.GetUtcNow() - status.FollowedAt;
        return age <= limit ? null : string.Create(CultureInfo.InvariantCulture, $"The contract was last read {age.TotalSeconds:0} s ago; requests of members and residents are answered with 503 above {limit.TotalSeconds:0} s.");
    }

    private string? Disk()
    {
        long free = new DriveInfo(Path.GetFullPath(options.State)).AvailableFreeSpace;
        return free >= options.Intake.MinFreeDiskBytes ? null : string.Create(
            CultureInfo.InvariantCulture, $"The disk of State has {free / 1048576} MiB left; below {options.Intake.MinFreeDiskBytes / 1048576} MiB (IntakeMinFreeMegabytes) senders wait and writes are at risk.");
    }

    /// <param name="name">The part.</param>
    /// <param name="otherwise">What it is where it does not answer, or answers with a reason.</param>
    /// <param name="ask">Gives the reason; null where all is well.</param>
    private async Task<ComponentHealth?> AskAsync(string name, ComponentState otherwise, Func<CancellationToken, Task<string?>> ask)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        try
        {
            // Off this thread: SQLite works in the caller's.
            string? reason = await Task.Run(() => ask(patience.Token), patience.Token).WaitAsync(patience.Token);
            return new ComponentHealth(name, reason is null ? ComponentState.Ok : otherwise, reason);
        }
        catch (OperationCanceledException)
        {
            return new ComponentHealth(name, otherwise, $"It did not answer within {Patience.TotalSeconds:0} s.");
        }
        catch (Exception e) when (e is DbException or IOException or TimeoutException or System.Net.Sockets.SocketException or InvalidOperationException || e.GetType().Namespace == "RabbitMQ.Client.Exceptions")
        {
            return new ComponentHealth(name, otherwise, $"It does not answer ({e.GetType().Name})."); // the message could name a host and a user
        }
    }
}
