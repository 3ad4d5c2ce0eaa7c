using System.Text.Json;
using Consortium.Integrity;
using Consortium.Ledger;

namespace Consortium.Audit;

/// <summary>Where a custodian's chained head stood when a regulator replayed the trail: from the <c>verdict.json</c> of an earlier replay.</summary>
/// <param name="ChainId">EIP-155 chain id.</param>
/// <param name="Contract">The ledger contract.</param>
/// <param name="LastBlock">The last block replayed.</param>
/// <param name="LastBlockHash">Its name.</param>
/// <param name="LastBlockTime">Its time.</param>
/// <param name="Heads">Each custodian's number of entries and head.</param>
public sealed record Checkpoint(ulong ChainId, Address Contract, ulong LastBlock, Hash256 LastBlockHash, DateTimeOffset LastBlockTime, IReadOnlyDictionary<Address, (ulong Entries, Hash256 Head)> Heads)
{
    /// <summary>Whether that replay proved every entry, itself or through the replays that it went on from: only then may another go on from it.</summary>
    public bool ProvesAll { get; init; }

    /// <summary>Reads the verdict of a replay.</summary>
    /// <exception cref="FormatException">It is none, or one that found the trail tampered with.</exception>
    public static Checkpoint Parse(ReadOnlyMemory<byte> verdict)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(verdict);
            JsonElement root = document.RootElement, chain = root.GetProperty("chain");
            if (root.GetProperty("verdict").GetString() == "tampered") throw new FormatException("The replay found the trail tampered with: it is no checkpoint.");
            return new Checkpoint(
                chain.GetProperty("id").GetUInt64(), Address.Parse(root.GetProperty("contract").GetProperty("address").GetString()!),
                chain.GetProperty("lastBlock").GetUInt64(), Hash256.Parse(chain.GetProperty("lastBlockHash").GetString()!), chain.GetProperty("lastBlockTime").GetDateTimeOffset(),
                root.GetProperty("custodians").EnumerateArray().ToDictionary(
                    one => Address.Parse(one.GetProperty("address").GetString()!),
                    one => (one.GetProperty("entries").GetUInt64(), Hash256.Parse(one.GetProperty("head").GetString()!))))
            {
                ProvesAll = root.GetProperty("verdict").GetString() == "intact" && root.GetProperty("complete").GetBoolean()
                    && (!root.TryGetProperty("sample", out JsonElement sample) || sample.GetProperty("ofEarlierOnly").GetBoolean()),
            };
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException or OverflowException)
        {
            throw new FormatException("It is no verdict.json of a replay.", e);
        }
    }
}
