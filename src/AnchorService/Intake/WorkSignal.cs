namespace Consortium.AnchorService.Intake;

/// <summary>Wakes the writer before its poll interval is over. Set by many, awaited by one; a set with nobody waiting is remembered.</summary>
internal sealed class WorkSignal : IDisposable
{
    private readonly SemaphoreSlim _set = new(0, 1);

    public void Set()
    {
        try
        {
            _set.Release();
        }
        catch (SemaphoreFullException)
        {
            // Already set.
        }
    }

    public void Dispose() => _set.Dispose();

    /// <summary>Returns when set, or after <paramref name="atMost"/>.</summary>
    public async Task WaitAsync(TimeSpan atMost, TimeProvider time, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task set = _set.WaitAsync(over.Token);
        await Task.WhenAny(set, Task.Delay(atMost, time, over.Token)).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
        try
        {
            await set.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The time was over.
        }
    }
}
