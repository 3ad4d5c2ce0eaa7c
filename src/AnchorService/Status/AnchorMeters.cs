using System.Diagnostics.Metrics;
using Consortium.AnchorService.Store;
using Consortium.Ledger;

namespace Consortium.AnchorService.Status;

/// <summary>The service's instruments, in the meter <c>Consortium.AnchorService</c>. Numbers only: no record, no person.</summary>
internal sealed class AnchorMeters : IDisposable
{
    public const string MeterName = "Consortium.AnchorService";
    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _entries;
    private readonly Counter<long> _batches;
    private readonly Counter<long> _replaced;
    private readonly Counter<long> _reorganised;
    private readonly Counter<long> _chainFailures;
    private readonly Histogram<double> _gasPerEntry;
    private readonly Histogram<double> _secondsToFinal;
    private readonly Histogram<long> _confirmations;
    private readonly KeyValuePair<string, object?> _custodian;
    private long _backlog;
    private double _oldestAge;
    private int _endpointUp;

    public AnchorMeters(string custodian, EthereumClient client)
    {
        _custodian = new("custodian", custodian);
        _entries = _meter.CreateCounter<long>("anchor.entries", "{entry}", "Entries that became final.");
        _batches = _meter.CreateCounter<long>("anchor.batches", "{batch}", "Batches that became final.");
        _replaced = _meter.CreateCounter<long>("anchor.replacements", "{transaction}", "Transactions replaced at a higher fee.");
        _reorganised = _meter.CreateCounter<long>("anchor.reorganised", "{batch}", "Batches put back under way by a reorganisation.");
        _chainFailures = _meter.CreateCounter<long>("anchor.chain.failures", "{failure}", "Rounds that ended because no endpoint answered.");
        _gasPerEntry = _meter.CreateHistogram<double>("anchor.gas_per_entry", "{gas}", "Gas used by a batch, divided by its entries.");
        _secondsToFinal = _meter.CreateHistogram<double>("anchor.time_to_final", "s", "From intake of a batch's oldest entry to finality.");
        _confirmations = _meter.CreateHistogram<long>("anchor.confirmations", "{block}", "Blocks on top of a batch, its own included, when it was called final.");
        _meter.CreateObservableGauge("anchor.backlog", () => new Measurement<long>(Interlocked.Read(ref _backlog), _custodian), "{entry}", "Entries that are not final.");
        _meter.CreateObservableGauge("anchor.oldest_age", () => new Measurement<double>(Volatile.Read(ref _oldestAge), _custodian), "s", "Age of the oldest entry that is not final.");
        _meter.CreateObservableGauge("anchor.chain.up", () => new Measurement<int>(Volatile.Read(ref _endpointUp), _custodian), description: "1 while an endpoint of the chain answers.");
        _meter.CreateObservableGauge(
            "anchor.endpoint.up",
            () => client.Endpoints.Select(endpoint => new Measurement<int>(endpoint.Available ? 1 : 0, _custodian, new("endpoint", endpoint.Endpoint))),
            description: "1 while this endpoint is used, 0 while it is left alone after failures.");
        _meter.CreateObservableGauge(
            "anchor.endpoint.latency",
            () => client.Endpoints.Select(endpoint => new Measurement<double>(endpoint.LastLatency.TotalSeconds, _custodian, new("endpoint", endpoint.Endpoint))),
            "s",
            "How long this endpoint took over the last call.");
    }

    public void Finalised(AnchorBatch batch, MinedIn mined, ulong confirmations, DateTimeOffset now)
    {
        _entries.Add(batch.Count, _custodian);
        _batches.Add(1, _custodian);
        _gasPerEntry.Record((double)mined.GasUsed / batch.Count, _custodian);
        _secondsToFinal.Record((now - batch.OldestReceivedAt).TotalSeconds, _custodian);
        _confirmations.Record((long)confirmations, _custodian);
    }

    public void Replaced() => _replaced.Add(1, _custodian);

    public void Reorganised() => _reorganised.Add(1, _custodian);

    public void ChainAnswered() => Volatile.Write(ref _endpointUp, 1);

    public void ChainFailed()
    {
        Volatile.Write(ref _endpointUp, 0);
        _chainFailures.Add(1, _custodian);
    }

    public void Backlog(AnchorStatus status, DateTimeOffset now)
    {
        Interlocked.Exchange(ref _backlog, status.Pending + status.UnderWay);
        Volatile.Write(ref _oldestAge, status.OldestUnanchoredSince is { } since ? Math.Max(0, (now - since).TotalSeconds) : 0);
    }

    public void Dispose() => _meter.Dispose();
}
