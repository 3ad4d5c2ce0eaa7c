using Consortium.FhirFacade.Store;

namespace Consortium.FhirFacade.Erasure;

/// <summary>What is to be erased, why, and who says so.</summary>
/// <param name="Records">The records.</param>
/// <param name="Basis">The legal basis, as a code of the site's: <c>pipl-47</c>, <c>gdpr-17</c>, <c>retention</c>. Letters, digits, dots and hyphens; never a reason in words, which could name somebody.</param>
/// <param name="By">Who ordered it: a staff number or user name of the hospital.</param>
internal sealed record ErasureRequest(IReadOnlyList<ErasureTarget> Records, string Basis, string By)
{
    /// <summary>True to say what would be erased, and erase nothing.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>True where more follows, and the database's files are cleaned at its end.</summary>
    public bool DefersCleaning { get; init; }
}

/// <summary>Versions of one record.</summary>
/// <param name="Key">The record.</param>
/// <param name="From">The first version.</param>
/// <param name="To">The last version.</param>
internal sealed record ErasureTarget(RecordKey Key, long From = 1, long To = long.MaxValue);

/// <summary>What was erased.</summary>
/// <param name="Records">Records of which something was erased.</param>
/// <param name="Versions">Versions erased.</param>
/// <param name="Events">The AuditEvents that are the record of it, by logical id.</param>
/// <param name="RawDigests">The raw records in the intake journal that they came from, as far as Provenance tells: erased there separately.</param>
internal sealed record ErasureResult(int Records, int Versions, IReadOnlyList<string> Events, IReadOnlyList<string> RawDigests);

/// <summary>How a version came to be erased.</summary>
/// <param name="EventId">The AuditEvent, by logical id.</param>
/// <param name="Basis">The legal basis.</param>
/// <param name="By">Who ordered it.</param>
/// <param name="At">When, in milliseconds since 1970, UTC.</param>
internal sealed record ErasureMark(string EventId, string Basis, string By, long At);

/// <summary>A record is under legal hold: nothing of what was asked for was erased.</summary>
internal sealed class LegalHoldException(RecordKey key, string reason)
    : Exception($"{key} is under legal hold ({reason}); nothing was erased. Release the hold first: POST {key}/$legal-hold-release.");
