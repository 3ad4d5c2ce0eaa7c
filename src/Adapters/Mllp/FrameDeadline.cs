namespace Consortium.Adapters.Mllp;

/// <summary>
/// Until when a connection must go on: set by the one that reads, looked at by the listener's timer. One timer for all connections costs less than a
/// timer for each read.
/// </summary>
internal sealed class FrameDeadline(MllpOptions options, TimeProvider time)
{
    private long _silence = long.MaxValue;
    private long _frame = long.MaxValue;

    /// <summary>A message has begun and not ended.</summary>
    public bool IsInFrame => Interlocked.Read(ref _frame) != long.MaxValue;

    /// <summary>Nothing is expected from the sender now.</summary>
    public void Off()
    {
        Interlocked.Exchange(ref _frame, long.MaxValue);
        Interlocked.Exchange(ref _silence, long.MaxValue);
    }

    /// <summary>The next message is waited for.</summary>
    public void Idle()
    {
        Interlocked.Exchange(ref _frame, long.MaxValue);
        Interlocked.Exchange(ref _silence, After(options.IdleTimeout));
    }

    /// <summary>A message has begun.</summary>
    public void FrameBegan()
    {
        Interlocked.Exchange(ref _frame, After(options.MaxFrameTime));
        Interlocked.Exchange(ref _silence, After(options.FrameTimeout));
    }

    /// <summary>More of the message has come.</summary>
    public void Progress() => Interlocked.Exchange(ref _silence, After(options.FrameTimeout));

    /// <summary>True where the time is over.</summary>
    public bool IsOver(long now) => now >= Interlocked.Read(ref _silence) || now >= Interlocked.Read(ref _frame);

    private long After(TimeSpan span) => time.GetTimestamp() + (long)(span.TotalSeconds * time.TimestampFrequency);
}
