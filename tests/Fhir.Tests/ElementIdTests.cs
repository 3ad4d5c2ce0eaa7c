namespace Consortium.Fhir.Tests;

/// <summary>FHIR R4 element.html and references.html#contained: ids of elements and of contained resources; datatypes.html#attachment.</summary>
public sealed class ElementIdTests
{
    [Theory]
    [InlineData("""{"resourceType":"Patient","name":[{"id":"a","family":"x"},{"id":"b","family":"y"}]}""", true)]
    [InlineData("""{"resourceType":"Patient","name":[{"id":"a","family":"x"}],"_birthDate":{"id":"a"},"birthDate":"2020"}""", false)]
    [InlineData("""{"resourceType":"Patient","name":[{"id":"a b","family":"x"}]}""", false)]
    [InlineData("""{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient","name":[{"id":"a","family":"x"}]}},{"resource":{"resourceType":"Patient","name":[{"id":"a","family":"x"}]}}]}""", true)]
    public void Validate_ElementId_HasNoSpacesAndIsUniqueInItsResource(string json, bool valid) => Assert.Equal(valid, Validating.Json(json).IsValid);

    [Fact]
    public void Validate_TwoContainedWithOneId_IsAnError() => Assert.Equal("Patient.contained[1]", Validating.OnlyError("""
        {"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o","name":"x"},{"resourceType":"Organization","id":"o","name":"y"}],"managingOrganization":{"reference":"#o"}}
        """).Expression);

    [Theory]
    [InlineData("3", IssueSeverity.Information, null)]
    [InlineData("4", IssueSeverity.Error, "The attachment's size says 4 bytes; its data has 3")]
    public void Validate_AttachmentSize_IsThatOfItsData(string size, IssueSeverity severity, string? message)
    {
        ValidationResult result = Validating.Json($$$"""{"resourceType":"Patient","photo":[{"contentType":"image/png","data":"QUJD","size":{{{size}}}}]}""");
        if (message is null) Assert.True(result.IsValid);
        else Assert.StartsWith(message, Assert.Single(result.Issues, i => i.Severity == severity).Diagnostics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PAG9uybzWLqyfyZ5JKosmgP8/bg=", true)]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAA=", false)]
    public void Validate_AttachmentHashOtherThanOfItsData_IsAWarning(string hash, bool same)
    {
        ValidationResult result = Validating.Json($$$"""{"resourceType":"Patient","photo":[{"contentType":"image/png","data":"QUJD","hash":"{{{hash}}}"}]}""");
        Assert.Equal(same, !result.Issues.Any(i => i.Diagnostics.Contains("SHA-1", StringComparison.Ordinal)));
    }
}
