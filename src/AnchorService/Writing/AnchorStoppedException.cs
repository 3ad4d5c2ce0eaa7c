namespace Consortium.AnchorService.Writing;

/// <summary>Writing for this custodian cannot go on by itself; the message says why and what a person does about it.</summary>
internal sealed class AnchorStoppedException : Exception
{
    public AnchorStoppedException(string reason, bool lasting)
        : base(reason) => IsLasting = lasting;

    /// <summary>True: only a person ends the stop (resume). False: it ends by itself when the start-up checks pass.</summary>
    public bool IsLasting { get; }
}
