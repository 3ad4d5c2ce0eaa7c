using Consortium.Messaging;
using MassTransit;

namespace Consortium.FhirFacade;

/// <summary>Flow step 5: stores each conversion once and lets the message go when it is on disk. Messages may come many at a time.</summary>
public sealed class ResourcesConvertedConsumer(RecordStore store) : IConsumer<ResourcesConverted>
{
    /// <inheritdoc/>
    public Task Consume(ConsumeContext<ResourcesConverted> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return store.StoreAsync(context.Message, context.CancellationToken);
    }
}
