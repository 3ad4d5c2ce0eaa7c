using System.Collections.Concurrent;
using System.Runtime.Serialization;
using System.Text.Json;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace Consortium.Messaging;

/// <summary>
/// Publishes through MassTransit with confirmation, mandatory: a message for which no queue is bound comes back as an error and is published again,
/// since the consumer's process may not have declared its queue yet.
/// </summary>
internal sealed class RabbitMqPublisher(BusService service, MessagingOptions options, TimeProvider time, ILogger<RabbitMqPublisher> log) : IDurablePublisher, IDisposable
{
    private readonly SemaphoreSlim _slots = new(options.MaxPendingPublishes);
    private readonly ConcurrentDictionary<Type, Route> _routes = new();

    public async Task PublishAsync<T>(T message, string messageId, CancellationToken cancellationToken = default)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentException.ThrowIfNullOrEmpty(messageId);
        long began = time.GetTimestamp();
        await _slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await service.Running.WaitAsync(cancellationToken).ConfigureAwait(false);
            await PublishAsync(_routes.GetOrAdd(typeof(T), _ => new Route()), message, messageId, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _slots.Release();
        }

        MessagingMetrics.Published(typeof(T).Name, time.GetElapsedTime(began));
    }

    public void Dispose()
    {
        _slots.Dispose();
        foreach (Route route in _routes.Values) route.Dispose();
    }

    // While the route is in trouble one message at a time tries it, for all that wait.
    private async Task PublishAsync<T>(Route route, T message, string messageId, CancellationToken cancellationToken)
        where T : class
    {
        while (true)
        {
            if (!route.InTrouble)
            {
                if (await TryPublishAsync(message, messageId, 0, cancellationToken).ConfigureAwait(false)) return;
                route.InTrouble = true;
            }

            await route.Probe.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                if (!route.InTrouble) continue;
                await Task.Delay(Pause(++route.Failures), time, cancellationToken).ConfigureAwait(false);
                if (!await TryPublishAsync(message, messageId, route.Failures, cancellationToken).ConfigureAwait(false)) continue;
                route.Failures = 0;
                route.InTrouble = false;
                return;
            }
            finally
            {
                route.Probe.Release();
            }
        }
    }

    private async Task<bool> TryPublishAsync<T>(T message, string messageId, int failures, CancellationToken cancellationToken)
        where T : class
    {
        using var limit = new CancellationTokenSource(options.ConfirmTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            // WaitAsync: a confirmation that is lost with its connection must not hold this attempt beyond its time.
            await service.Bus.Publish(message, context => Address(context, messageId), either.Token).WaitAsync(either.Token).ConfigureAwait(false);
            service.Answered(true);
            return true;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e) when (!IsHopeless(e))
        {
            service.Answered(e is MessageReturnedException);
            string reason = e is OperationCanceledException ? "not confirmed in time" : e.GetBaseException().GetType().Name;
            MessagingMetrics.Repeated(typeof(T).Name, reason);
            // One line when trouble begins and one now and then while it lasts: a backlog of thousands would drown the log.
            if (failures is 2 || failures % 60 == 59)
            {
                log.LogWarning("{Message} finds no way to its queue after {Attempts} attempts ({Reason}); publishing goes on until it does", typeof(T).Name, failures + 1, reason);
            }

            return false;
        }
    }

    private static void Address<T>(PublishContext<T> context, string messageId)
        where T : class
    {
        context.MessageId = ConsumeContextExtensions.ToGuid(messageId);
        context.Headers.Set(ConsumeContextExtensions.MessageIdHeader, messageId);
        context.Durable = true;
        if (!context.TryGetPayload(out RabbitMqSendContext? rabbit)) throw new InvalidOperationException("The bus does not run on RabbitMQ.");
        rabbit.Mandatory = true;
    }

    // Only what no second attempt can mend. Everything else, a refused password included, may be put right outside while the message waits.
    private static bool IsHopeless(Exception e) =>
        e is SerializationException or JsonException or NotSupportedException or ArgumentException or InvalidOperationException { InnerException: null };

    private TimeSpan Pause(int attempt) => TimeSpan.FromMilliseconds(Math.Min(50 * Math.Pow(2, Math.Min(attempt, 20)), options.MaxPublishPause.TotalMilliseconds));

    /// <summary>What is known of the way to the queues of one type of message.</summary>
    private sealed class Route : IDisposable
    {
        private volatile bool _inTrouble;

        public SemaphoreSlim Probe { get; } = new(1, 1);

        /// <summary>The last publish failed: the broker is away, or no queue is bound.</summary>
        public bool InTrouble
        {
            get => _inTrouble;
            set => _inTrouble = value;
        }

        /// <summary>Failures since the trouble began; changed by the holder of <see cref="Probe"/> only.</summary>
        public int Failures { get; set; }

        public void Dispose() => Probe.Dispose();
    }
}
