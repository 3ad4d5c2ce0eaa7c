namespace Consortium.Fhir;

/// <summary>The outcome of validating one resource.</summary>
/// <param name="ResourceType">The resource type that the input states; null where the input could not be read.</param>
/// <param name="Issues">What was found, in document order by rule; at most about a thousand are listed.</param>
/// <param name="Errors">Number of errors and fatal problems, listed or not.</param>
/// <param name="Warnings">Number of warnings, listed or not.</param>
public sealed record ValidationResult(string? ResourceType, IReadOnlyList<OutcomeIssue> Issues, int Errors, int Warnings)
{
    /// <summary>True without errors; warnings do not make a resource invalid.</summary>
    public bool IsValid => Errors == 0;
}
