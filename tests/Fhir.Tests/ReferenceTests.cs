using System.Text;

namespace Consortium.Fhir.Tests;

/// <summary>FHIR R4 references.html: form of a literal reference and its target type.</summary>
public sealed class ReferenceTests
{
    private static string Observation(string subject) =>
        $$$"""{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{{{{subject}}}}}""";

    [Theory]
    [InlineData("\"reference\":\"Patient/1\"")]
    [InlineData("\"reference\":\"Patient/1/_history/2\"")]
    [InlineData("\"reference\":\"http://example.org/fhir/Patient/1\"")]
    [InlineData("\"reference\":\"http://example.org/anything\"")]
    [InlineData("\"reference\":\"urn:uuid:c757873d-ec9a-4326-a141-556f43239520\"")]
    [InlineData("\"reference\":\"Patient?identifier=a|b/c\"")]
    [InlineData("\"type\":\"Patient\",\"display\":\"x\"")]
    public void Validate_WellFormedReference_IsAccepted(string subject) => Validating.HasNoErrors(Observation(subject));

    [Theory]
    [InlineData("\"reference\":\"Medication/1\"", "Observation.subject.reference")]
    [InlineData("\"reference\":\"http://example.org/fhir/Medication/1\"", "Observation.subject.reference")]
    [InlineData("\"type\":\"Medication\"", "Observation.subject.type")]
    [InlineData("\"reference\":\"Patient/1\",\"type\":\"Group\"", "Observation.subject.reference")]
    public void Validate_WrongReference_IsAnError(string subject, string expression)
    {
        OutcomeIssue issue = Validating.OnlyError(Observation(subject));
        Assert.Equal(("value", expression), (issue.Code, issue.Expression));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("Patients/1")]
    [InlineData("Patient/a_b")]
    [InlineData("XXX/_history/1")]
    public void Validate_RelativeReferenceOfAnotherForm_IsAWarning(string reference)
    {
        ValidationResult result = Validating.Json(Observation($"\"reference\":\"{reference}\""));
        OutcomeIssue issue = Assert.Single(result.Issues, i => i.Code == "value");
        Assert.True(result.IsValid);
        Assert.Equal((IssueSeverity.Warning, "Observation.subject.reference"), (issue.Severity, issue.Expression));
        Assert.Contains("ResourceType/id", issue.Diagnostics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Patient/1", true)]
    [InlineData("Patient/2", false)]
    [InlineData("http://example.org/fhir/Patient/2", true)]
    public void Validate_TargetsRequired_RelativeReferenceInParametersLeadsToAResource(string reference, bool valid)
    {
        string json = $$$"""{"resourceType":"Parameters","parameter":[{"name":"p","resource":{"resourceType":"Patient","id":"1"}},{"name":"o","resource":{{{Observation($"\"reference\":\"{reference}\"")}}}}]}""";
        FhirValidator validator = new(FhirDefinitions.R4, new ValidationOptions { RequireTargets = true });
        ValidationResult result = validator.Validate(Encoding.UTF8.GetBytes(json));
        Assert.Equal(valid, result.IsValid);
        Assert.Equal(valid ? [] : [("not-found", "Parameters.parameter[1].resource.subject.reference")], result.Issues.Where(i => i.Severity == IssueSeverity.Error).Select(i => (i.Code, i.Expression)));
        Assert.DoesNotContain(Validating.Json(json).Issues, i => i.Severity <= IssueSeverity.Error);
    }

    [Fact]
    public void Validate_TargetsRequired_ResolverMayHaveTheTarget()
    {
        byte[] json = Encoding.UTF8.GetBytes($$$"""{"resourceType":"Parameters","parameter":[{"name":"o","resource":{{{Observation("\"reference\":\"Patient/2\"")}}}}]}""");
        FhirDocument patient = FhirDocument.Parse("""{"resourceType":"Patient","id":"2"}"""u8.ToArray());
        FhirValidator validator = new(FhirDefinitions.R4, new ValidationOptions { RequireTargets = true, ResolveReference = r => r == "Patient/2" ? patient : null });
        Assert.True(validator.Validate(json).IsValid);
    }
}
