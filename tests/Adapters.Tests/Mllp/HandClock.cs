namespace Consortium.Adapters.Tests.Mllp;

/// <summary>A clock that a test moves by hand, with the timers that hang on it. Thread-safe.</summary>
internal sealed class HandClock : TimeProvider
{
    private readonly DateTimeOffset _start = DateTimeOffset.UtcNow;
    private readonly Lock _lock = new();
    private readonly List<HandTimer> _timers = [];
    private readonly List<(TimeSpan Due, TaskCompletionSource Set)> _awaited = [];
    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>How far it has been moved.</summary>
    public TimeSpan Elapsed => new(Interlocked.Read(ref _ticks));

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    public override DateTimeOffset GetUtcNow() => _start.AddTicks(Interlocked.Read(ref _ticks));

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new HandTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves on; timers that are due go off on the caller's thread, in their order.</summary>
    public void Advance(TimeSpan span)
    {
        long until = Interlocked.Read(ref _ticks) + span.Ticks;
        while (true)
        {
            HandTimer? next;
            lock (_lock)
            {
                next = _timers.Where(timer => timer.Due <= until).MinBy(timer => timer.Due);
                Interlocked.Exchange(ref _ticks, Math.Max(Interlocked.Read(ref _ticks), next?.Due ?? until));
                next?.Next();
            }

            if (next is null) return;
            next.GoOff();
        }
    }

    /// <summary>Moves on, a step at a time, until the task is done: whoever it waits for may still have to read what was sent.</summary>
    public async Task<T> AdvanceUntilAsync<T>(Task<T> task, TimeSpan step)
    {
        while (!task.IsCompleted)
        {
            Advance(step);
            await Task.WhenAny(task, Task.Delay(1));
        }

        return await task;
    }

    /// <summary>Completes when somebody begins to wait for so long.</summary>
    public Task WaitBegunAsync(TimeSpan due)
    {
        var set = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock) _awaited.Add((due, set));
        return set.Task;
    }

    private sealed class HandTimer(HandClock clock, Action goOff) : ITimer
    {
        private TimeSpan _period;

        public long Due { get; private set; } = long.MaxValue;

        public Action GoOff => goOff;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._lock)
            {
                clock._timers.Remove(this);
                _period = period;
                if (dueTime == Timeout.InfiniteTimeSpan) return true;
                Due = clock._ticks + dueTime.Ticks;
                clock._timers.Add(this);
                foreach ((_, TaskCompletionSource set) in clock._awaited.Where(awaited => awaited.Due == dueTime)) set.TrySetResult();
            }

            return true;
        }

        public void Next()
        {
            if (_period > TimeSpan.Zero) Due += _period.Ticks;
            else clock._timers.Remove(this);
        }

        public void Dispose()
        {
            lock (clock._lock) clock._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
