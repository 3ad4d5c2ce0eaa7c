namespace Consortium.Audit;

/// <summary>What a replay found wrong, each kind with its own name in the verdict (kebab case: <c>written-without-right</c>).</summary>
public enum FindingKind
{
    /// <summary>There is no contract at the address, or another one than ours.</summary>
    ContractReplaced,

    /// <summary>The chain has another id than the regulator expects.</summary>
    WrongChain,

    /// <summary>The chain was reorganised while it was replayed: what was read may no longer hold.</summary>
    ChainChanged,

    /// <summary>A batch by somebody who was no active hospital then.</summary>
    WrittenWithoutRight,

    /// <summary>A batch whose first number is not the next of its custodian.</summary>
    OutOfOrder,

    /// <summary>A batch whose root is not that of its entries.</summary>
    WrongRoot,

    /// <summary>A head that does not follow from the batches, in an event or in the contract's state.</summary>
    WrongHead,

    /// <summary>A witness attested another head than the chain has.</summary>
    Equivocated,

    /// <summary>A record id, or a version of a record, that stands in the index more than once.</summary>
    Duplicated,

    /// <summary>The index entry does not say what the committed record says of its type or time.</summary>
    WrongEntry,

    /// <summary>Anchored later after <c>recordedAt</c> than the policy allows: an outage, or a record that was dated back.</summary>
    Late,

    /// <summary>Dated after the block that holds it.</summary>
    FutureDated,

    /// <summary>What the custodian has is not what was committed.</summary>
    Altered,

    /// <summary>The custodian says that it has no such record.</summary>
    Missing,

    /// <summary>The custodian answers with a failure for this record, as it does when the stored bytes can no longer be read.</summary>
    Damaged,

    /// <summary>The custodian holds a version that no batch on the chain has, for longer than the policy allows.</summary>
    NeverAnchored,

    /// <summary>The custodian's answer holds no proof.</summary>
    Malformed,

    /// <summary>The custodian could not be reached.</summary>
    Unreachable,

    /// <summary>The custodian refuses to answer.</summary>
    Refusing,

    /// <summary>Nobody knows where the custodian answers.</summary>
    NoEndpoint,

    /// <summary>The custodian erased the record, and an anchored AuditEvent of its own proves that it said so.</summary>
    Erased,
}

/// <summary>What a finding does to the verdict.</summary>
public enum FindingWeight
{
    /// <summary>Worth reading; the verdict stays.</summary>
    Notice,

    /// <summary>Something could not be checked: not intact, and not shown to be tampered with.</summary>
    Incomplete,

    /// <summary>The trail or a record is not what was committed.</summary>
    Tampered,
}

/// <summary>One thing that is wrong, and where.</summary>
/// <param name="Kind">What.</param>
/// <param name="Detail">In words, without patient data.</param>
public sealed record Finding(FindingKind Kind, string Detail)
{
    /// <summary>What it does to the verdict.</summary>
    public FindingWeight Weight => Kind switch
    {
        FindingKind.Late or FindingKind.FutureDated or FindingKind.Erased => FindingWeight.Notice,
        FindingKind.Unreachable or FindingKind.Refusing or FindingKind.NoEndpoint or FindingKind.ChainChanged => FindingWeight.Incomplete,
        _ => FindingWeight.Tampered,
    };

    /// <summary>The custodian's address.</summary>
    public string? Custodian { get; init; }

    /// <summary>The custodian's number of the entry, or of the batch's first.</summary>
    public ulong? Sequence { get; init; }

    /// <summary>The record id in the index, 32 hexadecimal digits.</summary>
    public string? RecordId { get; init; }

    /// <summary>The record by name, <c>Type/id/_history/version</c>, as far as the custodian's answer tells.</summary>
    public string? Resource { get; init; }

    /// <summary>Where in the record, as a JSON pointer.</summary>
    public string? Pointer { get; init; }

    /// <summary>How many entries it concerns.</summary>
    public ulong Entries { get; init; } = 1;

    /// <summary>The block.</summary>
    public ulong? Block { get; init; }

    /// <summary>The transaction, 64 hexadecimal digits.</summary>
    public string? Transaction { get; init; }
}
