using System.Globalization;
using Consortium.Fhir;

namespace Consortium.Adapters.Intake;

/// <summary>A record on its way into the journal: sealed already, or in pieces that are sealed while they are written.</summary>
/// <param name="Digest">SHA-256 of the raw bytes.</param>
/// <param name="Source">The source system.</param>
/// <param name="FileName">The file's name, sealed; it may hold a patient's.</param>
/// <param name="ReceivedAt">Milliseconds since 1970, UTC.</param>
/// <param name="Length">Of the raw bytes.</param>
/// <param name="DataKey">The data key that seals it.</param>
/// <param name="Cipher">Its cipher.</param>
/// <param name="Content">The raw bytes sealed; empty where they come in pieces.</param>
/// <param name="Pieces">The raw bytes in pieces; may be read more than once. Null where they are in <paramref name="Content"/>.</param>
/// <param name="Refusal">Why the record was refused at the door: it goes to the quarantine, not to an adapter. Null where it was accepted.</param>
internal sealed record JournalEntry(
    string Digest, string Source, string? FileName, long ReceivedAt, long Length, long DataKey, RecordCipher Cipher,
    byte[] Content, IEnumerable<ReadOnlyMemory<byte>>? Pieces, OutcomeIssue? Refusal)
{
    /// <summary>What the name of a record's file is sealed for.</summary>
    public static string NamePlace(string digest) => digest + "/name";

    /// <summary>What a piece of a record is sealed for.</summary>
    public static string PiecePlace(string digest, long number) => string.Create(CultureInfo.InvariantCulture, $"{digest}/{number}");
}
