using System.Net;
using System.Net.Sockets;
using Consortium.Adapters.Intake;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Consortium.Adapters.Mllp;

/// <summary>Accepts MLLP connections on one port. Each connection is served by an <see cref="MllpConnection"/>; no sender can disturb another.</summary>
public sealed class MllpListener : IAsyncDisposable
{
    private readonly MllpOptions _options;
    private readonly IntakeJournal _journal;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _connections;
    private readonly SemaphoreSlim _largeFrames;
    private readonly CancellationTokenSource _stop = new();
    private readonly HashSet<Task> _serving = [];
    private TcpListener? _listener;
    private Task _accepting = Task.CompletedTask;

    /// <summary>A listener; <see cref="Start"/> opens its port.</summary>
    public MllpListener(MllpOptions options, IntakeJournal journal, TimeProvider time, ILogger<MllpListener> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _journal = journal;
        _time = time;
        _logger = logger;
        _connections = new SemaphoreSlim(options.MaxConnections);
        _largeFrames = new SemaphoreSlim(options.MaxLargeFrames);
    }

    /// <summary>The source system of what arrives here.</summary>
    public string Source => _options.Source;

    /// <summary>Where it listens, once started.</summary>
    /// <exception cref="InvalidOperationException">It has not been started.</exception>
    public IPEndPoint EndPoint => (IPEndPoint)(_listener ?? throw new InvalidOperationException("The listener has not been started.")).LocalEndpoint;

    /// <summary>Opens the port.</summary>
    /// <exception cref="SocketException">The port is taken or not allowed; the message names address and port.</exception>
    public void Start()
    {
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
        _connections.Dispose();
        _largeFrames.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        CancellationToken stop = _stop.Token;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                // Back-pressure: beyond the limit, connections wait in the system's queue.
                await _connections.WaitAsync(stop).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }

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
                _connections.Release();
                _logger.LogWarning("A connection to source {Source} failed before it began ({Failure}).", _options.Source, e.SocketErrorCode);
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
        try
        {
            using var connection = new MllpConnection(socket, _options, _journal, _largeFrames, _time, _logger);
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
            _connections.Release();
        }
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
