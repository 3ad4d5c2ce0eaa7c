namespace Consortium.FhirFacade;

/// <summary>A record could not be fetched from its custodian. Names custodian and record id, no patient data.</summary>
public sealed class RecordExchangeException : Exception
{
    /// <inheritdoc cref="RecordExchangeException"/>
    public RecordExchangeException()
        : this("A record could not be fetched from its custodian.")
    {
    }

    /// <inheritdoc cref="RecordExchangeException"/>
    public RecordExchangeException(string message)
        : base(message)
    {
    }

    /// <inheritdoc cref="RecordExchangeException"/>
    public RecordExchangeException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The custodian's HTTP status; null where it did not answer.</summary>
    public int? Status { get; init; }
}
