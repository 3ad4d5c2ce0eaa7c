using System.Text.Json;
using Consortium.Integrity;

namespace Consortium.Ledger;

/// <summary>A block's header, and the names of its transactions.</summary>
/// <param name="Number">Its height.</param>
/// <param name="Hash">Its name.</param>
/// <param name="ParentHash">The name of the block before it.</param>
/// <param name="Timestamp">When it was made, in the chain's own unit (seconds on most chains, milliseconds on some).</param>
/// <param name="BaseFeePerGas">EIP-1559 base fee in wei; null on a chain without it.</param>
/// <param name="GasUsed">Gas that its transactions used.</param>
/// <param name="GasLimit">Most gas that fits.</param>
/// <param name="Transactions">Hashes, in order.</param>
public sealed record Block(
    ulong Number, Hash256 Hash, Hash256 ParentHash, ulong Timestamp, UInt128? BaseFeePerGas, ulong GasUsed, ulong GasLimit, IReadOnlyList<Hash256> Transactions)
{
    internal static Block Read(JsonElement element) => new(
        Quantity.ReadUInt64(element.Member("number")),
        Quantity.ReadHash(element.Member("hash")),
        Quantity.ReadHash(element.Member("parentHash")),
        Quantity.ReadUInt64(element.Member("timestamp")),
        element.OptionalMember("baseFeePerGas") is { } fee ? Quantity.ReadUInt128(fee) : null,
        Quantity.ReadUInt64(element.Member("gasUsed")),
        Quantity.ReadUInt64(element.Member("gasLimit")),
        [.. element.Member("transactions").EnumerateArray().Select(Quantity.ReadHash)]);
}
