using Consortium.Integrity;
using Consortium.Ledger;

namespace Consortium.Audit.Tests;

/// <summary>Trails that the contract would never write: the replay must not rely on it. Events are made by hand.</summary>
public sealed class ChainReplayTests
{
    private static readonly Address Hospital = DevelopmentChain.FundedSigner(1).Address;
    private readonly ChainReplay _replay = new(new ReplayOptions { Chain = [], Contract = Hospital }, unitsPerSecond: 1);
    private ulong _block;

    [Fact]
    public void Apply_GoodTrail_FindsNothing()
    {
        Admit();
        BatchAnchored first = Anchor(0, Hash256.Zero, 3);
        BatchAnchored second = Anchor(3, first.Head, 2);
        _replay.Finish(_ => new CustodianState(5, second.Head));

        Assert.Empty(_replay.Findings);
        Assert.Equal(5UL, _replay.Entries);
    }

    [Fact]
    public void Apply_WriterSuspended_IsWrittenWithoutRight()
    {
        Admit();
        BatchAnchored first = Anchor(0, Hash256.Zero, 1);
        Admit(active: false);
        BatchAnchored second = Anchor(1, first.Head, 1);
        Admit();
        BatchAnchored third = Anchor(2, second.Head, 1);
        _replay.Finish(_ => new CustodianState(3, third.Head));

        Assert.Equal((FindingKind.WrittenWithoutRight, (ulong?)1), (Assert.Single(_replay.Findings).Kind, _replay.Findings[0].Sequence));
    }

    [Theory]
    [InlineData(MemberRole.Telemedicine)]
    [InlineData(MemberRole.Regulator)]
    public void Apply_WriterIsNoHospital_IsWrittenWithoutRight(MemberRole role)
    {
        Admit(role: role);
        BatchAnchored batch = Anchor(0, Hash256.Zero, 1);
        _replay.Finish(_ => new CustodianState(1, batch.Head));

        Assert.Equal(FindingKind.WrittenWithoutRight, Assert.Single(_replay.Findings).Kind);
    }

    [Fact]
    public void Apply_NumberSkipped_IsOutOfOrder()
    {
        Admit();
        BatchAnchored first = Anchor(0, Hash256.Zero, 1);
        BatchAnchored second = Anchor(2, first.Head, 1);
        _replay.Finish(_ => new CustodianState(3, second.Head));

        Assert.Equal((FindingKind.OutOfOrder, (ulong?)2), (Assert.Single(_replay.Findings).Kind, _replay.Findings[0].Sequence));
    }

    [Fact]
    public void Apply_EntryChangedInTheEvent_IsWrongRoot()
    {
        Admit();
        BatchAnchored good = Batch(0, Hash256.Zero, 4);
        byte[] entries = [.. good.Entries];
        entries[100] ^= 1;
        _replay.Apply(good with { Entries = entries });
        _replay.Finish(_ => new CustodianState(4, good.Head));

        Assert.Equal(FindingKind.WrongRoot, Assert.Single(_replay.Findings).Kind);
    }

    [Fact]
    public void Apply_HeadOfAnotherTrail_IsWrongHead()
    {
        Admit();
        _replay.Apply(Batch(0, Keccak256.Hash("x"u8), 2));

        Assert.Equal(FindingKind.WrongHead, Assert.Single(_replay.Findings).Kind);
    }

    [Fact]
    public void Finish_EventWithheld_IsWrongHead()
    {
        Admit();
        BatchAnchored first = Anchor(0, Hash256.Zero, 2);
        BatchAnchored withheld = Batch(2, first.Head, 2);
        _replay.Finish(_ => new CustodianState(4, withheld.Head));

        Assert.Equal(FindingKind.WrongHead, Assert.Single(_replay.Findings).Kind);
    }

    [Fact]
    public void Apply_TwoWitnessesDisagree_IsEquivocation()
    {
        Admit();
        BatchAnchored batch = Anchor(0, Hash256.Zero, 2);
        _replay.Apply(new Attested(Position(), Hospital, Hospital, 1, Keccak256.Hash("a"u8)));
        _replay.Apply(new Attested(Position(), Hospital, Hospital, 1, Keccak256.Hash("b"u8)));
        _replay.Finish(_ => new CustodianState(2, batch.Head));

        Assert.Equal(FindingKind.Equivocated, Assert.Single(_replay.Findings).Kind);
    }

    private void Admit(bool active = true, MemberRole role = MemberRole.Hospital) =>
        _replay.Apply(new MemberChanged(Position(), Hospital, role, active, null, "", "A"));

    private BatchAnchored Anchor(ulong first, Hash256 previous, int count)
    {
        BatchAnchored batch = Batch(first, previous, count);
        _replay.Apply(batch);
        return batch;
    }

    private BatchAnchored Batch(ulong first, Hash256 previous, int count)
    {
        IndexEntry[] entries = [.. Enumerable.Range(0, count).Select(i => new IndexEntry(
            new Tag128(Keccak256.Hash([(byte)first, (byte)i]).Span[..16]), Keccak256.Hash([(byte)i]), Tag128.Zero, 96, 1_795_000_000))];
        Hash256 root = BatchTree.Root(entries);
        return new BatchAnchored(Position(), Hospital, first, (ulong)count, root, BatchHead.Next(previous, first, (ulong)count, root), 1_795_000_001, IndexEntry.Pack(entries));
    }

    private LedgerPosition Position() => new(++_block, Keccak256.Hash([(byte)_block]), Hash256.Zero, 0);
}
