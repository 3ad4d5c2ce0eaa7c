using System.Text.Json;
using Consortium.Integrity;
using Consortium.Ledger;

namespace Consortium.Audit;

/// <summary>A batch that followed the one of the evidence: enough to go on to the custodian's later heads.</summary>
/// <param name="Count">Its entries.</param>
/// <param name="Root">Its root.</param>
public sealed record LaterBatch(ulong Count, Hash256 Root);

/// <summary>
/// One record in one view with all that proves it: the disclosure, the index entry, its place in its batch, the batch's place in the custodian's chained heads, and the block. Whoever has the
/// file needs the custodian no more; <see cref="EvidenceVerifier"/> checks it against the chain, or against a checkpoint without any network (<c>docs/audit.md</c>, "Portable evidence").
/// </summary>
public sealed record EvidenceFile
{
    /// <summary>The form that is written and read.</summary>
    public const string Format = "consortium-evidence/1";

    /// <summary>When it was made.</summary>
    public required DateTimeOffset ExportedAt { get; init; }

    /// <summary>The member to whom the custodian disclosed the view.</summary>
    public required Address Reader { get; init; }

    /// <summary>EIP-155 chain id.</summary>
    public required ulong ChainId { get; init; }

    /// <summary>The ledger contract.</summary>
    public required Address Contract { get; init; }

    /// <summary>The hospital that holds the record.</summary>
    public required Address Custodian { get; init; }

    /// <summary>The exact bytes of the view. Patient data.</summary>
    public required byte[] View { get; init; }

    /// <summary>What proves that every value of the view is part of the committed record.</summary>
    public required Disclosure Disclosure { get; init; }

    /// <summary>The index entry on the chain.</summary>
    public required IndexEntry Entry { get; init; }

    /// <summary>The number of the batch's first entry.</summary>
    public required ulong FirstSequence { get; init; }

    /// <summary>Entries in the batch.</summary>
    public required ulong Count { get; init; }

    /// <summary>The entry's place in the batch, from 0.</summary>
    public required ulong Index { get; init; }

    /// <summary>The batch tree's root.</summary>
    public required Hash256 Root { get; init; }

    /// <summary>The RFC 9162 audit path from the entry to the root.</summary>
    public required IReadOnlyList<Hash256> InclusionPath { get; init; }

    /// <summary>The custodian's head before the batch; all zero before its first.</summary>
    public required Hash256 PreviousHead { get; init; }

    /// <summary>The custodian's later batches when the file was made, in order.</summary>
    public required IReadOnlyList<LaterBatch> Later { get; init; }

    /// <summary>The transaction that anchored the batch.</summary>
    public required Hash256 Transaction { get; init; }

    /// <summary>The name of its block.</summary>
    public required Hash256 BlockHash { get; init; }

    /// <summary>The block's header.</summary>
    public required BlockHeader Header { get; init; }

    /// <summary>The time of the block.</summary>
    public required DateTimeOffset BlockTime { get; init; }

    /// <summary>The custodian's number of the entry.</summary>
    public ulong Sequence => FirstSequence + Index;

    /// <summary>The head after the batch, as its parts give it.</summary>
    public Hash256 Head => BatchHead.Next(PreviousHead, FirstSequence, Count, Root);

    /// <summary>The JSON form, UTF-8. It holds patient data, as the view does.</summary>
    public byte[] ToJson() => EvidenceJson.Write(this);

    /// <summary>Reads the JSON form. What it says is checked by <see cref="EvidenceVerifier"/>, not here.</summary>
    /// <exception cref="FormatException">It is no evidence; the message names the member, and has no value of it.</exception>
    public static EvidenceFile Parse(ReadOnlyMemory<byte> json) => EvidenceJson.Read(json);
}
