using System.Data.Common;
using Consortium.FhirFacade.Store;
using Consortium.Integrity;
using Consortium.Messaging;
using Consortium.Storage;
using Dapper;
using Microsoft.Extensions.Logging;

namespace Consortium.FhirFacade;

/// <summary>
/// Keeps what the chain says beside each version (flow step 7): the batch with its transaction, and the version's inclusion path.
/// Nothing that a message says is believed that can be recomputed. Thread-safe, idempotent.
/// </summary>
public sealed class ReceiptStore
{
    private readonly Database _database;
    private readonly FacadeOptions _options;
    private readonly StoreEngine _engine;
    private readonly ILogger<ReceiptStore> _logger;

    /// <summary>Receipts of the store in <paramref name="database"/>.</summary>
    public ReceiptStore(Database database, FacadeOptions options, ILogger<ReceiptStore> logger)
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(options);
        _database = database;
        _options = options;
        _engine = StoreEngine.For(database.Dialect, options.Suite);
        _logger = logger;
    }

    /// <summary>Stores the receipts of one batch. The same batch again, also in another block after a reorganisation, replaces them.</summary>
    /// <exception cref="InvalidDataException">The message is of another custodian, chain or contract, or its entries do not give its root.</exception>
    public async Task AnchorAsync(RecordsAnchored batch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        IndexEntry[] entries = IndexEntry.Unpack(batch.Entries);
        Check(batch, entries);
        byte[][] paths = [.. BatchTree.AllInclusionPaths(entries).Select(Pack)];
        long first = checked((long)batch.FirstSequence);
        int known = await _database.TransactAsync(async transaction =>
        {
            DbConnection connection = transaction.Connection!;
            byte[]? before = await connection.ExecuteScalarAsync<byte[]?>(
                "SELECT root FROM anchored_batch WHERE first_sequence = @first", new { first }, transaction).ConfigureAwait(false);
            if (before is not null && new Hash256(before) != Hash256.Parse(batch.Root))
            {
                // A reorganisation gave the sequence numbers to other entries: the old receipts are void.
                await connection.ExecuteAsync("DELETE FROM receipt WHERE first_sequence = @first", new { first }, transaction).ConfigureAwait(false);
            }

            await connection.ExecuteAsync(
                "INSERT INTO anchored_batch (first_sequence, entry_count, chain_id, contract, root, head, transaction_hash, block_number, block_hash, block_timestamp) " +
                "VALUES (@first, @count, @chainId, @contract, @root, @head, @transactionHash, @blockNumber, @blockHash, @timestamp) " +
                "ON CONFLICT (first_sequence) DO UPDATE SET entry_count = excluded.entry_count, root = excluded.root, head = excluded.head, transaction_hash = excluded.transaction_hash, " +
                "block_number = excluded.block_number, block_hash = excluded.block_hash, block_timestamp = excluded.block_timestamp",
                new
                {
                    first,
                    count = (long)entries.Length,
                    chainId = checked((long)batch.ChainId),
                    contract = batch.Contract,
                    root = Hash256.Parse(batch.Root).ToArray(),
                    head = Hash256.Parse(batch.Head).ToArray(),
                    transactionHash = Hash256.Parse(batch.TransactionHash).ToArray(),
                    blockNumber = checked((long)batch.BlockNumber),
                    blockHash = Hash256.Parse(batch.BlockHash).ToArray(),
                    timestamp = checked((long)batch.BlockTimestamp),
                }, transaction).ConfigureAwait(false);
            return await _engine.WriteReceiptsAsync(transaction, first, entries, paths).ConfigureAwait(false);
        }, cancellationToken).ConfigureAwait(false);
        if (known < entries.Length)
        {
            _logger.LogError(
                "The batch from sequence {FirstSequence} anchors {Unknown} of {Count} entries that are no versions of this store: a record was lost here, or somebody else uses this member's key.",
                batch.FirstSequence, entries.Length - known, entries.Length);
        }
    }

    /// <summary>An inclusion path as it stands in the store.</summary>
    internal static Hash256[] Unpack(byte[] path)
    {
        var hashes = new Hash256[path.Length / Hash256.Length];
        for (int i = 0; i < hashes.Length; i++) hashes[i] = new Hash256(path.AsSpan(i * Hash256.Length, Hash256.Length));
        return hashes;
    }

    private static byte[] Pack(IReadOnlyList<Hash256> path)
    {
        byte[] packed = new byte[path.Count * Hash256.Length];
        for (int i = 0; i < path.Count; i++) path[i].Span.CopyTo(packed.AsSpan(i * Hash256.Length));
        return packed;
    }

    private void Check(RecordsAnchored batch, IndexEntry[] entries)
    {
        if (!string.Equals(batch.Custodian, _options.Custodian.ToString(), StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidDataException($"A batch of custodian {batch.Custodian} came to the facade of {_options.Custodian}. Check the broker's namespace.");
        }

        if (batch.ChainId != _options.ChainId || !string.Equals(batch.Contract, _options.Contract.ToString(), StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidDataException(
                $"The batch from sequence {batch.FirstSequence} is on chain {batch.ChainId}, contract {batch.Contract}; this facade belongs to chain {_options.ChainId}, contract {_options.Contract}.");
        }

        if (entries.Length == 0 || BatchTree.Root(entries) != Hash256.Parse(batch.Root))
        {
            throw new InvalidDataException($"The entries of the batch from sequence {batch.FirstSequence} do not give its root {batch.Root}.");
        }
    }
}
