namespace Consortium.Messaging;

/// <summary>Hands messages to the next hop.</summary>
public interface IDurablePublisher
{
    /// <summary>
    /// Completes when the next hop holds the message durably. RabbitMQ: a quorum queue has confirmed it; while the broker is away, or no queue is bound
    /// yet, this waits and tries again until <paramref name="cancellationToken"/> ends it. In-process: its consumers have committed; their failure surfaces here,
    /// so that the hop before keeps the message. A message may arrive more than once; <paramref name="messageId"/> tells.
    /// </summary>
    /// <param name="message">The message.</param>
    /// <param name="messageId">The same for every attempt to send the same message; the receiver's inbox knows it again (<see cref="ConsumeContextExtensions.DurableMessageId"/>).</param>
    /// <param name="cancellationToken">Gives up; the message may have arrived nevertheless.</param>
    Task PublishAsync<T>(T message, string messageId, CancellationToken cancellationToken = default)
        where T : class;
}
