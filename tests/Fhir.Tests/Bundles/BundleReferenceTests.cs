using static Consortium.Fhir.Tests.Bundles.Bundling;

namespace Consortium.Fhir.Tests.Bundles;

/// <summary>FHIR R4 bundle.html#references and references.html#contained: where references within a document lead.</summary>
public sealed class BundleReferenceTests
{
    [Fact]
    public void Validate_UrnToAnEntryOfAnAllowedType_IsAccepted() =>
        Assert.Empty(Errors(Bundle("collection", Entry(Uuid, Patient()), Entry(Other, Observation(Uuid)))));

    [Fact]
    public void Validate_UrnToAnEntryOfAnotherType_SaysWhatItLeadsTo()
    {
        OutcomeIssue issue = Assert.Single(Errors(Bundle("collection", Entry(Uuid, """{"resourceType":"Medication"}"""), Entry(Other, Observation(Uuid)))));
        Assert.Equal(("value", "Bundle.entry[1].resource.subject.reference"), (issue.Code, issue.Expression));
        Assert.Equal("Observation.subject refers to Patient, Group, Device, Location; found Medication.", issue.Diagnostics);
    }

    [Theory]
    [InlineData("transaction", true)]
    [InlineData("collection", false)]
    public void Validate_UrnThatLeadsNowhere_IsAnErrorWhereTheBundleMustCarryAll(string type, bool error)
    {
        string request = type == "transaction" ? "\"request\":{\"method\":\"POST\",\"url\":\"Observation\"}," : string.Empty;
        ValidationResult result = Validating.Json(Bundle(type, Entry(Other, Observation(Uuid), request)));
        OutcomeIssue issue = Assert.Single(result.Issues, i => i.Code == "not-found");
        Assert.Equal(error ? IssueSeverity.Error : IssueSeverity.Warning, issue.Severity);
        Assert.Contains("No entry of the Bundle has this URN as its fullUrl", issue.Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_RelativeReferenceWithTheUuidOfAnotherType_IsAnError()
    {
        OutcomeIssue issue = Assert.Single(Errors(Bundle("collection", Entry(Uuid, """{"resourceType":"Organization","name":"x"}"""), Entry(Other, Observation("Patient/" + Uuid[9..])))));
        Assert.Equal("The reference says Patient, but leads to a Organization (FHIR R4 references.html#type).", issue.Diagnostics);
    }

    [Fact]
    public void Validate_RelativeReferenceWithTheSameShortIdAsAnotherType_IsNone() =>
        Assert.Empty(Errors(Bundle("collection", Entry("http://example.org/fhir/Organization/1", """{"resourceType":"Organization","id":"1","name":"x"}"""), Entry(Other, Observation("Patient/1")))));

    [Fact]
    public void Validate_StatedTypeOtherThanWhatIsReferredTo_IsAnError()
    {
        string observation = Observation(Uuid).Replace("\"reference\"", "\"type\":\"Group\",\"reference\"", StringComparison.Ordinal);
        Assert.Contains("says Group, but leads to a Patient", Assert.Single(Errors(Bundle("collection", Entry(Uuid, Patient()), Entry(Other, observation)))).Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_AbsoluteUrlThatNamesNoType_IsCheckedByItsEntry() =>
        Assert.Equal("Bundle.entry[1].resource.subject.reference", Assert.Single(Errors(Bundle("collection", Entry("http://example.org/things/7", """{"resourceType":"Medication"}"""), Entry(Other, Observation("http://example.org/things/7"))))).Expression);

    [Fact]
    public void Validate_FullUrlOfSeveralVersions_MakesAReferenceDoubtful()
    {
        string Version(string version) => Entry(Uuid, $$$"""{"resourceType":"Patient","meta":{"versionId":"{{{version}}}"},"active":true}""");
        Assert.Contains(Validating.Json(Bundle("collection", Version("1"), Version("2"), Entry(Other, Observation(Uuid)))).Issues, i => i.Severity == IssueSeverity.Warning && i.Diagnostics.StartsWith("Several entries have the fullUrl", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Patient", true)]
    [InlineData("Medication", false)]
    public void Validate_ContainedTarget_IsOfAnAllowedType(string type, bool valid)
    {
        string json = Observation("#p").Replace("\"status\"", $$"""
            "contained":[{"resourceType":"{{type}}","id":"p"}],"status"
            """, StringComparison.Ordinal);
        Assert.Equal(valid, Errors(json).Length == 0);
    }

    [Fact]
    public void Validate_CallersResolver_TellsTheTypeOfAnOpaqueUrl()
    {
        FhirDocument medication = FhirDocument.Parse("""{"resourceType":"Medication"}"""u8.ToArray());
        FhirValidator validator = new(FhirDefinitions.R4, new ValidationOptions { ResolveReference = url => url == "http://example.org/x" ? medication : null });
        ValidationResult result = validator.Validate(System.Text.Encoding.UTF8.GetBytes(Observation("http://example.org/x")));
        Assert.Contains(result.Issues, i => i.Severity == IssueSeverity.Error && i.Diagnostics.EndsWith("found Medication.", StringComparison.Ordinal));
    }
}
