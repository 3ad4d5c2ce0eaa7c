using Consortium.Integrity;

namespace Consortium.Ledger;

/// <summary>Signs transactions (EIP-155, EIP-2718, EIP-1559).</summary>
public static class TransactionSigner
{
    private const byte DynamicFeeType = 0x02;

    /// <summary>Signs a transaction with its sender's key.</summary>
    public static async ValueTask<SignedTransaction> SignAsync(LedgerTransaction transaction, ISigner signer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentNullException.ThrowIfNull(signer);
        Hash256 digest = Keccak256.Hash(Encode(transaction, null));
        RecoverableSignature signature = await signer.SignAsync(digest, cancellationToken).ConfigureAwait(false);
        byte[] raw = Encode(transaction, signature);
        return new SignedTransaction(Keccak256.Hash(raw), raw);
    }

    private static byte[] Encode(LedgerTransaction transaction, RecoverableSignature? signature) =>
        transaction.MaxPriorityFeePerGas is { } tip ? EncodeDynamicFee(transaction, tip, signature) : EncodeLegacy(transaction, signature);

    private static byte[] EncodeLegacy(LedgerTransaction transaction, RecoverableSignature? signature)
    {
        var rlp = new RlpWriter();
        using (rlp.List())
        {
            rlp.Integer(transaction.Nonce);
            rlp.Integer(transaction.GasPrice);
            rlp.Integer(transaction.GasLimit);
            rlp.Bytes(To(transaction));
            rlp.Integer(transaction.Value);
            rlp.Bytes(transaction.Data);
            if (signature is { } s)
            {
                rlp.Integer(((UInt128)transaction.ChainId * 2) + 35 + s.RecoveryId);
                rlp.Integer(s.R.Span);
                rlp.Integer(s.S.Span);
            }
            else
            {
                rlp.Integer(transaction.ChainId);
                rlp.Integer(0);
                rlp.Integer(0);
            }
        }

        return rlp.ToArray();
    }

    private static byte[] EncodeDynamicFee(LedgerTransaction transaction, UInt128 tip, RecoverableSignature? signature)
    {
        var rlp = new RlpWriter();
        using (rlp.List())
        {
            rlp.Integer(transaction.ChainId);
            rlp.Integer(transaction.Nonce);
            rlp.Integer(tip);
            rlp.Integer(transaction.GasPrice);
            rlp.Integer(transaction.GasLimit);
            rlp.Bytes(To(transaction));
            rlp.Integer(transaction.Value);
            rlp.Bytes(transaction.Data);
            using (rlp.List())
            {
                // no access list
            }

            if (signature is { } s)
            {
                rlp.Integer(s.RecoveryId);
                rlp.Integer(s.R.Span);
                rlp.Integer(s.S.Span);
            }
        }

        return [DynamicFeeType, .. rlp.ToArray()];
    }

    private static ReadOnlySpan<byte> To(LedgerTransaction transaction) => transaction.To is { } to ? to.ToArray() : default;
}
