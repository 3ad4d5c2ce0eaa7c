using Consortium.AnchorService.Store;
using Consortium.AnchorService.Writing;
using Consortium.Ledger;

namespace Consortium.AnchorService.Submission;

/// <summary>
/// A batch whose transaction did not do its work: it reverted, or its nonce was used up by something else. What to do is asked of the contract,
/// which takes each sequence number once and in order; so a fresh nonce can never anchor anything twice (decision 0041).
/// </summary>
internal sealed class LostTurn
{
    private const int MostRequeues = 8;

    // Endpoints of one chain are not in step: a nonce that one calls used may belong to a receipt that another has not got yet.
    private const ulong GraceBlocks = 3;
    private readonly WriterParts _parts;
    private readonly ChainBatches _chainBatches;
    private readonly Dictionary<ulong, ulong> _nonceUsedSince = [];

    public LostTurn(WriterParts parts, ChainBatches chainBatches)
    {
        _parts = parts;
        _chainBatches = chainBatches;
    }

    public void NonceFree(AnchorBatch batch) => _nonceUsedSince.Remove(batch.FirstSequence);

    /// <summary>The account's next nonce has passed the batch's, and none of the batch's hashes has a receipt.</summary>
    public async Task<bool> NonceUsedAsync(AnchorBatch batch, ulong height, CancellationToken ct)
    {
        if (!_nonceUsedSince.TryGetValue(batch.FirstSequence, out ulong since)) _nonceUsedSince[batch.FirstSequence] = since = height;
        if (height < since + Math.Max(GraceBlocks, (ulong)_parts.Options.Confirmations)) return false;
        _nonceUsedSince.Remove(batch.FirstSequence);
        return await TakeAnotherTurnAsync(batch, "Another transaction of this key used the batch's nonce; the batch gets a fresh one.", null, ct).ConfigureAwait(false);
    }

    /// <summary>A transaction of the batch was mined and failed.</summary>
    public async Task<bool> RevertedAsync(AnchorBatch batch, TransactionReceipt receipt, ulong height, CancellationToken ct)
    {
        if (height < receipt.BlockNumber || height - receipt.BlockNumber + 1 < (ulong)_parts.Options.Confirmations) return false;
        Block? block = await _parts.Client.BlockAsync(receipt.BlockNumber, ct).ConfigureAwait(false);
        if (block is null || block.Hash != receipt.BlockHash) return false;
        return await TakeAnotherTurnAsync(batch, "The transaction came before its turn and reverted; the batch gets a fresh nonce.", receipt, ct).ConfigureAwait(false);
    }

    private async Task<bool> TakeAnotherTurnAsync(AnchorBatch batch, string why, TransactionReceipt? revert, CancellationToken ct)
    {
        CustodianState inContract = await _parts.Contract.CustodianAsync(_parts.Custodian, cancellationToken: ct).ConfigureAwait(false);
        if (inContract.NextSequence > batch.FirstSequence)
        {
            BatchAnchored? found = await _chainBatches.FindAsync(_parts.Custodian, batch.FirstSequence, ct).ConfigureAwait(false);
            if (found is null) return false; // The endpoint that answers for logs lags behind.
            if (found.Root == batch.Root && found.Head == batch.Head)
            {
                await _parts.Store.AddFoundAsync(batch, found.TransactionHash, ct).ConfigureAwait(false);
                return true;
            }

            await StopAsync(
                $"Sequence {batch.FirstSequence} of {_parts.Custodian} is anchored with another content, by transaction 0x{found.TransactionHash}: another writer has this key. " +
                "Stop it, have the governor rotate the key, and start with an empty store for the new key.", ct).ConfigureAwait(false);
        }

        if (revert is not null && inContract.NextSequence == batch.FirstSequence)
        {
            string reason = await ReasonAsync(batch, revert, ct).ConfigureAwait(false);
            await StopAsync(
                $"The contract refused the batch from sequence {batch.FirstSequence} on (transaction 0x{revert.TransactionHash}, block {revert.BlockNumber}): {reason}. " +
                "Nothing is skipped. Mend the cause (an out-of-gas: Anchor:Fees; a suspended member: the governor), then resume.", ct).ConfigureAwait(false);
        }

        if (batch.Requeued >= MostRequeues)
        {
            await StopAsync(
                $"The batch from sequence {batch.FirstSequence} on lost its nonce {batch.Requeued} times: other programs keep signing with the key of {_parts.Custodian}. Stop them, then resume.", ct)
                .ConfigureAwait(false);
        }

        await _parts.Store.RequeueFromAsync(batch.FirstSequence, why, ct).ConfigureAwait(false);
        _parts.Reached(AnchorStep.Requeued);
        return true;
    }

    /// <summary>Asks the node to run the call again, for the contract's own words.</summary>
    private async Task<string> ReasonAsync(AnchorBatch batch, TransactionReceipt revert, CancellationToken ct)
    {
        if (revert.GasUsed >= _parts.Options.Fees.GasLimit(batch.Count)) return $"out of gas at {revert.GasUsed}";
        try
        {
            byte[] packed = await _parts.Store.PackedAsync(batch, ct).ConfigureAwait(false);
            byte[] call = _parts.Contract.EncodeAnchor(batch.FirstSequence, batch.Root, packed);
            await _parts.Client.CallAsync(_parts.Options.Contract, call, _parts.Custodian, revert.BlockNumber, ct).ConfigureAwait(false);
            return "it reverted, though the same call succeeds on the state after that block";
        }
        catch (RpcException refusal)
        {
            return ConsortiumLedgerContract.DescribeRevert(refusal)?.ToString() ?? refusal.Message;
        }
    }

    private async Task StopAsync(string reason, CancellationToken ct)
    {
        await _parts.Store.StopAsync(reason, ct).ConfigureAwait(false);
        throw new AnchorStoppedException(reason, lasting: true);
    }
}
