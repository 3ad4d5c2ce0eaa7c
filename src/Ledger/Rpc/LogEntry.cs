using System.Text.Json;
using Consortium.Integrity;

namespace Consortium.Ledger;

/// <summary>An event as the chain keeps it.</summary>
/// <param name="Address">The contract that emitted it.</param>
/// <param name="Topics">The event's name and its indexed arguments.</param>
/// <param name="Data">Its other arguments, encoded.</param>
/// <param name="BlockNumber">The block.</param>
/// <param name="BlockHash">The block's name: another one at the same height means that the chain was reorganised.</param>
/// <param name="TransactionHash">The transaction.</param>
/// <param name="TransactionIndex">The transaction's place in the block.</param>
/// <param name="LogIndex">Its place among all events of the block.</param>
public sealed record LogEntry(
    Address Address, IReadOnlyList<Hash256> Topics, byte[] Data,
    ulong BlockNumber, Hash256 BlockHash, Hash256 TransactionHash, ulong TransactionIndex, ulong LogIndex)
{
    internal static LogEntry Read(JsonElement element)
    {
        if (element.OptionalMember("removed") is { ValueKind: JsonValueKind.True }) throw new FormatException("The log belongs to a block that was reorganised away.");
        return new LogEntry(
            Quantity.ReadAddress(element.Member("address")),
            [.. element.Member("topics").EnumerateArray().Select(Quantity.ReadHash)],
            Quantity.ReadBytes(element.Member("data")),
            Quantity.ReadUInt64(element.Member("blockNumber")),
            Quantity.ReadHash(element.Member("blockHash")),
            Quantity.ReadHash(element.Member("transactionHash")),
            Quantity.ReadUInt64(element.Member("transactionIndex")),
            Quantity.ReadUInt64(element.Member("logIndex")));
    }
}

/// <summary>Which events to read: those of one contract in a range of blocks, both ends included.</summary>
/// <param name="Address">The contract.</param>
/// <param name="FromBlock">First block.</param>
/// <param name="ToBlock">Last block.</param>
public sealed record LogFilter(Address Address, ulong FromBlock, ulong ToBlock)
{
    /// <summary>By position, what a topic may be; null or empty where it does not matter.</summary>
    public IReadOnlyList<IReadOnlyList<Hash256>?> Topics { get; init; } = [];

    internal bool Matches(LogEntry log)
    {
        if (log.Address != Address || log.BlockNumber < FromBlock || log.BlockNumber > ToBlock) return false;
        for (int i = 0; i < Topics.Count; i++)
        {
            if (Topics[i] is { Count: > 0 } wanted && (log.Topics.Count <= i || !wanted.Contains(log.Topics[i]))) return false;
        }

        return true;
    }

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("address", Address.ToString());
        json.WriteString("fromBlock", Quantity.Write(FromBlock));
        json.WriteString("toBlock", Quantity.Write(ToBlock));
        if (Topics.Count > 0)
        {
            json.WriteStartArray("topics");
            foreach (IReadOnlyList<Hash256>? wanted in Topics)
            {
                if (wanted is not { Count: > 0 })
                {
                    json.WriteNullValue();
                    continue;
                }

                json.WriteStartArray();
                foreach (Hash256 topic in wanted) json.WriteStringValue(Quantity.Write(topic.Span));
                json.WriteEndArray();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
