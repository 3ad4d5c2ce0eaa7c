namespace Consortium.Ledger;

/// <summary>An endpoint answered with a JSON-RPC error.</summary>
public sealed class RpcException : Exception
{
    /// <summary>An error as the endpoint gave it.</summary>
    public RpcException(int code, string message, byte[]? revertData = null)
        : base(message)
    {
        Code = code;
        RevertData = revertData;
    }

    /// <summary>The JSON-RPC error code; its meaning differs between clients, so prefer the properties below.</summary>
    public int Code { get; }

    /// <summary>What the contract said when it reverted; null where nothing of the kind came. See <see cref="ConsortiumLedgerContract.DescribeRevert(RpcException)"/>.</summary>
    public byte[]? RevertData { get; }

    /// <summary>True where the chain's node already holds these very bytes: not a failure, look the hash up.</summary>
    public bool IsAlreadyKnown => Says("already known") || Says("known transaction") || Says("already imported") || Says("alreadyknown");

    /// <summary>True where a transaction with this nonce is already mined, perhaps this very one: look the hash up.</summary>
    public bool IsNonceTooLow => Says("nonce too low") || Says("nonce_too_low") || Says("nonce is too low");

    /// <summary>True where another transaction waits at this nonce and the fee is not enough above its fee to replace it.</summary>
    public bool IsReplacementUnderpriced => Says("replacement transaction underpriced") || Says("replacement_underpriced") || Says("gas price too low to replace");

    /// <summary>True where the execution reverted.</summary>
    public bool IsRevert => RevertData is { Length: > 0 } || Code == 3 || Says("execution reverted") || Says("vm exception");

    /// <summary>True where the answer would be larger than the endpoint gives: ask for less.</summary>
    internal bool IsTooMuch =>
        Code == -32005 || Says("limit") || Says("too many") || Says("too large") || Says("more than") || Says("range") || Says("response size");

    private bool Says(string words) => Message.Contains(words, StringComparison.OrdinalIgnoreCase);
}
