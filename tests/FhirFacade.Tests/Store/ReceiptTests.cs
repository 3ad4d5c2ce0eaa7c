using Consortium.Integrity;
using Consortium.Messaging;
using Consortium.Storage;
using Consortium.Testing;
using static Consortium.FhirFacade.Tests.Store.StoreHarness;

namespace Consortium.FhirFacade.Tests.Store;

/// <summary>Flow step 7: what the chain says is kept beside the version, after it was recomputed.</summary>
public sealed class ReceiptTests
{
    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task Anchor_GivesEachVersionItsPath(Dialect dialect)
    {
        await using StoreHarness harness = await CreateAsync(dialect);
        IndexEntry[] entries = await StoreAsync(harness, 5);

        await harness.Receipts.AnchorAsync(Batch(entries, first: 40));

        for (int i = 0; i < entries.Length; i++)
        {
            StoredReceipt receipt = (await harness.Records.CommittedAsync(entries[i].RecordId, default))!.Receipt!;
            Assert.Equal((40UL + (ulong)i, 40UL, 5UL, 17UL), (receipt.Sequence, receipt.FirstSequence, receipt.Count, receipt.BlockNumber));
            Assert.True(BatchTree.VerifyInclusion(entries[i], receipt.Sequence - receipt.FirstSequence, receipt.Count, receipt.InclusionPath, receipt.Root));
        }
    }

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task Anchor_SameBatchInAnotherBlock_Replaces(Dialect dialect)
    {
        await using StoreHarness harness = await CreateAsync(dialect);
        IndexEntry[] entries = await StoreAsync(harness, 3);
        await harness.Receipts.AnchorAsync(Batch(entries, first: 0));

        await harness.Receipts.AnchorAsync(Batch(entries, first: 0) with { BlockNumber = 99 });

        Assert.Equal(3, await harness.CountAsync("receipt"));
        Assert.Equal(99UL, (await harness.Records.CommittedAsync(entries[2].RecordId, default))!.Receipt!.BlockNumber);
    }

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task Anchor_OtherEntriesUnderTheSameSequence_VoidsTheOldReceipts(Dialect dialect)
    {
        await using StoreHarness harness = await CreateAsync(dialect);
        IndexEntry[] entries = await StoreAsync(harness, 4);
        await harness.Receipts.AnchorAsync(Batch(entries[..3], first: 0));

        await harness.Receipts.AnchorAsync(Batch(entries[2..], first: 0));

        Assert.Null((await harness.Records.CommittedAsync(entries[0].RecordId, default))!.Receipt);
        Assert.Equal(0UL, (await harness.Records.CommittedAsync(entries[2].RecordId, default))!.Receipt!.Sequence);
    }

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task Anchor_WhatDoesNotAddUp_IsRefused(Dialect dialect)
    {
        await using StoreHarness harness = await CreateAsync(dialect);
        IndexEntry[] entries = await StoreAsync(harness, 2);
        RecordsAnchored good = Batch(entries, first: 0);

        await Assert.ThrowsAsync<InvalidDataException>(() => harness.Receipts.AnchorAsync(good with { Root = good.Head }));
        await Assert.ThrowsAsync<InvalidDataException>(() => harness.Receipts.AnchorAsync(good with { ChainId = 1 }));
        await Assert.ThrowsAsync<InvalidDataException>(() => harness.Receipts.AnchorAsync(good with { Contract = Options.Custodian.ToString() }));
        await Assert.ThrowsAsync<InvalidDataException>(() => harness.Receipts.AnchorAsync(good with { Custodian = Options.Contract.ToString() }));
        Assert.Equal(0, await harness.CountAsync("receipt"));
    }

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task Anchor_EntriesOfNoVersion_GiveNoReceipt(Dialect dialect)
    {
        await using StoreHarness harness = await CreateAsync(dialect);
        IndexEntry[] entries = await StoreAsync(harness, 1);
        IndexEntry stranger = entries[0] with { RecordId = new Tag128(Enumerable.Repeat((byte)7, 16).ToArray()) };

        await harness.Receipts.AnchorAsync(Batch([entries[0], stranger], first: 0));

        Assert.Equal(1, await harness.CountAsync("receipt"));
    }

    private static async Task<IndexEntry[]> StoreAsync(StoreHarness harness, int count)
    {
        await harness.StoreAsync(1, [.. Enumerable.Range(0, count).Select(i => Resource($$"""{"resourceType":"Patient","id":"p{{i}}"}"""))]);
        return await harness.EntriesAsync();
    }

    private static RecordsAnchored Batch(IndexEntry[] entries, ulong first) => new()
    {
        Custodian = Options.Custodian.ToString(),
        ChainId = Options.ChainId,
        Contract = Options.Contract.ToString(),
        FirstSequence = first,
        Root = BatchTree.Root(entries).ToString(),
        Head = new string('1', 64),
        TransactionHash = new string('2', 64),
        BlockNumber = 17,
        BlockHash = new string('3', 64),
        BlockTimestamp = 1,
        Entries = IndexEntry.Pack(entries),
    };
}
