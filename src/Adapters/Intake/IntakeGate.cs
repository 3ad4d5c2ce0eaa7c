namespace Consortium.Adapters.Intake;

/// <summary>
/// Back-pressure from the journal: while it cannot take more (too many records wait, the disk is nearly full, a commit has just failed) listeners stop
/// reading, so that senders wait and nothing piles up in memory. Thread-safe.
/// </summary>
internal sealed class IntakeGate(TimeProvider time)
{
    /// <summary>How often somebody who waits looks again.</summary>
    internal static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan LeastPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MostPause = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private volatile string? _full;
    private long _closedUntil;
    private TimeSpan _pause = LeastPause;

    /// <summary>Why nothing is taken now; null while the gate is open.</summary>
    public string? Reason => _full ?? (time.GetTimestamp() < Interlocked.Read(ref _closedUntil) ? "the journal could not be written; it is tried again shortly" : null);

    /// <summary>Completes as soon as the journal takes records.</summary>
    public ValueTask WaitAsync(CancellationToken cancellationToken) => Reason is null ? ValueTask.CompletedTask : new ValueTask(WaitUntilOpenAsync(cancellationToken));

    /// <summary>Closes for as long as there is a reason, or opens with null; true where that changes anything.</summary>
    public bool SetFull(string? reason)
    {
        bool changes = reason is null != _full is null;
        _full = reason;
        return changes;
    }

    /// <summary>A commit failed: closes for a while, longer each time.</summary>
    public void ReportFailure()
    {
        lock (_lock)
        {
            if (time.GetTimestamp() < Interlocked.Read(ref _closedUntil)) return; // the failures of one group are one failure
            Interlocked.Exchange(ref _closedUntil, time.GetTimestamp() + (long)(_pause.TotalSeconds * time.TimestampFrequency));
            _pause = _pause * 2 < MostPause ? _pause * 2 : MostPause;
        }
    }

    /// <summary>A commit worked.</summary>
    public void ReportSuccess()
    {
        if (_pause == LeastPause) return;
        lock (_lock) _pause = LeastPause;
    }

    private async Task WaitUntilOpenAsync(CancellationToken cancellationToken)
    {
        while (Reason is not null) await Task.Delay(Look, time, cancellationToken).ConfigureAwait(false);
    }
}
