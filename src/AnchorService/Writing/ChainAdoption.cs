using System.Data.Common;
using Consortium.AnchorService.Status;
using Consortium.AnchorService.Store;
using Consortium.AnchorService.Submission;
using Consortium.Integrity;
using Consortium.Ledger;
using Consortium.Messaging;
using Dapper;

namespace Consortium.AnchorService.Writing;

/// <summary>
/// After the tables were lost for good: writes the custodian's batches, verified, from the chain into empty tables, as final. Entries that come in again
/// are then known again, and numbering goes on where the contract stands. Each batch's receipt is sent again: a record store that was restored from a backup may not have it.
/// </summary>
internal sealed class ChainAdoption
{
    private readonly WriterParts _parts;
    private readonly ChainBatches _chainBatches;
    private readonly Outbox _outbox;

    public ChainAdoption(WriterParts parts, ChainBatches chainBatches, Outbox outbox)
    {
        _parts = parts;
        _chainBatches = chainBatches;
        _outbox = outbox;
    }

    public async Task AdoptAsync(CustodianState inContract, CancellationToken ct)
    {
        IReadOnlyList<BatchAnchored> batches = await _chainBatches.AllAsync(_parts.Custodian, ct).ConfigureAwait(false);
        Verify(batches, inContract);
        string custodian = _parts.Custodian.ToString();
        long now = _parts.Time.GetUtcNow().ToUnixTimeMilliseconds();
        ulong chainId = _parts.Options.ChainId ?? await _parts.Client.ChainIdAsync(ct).ConfigureAwait(false);
        await _parts.Store.WriteAsync(async transaction =>
        {
            DbConnection connection = transaction.Connection!;
            foreach (BatchAnchored found in batches)
            {
                var batch = new AnchorBatch
                {
                    FirstSequence = found.FirstSequence,
                    Count = (int)found.Count,
                    Root = found.Root,
                    Head = found.Head,
                    State = BatchState.Final,
                    Requeued = 0,
                    OldestReceivedAt = DateTimeOffset.FromUnixTimeMilliseconds(now),
                };
                await connection.InsertBatchAsync(transaction, custodian, batch, found.Entries, now).ConfigureAwait(false);
                await connection.ExecuteAsync(
                    "UPDATE anchor_batch SET transaction_hash = @hash, block_number = @number, block_hash = @block, final_at = @now WHERE custodian = @custodian AND first_sequence = @first",
                    new { hash = found.TransactionHash.ToArray(), number = (long)found.BlockNumber, block = found.BlockHash.ToArray(), now, custodian, first = (long)found.FirstSequence },
                    transaction).ConfigureAwait(false);
                await _outbox.EnqueueAsync(transaction, Receipt(found, custodian, chainId), $"adopted/{custodian}/{found.FirstSequence}/{found.BlockHash}").ConfigureAwait(false);
                foreach (IndexEntry entry in IndexEntry.Unpack(found.Entries))
                {
                    await connection.ExecuteAsync(
                        "INSERT INTO anchor_entry (custodian, record_id, packed, received_at, batch) VALUES (@custodian, @record, @packed, @now, @first) " +
                        "ON CONFLICT (custodian, record_id) DO UPDATE SET batch = excluded.batch",
                        new { custodian, record = entry.RecordId.ToArray(), packed = IndexEntry.Pack([entry]), now, first = (long)found.FirstSequence }, transaction).ConfigureAwait(false);
                }
            }

            await connection.ExecuteAsync(
                "UPDATE anchor_writer SET next_sequence = @next, head = @head WHERE custodian = @custodian",
                new { custodian, next = (long)inContract.NextSequence, head = inContract.Head.ToArray() }, transaction).ConfigureAwait(false);
        }, ct).ConfigureAwait(false);
    }

    private RecordsAnchored Receipt(BatchAnchored batch, string custodian, ulong chainId) => new()
    {
        Custodian = custodian,
        ChainId = chainId,
        Contract = _parts.Options.Contract.ToString(),
        FirstSequence = batch.FirstSequence,
        Root = batch.Root.ToString(),
        Head = batch.Head.ToString(),
        TransactionHash = batch.TransactionHash.ToString(),
        BlockNumber = batch.BlockNumber,
        BlockHash = batch.BlockHash.ToString(),
        BlockTimestamp = batch.Timestamp,
        Entries = batch.Entries,
    };

    private static void Verify(IReadOnlyList<BatchAnchored> batches, CustodianState inContract)
    {
        ulong next = 0;
        Hash256 head = Hash256.Zero;
        foreach (BatchAnchored batch in batches)
        {
            head = BatchHead.Next(head, next, batch.Count, BatchTree.Root(IndexEntry.Unpack(batch.Entries)));
            if (batch.FirstSequence != next || batch.Head != head)
            {
                throw new AnchorStoppedException($"The chain's log of the batch at sequence {batch.FirstSequence} does not continue sequence {next}: the endpoint gives an incomplete log. Use another endpoint, or correct Anchor:DeployedAtBlock.", lasting: false);
            }

            next += batch.Count;
        }

        if (next != inContract.NextSequence || head != inContract.Head)
        {
            throw new AnchorStoppedException($"The chain's log ends at sequence {next}, the contract at {inContract.NextSequence}: the endpoint gives an incomplete log. Use another endpoint, or correct Anchor:DeployedAtBlock.", lasting: false);
        }
    }
}
