namespace Consortium.Ledger;

/// <summary>The projection cannot go on by itself; the message says why and what to do.</summary>
public sealed class ProjectionStoppedException : Exception
{
    /// <summary>Creates the exception.</summary>
    public ProjectionStoppedException()
    {
    }

    /// <summary>Creates the exception with its reason.</summary>
    public ProjectionStoppedException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with its reason and cause.</summary>
    public ProjectionStoppedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
