using Consortium.AnchorService.Batching;
using Consortium.AnchorService.Status;
using Consortium.AnchorService.Store;
using Consortium.AnchorService.Submission;

namespace Consortium.AnchorService.Writing;

/// <summary>
/// The one writer of a custodian. Each round first plans (which needs no chain), then looks up what is under way, then signs and sends what
/// is ready, oldest first. All progress is in the tables: a round may end anywhere and the next one, in any process, goes on.
/// </summary>
internal sealed class AnchorWriter
{
    private readonly WriterParts _parts;
    private readonly BatchSigner _signer;
    private readonly BatchSender _sender;
    private readonly BatchFollower _follower;
    private readonly ReorganisationWatch _watch;

    public AnchorWriter(WriterParts parts, BatchSigner signer, BatchSender sender, BatchFollower follower, ReorganisationWatch watch)
    {
        _parts = parts;
        _signer = signer;
        _sender = sender;
        _follower = follower;
        _watch = watch;
    }

    /// <summary>Closes batches until the pipeline is full or nothing is due.</summary>
    public async Task PlanAsync(CancellationToken ct)
    {
        int open = (await _parts.Store.OpenAsync(ct).ConfigureAwait(false)).Count;
        for (; open < _parts.Options.PipelineDepth; open++)
        {
            int largest = _parts.Options.LargestBatch;
            (int waiting, DateTimeOffset? oldest) = await _parts.Store.PendingAsync(largest, ct).ConfigureAwait(false);
            if (!BatchClosing.IsDue(waiting, largest, oldest, _parts.Options.BatchAge, _parts.Time.GetUtcNow())) return;
            _parts.Reached(AnchorStep.Planning);
            if (await _parts.Store.PlanAsync(largest, ct).ConfigureAwait(false) is null) return;
            _parts.Reached(AnchorStep.Planned);
        }
    }

    /// <summary>Brings everything under way as far as the chain allows now.</summary>
    /// <returns>True where batches are under way, so that another look is due soon.</returns>
    public async Task<bool> AdvanceAsync(ulong chainId, CancellationToken ct)
    {
        ulong height = await _parts.Client.BlockNumberAsync(ct).ConfigureAwait(false);
        await _watch.CheckAsync(height, ct).ConfigureAwait(false);
        await FollowAsync(chainId, height, ct).ConfigureAwait(false);
        foreach (AnchorBatch batch in await _parts.Store.OpenAsync(ct).ConfigureAwait(false))
        {
            AnchorBatch current = batch;
            if (batch.State == BatchState.Planned)
            {
                await _signer.SignAsync(batch, chainId, ct).ConfigureAwait(false);
                current = batch with { State = BatchState.Signed };
            }

            if (current.State == BatchState.Signed && !await _sender.SendAsync(current, chainId, height, ct).ConfigureAwait(false)) break;
        }

        return (await _parts.Store.OpenAsync(ct).ConfigureAwait(false)).Count > 0;
    }

    private async Task FollowAsync(ulong chainId, ulong height, CancellationToken ct)
    {
        bool isFirst = true;
        foreach (AnchorBatch batch in await _parts.Store.OpenAsync(ct).ConfigureAwait(false))
        {
            FollowOutcome outcome = await _follower.FollowAsync(batch, isFirst, chainId, height, ct).ConfigureAwait(false);
            if (outcome == FollowOutcome.Upset) return; // It may concern those behind it too: they are read anew in the next round.
            isFirst &= outcome == FollowOutcome.Final;
        }
    }
}
