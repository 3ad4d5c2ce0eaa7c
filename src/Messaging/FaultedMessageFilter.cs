using System.Globalization;
using System.Runtime.Serialization;
using System.Text.Json;
using MassTransit;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace Consortium.Messaging;

/// <summary>
/// What becomes of a message whose attempts have all failed: it rests in the delay queue and comes again, or goes to the error queue,
/// the same bytes in either. It is acknowledged only after that queue has confirmed it; where that fails, the broker keeps it and delivers it again.
/// The headers name the kind of failure and never its text, which could quote a patient's data.
/// </summary>
internal sealed class FaultedMessageFilter(string queue, RabbitMqChannel channel, MessagingOptions options, ILogger<FaultedMessageFilter> log)
    : IFilter<ExceptionReceiveContext>, IFilter<ReceiveContext>
{
    internal const string RedeliveryHeader = "Redelivery-Count";
    internal const string FailureHeader = "Failure";
    private const int MostAttempts = 30;

    public async Task Send(ExceptionReceiveContext context, IPipe<ExceptionReceiveContext> next)
    {
        context.GetOrAddPayload(() => new Handled());
        Exception exception = context.Exception.GetBaseException();
        RabbitMqBasicConsumeContext delivery = Delivery(context);
        int redeliveries = RedeliveriesOf(delivery.Properties);
        bool outside = OutsideFailure.Is(context.Exception);
        string failure = exception.GetType().FullName ?? exception.GetType().Name;
        BasicProperties properties = CopyOf(delivery.Properties);
        properties.Headers![FailureHeader] = failure;
        if (!IsUnreadable(context.Exception) && (outside || redeliveries < options.Redeliveries))
        {
            properties.Headers[RedeliveryHeader] = outside ? redeliveries : redeliveries + 1;
            await SendAsync(context, RabbitMqTopology.DelayQueue(queue), RabbitMqTopology.DelayArguments(queue, options.RedeliveryDelay), properties).ConfigureAwait(false);
            MessagingMetrics.Redelivered(queue, failure);
            log.LogWarning("Message {MessageId} of {Queue} failed with {Failure}; it is delivered again in {Delay}", delivery.Properties.MessageId, queue, failure, options.RedeliveryDelay);
        }
        else
        {
            await ParkAsync(context, properties, failure).ConfigureAwait(false);
        }

        await next.Send(context).ConfigureAwait(false);
    }

    /// <summary>A message that no consumer of the queue understands.</summary>
    public async Task Send(ReceiveContext context, IPipe<ReceiveContext> next)
    {
        // MassTransit asks here too after a message that could not be read, because no consumer was called.
        if (context.TryGetPayload(out Handled? _)) return;
        BasicProperties properties = CopyOf(Delivery(context).Properties);
        properties.Headers![FailureHeader] = "NoConsumer";
        await ParkAsync(context, properties, "NoConsumer").ConfigureAwait(false);
        await next.Send(context).ConfigureAwait(false);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("faultedMessage");

    /// <summary>The same properties, without the trail that dead-lettering leaves (a second round would grow it).</summary>
    internal static BasicProperties CopyOf(IReadOnlyBasicProperties properties)
    {
        var copy = new BasicProperties(properties) { Persistent = true, Expiration = null };
        copy.Headers = (properties.Headers ?? new Dictionary<string, object?>())
            .Where(header => header.Key != "x-death" && !header.Key.StartsWith("x-first-death-", StringComparison.Ordinal)
                && !header.Key.StartsWith("x-last-death-", StringComparison.Ordinal) && header.Key != "x-delivery-count")
            .ToDictionary();
        return copy;
    }

    private static bool IsUnreadable(Exception? exception) =>
        exception is SerializationException or JsonException || (exception?.InnerException is { } inner && IsUnreadable(inner));

    private static int RedeliveriesOf(IReadOnlyBasicProperties properties) =>
        properties.Headers?.TryGetValue(RedeliveryHeader, out object? count) == true ? Convert.ToInt32(count, CultureInfo.InvariantCulture) : 0;

    private static RabbitMqBasicConsumeContext Delivery(ReceiveContext context) =>
        context.TryGetPayload(out RabbitMqBasicConsumeContext? delivery) ? delivery : throw new InvalidOperationException("The message did not come from RabbitMQ.");

    private async Task ParkAsync(ReceiveContext context, BasicProperties properties, string failure)
    {
        string errors = RabbitMqTopology.ErrorQueue(queue);
        await SendAsync(context, errors, RabbitMqTopology.ErrorArguments(), properties).ConfigureAwait(false);
        MessagingMetrics.Parked(queue, failure);
        log.LogError("Message {MessageId} of {Queue} failed with {Failure} and waits in {Errors} for a person", properties.MessageId, queue, failure, errors);
    }

    private async Task SendAsync(ReceiveContext context, string to, Dictionary<string, object?> arguments, BasicProperties properties)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await channel.SendAsync(to, arguments, properties, context.Body.GetBytes(), context.CancellationToken).ConfigureAwait(false);
                return;
            }
            catch (Exception e) when (attempt < MostAttempts && !context.CancellationToken.IsCancellationRequested)
            {
                // Given back at once, the message would come back at once, and use up its delivery limit within milliseconds.
                log.LogWarning("Message {MessageId} cannot be moved to {Queue} ({Failure}); trying again", properties.MessageId, to, e.GetType().Name);
                await Task.Delay(TimeSpan.FromSeconds(1), context.CancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Marks a delivery whose failure was seen to.</summary>
    private sealed class Handled;
}
