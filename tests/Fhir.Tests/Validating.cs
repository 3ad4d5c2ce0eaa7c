using System.Text;

namespace Consortium.Fhir.Tests;

/// <summary>Short forms for tests that validate one JSON text.</summary>
internal static class Validating
{
    public static ValidationResult Json(string json) => FhirValidator.R4.Validate(Encoding.UTF8.GetBytes(json));

    /// <summary>The only error of a resource that has exactly one.</summary>
    public static OutcomeIssue OnlyError(string json) =>
        Assert.Single(Json(json).Issues, i => i.Severity <= IssueSeverity.Error);

    public static void HasNoErrors(string json) =>
        Assert.DoesNotContain(Json(json).Issues, i => i.Severity <= IssueSeverity.Error);
}
