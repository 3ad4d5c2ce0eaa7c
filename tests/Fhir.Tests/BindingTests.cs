namespace Consortium.Fhir.Tests;

/// <summary>FHIR R4 terminologies.html#strength: required and extensible bindings by local expansion.</summary>
public sealed class BindingTests
{
    [Fact]
    public void Validate_CodeOutsideARequiredValueSet_ShowsTheCodeAndWhatIsAllowed()
    {
        OutcomeIssue issue = Validating.OnlyError("""{"resourceType":"Patient","gender":"M"}""");
        Assert.Equal(("code-invalid", "Patient.gender"), (issue.Code, issue.Expression));
        Assert.Contains("'M'", issue.Diagnostics, StringComparison.Ordinal);
        Assert.Contains("female", issue.Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_TextInPlaceOfACode_IsNotShown()
    {
        OutcomeIssue issue = Validating.OnlyError("""{"resourceType":"Patient","gender":"Wang Fang, female, born 1970"}""");
        Assert.DoesNotContain("Wang", issue.Diagnostics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://terminology.hl7.org/CodeSystem/condition-clinical", "active", true)]
    [InlineData("http://terminology.hl7.org/CodeSystem/condition-clinical", "relapse", true)]
    [InlineData("http://terminology.hl7.org/CodeSystem/condition-clinical", "cured", false)]
    [InlineData("http://example.org", "active", false)]
    public void Validate_RequiredConcept_NeedsSystemAndCodeOfTheValueSet(string system, string code, bool valid) =>
        Assert.Equal(valid, Validating.Json($$$"""{"resourceType":"Condition","subject":{"reference":"Patient/a"},"clinicalStatus":{"coding":[{"system":"{{{system}}}","code":"{{{code}}}"}]}}""").IsValid);

    [Fact]
    public void Validate_RequiredConceptWithTextOnly_IsAnError() =>
        Assert.Equal("code-invalid", Validating.OnlyError("""{"resourceType":"Condition","subject":{"reference":"Patient/a"},"clinicalStatus":{"text":"active"}}""").Code);

    [Fact]
    public void Validate_ExtensibleConceptOutside_IsAWarning()
    {
        ValidationResult result = Validating.Json("""{"resourceType":"Patient","maritalStatus":{"coding":[{"system":"http://example.org","code":"x"}]}}""");
        Assert.True(result.IsValid);
        Assert.Contains(result.Issues, i => i is { Severity: IssueSeverity.Warning, Code: "code-invalid" });
    }

    [Theory]
    [InlineData("text/plain", true)]
    [InlineData("text/plain; charset=gb18030", true)]
    [InlineData("plain text", false)]
    public void Validate_MimeType_IsDecidedByItsGrammar(string type, bool valid) =>
        Assert.Equal(valid, Validating.Json($$"""{"resourceType":"Binary","contentType":"{{type}}"}""").IsValid);

    [Fact]
    public void Validate_WhatCannotBeDecided_IsInformation()
    {
        ValidationResult result = Validating.Json("""
            {"resourceType":"Observation","status":"final","code":{"text":"x"},"interpretation":[{"text":"x"}],"bodySite":{"coding":[{"system":"http://snomed.info/sct","code":"40983000"}]}}
            """);
        Assert.True(result.IsValid);
        Assert.Contains(result.Issues, i => i is { Severity: IssueSeverity.Information, Code: "not-found", Expression: "Observation.bodySite.coding[0].system" });
    }

    [Theory]
    [InlineData("CNY", true)]
    [InlineData("XXX", true)]
    [InlineData("DEM", true)]
    [InlineData("RMB", false)]
    [InlineData("cny", false)]
    public void Validate_Currency_IsOneOfIso4217(string currency, bool valid) =>
        Assert.Equal(valid, Validating.Json($$$"""{"resourceType":"Invoice","status":"issued","totalNet":{"value":1,"currency":"{{{currency}}}"}}""").IsValid);
}
