using Consortium.AnchorService.Store;
using Consortium.AnchorService.Writing;
using Consortium.Ledger;

namespace Consortium.AnchorService.Submission;

/// <summary>Sends persisted bytes, and only those. Sending twice, to any endpoint, is harmless.</summary>
internal sealed class BatchSender
{
    private readonly WriterParts _parts;
    private readonly BatchSigner _signer;

    public BatchSender(WriterParts parts, BatchSigner signer)
    {
        _parts = parts;
        _signer = signer;
    }

    /// <summary>Sends the batch's newest transaction.</summary>
    /// <returns>False where those behind it must wait.</returns>
    public async Task<bool> SendAsync(AnchorBatch batch, ulong chainId, ulong height, CancellationToken ct)
    {
        AnchorTransaction transaction = (await _parts.Store.TransactionsAsync(batch, ct).ConfigureAwait(false)).First(one => one.Abandoned is null);
        byte[] raw = await _parts.Store.RawAsync(transaction, ct).ConfigureAwait(false);
        _parts.Reached(AnchorStep.Sending);
        try
        {
            await _parts.Client.SendRawTransactionAsync(raw, ct).ConfigureAwait(false);
        }
        catch (RpcException refusal)
        {
            switch (SendAnswers.Read(refusal.Message))
            {
                case SendAnswer.AlreadyKnown or SendAnswer.NonceTooLow:
                    break; // Under way or already mined: the follower looks the hashes up.
                case SendAnswer.Underpriced:
                    // The replacement goes out with the next step, after it is persisted.
                    await _signer.ReplaceAsync(batch, transaction, chainId, ct).ConfigureAwait(false);
                    return false;
                case SendAnswer.InsufficientFunds:
                    await _parts.Store.NoteAsync(batch, $"The account {_parts.Custodian} cannot pay for the transaction: fund it. The batch is sent again by itself.", ct).ConfigureAwait(false);
                    return false;
                default:
                    await _parts.Store.NoteAsync(batch, $"The chain refused the transaction for now: {refusal.Message}. The same bytes are sent again.", ct).ConfigureAwait(false);
                    return false;
            }
        }

        _parts.Reached(AnchorStep.SentUnrecorded);
        await _parts.Store.MarkSentAsync(batch, transaction, height, ct).ConfigureAwait(false);
        _parts.Reached(AnchorStep.Sent);
        return true;
    }
}
