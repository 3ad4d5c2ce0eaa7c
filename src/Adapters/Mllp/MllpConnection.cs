using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Consortium.Adapters.Intake;
using Microsoft.Extensions.Logging;

namespace Consortium.Adapters.Mllp;

/// <summary>One sender: reads frames one after the other, writes each message to the journal, and only then answers it.</summary>
internal sealed class MllpConnection : IDisposable
{
    private const int LargeFrame = 1024 * 1024;
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(10);

    private readonly Socket _socket;
    private readonly NetworkStream _stream;
    private readonly MllpOptions _options;
    private readonly IntakeJournal _journal;
    private readonly SemaphoreSlim _largeFrames;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    public MllpConnection(Socket socket, MllpOptions options, IntakeJournal journal, SemaphoreSlim largeFrames, TimeProvider time, ILogger logger)
    {
        _socket = socket;
        _socket.NoDelay = true;
        _stream = new NetworkStream(socket, ownsSocket: true);
        _options = options;
        _journal = journal;
        _largeFrames = largeFrames;
        _time = time;
        _logger = logger;
    }

    /// <summary>Serves until the sender closes, breaks the protocol, or falls silent.</summary>
    public async Task ServeAsync(CancellationToken stop)
    {
        PipeReader reader = PipeReader.Create(_stream, new StreamPipeReaderOptions(bufferSize: 16 * 1024, leaveOpen: true));
        bool holdsLarge = false;
        try
        {
            while (true)
            {
                if (!await SkipToFrameAsync(reader, stop).ConfigureAwait(false)) return;
                byte[]? message = null;
                long scanned = 1;
                while (message is null)
                {
                    if (await ReadAsync(reader, _options.FrameTimeout, stop).ConfigureAwait(false) is not { } read) return;
                    ReadOnlySequence<byte> buffer = read.Buffer;
                    long end = MllpFrame.FindEnd(buffer, Math.Min(scanned, buffer.Length));
                    if (end >= 0 && end - 1 <= _options.MaxFrameBytes)
                    {
                        message = buffer.Slice(1, end - 1).ToArray();
                        reader.AdvanceTo(buffer.GetPosition(end + 2));
                    }
                    else if (end >= 0 || buffer.Length - 1 > _options.MaxFrameBytes)
                    {
                        reader.AdvanceTo(buffer.End); // gives the memory back before the answer goes out
                        await RefuseAsync($"the message is longer than {_options.MaxFrameBytes} bytes. Split it, or have the limit raised (MaxFrameBytes).", stop).ConfigureAwait(false);
                        return;
                    }
                    else
                    {
                        scanned = Math.Max(1, buffer.Length - 1); // the last byte may be an FS whose CR is yet to come
                        bool ended = read.IsCompleted;
                        long length = buffer.Length;
                        reader.AdvanceTo(buffer.Start, buffer.End);
                        if (ended)
                        {
                            _logger.LogWarning("A sender of source {Source} closed in the middle of a message after {Bytes} bytes; nothing of it was accepted.", _options.Source, length);
                            return;
                        }

                        if (length > LargeFrame && !holdsLarge)
                        {
                            await _largeFrames.WaitAsync(stop).ConfigureAwait(false);
                            holdsLarge = true;
                        }
                    }
                }

                await TakeAsync(message, stop).ConfigureAwait(false);
                if (holdsLarge)
                {
                    _largeFrames.Release();
                    holdsLarge = false;
                }
            }
        }
        finally
        {
            if (holdsLarge) _largeFrames.Release();
            await reader.CompleteAsync().ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        _stream.Dispose();
        _socket.Dispose();
    }

    /// <summary>Reads up to a VT. Line ends between frames are let pass; anything else is not MLLP.</summary>
    private async Task<bool> SkipToFrameAsync(PipeReader reader, CancellationToken stop)
    {
        while (true)
        {
            if (await ReadAsync(reader, _options.IdleTimeout, stop).ConfigureAwait(false) is not { } read) return false;
            ReadOnlySequence<byte> buffer = read.Buffer;
            (SequencePosition? start, bool foreign) = FindStart(buffer);
            if (foreign)
            {
                reader.AdvanceTo(buffer.End);
                await RefuseAsync("what was sent does not begin with the start block character (0x0B): this is no MLLP.", stop).ConfigureAwait(false);
                return false;
            }

            if (start is { } found)
            {
                reader.AdvanceTo(found, found); // the frame's own reading examines from here
                return true;
            }

            reader.AdvanceTo(buffer.End);
            if (read.IsCompleted) return false;
        }
    }

    private static (SequencePosition? Start, bool Foreign) FindStart(in ReadOnlySequence<byte> buffer)
    {
        var reader = new SequenceReader<byte>(buffer);
        reader.AdvancePastAny((byte)'\r', (byte)'\n');
        return reader.TryPeek(out byte next) ? (reader.Position, next != MllpFrame.Start) : (null, false);
    }

    /// <summary>The next bytes; null where the sender has closed with nothing left, or has been silent too long.</summary>
    private async Task<ReadResult?> ReadAsync(PipeReader reader, TimeSpan patience, CancellationToken stop)
    {
        using var silence = new CancellationTokenSource(patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, silence.Token);
        try
        {
            ReadResult read = await reader.ReadAsync(either.Token).ConfigureAwait(false);
            if (!read.IsCompleted || !read.Buffer.IsEmpty) return read;
            reader.AdvanceTo(read.Buffer.End);
            return null;
        }
        catch (OperationCanceledException) when (silence.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            _logger.LogInformation("A sender of source {Source} was silent for {Seconds} s; its connection is closed.", _options.Source, patience.TotalSeconds);
            return null;
        }
    }

    private async Task TakeAsync(byte[] message, CancellationToken stop)
    {
        Acknowledgment answer = Acknowledgment.Read(message);
        string id = Guid.NewGuid().ToString("N")[..20];
        if (!answer.CanAccept)
        {
            _logger.LogWarning("A message of source {Source} was refused: its header cannot be read.", _options.Source);
            await SendAsync(answer.Reject(id, _time.GetUtcNow()), stop).ConfigureAwait(false);
            return;
        }

        byte[]? reply;
        try
        {
            IntakeReceipt receipt = await _journal.AcceptAsync(message, _options.Source, fileName: null, stop).ConfigureAwait(false);
            reply = answer.Accept(receipt.Digest[..20], _time.GetUtcNow());
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _logger.LogError("A message of source {Source} could not be written to the journal ({Failure}).", _options.Source, e.GetType().Name);
            reply = answer.Error("the message could not be stored; send it again later.", id, _time.GetUtcNow());
        }

        if (reply is not null) await SendAsync(reply, stop).ConfigureAwait(false);
    }

    private async Task SendAsync(byte[] reply, CancellationToken stop)
    {
        using var patience = new CancellationTokenSource(_options.FrameTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, patience.Token);
        await _stream.WriteAsync(MllpFrame.Wrap(reply), either.Token).ConfigureAwait(false);
    }

    /// <summary>
    /// Answers what cannot be a message and ends the connection. What the sender still has under way is read and thrown away for a while:
    /// closing with unread bytes would reset the connection and the answer with it.
    /// </summary>
    private async Task RefuseAsync(string reason, CancellationToken stop)
    {
        _logger.LogWarning("A sender of source {Source} was refused: {Reason}", _options.Source, reason);
        await SendAsync(Acknowledgment.Refuse(reason, Guid.NewGuid().ToString("N")[..20], _time.GetUtcNow()), stop).ConfigureAwait(false);
        _socket.Shutdown(SocketShutdown.Send);
        using var patience = new CancellationTokenSource(DrainTime, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, patience.Token);
        byte[] waste = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            while (await _stream.ReadAsync(waste, either.Token).ConfigureAwait(false) > 0)
            {
            }
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // The sender did not stop; it is cut off.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(waste);
        }
    }
}
