using MassTransit;

namespace Consortium.Messaging;

/// <summary>Names the consumers of a process and the queues that they read.</summary>
public sealed class MessagingBuilder
{
    internal List<ConsumerRegistration> Consumers { get; } = [];

    /// <summary>Reads <typeparamref name="TMessage"/> from a queue. Several consumers may share a queue; each type of message goes to each queue that has a consumer for it.</summary>
    /// <param name="queue">The queue's name, without <see cref="MessagingOptions.Namespace"/>.</param>
    public MessagingBuilder Consumer<TConsumer, TMessage>(string queue)
        where TConsumer : class, IConsumer<TMessage>
        where TMessage : class
    {
        Consumers.Add(new ConsumerRegistration(
            Checked(queue), typeof(TMessage), BatchSize: 1,
            registration => registration.AddConsumer<TConsumer>(),
            (endpoint, context) => endpoint.ConfigureConsumer<TConsumer>(context)));
        return this;
    }

    /// <summary>
    /// Reads several messages at a time (<see cref="Batch{T}"/>): as many as are there, at most <paramref name="messageLimit"/>, waiting at most
    /// <paramref name="timeLimit"/> (10 ms) for more. Where the consumer throws, every message of the batch counts as failed.
    /// </summary>
    public MessagingBuilder BatchConsumer<TConsumer, TMessage>(string queue, int messageLimit = 100, TimeSpan? timeLimit = null)
        where TConsumer : class, IConsumer<Batch<TMessage>>
        where TMessage : class
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(messageLimit, 2);
        Consumers.Add(new ConsumerRegistration(
            Checked(queue), typeof(TMessage), messageLimit,
            registration => registration.AddConsumer<TConsumer>(consumer => consumer.Options<BatchOptions>(options => options
                .SetMessageLimit(messageLimit)
                .SetTimeLimit(timeLimit ?? TimeSpan.FromMilliseconds(10))
                .SetConcurrencyLimit(2))),
            (endpoint, context) => endpoint.ConfigureConsumer<TConsumer>(context)));
        return this;
    }

    private static string Checked(string queue)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(queue);
        return queue.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            ? queue
            : throw new ArgumentException($"'{queue}' is no queue name: letters, digits, '-' and '_' only.", nameof(queue));
    }
}

/// <summary>One consumer, and how to make it known to MassTransit.</summary>
internal sealed record ConsumerRegistration(
    string Queue,
    Type MessageType,
    int BatchSize,
    Action<IRegistrationConfigurator> Add,
    Action<IReceiveEndpointConfigurator, IRegistrationContext> Configure);
