namespace Consortium.Fhir;

/// <summary>The input cannot be read as a FHIR resource at all: broken JSON or XML, invalid UTF-8, a duplicate key, too deep.</summary>
public sealed class FhirFormatException : Exception
{
    /// <summary>Creates the exception with a place.</summary>
    public FhirFormatException(string message, int line, int column, string code = "structure")
        : base(message)
    {
        (Line, Column, Code) = (line, column, code);
    }

    /// <summary>Creates the exception without a known place.</summary>
    public FhirFormatException(string message)
        : this(message, 1, 1)
    {
    }

    /// <summary>Creates the exception without a known place.</summary>
    public FhirFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
        (Line, Column, Code) = (1, 1, "structure");
    }

    /// <summary>Creates the exception without words; use one of the others.</summary>
    public FhirFormatException()
        : this("The input is not a FHIR resource.")
    {
    }

    /// <summary>Line, from 1.</summary>
    public int Line { get; }

    /// <summary>Column, from 1, in bytes.</summary>
    public int Column { get; }

    /// <summary>The FHIR R4 issue-type code.</summary>
    public string Code { get; }

    /// <summary>The same as an issue of an OperationOutcome.</summary>
    public OutcomeIssue ToIssue() => new(IssueSeverity.Fatal, Code, Message, null, Line, Column);
}
