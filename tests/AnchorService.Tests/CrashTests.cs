using System.Globalization;
using Consortium.AnchorService.Status;
using Consortium.AnchorService.Writing;
using Consortium.Integrity;
using Consortium.Ledger;
using Consortium.Messaging;
using Consortium.Storage;
using Consortium.Testing;

namespace Consortium.AnchorService.Tests;

/// <summary>
/// Seeded runs in which the service is stopped between any two of its steps, the answer to any call gets lost, blocks vanish and prices jump.
/// <c>CONSORTIUM_ANCHOR_SEEDS</c> makes more runs of it.
/// </summary>
[Collection(ChainCollection.Name)]
public sealed class CrashTests(AnvilFixture fixture)
{
    public static TheoryData<int, Dialect> Seeds
    {
        get
        {
            int runs = int.Parse(Environment.GetEnvironmentVariable("CONSORTIUM_ANCHOR_SEEDS") ?? "12", CultureInfo.InvariantCulture);
            var data = new TheoryData<int, Dialect>();
            for (int seed = 1; seed <= runs; seed++) data.Add(seed, seed % 4 == 0 ? Dialect.Postgres : Dialect.Sqlite);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Run_StoppedBetweenAnyTwoSteps_EveryEntryOnceAndNumberingGapless(int seed, Dialect dialect)
    {
        await using AnchorWorld world = await AnchorWorld.CreateAsync(fixture.Chain, dialect);
        world.Options = world.Options with { BatchEntries = 3, PipelineDepth = 1 + (seed % 4), Confirmations = 1 + (seed % 3), Fees = new FeePolicy { StuckAfterBlocks = 2 } };
        await using var run = new FaultyRun(world, seed);

        IndexEntry[] accepted = await run.PlayAsync(turns: 30);

        await using RunningAnchor last = await world.StartAsync();
        await last.DrainAsync();
        IReadOnlyList<BatchAnchored> onChain = await world.OnChainAsync();
        IndexEntry[] anchored = [.. onChain.SelectMany(batch => IndexEntry.Unpack(batch.Entries))];
        Assert.Equal(accepted.Select(entry => entry.RecordId.ToString()).Order(), anchored.Select(entry => entry.RecordId.ToString()).Order());
        AssertGapless(onChain);
        AssertReceipts(onChain, await world.PublishedAsync());
        AnchorStatus status = await last.StatusAsync();
        Assert.Equal((ulong)accepted.Length, status.NextSequence);
        Assert.Equal(accepted.Length, status.Anchored);
        Assert.True(run.Crashes > 0, "The run met no fault: it proves nothing.");
    }

    /// <summary>Stops the service at each step in turn, the first time it comes there, on the way from intake to finality.</summary>
    [Theory]
    [MemberData(nameof(EachStep))]
    public async Task Run_StoppedOnceAtThisStep_GoesOnFromThere(object step)
    {
        await using AnchorWorld world = await AnchorWorld.CreateAsync(fixture.Chain, Dialect.Sqlite);
        bool crashed = false;
        await using (RunningAnchor dying = await world.StartAsync(reached => { if (reached == (AnchorStep)step) throw new CrashException(reached); }))
        {
            await dying.AcceptAsync(world.Entries(8));
            crashed = await Record.ExceptionAsync(dying.DrainAsync) is CrashException;
        }

        Assert.True(crashed);
        await using RunningAnchor next = await world.StartAsync();
        await next.DrainAsync();
        IReadOnlyList<BatchAnchored> onChain = await world.OnChainAsync();
        Assert.Equal([0UL, 4UL], onChain.Select(batch => batch.FirstSequence));
        AssertReceipts(onChain, await world.PublishedAsync());
        Assert.Equal(2, (await world.PublishedAsync()).Count);
    }

    public static TheoryData<object> EachStep() =>
    [
        AnchorStep.Planning, AnchorStep.Planned, AnchorStep.Signing, AnchorStep.SignedInMemory, AnchorStep.Persisted, AnchorStep.Sending, AnchorStep.SentUnrecorded,
        AnchorStep.Sent, AnchorStep.Mining, AnchorStep.Mined, AnchorStep.Finalising, AnchorStep.InsideFinalTransaction, AnchorStep.Final,
    ];

    private static void AssertGapless(IReadOnlyList<BatchAnchored> onChain)
    {
        ulong next = 0;
        Hash256 head = Hash256.Zero;
        foreach (BatchAnchored batch in onChain)
        {
            Assert.Equal(next, batch.FirstSequence);
            head = BatchHead.Next(head, next, batch.Count, BatchTree.Root(IndexEntry.Unpack(batch.Entries)));
            Assert.Equal(head, batch.Head);
            next += batch.Count;
        }
    }

    /// <summary>The newest receipt of each batch names the block that holds it.</summary>
    private static void AssertReceipts(IReadOnlyList<BatchAnchored> onChain, IReadOnlyList<RecordsAnchored> published)
    {
        Dictionary<ulong, RecordsAnchored> newest = published.GroupBy(receipt => receipt.FirstSequence).ToDictionary(group => group.Key, group => group.Last());
        Assert.Equal(onChain.Count, newest.Count);
        foreach (BatchAnchored batch in onChain)
        {
            Assert.Equal(batch.BlockHash.ToString(), newest[batch.FirstSequence].BlockHash);
            Assert.Equal(batch.TransactionHash.ToString(), newest[batch.FirstSequence].TransactionHash);
            Assert.Equal(batch.Entries, newest[batch.FirstSequence].Entries);
        }
    }
}
