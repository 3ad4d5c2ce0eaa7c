using Consortium.AnchorService.Status;
using Consortium.AnchorService.Store;
using Consortium.AnchorService.Submission;
using Consortium.Messaging;
using Microsoft.Extensions.Logging;

namespace Consortium.AnchorService.Writing;

/// <summary>One term of a writer, from taking the lease to losing it: start-up checks until they pass, then rounds.</summary>
internal sealed class AnchorTerm
{
    private readonly WriterParts _parts;
    private readonly ChainAgreement _agreement;
    private readonly AnchorWriter _writer;
    private ulong? _chainId;

    public AnchorTerm(WriterParts parts, Outbox outbox)
    {
        _parts = parts;
        var chainBatches = new ChainBatches(parts.Client, parts.Options.Contract, parts.Options.DeployedAtBlock);
        var signer = new BatchSigner(parts);
        _agreement = new ChainAgreement(parts, new ChainAdoption(parts, chainBatches, outbox));
        _writer = new AnchorWriter(
            parts,
            signer,
            new BatchSender(parts, signer),
            new BatchFollower(parts, signer, new LostTurn(parts, chainBatches), outbox),
            new ReorganisationWatch(parts));
    }

    /// <summary>One round.</summary>
    /// <returns>True where batches are under way.</returns>
    /// <exception cref="AnchorStoppedException">Writing cannot go on by itself.</exception>
    /// <exception cref="LeaseLostException">Another writer took over.</exception>
    public async Task<bool> RoundAsync(CancellationToken ct)
    {
        try
        {
            return await TryRoundAsync(ct).ConfigureAwait(false);
        }
        catch
        {
            // Whatever went wrong, the chain may be another one afterwards: check again before the next write.
            _chainId = null;
            throw;
        }
    }

    private async Task<bool> TryRoundAsync(CancellationToken ct)
    {
        WriterState writer = (await _parts.Store.WriterAsync(ct).ConfigureAwait(false))!;
        if (writer.StoppedReason is { } stopped) throw new AnchorStoppedException(stopped, lasting: true);

        // Once chain and tables have agreed, numbering goes on while the chain is away; before, the tables may turn out to be lost ones.
        if (writer.ChainId is not null) await _writer.PlanAsync(ct).ConfigureAwait(false);
        if (_chainId is not { } chainId)
        {
            chainId = await _agreement.CheckAsync(ct).ConfigureAwait(false);
            _chainId = chainId;
            _parts.Log.LogInformation("Anchoring for {Custodian} on chain {ChainId}, contract {Contract}.", _parts.Custodian, chainId, _parts.Options.Contract);
            if (writer.ChainId is null) await _writer.PlanAsync(ct).ConfigureAwait(false);
        }

        return await _writer.AdvanceAsync(chainId, ct).ConfigureAwait(false);
    }
}
