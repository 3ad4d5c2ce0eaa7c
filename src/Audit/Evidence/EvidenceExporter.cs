using Consortium.Integrity;
using Consortium.Ledger;

namespace Consortium.Audit;

/// <summary>Evidence could not be made; the message says why and what to do. No patient data.</summary>
public sealed class EvidenceException : Exception
{
    /// <inheritdoc cref="EvidenceException"/>
    public EvidenceException()
        : this("Evidence could not be made.")
    {
    }

    /// <inheritdoc cref="EvidenceException"/>
    public EvidenceException(string message)
        : base(message)
    {
    }

    /// <inheritdoc cref="EvidenceException"/>
    public EvidenceException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>Makes evidence of one record: its place on the chain, and the view that the custodian discloses to the caller. Nothing is written that does not verify.</summary>
/// <param name="timeProvider">The clock.</param>
/// <param name="handler">Sends the request to the custodian; null for the network.</param>
public sealed class EvidenceExporter(TimeProvider? timeProvider = null, HttpMessageHandler? handler = null)
{
    private readonly TimeProvider _time = timeProvider ?? TimeProvider.System;

    /// <param name="options">Chain, contract, the caller's key (<see cref="ReplayOptions.Regulator"/>, of whatever role), and where the custodian answers if it is not what the contract says.</param>
    /// <param name="custodian">Who holds the record.</param>
    /// <param name="recordId">The record id in the index.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="EvidenceException">There is no such entry, the custodian did not disclose it, or what it disclosed does not verify.</exception>
    /// <exception cref="RpcUnavailableException">No endpoint of the chain answers.</exception>
    public async Task<EvidenceFile> ExportAsync(ReplayOptions options, Address custodian, Tag128 recordId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ISigner reader = options.Regulator ?? throw new EvidenceException("Custodians answer members alone: a key is needed.");
        var chain = new EthereumClient(options.Chain);
        await using (chain.ConfigureAwait(false))
        {
            var contract = new ConsortiumLedgerContract(chain, options.Contract);
            if (!await contract.IsDeployedAsync(cancellationToken).ConfigureAwait(false)) throw new EvidenceException($"There is no ledger contract at {options.Contract} on this chain.");
            ulong chainId = await chain.ChainIdAsync(cancellationToken).ConfigureAwait(false);
            ulong newest = await chain.BlockNumberAsync(cancellationToken).ConfigureAwait(false);
            ulong units = await contract.TimestampUnitsPerSecondAsync(cancellationToken).ConfigureAwait(false);
            BatchAnchored[] batches = [.. (await contract.EventsAsync(options.FromBlock, newest - Math.Min(newest, options.Confirmations), cancellationToken).ConfigureAwait(false))
                .OfType<BatchAnchored>().Where(batch => batch.Custodian == custodian)];
            (int at, int index, IndexEntry[] entries) = Find(batches, recordId) ?? throw new EvidenceException($"The chain has no entry {recordId} of custodian {custodian}.");
            BatchAnchored batch = batches[at];
            BlockHeader header = await chain.HeaderAsync(batch.BlockHash, cancellationToken).ConfigureAwait(false)
                ?? throw new EvidenceException($"The chain no longer has block {batch.BlockNumber}: it was reorganised; try again.");
            CustodianAnswer answer = await AskAsync(options, contract, chainId, custodian, recordId, cancellationToken).ConfigureAwait(false);
            var evidence = new EvidenceFile
            {
                ExportedAt = _time.GetUtcNow(),
                Reader = reader.Address,
                ChainId = chainId,
                Contract = options.Contract,
                Custodian = custodian,
                View = answer.View,
                Disclosure = answer.Disclosure,
                Entry = entries[index],
                FirstSequence = batch.FirstSequence,
                Count = batch.Count,
                Index = (ulong)index,
                Root = batch.Root,
                InclusionPath = BatchTree.InclusionPath(entries, index),
                PreviousHead = at == 0 ? Hash256.Zero : batches[at - 1].Head,
                Later = [.. batches.Skip(at + 1).Select(later => new LaterBatch(later.Count, later.Root))],
                Transaction = batch.TransactionHash,
                BlockHash = batch.BlockHash,
                Header = header,
                BlockTime = DateTimeOffset.FromUnixTimeSeconds((long)(header.Timestamp / units)),
            };
            EvidenceResult result = await EvidenceVerifier.AgainstChainAsync(evidence, chain, cancellationToken).ConfigureAwait(false);
            return result.Ok ? evidence : throw new EvidenceException($"What custodian {custodian} disclosed does not verify: {result.Reason}{(result.Pointer is { } pointer ? $" ({pointer})" : "")}");
        }
    }

    private static (int Batch, int Index, IndexEntry[] Entries)? Find(BatchAnchored[] batches, Tag128 recordId)
    {
        for (int i = 0; i < batches.Length; i++)
        {
            IndexEntry[] entries = IndexEntry.Unpack(batches[i].Entries);
            int index = Array.FindIndex(entries, entry => entry.RecordId == recordId);
            if (index >= 0) return (i, index, entries);
        }

        return null;
    }

    private async Task<CustodianAnswer> AskAsync(ReplayOptions options, ConsortiumLedgerContract contract, ulong chainId, Address custodian, Tag128 recordId, CancellationToken cancellationToken)
    {
        if (!options.CustodianEndpoints.TryGetValue(custodian, out Uri? endpoint))
        {
            Member? member = await contract.MemberAsync(custodian, cancellationToken: cancellationToken).ConfigureAwait(false);
            endpoint = Uri.TryCreate(member?.Endpoint, UriKind.Absolute, out Uri? known) && known.Scheme is "http" or "https"
                ? known : throw new EvidenceException($"The contract knows no endpoint of custodian {custodian}.");
        }

        using HttpClient http = handler is null ? new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) : new HttpClient(handler, disposeHandler: false);
        http.Timeout = Timeout.InfiniteTimeSpan;
        ChallengeReply reply = await new CustodianClient(options, chainId, http, _time).AskAsync(endpoint, custodian, recordId, cancellationToken).ConfigureAwait(false);
        if (reply.Outcome != ChallengeOutcome.Answered) throw new EvidenceException($"The custodian did not disclose record {recordId}. {reply.Detail}");
        try
        {
            return CustodianAnswer.Read(reply.Body);
        }
        catch (FormatException e)
        {
            throw new EvidenceException($"The custodian's answer on record {recordId} cannot be read. {e.Message}", e);
        }
    }
}
