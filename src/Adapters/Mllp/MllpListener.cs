using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Consortium.Adapters.Intake;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Consortium.Adapters.Mllp;

/// <summary>Accepts MLLP connections on one port. Each connection is served by an <see cref="MllpConnection"/>; no sender can disturb another.</summary>
public sealed class MllpListener : IAsyncDisposable
{
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan RefusalPause = TimeSpan.FromSeconds(10);

    private readonly MllpOptions _options;
    private readonly MessageTaker _taker;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConnectionTable _connections;
    private readonly CancellationTokenSource _stop = new();
    private readonly HashSet<Task> _serving = [];
    private TlsCertificates? _tls;
    private TcpListener? _listener;
    private ITimer? _deadlines;
    private Task _accepting = Task.CompletedTask;
    private long? _refusalLogged;
    private int _refusals;

    /// <summary>A listener; <see cref="Start"/> opens its port.</summary>
    public MllpListener(MllpOptions options, IntakeJournal journal, TimeProvider time, ILogger<MllpListener> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _taker = new MessageTaker(options, journal, time, logger);
        _time = time;
        _logger = logger;
        _connections = new ConnectionTable(options);
    }

    /// <summary>The source system of what arrives here.</summary>
    public string Source => _options.Source;

    /// <summary>Where it listens, once started.</summary>
    /// <exception cref="InvalidOperationException">It has not been started.</exception>
    public IPEndPoint EndPoint => (IPEndPoint)(_listener ?? throw new InvalidOperationException("The listener has not been started.")).LocalEndpoint;

    /// <summary>Opens the port.</summary>
    /// <exception cref="SocketException">The port is taken or not allowed; the message names address and port.</exception>
    /// <exception cref="CryptographicException">A certificate file cannot be used; the message names it.</exception>
    public void Start()
    {
        if (_options.Tls is { } tls) _tls = new TlsCertificates(tls, _time, _logger);
        var listener = new TcpListener(_options.Address, _options.Port);
        try
        {
            listener.Start(backlog: 512);
        }
        catch (SocketException e)
        {
            listener.Dispose();
            throw new SocketException(e.ErrorCode, $"MLLP port {_options.Address}:{_options.Port} of source {_options.Source} cannot be opened: {e.Message}. Choose another port, or end the program that has it.");
        }

        _listener = listener;
        TimeSpan shortest = _options.FrameTimeout < _options.IdleTimeout ? _options.FrameTimeout : _options.IdleTimeout;
        var look = TimeSpan.FromMilliseconds(Math.Clamp(shortest.TotalMilliseconds / 4, 10, 1000));
        _deadlines = _time.CreateTimer(_ => _connections.CheckDeadlines(_time.GetTimestamp()), null, look, look);
        _accepting = AcceptAsync(listener);
    }

    /// <summary>Closes the port and the connections; what has been acknowledged is in the journal.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested) return;
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener?.Dispose();
        await _accepting.ConfigureAwait(false);
        Task[] serving;
        lock (_serving) serving = [.. _serving];
        await Task.WhenAll(serving).ConfigureAwait(false);
        if (_deadlines is not null) await _deadlines.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        CancellationToken stop = _stop.Token;
        while (!stop.IsCancellationRequested)
        {
            Socket socket;
            try
            {
                socket = await listener.AcceptSocketAsync(stop).ConfigureAwait(false);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e)
            {
                // Such as no file handle left: the next try at once would fail as well.
                _logger.LogWarning("A connection to source {Source} failed before it began ({Failure}).", _options.Source, e.SocketErrorCode);
                await Task.Delay(AcceptPause, _time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                continue;
            }

            Task serving = ServeAsync(socket, stop);
            lock (_serving) _serving.Add(serving);
            _ = serving.ContinueWith(
                done =>
                {
                    lock (_serving) _serving.Remove(done);
                }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private async Task ServeAsync(Socket socket, CancellationToken stop)
    {
        await Task.Yield();
        MllpConnection? connection = null;
        try
        {
            connection = new MllpConnection(socket, _options, _tls, _taker, _time, _logger, stop);
            if (Refusal(connection) is { } reason)
            {
                LogRefusal(connection.Sender, reason);
                return;
            }

            await connection.ServeAsync(stop).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
            // The sender went away, or we are stopping.
        }
        catch (Exception e)
        {
            _logger.LogError("A connection of source {Source} ended with {Failure}.", _options.Source, e.GetType().Name);
        }
        finally
        {
            if (connection is not null)
            {
                _connections.Remove(connection);
                connection.Dispose();
            }

            socket.Dispose();
        }
    }

    private string? Refusal(MllpConnection connection) =>
        _options.AllowedAddresses.Count > 0 && !_options.AllowedAddresses.Any(network => network.Contains(connection.Sender))
            ? "its address is not allowed (AllowedAddresses)"
            : _connections.Admit(connection);

    /// <summary>A flood of connections must not become a flood of log lines.</summary>
    private void LogRefusal(IPAddress sender, string reason)
    {
        int refusals;
        lock (_serving)
        {
            _refusals++;
            if (_refusalLogged is { } last && _time.GetElapsedTime(last) < RefusalPause) return;
            _refusalLogged = _time.GetTimestamp();
            (refusals, _refusals) = (_refusals, 0);
        }

        _logger.LogWarning("{Count} connections to source {Source} were refused, the last one from {Address}: {Reason}.", refusals, _options.Source, sender, reason);
    }
}

/// <summary>Starts and stops the listeners with the host.</summary>
internal sealed class MllpListeners(IEnumerable<MllpListener> listeners) : IHostedService
{
    private readonly MllpListener[] _listeners = [.. listeners];

    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (MllpListener listener in _listeners) listener.Start();
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (MllpListener listener in _listeners) await listener.DisposeAsync().ConfigureAwait(false);
    }
}
