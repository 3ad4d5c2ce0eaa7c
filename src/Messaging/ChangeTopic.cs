using System.Buffers;
using System.Text;
using System.Text.Json;
using RabbitMQ.Client;

namespace Consortium.Messaging;

/// <summary>
/// Publishes changes of resources on a RabbitMQ topic exchange, one message a version, under the routing key <c>Type.interaction</c> (<c>Observation.update</c>): a consumer binds
/// a queue of its own to the types that it wants (<c>Observation.*</c>, <c>#.delete</c>). Each message is persistent and confirmed; nobody has to listen. Delivered at least once.
/// </summary>
internal sealed class ChangeTopic(RabbitMqChannel broker, MessagingOptions options) : IDurablePublisher, IAsyncDisposable
{
    /// <summary>Publishes under way at once; the client is steady with about a hundred.</summary>
    private const int Window = 100;

    private readonly SemaphoreSlim _gate = new(1, 1);
    private IChannel? _channel;

    /// <summary>The name of the exchange.</summary>
    public static string Exchange(string prefix) => prefix + ".changes";

    /// <summary>Publishes every change of the message; when this returns, the broker has them all.</summary>
    /// <exception cref="ArgumentException">It is no <see cref="ResourceChanges"/>.</exception>
    public async Task PublishAsync<T>(T message, string messageId, CancellationToken cancellationToken = default)
        where T : class
    {
        if (message is not ResourceChanges changes) throw new ArgumentException("The topic of changes carries changes of resources.", nameof(message));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.ConfirmTimeout);
        await _gate.WaitAsync(limit.Token).ConfigureAwait(false); // one transaction after the other, in their order
        try
        {
            IChannel channel = await OpenAsync(limit.Token).ConfigureAwait(false);
            foreach (ResourceChange[] some in changes.Changes.Chunk(Window))
            {
                Task[] publishes = [.. some.Select(change => PublishAsync(channel, changes.Custodian, change, limit.Token))];
                await Task.WhenAll(publishes).ConfigureAwait(false);
            }
        }
        catch
        {
            await CloseAsync().ConfigureAwait(false); // its state is unknown; the next attempt opens another
            throw;
        }
        finally
        {
            _gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        _gate.Dispose();
    }

    private Task PublishAsync(IChannel channel, string custodian, ResourceChange change, CancellationToken cancellationToken)
    {
        var properties = new BasicProperties
        {
            MessageId = change.RecordId,
            ContentType = "application/json",
            ContentEncoding = "utf-8",
            Persistent = true,
            Type = "ResourceChange",
            Timestamp = new AmqpTimestamp(change.RecordedAt / 1000),
        };
        return channel.BasicPublishAsync(Exchange(options.Namespace), $"{change.Type}.{change.Interaction}", mandatory: false, properties, Body(custodian, change), cancellationToken).AsTask();
    }

    private static ReadOnlyMemory<byte> Body(string custodian, ResourceChange change)
    {
        var output = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteString("type", change.Type);
            json.WriteString("id", change.Id);
            json.WriteString("version", change.Version.ToString(System.Globalization.CultureInfo.InvariantCulture));
            json.WriteString("interaction", change.Interaction);
            json.WriteString("lastUpdated", DateTimeOffset.FromUnixTimeMilliseconds(change.RecordedAt).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture));
            json.WriteString("custodian", custodian);
            json.WriteString("recordId", change.RecordId);
            json.WriteString("commitment", change.Commitment);
            if (change.Resource is { } resource)
            {
                json.WritePropertyName("resource");
                json.WriteRawValue(Encoding.UTF8.GetBytes(resource), skipInputValidation: true);
            }

            json.WriteEndObject();
        }

        return output.WrittenMemory;
    }

    private async Task<IChannel> OpenAsync(CancellationToken cancellationToken)
    {
        if (_channel is { IsOpen: true }) return _channel;
        await CloseAsync().ConfigureAwait(false);
        IConnection connection = await broker.ConnectAsync(cancellationToken).ConfigureAwait(false);
        IChannel channel = await connection.CreateChannelAsync(RabbitMqChannel.Confirmed, cancellationToken).ConfigureAwait(false);
        await channel.ExchangeDeclareAsync(Exchange(options.Namespace), ExchangeType.Topic, durable: true, autoDelete: false, cancellationToken: cancellationToken).ConfigureAwait(false);
        return _channel = channel;
    }

    private async Task CloseAsync()
    {
        if (_channel is not { } channel) return;
        _channel = null;
        try
        {
            await channel.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The connection is gone, and the channel with it.
        }
    }
}
