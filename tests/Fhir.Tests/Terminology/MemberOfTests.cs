using System.Text;

namespace Consortium.Fhir.Tests.Terminology;

/// <summary>FHIR R4 fhirpath.html#functions: memberOf(valueset).</summary>
public sealed class MemberOfTests
{
    private static readonly FhirDocument s_patient = FhirDocument.Parse(Encoding.UTF8.GetBytes("""
        {"resourceType":"Patient","gender":"female","language":"zh-CN",
         "maritalStatus":{"coding":[{"system":"http://example.org","code":"x"},{"system":"http://terminology.hl7.org/CodeSystem/v3-MaritalStatus","code":"M"}]},
         "communication":[{"language":{"coding":[{"system":"http://snomed.info/sct","code":"40983000"}]}}]}
        """));

    [Theory]
    [InlineData("Patient.gender.memberOf('http://hl7.org/fhir/ValueSet/administrative-gender')", "true")]
    [InlineData("Patient.gender.memberOf('http://hl7.org/fhir/ValueSet/administrative-gender|4.0.1')", "true")]
    [InlineData("Patient.gender.memberOf('http://hl7.org/fhir/ValueSet/marital-status')", "false")]
    [InlineData("Patient.language.memberOf('http://hl7.org/fhir/ValueSet/all-languages')", "true")]
    [InlineData("Patient.maritalStatus.memberOf('http://hl7.org/fhir/ValueSet/marital-status')", "true")]
    [InlineData("Patient.maritalStatus.coding[0].memberOf('http://hl7.org/fhir/ValueSet/marital-status')", "false")]
    [InlineData("Patient.maritalStatus.coding[1].memberOf('http://hl7.org/fhir/ValueSet/marital-status')", "true")]
    [InlineData("Patient.gender.memberOf('http://example.org/unknown')", null)]
    [InlineData("Patient.communication.language.memberOf('http://hl7.org/fhir/ValueSet/body-site')", null)]
    public void MemberOf_IsEmptyWhereItCannotBeDecided(string expression, string? expected) =>
        Assert.Equal(expected, FhirPath.Compile(expression).Evaluate(s_patient).SingleOrDefault()?.Value);
}
