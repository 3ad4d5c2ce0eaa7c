using Consortium.Integrity;
using Consortium.Ledger;

namespace Consortium.Audit;

/// <summary>What came of a verification.</summary>
/// <param name="Ok">Whether everything holds.</param>
/// <param name="Reason">Why not; no value of the record.</param>
/// <param name="Pointer">Where in the view, as a JSON pointer.</param>
/// <param name="AnchoredAt">The time that is proved: with the chain that of the block, with a checkpoint the latest it can be; null where nothing is proved.</param>
public sealed record EvidenceResult(bool Ok, string? Reason, string? Pointer, DateTimeOffset? AnchoredAt);

/// <summary>Checks evidence and believes nothing in it: view, disclosure, commitment, entry, inclusion, head, and then the chain or a checkpoint.</summary>
public static class EvidenceVerifier
{
    /// <summary>Checks against the chain: the contract's code, and the batch's event in the block that the chain has at that height.</summary>
    /// <exception cref="RpcUnavailableException">No endpoint of the chain answers.</exception>
    /// <exception cref="RpcException">The chain refused a call.</exception>
    public static async Task<EvidenceResult> AgainstChainAsync(EvidenceFile evidence, EthereumClient chain, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        ArgumentNullException.ThrowIfNull(chain);
        if (Inside(evidence) is { } wrong) return wrong;
        ulong chainId = await chain.ChainIdAsync(cancellationToken).ConfigureAwait(false);
        if (chainId != evidence.ChainId) return Bad($"The evidence is of chain {evidence.ChainId}; this is chain {chainId}.");
        byte[] code = await chain.CodeAsync(evidence.Contract, cancellationToken).ConfigureAwait(false);
        if (Keccak256.Hash(code) != ConsortiumLedgerContract.RuntimeCodeHash) return Bad($"The code at {evidence.Contract} is not the ledger contract's.");

        Block? block = await chain.BlockAsync(evidence.Header.Number, cancellationToken).ConfigureAwait(false);
        if (block is null) return Bad($"The chain has no block {evidence.Header.Number}.");
        if (block.Hash != evidence.BlockHash) return Bad($"The chain's block {evidence.Header.Number} is another one than the evidence's: it was reorganised away, or never was.");
        BlockHeader? header = await chain.HeaderAsync(block.Hash, cancellationToken).ConfigureAwait(false);
        if (header is null || !header.Members.SequenceEqual(evidence.Header.Members)) return Bad("The header is not the block's.");
        var contract = new ConsortiumLedgerContract(chain, evidence.Contract);
        IReadOnlyList<LedgerEvent> events = await contract.EventsAsync(block.Number, block.Number, cancellationToken).ConfigureAwait(false);
        BatchAnchored? batch = events.OfType<BatchAnchored>().FirstOrDefault(one => one.Custodian == evidence.Custodian && one.FirstSequence == evidence.FirstSequence);
        if (batch is null) return Bad("The block holds no such batch of the custodian.");
        if (batch.Count != evidence.Count || batch.Root != evidence.Root || batch.Head != evidence.Head || batch.TransactionHash != evidence.Transaction)
        {
            return Bad("The batch on the chain has another count, root, head or transaction than the evidence says.");
        }

        ulong units = await contract.TimestampUnitsPerSecondAsync(cancellationToken).ConfigureAwait(false);
        return new EvidenceResult(true, null, null, DateTimeOffset.FromUnixTimeSeconds((long)(block.Timestamp / units)));
    }

    /// <summary>Checks without a network, against a custodian's head that a regulator has kept: the evidence's batch must lead to that head.</summary>
    public static EvidenceResult AgainstCheckpoint(EvidenceFile evidence, Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        ArgumentNullException.ThrowIfNull(checkpoint);
        if (Inside(evidence) is { } wrong) return wrong;
        if (checkpoint.ChainId != evidence.ChainId || checkpoint.Contract != evidence.Contract) return Bad("The checkpoint is of another chain or contract.");
        if (!checkpoint.Heads.TryGetValue(evidence.Custodian, out (ulong Entries, Hash256 Head) pinned)) return Bad($"The checkpoint does not know custodian {evidence.Custodian}.");
        ulong next = evidence.FirstSequence + evidence.Count;
        if (pinned.Entries < next) return Bad($"The checkpoint is older than the record: it ends with entry {pinned.Entries}, the record's batch with {next}. Take a later one, or the chain.");
        Hash256 head = evidence.Head;
        foreach (LaterBatch later in evidence.Later.TakeWhile(_ => next < pinned.Entries))
        {
            head = BatchHead.Next(head, next, later.Count, later.Root);
            next += later.Count;
        }

        if (next < pinned.Entries) return Bad($"The evidence was made before the checkpoint: it leads to entry {next}, the checkpoint to {pinned.Entries}. Export it again, or take an earlier checkpoint, or the chain.");
        return next == pinned.Entries && head == pinned.Head
            ? new EvidenceResult(true, null, null, checkpoint.LastBlockTime)
            : Bad("The evidence does not lead to the head that the checkpoint has of this custodian.");
    }

    // What can be said without any other source.
    private static EvidenceResult? Inside(EvidenceFile evidence)
    {
        VerificationResult view = DisclosureVerifier.Verify(evidence.View, evidence.Disclosure, evidence.Entry.Commitment);
        if (!view.Ok) return new EvidenceResult(false, view.Reason, view.Pointer, null);
        if (EntryAgreement.Disagreement(evidence.Entry, evidence.Disclosure) is { } disagreement) return Bad(disagreement);
        if (!BatchTree.VerifyInclusion(evidence.Entry, evidence.Index, evidence.Count, evidence.InclusionPath, evidence.Root)) return Bad("The inclusion path does not lead from the entry to the batch's root.");
        return ulong.MaxValue - evidence.Count < evidence.FirstSequence ? Bad("The batch's numbers pass 64 bits.") : null;
    }

    private static EvidenceResult Bad(string reason) => new(false, reason, null, null);
}
