using Consortium.AnchorService.Batching;
using Consortium.AnchorService.Submission;
using Consortium.Ledger;

namespace Consortium.AnchorService.Tests;

public sealed class DecisionTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, null, false)]
    [InlineData(1, 0, false)]
    [InlineData(1, 999, false)]
    [InlineData(1, 1000, true)]
    [InlineData(499, 999, false)]
    [InlineData(500, 0, true)]
    [InlineData(1, -1, true)] // the clock was put back
    public void IsDue_CountAgeAndClock(int waiting, int? ageInMilliseconds, bool due) => Assert.Equal(
        due, BatchClosing.IsDue(waiting, 500, ageInMilliseconds is { } age ? Noon.AddMilliseconds(-age) : null, TimeSpan.FromSeconds(1), Noon));

    [Fact]
    public async Task LargestBatch_ManyEntriesAllowed_TransactionStaysBelowItsBytes()
    {
        using LocalSigner signer = LocalSigner.Generate();
        var options = new AnchorOptions { Store = "sqlite:x", Endpoints = [new Uri("http://127.0.0.1:1")], Contract = signer.Address, Signer = signer, BatchEntries = 4096 };
        await using var client = new EthereumClient(options.Endpoints);
        var contract = new ConsortiumLedgerContract(client, signer.Address);
        byte[] data = contract.EncodeAnchor(ulong.MaxValue, default, new byte[options.LargestBatch * 74]);
        SignedTransaction largest = await TransactionSigner.SignAsync(new LedgerTransaction(ulong.MaxValue / 4, ulong.MaxValue, UInt128.MaxValue, ulong.MaxValue, signer.Address, data), signer);
        Assert.InRange(largest.Raw.Length, options.TransactionBytes - 600, options.TransactionBytes);
        Assert.Equal(500, (options with { BatchEntries = 500 }).LargestBatch);
    }

    [Theory]
    [InlineData("already known", SendAnswer.AlreadyKnown)] // go-ethereum, Erigon
    [InlineData("Known transaction", SendAnswer.AlreadyKnown)] // Besu
    [InlineData("AlreadyKnown", SendAnswer.AlreadyKnown)] // Nethermind
    [InlineData("transaction already imported", SendAnswer.AlreadyKnown)] // anvil
    [InlineData("nonce too low: next nonce 5, tx nonce 4", SendAnswer.NonceTooLow)] // go-ethereum
    [InlineData("Nonce too low", SendAnswer.NonceTooLow)] // Besu
    [InlineData("OldNonce, Current nonce: 5, nonce of rejected tx: 4", SendAnswer.NonceTooLow)] // Nethermind
    [InlineData("replacement transaction underpriced", SendAnswer.Underpriced)]
    [InlineData("max fee per gas less than block base fee: address 0x0, maxFeePerGas: 1, baseFee: 2", SendAnswer.Underpriced)]
    [InlineData("Gas price below configured minimum gas price", SendAnswer.Underpriced)]
    [InlineData("FeeTooLowToCompete", SendAnswer.Underpriced)]
    [InlineData("insufficient funds for gas * price + value: balance 0", SendAnswer.InsufficientFunds)]
    [InlineData("Upfront cost exceeds account balance", SendAnswer.InsufficientFunds)]
    [InlineData("txpool is full", SendAnswer.Refused)]
    [InlineData("intrinsic gas too low", SendAnswer.Refused)]
    public void Read_WordsOfEachNode(string message, object answer) => Assert.Equal((SendAnswer)answer, SendAnswers.Read(message));

    [Fact]
    public void ReplacementPrice_OutbidsFollowsTheMarketAndStopsAtTheMaximum()
    {
        var fees = new FeePolicy { PercentAboveSuggested = 20, ReplacementPercent = 25, MaximumGasPrice = 1000 };
        Assert.Equal((UInt128)120, fees.FirstPrice(100));
        Assert.Equal((UInt128)1000, fees.FirstPrice(5000));
        Assert.Equal((UInt128)125, fees.ReplacementPrice(100, 10));
        Assert.Equal((UInt128)600, fees.ReplacementPrice(100, 500));
        Assert.Equal((UInt128)2, fees.ReplacementPrice(1, 0));
        Assert.Null(fees.ReplacementPrice(900, 10));
        Assert.Equal((UInt128)1000, fees.ReplacementPrice(800, 5000));
        Assert.Null((fees with { FixedGasPrice = 0 }).ReplacementPrice(0, 500));
        Assert.Equal((UInt128)0, (fees with { FixedGasPrice = 0 }).FirstPrice(500));
    }

    [Theory]
    [InlineData("Endpoints")]
    [InlineData("BatchEntries")]
    [InlineData("TransactionBytes")]
    [InlineData("BatchAge")]
    [InlineData("PipelineDepth")]
    [InlineData("Confirmations")]
    [InlineData("RecheckBlocks")]
    [InlineData("PollInterval")]
    public void Validate_OutOfRange_NamesTheKey(string key)
    {
        using LocalSigner signer = LocalSigner.Generate();
        var good = new AnchorOptions { Store = "sqlite:x", Endpoints = [new Uri("http://127.0.0.1:1")], Contract = signer.Address, Signer = signer };
        good.Validate();
        AnchorOptions bad = key switch
        {
            "Endpoints" => good with { Endpoints = [] },
            "BatchEntries" => good with { BatchEntries = 0 },
            "TransactionBytes" => good with { TransactionBytes = 10 },
            "BatchAge" => good with { BatchAge = TimeSpan.Zero },
            "PipelineDepth" => good with { PipelineDepth = 0 },
            "Confirmations" => good with { Confirmations = 0 },
            "RecheckBlocks" => good with { RecheckBlocks = -1 },
            _ => good with { PollInterval = TimeSpan.Zero },
        };
        Assert.Contains($"Anchor:{key} ", Assert.Throws<ArgumentException>(bad.Validate).Message, StringComparison.Ordinal);
    }
}
