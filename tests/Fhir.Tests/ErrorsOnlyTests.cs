using System.Text;

namespace Consortium.Fhir.Tests;

/// <summary>
/// A validator that looks for errors only finds the same ones as any other, also of what it has seen before and remembers as
/// right. MutationTests hold the two together over wrong shapes.
/// </summary>
public sealed class ErrorsOnlyTests
{
    private readonly FhirValidator _errorsOnly = new(FhirDefinitions.R4, new ValidationOptions { ErrorsOnly = true });

    [Fact]
    public void WarningsAndRemarksAreNeitherListedNorCounted()
    {
        const string Patient = """{"resourceType":"Patient","maritalStatus":{"coding":[{"system":"http://example.org/unknown","code":"x"}]}}""";
        Assert.NotEmpty(Validating.Json(Patient).Issues);
        ValidationResult result = Validate(Patient);
        Assert.Empty(result.Issues);
        Assert.Equal((0, 0), (result.Errors, result.Warnings));
    }

    [Fact]
    public void AConceptThatIsRightInOnePlaceIsLookedAtInAnother()
    {
        // The same bytes under a required binding and under a preferred one.
        const string Concept = """{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-MaritalStatus","code":"M"}]}""";
        const string Right = """{"resourceType":"Patient","maritalStatus":""" + Concept + "}";
        const string Wrong = """{"resourceType":"AllergyIntolerance","clinicalStatus":""" + Concept + ""","patient":{"reference":"Patient/1"}}""";
        for (int round = 0; round < 4; round++)
        {
            Assert.Empty(Validate(Right).Issues);
            Assert.Contains(Validate(Wrong).Issues, i => i.Expression == "AllergyIntolerance.clinicalStatus.coding[0].code");
        }
    }

    [Fact]
    public void AWrongSystemIsAnErrorEachTime()
    {
        // Said once a resource, so the second Coding alone would pass.
        const string Observation = """{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"https://loinc.org","code":"1-8"}]},"valueCodeableConcept":{"coding":[{"system":"https://loinc.org","code":"1-8"}]}}""";
        for (int round = 0; round < 4; round++) Same(Observation);
        const string Second = """{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueCodeableConcept":{"coding":[{"system":"https://loinc.org","code":"1-8"}]}}""";
        for (int round = 0; round < 4; round++) Same(Second);
    }

    [Fact]
    public void AnExtensionWithinAConceptIsCheckedWhereverItStands()
    {
        const string Concept = """{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/patient-birthPlace","valueAddress":{"city":"x"}}],"text":"x"}""";
        const string Observation = """{"resourceType":"Observation","status":"final","code":""" + Concept + "}";
        for (int round = 0; round < 4; round++) Same(Observation);
        Assert.NotEmpty(Validate(Observation).Issues);
    }

    [Fact]
    public void ADocumentOfThousandIssuesHasAllItsErrors()
    {
        StringBuilder json = new("""{"resourceType":"Patient","gender":"brave","contact":[""");
        for (int i = 0; i < 1500; i++) json.Append(i == 0 ? string.Empty : ",").Append("""{"relationship":[{"coding":[{"code":"x"}]}],"name":{"text":"x"}}""");
        json.Append("""],"active":1}""");
        ValidationResult whole = Validating.Json(json.ToString()), errors = Validate(json.ToString());
        Assert.Equal((2, 2, 0), (whole.Errors, errors.Errors, errors.Warnings));
        Assert.Equal(["Patient.gender", "Patient.active"], errors.Issues.Select(i => i.Expression));
    }

    private ValidationResult Validate(string json) => _errorsOnly.Validate(Encoding.UTF8.GetBytes(json));

    private void Same(string json) => Assert.Equal(Validating.Json(json).Issues.Where(i => i.Severity <= IssueSeverity.Error), Validate(json).Issues);
}
