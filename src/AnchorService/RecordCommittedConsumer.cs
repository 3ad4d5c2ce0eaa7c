using Consortium.AnchorService.Intake;
using Consortium.Messaging;
using MassTransit;

namespace Consortium.AnchorService;

/// <summary>Takes <see cref="RecordCommitted"/> from the queue; the message is acknowledged when its entries are durable here.</summary>
public sealed class RecordCommittedConsumer : IConsumer<RecordCommitted>
{
    private readonly CommitmentIntake _intake;

    /// <summary>Creates the consumer.</summary>
    public RecordCommittedConsumer(CommitmentIntake intake) => _intake = intake;

    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<RecordCommitted> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        await _intake.AcceptAsync(context.Message, context.CancellationToken).ConfigureAwait(false);
    }
}
