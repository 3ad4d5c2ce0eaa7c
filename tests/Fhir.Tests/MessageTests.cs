namespace Consortium.Fhir.Tests;

/// <summary>The words of the main issues: what was found, what is allowed, and the rule. Their place is tested with them.</summary>
public sealed class MessageTests
{
    [Theory]
    [InlineData("""{"resourceType":"Patient","gender":"F"}""", "code-invalid", "Patient.gender", "Code 'F' is not in http://hl7.org/fhir/ValueSet/administrative-gender (required for Patient.gender); allowed: female, male, other, unknown.")]
    [InlineData("""{"resourceType":"Patient","birthDate":"2024-02-30"}""", "value", "Patient.birthDate", "The value is not a valid date: that month of that year has no such day (FHIR R4 datatypes.html#date).")]
    [InlineData("""{"resourceType":"Patient","weight":1}""", "structure", "Patient.weight", "Patient has no element weight.")]
    [InlineData("""{"resourceType":"Patient","active":"true"}""", "structure", "Patient.active", "Patient.active is a JSON boolean (boolean); found JSON string.")]
    [InlineData("""{"resourceType":"Patient","deceased":true}""", "structure", "Patient.deceased", "Patient has no element deceased (deceased[x] carries its type in its name, such as deceasedBoolean).")]
    [InlineData("""{"resourceType":"Patient","link":[{"type":"seealso"}]}""", "required", "Patient.link[0]", "Patient.link.other is required: at least 1, found 0.")]
    [InlineData("""{"resourceType":"Patient","managingOrganization":{"reference":"Patient/1"}}""", "value", "Patient.managingOrganization.reference", "Patient.managingOrganization refers to Organization; found Patient.")]
    [InlineData("""{"resourceType":"Patient","managingOrganization":{"reference":"#o"}}""", "invariant", "Patient.managingOrganization", "ref-1: SHALL have a contained resource if a local reference is provided")]
    [InlineData("""{"resourceType":"Patient","identifier":[{"system":"MRN","value":"1"}]}""", "value", "Patient.identifier[0].system", "Identifier.system is an absolute URI, such as urn:oid:… or https://… (FHIR R4 datatypes.html#Identifier); this one has no scheme.")]
    [InlineData("""{"resourceType":"Patient","contact":[{"gender":"male"}]}""", "invariant", "Patient.contact[0]", "pat-1: SHALL at least contain a contact's details or a reference to an organization")]
    public void Validate_CommonMistake_SaysWhatWasFoundAndWhatIsAllowed(string json, string code, string expression, string diagnostics)
    {
        OutcomeIssue issue = Validating.OnlyError(json);
        Assert.Equal((code, expression, diagnostics), (issue.Code, issue.Expression, issue.Diagnostics));
        Assert.Equal(1, issue.Line);
        Assert.True(issue.Column >= 1);
    }

    [Theory]
    [InlineData("""{"resourceType":"Patient","birthDate":"Zhang San"}""")]
    [InlineData("""{"resourceType":"Patient","gender":"Zhang San"}""")]
    [InlineData("""{"resourceType":"Patient","Zhang San":1}""")]
    [InlineData("""{"resourceType":"Patient","name":"Zhang San"}""")]
    [InlineData("""{"resourceType":"Patient","id":"Zhang San"}""")]
    [InlineData("""{"resourceType":"Patient","managingOrganization":{"reference":"Zhang San"}}""")]
    [InlineData("""{"resourceType":"Patient","identifier":[{"system":"Zhang San"}]}""")]
    public void Validate_PatientData_IsNeverShown(string json) =>
        Assert.All(Validating.Json(json).Issues, i => Assert.DoesNotContain("Zhang", i.Diagnostics + i.Expression, StringComparison.Ordinal));
}
