using System.Buffers.Binary;
using Consortium.Integrity;
using Consortium.Ledger;

namespace Consortium.AnchorService.Submission;

/// <summary>Reads a custodian's batches from the chain, for the cases in which the own tables do not know enough.</summary>
internal sealed class ChainBatches
{
    private readonly EthereumClient _client;
    private readonly Address _contract;
    private readonly ulong _deployedAtBlock;

    public ChainBatches(EthereumClient client, Address contract, ulong deployedAtBlock)
    {
        _client = client;
        _contract = contract;
        _deployedAtBlock = deployedAtBlock;
    }

    /// <summary>The custodian's batch that starts at this sequence, or null where the chain has none.</summary>
    public async Task<BatchAnchored?> FindAsync(Address custodian, ulong firstSequence, CancellationToken ct) =>
        await ReadAsync([[ConsortiumLedgerContract.BatchAnchoredTopic], [Topic(custodian)], [Topic(firstSequence)]], ct).ConfigureAwait(false) is [var found, ..] ? found : null;

    /// <summary>All of the custodian's batches, in the order of the chain.</summary>
    public Task<IReadOnlyList<BatchAnchored>> AllAsync(Address custodian, CancellationToken ct) =>
        ReadAsync([[ConsortiumLedgerContract.BatchAnchoredTopic], [Topic(custodian)]], ct);

    private async Task<IReadOnlyList<BatchAnchored>> ReadAsync(IReadOnlyList<IReadOnlyList<Hash256>?> topics, CancellationToken ct)
    {
        ulong height = await _client.BlockNumberAsync(ct).ConfigureAwait(false);
        IReadOnlyList<LogEntry> logs = await _client.LogsAsync(new LogFilter(_contract, _deployedAtBlock, height) { Topics = topics }, ct).ConfigureAwait(false);
        return [.. logs.Select(ConsortiumLedgerContract.DecodeEvent).OfType<BatchAnchored>()];
    }

    // An indexed argument stands in its topic as the ABI pads it: to 32 bytes, on the left.
    private static Hash256 Topic(Address address)
    {
        Span<byte> word = stackalloc byte[Hash256.Length];
        address.Span.CopyTo(word[12..]);
        return new Hash256(word);
    }

    private static Hash256 Topic(ulong number)
    {
        Span<byte> word = stackalloc byte[Hash256.Length];
        BinaryPrimitives.WriteUInt64BigEndian(word[24..], number);
        return new Hash256(word);
    }
}
