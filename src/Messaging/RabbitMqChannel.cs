using RabbitMQ.Client;

namespace Consortium.Messaging;

/// <summary>
/// A channel of our own beside MassTransit's: moves faulted messages byte for byte and asks for queue depths.
/// Connects when it is needed, and anew when the connection was lost; every publish is mandatory, persistent and confirmed.
/// </summary>
internal sealed class RabbitMqChannel(BrokerUrl broker, TimeSpan timeout) : IAsyncDisposable
{
    private readonly SemaphoreSlim _opening = new(1, 1);
    private readonly HashSet<string> _declared = [];
    private IConnection? _connection;
    private IChannel? _channel;

    /// <summary>Puts a message on a queue, which is declared first where this connection has not done so yet.</summary>
    public async Task SendAsync(
        string queue, Dictionary<string, object?> arguments, BasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellationToken = default)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        IChannel channel = await OpenAsync(queue, arguments, limit.Token).ConfigureAwait(false);
        await channel.BasicPublishAsync("", queue, mandatory: true, properties, body, limit.Token).ConfigureAwait(false);
    }

    /// <summary>Whether the broker answers, on a connection of our own.</summary>
    public async Task<bool> IsReachableAsync(CancellationToken cancellationToken)
    {
        try
        {
            IConnection connection = await ConnectAsync(cancellationToken).ConfigureAwait(false);
            await using IChannel channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Messages that wait in a queue, which is declared first where it does not exist.</summary>
    public async Task<long> DepthAsync(string queue, Dictionary<string, object?> arguments, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        IConnection connection = await ConnectAsync(limit.Token).ConfigureAwait(false);
        await using IChannel channel = await connection.CreateChannelAsync(cancellationToken: limit.Token).ConfigureAwait(false);
        return (await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: limit.Token).ConfigureAwait(false)).MessageCount;
    }

    /// <summary>Messages that wait in a queue; null where it does not exist.</summary>
    public async Task<long?> DepthAsync(string queue, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        IConnection connection = await ConnectAsync(limit.Token).ConfigureAwait(false);
        await using IChannel channel = await connection.CreateChannelAsync(cancellationToken: limit.Token).ConfigureAwait(false);
        try
        {
            return (await channel.QueueDeclarePassiveAsync(queue, limit.Token).ConfigureAwait(false)).MessageCount;
        }
        catch (RabbitMQ.Client.Exceptions.OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            return null; // the broker closed this channel; it was opened for the question
        }
    }

    /// <summary>
    /// Moves the messages that wait in <paramref name="from"/> now to <paramref name="to"/>: each is let go there when it is confirmed here.
    /// </summary>
    public async Task<int> MoveAsync(string from, string to, Func<IReadOnlyBasicProperties, BasicProperties> properties, CancellationToken cancellationToken)
    {
        IConnection connection = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        await using IChannel channel = await connection.CreateChannelAsync(Confirmed, cancellationToken).ConfigureAwait(false);
        long waiting = (await channel.QueueDeclarePassiveAsync(from, cancellationToken).ConfigureAwait(false)).MessageCount;
        int moved = 0;
        while (moved < waiting && await channel.BasicGetAsync(from, autoAck: false, cancellationToken).ConfigureAwait(false) is { } message)
        {
            await channel.BasicPublishAsync("", to, mandatory: true, properties(message.BasicProperties), message.Body, cancellationToken).ConfigureAwait(false);
            await channel.BasicAckAsync(message.DeliveryTag, multiple: false, cancellationToken).ConfigureAwait(false);
            moved++;
        }

        return moved;
    }

    public async ValueTask DisposeAsync()
    {
        if (_channel is not null) await _channel.DisposeAsync().ConfigureAwait(false);
        if (_connection is not null) await _connection.DisposeAsync().ConfigureAwait(false);
        _opening.Dispose();
    }

    /// <summary>A channel on which each publish waits for the broker's word.</summary>
    internal static CreateChannelOptions Confirmed => new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);

    private async Task<IChannel> OpenAsync(string queue, Dictionary<string, object?> arguments, CancellationToken cancellationToken)
    {
        IConnection connection = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_channel is not { IsOpen: true })
            {
                if (_channel is not null) await _channel.DisposeAsync().ConfigureAwait(false);
                _channel = null;
                _declared.Clear();
                _channel = await connection.CreateChannelAsync(Confirmed, cancellationToken).ConfigureAwait(false);
            }

            if (!_declared.Contains(queue))
            {
                await _channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: cancellationToken)
                    .ConfigureAwait(false);
                _declared.Add(queue);
            }

            return _channel;
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <summary>The connection, made anew where it was lost.</summary>
    internal async Task<IConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_connection is { IsOpen: true }) return _connection;
            if (_connection is not null) await _connection.DisposeAsync().ConfigureAwait(false);
            _connection = null;
            var factory = new ConnectionFactory
            {
                HostName = broker.Host,
                Port = broker.Port,
                VirtualHost = broker.VirtualHost,
                UserName = broker.User,
                Password = broker.Password,
                AutomaticRecoveryEnabled = false, // a lost connection is made anew by the next call
                RequestedHeartbeat = TimeSpan.FromSeconds(10),
                ClientProvidedName = "consortium faults",
            };
            factory.Ssl.Enabled = broker.Tls;
            factory.Ssl.ServerName = broker.Host;
            return _connection = await factory.CreateConnectionAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _opening.Release();
        }
    }
}
