using Consortium.Integrity;

namespace Consortium.Ledger;

/// <summary>A deployed contract.</summary>
/// <param name="ChainId">The chain.</param>
/// <param name="Contract">Its address.</param>
/// <param name="BlockNumber">The block that holds it: where a replay starts.</param>
/// <param name="TransactionHash">The transaction.</param>
/// <param name="GasUsed">What it cost.</param>
/// <param name="CodeHash">Keccak-256 of its code.</param>
public sealed record LedgerDeployment(ulong ChainId, Address Contract, ulong BlockNumber, Hash256 TransactionHash, ulong GasUsed, Hash256 CodeHash);

/// <summary>A mined transaction.</summary>
/// <param name="TransactionHash">The transaction.</param>
/// <param name="BlockNumber">The block that holds it.</param>
/// <param name="GasUsed">What it cost.</param>
public sealed record LedgerWrite(Hash256 TransactionHash, ulong BlockNumber, ulong GasUsed);

/// <summary>How far a proposal got.</summary>
/// <param name="ProposalId">Its number; others approve it by that.</param>
/// <param name="Executed">True where it took effect.</param>
/// <param name="Approvals">Approvals so far.</param>
/// <param name="Required">Approvals needed.</param>
/// <param name="TransactionHash">The last transaction.</param>
/// <param name="BlockNumber">The block that holds it.</param>
public sealed record GovernanceResult(ulong ProposalId, bool Executed, int Approvals, int Required, Hash256 TransactionHash, ulong BlockNumber);

/// <summary>The contract's state.</summary>
/// <param name="ChainId">The chain.</param>
/// <param name="Contract">Its address.</param>
/// <param name="BlockNumber">The newest block when it was read.</param>
/// <param name="IsThisContract">False where other code stands at the address than this program knows.</param>
/// <param name="TimestampUnitsPerSecond">The unit of block timestamps.</param>
/// <param name="RequiredApprovals">How many hospitals must approve a change.</param>
/// <param name="Members">In the order of their admission.</param>
/// <param name="OpenProposals">Proposals not carried out, expired ones included.</param>
public sealed record LedgerSummary(
    ulong ChainId, Address Contract, ulong BlockNumber, bool IsThisContract, ulong TimestampUnitsPerSecond, int RequiredApprovals,
    IReadOnlyList<MemberSummary> Members, IReadOnlyList<ProposalSummary> OpenProposals);

/// <summary>A member and, for a hospital, how far it has anchored.</summary>
/// <param name="Member">The member.</param>
/// <param name="Custodian">Null for others than hospitals.</param>
public sealed record MemberSummary(Member Member, CustodianState? Custodian);

/// <summary>A proposal and what it does.</summary>
/// <param name="Proposal">The proposal.</param>
/// <param name="Action">Its call as text.</param>
public sealed record ProposalSummary(Proposal Proposal, string Action);
