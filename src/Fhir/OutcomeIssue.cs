namespace Consortium.Fhir;

/// <summary>FHIR R4 issue-severity.</summary>
public enum IssueSeverity
{
    /// <summary>The content cannot be processed at all.</summary>
    Fatal,

    /// <summary>The content breaks a rule.</summary>
    Error,

    /// <summary>The content is allowed but doubtful.</summary>
    Warning,

    /// <summary>A remark; nothing is wrong.</summary>
    Information,
}

/// <summary>One issue of an OperationOutcome: what is wrong, where, and the way out.</summary>
/// <param name="Severity">How bad.</param>
/// <param name="Code">A code of FHIR R4 issue-type (<c>structure</c>, <c>required</c>, <c>value</c>, <c>invariant</c>, <c>code-invalid</c> …).</param>
/// <param name="Diagnostics">For a person: the rule broken, what was found (never patient data), what is allowed.</param>
/// <param name="Expression">FHIRPath of the element, or the place in a legacy record (<c>PID-3.1</c>, <c>line 4, column 2</c>).</param>
/// <param name="Line">Line in the input, from 1; null where unknown.</param>
/// <param name="Column">Column in the input, from 1, in bytes; null where unknown.</param>
public sealed record OutcomeIssue(
    IssueSeverity Severity, string Code, string Diagnostics, string? Expression = null, int? Line = null, int? Column = null);
