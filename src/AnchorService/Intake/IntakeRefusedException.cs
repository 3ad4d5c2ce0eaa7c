namespace Consortium.AnchorService.Intake;

/// <summary>A <see cref="Messaging.RecordCommitted"/> cannot be taken in, now or later; the broker's dead-letter queue keeps it.</summary>
public sealed class IntakeRefusedException : Exception
{
    /// <summary>Creates the exception.</summary>
    public IntakeRefusedException()
    {
    }

    /// <summary>Creates the exception with the reason and the way out.</summary>
    public IntakeRefusedException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with the reason, the way out and the cause.</summary>
    public IntakeRefusedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
