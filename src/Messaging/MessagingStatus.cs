using RabbitMQ.Client;

namespace Consortium.Messaging;

/// <summary>Counts for the status page, and what an operator does about dead letters.</summary>
public sealed class MessagingStatus
{
    private readonly RabbitMqChannel? _channel;
    private readonly IReadOnlyList<string> _queues;
    private readonly MessagingOptions _options;

    internal MessagingStatus(RabbitMqChannel? channel, IReadOnlyList<string> queues, MessagingOptions options)
    {
        _channel = channel;
        _options = options;
        _queues = queues;
    }

    /// <summary>What waits in the queues that this process reads; empty on the in-process transport, where what waits is in the outboxes.</summary>
    /// <exception cref="RabbitMQ.Client.Exceptions.BrokerUnreachableException">The broker is away.</exception>
    public async Task<IReadOnlyList<QueueDepth>> QueuesAsync(CancellationToken cancellationToken = default)
    {
        var depths = new List<QueueDepth>(_queues.Count);
        foreach (string queue in _queues)
        {
            depths.Add(new QueueDepth(
                queue,
                await _channel!.DepthAsync(queue, cancellationToken).ConfigureAwait(false) ?? 0,
                await _channel.DepthAsync(RabbitMqTopology.DelayQueue(queue), RabbitMqTopology.DelayArguments(queue, _options.RedeliveryDelay), cancellationToken).ConfigureAwait(false),
                await _channel.DepthAsync(RabbitMqTopology.ErrorQueue(queue), RabbitMqTopology.ErrorArguments(), cancellationToken).ConfigureAwait(false)));
        }

        return depths;
    }

    /// <summary>Puts the dead letters of a queue back on it, to be tried anew; returns how many. For use once their cause is mended.</summary>
    /// <param name="queue">The full name, as <see cref="QueuesAsync"/> gives it.</param>
    /// <param name="cancellationToken">Stops between two messages.</param>
    /// <exception cref="ArgumentException">This process reads no such queue.</exception>
    public Task<int> ReleaseDeadLettersAsync(string queue, CancellationToken cancellationToken = default)
    {
        if (_channel is null || !_queues.Contains(queue, StringComparer.Ordinal))
        {
            throw new ArgumentException($"This process reads no queue '{queue}'; its queues are: {string.Join(", ", _queues)}.", nameof(queue));
        }

        return _channel.MoveAsync(RabbitMqTopology.ErrorQueue(queue), queue, properties =>
        {
            BasicProperties copy = FaultedMessageFilter.CopyOf(properties);
            copy.Headers!.Remove(FaultedMessageFilter.RedeliveryHeader);
            copy.Headers.Remove(FaultedMessageFilter.FailureHeader);
            return copy;
        }, cancellationToken);
    }
}

/// <summary>What waits at one queue.</summary>
/// <param name="Queue">Its name, with the namespace.</param>
/// <param name="Ready">Messages to be delivered.</param>
/// <param name="Delayed">Messages that failed and rest until their next delivery.</param>
/// <param name="DeadLetters">Messages that wait for a person.</param>
public sealed record QueueDepth(string Queue, long Ready, long Delayed, long DeadLetters);
