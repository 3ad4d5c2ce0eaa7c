namespace Consortium.Ledger;

/// <summary>No endpoint of the chain gave a usable answer. The message has a reason for each; nothing is known about the call's effect.</summary>
public sealed class RpcUnavailableException : Exception
{
    internal RpcUnavailableException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
