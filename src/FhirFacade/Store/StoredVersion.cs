using Consortium.Integrity;

namespace Consortium.FhirFacade;

/// <summary>One version of one record as it stands in the store.</summary>
public sealed record StoredVersion
{
    /// <summary>The FHIR resource type.</summary>
    public required string Type { get; init; }

    /// <summary>The logical id.</summary>
    public required string Id { get; init; }

    /// <summary>The version, from 1.</summary>
    public required long Version { get; init; }

    /// <summary>True where this version is a deletion; <see cref="Body"/> is then its tombstone.</summary>
    public required bool Deleted { get; init; }

    /// <summary>The exact bytes. Patient data.</summary>
    public required byte[] Body { get; init; }

    /// <summary>True where the version was erased: it counts as deleted, and <see cref="Body"/> is empty.</summary>
    public bool Erased => Body.Length == 0;

    /// <summary>When it was stored, in milliseconds since 1970, UTC: <c>meta.lastUpdated</c>.</summary>
    public required long RecordedAt { get; init; }

    /// <summary>The keyed name of the patient; zero where the record has no subject.</summary>
    public required Tag128 SubjectTag { get; init; }

    /// <summary>Position in the store's log of versions, ascending.</summary>
    public required long Sequence { get; init; }
}

/// <summary>What the custodian needs to disclose a version: its secret and what was committed.</summary>
public sealed record CommittedVersion
{
    /// <summary>The version.</summary>
    public required StoredVersion Stored { get; init; }

    /// <summary>The record secret, 32 bytes. Never leaves the custodian.</summary>
    public required byte[] Secret { get; init; }

    /// <summary>The hash suite.</summary>
    public required CommitmentSuite Suite { get; init; }

    /// <summary>What went on the chain, or will.</summary>
    public required IndexEntry Entry { get; init; }

    /// <summary>Where it stands on the chain; null while it is not anchored.</summary>
    public required StoredReceipt? Receipt { get; init; }
}

/// <summary>Where a version's index entry stands on the chain.</summary>
/// <param name="Sequence">The custodian's sequence number of the entry.</param>
/// <param name="FirstSequence">That of the batch's first entry.</param>
/// <param name="Count">Entries in the batch.</param>
/// <param name="Root">The batch root.</param>
/// <param name="InclusionPath">The RFC 9162 audit path of the entry.</param>
/// <param name="TransactionHash">The transaction.</param>
/// <param name="BlockNumber">The block.</param>
/// <param name="BlockHash">Its hash.</param>
public sealed record StoredReceipt(
    ulong Sequence, ulong FirstSequence, ulong Count, Hash256 Root, IReadOnlyList<Hash256> InclusionPath, Hash256 TransactionHash, ulong BlockNumber, Hash256 BlockHash);
