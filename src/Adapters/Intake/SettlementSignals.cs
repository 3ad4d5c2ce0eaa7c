using System.Collections.Concurrent;

namespace Consortium.Adapters.Intake;

/// <summary>Tells those who wait for a record that it has been settled in this process.</summary>
internal sealed class SettlementSignals
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _waiting = new(StringComparer.Ordinal);

    /// <summary>Completes at the next settlement of a record.</summary>
    public Task NextAsync(string digest) =>
        _waiting.GetOrAdd(digest, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Says that a record has been settled.</summary>
    public void Raise(string digest)
    {
        if (_waiting.TryRemove(digest, out TaskCompletionSource? waiting)) waiting.TrySetResult();
    }

    /// <summary>Nobody waits for a record any more; who does nevertheless looks again by itself.</summary>
    public void Forget(string digest) => _waiting.TryRemove(digest, out _);
}
