using System.Text.Json.Nodes;
using Consortium.Integrity;
using Consortium.Ledger;
using Consortium.Storage;
using Consortium.Testing;

namespace Consortium.Ledger.Tests.Projection;

/// <summary>A chain for these tests alone: they reorganise it.</summary>
public sealed class LedgerProjectionTests(AnvilFixture fixture) : IClassFixture<AnvilFixture>
{
    private static readonly Tag128 Li = Tag128.Parse("11111111111111111111111111111111");
    private static readonly Tag128 Wang = Tag128.Parse("22222222222222222222222222222222");

    [Theory]
    [MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task FollowOnce_BatchesOfTwoHospitals_EveryEntryIsFoundByEachName(Dialect dialect)
    {
        await using ProjectionWorld world = await ProjectionWorld.CreateAsync(fixture.Chain);
        LedgerProjection projection = await world.ProjectAsync(await world.StoreAsync(dialect));
        IndexEntry[] one = [.. world.Entries(130, Li), .. world.Entries(3)];
        IndexEntry[] two = world.Entries(2, Wang);
        IndexEntry[] three = [.. world.Entries(1, Wang), .. world.Entries(1, Li)];
        TransactionReceipt first = await world.AnchorAsync(world.First, one);
        await world.AnchorAsync(world.Second, two);
        TransactionReceipt last = await world.AnchorAsync(world.First, three);

        ulong reached = await projection.FollowOnceAsync();

        Assert.Equal(last.BlockNumber, reached);
        IReadOnlyList<ProjectedEntry> li = await projection.EntriesBySubjectAsync(Li);
        Assert.Equal([.. one[..130], three[1]], li.Select(entry => entry.Entry));
        Assert.Equal((world.First.Address, 134UL, 133UL, last.TransactionHash, last.BlockNumber), (li[^1].Custodian, li[^1].Sequence, li[^1].BatchFirstSequence, li[^1].TransactionHash, li[^1].BlockNumber));
        Assert.Equal([.. two, three[0]], (await projection.EntriesBySubjectAsync(Wang)).Select(entry => entry.Entry));
        Assert.Empty(await projection.EntriesBySubjectAsync(Tag128.Zero));

        ProjectedEntry found = (await projection.EntryByRecordIdAsync(world.Second.Address, two[1].RecordId))!;
        Assert.Equal((two[1], 1UL), (found.Entry, found.Sequence));
        Assert.Null(await projection.EntryByRecordIdAsync(world.First.Address, two[1].RecordId));

        Assert.Equal(one, await projection.BatchEntriesAsync(world.First.Address, 0));
        Assert.Equal(three, await projection.BatchEntriesAsync(world.First.Address, 133));
        Assert.Empty(await projection.BatchEntriesAsync(world.First.Address, 5));
        IReadOnlyList<ProjectedBatch> batches = await projection.BatchesAsync();
        Assert.Equal([133UL, 0UL, 0UL], batches.Select(batch => batch.FirstSequence));
        Assert.Equal((first.TransactionHash, first.BlockHash, 133UL, BatchTree.Root(one)), (batches[2].TransactionHash, batches[2].BlockHash, batches[2].Count, batches[2].Root));
        Assert.Equal((await world.Ledger.CustodianAsync(world.First.Address)).Head, batches[0].Head);
        Assert.Single(await projection.BatchesAsync(custodian: world.Second.Address));

        ProjectionStatus status = await projection.StatusAsync();
        Assert.Equal((137L, 3L, last.BlockNumber, (string?)null), (status.Entries, status.Batches, status.BlockNumber, status.Problem));
        Assert.Empty(status.Untrusted);
        Block block = (await fixture.Chain.Client.BlockAsync(last.BlockNumber))!;
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds((long)block.Timestamp), status.BlockTime);
    }

    [Theory]
    [MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task FollowOnce_MembersResidentsAndGrants_AreAsTheContractHasThem(Dialect dialect)
    {
        await using ProjectionWorld world = await ProjectionWorld.CreateAsync(fixture.Chain);
        LedgerProjection projection = await world.ProjectAsync(await world.StoreAsync(dialect));
        using LocalSigner telemedicine = await world.FundedAsync();
        using LocalSigner resident = await world.FundedAsync();
        using LocalSigner successor = await world.FundedAsync();
        DateTimeOffset now = DateTimeOffset.FromUnixTimeSeconds((long)(await fixture.Chain.Client.BlockAsync("latest"))!.Timestamp);
        await world.GovernAsync(world.Ledger.EncodeAdmit(telemedicine.Address, MemberRole.Telemedicine, "http://127.0.0.1/t", "远程医疗"));
        await fixture.Chain.SendAsync(world.First, world.Ledger.Address, world.Ledger.EncodeRegisterResident(resident.Address, Li));
        await fixture.Chain.SendAsync(resident, world.Ledger.Address, world.Ledger.EncodeGrant(Li, telemedicine.Address, KindSet.Of(104, 28), LedgerView.Telemedicine, now.AddHours(1)));
        await projection.FollowOnceAsync();

        Assert.Equal(await world.Ledger.MemberAsync(telemedicine.Address), await projection.MemberAsync(telemedicine.Address));
        Assert.Equal(await world.Ledger.MemberAsync(world.First.Address), await projection.MemberAsync(world.First.Address));
        Assert.Null(await projection.MemberAsync(resident.Address));
        Assert.Equal(3, (await projection.MembersAsync()).Count);
        Assert.Equal(Li, await projection.ResidentTagAsync(resident.Address));
        Assert.Null(await projection.ResidentTagAsync(telemedicine.Address));
        Assert.Equal(await world.Ledger.GrantAsync(Li, telemedicine.Address), await projection.GrantAsync(telemedicine.Address, Li));
        Assert.True(await projection.HasGrantAsync(telemedicine.Address, Li, 104, now));
        Assert.False(await projection.HasGrantAsync(telemedicine.Address, Li, 105, now));
        Assert.False(await projection.HasGrantAsync(telemedicine.Address, Wang, 104, now));
        Assert.False(await projection.HasGrantAsync(telemedicine.Address, Li, 104, now.AddHours(1)));

        await fixture.Chain.SendAsync(resident, world.Ledger.Address, world.Ledger.EncodeRevoke(Li, telemedicine.Address));
        await fixture.Chain.SendAsync(world.First, world.Ledger.Address, world.Ledger.EncodeRemoveResident(resident.Address));
        await world.GovernAsync(world.Ledger.EncodeRotateKey(telemedicine.Address, successor.Address));
        await projection.FollowOnceAsync();

        Assert.False(await projection.HasGrantAsync(telemedicine.Address, Li, 104, now));
        Assert.Null(await projection.GrantAsync(telemedicine.Address, Li));
        Assert.Null(await projection.ResidentTagAsync(resident.Address));
        Assert.Equal(await world.Ledger.MemberAsync(telemedicine.Address), await projection.MemberAsync(telemedicine.Address));
        Assert.Equal(successor.Address, (await projection.MemberAsync(telemedicine.Address))!.ReplacedBy);
        Assert.True((await projection.MemberAsync(successor.Address))!.Active);
    }

    [Fact]
    public async Task HasGrant_SuspendedMember_False()
    {
        await using ProjectionWorld world = await ProjectionWorld.CreateAsync(fixture.Chain);
        LedgerProjection projection = await world.ProjectAsync(await world.StoreAsync(Dialect.Sqlite));
        using LocalSigner telemedicine = await world.FundedAsync();
        DateTimeOffset now = DateTimeOffset.FromUnixTimeSeconds((long)(await fixture.Chain.Client.BlockAsync("latest"))!.Timestamp);
        await world.GovernAsync(world.Ledger.EncodeAdmit(telemedicine.Address, MemberRole.Telemedicine, "", ""));
        await fixture.Chain.SendAsync(world.First, world.Ledger.Address, world.Ledger.EncodeGrant(Li, telemedicine.Address, KindSet.All, LedgerView.Telemedicine, now.AddHours(1), BatchTree.Root(world.Entries(1))));
        await projection.FollowOnceAsync();
        Assert.True(await projection.HasGrantAsync(telemedicine.Address, Li, 1, now));

        await world.GovernAsync(world.Ledger.EncodeSuspend(telemedicine.Address));
        await projection.FollowOnceAsync();
        Assert.False(await projection.HasGrantAsync(telemedicine.Address, Li, 1, now));
    }

    [Theory]
    [MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task FollowOnce_ChainReorganised_WhatTheLostBlocksSaidIsTakenBack(Dialect dialect)
    {
        await using ProjectionWorld world = await ProjectionWorld.CreateAsync(fixture.Chain);
        LedgerProjection projection = await world.ProjectAsync(await world.StoreAsync(dialect));
        IndexEntry[] kept = world.Entries(2, Li);
        IndexEntry[] lost = world.Entries(3, Li);
        IndexEntry[] after = world.Entries(4, Li);
        using LocalSigner resident = await world.FundedAsync();
        await world.AnchorAsync(world.First, kept);
        await projection.FollowOnceAsync();
        await world.AnchorAsync(world.First, lost);
        await projection.FollowOnceAsync();
        await world.AnchorAsync(world.Second, world.Entries(1, Li));
        await fixture.Chain.SendAsync(world.First, world.Ledger.Address, world.Ledger.EncodeRegisterResident(resident.Address, Li));
        await projection.FollowOnceAsync();
        Assert.Equal(6, (await projection.EntriesBySubjectAsync(Li)).Count);

        await fixture.Chain.ReorganiseAsync(3);
        await projection.FollowOnceAsync();
        Assert.Equal(kept, (await projection.EntriesBySubjectAsync(Li)).Select(entry => entry.Entry));
        Assert.Null(await projection.ResidentTagAsync(resident.Address));
        Assert.Equal((2L, 1L), ((await projection.StatusAsync()).Entries, (await projection.StatusAsync()).Batches));

        await world.AnchorAsync(world.First, after);
        await projection.FollowOnceAsync();
        Assert.Equal([.. kept, .. after], (await projection.EntriesBySubjectAsync(Li)).Select(entry => entry.Entry));
        Assert.Empty((await projection.StatusAsync()).Untrusted);
    }

    [Fact]
    public async Task FollowOnce_ReorganisedDeeperThanTheKeptBlocks_ReadsEverythingAgain()
    {
        await using ProjectionWorld world = await ProjectionWorld.CreateAsync(fixture.Chain);
        LedgerProjection projection = await world.ProjectAsync(await world.StoreAsync(Dialect.Sqlite), options: new ProjectionOptions { KeptBlocks = 2 });
        IndexEntry[] kept = world.Entries(2, Li);
        await world.AnchorAsync(world.First, kept);
        for (int i = 0; i < 6; i++)
        {
            await world.AnchorAsync(world.First, world.Entries(1, Li));
            await projection.FollowOnceAsync();
        }

        await fixture.Chain.ReorganiseAsync(6);
        await projection.FollowOnceAsync();

        Assert.Equal(kept, (await projection.EntriesBySubjectAsync(Li)).Select(entry => entry.Entry));
    }

    [Fact]
    public async Task FollowOnce_AfterARestart_GoesOnWhereItWas()
    {
        await using ProjectionWorld world = await ProjectionWorld.CreateAsync(fixture.Chain);
        TestStore store = await world.StoreAsync(Dialect.Sqlite);
        await world.AnchorAsync(world.First, world.Entries(2, Li));
        await (await world.ProjectAsync(store)).FollowOnceAsync();
        await world.AnchorAsync(world.First, world.Entries(2, Li));
        var ranges = new List<string>();
        using var node = new FaultyNode { Before = call => Note(call) };

        LedgerProjection again = await world.ProjectAsync(store, node);
        await again.FollowOnceAsync();

        Assert.Equal(4, (await again.EntriesBySubjectAsync(Li)).Count);
        ulong height = await fixture.Chain.Client.BlockNumberAsync();
        Assert.Equal([$"0x{height:x}"], ranges);

        void Note(JsonObject call)
        {
            if (FaultyNode.Method(call) == "eth_getLogs") ranges.Add(call["params"]![0]!["fromBlock"]!.GetValue<string>());
        }
    }

    [Theory]
    [MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task FollowOnce_SeveralOverOneStore_NothingTwice(Dialect dialect)
    {
        await using ProjectionWorld world = await ProjectionWorld.CreateAsync(fixture.Chain);
        TestStore store = await world.StoreAsync(dialect);
        LedgerProjection[] projections = [await world.ProjectAsync(store), await world.ProjectAsync(store), await world.ProjectAsync(store)];
        for (int i = 0; i < 8; i++)
        {
            await world.AnchorAsync(i % 2 == 0 ? world.First : world.Second, world.Entries(3, Li));
            await Task.WhenAll(projections.Select(projection => Task.Run(() => projection.FollowOnceAsync())));
        }

        await projections[0].FollowOnceAsync();
        Assert.Equal(24, (await projections[0].EntriesBySubjectAsync(Li)).Count);
        Assert.Equal((24L, 8L), ((await projections[0].StatusAsync()).Entries, (await projections[0].StatusAsync()).Batches));
        Assert.Empty((await projections[0].StatusAsync()).Untrusted);
    }

    [Fact]
    public async Task FollowOnce_AnotherContractOrChain_StopsWithTheWayOut()
    {
        await using ProjectionWorld world = await ProjectionWorld.CreateAsync(fixture.Chain);
        await using ProjectionWorld another = await ProjectionWorld.CreateAsync(fixture.Chain);
        TestStore store = await world.StoreAsync(Dialect.Sqlite);
        await (await world.ProjectAsync(store)).FollowOnceAsync();

        var otherContract = await Assert.ThrowsAsync<ProjectionStoppedException>(() => another.ProjectAsync(store));
        Assert.Contains("use another store", otherContract.Message, StringComparison.Ordinal);

        using var node = new FaultyNode { After = (call, answer) => Answer(call, answer, "eth_chainId", "0x7") };
        var otherChain = await Assert.ThrowsAsync<ProjectionStoppedException>(() => world.ProjectAsync(store, node));
        Assert.Contains("chain 7", otherChain.Message, StringComparison.Ordinal);

        await using Anvil replaced = await Anvil.StartAsync();
        using var elsewhere = new FaultyNode { After = (call, answer) => FaultyNode.Method(call) == "eth_getBlockByNumber" ? Replace(answer) : answer };
        LedgerProjection projection = await world.ProjectAsync(store, elsewhere);
        var gone = await Assert.ThrowsAsync<ProjectionStoppedException>(() => projection.FollowOnceAsync());
        Assert.Contains("the chain was replaced", gone.Message, StringComparison.Ordinal);
        Assert.Equal(gone.Message, (await projection.StatusAsync()).Problem);

        static JsonObject Replace(JsonObject answer)
        {
            if (answer["result"] is JsonObject block) block["hash"] = "0x" + new string('7', 64);
            return answer;
        }
    }

    [Fact]
    public async Task Initialize_ChainAway_StaysStaleUntilItComes()
    {
        await using ProjectionWorld world = await ProjectionWorld.CreateAsync(fixture.Chain);
        await world.AnchorAsync(world.First, world.Entries(2, Li));
        bool away = true;
        using var node = new FaultyNode { Before = _ => { if (away) throw new HttpRequestException("away"); } };

        LedgerProjection projection = await world.ProjectAsync(await world.StoreAsync(Dialect.Sqlite), node);
        ProjectionStatus stale = await projection.StatusAsync();
        Assert.Equal(DateTimeOffset.UnixEpoch, stale.FollowedAt);
        Assert.NotNull(stale.Problem);
        await Assert.ThrowsAsync<RpcUnavailableException>(() => projection.FollowOnceAsync());

        away = false;
        DateTimeOffset before = DateTimeOffset.UtcNow.AddMilliseconds(-1);
        await projection.FollowOnceAsync();
        ProjectionStatus fresh = await projection.StatusAsync();
        Assert.InRange(fresh.FollowedAt, before, DateTimeOffset.UtcNow);
        Assert.Null(fresh.Problem);
        Assert.Equal(2, fresh.Entries);
    }

    [Fact]
    public async Task Run_ChainAwayForAWhile_FollowsAgainByItself()
    {
        await using ProjectionWorld world = await ProjectionWorld.CreateAsync(fixture.Chain);
        await world.AnchorAsync(world.First, world.Entries(2, Li));
        int calls = 0;
        var failed = new TaskCompletionSource();
        bool away = true;
        using var node = new FaultyNode
        {
            Before = _ =>
            {
                if (!away) return;
                if (++calls == 3) failed.SetResult();
                throw new HttpRequestException("away");
            },
        };
        LedgerProjection projection = await world.ProjectAsync(await world.StoreAsync(Dialect.Sqlite), node, new ProjectionOptions { PollInterval = TimeSpan.FromMilliseconds(10) });
        using var stop = new CancellationTokenSource();
        Task running = projection.RunAsync(stop.Token);
        await failed.Task.WaitAsync(TimeSpan.FromSeconds(60));
        away = false;

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await projection.StatusAsync()).Problem is not null) await Task.Delay(TimeSpan.FromMilliseconds(20), patience.Token);
        await stop.CancelAsync();
        await running;
        Assert.Equal(2, (await projection.EntriesBySubjectAsync(Li)).Count);
    }

    private static JsonObject Answer(JsonObject call, JsonObject answer, string method, string result)
    {
        if (FaultyNode.Method(call) == method) answer["result"] = result;
        return answer;
    }
}
