using Consortium.Messaging;
using MassTransit;

namespace Consortium.FhirFacade;

/// <summary>Flow step 7: brings block, transaction, root and inclusion path back beside the versions.</summary>
public sealed class RecordsAnchoredConsumer(ReceiptStore receipts) : IConsumer<RecordsAnchored>
{
    /// <inheritdoc/>
    public Task Consume(ConsumeContext<RecordsAnchored> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return receipts.AnchorAsync(context.Message, context.CancellationToken);
    }
}
