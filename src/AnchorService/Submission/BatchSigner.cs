using Consortium.AnchorService.Store;
using Consortium.AnchorService.Writing;
using Consortium.Integrity;
using Consortium.Ledger;

namespace Consortium.AnchorService.Submission;

/// <summary>
/// Gives a batch its transaction. The nonce is taken here and not when the batch is planned, so that a remote signer that is away leaves no
/// gap, and no database transaction stays open while it thinks. A process that dies before the signed bytes are persisted
/// has sent nothing; after that, only these bytes are ever sent for this nonce and price.
/// </summary>
internal sealed class BatchSigner
{
    private readonly WriterParts _parts;

    public BatchSigner(WriterParts parts) => _parts = parts;

    /// <summary>Signs and persists the first transaction of a planned batch at the next free nonce.</summary>
    public async Task SignAsync(AnchorBatch batch, ulong chainId, CancellationToken ct)
    {
        _parts.Reached(AnchorStep.Signing);
        ulong inChain = await _parts.Client.TransactionCountAsync(_parts.Custodian, "pending", ct).ConfigureAwait(false);
        ulong? ours = await _parts.Store.HighestNonceAsync(ct).ConfigureAwait(false);
        ulong nonce = ours is { } highest && highest >= inChain ? highest + 1 : inChain;
        UInt128 price = _parts.Options.Fees.FirstPrice(await _parts.Client.GasPriceAsync(ct).ConfigureAwait(false));
        await SignAndPersistAsync(batch, chainId, nonce, price, AnchorStep.Persisted, ct).ConfigureAwait(false);
    }

    /// <summary>
    /// Signs and persists a replacement that outbids <paramref name="previous"/> at its nonce.
    /// </summary>
    /// <returns>False where the fee policy allows no higher price; the batch then waits, with a note.</returns>
    public async Task<bool> ReplaceAsync(AnchorBatch batch, AnchorTransaction previous, ulong chainId, CancellationToken ct)
    {
        _parts.Reached(AnchorStep.Replacing);
        UInt128 suggested = await _parts.Client.GasPriceAsync(ct).ConfigureAwait(false);
        if (_parts.Options.Fees.ReplacementPrice(previous.GasPrice, suggested) is not { } price)
        {
            await _parts.Store.NoteAsync(
                batch, $"The network asks for a higher fee than the policy allows ({previous.GasPrice} wei per gas bid, {suggested} suggested). Raise Anchor:Fees:MaximumGasPrice, or wait.", ct)
                .ConfigureAwait(false);
            return false;
        }

        await SignAndPersistAsync(batch, chainId, previous.Nonce, price, AnchorStep.ReplacementPersisted, ct).ConfigureAwait(false);
        _parts.Meters.Replaced();
        return true;
    }

    private async Task SignAndPersistAsync(AnchorBatch batch, ulong chainId, ulong nonce, UInt128 price, AnchorStep persisted, CancellationToken ct)
    {
        byte[] packed = await _parts.Store.PackedAsync(batch, ct).ConfigureAwait(false);
        ulong gasLimit = _parts.Options.Fees.GasLimit(batch.Count);
        byte[] data = _parts.Contract.EncodeAnchor(batch.FirstSequence, batch.Root, packed);
        var transaction = new LedgerTransaction(chainId, nonce, price, gasLimit, _parts.Options.Contract, data);
        SignedTransaction signed = await TransactionSigner.SignAsync(transaction, _parts.Options.Signer, ct).ConfigureAwait(false);
        _parts.Reached(AnchorStep.SignedInMemory);
        await _parts.Store.AddTransactionAsync(
            batch, new AnchorTransaction(signed.Hash, batch.FirstSequence, nonce, price, gasLimit, null, null), signed.Raw, ct).ConfigureAwait(false);
        _parts.Reached(persisted);
    }
}
