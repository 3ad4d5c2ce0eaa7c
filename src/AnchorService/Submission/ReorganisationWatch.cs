using Consortium.AnchorService.Store;
using Consortium.AnchorService.Writing;
using Consortium.Integrity;
using Consortium.Ledger;

namespace Consortium.AnchorService.Submission;

/// <summary>
/// Compares the blocks of recent final batches with the chain again. A block's hash commits to all before it, so while the newest
/// one stands, one question a round is enough.
/// </summary>
internal sealed class ReorganisationWatch
{
    private readonly WriterParts _parts;

    public ReorganisationWatch(WriterParts parts) => _parts = parts;

    /// <returns>True where batches went back under way.</returns>
    public async Task<bool> CheckAsync(ulong height, CancellationToken ct)
    {
        ulong depth = (ulong)_parts.Options.RecheckBlocks;
        IReadOnlyList<AnchorBatch> recent = await _parts.Store.FinalSinceAsync(height > depth ? height - depth : 0, ct).ConfigureAwait(false);
        var gone = new List<AnchorBatch>();
        foreach (IGrouping<ulong, AnchorBatch> inBlock in recent.GroupBy(batch => batch.BlockNumber!.Value))
        {
            if (inBlock.Key > height) continue; // An endpoint behind the one that answered before; a shorter chain grows and is met then.
            Block? block = await _parts.Client.BlockAsync(inBlock.Key, ct).ConfigureAwait(false);
            if (block is null) return false;
            if (inBlock.All(batch => batch.BlockHash == block.Hash)) break;
            gone.AddRange(inBlock.Where(batch => batch.BlockHash != block.Hash));
        }

        if (gone.Count == 0) return false;
        _parts.Reached(AnchorStep.Reorganising);
        foreach (AnchorBatch batch in gone.OrderByDescending(batch => batch.FirstSequence))
        {
            await _parts.Store.MarkUnderWayAsync(
                batch, $"Block {batch.BlockNumber} that held the batch was reorganised away; the same bytes are sent again.", ct).ConfigureAwait(false);
            _parts.Meters.Reorganised();
        }

        return true;
    }
}
