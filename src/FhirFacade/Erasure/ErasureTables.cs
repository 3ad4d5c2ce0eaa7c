namespace Consortium.FhirFacade.Erasure;

/// <summary>What remains of erased records, and what may not be erased. Part of the store's schema.</summary>
internal static class ErasureTables
{
    /// <summary>
    /// A row of <c>erasure</c> says who erased a version, when, on what basis, and which AuditEvent is the record of it; the version's row keeps type, id, number, commitment and
    /// receipt, and has no bytes and no secret any more. <c>erasure_cleaning</c> has a row while what was erased may still stand in free pages of the database's files.
    /// </summary>
    public const string Script =
        """
        CREATE TABLE erasure (
            record_id {bytes} NOT NULL PRIMARY KEY,
            event_id TEXT NOT NULL,
            basis TEXT NOT NULL,
            erased_by TEXT NOT NULL,
            erased_at BIGINT NOT NULL);
        CREATE TABLE erasure_cleaning (requested_at BIGINT NOT NULL);
        CREATE TABLE legal_hold (
            number {identity},
            type TEXT NOT NULL,
            id TEXT NOT NULL,
            reason TEXT NOT NULL,
            placed_by TEXT NOT NULL,
            placed_at BIGINT NOT NULL,
            released_by TEXT,
            released_at BIGINT);
        CREATE INDEX legal_hold_record ON legal_hold (type, id);
        """;
}
