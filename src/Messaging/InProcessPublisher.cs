using MassTransit;
using MassTransit.Mediator;

namespace Consortium.Messaging;

/// <summary>Calls the consumers in this process and waits for them: when they have committed, the message is where it belongs.</summary>
internal sealed class InProcessPublisher : IDurablePublisher, IDisposable
{
    private readonly IMediator _mediator;
    private readonly Dictionary<Type, SemaphoreSlim> _limits;

    public InProcessPublisher(IMediator mediator, MessagingOptions options, IReadOnlyList<ConsumerRegistration> consumers)
    {
        _mediator = mediator;
        _limits = consumers.GroupBy(consumer => consumer.MessageType).ToDictionary(
            type => type.Key,
            // A batch fills up only if as many messages may be under way.
            type => new SemaphoreSlim(Math.Max(options.ConcurrentMessages, 2 * type.Max(consumer => consumer.BatchSize) - 1)));
    }

    public async Task PublishAsync<T>(T message, string messageId, CancellationToken cancellationToken = default)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentException.ThrowIfNullOrEmpty(messageId);
        if (!_limits.TryGetValue(typeof(T), out SemaphoreSlim? limit))
        {
            // What RabbitMQ returns as not routable: without a consumer the message would be gone.
            throw new InvalidOperationException($"No consumer of {typeof(T).Name} runs in this process; the message stays where it is. Name one in AddConsortiumMessaging, or use a broker.");
        }

        long began = TimeProvider.System.GetTimestamp();
        await limit.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await _mediator.Publish(message, context =>
            {
                context.MessageId = ConsumeContextExtensions.ToGuid(messageId);
                context.Headers.Set(ConsumeContextExtensions.MessageIdHeader, messageId);
            }, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            limit.Release();
        }

        MessagingMetrics.Published(typeof(T).Name, TimeProvider.System.GetElapsedTime(began));
    }

    public void Dispose()
    {
        foreach (SemaphoreSlim limit in _limits.Values) limit.Dispose();
    }
}
