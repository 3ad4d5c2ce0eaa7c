using System.Numerics;
using Consortium.Integrity;
using Consortium.Ledger.Abi;

namespace Consortium.Ledger;

/// <summary>Turns the contract's logs into typed events.</summary>
internal static class LedgerEventDecoder
{
    public static LedgerEvent? Decode(LogEntry log)
    {
        if (log.Topics.Count == 0 || CompiledContract.Interface.EventByTopic(log.Topics[0]) is not { } @event) return null;
        object[] v = @event.Decode(log.Topics, log.Data);
        var at = new LedgerPosition(log.BlockNumber, log.BlockHash, log.TransactionHash, log.LogIndex);
        return @event.Name switch
        {
            "BatchAnchored" => ReadBatch(at, v),
            "MemberChanged" => new MemberChanged(at, (Address)v[0], ContractValues.Role(v[1]), (bool)v[2], ContractValues.Optional((Address)v[3]), (string)v[4], (string)v[5]),
            "ResidentRegistered" => new ResidentRegistered(at, (Address)v[0], ContractValues.Tag(v[1]), (Address)v[2]),
            "ResidentRemoved" => new ResidentRemoved(at, (Address)v[0], ContractValues.Tag(v[1]), (Address)v[2]),
            "Granted" => new Granted(
                at, ContractValues.Tag(v[0]), (Address)v[1], (Address)v[2], new KindSet((BigInteger)v[3]), ContractValues.View(v[4]), ContractValues.Time(v[5]), ContractValues.Hash(v[6])),
            "Revoked" => new Revoked(at, ContractValues.Tag(v[0]), (Address)v[1], (Address)v[2], ContractValues.Hash(v[3])),
            "Attested" => new Attested(at, (Address)v[0], (Address)v[1], (ulong)v[2], ContractValues.Hash(v[3])),
            "RecordPublished" => new RecordPublished(at, (Address)v[0], (ulong)v[1], (byte[])v[2], ContractValues.Keys(v[3])),
            "KeysWrapped" => new KeysWrapped(at, (Address)v[0], (ulong)v[1], ContractValues.Keys(v[2])),
            "Proposed" => new GovernanceStepTaken(at, GovernanceStep.Proposed, ContractValues.Narrow(v[0]), (Address)v[1]),
            "Approved" => new GovernanceStepTaken(at, GovernanceStep.Approved, ContractValues.Narrow(v[0]), (Address)v[1]),
            "ApprovalWithdrawn" => new GovernanceStepTaken(at, GovernanceStep.ApprovalWithdrawn, ContractValues.Narrow(v[0]), (Address)v[1]),
            "Executed" => new GovernanceStepTaken(at, GovernanceStep.Executed, ContractValues.Narrow(v[0]), (Address)v[1]),
            "ThresholdChanged" => new ThresholdChanged(at, ContractValues.Narrow(v[0])),
            _ => null,
        };
    }

    private static BatchAnchored ReadBatch(LedgerPosition at, object[] v)
    {
        ulong count = (ulong)v[2];
        byte[] entries = (byte[])v[6];
        if ((ulong)entries.Length != checked(count * IndexEntry.PackedLength)) throw new FormatException("A BatchAnchored event counts other entries than it holds.");
        return new BatchAnchored(at, (Address)v[0], (ulong)v[1], count, ContractValues.Hash(v[3]), ContractValues.Hash(v[4]), ContractValues.Narrow(v[5]), entries);
    }
}

/// <summary>Reads decoded ABI values as the contract means them.</summary>
internal static class ContractValues
{
    public static Hash256 Hash(object value) => new((byte[])value);

    public static Tag128 Tag(object value) => new((byte[])value);

    public static Address? Optional(Address address) => address == Address.Zero ? null : address;

    public static ulong Narrow(object value)
    {
        var wide = (BigInteger)value;
        return wide <= ulong.MaxValue ? (ulong)wide : throw new FormatException("The number is larger than 64 bits.");
    }

    public static MemberRole Role(object value) => (ulong)value <= (ulong)MemberRole.Regulator
        ? (MemberRole)(int)(ulong)value
        : throw new FormatException($"{value} is no role.");

    public static LedgerView View(object value) => (ulong)value <= (ulong)LedgerView.Regulator
        ? (LedgerView)(int)(ulong)value
        : throw new FormatException($"{value} is no view.");

    /// <summary>Seconds since 1970; what lies beyond the year 9999 is read as that, because a grant may well say "for ever".</summary>
    public static DateTimeOffset Time(object value)
    {
        long latest = DateTimeOffset.MaxValue.ToUnixTimeSeconds();
        return DateTimeOffset.FromUnixTimeSeconds((long)Math.Min((ulong)value, (ulong)latest));
    }

    public static IReadOnlyList<WrappedKey> Keys(object value) =>
        [.. ((object[])value).Cast<object[]>().Select(k => new WrappedKey((Address)k[0], (byte[])k[1]))];

    public static Member Member(Address account, object[] v) => new(
        account, Role(v[0]), (bool)v[1], (string)v[6], (string)v[7], (ulong)v[2], Optional((Address)v[5]));
}
