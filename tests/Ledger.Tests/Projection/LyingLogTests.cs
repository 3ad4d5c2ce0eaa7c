using System.Text.Json.Nodes;
using Consortium.Integrity;
using Consortium.Ledger;
using Consortium.Storage;
using Consortium.Testing;

namespace Consortium.Ledger.Tests.Projection;

/// <summary>A log that does not fit is read once more, and if it stays so the custodian is trusted no further.</summary>
public sealed class LyingLogTests(AnvilFixture fixture) : IClassFixture<AnvilFixture>
{
    private static readonly Tag128 Li = Tag128.Parse("11111111111111111111111111111111");

    [Theory]
    [InlineData("a changed entry", "root")]
    [InlineData("a changed root", "root")]
    [InlineData("a changed head", "head")]
    [InlineData("a changed sequence", "sequence")]
    [InlineData("a missing batch", "sequence")]
    public async Task FollowOnce_LogThatBreaksARule_RefusedNeverAccepted(string lie, string reason)
    {
        await using ProjectionWorld world = await ProjectionWorld.CreateAsync(fixture.Chain);
        IndexEntry[] good = world.Entries(2, Li);
        await world.AnchorAsync(world.First, good);
        TransactionReceipt spoilt = await world.AnchorAsync(world.First, world.Entries(3, Li));
        await world.AnchorAsync(world.First, world.Entries(1, Li));
        IndexEntry[] others = world.Entries(1, Li);
        await world.AnchorAsync(world.Second, others);
        using var node = new FaultyNode { After = (call, answer) => FaultyNode.Method(call) == "eth_getLogs" ? Spoil(answer, spoilt.BlockNumber, lie) : answer };
        LedgerProjection projection = await world.ProjectAsync(await world.StoreAsync(Dialect.Sqlite), node);

        await projection.FollowOnceAsync();

        UntrustedCustodian untrusted = Assert.Single((await projection.StatusAsync()).Untrusted);
        Assert.Contains(reason, untrusted.Reason, StringComparison.Ordinal);
        Assert.Equal(world.First.Address, untrusted.Custodian);
        Assert.Equal([.. good, .. others], (await projection.EntriesBySubjectAsync(Li)).Select(entry => entry.Entry));
        Assert.Equal(lie == "a missing batch" ? 1 : 2, untrusted.RefusedBatches);
    }

    [Fact]
    public async Task FollowOnce_WriterThatIsNoHospital_Refused()
    {
        await using ProjectionWorld world = await ProjectionWorld.CreateAsync(fixture.Chain);
        IndexEntry[] good = world.Entries(2, Li);
        await world.AnchorAsync(world.First, good);
        TransactionReceipt spoilt = await world.AnchorAsync(world.First, world.Entries(3, Li));
        using var node = new FaultyNode { After = (call, answer) => FaultyNode.Method(call) == "eth_getLogs" ? Spoil(answer, spoilt.BlockNumber, "another writer") : answer };
        LedgerProjection projection = await world.ProjectAsync(await world.StoreAsync(Dialect.Sqlite), node);

        await projection.FollowOnceAsync();

        UntrustedCustodian untrusted = Assert.Single((await projection.StatusAsync()).Untrusted);
        Assert.Equal((Address.Parse("0x" + new string('9', 40)), "Its writer was no active hospital."), (untrusted.Custodian, untrusted.Reason));
        Assert.Equal(good, (await projection.EntriesBySubjectAsync(Li)).Select(entry => entry.Entry));
    }

    [Fact]
    public async Task FollowOnce_LogThatContradictsItself_NotTakenAndInTheStatus()
    {
        await using ProjectionWorld world = await ProjectionWorld.CreateAsync(fixture.Chain);
        TransactionReceipt spoilt = await world.AnchorAsync(world.First, world.Entries(3, Li));
        bool lying = true;
        using var node = new FaultyNode { After = (call, answer) => lying && FaultyNode.Method(call) == "eth_getLogs" ? Spoil(answer, spoilt.BlockNumber, "a changed count") : answer };
        LedgerProjection projection = await world.ProjectAsync(await world.StoreAsync(Dialect.Sqlite), node);

        await Assert.ThrowsAsync<FormatException>(() => projection.FollowOnceAsync());
        Assert.NotNull((await projection.StatusAsync()).Problem);
        Assert.Empty(await projection.EntriesBySubjectAsync(Li));

        lying = false;
        await projection.FollowOnceAsync();
        Assert.Equal(3, (await projection.EntriesBySubjectAsync(Li)).Count);
    }

    [Fact]
    public async Task FollowOnce_LogLeftOutOnce_ReadAgainAndNobodyAccused()
    {
        await using ProjectionWorld world = await ProjectionWorld.CreateAsync(fixture.Chain);
        await world.AnchorAsync(world.First, world.Entries(2, Li));
        TransactionReceipt hidden = await world.AnchorAsync(world.First, world.Entries(3, Li));
        await world.AnchorAsync(world.First, world.Entries(1, Li));
        int answers = 0;
        using var node = new FaultyNode
        {
            After = (call, answer) => FaultyNode.Method(call) == "eth_getLogs" && answers++ == 0 ? Spoil(answer, hidden.BlockNumber, "a missing batch") : answer,
        };
        LedgerProjection projection = await world.ProjectAsync(await world.StoreAsync(Dialect.Sqlite), node);

        await projection.FollowOnceAsync();

        Assert.Empty((await projection.StatusAsync()).Untrusted);
        Assert.Equal(6, (await projection.EntriesBySubjectAsync(Li)).Count);
    }

    [Fact]
    public async Task FollowOnce_LogsOfAnEndpointThatLags_AreNotTaken()
    {
        await using ProjectionWorld world = await ProjectionWorld.CreateAsync(fixture.Chain);
        await world.AnchorAsync(world.First, world.Entries(2, Li));
        bool lagging = true;
        bool asked = false;
        using var node = new FaultyNode
        {
            // As if the client had failed over, between its calls, to a node that has not got the newest block.
            After = (call, answer) =>
            {
                string method = FaultyNode.Method(call);
                if (lagging && method == "eth_getLogs") (answer["result"], asked) = (new JsonArray(), true);
                if (lagging && asked && method == "eth_getBlockByNumber") answer["result"] = null;
                return answer;
            },
        };
        LedgerProjection projection = await world.ProjectAsync(await world.StoreAsync(Dialect.Sqlite), node);
        await projection.FollowOnceAsync();
        Assert.NotNull((await projection.StatusAsync()).Problem);
        Assert.Equal(DateTimeOffset.UnixEpoch, (await projection.StatusAsync()).FollowedAt);

        lagging = false;
        await projection.FollowOnceAsync();
        Assert.Equal(2, (await projection.EntriesBySubjectAsync(Li)).Count);
    }

    private static JsonObject Spoil(JsonObject answer, ulong block, string lie)
    {
        JsonArray logs = answer["result"]!.AsArray();
        JsonNode log = logs.Single(one => one!["blockNumber"]!.GetValue<string>() == $"0x{block:x}")!;
        if (lie == "a missing batch")
        {
            logs.Remove(log);
            return answer;
        }

        if (lie == "another writer")
        {
            log["topics"]![1] = "0x" + new string('0', 24) + new string('9', 40);
            return answer;
        }

        if (lie == "a changed sequence")
        {
            log["topics"]![2] = "0x" + new string('0', 63) + "9";
            return answer;
        }

        // Data: count, root, head, timestamp, offset of the entries, then their length and bytes; 64 digits each.
        char[] data = log["data"]!.GetValue<string>().ToCharArray();
        int digit = 2 + lie switch
        {
            "a changed count" => 63,
            "a changed root" => 64,
            "a changed head" => 128,
            _ => (6 * 64) + 40,
        };
        data[digit] = data[digit] == '4' ? '5' : '4';
        log["data"] = new string(data);
        return answer;
    }
}
