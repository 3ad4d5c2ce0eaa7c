using System.Data.Common;

namespace Consortium.Storage;

/// <summary>Another transaction was faster: what this one was about to do rests on what is no longer so, and it must be run again (<see cref="Database.TransactAsync{T}"/> does).</summary>
public sealed class RepeatTransactionException : DbException
{
    /// <summary>Says what happened, without the data.</summary>
    public RepeatTransactionException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
