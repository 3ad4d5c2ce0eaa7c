using Consortium.Integrity;

namespace Consortium.Ledger.Tests;

public sealed class AnchorTests(ChainFixture fixture) : IClassFixture<ChainFixture>
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(100)]
    [InlineData(257)]
    public async Task Anchor_BatchOfAnySize_ComputesTheRootOfRecordCommitmentAndEmitsAll(int count)
    {
        TestConsortium consortium = await TestConsortium.DeployAsync(fixture, hospitals: 1);
        IndexEntry[] entries = Entries.Random(count, seed: count);
        Hash256 root = BatchTree.Root(entries);

        TransactionReceipt receipt = await consortium.Hospitals[0].SendAsync(
            consortium.Contract.Address, consortium.Contract.EncodeAnchor(0, root, IndexEntry.Pack(entries)));

        var anchored = (BatchAnchored)ConsortiumLedgerContract.DecodeEvent(Assert.Single(receipt.Logs))!;
        Assert.Equal(consortium.Hospitals[0].Address, anchored.Custodian);
        Assert.Equal(0ul, anchored.FirstSequence);
        Assert.Equal((ulong)count, anchored.Count);
        Assert.Equal(root, anchored.Root);
        Assert.Equal(BatchHead.Next(Hash256.Zero, 0, (ulong)count, root), anchored.Head);
        Assert.Equal(entries, IndexEntry.Unpack(anchored.Entries));
        Assert.Equal(new CustodianState((ulong)count, anchored.Head), await consortium.Contract.CustodianAsync(anchored.Custodian));
    }
}
