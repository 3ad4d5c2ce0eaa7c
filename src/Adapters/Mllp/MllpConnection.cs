using System.Buffers;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Threading.Channels;
using Consortium.Adapters.Intake;
using Microsoft.Extensions.Logging;

namespace Consortium.Adapters.Mllp;

/// <summary>
/// One sender: reads messages, writes each to the journal, and only then answers it. Several may be on their way to the journal at once; accept
/// acknowledgements go out in the order of the messages, application acknowledgements as their outcomes come.
/// </summary>
internal sealed class MllpConnection : IDisposable
{
    private static readonly TimeSpan HandshakeTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(10);

    private readonly Socket _socket;
    private readonly MllpOptions _options;
    private readonly TlsCertificates? _tls;
    private readonly MessageTaker _taker;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _end;
    private readonly FrameDeadline _deadline;
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly SemaphoreSlim _applications;
    private readonly HashSet<Task> _outcomes = [];
    private Stream _stream;
    private volatile bool _isOverdue;

    public MllpConnection(Socket socket, MllpOptions options, TlsCertificates? tls, MessageTaker taker, TimeProvider time, ILogger logger, CancellationToken stop)
    {
        _socket = socket;
        _socket.NoDelay = true;
        _stream = new NetworkStream(socket, ownsSocket: true);
        _options = options;
        _tls = tls;
        _taker = taker;
        _time = time;
        _logger = logger;
        _end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        _deadline = new FrameDeadline(options, time);
        _applications = new SemaphoreSlim(options.MaxUnanswered, options.MaxUnanswered);
        Sender = AddressOf(socket);
        Since = time.GetTimestamp();
    }

    /// <summary>Where it comes from.</summary>
    public IPAddress Sender { get; }

    /// <summary>When it began; a time stamp.</summary>
    public long Since { get; }

    /// <summary>True once a whole message has come over it.</summary>
    public bool HasSpoken { get; private set; }

    /// <summary>Ends the connection where its time is over.</summary>
    public void CheckDeadline(long now)
    {
        if (_isOverdue || !_deadline.IsOver(now)) return;
        _isOverdue = true;
        End();
    }

    /// <summary>Ends the connection.</summary>
    public void End()
    {
        try
        {
            _end.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended by itself.
        }
    }

    /// <summary>Serves until the sender closes, breaks the protocol, or falls silent.</summary>
    public async Task ServeAsync(CancellationToken stop)
    {
        if (_tls is not null && !await AuthenticateAsync(_tls).ConfigureAwait(false)) return;
        var answers = Channel.CreateBounded<Task<Answer>>(new BoundedChannelOptions(_options.MaxUnanswered) { SingleReader = true, SingleWriter = true });
        Task writing = WriteAnswersAsync(answers.Reader);
        bool refused = false;
        try
        {
            refused = await ReadMessagesAsync(answers.Writer, stop).ConfigureAwait(false);
        }
        finally
        {
            answers.Writer.TryComplete();
            await writing.ConfigureAwait(false);
            if (!refused) await OutcomesAsync().ConfigureAwait(false);
        }

        if (refused) await DrainAsync(stop).ConfigureAwait(false);
    }

    public void Dispose()
    {
        _stream.Dispose();
        _socket.Dispose();
        _end.Dispose();
        _sending.Dispose();
        _applications.Dispose();
    }

    private static IPAddress AddressOf(Socket socket)
    {
        IPAddress address = ((IPEndPoint)socket.RemoteEndPoint!).Address;
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }

    private async Task<bool> AuthenticateAsync(TlsCertificates tls)
    {
        var secure = new SslStream(_stream, leaveInnerStreamOpen: false);
        _stream = secure;
        using var patience = new CancellationTokenSource(HandshakeTime, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_end.Token, patience.Token);
        try
        {
            await secure.AuthenticateAsServerAsync(tls.Current, either.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is AuthenticationException or IOException or OperationCanceledException)
        {
            _logger.LogWarning("A TLS handshake from {Address} with the listener of source {Source} failed ({Failure}): wrong or missing certificate, or no TLS.", Sender, _options.Source, e.GetType().Name);
            return false;
        }
    }

    /// <summary>Gives true where the connection ends with a refusal.</summary>
    private async Task<bool> ReadMessagesAsync(ChannelWriter<Task<Answer>> answers, CancellationToken stop)
    {
        await using var reader = new FrameReader(_stream, _deadline, _options.MaxFrameBytes, _options.SpoolFolder ?? Path.GetTempPath());
        while (true)
        {
            _deadline.Off();
            await _taker.Gate.WaitAsync(_end.Token).ConfigureAwait(false);
            await _applications.WaitAsync(_end.Token).ConfigureAwait(false); // while too many outcomes are owed, nothing more is read
            _applications.Release();
            Frame frame;
            try
            {
                frame = await reader.ReadAsync(_end.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_isOverdue && !stop.IsCancellationRequested)
            {
                if (!_deadline.IsInFrame)
                {
                    _logger.LogInformation("A sender of source {Source} was silent for {Seconds} s; its connection is closed.", _options.Source, _options.IdleTimeout.TotalSeconds);
                    return false;
                }

                frame = await reader.GiveUpAsync(stop).ConfigureAwait(false);
            }

            switch (frame.Event)
            {
                case FrameEvent.Message:
                    HasSpoken = true;
                    await answers.WriteAsync(_taker.TakeAsync(frame), stop).ConfigureAwait(false);
                    if (_isOverdue) return true;
                    break;
                case FrameEvent.Cut:
                    _logger.LogWarning("A sender of source {Source} broke off a message and began another; the first was not accepted.", _options.Source);
                    await answers.WriteAsync(Task.FromResult(_taker.Cut(frame)), stop).ConfigureAwait(false);
                    break;
                case FrameEvent.End:
                    return false;
                case FrameEvent.CutAtEnd:
                    _logger.LogWarning("A sender of source {Source} closed in the middle of a message after {Bytes} bytes; nothing of it was accepted.", _options.Source, frame.Bytes.Length);
                    return false;
                default:
                    await answers.WriteAsync(Task.FromResult(_taker.Refuse(frame)), stop).ConfigureAwait(false);
                    return true;
            }
        }
    }

    private async Task WriteAnswersAsync(ChannelReader<Task<Answer>> answers)
    {
        await foreach (Task<Answer> pending in answers.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
        {
            Answer answer = await pending.ConfigureAwait(false);
            if (answer.Bytes is { } bytes && !await SendAsync(bytes).ConfigureAwait(false)) continue; // gone; what is under way is committed all the same
            if (answer.Outcome is { } outcome) await OweAsync(outcome).ConfigureAwait(false);
        }
    }

    /// <summary>Sends an application acknowledgement as soon as the outcome is there.</summary>
    private async Task OweAsync(Func<CancellationToken, Task<byte[]?>> outcome)
    {
        try
        {
            await _applications.WaitAsync(_end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        Task owed = TellAsync(outcome);
        lock (_outcomes) _outcomes.Add(owed);
        _ = owed.ContinueWith(
            done =>
            {
                lock (_outcomes) _outcomes.Remove(done);
            }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private async Task TellAsync(Func<CancellationToken, Task<byte[]?>> outcome)
    {
        try
        {
            if (await outcome(_end.Token).ConfigureAwait(false) is { } bytes) await SendAsync(bytes).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or System.Data.Common.DbException or IOException)
        {
            if (!_end.IsCancellationRequested) _logger.LogWarning("An outcome could not be told to a sender of source {Source} ({Failure}).", _options.Source, e.GetType().Name);
        }
        finally
        {
            _applications.Release();
        }
    }

    /// <summary>The sender has said all it wants to say, and may still listen to what it is owed.</summary>
    private async Task OutcomesAsync()
    {
        Task[] owed;
        lock (_outcomes) owed = [.. _outcomes];
        if (owed.Length == 0) return;
        await Task.WhenAny(Task.WhenAll(owed), Task.Delay(_options.FrameTimeout, _time, CancellationToken.None)).ConfigureAwait(false);
        End();
        await Task.WhenAll(owed).ConfigureAwait(false);
    }

    /// <summary>Writes a frame; false where the sender does not take it.</summary>
    private async Task<bool> SendAsync(byte[] reply)
    {
        await _sending.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            Task write = _stream.WriteAsync(MllpFrame.Wrap(reply), CancellationToken.None).AsTask();
            if (!write.IsCompletedSuccessfully) await write.WaitAsync(_options.FrameTimeout, _time, CancellationToken.None).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or TimeoutException or InvalidOperationException)
        {
            if (e is TimeoutException) _socket.Close(); // ends the write as well
            End();
            return false;
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>
    /// Ends the connection after a refusal. What the sender still has under way is read and thrown away for a while:
    /// closing with unread bytes would reset the connection and the answer with it.
    /// </summary>
    private async Task DrainAsync(CancellationToken stop)
    {
        if (_stream is SslStream secure) await secure.ShutdownAsync().ConfigureAwait(false);
        _socket.Shutdown(SocketShutdown.Send);
        using var patience = new CancellationTokenSource(DrainTime, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, patience.Token);
        byte[] waste = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            while (await _socket.ReceiveAsync(waste, either.Token).ConfigureAwait(false) > 0)
            {
            }
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // The sender did not stop; it is cut off.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(waste, clearArray: true);
        }
    }
}
