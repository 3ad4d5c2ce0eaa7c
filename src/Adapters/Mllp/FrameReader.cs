using System.Buffers;
using Consortium.Adapters.Intake;

namespace Consortium.Adapters.Mllp;

/// <summary>What a connection has brought.</summary>
internal enum FrameEvent
{
    /// <summary>A whole message.</summary>
    Message,

    /// <summary>The sender has closed between two messages.</summary>
    End,

    /// <summary>The sender has closed in the middle of a message.</summary>
    CutAtEnd,

    /// <summary>A message was broken off and another begun.</summary>
    Cut,

    /// <summary>What came between messages is none.</summary>
    NotMllp,

    /// <summary>The message is longer than allowed.</summary>
    TooLong,

    /// <summary>A message was not ended in time.</summary>
    Unfinished,
}

/// <summary>An event with its bytes, which stay where they are until the next read.</summary>
/// <param name="Event">What it is.</param>
/// <param name="Bytes">The message; of a large one its beginning. Of a cut or unfinished one what has come.</param>
/// <param name="Spool">The whole of a large message; whoever gets it disposes it.</param>
internal readonly record struct Frame(FrameEvent Event, ReadOnlyMemory<byte> Bytes = default, Spool? Spool = null);

/// <summary>
/// Reads frames from a connection (HL7 v2 Transport Specification, MLLP release 1): VT, message, FS, CR. Blanks and control characters between frames are let
/// pass; FS LF and FS VT end a frame too, as some senders write them. A message of more than 256 KiB goes to a spool.
/// </summary>
internal sealed class FrameReader(Stream stream, FrameDeadline deadline, int maxFrameBytes, string spoolFolder) : IAsyncDisposable
{
    private const int SmallBuffer = 8 * 1024;
    private const int SpoolFrom = 256 * 1024;
    private const int HeadBytes = 64 * 1024;
    private static readonly SearchValues<byte> Boundaries = SearchValues.Create(MllpFrame.Start, MllpFrame.End);

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(SmallBuffer);
    private int _start;
    private int _end;
    private int _scanned;
    private Spool? _spool;
    private byte[] _head = [];

    /// <summary>The next event.</summary>
    public async ValueTask<Frame> ReadAsync(CancellationToken cancellationToken)
    {
        Shrink();
        deadline.Idle();
        while (true)
        {
            if (SkipBlanks() is { } next)
            {
                if (next != MllpFrame.Start) return new Frame(FrameEvent.NotMllp);
                break;
            }

            if (!await FillAsync(cancellationToken).ConfigureAwait(false)) return new Frame(FrameEvent.End);
        }

        _start++;
        _scanned = 0;
        deadline.FrameBegan();
        while (true)
        {
            if (Scan() is { } found) return await EndAsync(found.Event, found.Length, found.Consumed, cancellationToken).ConfigureAwait(false);
            if ((_spool?.Length ?? 0) + _scanned > maxFrameBytes) return await AbandonAsync(FrameEvent.TooLong).ConfigureAwait(false);
            if (_scanned >= SpoolFrom) await MoveToSpoolAsync(_scanned, cancellationToken).ConfigureAwait(false);
            if (!await FillAsync(cancellationToken).ConfigureAwait(false)) return await EndHereAsync(FrameEvent.CutAtEnd, cancellationToken).ConfigureAwait(false);
            deadline.Progress();
        }
    }

    /// <summary>After a read that was given up: the message where its FS has come and only the CR has not, else what there is of it.</summary>
    public ValueTask<Frame> GiveUpAsync(CancellationToken cancellationToken) => EndHereAsync(FrameEvent.Unfinished, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_spool is not null) await _spool.DisposeAsync().ConfigureAwait(false);
        _spool = null;
        byte[] buffer = _buffer;
        _buffer = [];
        if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer, clearArray: true); // patient data
    }

    private byte? SkipBlanks()
    {
        for (; _start < _end; _start++)
        {
            byte next = _buffer[_start];
            if (next == MllpFrame.Start || next > 0x20) return next;
        }

        return null;
    }

    /// <summary>The frame's end where it is in the buffer. Moves <see cref="_scanned"/> over what is surely content.</summary>
    private (FrameEvent Event, int Length, int Consumed)? Scan()
    {
        ReadOnlySpan<byte> content = _buffer.AsSpan(_start, _end - _start);
        while (true)
        {
            int at = content[_scanned..].IndexOfAny(Boundaries);
            if (at < 0)
            {
                _scanned = content.Length;
                return null;
            }

            _scanned += at;
            ReadOnlySpan<byte> after = content[(_scanned + 1)..];
            if (content[_scanned] == MllpFrame.End)
            {
                if (after.IsEmpty) return null;
                if (after[0] is MllpFrame.Return or (byte)'\n') return (FrameEvent.Message, _scanned, _scanned + 2);
                if (after[0] == MllpFrame.Start) return (FrameEvent.Message, _scanned, _scanned + 1);
            }
            else
            {
                // A VT may stand in text that came from a word processor; only one before a header begins another message.
                if (after.StartsWith("MSH"u8) || after.StartsWith("FHS"u8) || after.StartsWith("BHS"u8)) return (FrameEvent.Cut, _scanned, _scanned);
                if (after.Length < 3 && ("MSH"u8.StartsWith(after) || "FHS"u8.StartsWith(after) || "BHS"u8.StartsWith(after))) return null;
            }

            _scanned++;
        }
    }

    private async ValueTask<Frame> EndAsync(FrameEvent what, int length, int consumed, CancellationToken cancellationToken)
    {
        if ((_spool?.Length ?? 0) + length > maxFrameBytes) return await AbandonAsync(FrameEvent.TooLong).ConfigureAwait(false);
        deadline.Off();
        if (_spool is null)
        {
            var frame = new Frame(what, _buffer.AsMemory(_start, length));
            _start += consumed;
            return frame;
        }

        if (what != FrameEvent.Message)
        {
            _start += consumed;
            return await AbandonAsync(what).ConfigureAwait(false);
        }

        await _spool.AppendAsync(_buffer.AsMemory(_start, length), cancellationToken).ConfigureAwait(false);
        await _spool.CompleteAsync(cancellationToken).ConfigureAwait(false);
        _start += consumed;
        Spool spool = _spool;
        _spool = null;
        return new Frame(what, _head, spool);
    }

    private ValueTask<Frame> EndHereAsync(FrameEvent otherwise, CancellationToken cancellationToken)
    {
        int length = _end - _start;
        return length > 0 && _buffer[_end - 1] == MllpFrame.End
            ? EndAsync(FrameEvent.Message, length - 1, length, cancellationToken)
            : EndAsync(otherwise, length, length, cancellationToken);
    }

    private async ValueTask<Frame> AbandonAsync(FrameEvent what)
    {
        ReadOnlyMemory<byte> head = _spool is null ? _buffer.AsMemory(_start, Math.Min(_scanned, HeadBytes)) : _head;
        if (_spool is not null) await _spool.DisposeAsync().ConfigureAwait(false);
        _spool = null;
        return new Frame(what, head);
    }

    private async ValueTask MoveToSpoolAsync(int length, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> content = _buffer.AsMemory(_start, length);
        if (_spool is null)
        {
            _head = content[..Math.Min(length, HeadBytes)].ToArray();
            _spool = Spool.Create(spoolFolder);
        }

        await _spool.AppendAsync(content, cancellationToken).ConfigureAwait(false);
        _start += length;
        _scanned = 0;
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        MakeRoom();
        int read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
        _end += read;
        return read > 0;
    }

    private void MakeRoom()
    {
        if (_start == _end) _start = _end = 0;
        if (_end < _buffer.Length) return;
        byte[] next = _start > _buffer.Length / 2 ? _buffer : ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        _buffer.AsSpan(_start, _end - _start).CopyTo(next);
        if (next != _buffer) ArrayPool<byte>.Shared.Return(_buffer, clearArray: true);
        _buffer = next;
        _end -= _start;
        _start = 0;
    }

    /// <summary>A silent connection keeps no large buffer.</summary>
    private void Shrink()
    {
        if (_start != _end || _buffer.Length <= 8 * SmallBuffer) return;
        ArrayPool<byte>.Shared.Return(_buffer, clearArray: true);
        _buffer = ArrayPool<byte>.Shared.Rent(SmallBuffer);
        _start = _end = 0;
    }
}
