using System.Collections.Concurrent;

namespace Consortium.Adapters.Intake;

/// <summary>
/// Puts what many callers want written at one moment into one transaction: each waits for its own part, and the disk is asked to be sure once for all.
/// </summary>
/// <param name="commit">Writes the items in one transaction; gives a result for each, in order. When it throws, every caller of the group gets the exception.</param>
/// <param name="mostItems">Items in one transaction.</param>
/// <param name="mostBytes">Bytes in one transaction, but for a single larger item.</param>
internal sealed class GroupCommit<TItem, TResult>(
    Func<IReadOnlyList<TItem>, Task<IReadOnlyList<TResult>>> commit, int mostItems, long mostBytes = long.MaxValue)
{
    private readonly ConcurrentQueue<Waiting> _queue = new();
    private int _running;

    /// <summary>Completes when the item is committed.</summary>
    public Task<TResult> AddAsync(TItem item, long bytes = 0)
    {
        var waiting = new Waiting(item, bytes);
        _queue.Enqueue(waiting);
        if (Interlocked.CompareExchange(ref _running, 1, 0) == 0) _ = Task.Run(RunAsync);
        return waiting.Completion.Task;
    }

    private async Task RunAsync()
    {
        while (true)
        {
            List<Waiting> group = Take();
            if (group.Count > 0)
            {
                await CommitAsync(group).ConfigureAwait(false);
                continue;
            }

            Volatile.Write(ref _running, 0);

            // An item may have come after the queue was found empty and before the flag was down.
            if (_queue.IsEmpty || Interlocked.CompareExchange(ref _running, 1, 0) != 0) return;
        }
    }

    private async Task CommitAsync(List<Waiting> group)
    {
        try
        {
            IReadOnlyList<TResult> results = await commit([.. group.Select(waiting => waiting.Item)]).ConfigureAwait(false);
            for (int i = 0; i < group.Count; i++) group[i].Completion.SetResult(results[i]);
        }
        catch (Exception e)
        {
            foreach (Waiting waiting in group) waiting.Completion.TrySetException(e);
        }
    }

    private List<Waiting> Take()
    {
        var group = new List<Waiting>();
        long bytes = 0;
        while (group.Count < mostItems && _queue.TryPeek(out Waiting? next))
        {
            if (group.Count > 0 && bytes + next.Bytes > mostBytes) break;
            _queue.TryDequeue(out _); // the only reader
            bytes += next.Bytes;
            group.Add(next);
        }

        return group;
    }

    private sealed class Waiting(TItem item, long bytes)
    {
        public TItem Item { get; } = item;

        public long Bytes { get; } = bytes;

        public TaskCompletionSource<TResult> Completion { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
