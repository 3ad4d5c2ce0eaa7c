using Consortium.Integrity;
using Consortium.Ledger.Abi;

namespace Consortium.Ledger;

/// <summary>
/// A key on a chain that sends transactions and waits for them: for administration and tests. It keeps nothing on disk; what must
/// survive a crash goes through the anchor service. One account at a time should use a key.
/// </summary>
public sealed class LedgerAccount
{
    private readonly EthereumClient _client;
    private readonly ISigner _signer;
    private readonly TimeProvider _time;

    /// <summary>An account of a key.</summary>
    public LedgerAccount(EthereumClient client, ISigner signer, TimeProvider? timeProvider = null)
    {
        _client = client;
        _signer = signer;
        _time = timeProvider ?? TimeProvider.System;
    }

    /// <summary>Its address.</summary>
    public Address Address => _signer.Address;

    /// <summary>How long to wait for a transaction to be mined. Default: one minute.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How often to look. Default: a tenth of a second.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Sends a legacy transaction at the price that the node suggests, and waits until it is mined.</summary>
    /// <param name="to">The contract; null creates one.</param>
    /// <param name="data">Call data, or creation code with arguments.</param>
    /// <param name="cancellationToken">Gives up waiting; the transaction may be mined all the same.</param>
    /// <exception cref="ContractRevertException">The contract refused; nothing was sent, or what was sent reverted.</exception>
    /// <exception cref="TimeoutException">Not mined in time; the message has the hash.</exception>
    public async Task<TransactionReceipt> SendAsync(Address? to, byte[] data, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        ulong gas;
        try
        {
            gas = await _client.EstimateGasAsync(Address, to, data, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (RpcException e) when (ConsortiumLedgerContract.DescribeRevert(e) is { } error)
        {
            throw new ContractRevertException(error, e);
        }

        SignedTransaction signed = await SignAsync(to, data, gas + (gas / 4), cancellationToken).ConfigureAwait(false);
        await _client.SendRawTransactionAsync(signed.Raw, cancellationToken).ConfigureAwait(false);
        TransactionReceipt receipt = await WaitAsync(signed.Hash, cancellationToken).ConfigureAwait(false);
        return receipt.Succeeded ? receipt : throw await ExplainAsync(receipt, to, data, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Signs a transaction at the next nonce and the price that the node suggests, without sending it.</summary>
    public async Task<SignedTransaction> SignAsync(Address? to, byte[] data, ulong gasLimit, CancellationToken cancellationToken = default)
    {
        ulong chain = await _client.ChainIdAsync(cancellationToken).ConfigureAwait(false);
        ulong nonce = await _client.TransactionCountAsync(Address, "pending", cancellationToken).ConfigureAwait(false);
        UInt128 price = await _client.GasPriceAsync(cancellationToken).ConfigureAwait(false);
        return await TransactionSigner.SignAsync(new LedgerTransaction(chain, nonce, price, gasLimit, to, data), _signer, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Waits until a transaction is mined, whether or not it reverted.</summary>
    /// <exception cref="TimeoutException">Not mined in time.</exception>
    public async Task<TransactionReceipt> WaitAsync(Hash256 transaction, CancellationToken cancellationToken = default)
    {
        long started = _time.GetTimestamp();
        while (true)
        {
            if (await _client.ReceiptAsync(transaction, cancellationToken).ConfigureAwait(false) is { } receipt) return receipt;
            if (_time.GetElapsedTime(started) > Patience)
            {
                throw new TimeoutException($"Transaction 0x{transaction} was not mined in {Patience}. It may still be; ask for its receipt before sending anything else.");
            }

            await Task.Delay(PollInterval, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<Exception> ExplainAsync(TransactionReceipt receipt, Address? to, byte[] data, CancellationToken cancellationToken)
    {
        // The estimate passed and the transaction reverted, so another one came between. The same call on the state after it says why.
        if (to is { } contract)
        {
            try
            {
                await _client.CallAsync(contract, data, Address, receipt.BlockNumber, cancellationToken).ConfigureAwait(false);
            }
            catch (RpcException e) when (ConsortiumLedgerContract.DescribeRevert(e) is { } error)
            {
                return new ContractRevertException(error, e);
            }
        }

        return new ContractRevertException(new ContractError("Reverted", [new("transaction", "0x" + receipt.TransactionHash)]));
    }
}
