using System.Net;
using System.Text.Json;
using Consortium.Integrity;
using Answer = Consortium.Ledger.Tests.FakeNode.Answer;

namespace Consortium.Ledger.Tests;

public sealed class EthereumClientTests
{
    private static readonly Uri[] Three = [new("http://one:8545"), new("http://two:8545"), new("http://three:8545")];
    private static readonly Address Contract = Address.Parse("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed");

    public static TheoryData<string> Faults => ["refused", "not json", "cut", "half", "html", "wrong id", "no result", "other type", "null object", "hangs"];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Read_FirstEndpointGivesNoUsableAnswer_TakesTheNextAndStaysWithIt(string fault)
    {
        var node = new FakeNode((host, request) => host == "one" ? Faulty(fault, request) : Answer.Result(request, "\"0x7a69\""));
        await using var client = new EthereumClient(Three, new EthereumClientOptions { Timeout = TimeSpan.FromMilliseconds(fault == "hangs" ? 50 : 30_000) }, node);
        Assert.Equal(31337ul, await client.ChainIdAsync());
        Assert.Equal(31337ul, await client.ChainIdAsync());
        Assert.Equal(["one", "two", "two"], node.Calls.Select(c => c.Host));
        EndpointHealth first = client.Endpoints[0];
        Assert.Equal((1L, 1L), (first.Failures, first.Calls));
        Assert.NotNull(first.LastFailure);
    }

    [Fact]
    public async Task Read_NoEndpointAnswers_SaysWhyForEachWithoutSecrets()
    {
        var node = new FakeNode((host, request) => host == "one" ? Answer.Refused() : new Answer { Status = HttpStatusCode.TooManyRequests, Text = "slow down", MediaType = "text/plain" });
        Uri[] endpoints = [new("http://user:secret@one:8545/key-abc"), new("http://two:8545/?token=def")];
        await using var client = new EthereumClient(endpoints, null, node);
        var e = await Assert.ThrowsAsync<RpcUnavailableException>(() => client.BlockNumberAsync());
        Assert.Contains("eth_blockNumber", e.Message, StringComparison.Ordinal);
        Assert.Contains("http://one:8545: ConnectionError", e.Message, StringComparison.Ordinal);
        Assert.Contains("http://two:8545: HTTP status 429", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("abc", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("def", e.Message, StringComparison.Ordinal);
        Assert.Equal(4, node.Calls.Count); // two rounds
    }

    [Fact]
    public async Task Read_EndpointKeepsFailing_IsLeftAloneAndTakenAgainAfterTheBreak()
    {
        bool away = true;
        var clock = new ManualClock();
        var node = new FakeNode((_, request) => away ? Answer.Refused() : Answer.Result(request, "\"0x1\""));
        await using var client = new EthereumClient([Three[0]], new EthereumClientOptions { TimeProvider = clock }, node);
        for (int i = 0; i < 10; i++) await Assert.ThrowsAsync<RpcUnavailableException>(() => client.ChainIdAsync());
        Assert.InRange(node.Calls.Count, 4, 6); // the rest never left
        Assert.False(client.Endpoints[0].Available);
        away = false;
        clock.Advance(TimeSpan.FromSeconds(1.1));
        Assert.Equal(1ul, await client.ChainIdAsync());
        Assert.True(client.Endpoints[0].Available);
    }

    [Fact]
    public async Task Error_OfTheNode_IsGivenAndNotAskedElsewhere()
    {
        var node = new FakeNode((_, request) => Answer.Error(request, 3, "execution reverted", "\"0x08c379a0\""));
        await using var client = new EthereumClient(Three, null, node);
        var e = await Assert.ThrowsAsync<RpcException>(() => client.CallAsync(Contract, [1]));
        Assert.Equal((3, "execution reverted"), (e.Code, e.Message));
        Assert.Equal([0x08, 0xc3, 0x79, 0xa0], e.RevertData);
        Assert.True(e.IsRevert);
        Assert.Single(node.Calls);
    }

    [Theory]
    [InlineData("already known", true, false, false)]
    [InlineData("Known transaction", true, false, false)]
    [InlineData("ALREADY_EXISTS: already known", true, false, false)]
    [InlineData("nonce too low: next nonce 5, tx nonce 4", false, true, false)]
    [InlineData("Nonce too low", false, true, false)]
    [InlineData("replacement transaction underpriced", false, false, true)]
    [InlineData("insufficient funds for gas * price + value", false, false, false)]
    public async Task Send_RefusedByTheNode_IsToldApart(string message, bool known, bool low, bool underpriced)
    {
        var node = new FakeNode((_, request) => Answer.Error(request, -32000, message));
        await using var client = new EthereumClient(Three, null, node);
        var e = await Assert.ThrowsAsync<RpcException>(() => client.SendRawTransactionAsync([1, 2, 3]));
        Assert.Equal((known, low, underpriced), (e.IsAlreadyKnown, e.IsNonceTooLow, e.IsReplacementUnderpriced));
    }

    [Fact]
    public async Task Send_FirstEndpointAway_SendsTheSameBytesToTheNext()
    {
        byte[] raw = [0xf8, 1, 2, 3];
        var node = new FakeNode((host, request) => host == "one" ? Answer.Refused() : Answer.Result(request, $"\"0x{Keccak256.Hash(raw)}\""));
        await using var client = new EthereumClient(Three, null, node);
        Assert.Equal(Keccak256.Hash(raw), await client.SendRawTransactionAsync(raw));
        Assert.Equal(["one", "two"], node.Calls.Select(c => c.Host));
        Assert.All(node.Calls, c => Assert.Contains("0xf8010203", c.Body, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Send_NodeAnswersWithAnotherHash_IsNotBelieved()
    {
        var node = new FakeNode((_, request) => Answer.Result(request, $"\"0x{Hash256.Zero}\""));
        await using var client = new EthereumClient(Three, null, node);
        await Assert.ThrowsAsync<RpcUnavailableException>(() => client.SendRawTransactionAsync([1]));
    }

    [Fact]
    public async Task Receipt_OfAnotherTransaction_IsNotBelieved()
    {
        string receipt = $$"""{"transactionHash":"0x{{Hash256.Zero}}","blockNumber":"0x1","blockHash":"0x{{Hash256.Zero}}","transactionIndex":"0x0","status":"0x1","gasUsed":"0x1","logs":[]}""";
        var node = new FakeNode((_, request) => Answer.Result(request, receipt));
        await using var client = new EthereumClient(Three, null, node);
        Assert.NotNull(await client.ReceiptAsync(Hash256.Zero));
        await Assert.ThrowsAsync<RpcUnavailableException>(() => client.ReceiptAsync(Keccak256.Hash("x"u8)));
    }

    [Fact]
    public async Task Receipt_Unknown_IsNull()
    {
        var node = new FakeNode((_, request) => Answer.Result(request, "null"));
        await using var client = new EthereumClient(Three, null, node);
        Assert.Null(await client.ReceiptAsync(Hash256.Zero));
        Assert.Null(await client.TransactionAsync(Hash256.Zero));
        Assert.Null(await client.BlockAsync(5));
    }

    [Theory]
    [InlineData(7)]
    [InlineData(100)]
    [InlineData(1)]
    public async Task Logs_NodeLimitsTheRange_AsksForHalvesAndMissesNone(int limit)
    {
        var node = new FakeNode((_, request) =>
        {
            (ulong from, ulong to) = Range(request);
            if (to - from + 1 > (ulong)limit) return Answer.Error(request, -32005, $"query exceeds max block range {limit}");
            return Answer.Result(request, "[" + string.Join(',', Enumerable.Range((int)from, (int)(to - from + 1)).Select(b => Log((ulong)b, 0))) + "]");
        });
        await using var client = new EthereumClient(Three, new EthereumClientOptions { LogBlockRange = 1000 }, node);
        IReadOnlyList<LogEntry> logs = await client.LogsAsync(new LogFilter(Contract, 100, 399));
        Assert.Equal(Enumerable.Range(100, 300).Select(b => (ulong)b), logs.Select(l => l.BlockNumber));
    }

    [Fact]
    public async Task Logs_OneBlockIsTooMuch_IsAnErrorAndNoEndlessLoop()
    {
        var node = new FakeNode((_, request) => Answer.Error(request, -32005, "query returned more than 10000 results"));
        await using var client = new EthereumClient(Three, null, node);
        await Assert.ThrowsAsync<RpcException>(() => client.LogsAsync(new LogFilter(Contract, 0, 1000)));
    }

    [Theory]
    [InlineData("address")]
    [InlineData("block")]
    [InlineData("order")]
    [InlineData("removed")]
    [InlineData("topic")]
    public async Task Logs_NotThoseAskedFor_AreNotBelieved(string lie)
    {
        string answer = lie switch
        {
            "address" => $"[{Log(5, 0).Replace(Contract.ToString(), "0x00000000000000000000000000000000000000aa", StringComparison.Ordinal)}]",
            "block" => $"[{Log(11, 0)}]",
            "order" => $"[{Log(6, 0)},{Log(5, 0)}]",
            "removed" => $"[{Log(5, 0).Replace("\"removed\":false", "\"removed\":true", StringComparison.Ordinal)}]",
            _ => $"[{Log(5, 0)}]",
        };
        var node = new FakeNode((_, request) => Answer.Result(request, answer));
        await using var client = new EthereumClient(Three, null, node);
        LogFilter filter = new LogFilter(Contract, 0, 10) with { Topics = lie == "topic" ? [[Keccak256.Hash("another"u8)]] : [[Hash256.Zero]] };
        await Assert.ThrowsAsync<RpcUnavailableException>(() => client.LogsAsync(filter));
    }

    [Fact]
    public async Task Batch_AnswersOutOfOrder_AreMatchedByTheirIds()
    {
        var node = new FakeNode((_, request) => Answer.Raw("[" + string.Join(',', request.EnumerateArray().Reverse().Select(r => Answer.Result(r, Header(r)).Text)) + "]"));
        await using var client = new EthereumClient(Three, new EthereumClientOptions { BatchSize = 3 }, node);
        IReadOnlyList<Block?> blocks = await client.BlocksAsync([4, 9, 2, 7]);
        Assert.Equal([4ul, 9, 2, 7], blocks.Select(b => b!.Number));
        Assert.Equal(2, node.Calls.Count);
    }

    [Fact]
    public async Task Batch_AnswerMissingOrTwice_IsNotBelieved()
    {
        foreach (bool twice in (bool[])[false, true])
        {
            var node = new FakeNode((_, request) =>
            {
                string[] answers = [.. request.EnumerateArray().Select(r => Answer.Result(r, Header(r)).Text!)];
                return Answer.Raw("[" + string.Join(',', twice ? [answers[0], answers[0]] : answers[..1]) + "]");
            });
            await using var client = new EthereumClient(Three, null, node);
            await Assert.ThrowsAsync<RpcUnavailableException>(() => client.BlocksAsync([1, 2]));
        }
    }

    [Theory]
    [InlineData("ws://one:8545")]
    [InlineData("ftp://one")]
    public void New_EndpointOfAnotherScheme_IsRefused(string url) => Assert.Throws<ArgumentException>(() => new EthereumClient([new Uri(url)]));

    [Fact]
    public void New_WithoutEndpoints_IsRefused() => Assert.Throws<ArgumentException>(() => new EthereumClient([]));

    private static Answer Faulty(string fault, JsonElement request) => fault switch
    {
        "refused" => Answer.Refused(),
        "not json" => Answer.Raw("oops"),
        "cut" => Answer.Raw("""{"jsonrpc":"2.0","id":1,"result":"0x7a"""),
        "half" => Answer.Raw(""),
        "html" => new Answer { Status = HttpStatusCode.BadGateway, Text = "<html>", MediaType = "text/html" },
        "wrong id" => Answer.Raw("""{"jsonrpc":"2.0","id":999,"result":"0x1"}"""),
        "no result" => Answer.Raw($$"""{"jsonrpc":"2.0","id":{{request.GetProperty("id").GetInt64()}}}"""),
        "other type" => Answer.Result(request, "31337"),
        "null object" => Answer.Raw("null"),
        "hangs" => new Answer { Hangs = true },
        _ => throw new ArgumentOutOfRangeException(nameof(fault)),
    };

    private static (ulong From, ulong To) Range(JsonElement request)
    {
        JsonElement filter = request.GetProperty("params")[0];
        return (Quantity.ReadUInt64(filter.GetProperty("fromBlock")), Quantity.ReadUInt64(filter.GetProperty("toBlock")));
    }

    private static string Log(ulong block, ulong index) =>
        $$"""{"address":"{{Contract}}","topics":["0x{{Hash256.Zero}}"],"data":"0x00","blockNumber":"{{Quantity.Write(block)}}","blockHash":"0x{{Hash256.Zero}}","transactionHash":"0x{{Hash256.Zero}}","transactionIndex":"0x0","logIndex":"{{Quantity.Write(index)}}","removed":false}""";

    private static string Header(JsonElement request) =>
        $$"""{"number":"{{request.GetProperty("params")[0].GetString()}}","hash":"0x{{Hash256.Zero}}","parentHash":"0x{{Hash256.Zero}}","timestamp":"0x1","gasUsed":"0x0","gasLimit":"0x1","transactions":[]}""";

    private sealed class ManualClock : TimeProvider
    {
        private DateTimeOffset _now = DateTimeOffset.UnixEpoch;

        public override DateTimeOffset GetUtcNow() => _now;

        public override long GetTimestamp() => _now.Ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Advance(TimeSpan time) => _now += time;
    }
}
