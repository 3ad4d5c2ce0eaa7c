using System.Diagnostics.Metrics;

namespace Consortium.Messaging;

/// <summary>Instruments of the meter <c>Consortium.Messaging</c>. Tags are names of types and queues.</summary>
internal static class MessagingMetrics
{
    public const string MeterName = "Consortium.Messaging";

    private static readonly Meter Meter = new(MeterName);
    private static readonly Counter<long> PublishedCounter = Meter.CreateCounter<long>("messaging.published", "{message}", "Messages that the next hop has confirmed");
    private static readonly Counter<long> RepeatedCounter = Meter.CreateCounter<long>("messaging.publish.repeated", "{attempt}", "Publishes made again: broker away, not routable, or not confirmed in time");
    private static readonly Histogram<double> ConfirmHistogram = Meter.CreateHistogram<double>("messaging.publish.duration", "s", "From the call until the confirmation, waiting included");
    private static readonly Counter<long> RedeliveredCounter = Meter.CreateCounter<long>("messaging.redelivered", "{message}", "Messages sent to the delay queue");
    private static readonly Counter<long> ParkedCounter = Meter.CreateCounter<long>("messaging.parked", "{message}", "Messages sent to the error queue");
    private static readonly Counter<long> DeferredCounter = Meter.CreateCounter<long>("messaging.outbox.deferred", "{message}", "Outbox rows whose publish failed, to be tried again later");

    public static void Published(string messageType, TimeSpan duration)
    {
        PublishedCounter.Add(1, new KeyValuePair<string, object?>("message", messageType));
        ConfirmHistogram.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("message", messageType));
    }

    public static void Repeated(string messageType, string reason) => RepeatedCounter.Add(1, new("message", messageType), new("reason", reason));

    public static void Redelivered(string queue, string failure) => RedeliveredCounter.Add(1, new("queue", queue), new("failure", failure));

    public static void Parked(string queue, string failure) => ParkedCounter.Add(1, new("queue", queue), new("failure", failure));

    public static void Deferred(string component) => DeferredCounter.Add(1, new KeyValuePair<string, object?>("outbox", component));
}
