namespace Consortium.AnchorService;

/// <summary>How an anchoring transaction pays. Prices are in wei per gas. Pure decisions: no I/O.</summary>
public sealed record FeePolicy
{
    private const ulong Gwei = 1_000_000_000;

    /// <summary>A price that is always used, 0 on a zero-gas consortium chain; null: the node's suggestion counts.</summary>
    public UInt128? FixedGasPrice { get; init; }

    /// <summary>Added to the node's suggestion, so that a slowly rising price does not strand the transaction.</summary>
    public int PercentAboveSuggested { get; init; } = 20;

    /// <summary>By how much a replacement outbids what it replaces; nodes ask for at least 10 percent.</summary>
    public int ReplacementPercent { get; init; } = 25;

    /// <summary>No transaction bids more than this; while the network asks for more, the batch waits and the status says so.</summary>
    public UInt128 MaximumGasPrice { get; init; } = 1000 * (UInt128)Gwei;

    /// <summary>After this many blocks without being mined a transaction is sent again or replaced.</summary>
    public int StuckAfterBlocks { get; init; } = 6;

    /// <summary>Gas limit of a batch apart from its entries.</summary>
    public ulong GasBase { get; init; } = 250_000;

    /// <summary>Gas limit for each entry: room over what the contract was measured to use, calldata floor of EIP-7623 included.</summary>
    public ulong GasPerEntry { get; init; } = 6_000;

    /// <summary>The gas limit of a batch. Not an estimate by the node: a batch behind others in the pipeline cannot be simulated yet.</summary>
    public ulong GasLimit(int entries) => GasBase + GasPerEntry * (ulong)entries;

    /// <summary>The price of a first transaction.</summary>
    public UInt128 FirstPrice(UInt128 suggested) =>
        FixedGasPrice ?? UInt128.Min(suggested * (UInt128)(100 + PercentAboveSuggested) / 100, MaximumGasPrice);

    /// <summary>The price of a replacement, or null where the policy allows none: a fixed price, or the maximum is reached.</summary>
    public UInt128? ReplacementPrice(UInt128 previous, UInt128 suggested)
    {
        if (FixedGasPrice is not null) return null;
        UInt128 outbid = (previous * (UInt128)(100 + ReplacementPercent) + 99) / 100;
        UInt128 price = UInt128.Max(outbid, FirstPrice(suggested));
        return price > previous && price <= MaximumGasPrice ? price : null;
    }
}
