using Consortium.Integrity;
using Consortium.Ledger;

namespace Consortium.AnchorService.Submission;

/// <summary>A batch as the contract's log tells it.</summary>
internal sealed record ChainBatch(
    ulong FirstSequence, ulong Count, Hash256 Root, Hash256 Head, byte[] Packed, Hash256 TransactionHash, ulong BlockNumber, Hash256 BlockHash);

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
    public async Task<ChainBatch?> FindAsync(Address custodian, ulong firstSequence, CancellationToken ct) =>
        (await AllAsync(custodian, ct).ConfigureAwait(false)).FirstOrDefault(batch => batch.FirstSequence == firstSequence);
}
