using Consortium.Integrity;

namespace Consortium.Ledger;

/// <summary>
/// What a person does to the ledger with a key: deploys the contract, governs its members, registers residents, grants and revokes.
/// Each call waits until its transaction is mined. Refusals are <see cref="ContractRevertException"/>s.
/// </summary>
public sealed class LedgerAdministration
{
    private readonly EthereumClient _client;
    private readonly LedgerAccount _account;

    /// <summary>Administration of the contract at an address, by the holder of a key.</summary>
    public LedgerAdministration(EthereumClient client, Address contract, ISigner signer, TimeProvider? timeProvider = null)
    {
        _client = client;
        _account = new LedgerAccount(client, signer, timeProvider);
        Contract = new ConsortiumLedgerContract(client, contract);
    }

    /// <summary>The contract.</summary>
    public ConsortiumLedgerContract Contract { get; }

    /// <summary>Deploys the contract.</summary>
    /// <param name="client">The chain.</param>
    /// <param name="signer">Who pays; it gets no rights by that.</param>
    /// <param name="hospitals">The hospitals of the first hour.</param>
    /// <param name="threshold">How many must approve a change; null for a majority of them (at least two where there are several).</param>
    /// <param name="timestampUnitPerSecond">1 where the chain's block timestamps count seconds, 1000 where they count milliseconds.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public static async Task<LedgerDeployment> DeployAsync(
        EthereumClient client, ISigner signer, IReadOnlyList<GenesisHospital> hospitals, int? threshold = null, ulong timestampUnitPerSecond = 1,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(hospitals);
        int required = threshold ?? (hospitals.Count / 2) + 1;
        byte[] data = ConsortiumLedgerContract.DeploymentData(timestampUnitPerSecond, required, hospitals);
        TransactionReceipt receipt = await new LedgerAccount(client, signer).SendAsync(null, data, cancellationToken).ConfigureAwait(false);
        return new LedgerDeployment(
            await client.ChainIdAsync(cancellationToken).ConfigureAwait(false), receipt.ContractAddress!.Value, receipt.BlockNumber, receipt.TransactionHash,
            receipt.GasUsed, ConsortiumLedgerContract.RuntimeCodeHash);
    }

    /// <summary>Proposes to admit a member; carried out at once where this key's approval is enough.</summary>
    public Task<GovernanceResult> AdmitAsync(Address account, MemberRole role, string endpoint, string name, CancellationToken cancellationToken = default) =>
        ProposeAsync(Contract.EncodeAdmit(account, role, endpoint, name), cancellationToken);

    /// <summary>Proposes to suspend a member.</summary>
    public Task<GovernanceResult> SuspendAsync(Address account, CancellationToken cancellationToken = default) =>
        ProposeAsync(Contract.EncodeSuspend(account), cancellationToken);

    /// <summary>Proposes to let a suspended member act again.</summary>
    public Task<GovernanceResult> ReinstateAsync(Address account, CancellationToken cancellationToken = default) =>
        ProposeAsync(Contract.EncodeReinstate(account), cancellationToken);

    /// <summary>Proposes to put a new key in the place of a member's old one.</summary>
    public Task<GovernanceResult> RotateKeyAsync(Address account, Address replacement, CancellationToken cancellationToken = default) =>
        ProposeAsync(Contract.EncodeRotateKey(account, replacement), cancellationToken);

    /// <summary>Proposes to change a member's endpoint.</summary>
    public Task<GovernanceResult> SetEndpointAsync(Address account, string endpoint, CancellationToken cancellationToken = default) =>
        ProposeAsync(Contract.EncodeSetEndpoint(account, endpoint), cancellationToken);

    /// <summary>Proposes to change how many hospitals must approve.</summary>
    public Task<GovernanceResult> SetThresholdAsync(int threshold, CancellationToken cancellationToken = default) =>
        ProposeAsync(Contract.EncodeSetThreshold(threshold), cancellationToken);

    /// <summary>Approves a proposal; it is carried out where that makes enough.</summary>
    public async Task<GovernanceResult> ApproveAsync(ulong proposal, CancellationToken cancellationToken = default)
    {
        TransactionReceipt receipt = await SendAsync(Contract.EncodeApprove(proposal), cancellationToken).ConfigureAwait(false);
        return await ExecuteIfApprovedAsync(proposal, receipt, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Carries out a proposal that has enough approvals, for example because another hospital was suspended since.</summary>
    public async Task<GovernanceResult> ExecuteAsync(ulong proposal, CancellationToken cancellationToken = default)
    {
        TransactionReceipt receipt = await SendAsync(Contract.EncodeExecute(proposal), cancellationToken).ConfigureAwait(false);
        return Result(await Contract.ProposalAsync(proposal, cancellationToken).ConfigureAwait(false), receipt);
    }

    /// <summary>Binds a resident's address to a subject tag (by a hospital).</summary>
    public Task<LedgerWrite> RegisterResidentAsync(Address resident, Tag128 subjectTag, CancellationToken cancellationToken = default) =>
        WriteAsync(Contract.EncodeRegisterResident(resident, subjectTag), cancellationToken);

    /// <summary>Undoes that (by the resident or the hospital).</summary>
    public Task<LedgerWrite> RemoveResidentAsync(Address resident, CancellationToken cancellationToken = default) =>
        WriteAsync(Contract.EncodeRemoveResident(resident), cancellationToken);

    /// <summary>Grants a member a view of a subject's records (by the resident, or by a hospital with the commitment of a recorded consent).</summary>
    public Task<LedgerWrite> GrantAsync(
        Tag128 subjectTag, Address grantee, KindSet kinds, LedgerView view, DateTimeOffset validUntil, Hash256 consent = default, CancellationToken cancellationToken = default) =>
        WriteAsync(Contract.EncodeGrant(subjectTag, grantee, kinds, view, validUntil, consent), cancellationToken);

    /// <summary>Takes a grant back.</summary>
    public Task<LedgerWrite> RevokeAsync(Tag128 subjectTag, Address grantee, Hash256 consent = default, CancellationToken cancellationToken = default) =>
        WriteAsync(Contract.EncodeRevoke(subjectTag, grantee, consent), cancellationToken);

    /// <summary>States a custodian's head after a replay.</summary>
    public Task<LedgerWrite> AttestAsync(Address custodian, ulong sequence, Hash256 head, CancellationToken cancellationToken = default) =>
        WriteAsync(Contract.EncodeAttest(custodian, sequence, head), cancellationToken);

    /// <summary>The contract's state for a person: needs no key.</summary>
    public static async Task<LedgerSummary> ShowAsync(EthereumClient client, Address address, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        var contract = new ConsortiumLedgerContract(client, address);
        ulong chain = await client.ChainIdAsync(cancellationToken).ConfigureAwait(false);
        ulong block = await client.BlockNumberAsync(cancellationToken).ConfigureAwait(false);
        bool genuine = await contract.IsDeployedAsync(cancellationToken).ConfigureAwait(false);
        int required = await contract.RequiredApprovalsAsync(cancellationToken).ConfigureAwait(false);
        ulong unit = await contract.TimestampUnitsPerSecondAsync(cancellationToken).ConfigureAwait(false);
        var members = new List<MemberSummary>();
        foreach (Member member in await contract.MembersAsync(cancellationToken).ConfigureAwait(false))
        {
            CustodianState? state = member.Role == MemberRole.Hospital
                ? await contract.CustodianAsync(member.Account, cancellationToken: cancellationToken).ConfigureAwait(false)
                : null;
            members.Add(new MemberSummary(member, state));
        }

        var open = new List<ProposalSummary>();
        ulong proposals = await contract.ProposalCountAsync(cancellationToken).ConfigureAwait(false);
        for (ulong id = 1; id <= proposals; id++)
        {
            Proposal proposal = await contract.ProposalAsync(id, cancellationToken).ConfigureAwait(false);
            if (!proposal.Executed) open.Add(new ProposalSummary(proposal, ConsortiumLedgerContract.DescribeCall(proposal.Action)?.ToString() ?? "unreadable"));
        }

        return new LedgerSummary(chain, address, block, genuine, unit, required, members, open);
    }

    private static GovernanceResult Result(Proposal proposal, TransactionReceipt receipt) => new(
        proposal.Id, proposal.Executed, proposal.Approvals, proposal.Required, receipt.TransactionHash, receipt.BlockNumber);

    private async Task<GovernanceResult> ProposeAsync(byte[] action, CancellationToken cancellationToken)
    {
        TransactionReceipt receipt = await SendAsync(Contract.EncodePropose(action), cancellationToken).ConfigureAwait(false);
        GovernanceStepTaken proposed = receipt.Logs.Select(ConsortiumLedgerContract.DecodeEvent).OfType<GovernanceStepTaken>()
            .First(e => e.Step == GovernanceStep.Proposed);
        return await ExecuteIfApprovedAsync(proposed.ProposalId, receipt, cancellationToken).ConfigureAwait(false);
    }

    private async Task<GovernanceResult> ExecuteIfApprovedAsync(ulong id, TransactionReceipt receipt, CancellationToken cancellationToken)
    {
        Proposal proposal = await Contract.ProposalAsync(id, cancellationToken).ConfigureAwait(false);
        return proposal.Approvals < proposal.Required || proposal.Executed
            ? Result(proposal, receipt)
            : await ExecuteAsync(id, cancellationToken).ConfigureAwait(false);
    }

    private async Task<LedgerWrite> WriteAsync(byte[] data, CancellationToken cancellationToken)
    {
        TransactionReceipt receipt = await SendAsync(data, cancellationToken).ConfigureAwait(false);
        return new LedgerWrite(receipt.TransactionHash, receipt.BlockNumber, receipt.GasUsed);
    }

    private Task<TransactionReceipt> SendAsync(byte[] data, CancellationToken cancellationToken) => _account.SendAsync(Contract.Address, data, cancellationToken);
}
