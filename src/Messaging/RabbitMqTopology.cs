using MassTransit;

namespace Consortium.Messaging;

/// <summary>How queues and exchanges are declared. Changing an argument of a queue that exists needs a new queue: RabbitMQ refuses to redeclare it.</summary>
internal static class RabbitMqTopology
{
    /// <summary>Where messages go that cannot be processed, the original bytes and all.</summary>
    public static string ErrorQueue(string queue) => queue + "_error";

    /// <summary>Where a failed message rests until its next delivery.</summary>
    public static string DelayQueue(string queue) => queue + "_delay";

    public static void ConfigureHost(this IRabbitMqBusFactoryConfigurator rabbit, BrokerUrl broker) =>
        rabbit.Host(broker.Host, (ushort)broker.Port, broker.VirtualHost, host =>
        {
            host.Username(broker.User);
            host.Password(broker.Password);
            host.PublisherConfirmation = true;
            host.Heartbeat(TimeSpan.FromSeconds(10));
            if (broker.Tls) host.UseSsl(tls => tls.ServerName = broker.Host);
        });

    public static void ConfigureQuorumQueue(
        this IRabbitMqReceiveEndpointConfigurator endpoint, string queue, MessagingOptions options, IReadOnlyList<ConsumerRegistration> consumers)
    {
        int batch = consumers.Max(c => c.BatchSize);
        int concurrent = Math.Max(options.ConcurrentMessages, batch == 1 ? 1 : 2 * batch);
        endpoint.ConcurrentMessageLimit = concurrent;
        endpoint.PrefetchCount = (ushort)Math.Min(Math.Max(options.PrefetchCount, concurrent), ushort.MaxValue);
        endpoint.PublishFaults = false; // a Fault<T> repeats the message, and with it patient data
        endpoint.Durable = true;
        endpoint.AutoDelete = false;
        endpoint.SetQuorumQueue();
        endpoint.SetQueueArgument("x-delivery-limit", options.DeliveryLimit);
        // RabbitMQ keeps a message that exceeds the limit until the error queue has confirmed it; that asks for reject-publish.
        endpoint.SetQueueArgument("x-dead-letter-strategy", "at-least-once");
        endpoint.SetQueueArgument("x-overflow", "reject-publish");
        endpoint.BindDeadLetterQueue(ErrorQueue(queue), ErrorQueue(queue), dead =>
        {
            dead.Durable = true;
            dead.SetQuorumQueue();
        });
    }

    /// <summary>Arguments of the error queue, as <see cref="ConfigureQuorumQueue"/> declares it.</summary>
    public static Dictionary<string, object?> ErrorArguments() => new() { ["x-queue-type"] = "quorum" };

    /// <summary>Arguments of the delay queue: after its time a message goes back to its queue, and is not let go before it is there.</summary>
    public static Dictionary<string, object?> DelayArguments(string queue, TimeSpan delay) => new()
    {
        ["x-queue-type"] = "quorum",
        ["x-message-ttl"] = (long)delay.TotalMilliseconds,
        ["x-dead-letter-exchange"] = "",
        ["x-dead-letter-routing-key"] = queue,
        ["x-dead-letter-strategy"] = "at-least-once",
        ["x-overflow"] = "reject-publish",
    };
}

/// <summary>Exchanges of message types are named <c>namespace.Type</c>.</summary>
internal sealed class NamespacedEntityNames(string prefix) : IEntityNameFormatter
{
    public string FormatEntityName<T>() => $"{prefix}.{typeof(T).Name}";
}
