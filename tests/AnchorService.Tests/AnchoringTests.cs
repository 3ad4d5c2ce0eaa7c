using Consortium.AnchorService.Status;
using Consortium.Integrity;
using Consortium.Ledger;
using Consortium.Messaging;
using Consortium.Storage;
using Consortium.Testing;

namespace Consortium.AnchorService.Tests;

[Collection(ChainCollection.Name)]
public sealed class AnchoringTests(AnvilFixture fixture)
{
    [Theory]
    [MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task Drain_ThreeMessages_EveryEntryOnceInOrderWithReceipts(Dialect dialect)
    {
        await using AnchorWorld world = await AnchorWorld.CreateAsync(fixture.Chain, dialect);
        IndexEntry[] entries = world.Entries(11);
        await using RunningAnchor anchor = await world.StartAsync();
        await anchor.AcceptAsync(entries[..5]);
        await anchor.AcceptAsync(entries[5..6]);
        await anchor.AcceptAsync(entries[6..]);

        await anchor.DrainAsync();

        IReadOnlyList<BatchAnchored> onChain = await world.OnChainAsync();
        Assert.Equal([4UL, 4UL, 3UL], onChain.Select(batch => batch.Count));
        Assert.Equal(entries, onChain.SelectMany(batch => IndexEntry.Unpack(batch.Entries)));
        IReadOnlyList<RecordsAnchored> published = await world.PublishedAsync();
        Assert.Equal([0UL, 4UL, 8UL], published.Select(receipt => receipt.FirstSequence));
        foreach ((BatchAnchored batch, RecordsAnchored receipt) in onChain.Zip(published))
        {
            Assert.Equal(batch.Root.ToString(), receipt.Root);
            Assert.Equal(batch.Head.ToString(), receipt.Head);
            Assert.Equal(batch.TransactionHash.ToString(), receipt.TransactionHash);
            Assert.Equal(batch.BlockHash.ToString(), receipt.BlockHash);
            Assert.Equal(batch.BlockNumber, receipt.BlockNumber);
            Assert.Equal(batch.Timestamp, receipt.BlockTimestamp);
            Assert.Equal(batch.Entries, receipt.Entries);
            Assert.Equal(world.Hospital.Address.ToString(), receipt.Custodian);
            Assert.Equal(31337UL, receipt.ChainId);
            Assert.Equal(world.Options.Contract.ToString(), receipt.Contract);
        }

        AnchorStatus status = await anchor.StatusAsync();
        Assert.Equal((0, 0, 11, 11UL), (status.Pending, status.UnderWay, status.Anchored, status.NextSequence));
        Assert.Equal(3, status.BatchesByState[BatchState.Final]);
        Assert.All(status.Batches, batch => Assert.InRange(batch.GasPerEntry!.Value, 1, 100_000));
        Assert.Null(status.OldestUnanchoredSince);
    }

    [Fact]
    public async Task Round_SeveralBatchesDue_AreInFlightTogetherUpToThePipelinesDepth()
    {
        await using AnchorWorld world = await AnchorWorld.CreateAsync(fixture.Chain, Dialect.Sqlite);
        world.Options = world.Options with { PipelineDepth = 3 };
        await using RunningAnchor anchor = await world.StartAsync();
        await anchor.AcceptAsync(world.Entries(20));

        await anchor.RoundAsync();

        AnchorStatus status = await anchor.StatusAsync();
        Assert.Equal(3, status.BatchesByState[BatchState.Sent]);
        Assert.Equal(8, status.Pending);
        await fixture.Chain.MineAsync();
        Assert.Equal(3, (await world.OnChainAsync()).Count);
        await anchor.DrainAsync();
        Assert.Equal(5, (await world.OnChainAsync()).Count);
    }

    [Fact]
    public async Task Round_SeveralConfirmationsWanted_FinalOnlyWhenDeepEnough()
    {
        await using AnchorWorld world = await AnchorWorld.CreateAsync(fixture.Chain, Dialect.Sqlite);
        world.Options = world.Options with { Confirmations = 3 };
        await using RunningAnchor anchor = await world.StartAsync();
        await anchor.AcceptAsync(world.Entries(4));
        await anchor.RoundAsync();

        await fixture.Chain.MineAsync(2);
        await anchor.RoundAsync();
        Assert.Equal(1, (await anchor.StatusAsync()).BatchesByState[BatchState.Mined]);
        Assert.Empty(await world.PublishedAsync());

        await fixture.Chain.MineAsync();
        await anchor.RoundAsync();
        Assert.Equal(1, (await anchor.StatusAsync()).BatchesByState[BatchState.Final]);
        Assert.Single(await world.PublishedAsync());
    }

    [Fact]
    public async Task Round_YoungEntriesBelowTheCount_WaitForTheBatchesAge()
    {
        await using AnchorWorld world = await AnchorWorld.CreateAsync(fixture.Chain, Dialect.Sqlite);
        await using RunningAnchor anchor = await world.StartAsync();
        await anchor.AcceptAsync(world.Entries(2));

        await anchor.RoundAsync();
        Assert.Equal(2, (await anchor.StatusAsync()).Pending);

        world.Time.Advance(world.Options.BatchAge);
        await anchor.RoundAsync();
        Assert.Equal((0, 2), ((await anchor.StatusAsync()).Pending, (await anchor.StatusAsync()).UnderWay));
    }

    [Fact]
    public async Task Record_ThroughItsWay_StatusSaysWhereItIsAndWhy()
    {
        await using AnchorWorld world = await AnchorWorld.CreateAsync(fixture.Chain, Dialect.Sqlite);
        await using RunningAnchor anchor = await world.StartAsync();
        IndexEntry[] entries = world.Entries(6);
        await anchor.AcceptAsync(entries);
        AnchorMonitor monitor = anchor.Composition.Monitor;

        Assert.Null(await monitor.RecordAsync(AnchorWorld.Entry(99_999).RecordId));
        Assert.Equal((null, null), State(await monitor.RecordAsync(entries[5].RecordId)));
        await anchor.DrainAsync();

        RecordAnchoring fifth = (await monitor.RecordAsync(entries[5].RecordId))!;
        Assert.Equal((5UL, BatchState.Final), State(fifth));
        Assert.Equal("0x" + (await world.OnChainAsync())[1].TransactionHash, fifth.TransactionHash);

        static (ulong?, BatchState?) State(RecordAnchoring? record) => (record!.Sequence, record.State);
    }
}
