namespace Consortium.AnchorService.Writing;

/// <summary>
/// The points between two steps of the writer at which a process may die. Tests stop the writer at each of them;
/// in production nobody listens.
/// </summary>
internal enum AnchorStep
{
    Planning,
    Planned,
    Signing,
    SignedInMemory,
    Persisted,
    Sending,
    SentUnrecorded,
    Sent,
    Mining,
    Mined,
    Finalising,
    InsideFinalTransaction,
    Final,
    Replacing,
    ReplacementPersisted,
    Reorganising,
    Requeued,
}
