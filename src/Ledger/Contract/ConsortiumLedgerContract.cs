using System.Numerics;
using Consortium.Integrity;
using Consortium.Ledger.Abi;

namespace Consortium.Ledger;

#pragma warning disable CA1822 // The Encode… methods need no instance; callers who hold a contract read better so.

/// <summary>
/// The ledger contract (<c>contracts/ConsortiumLedger.sol</c>): its calls, its events and its call data. Transactions are made from the
/// <c>Encode…</c> methods' data and sent by <see cref="LedgerAccount"/> or by the anchor service. Thread-safe.
/// </summary>
public sealed class ConsortiumLedgerContract
{
    private readonly EthereumClient _client;

    /// <summary>The contract at an address.</summary>
    public ConsortiumLedgerContract(EthereumClient client, Address address)
    {
        ArgumentNullException.ThrowIfNull(client);
        _client = client;
        Address = address;
    }

    /// <summary>Its address.</summary>
    public Address Address { get; }

    /// <summary>Keccak-256 of the code that stands at the address of every deployment: compare it with that of <see cref="EthereumClient.CodeAsync"/>.</summary>
    public static Hash256 RuntimeCodeHash { get; } = Keccak256.Hash(CompiledContract.RuntimeCode);

    /// <summary>The first topic of <see cref="BatchAnchored"/>, for filters.</summary>
    public static Hash256 BatchAnchoredTopic { get; } = CompiledContract.Interface.Event("BatchAnchored").SignatureHash;

    /// <summary>The data of the transaction that creates the contract.</summary>
    /// <param name="timestampUnitPerSecond">The unit of the chain's block timestamps: 1 where it counts seconds, 1000 where it counts milliseconds.</param>
    /// <param name="threshold">How many hospitals must approve a change: at least 2 where there are several, at most all.</param>
    /// <param name="hospitals">The hospitals of the first hour; at least one.</param>
    public static byte[] DeploymentData(ulong timestampUnitPerSecond, int threshold, params IReadOnlyList<GenesisHospital> hospitals) =>
    [
        .. CompiledContract.CreationCode,
        .. CompiledContract.Interface.EncodeConstructor(
            timestampUnitPerSecond, threshold, hospitals.Select(h => new object?[] { h.Account, h.Endpoint, h.Name }).ToArray()),
    ];

    /// <summary>Call data of <c>anchor</c>: the caller's next entries. Reverts with <c>WrongSequence</c>, <c>WrongRoot</c>, <c>NoEntries</c>, <c>CutEntry</c>, <c>NotActiveHospital</c>.</summary>
    public byte[] EncodeAnchor(ulong firstSequence, Hash256 root, byte[] packedEntries) => Encode("anchor", firstSequence, root, packedEntries);

    /// <summary>Call data of <c>publish</c> (Mode 2): one entry, its encrypted record and the content key wrapped for each reader.</summary>
    public byte[] EncodePublish(ulong firstSequence, IndexEntry entry, byte[] cipher, IReadOnlyList<WrappedKey> keys) =>
        Encode("publish", firstSequence, IndexEntry.Pack([entry]), cipher, Wrapped(keys));

    /// <summary>Call data of <c>wrapKeys</c> (Mode 2): a published record's content key for more readers.</summary>
    public byte[] EncodeWrapKeys(ulong sequence, IReadOnlyList<WrappedKey> keys) => Encode("wrapKeys", sequence, Wrapped(keys));

    /// <summary>Call data of <c>registerResident</c>, by a hospital.</summary>
    public byte[] EncodeRegisterResident(Address resident, Tag128 subjectTag) => Encode("registerResident", resident, subjectTag);

    /// <summary>Call data of <c>removeResident</c>, by the resident or the hospital that registered it.</summary>
    public byte[] EncodeRemoveResident(Address resident) => Encode("removeResident", resident);

    /// <summary>Call data of <c>grant</c>, by the resident (<paramref name="consent"/> optional), or by a hospital with the commitment of a recorded consent.</summary>
    public byte[] EncodeGrant(Tag128 subjectTag, Address grantee, KindSet kinds, LedgerView view, DateTimeOffset validUntil, Hash256 consent = default) =>
        Encode("grant", subjectTag, grantee, kinds.Bits, view, (ulong)validUntil.ToUnixTimeSeconds(), consent);

    /// <summary>Call data of <c>revoke</c>, by the resident, or by a hospital with the commitment of the recorded withdrawal.</summary>
    public byte[] EncodeRevoke(Tag128 subjectTag, Address grantee, Hash256 consent = default) => Encode("revoke", subjectTag, grantee, consent);

    /// <summary>Call data of <c>attest</c>: the caller replayed a custodian's first <paramref name="sequence"/> entries and arrived at <paramref name="head"/>.</summary>
    public byte[] EncodeAttest(Address custodian, ulong sequence, Hash256 head) => Encode("attest", custodian, sequence, head);

    /// <summary>Call data of <c>propose</c>, by a hospital: proposes one of the governed actions below and approves it.</summary>
    public byte[] EncodePropose(byte[] action) => Encode("propose", action);

    /// <summary>Call data of <c>approve</c>, by another hospital.</summary>
    public byte[] EncodeApprove(ulong proposal) => Encode("approve", proposal);

    /// <summary>Call data of <c>withdrawApproval</c>.</summary>
    public byte[] EncodeWithdrawApproval(ulong proposal) => Encode("withdrawApproval", proposal);

    /// <summary>Call data of <c>execute</c>, by any hospital once enough have approved.</summary>
    public byte[] EncodeExecute(ulong proposal) => Encode("execute", proposal);

    /// <summary>Governed action: admits a member.</summary>
    public byte[] EncodeAdmit(Address account, MemberRole role, string endpoint, string name) => Encode("admit", account, role, endpoint, name);

    /// <summary>Governed action: suspends a member.</summary>
    public byte[] EncodeSuspend(Address account) => Encode("suspend", account);

    /// <summary>Governed action: lets a suspended member act again.</summary>
    public byte[] EncodeReinstate(Address account) => Encode("reinstate", account);

    /// <summary>Governed action: puts a new key in the place of a member's old one, for good. The new address numbers its entries from 0.</summary>
    public byte[] EncodeRotateKey(Address account, Address replacement) => Encode("rotateKey", account, replacement);

    /// <summary>Governed action: changes a member's endpoint.</summary>
    public byte[] EncodeSetEndpoint(Address account, string endpoint) => Encode("setEndpoint", account, endpoint);

    /// <summary>Governed action: changes how many hospitals must approve.</summary>
    public byte[] EncodeSetThreshold(int threshold) => Encode("setThreshold", threshold);

    /// <summary>The typed event of a log: one of <see cref="LedgerEvent"/>'s records; null for a log that is no event of this contract's interface.</summary>
    /// <exception cref="FormatException">The log bears an event's name and is malformed.</exception>
    public static LedgerEvent? DecodeEvent(LogEntry log)
    {
        ArgumentNullException.ThrowIfNull(log);
        return LedgerEventDecoder.Decode(log);
    }

    /// <summary>Why the contract refused: a custom error by name, or Solidity's own; null where the data tells none.</summary>
    public static ContractError? DescribeRevert(ReadOnlySpan<byte> revertData) => CompiledContract.Interface.DecodeError(revertData);

    /// <summary>Why the contract refused a call or an estimate; null where the exception tells none.</summary>
    public static ContractError? DescribeRevert(RpcException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return exception.RevertData is { } data ? DescribeRevert(data) : null;
    }

    /// <summary>What call data does, such as a proposal's action; null where it calls none of the contract's functions.</summary>
    public static ContractCall? DescribeCall(ReadOnlySpan<byte> callData) => CompiledContract.Interface.DecodeCall(callData);

    /// <summary>True where this contract's code stands at the address.</summary>
    public async Task<bool> IsDeployedAsync(CancellationToken cancellationToken = default) =>
        Keccak256.Hash(await _client.CodeAsync(Address, cancellationToken).ConfigureAwait(false)) == RuntimeCodeHash;

    /// <summary>How far a custodian has anchored; zero for an address that is none.</summary>
    public async Task<CustodianState> CustodianAsync(Address custodian, ulong? block = null, CancellationToken cancellationToken = default)
    {
        object[] v = await QueryAsync("custodian", block, cancellationToken, custodian).ConfigureAwait(false);
        return new CustodianState((ulong)v[0], ContractValues.Hash(v[1]));
    }

    /// <summary>A member; null for an address that never was one.</summary>
    public async Task<Member?> MemberAsync(Address account, ulong? block = null, CancellationToken cancellationToken = default)
    {
        object[] v = await QueryAsync("member", block, cancellationToken, account).ConfigureAwait(false);
        Member member = ContractValues.Member(account, (object[])v[0]);
        return member.Role == MemberRole.None ? null : member;
    }

    /// <summary>All members in the order of their admission, suspended and replaced ones included.</summary>
    public async Task<IReadOnlyList<Member>> MembersAsync(CancellationToken cancellationToken = default)
    {
        ulong count = ContractValues.Narrow((await QueryAsync("memberCount", null, cancellationToken).ConfigureAwait(false))[0]);
        var members = new List<Member>();
        for (ulong i = 0; i < count; i++)
        {
            object[] v = await QueryAsync("memberAt", null, cancellationToken, i).ConfigureAwait(false);
            members.Add(ContractValues.Member((Address)v[0], (object[])v[1]));
        }

        return members;
    }

    /// <summary>A resident's subject tag; null for an address that is no resident.</summary>
    public async Task<Tag128?> ResidentAsync(Address resident, CancellationToken cancellationToken = default)
    {
        Tag128 tag = ContractValues.Tag((await QueryAsync("subjectTagOf", null, cancellationToken, resident).ConfigureAwait(false))[0]);
        return tag == Tag128.Zero ? null : tag;
    }

    /// <summary>The grant of a subject to a member, whether or not it is still valid; null where there is none.</summary>
    public async Task<GrantState?> GrantAsync(Tag128 subjectTag, Address grantee, CancellationToken cancellationToken = default)
    {
        var v = (object[])(await QueryAsync("grantOf", null, cancellationToken, subjectTag, grantee).ConfigureAwait(false))[0];
        LedgerView view = ContractValues.View(v[1]);
        return view == LedgerView.None ? null : new GrantState((Address)v[0], view, ContractValues.Time(v[2]), new KindSet((BigInteger)v[3]));
    }

    /// <summary>What a reader may see of a subject's records of a kind now.</summary>
    public async Task<LedgerView> ViewAsync(Address reader, Tag128 subjectTag, ushort kind, CancellationToken cancellationToken = default) =>
        ContractValues.View((await QueryAsync("viewOf", null, cancellationToken, reader, subjectTag, kind).ConfigureAwait(false))[0]);

    /// <summary>Lets the contract check an inclusion path.</summary>
    public async Task<bool> VerifyInclusionAsync(
        Hash256 root, ulong index, ulong count, IndexEntry entry, IReadOnlyList<Hash256> path, CancellationToken cancellationToken = default) =>
        (bool)(await QueryAsync("verifyInclusion", null, cancellationToken, root, index, count, IndexEntry.Pack([entry]), path).ConfigureAwait(false))[0];

    /// <summary>A proposal.</summary>
    /// <exception cref="ContractRevertException"><c>UnknownProposal</c>.</exception>
    public async Task<Proposal> ProposalAsync(ulong id, CancellationToken cancellationToken = default)
    {
        object[] v = await QueryAsync("proposalOf", null, cancellationToken, id).ConfigureAwait(false);
        return new Proposal(
            id, (Address)v[0], ContractValues.Time(v[1]), (bool)v[2], (int)ContractValues.Narrow(v[3]), (int)ContractValues.Narrow(v[4]), (byte[])v[5]);
    }

    /// <summary>How many proposals there are; they are counted from 1.</summary>
    public async Task<ulong> ProposalCountAsync(CancellationToken cancellationToken = default) =>
        ContractValues.Narrow((await QueryAsync("proposalCount", null, cancellationToken).ConfigureAwait(false))[0]);

    /// <summary>How many active hospitals must approve a change now.</summary>
    public async Task<int> RequiredApprovalsAsync(CancellationToken cancellationToken = default) =>
        (int)ContractValues.Narrow((await QueryAsync("requiredApprovals", null, cancellationToken).ConfigureAwait(false))[0]);

    /// <summary>The unit of the chain's block timestamps, as it was given at deployment.</summary>
    public async Task<ulong> TimestampUnitsPerSecondAsync(CancellationToken cancellationToken = default) =>
        (ulong)(await QueryAsync("timestampUnitsPerSecond", null, cancellationToken).ConfigureAwait(false))[0];

    /// <summary>The contract's events in a range of blocks, both ends included, in the order of the chain.</summary>
    public async Task<IReadOnlyList<LedgerEvent>> EventsAsync(ulong fromBlock, ulong toBlock, CancellationToken cancellationToken = default)
    {
        IReadOnlyList<LogEntry> logs = await _client.LogsAsync(new LogFilter(Address, fromBlock, toBlock), cancellationToken).ConfigureAwait(false);
        return [.. logs.Select(DecodeEvent).OfType<LedgerEvent>()];
    }

    private static byte[] Encode(string function, params object?[] arguments) => CompiledContract.Interface.Function(function).Encode(arguments);

    private static object[] Wrapped(IReadOnlyList<WrappedKey> keys) => [.. keys.Select(k => new object?[] { k.Reader, k.Wrapped })];

    private async Task<object[]> QueryAsync(string name, ulong? block, CancellationToken cancellationToken, params object?[] arguments)
    {
        AbiFunction function = CompiledContract.Interface.Function(name);
        try
        {
            byte[] result = await _client.CallAsync(Address, function.Encode(arguments), block: block, cancellationToken: cancellationToken).ConfigureAwait(false);
            if (result.Length == 0) throw new FormatException($"There is no ledger contract at {Address} on this chain.");
            return function.DecodeOutput(result);
        }
        catch (RpcException e) when (DescribeRevert(e) is { } error)
        {
            throw new ContractRevertException(error, e);
        }
    }
}
