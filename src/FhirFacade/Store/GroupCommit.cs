using System.Collections.Concurrent;
using System.Data.Common;
using Consortium.Messaging;
using Consortium.Storage;
using Microsoft.Data.Sqlite;

namespace Consortium.FhirFacade.Store;

/// <summary>
/// SQLite has one writer and pays a disk flush a transaction: units of work that wait for the writer are committed together,
/// each behind its own savepoint, so that one that fails leaves the others alone. A unit's result is given out only after the commit.
/// PostgreSQL groups the flushes of concurrent commits by itself and needs none of this.
/// </summary>
internal sealed class GroupCommit(Database database, Func<DbTransaction, IReadOnlyList<VersionRow>, string?, Task> beforeCommit) : IDisposable
{
    private const int MostUnits = 64;

    private readonly ConcurrentQueue<Unit> _waiting = new();
    private readonly SemaphoreSlim _leader = new(1, 1);

    /// <summary>Runs <paramref name="work"/> in a transaction that others may share. What it returns beside its result goes to <c>beforeCommit</c>, together with the others'.</summary>
    /// <param name="work">What to do; it may run again.</param>
    /// <param name="cancellationToken">Gives up while the work waits; once it runs, its outcome is waited for, so that nobody is told that nothing happened when it did.</param>
    public async Task<T> RunAsync<T>(Func<DbTransaction, Task<(T Result, IReadOnlyList<VersionRow> Versions)>> work, CancellationToken cancellationToken)
    {
        T result = default!;
        var unit = new Unit(async transaction =>
        {
            (result, IReadOnlyList<VersionRow> versions) = await work(transaction).ConfigureAwait(false);
            return versions;
        });
        _waiting.Enqueue(unit);
        // Whoever gets the lead carries the work of all who wait; most find theirs done when their turn comes.
        try
        {
            await _leader.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                while (!unit.Done.Task.IsCompleted) await LeadAsync().ConfigureAwait(false);
            }
            finally
            {
                _leader.Release();
            }
        }
        catch (OperationCanceledException) when (!unit.TryAbandon())
        {
            // Another one carries it already.
        }

        await unit.Done.Task.ConfigureAwait(false);
        return result;
    }

    public void Dispose() => _leader.Dispose();

    private async Task LeadAsync()
    {
        List<Unit> group = [];
        while (group.Count < MostUnits && _waiting.TryDequeue(out Unit? next)) group.Add(next);
        bool begun = false;
        try
        {
            await database.TransactAsync(async transaction =>
            {
                if (!begun) group.RemoveAll(unit => !unit.TryBegin()); // who gave up while the writer was waited for is told that nothing happens
                begun = true;
                List<VersionRow> versions = [];
                foreach (Unit unit in group) versions.AddRange(await RunAsync(unit, transaction).ConfigureAwait(false));
                await beforeCommit(transaction, versions, MessagingTraces.Of(group.Where(unit => unit.Failure is null).Select(unit => unit.Trace))).ConfigureAwait(false);
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

    private static async Task<IReadOnlyList<VersionRow>> RunAsync(Unit unit, DbTransaction transaction)
    {
        unit.Failure = null; // a transaction that is run again starts from nothing
        var connection = (SqliteConnection)transaction.Connection!;
        SqliteStatement.Of(connection, "SAVEPOINT unit").Run();
        IReadOnlyList<VersionRow> versions = [];
        try
        {
            versions = await unit.Work(transaction).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // whatever befell one unit, the others go on; its own caller hears of it
        catch (Exception e)
#pragma warning restore CA1031
        {
            unit.Failure = e;
            SqliteStatement.Of(connection, "ROLLBACK TO unit").Run(); // fails where the engine gave up the whole transaction, and so fails the group
        }

        SqliteStatement.Of(connection, "RELEASE unit").Run();
        return versions;
    }

    private sealed class Unit(Func<DbTransaction, Task<IReadOnlyList<VersionRow>>> work)
    {
        private int _begun;

        public Func<DbTransaction, Task<IReadOnlyList<VersionRow>>> Work => work;

        /// <summary>The trace of whoever waits for it.</summary>
        public string? Trace { get; } = MessagingTraces.Current;

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Exception? Failure { get; set; }

        /// <summary>True for the one who carries it; false where nobody waits for it any more.</summary>
        public bool TryBegin() => Interlocked.CompareExchange(ref _begun, 1, 0) == 0;

        /// <summary>True where it will never run; false where it has begun.</summary>
        public bool TryAbandon() => Interlocked.CompareExchange(ref _begun, 1, 0) == 0;
    }
}
