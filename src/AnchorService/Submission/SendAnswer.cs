namespace Consortium.AnchorService.Submission;

/// <summary>What a node's refusal of a raw transaction means for its batch.</summary>
internal enum SendAnswer
{
    /// <summary>The node has it already: look the hash up.</summary>
    AlreadyKnown,

    /// <summary>The nonce is used up, by this transaction, a sibling of it or a stranger: look the hashes up.</summary>
    NonceTooLow,

    /// <summary>The fee is below what the node asks for: bid more at the same nonce.</summary>
    Underpriced,

    /// <summary>The account cannot pay: a person must fund it.</summary>
    InsufficientFunds,

    /// <summary>Anything else: the same bytes are sent again later.</summary>
    Refused,
}

/// <summary>
/// Reads a refusal. JSON-RPC has no codes for these; the words are those of go-ethereum, Besu, Nethermind, Erigon, anvil and FISCO BCOS.
/// A misreading is safe: nothing is ever signed again because of it, but for a higher fee at the same nonce.
/// </summary>
internal static class SendAnswers
{
    private static readonly (string Words, SendAnswer Answer)[] Known =
    [
        ("already known", SendAnswer.AlreadyKnown),
        ("alreadyknown", SendAnswer.AlreadyKnown),
        ("already imported", SendAnswer.AlreadyKnown),
        ("already exists", SendAnswer.AlreadyKnown),
        ("already in", SendAnswer.AlreadyKnown),
        ("alreadyin", SendAnswer.AlreadyKnown),
        ("known transaction", SendAnswer.AlreadyKnown),
        ("nonce too low", SendAnswer.NonceTooLow),
        ("nonce is too low", SendAnswer.NonceTooLow),
        ("nonce is below", SendAnswer.NonceTooLow),
        ("nonce below", SendAnswer.NonceTooLow),
        ("oldnonce", SendAnswer.NonceTooLow),
        ("noncetooold", SendAnswer.NonceTooLow),
        ("noncecheckfail", SendAnswer.NonceTooLow),
        ("underpriced", SendAnswer.Underpriced),
        ("block base fee", SendAnswer.Underpriced),
        ("baseFeePerGas", SendAnswer.Underpriced),
        ("fee too low", SendAnswer.Underpriced),
        ("feetoolow", SendAnswer.Underpriced),
        ("gas price below", SendAnswer.Underpriced),
        ("gas price too low", SendAnswer.Underpriced),
        ("gas price is too low", SendAnswer.Underpriced),
        ("insufficient funds", SendAnswer.InsufficientFunds),
        ("insufficientfunds", SendAnswer.InsufficientFunds),
        ("upfront cost exceeds", SendAnswer.InsufficientFunds),
    ];

    public static SendAnswer Read(string message)
    {
        foreach ((string words, SendAnswer answer) in Known)
        {
            if (message.Contains(words, StringComparison.OrdinalIgnoreCase)) return answer;
        }

        return SendAnswer.Refused;
    }
}
