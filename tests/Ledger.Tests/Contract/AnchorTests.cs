using Consortium.Integrity;

namespace Consortium.Ledger.Tests;

public sealed class AnchorTests(ChainFixture fixture) : IClassFixture<ChainFixture>
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(100)]
    [InlineData(257)]
    [InlineData(1000)]
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
        Assert.Equal((await fixture.Client.BlockAsync(receipt.BlockNumber))!.Timestamp, anchored.Timestamp);
        Assert.Equal(new CustodianState((ulong)count, anchored.Head), await consortium.Contract.CustodianAsync(anchored.Custodian));
    }

    [Fact]
    public async Task Anchor_SeveralBatchesOfTwoHospitals_NumbersAndChainsEachByItself()
    {
        TestConsortium consortium = await TestConsortium.DeployAsync(fixture, hospitals: 2);
        foreach (LedgerAccount hospital in consortium.Hospitals)
        {
            Hash256 head = Hash256.Zero;
            ulong next = 0;
            foreach (int count in (int[])[3, 1, 4])
            {
                IndexEntry[] entries = Entries.Random(count, seed: count);
                Hash256 root = BatchTree.Root(entries);
                await hospital.SendAsync(consortium.Contract.Address, consortium.Contract.EncodeAnchor(next, root, IndexEntry.Pack(entries)));
                head = BatchHead.Next(head, next, (ulong)count, root);
                next += (ulong)count;
                Assert.Equal(new CustodianState(next, head), await consortium.Contract.CustodianAsync(hospital.Address));
            }
        }
    }

    [Theory]
    [InlineData(1)] // a gap
    [InlineData(ulong.MaxValue)]
    public async Task Anchor_OtherThanTheNextNumber_IsRefused(ulong first)
    {
        TestConsortium consortium = await TestConsortium.DeployAsync(fixture, hospitals: 1);
        IndexEntry[] entries = Entries.Random(2, seed: 1);
        byte[] call = consortium.Contract.EncodeAnchor(first, BatchTree.Root(entries), IndexEntry.Pack(entries));
        var refusal = await Assert.ThrowsAsync<ContractRevertException>(() => consortium.Hospitals[0].SendAsync(consortium.Contract.Address, call));
        Assert.Equal("WrongSequence", refusal.Error.Name);
        Assert.Equal(first, refusal.Error["given"]);
        Assert.Equal(0ul, refusal.Error["next"]);
    }

    [Fact]
    public async Task Anchor_TheSameBatchTwice_IsRefused()
    {
        TestConsortium consortium = await TestConsortium.DeployAsync(fixture, hospitals: 1);
        IndexEntry[] entries = Entries.Random(2, seed: 1);
        byte[] call = consortium.Contract.EncodeAnchor(0, BatchTree.Root(entries), IndexEntry.Pack(entries));
        Assert.Null(await consortium.RefusalAsync(consortium.Hospitals[0], call));
        Assert.Equal("WrongSequence", await consortium.RefusalAsync(consortium.Hospitals[0], call));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(73)]
    [InlineData(74)]
    [InlineData(221)]
    public async Task Anchor_OneBitOfOneEntryChanged_IsRefusedByItsRoot(int position)
    {
        TestConsortium consortium = await TestConsortium.DeployAsync(fixture, hospitals: 1);
        IndexEntry[] entries = Entries.Random(3, seed: 1);
        byte[] packed = IndexEntry.Pack(entries);
        packed[position] ^= 1;
        Assert.Equal("WrongRoot", await consortium.RefusalAsync(consortium.Hospitals[0], consortium.Contract.EncodeAnchor(0, BatchTree.Root(entries), packed)));
    }

    [Fact]
    public async Task Anchor_EntriesReordered_IsRefusedByItsRoot()
    {
        TestConsortium consortium = await TestConsortium.DeployAsync(fixture, hospitals: 1);
        IndexEntry[] entries = Entries.Random(3, seed: 1);
        byte[] reordered = IndexEntry.Pack([entries[1], entries[0], entries[2]]);
        Assert.Equal("WrongRoot", await consortium.RefusalAsync(consortium.Hospitals[0], consortium.Contract.EncodeAnchor(0, BatchTree.Root(entries), reordered)));
    }

    [Theory]
    [InlineData(0, "NoEntries")]
    [InlineData(1, "CutEntry")]
    [InlineData(73, "CutEntry")]
    [InlineData(75, "CutEntry")]
    public async Task Anchor_NoOrCutEntries_IsRefused(int length, string error)
    {
        TestConsortium consortium = await TestConsortium.DeployAsync(fixture, hospitals: 1);
        Assert.Equal(error, await consortium.RefusalAsync(consortium.Hospitals[0], consortium.Contract.EncodeAnchor(0, Hash256.Zero, new byte[length])));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(13)]
    public async Task VerifyInclusion_EveryEntry_HoldsAtItsPlaceAlone(int count)
    {
        TestConsortium consortium = await TestConsortium.DeployAsync(fixture, hospitals: 1);
        IndexEntry[] entries = Entries.Random(count, seed: count);
        Hash256 root = BatchTree.Root(entries);
        IReadOnlyList<Hash256>[] paths = BatchTree.AllInclusionPaths(entries);
        for (int i = 0; i < count; i++)
        {
            Assert.True(await consortium.Contract.VerifyInclusionAsync(root, (ulong)i, (ulong)count, entries[i], paths[i]));
            Assert.False(await consortium.Contract.VerifyInclusionAsync(root, (ulong)count, (ulong)count, entries[i], paths[i]));
            Assert.False(await consortium.Contract.VerifyInclusionAsync(root, (ulong)i, (ulong)count, entries[i], [.. paths[i], root]));
            if (count == 1) continue;
            Assert.False(await consortium.Contract.VerifyInclusionAsync(root, (ulong)((i + 1) % count), (ulong)count, entries[i], paths[i]));
            Assert.False(await consortium.Contract.VerifyInclusionAsync(root, (ulong)i, (ulong)count, entries[(i + 1) % count], paths[i]));
            Assert.False(await consortium.Contract.VerifyInclusionAsync(root, (ulong)i, (ulong)count, entries[i], [.. paths[i].Skip(1)]));
        }
    }

    [Fact]
    public async Task Publish_OneRecord_AnchorsItsEntryInTheSameNumberingAndEmitsCipherAndKeys()
    {
        TestConsortium consortium = await TestConsortium.DeployAsync(fixture, hospitals: 1);
        LedgerAccount hospital = consortium.Hospitals[0];
        IndexEntry[] batch = Entries.Random(2, seed: 3);
        await hospital.SendAsync(consortium.Contract.Address, consortium.Contract.EncodeAnchor(0, BatchTree.Root(batch), IndexEntry.Pack(batch)));
        IndexEntry entry = Entries.Random(1, seed: 4)[0];
        byte[] cipher = [.. Enumerable.Range(0, 300).Select(i => (byte)i)];
        WrappedKey[] keys = [new(hospital.Address, [1, 2, 3]), new(LocalSigner.Generate().Address, [4])];

        TransactionReceipt receipt = await hospital.SendAsync(consortium.Contract.Address, consortium.Contract.EncodePublish(2, entry, cipher, keys));

        LedgerEvent[] events = [.. receipt.Logs.Select(l => ConsortiumLedgerContract.DecodeEvent(l)!)];
        var anchored = Assert.IsType<BatchAnchored>(events[0]);
        Assert.Equal((2ul, 1ul, BatchTree.Leaf(entry)), (anchored.FirstSequence, anchored.Count, anchored.Root));
        var published = Assert.IsType<RecordPublished>(events[1]);
        Assert.Equal((hospital.Address, 2ul), (published.Custodian, published.Sequence));
        Assert.Equal(cipher, published.Cipher);
        Assert.Equal(keys.Select(k => (k.Reader, Convert.ToHexString(k.Wrapped))), published.Keys.Select(k => (k.Reader, Convert.ToHexString(k.Wrapped))));
        Assert.Equal(3ul, (await consortium.Contract.CustodianAsync(hospital.Address)).NextSequence);

        TransactionReceipt wrapped = await hospital.SendAsync(consortium.Contract.Address, consortium.Contract.EncodeWrapKeys(2, keys));
        Assert.Equal(2, Assert.IsType<KeysWrapped>(ConsortiumLedgerContract.DecodeEvent(wrapped.Logs[0])).Keys.Count);
        Assert.Equal("NotYetAnchored", await consortium.RefusalAsync(hospital, consortium.Contract.EncodeWrapKeys(3, keys)));
        Assert.Equal("NoKeys", await consortium.RefusalAsync(hospital, consortium.Contract.EncodeWrapKeys(2, [])));
        Assert.Equal("NoKeys", await consortium.RefusalAsync(hospital, consortium.Contract.EncodePublish(3, entry, cipher, [])));
        Assert.Equal("NoCipher", await consortium.RefusalAsync(hospital, consortium.Contract.EncodePublish(3, entry, [], keys)));
    }
}
