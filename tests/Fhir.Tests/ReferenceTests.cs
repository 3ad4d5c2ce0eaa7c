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
    [InlineData("\"reference\":\"1\"", "Observation.subject.reference")]
    [InlineData("\"reference\":\"Patients/1\"", "Observation.subject.reference")]
    [InlineData("\"reference\":\"Patient/a_b\"", "Observation.subject.reference")]
    [InlineData("\"reference\":\"Medication/1\"", "Observation.subject.reference")]
    [InlineData("\"reference\":\"http://example.org/fhir/Medication/1\"", "Observation.subject.reference")]
    [InlineData("\"type\":\"Medication\"", "Observation.subject.type")]
    [InlineData("\"reference\":\"Patient/1\",\"type\":\"Group\"", "Observation.subject.reference")]
    public void Validate_WrongReference_IsAnError(string subject, string expression)
    {
        OutcomeIssue issue = Validating.OnlyError(Observation(subject));
        Assert.Equal(("value", expression), (issue.Code, issue.Expression));
    }
}
