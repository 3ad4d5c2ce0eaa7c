namespace Consortium.Fhir;

/// <summary>A FHIRPath expression that is not well-formed, or that cannot be evaluated on its input.</summary>
public sealed class FhirPathException : Exception
{
    /// <summary>Creates the exception.</summary>
    public FhirPathException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with its place in the expression.</summary>
    public FhirPathException(string message, int position)
        : base(message) => Position = position;

    /// <summary>Creates the exception with its cause.</summary>
    public FhirPathException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates the exception without words; use one of the others.</summary>
    public FhirPathException()
        : this("The FHIRPath expression failed.")
    {
    }

    /// <summary>Where in the expression, in characters from 0; null where no one place is at fault.</summary>
    public int? Position { get; }
}
