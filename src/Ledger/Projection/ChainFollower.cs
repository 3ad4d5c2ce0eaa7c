using Consortium.Integrity;

namespace Consortium.Ledger.Projection;

/// <summary>Reads the contract's log block range by block range into the store, and back out again where the chain was reorganised.</summary>
internal sealed class ChainFollower
{
    private const int FirstRange = 64;
    private const long SmallRangeBytes = 4 * 1024 * 1024;
    private const long LargeRangeBytes = 16 * 1024 * 1024;
    private readonly ProjectionStore _store;
    private readonly EthereumClient _client;
    private readonly Address _contract;
    private readonly ProjectionOptions _options;
    private readonly TimeProvider _time;
    private readonly HashSet<LogPosition> _suspected = [];
    private int _range = FirstRange;

    public ChainFollower(ProjectionStore store, EthereumClient client, Address contract, ProjectionOptions options, TimeProvider time)
    {
        _store = store;
        _client = client;
        _contract = contract;
        _options = options;
        _time = time;
    }

    /// <summary>Reads until there is nothing more to read.</summary>
    /// <returns>The block reached, and whether that is all there is (a lagging endpoint cannot tell).</returns>
    public async Task<(ulong Block, bool IsAll)> FollowAsync(CancellationToken ct)
    {
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            ChainCursor cursor = await _store.CursorAsync(ct).ConfigureAwait(false) ?? throw new InvalidOperationException("Call InitializeAsync first.");
            DateTimeOffset asked = _time.GetUtcNow();
            ulong height = await _client.BlockNumberAsync(ct).ConfigureAwait(false);
            ulong readable = height >= (ulong)_options.Confirmations - 1 ? height - ((ulong)_options.Confirmations - 1) : 0;
            Block? here = await _client.BlockAsync(cursor.BlockNumber, ct).ConfigureAwait(false);
            if (here is null) return (cursor.BlockNumber, false); // the endpoint lags behind the one that was read from, or the chain was cut and grows again
            if (here.Hash != cursor.BlockHash)
            {
                await RollBackAsync(cursor, ct).ConfigureAwait(false);
                continue;
            }

            if (readable <= cursor.BlockNumber)
            {
                await KeepFollowedAsync(cursor, asked, ct).ConfigureAwait(false);
                return (cursor.BlockNumber, true);
            }

            ulong to = Math.Min(readable, cursor.BlockNumber + (ulong)_range);
            if (!await ReadAsync(cursor, to, asked, to == readable, ct).ConfigureAwait(false)) return (cursor.BlockNumber, false);
        }
    }

    private async Task<bool> ReadAsync(ChainCursor cursor, ulong to, DateTimeOffset asked, bool isAll, CancellationToken ct)
    {
        Block? target = await _client.BlockAsync(to, ct).ConfigureAwait(false);
        if (target is null) return false;
        IReadOnlyList<LogEntry> logs = await _client.LogsAsync(new LogFilter(_contract, cursor.BlockNumber + 1, to), ct).ConfigureAwait(false);

        // The client stays with the endpoint that answered last. So this asks the one that gave the logs: had it not got this
        // block (yet, or any more), it could not have given all of them.
        Block? after = await _client.BlockAsync(to, ct).ConfigureAwait(false);
        if (after is null || after.Hash != target.Hash || logs.Any(log => log.BlockNumber == to && log.BlockHash != target.Hash)) return after is not null;
        AdaptRange(logs);
        try
        {
            DateTimeOffset followedAt = isAll ? asked : cursor.FollowedAt;
            await _store.AdvanceAsync(cursor, target, _options.KeptBlocks, followedAt, async transaction =>
            {
                using var entries = new EntryInserter(transaction);
                var applier = new EventApplier(transaction, entries, _suspected.Contains);
                foreach (LogEntry log in logs)
                {
                    if (ConsortiumLedgerContract.DecodeEvent(log) is { } one) await applier.ApplyAsync(one, ct).ConfigureAwait(false);
                }

                return (applier.EntriesAdded, applier.BatchesAdded);
            }, ct).ConfigureAwait(false);
        }
        catch (SuspectLogException suspect)
        {
            _suspected.Add(suspect.Position);
            (ulong number, Hash256 hash) = (await _store.KeptBlocksAsync(ct).ConfigureAwait(false)).First(kept => kept.Number < suspect.LastGoodBlock || kept.Number == cursor.StartBlock);
            await _store.RollBackAsync(cursor, number, hash, ct).ConfigureAwait(false);
        }

        return true;
    }

    /// <summary>Goes back to the newest kept block that the chain still has.</summary>
    private async Task RollBackAsync(ChainCursor cursor, CancellationToken ct)
    {
        foreach ((ulong number, Hash256 hash) in await _store.KeptBlocksAsync(ct).ConfigureAwait(false))
        {
            Block? block = await _client.BlockAsync(number, ct).ConfigureAwait(false);
            if (block?.Hash != hash) continue;
            await _store.RollBackAsync(cursor, number, hash, ct).ConfigureAwait(false);
            return;
        }

        throw new ProjectionStoppedException(
            $"The chain has another block {cursor.StartBlock} than when this projection was started: the chain was replaced. Point the endpoints at the consortium's chain; for a new development chain start with a new store.");
    }

    /// <summary>The time up to which the projection is complete is kept in coarse steps: a write for each poll would be a waste.</summary>
    private async Task KeepFollowedAsync(ChainCursor cursor, DateTimeOffset asked, CancellationToken ct)
    {
        if (asked - cursor.FollowedAt >= TimeSpan.FromSeconds(2)) await _store.FollowedAsync(asked, ct).ConfigureAwait(false);
    }

    private void AdaptRange(IReadOnlyList<LogEntry> logs)
    {
        long bytes = logs.Sum(log => (long)log.Data.Length);
        if (bytes > LargeRangeBytes) _range = Math.Max(1, _range / 2);
        else if (bytes < SmallRangeBytes) _range = Math.Min(_options.MostBlocksAtOnce, _range * 2);
    }
}
