using System.Security.Cryptography;
using System.Text;
using MassTransit;

namespace Consortium.Messaging;

/// <summary>What a consumer asks of its context beyond MassTransit's own.</summary>
public static class ConsumeContextExtensions
{
    internal const string MessageIdHeader = "Durable-Message-Id";

    /// <summary>The id that the publisher gave (<see cref="IDurablePublisher.PublishAsync"/>), for <see cref="Inbox.TryEnterAsync"/>.</summary>
    /// <exception cref="InvalidOperationException">The message came from elsewhere and has no id at all.</exception>
    public static string DurableMessageId(this ConsumeContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Headers.Get<string>(MessageIdHeader)
            ?? context.MessageId?.ToString("N")
            ?? throw new InvalidOperationException("The message has no id: it was not published by IDurablePublisher.");
    }

    /// <summary>MassTransit's and AMQP's own message id: the same for the same text.</summary>
    internal static Guid ToGuid(string messageId)
    {
        Span<byte> digest = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes(messageId), digest);
        return new Guid(digest[..16], bigEndian: true);
    }
}
