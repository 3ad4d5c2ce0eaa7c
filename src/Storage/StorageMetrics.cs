using System.Diagnostics.Metrics;

namespace Consortium.Storage;

/// <summary>Instruments of the meter <c>Consortium.Storage</c>. Tags are the store's name and how a transaction ended.</summary>
internal static class StorageMetrics
{
    private static readonly Meter Meter = new("Consortium.Storage");
    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>("store.transaction.duration", "s", "Write transactions: from the wait for the writer until the commit is on disk, repetitions included");
    private static readonly Counter<long> Retries = Meter.CreateCounter<long>("store.transaction.retries", "{attempt}", "Write transactions run again after a deadlock, a serialisation failure or a busy lock");

    public static void Ended(string store, bool committed, TimeSpan duration) =>
        Duration.Record(duration.TotalSeconds, new("store", store), new KeyValuePair<string, object?>("outcome", committed ? "committed" : "rolled-back"));

    public static void Retried(string store) => Retries.Add(1, new KeyValuePair<string, object?>("store", store));
}
