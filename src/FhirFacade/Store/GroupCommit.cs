using System.Collections.Concurrent;
using System.Data.Common;
using Consortium.Integrity;
using Consortium.Storage;

namespace Consortium.FhirFacade.Store;

/// <summary>
/// SQLite has one writer and pays a disk flush a transaction: units of work that wait for the writer are committed together,
/// each behind its own savepoint, so that one that fails leaves the others alone. A unit's result is given out only after the commit.
/// PostgreSQL groups the flushes of concurrent commits by itself and needs none of this.
/// </summary>
internal sealed class GroupCommit(Database database, Func<DbTransaction, IReadOnlyList<IndexEntry>, Task> beforeCommit) : IDisposable
{
    private const int MostUnits = 64;

    private readonly ConcurrentQueue<Unit> _waiting = new();
    private readonly SemaphoreSlim _leader = new(1, 1);

    /// <summary>Runs <paramref name="work"/> in a transaction that others may share. What it returns beside its result goes to <c>beforeCommit</c>, together with the others'.</summary>
    public async Task<T> RunAsync<T>(Func<DbTransaction, Task<(T Result, IReadOnlyList<IndexEntry> Entries)>> work)
    {
        T result = default!;
        var unit = new Unit(async transaction =>
        {
            (result, IReadOnlyList<IndexEntry> entries) = await work(transaction).ConfigureAwait(false);
            return entries;
        });
        _waiting.Enqueue(unit);
        // Whoever gets the lead carries the work of all who wait; most find theirs done when their turn comes.
        await _leader.WaitAsync().ConfigureAwait(false);
        try
        {
            while (!unit.Done.Task.IsCompleted) await LeadAsync().ConfigureAwait(false);
        }
        finally
        {
            _leader.Release();
        }

        await unit.Done.Task.ConfigureAwait(false);
        return result;
    }

    public void Dispose() => _leader.Dispose();

    private async Task LeadAsync()
    {
        List<Unit> group = [];
        while (group.Count < MostUnits && _waiting.TryDequeue(out Unit? next)) group.Add(next);
        try
        {
            await database.TransactAsync(async transaction =>
            {
                List<IndexEntry> entries = [];
                foreach (Unit unit in group) entries.AddRange(await RunAsync(unit, transaction).ConfigureAwait(false));
                await beforeCommit(transaction, entries).ConfigureAwait(false);
            }).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // every unit of the group must hear of the failure, whatever it is
        catch (Exception e)
#pragma warning restore CA1031
        {
            foreach (Unit unit in group) unit.Done.TrySetException(e);
            return;
        }

        foreach (Unit unit in group)
        {
            if (unit.Failure is { } failure) unit.Done.TrySetException(failure);
            else unit.Done.TrySetResult();
        }
    }

    private static async Task<IReadOnlyList<IndexEntry>> RunAsync(Unit unit, DbTransaction transaction)
    {
        unit.Failure = null; // a transaction that is run again starts from nothing
        await transaction.SaveAsync("unit").ConfigureAwait(false);
        IReadOnlyList<IndexEntry> entries = [];
        try
        {
            entries = await unit.Work(transaction).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // whatever befell one unit, the others go on; its own caller hears of it
        catch (Exception e)
#pragma warning restore CA1031
        {
            unit.Failure = e;
            await transaction.RollbackAsync("unit").ConfigureAwait(false); // fails where the engine gave up the whole transaction, and so fails the group
        }

        await transaction.ReleaseAsync("unit").ConfigureAwait(false);
        return entries;
    }

    private sealed class Unit(Func<DbTransaction, Task<IReadOnlyList<IndexEntry>>> work)
    {
        public Func<DbTransaction, Task<IReadOnlyList<IndexEntry>>> Work => work;

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Exception? Failure { get; set; }
    }
}
