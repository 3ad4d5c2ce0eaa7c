using Consortium.Ledger.Abi;

namespace Consortium.Ledger;

/// <summary>The contract refused; <see cref="Error"/> says why.</summary>
public sealed class ContractRevertException : Exception
{
    internal ContractRevertException(ContractError error, Exception? innerException = null)
        : base($"The contract refused: {error}", innerException) => Error = error;

    /// <summary>The contract's error with its arguments.</summary>
    public ContractError Error { get; }
}
