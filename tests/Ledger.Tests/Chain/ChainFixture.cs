using Consortium.Integrity;

namespace Consortium.Ledger.Tests;

/// <summary>One development chain for a class of tests that may share one, with blocks on demand: a transaction, a block.</summary>
public sealed class ChainFixture : IAsyncLifetime
{
    private DevelopmentChain? _chain;
    private int _subject;

    public DevelopmentChain Chain => _chain!;

    public EthereumClient Client { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        _chain = await DevelopmentChain.StartAsync(new DevelopmentChainOptions { BlockTime = 0 });
        Client = new EthereumClient(_chain.Endpoint);
    }

    public async Task DisposeAsync()
    {
        await Client.DisposeAsync();
        await _chain!.DisposeAsync();
    }

    /// <summary>The time of the newest block.</summary>
    public async Task<DateTimeOffset> NowAsync() => DateTimeOffset.FromUnixTimeSeconds((long)(await Client.BlockAsync("latest"))!.Timestamp);

    /// <summary>Lets time pass on the chain and makes a block.</summary>
    public async Task AdvanceAsync(TimeSpan time)
    {
        await Client.InvokeAsync("evm_increaseTime", json => json.WriteNumberValue((long)time.TotalSeconds));
        await Client.InvokeAsync("evm_mine", _ => { });
    }

    /// <summary>A subject tag that no other test has.</summary>
    public Tag128 NewSubject()
    {
        byte[] tag = new byte[16];
        tag[0] = 1;
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(tag.AsSpan(12), Interlocked.Increment(ref _subject));
        return new Tag128(tag);
    }
}
