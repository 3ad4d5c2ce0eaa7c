using System.Globalization;
using Consortium.Integrity;
using Consortium.Ledger;

namespace Consortium.Audit;

/// <summary>
/// The first half of a replay: the contract's events from its first block, each checked against the ones before it as if
/// no contract had. Believes neither the contract nor the custodians.
/// </summary>
internal sealed class ChainReplay(ReplayOptions options, ulong unitsPerSecond)
{
    private readonly Dictionary<Address, MemberChanged> _members = [];
    private readonly Dictionary<Address, CustodianTrail> _trails = [];
    private readonly List<CustodianTrail> _ordered = [];
    private readonly HashSet<(Address, Tag128)> _recordIds = [];
    private readonly Dictionary<(Address, ulong), Attested> _attested = [];
    private readonly List<Attested> _attestations = [];

    public List<Finding> Findings { get; } = [];

    public IReadOnlyList<CustodianTrail> Trails => _ordered;

    public ulong Entries { get; private set; }

    public ulong? FirstBlock { get; private set; }

    /// <summary>The last state that the events give a member.</summary>
    public MemberChanged? Member(Address account) => _members.GetValueOrDefault(account);

    public void Apply(LedgerEvent ledgerEvent)
    {
        FirstBlock ??= ledgerEvent.BlockNumber;
        switch (ledgerEvent)
        {
            case MemberChanged member:
                _members[member.Account] = member;
                break;
            case BatchAnchored batch:
                Apply(batch);
                break;
            case Attested attested:
                Apply(attested);
                break;
            default:
                break;
        }
    }

    /// <summary>What can only be said at the end: that witnesses and the contract's own state agree with the events.</summary>
    public void Finish(Func<Address, CustodianState> stateAtLastBlock)
    {
        foreach (Attested attested in _attestations)
        {
            // A head is defined where a batch ends; one attested inside a batch cannot be compared.
            if (_trails.TryGetValue(attested.Custodian, out CustodianTrail? trail) && trail.Heads.TryGetValue(attested.Sequence, out Hash256 head) && head != attested.Head)
            {
                Add(FindingKind.Equivocated, $"Witness {attested.Witness} attested another head after {attested.Sequence} entries than the chain has.", attested, attested.Custodian, attested.Sequence);
            }
        }

        foreach (CustodianTrail trail in _ordered)
        {
            CustodianState state = stateAtLastBlock(trail.Custodian);
            if (state.Head != trail.Head || state.NextSequence != trail.NextSequence)
            {
                Findings.Add(new Finding(FindingKind.WrongHead, $"The contract counts {state.NextSequence} entries of this custodian, the events {trail.NextSequence}, or their heads differ: events are missing or false.")
                {
                    Custodian = trail.Custodian.ToString(),
                    Sequence = trail.NextSequence,
                });
            }
        }
    }

    /// <summary>The chain must still lead to the heads that an earlier replay saw.</summary>
    public void CompareWith(Checkpoint since)
    {
        foreach ((Address custodian, (ulong entries, Hash256 head)) in since.Heads)
        {
            if (_trails.GetValueOrDefault(custodian)?.Heads.GetValueOrDefault(entries) == head) continue;
            Findings.Add(new Finding(FindingKind.Equivocated, $"The chain no longer leads to the head that the earlier replay saw after {entries} entries (block {since.LastBlock}): what was replayed then was replaced.")
            {
                Custodian = custodian.ToString(),
                Sequence = entries,
            });
        }
    }

    private void Apply(BatchAnchored batch)
    {
        CustodianTrail trail = Trail(batch.Custodian);
        if (_members.GetValueOrDefault(batch.Custodian) is not { Active: true, Role: MemberRole.Hospital })
        {
            Add(FindingKind.WrittenWithoutRight, "The writer was no active hospital when it anchored this batch.", batch, batch.Custodian, batch.FirstSequence, batch.Count);
        }

        if (batch.FirstSequence != trail.NextSequence)
        {
            Add(FindingKind.OutOfOrder, $"The batch begins with number {batch.FirstSequence}; the next was {trail.NextSequence}.", batch, batch.Custodian, batch.FirstSequence, batch.Count);
        }

        IndexEntry[] entries = IndexEntry.Unpack(batch.Entries);
        Hash256 root = entries.Length > 0 ? BatchTree.Root(entries) : Hash256.Zero;
        if (root != batch.Root) Add(FindingKind.WrongRoot, "The batch's root is not that of its entries.", batch, batch.Custodian, batch.FirstSequence, batch.Count);
        Hash256 head = BatchHead.Next(trail.Head, batch.FirstSequence, batch.Count, batch.Root);
        if (head != batch.Head) Add(FindingKind.WrongHead, "The batch's head does not follow from the one before it.", batch, batch.Custodian, batch.FirstSequence, batch.Count);

        for (int i = 0; i < entries.Length; i++) Check(batch, batch.FirstSequence + (ulong)i, entries[i]);
        trail.Add(batch, head);
        Entries += batch.Count;
        options.Progress?.Report(new ReplayProgress("chain", Entries, 0));
    }

    private void Check(BatchAnchored batch, ulong sequence, IndexEntry entry)
    {
        if (!_recordIds.Add((batch.Custodian, entry.RecordId)))
        {
            Add(FindingKind.Duplicated, "The record id stands in the custodian's index more than once.", batch, batch.Custodian, sequence, 1, entry.RecordId);
        }

        ulong blockTime = batch.Timestamp / unitsPerSecond;
        if (entry.RecordedAt > blockTime + (ulong)options.ClockSkew.TotalSeconds)
        {
            Add(FindingKind.FutureDated, $"Recorded at {Time(entry.RecordedAt)}, in a block of {Time(blockTime)}.", batch, batch.Custodian, sequence, 1, entry.RecordId);
        }
        else if (blockTime > entry.RecordedAt + (ulong)options.LongestDelay.TotalSeconds)
        {
            Add(FindingKind.Late, $"Recorded at {Time(entry.RecordedAt)}, anchored at {Time(blockTime)}.", batch, batch.Custodian, sequence, 1, entry.RecordId);
        }
    }

    private void Apply(Attested attested)
    {
        _attestations.Add(attested);
        if (!_attested.TryAdd((attested.Custodian, attested.Sequence), attested) && _attested[(attested.Custodian, attested.Sequence)] is { } earlier && earlier.Head != attested.Head)
        {
            Add(FindingKind.Equivocated, $"Witnesses {earlier.Witness} and {attested.Witness} attested different heads after {attested.Sequence} entries.", attested, attested.Custodian, attested.Sequence);
        }
    }

    private CustodianTrail Trail(Address custodian)
    {
        if (_trails.TryGetValue(custodian, out CustodianTrail? trail)) return trail;
        trail = new CustodianTrail(custodian);
        _trails.Add(custodian, trail);
        _ordered.Add(trail);
        return trail;
    }

    private void Add(FindingKind kind, string detail, LedgerEvent at, Address custodian, ulong sequence, ulong entries = 1, Tag128? recordId = null) =>
        Findings.Add(new Finding(kind, detail)
        {
            Custodian = custodian.ToString(),
            Sequence = sequence,
            Entries = entries,
            RecordId = recordId?.ToString(),
            Block = at.BlockNumber,
            Transaction = at.TransactionHash.ToString(),
        });

    private static string Time(ulong seconds) => seconds <= (ulong)DateTimeOffset.MaxValue.ToUnixTimeSeconds()
        ? DateTimeOffset.FromUnixTimeSeconds((long)seconds).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"second {seconds}");
}
