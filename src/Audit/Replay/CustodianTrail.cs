using Consortium.Integrity;
using Consortium.Ledger;

namespace Consortium.Audit;

/// <summary>One entry of the index and where it stands.</summary>
internal readonly record struct TrailEntry(ulong Sequence, IndexEntry Entry, ulong Block, Hash256 Transaction);

/// <summary>What one custodian wrote, as the replay recomputes it.</summary>
internal sealed class CustodianTrail(Address custodian)
{
    private readonly List<BatchAnchored> _batches = [];

    public Address Custodian { get; } = custodian;

    /// <summary>The number that the next batch must begin with.</summary>
    public ulong NextSequence { get; private set; }

    /// <summary>The head that follows from the batches so far.</summary>
    public Hash256 Head { get; private set; }

    public IReadOnlyList<BatchAnchored> Batches => _batches;

    public ulong EntryCount { get; private set; }

    /// <summary>The head after so many entries, where a batch ends there.</summary>
    public Dictionary<ulong, Hash256> Heads { get; } = new() { [0] = Hash256.Zero };

    public void Add(BatchAnchored batch, Hash256 head)
    {
        _batches.Add(batch);
        EntryCount += batch.Count;
        NextSequence = batch.FirstSequence + batch.Count;
        Head = head;
        Heads[NextSequence] = head;
    }

    public IEnumerable<TrailEntry> Entries()
    {
        foreach (BatchAnchored batch in _batches)
        {
            IndexEntry[] entries = IndexEntry.Unpack(batch.Entries);
            for (int i = 0; i < entries.Length; i++)
            {
                yield return new TrailEntry(batch.FirstSequence + (ulong)i, entries[i], batch.BlockNumber, batch.TransactionHash);
            }
        }
    }
}
