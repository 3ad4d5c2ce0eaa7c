namespace Consortium.Ledger;

/// <summary>A member's part in the consortium. Residents are no members: see <see cref="ConsortiumLedgerContract.ResidentAsync"/>.</summary>
public enum MemberRole
{
    /// <summary>No member.</summary>
    None = 0,

    /// <summary>Keeps records and anchors them; together the hospitals govern.</summary>
    Hospital = 1,

    /// <summary>Sees what it is granted; may transact, not anchor.</summary>
    Telemedicine = 2,

    /// <summary>Replays and supervises.</summary>
    Regulator = 3,
}

/// <summary>What a reader may see of a record; what each view hides is the custodian's redaction policy.</summary>
public enum LedgerView
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The whole record.</summary>
    Hospital = 1,

    /// <summary>De-identified.</summary>
    Telemedicine = 2,

    /// <summary>Medication details hidden.</summary>
    Resident = 3,

    /// <summary>The audit view.</summary>
    Regulator = 4,
}

/// <summary>A member as the contract has it.</summary>
/// <param name="Account">Its address.</param>
/// <param name="Role">Its part.</param>
/// <param name="Active">False while it is suspended, and for good once its key was replaced.</param>
/// <param name="Endpoint">Where its facade answers; empty where it has none.</param>
/// <param name="Name">Its display name; may be empty.</param>
/// <param name="AdmittedAtBlock">The block of its admission.</param>
/// <param name="ReplacedBy">The address of the key that took this one's place; null where none did.</param>
public sealed record Member(
    Address Account, MemberRole Role, bool Active, string Endpoint, string Name, ulong AdmittedAtBlock, Address? ReplacedBy)
{
    /// <summary>True where it may anchor now.</summary>
    public bool MayAnchor => Active && Role == MemberRole.Hospital;
}

/// <summary>How far a custodian has anchored.</summary>
/// <param name="NextSequence">The number of its next entry, counted from 0: how many it has anchored.</param>
/// <param name="Head">The chained head over them; zero before the first.</param>
public sealed record CustodianState(ulong NextSequence, Consortium.Integrity.Hash256 Head);

/// <summary>A grant as the contract has it.</summary>
/// <param name="GrantedBy">The resident, or the hospital that acted on a recorded consent.</param>
/// <param name="View">What may be seen.</param>
/// <param name="ValidUntil">Until when, in seconds since 1970, UTC (exclusive).</param>
/// <param name="Kinds">Of which kinds.</param>
public sealed record GrantState(Address GrantedBy, LedgerView View, DateTimeOffset ValidUntil, KindSet Kinds);

/// <summary>A content key encrypted for one reader (Mode 2).</summary>
/// <param name="Reader">Whose key can open it.</param>
/// <param name="Wrapped">The encrypted key.</param>
public sealed record WrappedKey(Address Reader, byte[] Wrapped);

/// <summary>A proposal of the hospitals' multi-signature.</summary>
/// <param name="Id">Counted from 1.</param>
/// <param name="Proposer">Who made it.</param>
/// <param name="ExpiresAt">After this it is void.</param>
/// <param name="Executed">True once its call was made.</param>
/// <param name="Approvals">Approvals of hospitals that are active now.</param>
/// <param name="Required">Approvals needed now.</param>
/// <param name="Action">The call that it makes.</param>
public sealed record Proposal(ulong Id, Address Proposer, DateTimeOffset ExpiresAt, bool Executed, int Approvals, int Required, byte[] Action);

/// <summary>A hospital of the first hour.</summary>
/// <param name="Account">Its address.</param>
/// <param name="Endpoint">Where its facade answers.</param>
/// <param name="Name">Its display name.</param>
public sealed record GenesisHospital(Address Account, string Endpoint, string Name);
