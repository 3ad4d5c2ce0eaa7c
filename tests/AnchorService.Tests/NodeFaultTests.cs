using System.Text.Json.Nodes;
using Consortium.AnchorService.Status;
using Consortium.AnchorService.Store;
using Consortium.Integrity;
using Consortium.Ledger;
using Consortium.Storage;
using Consortium.Testing;

namespace Consortium.AnchorService.Tests;

/// <summary>Nodes that time out, lie, forget, answer twice; prices that jump; blocks that vanish.</summary>
[Collection(ChainCollection.Name)]
public sealed class NodeFaultTests(AnvilFixture fixture)
{
    [Fact]
    public async Task Send_NodeTakesItAndTheAnswerIsLost_SameBytesAgainAndAnchoredOnce()
    {
        await using AnchorWorld world = await AnchorWorld.CreateAsync(fixture.Chain, Dialect.Sqlite);
        var sent = new List<string>();
        using var node = new FaultyNode
        {
            After = (call, answer) =>
            {
                if (FaultyNode.Method(call) != "eth_sendRawTransaction") return answer;
                sent.Add(call["params"]![0]!.GetValue<string>());
                return sent.Count == 1 ? throw new HttpRequestException("the connection broke") : answer;
            },
        };
        await using RunningAnchor anchor = await world.StartAsync(node: node);
        await anchor.AcceptAsync(world.Entries(4));

        await Assert.ThrowsAsync<RpcUnavailableException>(anchor.RoundAsync);
        await anchor.DrainAsync();

        Assert.Equal(2, sent.Count);
        Assert.Equal(sent[0], sent[1]);
        Assert.Single(await world.TransactionsAsync(0));
        Assert.Single(await world.OnChainAsync());
        Assert.Single(await world.PublishedAsync());
    }

    [Fact]
    public async Task Send_NodeTakesItAndItIsMinedBeforeTheRetry_NonceTooLowMeansLookItUp()
    {
        await using AnchorWorld world = await AnchorWorld.CreateAsync(fixture.Chain, Dialect.Sqlite);
        int sends = 0;
        bool hideReceipts = true;
        string? refusal = null;
        using var node = new FaultyNode
        {
            After = (call, answer) =>
            {
                if (FaultyNode.Method(call) == "eth_getTransactionReceipt" && hideReceipts) answer["result"] = null;
                if (FaultyNode.Method(call) != "eth_sendRawTransaction") return answer;
                refusal = answer["error"]?["message"]?.GetValue<string>();
                return sends++ == 0 ? throw new HttpRequestException("the connection broke") : answer;
            },
        };
        await using RunningAnchor anchor = await world.StartAsync(node: node);
        await anchor.AcceptAsync(world.Entries(4));
        await Assert.ThrowsAsync<RpcUnavailableException>(anchor.RoundAsync);
        await fixture.Chain.MineAsync();

        await anchor.RoundAsync();
        Assert.NotNull(refusal);
        Assert.Equal(1, (await anchor.StatusAsync()).BatchesByState[BatchState.Sent]);
        hideReceipts = false;
        await anchor.DrainAsync();

        Assert.Single(await world.TransactionsAsync(0));
        Assert.Single(await world.OnChainAsync());
    }

    [Theory]
    [InlineData("already known")]
    [InlineData("nonce too low")]
    public async Task Send_NodeOnlySaysThatItKnowsIt_NotSignedAgainAndSentOnceMore(string lie)
    {
        await using AnchorWorld world = await AnchorWorld.CreateAsync(fixture.Chain, Dialect.Sqlite);
        bool lying = true;
        using var node = new FaultyNode
        {
            After = (call, answer) => lying && FaultyNode.Method(call) == "eth_sendRawTransaction"
                ? new JsonObject { ["jsonrpc"] = "2.0", ["id"] = answer["id"]!.DeepClone(), ["error"] = new JsonObject { ["code"] = -32000, ["message"] = lie } }
                : answer,
        };
        await using RunningAnchor anchor = await world.StartAsync(node: node);
        await anchor.AcceptAsync(world.Entries(4));
        await anchor.RoundAsync();
        await fixture.Chain.DropTransactionsAsync();
        lying = false;

        await anchor.DrainAsync();

        Assert.Single(await world.TransactionsAsync(0));
        Assert.Single(await world.OnChainAsync());
        Assert.Single(await world.PublishedAsync());
    }

    [Fact]
    public async Task Follow_ReceiptThatIsMadeUp_NotBelieved()
    {
        await using AnchorWorld world = await AnchorWorld.CreateAsync(fixture.Chain, Dialect.Sqlite);
        using var node = new FaultyNode
        {
            After = (call, answer) =>
            {
                if (FaultyNode.Method(call) == "eth_getTransactionReceipt" && answer["result"] is JsonObject receipt) receipt["logs"] = new JsonArray();
                return answer;
            },
        };
        await using RunningAnchor anchor = await world.StartAsync(node: node);
        await anchor.AcceptAsync(world.Entries(4));
        await anchor.RoundAsync();
        await fixture.Chain.MineAsync();
        await anchor.RoundAsync();
        Assert.Empty(await world.PublishedAsync());
        Assert.Equal(0, (await anchor.StatusAsync()).BatchesByState[BatchState.Final]);
    }

    [Theory]
    [MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task Reorganisation_FinalBatchesGone_SameBytesAgainAndASecondReceipt(Dialect dialect)
    {
        await using AnchorWorld world = await AnchorWorld.CreateAsync(fixture.Chain, dialect);
        await using RunningAnchor anchor = await world.StartAsync();
        IndexEntry[] entries = world.Entries(8);
        await anchor.AcceptAsync(entries);
        await anchor.DrainAsync();
        Assert.Equal(2, (await world.PublishedAsync()).Count);
        ulong height = await fixture.Chain.Client.BlockNumberAsync();
        ulong minedAt = (await world.OnChainAsync())[0].BlockNumber;

        await fixture.Chain.ReorganiseAsync((int)(height - minedAt + 1));
        Assert.Empty(await world.OnChainAsync());
        await anchor.AcceptAsync(world.Entries(4));
        await anchor.DrainAsync();

        IReadOnlyList<BatchAnchored> onChain = await world.OnChainAsync();
        Assert.Equal([0UL, 4UL, 8UL], onChain.Select(batch => batch.FirstSequence));
        Assert.Single(await world.TransactionsAsync(0));
        Assert.Single(await world.TransactionsAsync(4));
        ILookup<ulong, Messaging.RecordsAnchored> receipts = (await world.PublishedAsync()).ToLookup(receipt => receipt.FirstSequence);
        Assert.Equal(2, receipts[0].Count());
        Assert.Equal(2, receipts[4].Count());
        Assert.Equal(onChain[0].BlockHash.ToString(), receipts[0].Last().BlockHash);
        Assert.Equal(onChain[1].BlockHash.ToString(), receipts[4].Last().BlockHash);
    }

    [Fact]
    public async Task FeeSpike_TransactionStuck_ReplacedAtTheSameNonceAndBothFollowed()
    {
        await using AnchorWorld world = await AnchorWorld.CreateAsync(fixture.Chain, Dialect.Sqlite);
        world.Options = world.Options with { Fees = new FeePolicy { StuckAfterBlocks = 2 } };
        await using RunningAnchor anchor = await world.StartAsync();
        await anchor.AcceptAsync(world.Entries(8));
        await anchor.RoundAsync();
        AnchorTransaction original = Assert.Single(await world.TransactionsAsync(0));

        for (int block = 0; block < 2; block++)
        {
            await fixture.Chain.SetBaseFeeAsync((ulong)original.GasPrice * 3);
            await fixture.Chain.MineAsync();
        }

        Assert.Empty(await world.OnChainAsync());
        await anchor.DrainAsync();

        AnchorTransaction[] all = [.. await world.TransactionsAsync(0)];
        Assert.Equal(2, all.Length);
        Assert.Equal(original.Nonce, all[1].Nonce);
        Assert.True(all[1].GasPrice >= original.GasPrice * 125 / 100);
        IReadOnlyList<BatchAnchored> onChain = await world.OnChainAsync();
        Assert.Equal([0UL, 4UL], onChain.Select(batch => batch.FirstSequence));
        Assert.Contains(onChain[0].TransactionHash, all.Select(transaction => transaction.Hash));
    }

    [Fact]
    public async Task FeeSpike_OriginalMinedAfterTheReplacementWasSigned_FoundByItsOwnHash()
    {
        await using AnchorWorld world = await AnchorWorld.CreateAsync(fixture.Chain, Dialect.Sqlite);
        world.Options = world.Options with { Fees = new FeePolicy { StuckAfterBlocks = 1 } };
        string? first = null;
        using var node = new FaultyNode();
        node.Before = call =>
        {
            if (FaultyNode.Method(call) != "eth_sendRawTransaction") return;
            string raw = call["params"]![0]!.GetValue<string>();
            first ??= raw;
            if (raw != first) throw new HttpRequestException("the replacement never arrives");
        };
        await using RunningAnchor anchor = await world.StartAsync(node: node);
        await anchor.AcceptAsync(world.Entries(4));
        await anchor.RoundAsync();
        AnchorTransaction original = Assert.Single(await world.TransactionsAsync(0));
        await fixture.Chain.SetBaseFeeAsync((ulong)original.GasPrice * 2);
        await fixture.Chain.MineAsync();
        for (int round = 0; round < 2; round++) await Record.ExceptionAsync(anchor.RoundAsync);
        Assert.Equal(2, (await world.TransactionsAsync(0)).Count);

        byte[] raw = await world.RawAsync(original);

        // Some node still had the original, and the price came down again.
        await fixture.Chain.SetBaseFeeAsync(1);
        await fixture.Chain.MineAsync();
        await Record.ExceptionAsync(() => fixture.Chain.Client.SendRawTransactionAsync(raw));
        await fixture.Chain.MineAsync();
        await anchor.RoundAsync();

        Assert.Equal(original.Hash, Assert.Single(await world.OnChainAsync()).TransactionHash);
        Assert.Equal(original.Hash.ToString(), Assert.Single(await world.PublishedAsync()).TransactionHash);
    }

    [Fact]
    public async Task FeeSpike_AboveTheMaximum_WaitsAndSaysSo()
    {
        await using AnchorWorld world = await AnchorWorld.CreateAsync(fixture.Chain, Dialect.Sqlite);
        await using RunningAnchor anchor = await world.StartAsync();
        UInt128 price = await fixture.Chain.Client.GasPriceAsync();
        world.Options = world.Options with { Fees = new FeePolicy { StuckAfterBlocks = 1, MaximumGasPrice = price } };
        await anchor.DisposeAsync();
        await using RunningAnchor capped = await world.StartAsync();
        await capped.AcceptAsync(world.Entries(4));
        await capped.RoundAsync();
        await fixture.Chain.SetBaseFeeAsync((ulong)price * 4);
        await fixture.Chain.MineAsync();

        await capped.RoundAsync();
        Assert.Contains("Anchor:Fees:MaximumGasPrice", Assert.Single((await capped.StatusAsync()).Batches).Note, StringComparison.Ordinal);
        Assert.Single(await world.TransactionsAsync(0));

        await fixture.Chain.SetBaseFeeAsync(1);
        await capped.DrainAsync();
        Assert.Single(await world.OnChainAsync());
    }

    [Fact]
    public async Task ChainAway_IntakeAndPlanningGoOnAndTheBacklogDrainsInOrder()
    {
        await using AnchorWorld world = await AnchorWorld.CreateAsync(fixture.Chain, Dialect.Sqlite);
        bool away = false;
        using var node = new FaultyNode { Before = _ => { if (away) throw new HttpRequestException("away"); } };
        await using RunningAnchor anchor = await world.StartAsync(node: node);
        await anchor.RoundAsync();
        away = true;
        IndexEntry[] entries = world.Entries(30);
        foreach (IndexEntry entry in entries)
        {
            await anchor.AcceptAsync(entry);
            await Assert.ThrowsAsync<RpcUnavailableException>(anchor.RoundAsync);
        }

        AnchorStatus backlog = await anchor.StatusAsync();
        Assert.Equal(30, backlog.Pending + backlog.UnderWay);
        Assert.Equal(world.Options.PipelineDepth, backlog.BatchesByState[BatchState.Planned]);

        away = false;
        for (int round = 0; round < 3; round++) await Record.ExceptionAsync(anchor.RoundAsync); // the circuit to the endpoint closes again
        await EventuallyAsync(async () => await Record.ExceptionAsync(anchor.RoundAsync) is null);
        await anchor.DrainAsync();
        Assert.Equal(entries, (await world.OnChainAsync()).SelectMany(batch => IndexEntry.Unpack(batch.Entries)));
    }

    private static async Task EventuallyAsync(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await condition()) await Task.Delay(TimeSpan.FromMilliseconds(50), patience.Token);
    }
}
