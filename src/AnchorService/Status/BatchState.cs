namespace Consortium.AnchorService.Status;

/// <summary>Where a batch stands on its way to the chain. Stored as its number.</summary>
public enum BatchState
{
    /// <summary>Numbered, with its root; no transaction that could still be mined stands for it.</summary>
    Planned = 0,

    /// <summary>A signed transaction is persisted; no endpoint is known to have taken it.</summary>
    Signed = 1,

    /// <summary>An endpoint has taken the transaction.</summary>
    Sent = 2,

    /// <summary>A block holds the transaction, not yet deep enough.</summary>
    Mined = 3,

    /// <summary>Deep enough; the receipt was published.</summary>
    Final = 4,
}
