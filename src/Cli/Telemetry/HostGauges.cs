using System.Data.Common;
using System.Diagnostics.Metrics;
using Consortium.Adapters.Intake;
using Consortium.Cli.Health;
using Consortium.Cli.Host;
using Consortium.FhirFacade;
using Consortium.Ledger;
using Consortium.Messaging;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Consortium.Cli.Telemetry;

/// <summary>
/// What must be counted in a database or asked of a broker, read now and then and kept for whoever scrapes: meter <c>Consortium.Host</c>. Tags are names of this program's parts,
/// queues and states.
/// </summary>
internal sealed class HostGauges : BackgroundService
{
    private static readonly TimeSpan Rhythm = TimeSpan.FromSeconds(15);
    private readonly Meter _meter = new("Consortium.Host");
    private readonly HospitalOptions _options;
    private readonly IServiceProvider _services;
    private readonly HostHealth _health;
    private readonly TimeProvider _time;
    private volatile Reading _last = Reading.Nothing;

    public HostGauges(HospitalOptions options, IServiceProvider services, HostHealth health, TimeProvider time)
    {
        _options = options;
        _services = services;
        _health = health;
        _time = time;
        Gauge("outbox.pending", "{message}", "Messages that the next hop does not have yet", reading => reading.Pending);
        Gauge("outbox.oldest_age", "s", "Age of the oldest of them", reading => reading.Ages);
        Gauge("intake.records", "{record}", "Records of the intake journal by what became of them", reading => reading.Intake);
        Gauge("quarantine.parts", "{part}", "Parts of records that wait for a person", reading => reading.Quarantine);
        Gauge("queue.messages", "{message}", "Messages in the broker's queues that this process reads", reading => reading.Queues);
        Gauge("disk.free", "By", "Free space on the disk of State", reading => reading.Disk);
        Gauge("chain.projection_age", "s", "How long ago the contract was last read to its end", reading => reading.Projection);
        Gauge("health.component", "1", "1 while a part works, 0.5 while it is degraded, 0 while it fails", reading => reading.Health);
    }

    public override void Dispose()
    {
        _meter.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Rhythm, _time);
        do
        {
            _last = await ReadAsync(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<Reading> ReadAsync(CancellationToken stop)
    {
        HealthReport health = await _health.ReadAsync(stop);
        OutboxPending? outbox = await TryAsync(() => _services.GetService<RecordStore>() is { } store ? store.Outbox.PendingAsync(stop) : null);
        IReadOnlyList<SourceStatus>? sources = await TryAsync(() => _services.GetService<IntakeStatus>()?.BySourceAsync(stop));
        IReadOnlyList<QueueDepth>? queues = await TryAsync(() => _services.GetService<MessagingStatus>()?.QueuesAsync(stop));
        ProjectionStatus? projection = await TryAsync(() => _services.GetService<LedgerProjection>()?.StatusAsync(stop));
        long? parts = _services.GetService<Quarantine>() is { } quarantine ? (await TryAsync(async () => new Boxed(await quarantine.CountAsync(null, stop))))?.Value : null;
        DateTimeOffset now = _time.GetUtcNow();
        return new Reading(
            outbox is null ? [] : [Of(outbox.Count, "outbox", FhirFacadeServiceCollectionExtensions.Component)],
            outbox is null ? [] : [Of(outbox.Oldest is { } oldest ? Math.Max(0, (now - oldest).TotalSeconds) : 0, "outbox", FhirFacadeServiceCollectionExtensions.Component)],
            sources is null ? [] : [Of(sources.Sum(s => s.Pending), "state", "pending"), Of(sources.Sum(s => s.Published), "state", "published"), Of(sources.Sum(s => s.Quarantined), "state", "quarantined")],
            parts is null ? [] : [new Measurement<double>(parts.Value)],
            queues is null ? [] :
            [
                .. queues.Select(q => Of(q.Ready, "queue", q.Queue, "ready")), .. queues.Select(q => Of(q.Delayed, "queue", q.Queue, "delayed")),
                .. queues.Select(q => Of(q.DeadLetters, "queue", q.Queue, "dead")),
            ],
            Directory.Exists(_options.State) ? [new Measurement<double>(new DriveInfo(Path.GetFullPath(_options.State)).AvailableFreeSpace)] : [],
            projection is null || projection.FollowedAt == default ? [] : [new Measurement<double>(Math.Max(0, (now - projection.FollowedAt).TotalSeconds))],
            [.. health.Components.Select(c => Of(c.State switch { ComponentState.Ok => 1, ComponentState.Degraded => 0.5, _ => 0 }, "component", c.Name))]);
    }

    /// <summary>What cannot be read is left out of the scrape; the health of its part says why.</summary>
    private static async Task<T?> TryAsync<T>(Func<Task<T>?> read)
        where T : class
    {
        try
        {
            return read() is { } task ? await task : null;
        }
        catch (Exception e) when (e is DbException or IOException or TimeoutException or InvalidOperationException || e.GetType().Namespace == "RabbitMQ.Client.Exceptions")
        {
            return null;
        }
    }

    private static Measurement<double> Of(double value, string tag, string name, string? state = null) => state is null
        ? new Measurement<double>(value, new KeyValuePair<string, object?>(tag, name))
        : new Measurement<double>(value, new(tag, name), new KeyValuePair<string, object?>("state", state));

    private void Gauge(string name, string unit, string description, Func<Reading, Measurement<double>[]> read) =>
        _meter.CreateObservableGauge(name, () => (IEnumerable<Measurement<double>>)read(_last), unit, description);

    private sealed record Boxed(long Value);

    private sealed record Reading(
        Measurement<double>[] Pending, Measurement<double>[] Ages, Measurement<double>[] Intake, Measurement<double>[] Quarantine,
        Measurement<double>[] Queues, Measurement<double>[] Disk, Measurement<double>[] Projection, Measurement<double>[] Health)
    {
        public static Reading Nothing { get; } = new([], [], [], [], [], [], [], []);
    }
}
