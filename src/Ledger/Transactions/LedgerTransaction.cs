using Consortium.Integrity;

namespace Consortium.Ledger;

/// <summary>
/// An unsigned transaction. Legacy with EIP-155 replay protection by default, which every consortium chain takes;
/// of type 2 (EIP-1559) where <see cref="MaxPriorityFeePerGas"/> is set.
/// </summary>
/// <param name="ChainId">EIP-155 chain id.</param>
/// <param name="Nonce">The sender's count of earlier transactions.</param>
/// <param name="GasPrice">Wei a gas; for type 2 the most that is paid in all. Zero on a zero-gas chain.</param>
/// <param name="GasLimit">Most gas to use.</param>
/// <param name="To">The callee; null creates a contract from <paramref name="Data"/>.</param>
/// <param name="Data">Call data, or a contract's creation code and constructor arguments.</param>
public sealed record LedgerTransaction(ulong ChainId, ulong Nonce, UInt128 GasPrice, ulong GasLimit, Address? To, byte[] Data)
{
    /// <summary>Wei to send along.</summary>
    public UInt128 Value { get; init; }

    /// <summary>The tip of an EIP-1559 transaction; null for a legacy one.</summary>
    public UInt128? MaxPriorityFeePerGas { get; init; }
}

/// <summary>A transaction ready to be sent, and sent again, as the same bytes.</summary>
/// <param name="Hash">Its name on the chain.</param>
/// <param name="Raw">The bytes for <c>eth_sendRawTransaction</c>.</param>
public sealed record SignedTransaction(Hash256 Hash, byte[] Raw);
