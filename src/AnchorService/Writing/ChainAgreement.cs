using Consortium.AnchorService.Store;
using Consortium.AnchorService.Submission;
using Consortium.Integrity;
using Consortium.Ledger;
using Microsoft.Extensions.Logging;

namespace Consortium.AnchorService.Writing;

/// <summary>
/// The checks before the first write: is this the chain, the contract and the member that the tables were written for, and do both
/// tell the same history? Transactions that were sent before a crash may have been mined meanwhile; that is agreement, and the follower finds them.
/// </summary>
internal sealed class ChainAgreement
{
    private readonly WriterParts _parts;
    private readonly ChainAdoption _adoption;

    public ChainAgreement(WriterParts parts, ChainAdoption adoption)
    {
        _parts = parts;
        _adoption = adoption;
    }

    /// <summary>Checks everything.</summary>
    /// <returns>The chain id.</returns>
    /// <exception cref="AnchorStoppedException">What does not agree, and the way out.</exception>
    public async Task<ulong> CheckAsync(CancellationToken ct)
    {
        WriterState writer = await WriterAsync(ct).ConfigureAwait(false);
        if (writer.StoppedReason is { } stopped) throw new AnchorStoppedException(stopped, lasting: true);
        ulong chainId = await CheckChainAsync(writer, ct).ConfigureAwait(false);
        Hash256 codeHash = await CheckContractAsync(writer, ct).ConfigureAwait(false);
        await CheckMemberAsync(ct).ConfigureAwait(false);
        await CheckHistoryAsync(writer, ct).ConfigureAwait(false);
        if (writer.ChainId is null || writer.CodeHash is null) await _parts.Store.KeepChainAsync(chainId, codeHash, ct).ConfigureAwait(false);
        return chainId;
    }

    private async Task<WriterState> WriterAsync(CancellationToken ct) =>
        await _parts.Store.WriterAsync(ct).ConfigureAwait(false) ?? throw new InvalidOperationException("The lease made no row for this custodian.");

    private async Task<ulong> CheckChainAsync(WriterState writer, CancellationToken ct)
    {
        ulong chainId = await _parts.Client.ChainIdAsync(ct).ConfigureAwait(false);
        ulong expected = _parts.Options.ChainId ?? writer.ChainId ?? chainId;
        if (chainId != expected) throw Stop($"The chain endpoints have chain id {chainId}; chain id {expected} is expected. Correct Anchor:Endpoints or Anchor:ChainId.");
        if (writer.ChainId is { } kept && kept != chainId) throw Stop($"The store was written for chain id {kept}; the endpoints have {chainId}. Give this chain a store of its own (Anchor:Store).");
        string contract = _parts.Options.Contract.ToString();
        if (writer.Contract != contract) throw Stop($"The store was written for contract {writer.Contract}; Anchor:Contract says {contract}. Give this contract a store of its own (Anchor:Store).");
        return chainId;
    }

    private async Task<Hash256> CheckContractAsync(WriterState writer, CancellationToken ct)
    {
        byte[] code = await _parts.Client.CodeAsync(_parts.Options.Contract, ct).ConfigureAwait(false);
        if (code.Length == 0) throw Stop($"There is no contract at {_parts.Options.Contract} on this chain. Correct Anchor:Contract, or deploy it (consortium ledger deploy).");
        Hash256 hash = Keccak256.Hash(code);
        if ((_parts.Options.ContractCodeHash ?? writer.CodeHash) is { } expected && expected != hash)
        {
            throw Stop($"The code at {_parts.Options.Contract} has hash {hash}; {expected} is expected. It is another contract or another version: correct Anchor:Contract or Anchor:ContractCodeHash after checking it.");
        }

        return hash;
    }

    private async Task CheckMemberAsync(CancellationToken ct)
    {
        Member? member = await _parts.Contract.MemberAsync(_parts.Custodian, cancellationToken: ct).ConfigureAwait(false);
        if (member is not { MayAnchor: true })
        {
            throw Stop($"{_parts.Custodian} is {(member is null ? "no member" : member.Active ? $"a {member.Role}" : $"a suspended {member.Role}")} of the contract; only active hospitals anchor. " +
                "Have the consortium's governor admit it (consortium ledger member), or correct the signing key.");
        }
    }

    private async Task CheckHistoryAsync(WriterState writer, CancellationToken ct)
    {
        CustodianState inContract = await _parts.Contract.CustodianAsync(_parts.Custodian, cancellationToken: ct).ConfigureAwait(false);
        if (inContract.NextSequence > writer.NextSequence)
        {
            if (_parts.Options.AdoptChain && writer.NextSequence == 0)
            {
                _parts.Log.LogWarning("Taking {Count} entries of {Custodian} from the chain into the empty tables.", inContract.NextSequence, _parts.Custodian);
                await _adoption.AdoptAsync(inContract, ct).ConfigureAwait(false);
                return;
            }

            throw Stop(
                $"The contract has {inContract.NextSequence} entries of {_parts.Custodian}, these tables know {writer.NextSequence}: another anchor service writes with this key, or the tables were lost or restored from an older backup. " +
                "Stop the other writer; or restore the latest backup of Anchor:Store; or, where it is lost for good, start once with an empty store and Anchor:AdoptChain=true.");
        }

        Hash256 ownHead = Hash256.Zero;
        if (inContract.NextSequence > 0)
        {
            AnchorBatch? last = await _parts.Store.BatchBeforeAsync(inContract.NextSequence, ct).ConfigureAwait(false);
            if (last is null || last.NextSequence != inContract.NextSequence)
            {
                throw Stop($"The contract's numbering of {_parts.Custodian} ends at {inContract.NextSequence}, in the middle of a batch of these tables: another writer has this key, or the store belongs to another deployment. {RotateKey}");
            }

            ownHead = last.Head;
        }

        if (ownHead != inContract.Head)
        {
            throw Stop($"Up to sequence {inContract.NextSequence} the contract's head of {_parts.Custodian} is {inContract.Head}, these tables have {ownHead}: the anchored content differs. {RotateKey}");
        }

        await CheckFinalBatchesAsync(inContract, ct).ConfigureAwait(false);
    }

    /// <summary>Final batches that the chain has lost again: within the recheck depth the reorganisation watch sends them again; deeper, somebody must look.</summary>
    private async Task CheckFinalBatchesAsync(CustodianState inContract, CancellationToken ct)
    {
        IReadOnlyList<AnchorBatch> lost = await _parts.Store.FinalFromSequenceAsync(inContract.NextSequence, ct).ConfigureAwait(false);
        if (lost.Count == 0) return;
        ulong highest = Math.Max(lost.Max(batch => batch.BlockNumber!.Value), await _parts.Client.BlockNumberAsync(ct).ConfigureAwait(false));
        ulong lowest = lost.Min(batch => batch.BlockNumber!.Value);
        if (highest - lowest > (ulong)_parts.Options.RecheckBlocks)
        {
            throw Stop(
                $"The chain has lost {lost.Count} final batches of {_parts.Custodian}, back to block {lowest}: it was reset or restored from an old state. " +
                "Point Anchor:Endpoints at the consortium's chain; for a new development chain start with a new store.");
        }
    }

    private const string RotateKey = "Find the other writer; then have the governor rotate the key and start with an empty store for the new key.";

    private static AnchorStoppedException Stop(string reason) => new(reason, lasting: false);
}
