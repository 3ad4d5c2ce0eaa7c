namespace Consortium.Fhir.Tests;

/// <summary>FHIR R4 json.html and the StructureDefinitions: shape, unknown elements, cardinality, choice types.</summary>
public sealed class StructureTests
{
    [Theory]
    [InlineData("""{"resourceType":"Patient","weight":1}""", "structure", "Patient.weight", "Patient has no element weight")]
    [InlineData("""{"resourceType":"Patient","name":[{"family":"x","weight":1}]}""", "structure", "Patient.name[0].weight", "HumanName has no element weight")]
    [InlineData("""{"resourceType":"Patient","resourceTypes":1}""", "structure", "Patient.resourceTypes", "no element")]
    [InlineData("""{"resourceType":"Patient","name":{"family":"x"}}""", "structure", "Patient.name", "repeats")]
    [InlineData("""{"resourceType":"Patient","active":[true]}""", "structure", "Patient.active", "does not repeat")]
    [InlineData("""{"resourceType":"Patient","name":[]}""", "structure", "Patient.name", "never empty")]
    [InlineData("""{"resourceType":"Patient","name":[{}]}""", "structure", "Patient.name[0]", "never empty")]
    [InlineData("""{"resourceType":"Patient","active":"true"}""", "structure", "Patient.active", "JSON boolean")]
    [InlineData("""{"resourceType":"Patient","active":null}""", "structure", "Patient.active", "null")]
    [InlineData("""{"resourceType":"Patient","name":[{"given":["a",null]}]}""", "structure", "Patient.name[0].given[1]", "null")]
    [InlineData("""{"resourceType":"Patient","name":["x"]}""", "structure", "Patient.name[0]", "JSON object")]
    [InlineData("""{"resourceType":"Patient","birthDate":{"id":"x"}}""", "structure", "Patient.birthDate", "JSON string")]
    [InlineData("""{"resourceType":"Patient","_birthDate":"x"}""", "structure", "Patient.birthDate", "object")]
    [InlineData("""{"resourceType":"Patient","_name":[{"id":"x"}]}""", "structure", "Patient._name", "is none")]
    [InlineData("""{"resourceType":"Patient","deceased":true}""", "structure", "Patient.deceased", "deceasedBoolean")]
    [InlineData("""{"resourceType":"Patient","deceasedBoolean":true,"deceasedDateTime":"2020"}""", "structure", "Patient", "only one type")]
    [InlineData("""{"resourceType":"Patient","deceasedString":"x"}""", "structure", "Patient.deceasedString", "no element")]
    [InlineData("""{"resourceType":"Patient","name":[{"id":"x"}]}""", "invariant", "Patient.name[0]", "ele-1")]
    [InlineData("""{"resourceType":"Patient","link":[{"type":"seealso"}]}""", "required", "Patient.link[0]", "Patient.link.other is required")]
    [InlineData("""{"resourceType":"Patient","contained":[{"id":"x"}]}""", "structure", "Patient.contained[0]", "no resourceType")]
    [InlineData("""{"resourceType":"Patient","contained":["x"]}""", "structure", "Patient.contained[0]", "JSON object")]
    public void Validate_WrongStructure_SaysWhatAndWhere(string json, string code, string expression, string message)
    {
        OutcomeIssue issue = Validating.OnlyError(json);
        Assert.Equal((code, expression), (issue.Code, issue.Expression));
        Assert.Contains(message, issue.Diagnostics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "no resourceType")]
    [InlineData("""{"resourceType":1}""", "JSON string")]
    [InlineData("""{"resourceType":"Patientt"}""", "not a concrete resource type")]
    [InlineData("""{"resourceType":"DomainResource"}""", "not a concrete resource type")]
    [InlineData("""{"resourceType":"HumanName"}""", "not a concrete resource type")]
    [InlineData("""{"resourceType":"ClientApplication"}""", "not a concrete resource type")]
    public void Validate_NoResourceTypeOfR4_IsAnError(string json, string message) =>
        Assert.Contains(message, Validating.OnlyError(json).Diagnostics, StringComparison.Ordinal);

    [Fact]
    public void Validate_Issue_HasLineAndColumn()
    {
        OutcomeIssue issue = Validating.OnlyError("{\n  \"resourceType\": \"Patient\",\n  \"weight\": 1\n}");
        Assert.Equal((3, 3), (issue.Line, issue.Column));
    }

    [Fact]
    public void Validate_ResourceTypeNotFirst_IsAllowed() => Validating.HasNoErrors("""{"active":true,"resourceType":"Patient"}""");

    [Fact]
    public void Validate_PrimitiveExtensionsInArray_AreAllowed() => Validating.HasNoErrors("""
        {"resourceType":"Patient","name":[{"given":["a",null],"_given":[null,{"extension":[{"url":"http://example.org/x","valueCode":"y"}]}]}]}
        """);

    [Fact]
    public void Validate_BundleEntry_IsValidatedAsItsOwnType()
    {
        OutcomeIssue issue = Validating.OnlyError("""{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient","weight":1}}]}""");
        Assert.Equal("Bundle.entry[0].resource.weight", issue.Expression);
    }

    [Fact]
    public void Validate_ManyErrors_AreCountedAndListedUpToALimit()
    {
        string names = string.Join(",", Enumerable.Repeat("{}", 3000));
        ValidationResult result = Validating.Json($$"""{"resourceType":"Patient","name":[{{names}}]}""");
        Assert.Equal(3000, result.Errors);
        Assert.InRange(result.Issues.Count, 1000, 1001);
    }

    [Fact]
    public void ResourceTypes_AreThe146OfR4InOrder()
    {
        Assert.Equal(146, FhirR4.ResourceTypes.Count);
        Assert.Equal("Account", FhirR4.ResourceTypes[0]);
        Assert.Equal("VisionPrescription", FhirR4.ResourceTypes[^1]);
        Assert.True(FhirR4.IsResourceType("Patient"));
        Assert.False(FhirR4.IsResourceType("patient"));
        Assert.False(FhirR4.IsResourceType("Resource"));
    }
}
