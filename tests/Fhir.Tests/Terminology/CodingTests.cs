namespace Consortium.Fhir.Tests.Terminology;

/// <summary>FHIR R4 datatypes.html#Coding, codesystem.html: every Coding against its code system, bound or not.</summary>
public sealed class CodingTests
{
    private const string MaritalStatus = "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus";

    [Fact]
    public void Validate_CodeThatAWholeCodeSystemHasNot_IsAnErrorWhereverItStands()
    {
        OutcomeIssue issue = Validating.OnlyError(Tagged("""{"system":"http://hl7.org/fhir/resource-types","code":"Patientt"}"""));
        Assert.Equal(("code-invalid", "Basic.meta.tag[0].code"), (issue.Code, issue.Expression));
        Assert.Equal("Code 'Patientt' is not in the code system http://hl7.org/fhir/resource-types.", issue.Diagnostics);
    }

    [Fact]
    public void Validate_CodeOfAnotherVersionOfTheCodeSystem_IsAWarning() =>
        HasOnly(IssueSeverity.Warning, """{"system":"http://hl7.org/fhir/resource-types","version":"5.0.0","code":"Requirements"}""");

    [Theory]
    [InlineData("Never Married")]
    [InlineData("never married ")]
    public void Validate_DisplayOfTheCodeSystem_IsQuietWhateverItsCase(string display) =>
        Assert.Empty(Issues($$"""{"system":"{{MaritalStatus}}","code":"S","display":"{{display}}"}"""));

    [Fact]
    public void Validate_DisplayOfOtherWords_IsAWarningThatNamesTheProperOne()
    {
        OutcomeIssue issue = HasOnly(IssueSeverity.Warning, $$"""{"system":"{{MaritalStatus}}","code":"S","display":"Widowed"}""");
        Assert.Contains("'Never Married'", issue.Diagnostics, StringComparison.Ordinal);
        Assert.DoesNotContain("Widowed", issue.Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_CodeInAnotherCaseWhereTheCodeSystemDoesNotSayThatCaseMatters_IsNoError() =>
        HasOnly(IssueSeverity.Warning, """{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"mr"}""");

    [Fact]
    public void Validate_AbstractCode_IsAWarning() =>
        HasOnly(IssueSeverity.Warning, """{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"_SubstanceAdminSubstitutionReason"}""");

    [Fact]
    public void Validate_CodeWithoutASystem_IsAWarning() => HasOnly(IssueSeverity.Warning, """{"code":"S"}""");

    [Theory]
    [InlineData("http://snomed.info/sct", "40983000")]
    [InlineData("http://loinc.org", "8480-6")]
    [InlineData("http://example.org/codes", "x")]
    [InlineData("urn:oid:2.16.840.1.113883.2.4.15.111", "x")]
    public void Validate_SystemWhoseCodesAreNotKnownHere_IsInformation(string system, string code) =>
        HasOnly(IssueSeverity.Information, $$"""{"system":"{{system}}","code":"{{code}}"}""");

    [Fact]
    public void Validate_SystemThatIsNotKnown_IsSaidOnceAResource()
    {
        const string Coding = """{"system":"http://loinc.org","code":"8480-6"}""";
        Assert.Single(Issues($"{Coding},{Coding}"));
    }

    [Theory]
    [InlineData("http://hl7.org/fhir/ValueSet/marital-status", "a value set is no code system")]
    [InlineData("https://terminology.hl7.org/CodeSystem/v3-MaritalStatus", "https for http")]
    [InlineData("http://loinc.org/", "a slash at the end")]
    [InlineData("http://snomed.info/sct/", "a slash at the end")]
    [InlineData("CodeSystem/mine", "a local reference")]
    [InlineData("http://hl7.org/fhir/CodeSystem/example-supplement", "a supplement")]
    [InlineData("http://hl7.org/fhir/valueset-marital-status.html", "a page")]
    public void Validate_SystemThatCannotBeOne_IsAnError(string system, string because)
    {
        OutcomeIssue issue = Validating.OnlyError(Tagged($$"""{"system":"{{system}}","code":"S"}"""));
        Assert.True(issue.Expression == "Basic.meta.tag[0].system", because);
    }

    [Theory]
    [InlineData("urn:ietf:bcp:47", "zh-Hans-CN", true)]
    [InlineData("urn:ietf:bcp:47", "Chinese language", false)]
    [InlineData("urn:ietf:bcp:13", "application/fhir+json", true)]
    [InlineData("urn:iso:std:iso:3166", "CN", true)]
    [InlineData("urn:iso:std:iso:3166", "CHN", true)]
    [InlineData("urn:iso:std:iso:3166", "156", true)]
    [InlineData("urn:iso:std:iso:3166", "XK", true)]
    [InlineData("urn:iso:std:iso:3166", "US-GA", true)]
    [InlineData("urn:iso:std:iso:3166", "CC1", false)]
    [InlineData("urn:iso:std:iso:4217", "CNY", true)]
    [InlineData("urn:iso:std:iso:4217", "RMB", false)]
    [InlineData("http://snomed.info/sct", "something", false)]
    [InlineData("http://terminology.hl7.org/CodeSystem/v2-0203", "NNCHN", true)]
    [InlineData("http://terminology.hl7.org/CodeSystem/v2-0203", "NNchn", false)]
    public void Validate_CodeOfAGrammarOrAnIsoList_IsDecidedHere(string system, string code, bool valid) =>
        Assert.Equal(valid, Validating.Json(Tagged($$"""{"system":"{{system}}","code":"{{code}}"}""")).IsValid);

    private static string Tagged(string codings) => $$$"""{"resourceType":"Basic","meta":{"tag":[{{{codings}}}]},"code":{"text":"x"}}""";

    private static List<OutcomeIssue> Issues(string codings) =>
        [.. Validating.Json(Tagged(codings)).Issues.Where(i => i.Expression!.StartsWith("Basic.meta.tag", StringComparison.Ordinal))];

    private static OutcomeIssue HasOnly(IssueSeverity severity, string codings)
    {
        OutcomeIssue only = Assert.Single(Issues(codings));
        Assert.Equal(severity, only.Severity);
        return only;
    }
}
