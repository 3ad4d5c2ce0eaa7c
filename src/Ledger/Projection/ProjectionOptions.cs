namespace Consortium.Ledger;

/// <summary>How the projection follows the chain.</summary>
public sealed record ProjectionOptions
{
    /// <summary>A block is read when it has this many confirmations, its own included. 1 reads the newest one; a reorganisation is rolled back in any case.</summary>
    public int Confirmations { get; init; } = 1;

    /// <summary>How often the chain is asked for new blocks.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The most blocks that are read at once while catching up.</summary>
    public int MostBlocksAtOnce { get; init; } = 2000;

    /// <summary>How many hashes of read blocks are kept to find the common ancestor after a reorganisation; a deeper one reads everything again.</summary>
    public int KeptBlocks { get; init; } = 256;
}
