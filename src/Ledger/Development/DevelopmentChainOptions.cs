namespace Consortium.Ledger;

/// <summary>How the development chain runs.</summary>
public sealed record DevelopmentChainOptions
{
    /// <summary>TCP port on the loopback interface; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>Where the chain's state is kept between runs; null forgets it.</summary>
    public string? StateFile { get; init; }

    /// <summary>How often the state is written while running, so that a crash loses little; it is always written on a stop.</summary>
    public TimeSpan StateInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Seconds between blocks; 0 makes a block for each transaction, which gets slow after some thousand blocks.</summary>
    public int BlockTime { get; init; } = 1;

    /// <summary>The rules of the EVM: <c>london</c>, <c>prague</c> …</summary>
    public string Hardfork { get; init; } = "prague";

    /// <summary>EIP-155 chain id.</summary>
    public ulong ChainId { get; init; } = 31337;

    /// <summary>Most gas a block; null for the program's default (30 million).</summary>
    public ulong? BlockGasLimit { get; init; }

    /// <summary>How long to wait until it answers.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(20);
}
