using System.Text.Json;
using Consortium.Integrity;

namespace Consortium.Ledger;

/// <summary>
/// A block's header as a node gave it, member by member in hexadecimal, to be kept and hashed again elsewhere. On chains that hash headers as Ethereum does (Yellow Paper 4.3 and the
/// EIPs that added members: 1559, 4895, 4844, 4788, 7685) its Keccak-256 is the block's name; QBFT chains leave seals out and FISCO BCOS hashes otherwise, and there it is only a copy.
/// </summary>
public sealed class BlockHeader
{
    // In the order in which they are hashed. What is a quantity loses its leading zeros there, what is data does not.
    private static readonly (string Name, bool IsQuantity)[] s_members =
    [
        ("parentHash", false), ("sha3Uncles", false), ("miner", false), ("stateRoot", false), ("transactionsRoot", false), ("receiptsRoot", false), ("logsBloom", false), ("difficulty", true),
        ("number", true), ("gasLimit", true), ("gasUsed", true), ("timestamp", true), ("extraData", false), ("mixHash", false), ("nonce", false),
        ("baseFeePerGas", true), ("withdrawalsRoot", false), ("blobGasUsed", true), ("excessBlobGas", true), ("parentBeaconBlockRoot", false), ("requestsHash", false),
    ];

    private readonly Dictionary<string, string> _members;

    private BlockHeader(Dictionary<string, string> members) => _members = members;

    /// <summary>The members that the node gave, by the names of Ethereum's JSON-RPC, in the order in which they are hashed.</summary>
    public IEnumerable<KeyValuePair<string, string>> Members => s_members.Where(member => _members.ContainsKey(member.Name)).Select(member => KeyValuePair.Create(member.Name, _members[member.Name]));

    /// <summary>The height.</summary>
    public ulong Number => Convert.ToUInt64(_members["number"], 16);

    /// <summary>When it was made, in the chain's own unit.</summary>
    public ulong Timestamp => Convert.ToUInt64(_members["timestamp"], 16);

    /// <summary>Reads a header from the members of a block; others are left out.</summary>
    /// <exception cref="FormatException">Number or time is missing, or a member is no hexadecimal text.</exception>
    public static BlockHeader Read(JsonElement block)
    {
        var members = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string name, bool isQuantity) in s_members)
        {
            if (block.OptionalMember(name) is not { } member) continue;
            string text = member.ValueKind == JsonValueKind.String ? member.GetString()! : throw new FormatException($"The block's '{name}' is no text.");
            if (!(isQuantity ? Bytes(text, true) is not null : Quantity.TryBytes(text, out _))) throw new FormatException($"The block's '{name}' is no hexadecimal value.");
            members.Add(name, text);
        }

        foreach (string needed in (string[])["number", "timestamp"])
        {
            if (!members.TryGetValue(needed, out string? text) || text.Length > 18) throw new FormatException($"The block has no {needed} of at most 64 bits.");
        }

        return new BlockHeader(members);
    }

    /// <summary>Keccak-256 of the header in Ethereum's form.</summary>
    public Hash256 ComputeHash()
    {
        var rlp = new RlpWriter();
        using (rlp.List())
        {
            foreach ((string name, bool isQuantity) in s_members)
            {
                if (_members.TryGetValue(name, out string? text)) rlp.Bytes(Bytes(text, isQuantity)!);
            }
        }

        return Keccak256.Hash(rlp.ToArray());
    }

    private static byte[]? Bytes(string text, bool isQuantity)
    {
        if (isQuantity && text.StartsWith("0x", StringComparison.Ordinal) && text.Length % 2 == 1) text = "0x0" + text[2..];
        if (!Quantity.TryBytes(text, out byte[] bytes) || (isQuantity && bytes.Length is 0 or > 32)) return null;
        return isQuantity ? bytes.AsSpan().TrimStart((byte)0).ToArray() : bytes;
    }
}
