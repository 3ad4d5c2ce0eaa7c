using Consortium.Ledger;

namespace Consortium.AnchorService;

/// <summary>What the anchor service of one custodian needs to know. One service writes for one signing key.</summary>
public sealed record AnchorOptions
{
    /// <summary>The store of the service's own tables, as <c>sqlite:FILE</c> or <c>postgres://…</c>.</summary>
    public required string Store { get; init; }

    /// <summary>JSON-RPC endpoints of the chain, the preferred one first; the client fails over between them.</summary>
    public required IReadOnlyList<Uri> Endpoints { get; init; }

    /// <summary>The ledger contract.</summary>
    public required Address Contract { get; init; }

    /// <summary>The block of the contract's deployment: where a search for the custodian's batches starts.</summary>
    public ulong DeployedAtBlock { get; init; }

    /// <summary>The custodian's key: its address is the custodian that the entries belong to.</summary>
    public required ISigner Signer { get; init; }

    /// <summary>The EIP-155 chain id that the endpoints must have; null: the one met at the first start is kept and held to.</summary>
    public ulong? ChainId { get; init; }

    /// <summary>Keccak-256 of the contract's code on the chain; null: the one met at the first start is kept and held to.</summary>
    public Integrity.Hash256? ContractCodeHash { get; init; }

    /// <summary>A batch closes at this many entries.</summary>
    public int BatchEntries { get; init; } = 500;

    /// <summary>A batch closes before its transaction passes this many bytes. Nodes commonly refuse more than 128 KiB.</summary>
    public int TransactionBytes { get; init; } = 128 * 1024;

    /// <summary>A batch closes when its oldest entry has waited this long.</summary>
    public TimeSpan BatchAge { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How many batches may be under way (planned and not yet final) at once, in nonce order.</summary>
    public int PipelineDepth { get; init; } = 4;

    /// <summary>Blocks, its own included, after which a batch is final. 1 fits a chain with instant finality.</summary>
    public int Confirmations { get; init; } = 1;

    /// <summary>For how many further blocks a final batch's block hash is compared with the chain again.</summary>
    public int RecheckBlocks { get; init; } = 64;

    /// <summary>The rhythm at which transactions under way are looked up.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How the gas limit and the gas price are chosen.</summary>
    public FeePolicy Fees { get; init; } = new();

    /// <summary>
    /// For the first start after the service's tables were lost for good: take the custodian's batches from the chain into the empty tables,
    /// instead of stopping. Nothing else may still write with this key.
    /// </summary>
    public bool AdoptChain { get; init; }

    /// <summary>The most entries that both limits allow in one batch.</summary>
    internal int LargestBatch => Math.Min(BatchEntries, (TransactionBytes - TransactionOverhead) / Integrity.IndexEntry.PackedLength);

    /// <summary>Room in a transaction for its envelope, the selector and the three ABI head words of <c>anchor</c>.</summary>
    private const int TransactionOverhead = 512;

    /// <summary>Checks ranges.</summary>
    /// <exception cref="ArgumentException">The message names the key.</exception>
    public void Validate()
    {
        Require(Endpoints.Count > 0, nameof(Endpoints), "needs at least one chain endpoint");
        Require(BatchEntries is > 0 and <= 4096, nameof(BatchEntries), "is from 1 to 4096");
        Require(TransactionBytes is >= 1024 and <= 1024 * 1024, nameof(TransactionBytes), "is from 1024 to 1048576");
        Require(BatchAge > TimeSpan.Zero, nameof(BatchAge), "is longer than zero");
        Require(PipelineDepth is > 0 and <= 64, nameof(PipelineDepth), "is from 1 to 64");
        Require(Confirmations > 0, nameof(Confirmations), "is at least 1");
        Require(RecheckBlocks >= 0, nameof(RecheckBlocks), "is not negative");
        Require(PollInterval > TimeSpan.Zero, nameof(PollInterval), "is longer than zero");
        Require(Fees.StuckAfterBlocks > 0, "Fees:StuckAfterBlocks", "is at least 1");
        Require(Fees.ReplacementPercent >= 10, "Fees:ReplacementPercent", "is at least 10, which nodes ask for");
    }

    private static void Require(bool good, string key, string rule)
    {
        if (!good) throw new ArgumentException($"Anchor:{key} {rule}.");
    }
}
