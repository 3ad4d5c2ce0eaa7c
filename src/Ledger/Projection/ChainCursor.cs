using Consortium.Integrity;

namespace Consortium.Ledger.Projection;

/// <summary>Up to where the projection has read, and what it was started on.</summary>
internal sealed record ChainCursor(
    ulong ChainId, string Contract, Hash256 CodeHash, ulong StartBlock, ulong UnitsPerSecond,
    ulong BlockNumber, Hash256 BlockHash, ulong BlockTime, DateTimeOffset FollowedAt, long Entries, long Batches)
{
    /// <summary>A time of this chain. The unit of <c>block.timestamp</c> differs between chains; the contract says which.</summary>
    public DateTimeOffset Time(ulong timestamp) => Time(timestamp, UnitsPerSecond);

    /// <inheritdoc cref="Time(ulong)"/>
    public static DateTimeOffset Time(ulong timestamp, ulong unitsPerSecond)
    {
        UInt128 milliseconds = (UInt128)timestamp * 1000 / unitsPerSecond;
        return milliseconds > (UInt128)DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.MaxValue
            : DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds);
    }
}
