using Consortium.AnchorService.Status;
using Consortium.AnchorService.Store;
using Consortium.AnchorService.Writing;
using Consortium.Integrity;
using Consortium.Ledger;
using Consortium.Storage;
using Consortium.Testing;

namespace Consortium.AnchorService.Tests;

/// <summary>One writer for a key; and what happens where there was another one after all.</summary>
[Collection(ChainCollection.Name)]
public sealed class KeyAndLeaseTests(AnvilFixture fixture)
{
    [Theory]
    [MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task Lease_HeldByAnother_NotGivenUntilThatOneEnds(Dialect dialect)
    {
        await using AnchorWorld world = await AnchorWorld.CreateAsync(fixture.Chain, dialect);
        RunningAnchor first = await world.StartAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => world.StartAsync());

        await first.DisposeAsync();
        await using RunningAnchor second = await world.StartAsync();
        await second.AcceptAsync(world.Entries(4));
        await second.DrainAsync();
        Assert.Single(await world.PublishedAsync());
    }

    [Theory]
    [MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task Fence_WriterThatWakesUpAfterItsLeaseWasTaken_ChangesNothing(Dialect dialect)
    {
        await using AnchorWorld world = await AnchorWorld.CreateAsync(fixture.Chain, dialect);
        await using RunningAnchor old = await world.StartAsync();
        await old.AcceptAsync(world.Entries(4));
        await old.Composition.Tables.EnsureAsync(CancellationToken.None);

        // A newer holder raised the fence while the old one was frozen.
        await old.Composition.Database.TransactAsync(async transaction =>
        {
            using System.Data.Common.DbCommand command = transaction.Connection!.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = "UPDATE anchor_writer SET fence = fence + 1";
            await command.ExecuteNonQueryAsync();
        });

        await Assert.ThrowsAsync<LeaseLostException>(old.RoundAsync);
        AnchorStatus status = await old.StatusAsync();
        Assert.Equal((4, 0), (status.Pending, status.UnderWay));
    }

    [Fact]
    public async Task NonceTakenByAnotherProgram_FreshNonceForTheBatchAndThoseBehindIt()
    {
        await using AnchorWorld world = await AnchorWorld.CreateAsync(fixture.Chain, Dialect.Sqlite);
        await using RunningAnchor anchor = await world.StartAsync();
        IndexEntry[] entries = world.Entries(12);
        await anchor.AcceptAsync(entries);
        await anchor.RoundAsync();
        Assert.Equal(3, (await anchor.StatusAsync()).BatchesByState[BatchState.Sent]);

        // An administrator's program signs with the hospital's key, and its transaction comes first at the first batch's nonce.
        await fixture.Chain.DropTransactionsAsync();
        await fixture.Chain.SendAsync(world.Hospital, world.Ledger.Address, world.Ledger.EncodeRegisterResident(LocalSignerAddress(), entries[0].SubjectTag));
        foreach (ulong first in (ulong[])[4, 8])
        {
            await fixture.Chain.Client.SendRawTransactionAsync(await world.RawAsync((await world.TransactionsAsync(first))[0]));
        }

        await anchor.DrainAsync();

        IReadOnlyList<BatchAnchored> onChain = await world.OnChainAsync();
        Assert.Equal(entries, onChain.SelectMany(batch => IndexEntry.Unpack(batch.Entries)));
        Assert.Equal([0UL, 4UL, 8UL], onChain.Select(batch => batch.FirstSequence));
        Assert.Equal(3, (await world.PublishedAsync()).Count);
    }

    [Fact]
    public async Task ContractRefuses_OutOfGas_StopsWithTheReasonSkipsNothingAndResumes()
    {
        await using AnchorWorld world = await AnchorWorld.CreateAsync(fixture.Chain, Dialect.Sqlite);
        FeePolicy good = world.Options.Fees;
        world.Options = world.Options with { Fees = good with { GasBase = 48_000, GasPerEntry = 0 } };
        RunningAnchor poor = await world.StartAsync();
        IndexEntry[] entries = world.Entries(8);
        await poor.AcceptAsync(entries);
        await poor.RoundAsync();
        await fixture.Chain.MineAsync();

        var stop = await Assert.ThrowsAsync<AnchorStoppedException>(poor.RoundAsync);

        Assert.Contains("out of gas", stop.Message, StringComparison.Ordinal);
        Assert.Contains("Nothing is skipped", stop.Message, StringComparison.Ordinal);
        Assert.Equal((AnchorPhase.Stopped, stop.Message), ((await poor.StatusAsync()).Phase, (await poor.StatusAsync()).Reason));
        Assert.Equal(stop.Message, (await Assert.ThrowsAsync<AnchorStoppedException>(poor.RoundAsync)).Message);
        await poor.AcceptAsync(world.Entries(1));
        await poor.DisposeAsync();

        world.Options = world.Options with { Fees = good };
        await using RunningAnchor mended = await world.StartAsync();
        await Assert.ThrowsAsync<AnchorStoppedException>(mended.RoundAsync);
        Assert.True(await mended.Composition.Control.ResumeAsync());
        Assert.False(await mended.Composition.Control.ResumeAsync());
        await mended.DrainAsync();
        Assert.Equal(entries, (await world.OnChainAsync()).SelectMany(batch => IndexEntry.Unpack(batch.Entries)).Take(8));
        Assert.Equal(9UL, (await mended.StatusAsync()).NextSequence);
    }

    [Fact]
    public async Task ContractRefuses_HospitalSuspendedMeanwhile_StopsWithTheContractsOwnWord()
    {
        await using AnchorWorld world = await AnchorWorld.CreateAsync(fixture.Chain, Dialect.Sqlite);
        await using RunningAnchor anchor = await world.StartAsync();
        await anchor.RoundAsync();
        await SuspendAsync(world);
        await anchor.AcceptAsync(world.Entries(4));
        await anchor.RoundAsync();
        await fixture.Chain.MineAsync();

        var stop = await Assert.ThrowsAsync<AnchorStoppedException>(anchor.RoundAsync);
        Assert.Contains("NotActiveHospital", stop.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_AnotherWriterAnchoredWithTheKey_StopsBeforeWriting()
    {
        await using AnchorWorld world = await AnchorWorld.CreateAsync(fixture.Chain, Dialect.Sqlite);
        IndexEntry[] foreign = world.Entries(2);
        await fixture.Chain.SendAsync(world.Hospital, world.Ledger.Address, world.Ledger.EncodeAnchor(0, BatchTree.Root(foreign), IndexEntry.Pack(foreign)));
        await using RunningAnchor anchor = await world.StartAsync();
        await anchor.AcceptAsync(world.Entries(4));

        var stop = await Assert.ThrowsAsync<AnchorStoppedException>(anchor.RoundAsync);

        Assert.Contains("another anchor service writes with this key", stop.Message, StringComparison.Ordinal);
        Assert.Contains("Anchor:AdoptChain", stop.Message, StringComparison.Ordinal);
        Assert.Equal(4, (await anchor.StatusAsync()).Pending);
    }

    [Fact]
    public async Task Round_AnotherWriterAnchorsOnTheBatchesSequence_Stops()
    {
        await using AnchorWorld world = await AnchorWorld.CreateAsync(fixture.Chain, Dialect.Sqlite);
        await using RunningAnchor anchor = await world.StartAsync();
        await anchor.AcceptAsync(world.Entries(4));
        await anchor.RoundAsync();
        await fixture.Chain.DropTransactionsAsync();
        IndexEntry[] foreign = world.Entries(2);
        await fixture.Chain.SendAsync(world.Hospital, world.Ledger.Address, world.Ledger.EncodeAnchor(0, BatchTree.Root(foreign), IndexEntry.Pack(foreign)));

        AnchorStoppedException? stop = null;
        for (int round = 0; round < 6 && stop is null; round++)
        {
            stop = await Record.ExceptionAsync(anchor.RoundAsync) as AnchorStoppedException;
            await fixture.Chain.MineAsync();
        }

        Assert.Contains("another writer has this key", stop!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task Start_TablesLostForGood_AdoptsTheChainAndGoesOnWithoutRepeating(Dialect dialect)
    {
        await using AnchorWorld world = await AnchorWorld.CreateAsync(fixture.Chain, dialect);
        IndexEntry[] entries = world.Entries(6);
        await using (RunningAnchor before = await world.StartAsync())
        {
            await before.AcceptAsync(entries);
            await before.DrainAsync();
        }

        await using TestStore empty = await TestStore.CreateAsync(dialect);
        world.Options = world.Options with { Store = empty.Url };
        await using (RunningAnchor lost = await world.StartAsync()) await Assert.ThrowsAsync<AnchorStoppedException>(lost.RoundAsync);

        world.Options = world.Options with { AdoptChain = true };
        await using RunningAnchor adopting = await world.StartAsync();
        await adopting.AcceptAsync(entries[4]);
        IndexEntry[] more = world.Entries(3);
        await adopting.AcceptAsync([.. entries[2..4], .. more]);
        await adopting.DrainAsync();

        Assert.Equal([.. entries, .. more], (await world.OnChainAsync()).SelectMany(batch => IndexEntry.Unpack(batch.Entries)));
        Assert.Equal(9UL, (await adopting.StatusAsync()).NextSequence);
    }

    [Fact]
    public async Task Start_RestoredFromBeforeAReplacement_FindsTheBatchInTheChainsLog()
    {
        await using AnchorWorld world = await AnchorWorld.CreateAsync(fixture.Chain, Dialect.Sqlite);
        await using RunningAnchor anchor = await world.StartAsync();
        IndexEntry[] entries = world.Entries(4);
        await anchor.AcceptAsync(entries);
        await anchor.RoundAsync();
        await fixture.Chain.DropTransactionsAsync();

        // The very content, in a transaction that these tables do not have.
        TransactionReceipt receipt = await fixture.Chain.SendAsync(world.Hospital, world.Ledger.Address, world.Ledger.EncodeAnchor(0, BatchTree.Root(entries), IndexEntry.Pack(entries)));
        await anchor.DrainAsync();

        Assert.Equal(receipt.TransactionHash.ToString(), Assert.Single(await world.PublishedAsync()).TransactionHash);
        Assert.Single(await world.OnChainAsync());
    }

    [Fact]
    public async Task Start_WrongChainContractCodeOrRole_StopsWithTheWayOut()
    {
        await using AnchorWorld world = await AnchorWorld.CreateAsync(fixture.Chain, Dialect.Sqlite);
        AnchorOptions good = world.Options;
        await StopsAsync(good with { ChainId = 7 }, "Anchor:ChainId");
        await StopsAsync(good with { ContractCodeHash = Hash256.Zero }, "Anchor:ContractCodeHash");
        using LocalSigner stranger = LocalSigner.Generate();
        await StopsAsync(good with { Signer = stranger }, "is no member of the contract");
        world.Options = good;
        await using (RunningAnchor anchor = await world.StartAsync()) await anchor.RoundAsync();
        await StopsAsync(good with { Contract = stranger.Address }, "store of its own");
        await SuspendAsync(world);
        await StopsAsync(good, "a suspended Hospital");

        await using AnchorWorld fresh = await AnchorWorld.CreateAsync(fixture.Chain, Dialect.Sqlite);
        fresh.Options = fresh.Options with { Contract = stranger.Address };
        await using RunningAnchor nowhere = await fresh.StartAsync();
        Assert.Contains("no contract at", (await Assert.ThrowsAsync<AnchorStoppedException>(nowhere.RoundAsync)).Message, StringComparison.Ordinal);

        async Task StopsAsync(AnchorOptions options, string words)
        {
            world.Options = options;
            AnchorComposition composition = RunningAnchor.Compose(world);
            await using (composition)
            {
                await composition.Tables.EnsureAsync(CancellationToken.None);
                await using WriterLease lease = (await WriterLease.TryAcquireAsync(composition.Database, options.Store, options.Signer.Address, good.Contract, CancellationToken.None))!;
                composition.Parts.Store.Fence = lease.Fence;
                var stop = await Assert.ThrowsAsync<AnchorStoppedException>(() => new AnchorTerm(composition.Parts, composition.Outbox).RoundAsync(CancellationToken.None));
                Assert.Contains(words, stop.Message, StringComparison.Ordinal);
                Assert.False(stop.IsLasting);
            }
        }
    }

    [Fact]
    public async Task Start_ChainThatLostFinalBatchesLongAgo_Stops()
    {
        await using AnchorWorld world = await AnchorWorld.CreateAsync(fixture.Chain, Dialect.Sqlite);
        world.Options = world.Options with { RecheckBlocks = 3 };
        await using (RunningAnchor anchor = await world.StartAsync())
        {
            await anchor.AcceptAsync(world.Entries(4));
            await anchor.DrainAsync();
        }

        await fixture.Chain.MineAsync(5);
        ulong depth = await fixture.Chain.Client.BlockNumberAsync() - (await world.OnChainAsync())[0].BlockNumber + 1;
        await fixture.Chain.ReorganiseAsync((int)depth);

        await using RunningAnchor again = await world.StartAsync();
        Assert.Contains("was reset or restored", (await Assert.ThrowsAsync<AnchorStoppedException>(again.RoundAsync)).Message, StringComparison.Ordinal);
    }

    private async Task SuspendAsync(AnchorWorld world)
    {
        await fixture.Chain.SendAsync(world.Other, world.Ledger.Address, world.Ledger.EncodePropose(world.Ledger.EncodeSuspend(world.Hospital.Address)));
        ulong id = await world.Ledger.ProposalCountAsync();
        await fixture.Chain.SendAsync(world.Hospital, world.Ledger.Address, world.Ledger.EncodeApprove(id));
        await fixture.Chain.SendAsync(world.Other, world.Ledger.Address, world.Ledger.EncodeExecute(id));
    }

    private static Address LocalSignerAddress()
    {
        using LocalSigner signer = LocalSigner.Generate();
        return signer.Address;
    }
}
