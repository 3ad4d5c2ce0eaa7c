using Consortium.Messaging;

namespace Consortium.Facade.Bench;

/// <summary>A broker that confirms at once: the outbox is written and emptied as in the product, the wire to the broker is measured elsewhere (bench/end-to-end.sh).</summary>
internal sealed class NoPublisher : IDurablePublisher
{
    public Task PublishAsync<T>(T message, string messageId, CancellationToken cancellationToken)
        where T : class => Task.CompletedTask;
}
