using Consortium.AnchorService.Intake;
using Consortium.Integrity;
using Consortium.Messaging;
using Consortium.Storage;
using Consortium.Testing;

namespace Consortium.AnchorService.Tests;

[Collection(ChainCollection.Name)]
public sealed class IntakeTests(AnvilFixture fixture)
{
    [Theory]
    [MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task Accept_SameEntriesAgain_TakenInOnce(Dialect dialect)
    {
        await using AnchorWorld world = await AnchorWorld.CreateAsync(fixture.Chain, dialect);
        await using RunningAnchor anchor = await world.StartAsync();
        IndexEntry[] entries = world.Entries(1203);

        Assert.Equal(1200, await anchor.AcceptAsync(entries[..1200]));
        Assert.Equal(0, await anchor.AcceptAsync(entries[..1200]));
        Assert.Equal(3, await anchor.AcceptAsync([.. entries[1100..], entries[1202], entries[0]]));
        Assert.Equal(1203, (await anchor.StatusAsync()).Pending);
    }

    [Theory]
    [MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task Accept_SameRecordWithAnotherCommitment_RefusedWhole(Dialect dialect)
    {
        await using AnchorWorld world = await AnchorWorld.CreateAsync(fixture.Chain, dialect);
        await using RunningAnchor anchor = await world.StartAsync();
        IndexEntry[] entries = world.Entries(2);
        await anchor.AcceptAsync(entries[0]);
        IndexEntry altered = entries[0] with { Commitment = entries[1].Commitment };

        var refusal = await Assert.ThrowsAsync<IntakeRefusedException>(() => anchor.AcceptAsync(entries[1], altered));

        Assert.Contains(altered.RecordId.ToString(), refusal.Message, StringComparison.Ordinal);
        Assert.Equal(1, (await anchor.StatusAsync()).Pending);
    }

    [Fact]
    public async Task Accept_AnotherCustodiansOrCutEntries_Refused()
    {
        await using AnchorWorld world = await AnchorWorld.CreateAsync(fixture.Chain, Dialect.Sqlite);
        await using RunningAnchor anchor = await world.StartAsync();
        RecordCommitted good = world.Message(world.Entries(1));

        await Assert.ThrowsAsync<IntakeRefusedException>(() => anchor.Composition.Intake.AcceptAsync(good with { Custodian = world.Other.Address.ToString() }));
        await Assert.ThrowsAsync<IntakeRefusedException>(() => anchor.Composition.Intake.AcceptAsync(good with { Custodian = "somebody" }));
        await Assert.ThrowsAsync<IntakeRefusedException>(() => anchor.Composition.Intake.AcceptAsync(good with { Entries = good.Entries[1..] }));
        await Assert.ThrowsAsync<IntakeRefusedException>(() => anchor.Composition.Intake.AcceptAsync(good with { Entries = [] }));
        Assert.Equal(0, (await anchor.StatusAsync()).Pending);
    }

    [Theory]
    [MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task Accept_ManyAtOnceWhileTheWriterPlans_NothingLostOrTwice(Dialect dialect)
    {
        await using AnchorWorld world = await AnchorWorld.CreateAsync(fixture.Chain, dialect);
        world.Options = world.Options with { BatchEntries = 7, PipelineDepth = 8 };
        await using RunningAnchor anchor = await world.StartAsync();
        IndexEntry[][] messages = [.. Enumerable.Range(0, 40).Select(_ => world.Entries(5))];

        Task intake = Parallel.ForEachAsync(messages, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (message, _) => await anchor.AcceptAsync(message));
        while (!intake.IsCompleted)
        {
            await anchor.RoundAsync();
            await fixture.Chain.MineAsync();
        }

        await intake;
        await anchor.DrainAsync();
        Assert.Equal(
            messages.SelectMany(message => message).Select(entry => entry.RecordId.ToString()).Order(),
            (await world.OnChainAsync()).SelectMany(batch => IndexEntry.Unpack(batch.Entries)).Select(entry => entry.RecordId.ToString()).Order());
    }
}
