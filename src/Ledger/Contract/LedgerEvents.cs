using Consortium.Integrity;

namespace Consortium.Ledger;

/// <summary>Where on the chain an event stands.</summary>
/// <param name="BlockNumber">The block.</param>
/// <param name="BlockHash">The block's name.</param>
/// <param name="TransactionHash">The transaction.</param>
/// <param name="LogIndex">Its place among the block's events.</param>
public sealed record LedgerPosition(ulong BlockNumber, Hash256 BlockHash, Hash256 TransactionHash, ulong LogIndex);

/// <summary>An event of the ledger contract.</summary>
/// <param name="Position">Where it stands.</param>
public abstract record LedgerEvent(LedgerPosition Position)
{
    /// <summary>The block.</summary>
    public ulong BlockNumber => Position.BlockNumber;

    /// <summary>The block's name.</summary>
    public Hash256 BlockHash => Position.BlockHash;

    /// <summary>The transaction.</summary>
    public Hash256 TransactionHash => Position.TransactionHash;

    /// <summary>Its place among the block's events.</summary>
    public ulong LogIndex => Position.LogIndex;
}

/// <summary>A member's whole state after its admission or a change.</summary>
/// <param name="Position">Where it stands.</param>
/// <param name="Account">The member.</param>
/// <param name="Role">Its part.</param>
/// <param name="Active">Whether it may act.</param>
/// <param name="ReplacedBy">The key that took this one's place; null where none did.</param>
/// <param name="Endpoint">Where its facade answers.</param>
/// <param name="Name">Its display name.</param>
public sealed record MemberChanged(
    LedgerPosition Position, Address Account, MemberRole Role, bool Active, Address? ReplacedBy, string Endpoint, string Name) : LedgerEvent(Position);

/// <summary>A hospital bound a resident's address to a subject tag.</summary>
/// <param name="Position">Where it stands.</param>
/// <param name="Resident">The resident.</param>
/// <param name="SubjectTag">The tag of the resident's records.</param>
/// <param name="Hospital">Who vouches.</param>
public sealed record ResidentRegistered(LedgerPosition Position, Address Resident, Tag128 SubjectTag, Address Hospital) : LedgerEvent(Position);

/// <summary>A resident's address is no longer bound to a subject tag.</summary>
/// <param name="Position">Where it stands.</param>
/// <param name="Resident">The resident.</param>
/// <param name="SubjectTag">The tag that it was bound to.</param>
/// <param name="By">Who undid it.</param>
public sealed record ResidentRemoved(LedgerPosition Position, Address Resident, Tag128 SubjectTag, Address By) : LedgerEvent(Position);

/// <summary>One batch: the contract has checked the numbering, the writer's right and the root.</summary>
/// <param name="Position">Where it stands.</param>
/// <param name="Custodian">The hospital whose entries these are.</param>
/// <param name="FirstSequence">The number of the first entry.</param>
/// <param name="Count">How many.</param>
/// <param name="Root">The batch tree's root.</param>
/// <param name="Head">The custodian's chained head after this batch.</param>
/// <param name="Timestamp">The block's time, in the chain's own unit (<see cref="ConsortiumLedgerContract.TimestampUnitsPerSecondAsync"/>).</param>
/// <param name="Entries">Packed 74-byte index entries.</param>
public sealed record BatchAnchored(
    LedgerPosition Position, Address Custodian, ulong FirstSequence, ulong Count, Hash256 Root, Hash256 Head, ulong Timestamp, byte[] Entries)
    : LedgerEvent(Position);

/// <summary>A member was given a view of some kinds of a subject's records; replaces an earlier grant to the same member.</summary>
/// <param name="Position">Where it stands.</param>
/// <param name="SubjectTag">Whose records.</param>
/// <param name="Grantee">Who may see.</param>
/// <param name="By">The resident, or the hospital that acted on a recorded consent.</param>
/// <param name="Kinds">Of which kinds.</param>
/// <param name="View">What may be seen.</param>
/// <param name="ValidUntil">Until when (exclusive).</param>
/// <param name="Consent">Commitment of the recorded consent; zero where a resident gave none.</param>
public sealed record Granted(
    LedgerPosition Position, Tag128 SubjectTag, Address Grantee, Address By, KindSet Kinds, LedgerView View, DateTimeOffset ValidUntil, Hash256 Consent)
    : LedgerEvent(Position);

/// <summary>A grant was taken back.</summary>
/// <param name="Position">Where it stands.</param>
/// <param name="SubjectTag">Whose records.</param>
/// <param name="Grantee">Who may no longer see.</param>
/// <param name="By">Who took it back.</param>
/// <param name="Consent">Commitment of the recorded withdrawal; zero where a resident gave none.</param>
public sealed record Revoked(LedgerPosition Position, Tag128 SubjectTag, Address Grantee, Address By, Hash256 Consent) : LedgerEvent(Position);

/// <summary>A member states that it replayed a custodian's entries and arrived at this head.</summary>
/// <param name="Position">Where it stands.</param>
/// <param name="Witness">Who states it.</param>
/// <param name="Custodian">Whose entries.</param>
/// <param name="Sequence">How many of them.</param>
/// <param name="Head">The head arrived at.</param>
public sealed record Attested(LedgerPosition Position, Address Witness, Address Custodian, ulong Sequence, Hash256 Head) : LedgerEvent(Position);

/// <summary>Mode 2: a record, encrypted, that belongs to the entry anchored in the same transaction.</summary>
/// <param name="Position">Where it stands.</param>
/// <param name="Custodian">The hospital.</param>
/// <param name="Sequence">The entry's number.</param>
/// <param name="Cipher">The encrypted record.</param>
/// <param name="Keys">Its content key, wrapped for each reader.</param>
public sealed record RecordPublished(LedgerPosition Position, Address Custodian, ulong Sequence, byte[] Cipher, IReadOnlyList<WrappedKey> Keys) : LedgerEvent(Position);

/// <summary>Mode 2: a published record's content key, wrapped for more readers.</summary>
/// <param name="Position">Where it stands.</param>
/// <param name="Custodian">The hospital.</param>
/// <param name="Sequence">The entry's number.</param>
/// <param name="Keys">The wrapped keys.</param>
public sealed record KeysWrapped(LedgerPosition Position, Address Custodian, ulong Sequence, IReadOnlyList<WrappedKey> Keys) : LedgerEvent(Position);

/// <summary>A hospital proposed an action of the multi-signature, or approved one, or withdrew its approval, or had it executed.</summary>
/// <param name="Position">Where it stands.</param>
/// <param name="Step">Which.</param>
/// <param name="ProposalId">The proposal.</param>
/// <param name="Hospital">Who.</param>
public sealed record GovernanceStepTaken(LedgerPosition Position, GovernanceStep Step, ulong ProposalId, Address Hospital) : LedgerEvent(Position);

/// <summary>The hospitals changed how many of them must approve.</summary>
/// <param name="Position">Where it stands.</param>
/// <param name="Threshold">The new number.</param>
public sealed record ThresholdChanged(LedgerPosition Position, ulong Threshold) : LedgerEvent(Position);

/// <summary>A step of the multi-signature.</summary>
public enum GovernanceStep
{
    /// <summary>An action was proposed.</summary>
    Proposed,

    /// <summary>A hospital approved.</summary>
    Approved,

    /// <summary>A hospital withdrew its approval.</summary>
    ApprovalWithdrawn,

    /// <summary>The action was carried out.</summary>
    Executed,
}
