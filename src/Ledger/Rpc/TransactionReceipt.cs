using System.Text.Json;
using Consortium.Integrity;

namespace Consortium.Ledger;

/// <summary>What became of a mined transaction.</summary>
/// <param name="TransactionHash">The transaction.</param>
/// <param name="BlockNumber">The block that holds it.</param>
/// <param name="BlockHash">That block's name.</param>
/// <param name="TransactionIndex">Its place in the block.</param>
/// <param name="Succeeded">False where it reverted; it is mined and its nonce is used all the same.</param>
/// <param name="GasUsed">Gas that it used.</param>
/// <param name="EffectiveGasPrice">Wei paid a gas; zero where the chain does not tell.</param>
/// <param name="ContractAddress">The contract that it created.</param>
/// <param name="Logs">Its events.</param>
public sealed record TransactionReceipt(
    Hash256 TransactionHash, ulong BlockNumber, Hash256 BlockHash, ulong TransactionIndex, bool Succeeded,
    ulong GasUsed, UInt128 EffectiveGasPrice, Address? ContractAddress, IReadOnlyList<LogEntry> Logs)
{
    internal static TransactionReceipt? Read(JsonElement element, Hash256 wanted)
    {
        if (element.ValueKind == JsonValueKind.Null) return null;
        var receipt = new TransactionReceipt(
            Quantity.ReadHash(element.Member("transactionHash")),
            Quantity.ReadUInt64(element.Member("blockNumber")),
            Quantity.ReadHash(element.Member("blockHash")),
            Quantity.ReadUInt64(element.Member("transactionIndex")),
            Quantity.ReadUInt64(element.Member("status")) == 1,
            Quantity.ReadUInt64(element.Member("gasUsed")),
            element.OptionalMember("effectiveGasPrice") is { } price ? Quantity.ReadUInt128(price) : UInt128.Zero,
            element.OptionalMember("contractAddress") is { } created ? Quantity.ReadAddress(created) : null,
            [.. element.Member("logs").EnumerateArray().Select(LogEntry.Read)]);
        return receipt.TransactionHash == wanted ? receipt : throw new FormatException("The receipt is another transaction's.");
    }
}

/// <summary>A transaction that a node knows, mined or waiting.</summary>
/// <param name="Hash">Its name.</param>
/// <param name="From">Its sender.</param>
/// <param name="Nonce">Its nonce.</param>
/// <param name="To">The callee; null where it creates a contract.</param>
/// <param name="Data">Its call data.</param>
/// <param name="BlockNumber">The block that holds it; null while it waits.</param>
/// <param name="BlockHash">That block's name; null while it waits.</param>
public sealed record KnownTransaction(Hash256 Hash, Address From, ulong Nonce, Address? To, byte[] Data, ulong? BlockNumber, Hash256? BlockHash)
{
    internal static KnownTransaction? Read(JsonElement element, Hash256 wanted)
    {
        if (element.ValueKind == JsonValueKind.Null) return null;
        var transaction = new KnownTransaction(
            Quantity.ReadHash(element.Member("hash")),
            Quantity.ReadAddress(element.Member("from")),
            Quantity.ReadUInt64(element.Member("nonce")),
            element.OptionalMember("to") is { } to ? Quantity.ReadAddress(to) : null,
            Quantity.ReadBytes(element.Member("input")),
            element.OptionalMember("blockNumber") is { } number ? Quantity.ReadUInt64(number) : null,
            element.OptionalMember("blockHash") is { } hash ? Quantity.ReadHash(hash) : null);
        return transaction.Hash == wanted ? transaction : throw new FormatException("The transaction is another one.");
    }
}
