using Consortium.AnchorService.Status;
using Consortium.AnchorService.Store;
using Consortium.AnchorService.Writing;
using Consortium.Integrity;
using Consortium.Ledger;
using Consortium.Messaging;

namespace Consortium.AnchorService.Submission;

/// <summary>What a look at the chain did to a batch.</summary>
internal enum FollowOutcome
{
    /// <summary>The batch waits, or it is mined and not deep enough.</summary>
    UnderWay,

    /// <summary>The batch is final and its receipt is in the outbox.</summary>
    Final,

    /// <summary>The batch, and perhaps those behind it, took a step back or got another transaction.</summary>
    Upset,
}

/// <summary>Follows the batches under way to finality: looks up every hash that was ever signed for them.</summary>
internal sealed class BatchFollower
{
    private readonly WriterParts _parts;
    private readonly BatchSigner _signer;
    private readonly LostTurn _lostTurn;
    private readonly Outbox _outbox;

    public BatchFollower(WriterParts parts, BatchSigner signer, LostTurn lostTurn, Outbox outbox)
    {
        _parts = parts;
        _signer = signer;
        _lostTurn = lostTurn;
        _outbox = outbox;
    }

    /// <summary>Brings one batch as far as the chain allows now; <paramref name="isFirst"/> says that it is the oldest that is not final.</summary>
    public async Task<FollowOutcome> FollowAsync(AnchorBatch batch, bool isFirst, ulong chainId, ulong height, CancellationToken ct)
    {
        IReadOnlyList<AnchorTransaction> transactions = await _parts.Store.TransactionsAsync(batch, ct).ConfigureAwait(false);
        TransactionReceipt? reverted = null;
        foreach (AnchorTransaction transaction in transactions)
        {
            TransactionReceipt? receipt = await _parts.Client.ReceiptAsync(transaction.Hash, ct).ConfigureAwait(false);
            if (receipt is null) continue;
            if (receipt.Succeeded && !TellsOf(receipt, batch)) continue; // An endpoint that makes up answers; the next look may meet another one.
            if (receipt.Succeeded) return await MinedAsync(batch, receipt, isFirst, chainId, height, ct).ConfigureAwait(false);
            if (transaction.Abandoned is null) reverted = receipt;
        }

        if (reverted is not null) return Outcome(await _lostTurn.RevertedAsync(batch, reverted, height, ct).ConfigureAwait(false));
        return batch.State switch
        {
            BatchState.Mined => await GoneAsync(batch, height, ct).ConfigureAwait(false),
            BatchState.Sent => await WaitingAsync(batch, transactions.First(one => one.Abandoned is null), isFirst, chainId, height, ct).ConfigureAwait(false),
            _ => FollowOutcome.UnderWay,
        };
    }

    private async Task<FollowOutcome> MinedAsync(AnchorBatch batch, TransactionReceipt receipt, bool isFirst, ulong chainId, ulong height, CancellationToken ct)
    {
        var mined = new MinedIn(receipt.TransactionHash, receipt.BlockNumber, receipt.BlockHash, receipt.GasUsed);
        bool changed = batch.State != BatchState.Mined || batch.BlockHash != receipt.BlockHash;
        if (changed)
        {
            _parts.Reached(AnchorStep.Mining);
            await _parts.Store.MarkMinedAsync(batch, mined, ct).ConfigureAwait(false);
            _parts.Reached(AnchorStep.Mined);
        }

        // An endpoint that lags behind the one that gave the receipt counts as one confirmation.
        ulong confirmations = height < receipt.BlockNumber ? 1 : height - receipt.BlockNumber + 1;
        if (!isFirst || confirmations < (ulong)_parts.Options.Confirmations) return FollowOutcome.UnderWay;
        Block? block = await _parts.Client.BlockAsync(receipt.BlockNumber, ct).ConfigureAwait(false);
        if (block is null || block.Hash != receipt.BlockHash) return FollowOutcome.UnderWay; // a reorganisation in this moment, or a lagging endpoint: the next look tells
        _parts.Reached(AnchorStep.Finalising);
        byte[] packed = await _parts.Store.PackedAsync(batch, ct).ConfigureAwait(false);
        var message = new RecordsAnchored
        {
            Custodian = _parts.Custodian.ToString(),
            ChainId = chainId,
            Contract = _parts.Options.Contract.ToString(),
            FirstSequence = batch.FirstSequence,
            Root = batch.Root.ToString(),
            Head = batch.Head.ToString(),
            TransactionHash = mined.TransactionHash.ToString(),
            BlockNumber = mined.BlockNumber,
            BlockHash = mined.BlockHash.ToString(),
            BlockTimestamp = block.Timestamp,
            Entries = packed,
        };

        // The block is part of the id: a batch that a reorganisation moves to another block gives a second, corrected receipt.
        string messageId = $"anchored/{message.Custodian}/{batch.FirstSequence}/{message.BlockHash}";
        await _parts.Store.MarkFinalAsync(batch, mined, async transaction =>
        {
            await _outbox.EnqueueAsync(transaction, message, messageId).ConfigureAwait(false);
            _parts.Reached(AnchorStep.InsideFinalTransaction);
        }, ct).ConfigureAwait(false);
        _parts.Reached(AnchorStep.Final);
        _outbox.Wake();
        _parts.Meters.Finalised(batch, mined, confirmations, _parts.Time.GetUtcNow());
        return FollowOutcome.Final;
    }

    /// <summary>A receipt that was there is not there any more: a reorganisation, unless only the endpoint lags.</summary>
    private async Task<FollowOutcome> GoneAsync(AnchorBatch batch, ulong height, CancellationToken ct)
    {
        if (height < batch.BlockNumber) return FollowOutcome.UnderWay;
        Block? block = await _parts.Client.BlockAsync(batch.BlockNumber!.Value, ct).ConfigureAwait(false);
        if (block is null || block.Hash == batch.BlockHash) return FollowOutcome.UnderWay;
        _parts.Reached(AnchorStep.Reorganising);
        await _parts.Store.MarkUnderWayAsync(batch, $"Block {batch.BlockNumber} that held the batch was reorganised away; the same bytes are sent again.", ct).ConfigureAwait(false);
        _parts.Meters.Reorganised();
        return FollowOutcome.Upset;
    }

    private async Task<FollowOutcome> WaitingAsync(AnchorBatch batch, AnchorTransaction transaction, bool isFirst, ulong chainId, ulong height, CancellationToken ct)
    {
        if (!isFirst) return FollowOutcome.UnderWay; // Nonces are mined in order: what holds this one up is the batch before it.
        ulong nextNonce = await _parts.Client.TransactionCountAsync(_parts.Custodian, "latest", ct).ConfigureAwait(false);
        if (nextNonce > transaction.Nonce) return Outcome(await _lostTurn.NonceUsedAsync(batch, height, ct).ConfigureAwait(false));
        _lostTurn.NonceFree(batch);
        if (nextNonce < transaction.Nonce)
        {
            await _parts.Store.NoteAsync(
                batch, $"Nonce {nextNonce} of {_parts.Custodian} is not mined yet and belongs to no batch: another program signs with this key, or the chain was set back.", ct).ConfigureAwait(false);
        }

        ulong sentAt = transaction.SentAtBlock ?? height;
        if (height < sentAt + (ulong)_parts.Options.Fees.StuckAfterBlocks) return FollowOutcome.UnderWay;

        // A node may have dropped it, so the same bytes first; a node that still holds it gets a better bid.
        if (await _parts.Client.TransactionAsync(transaction.Hash, ct).ConfigureAwait(false) is null)
        {
            await _parts.Store.MarkUnderWayAsync(batch, "No endpoint holds the transaction any more; the same bytes are sent again.", ct).ConfigureAwait(false);
            return FollowOutcome.Upset;
        }

        return Outcome(await _signer.ReplaceAsync(batch, transaction, chainId, ct).ConfigureAwait(false));
    }

    private static bool TellsOf(TransactionReceipt receipt, AnchorBatch batch) => receipt.Logs
        .Select(ConsortiumLedgerContract.DecodeEvent)
        .OfType<BatchAnchored>()
        .Any(anchored => anchored.FirstSequence == batch.FirstSequence && anchored.Head == batch.Head);

    private static FollowOutcome Outcome(bool upset) => upset ? FollowOutcome.Upset : FollowOutcome.UnderWay;
}
