using System.Runtime.Serialization;
using System.Text.Json;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace Consortium.Messaging;

/// <summary>
/// Publishes through MassTransit with confirmation, mandatory: a message for which no queue is bound comes back as an error and is published again,
/// since the consumer's process may not have declared its queue yet.
/// </summary>
internal sealed class RabbitMqPublisher(IBus bus, MessagingOptions options, TimeProvider time, ILogger<RabbitMqPublisher> log) : IDurablePublisher, IDisposable
{
    private readonly SemaphoreSlim _slots = new(options.MaxPendingPublishes);

    public async Task PublishAsync<T>(T message, string messageId, CancellationToken cancellationToken = default)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentException.ThrowIfNullOrEmpty(messageId);
        long began = time.GetTimestamp();
        await _slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            for (int attempt = 1; !await TryPublishAsync(message, messageId, attempt, cancellationToken).ConfigureAwait(false); attempt++)
            {
                await Task.Delay(Pause(attempt), time, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _slots.Release();
        }

        MessagingMetrics.Published(typeof(T).Name, time.GetElapsedTime(began));
    }

    public void Dispose() => _slots.Dispose();

    private async Task<bool> TryPublishAsync<T>(T message, string messageId, int attempt, CancellationToken cancellationToken)
        where T : class
    {
        using var limit = new CancellationTokenSource(options.ConfirmTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            // WaitAsync: a confirmation that is lost with its connection must not hold this attempt beyond its time.
            await bus.Publish(message, context => Address(context, messageId), either.Token).WaitAsync(either.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e) when (!IsHopeless(e))
        {
            string reason = e is OperationCanceledException ? "not confirmed in time" : e.GetBaseException().GetType().Name;
            MessagingMetrics.Repeated(typeof(T).Name, reason);
            // One line when trouble begins and one now and then while it lasts: a backlog of thousands would drown the log.
            if (attempt is 3 || attempt % 60 == 0)
            {
                log.LogWarning("{Message} {MessageId} is not confirmed after {Attempts} attempts ({Reason}); it is published again until it is", typeof(T).Name, messageId, attempt, reason);
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
}
