namespace Consortium.Fhir.Tests.Terminology;

/// <summary>FHIR R4 codesystem.html, valueset.html, conceptmap.html: terminology resources against the code systems at hand.</summary>
public sealed class TerminologyResourceTests
{
    [Theory]
    [InlineData("\"content\":\"supplement\"", false)]
    [InlineData("\"content\":\"supplement\",\"supplements\":\"http://hl7.org/fhir/administrative-gender\",\"concept\":[{\"code\":\"female\"}]", true)]
    [InlineData("\"content\":\"supplement\",\"supplements\":\"http://hl7.org/fhir/administrative-gender\",\"concept\":[{\"code\":\"woman\"}]", false)]
    [InlineData("\"content\":\"supplement\",\"supplements\":\"http://hl7.org/fhir/CodeSystem/example-supplement\"", false)]
    public void Validate_Supplement_NamesACodeSystemAndAddsNoCodes(string content, bool valid) =>
        Assert.Equal(valid, Validating.Json($$"""{"resourceType":"CodeSystem","status":"draft",{{content}}}""").IsValid);

    [Theory]
    [InlineData("valueInteger", "1", true)]
    [InlineData("valueString", "\"1\"", false)]
    public void Validate_ConceptProperty_HasTheDeclaredType(string property, string value, bool valid) =>
        Assert.Equal(valid, Validating.Json($$"""{"resourceType":"CodeSystem","status":"draft","content":"complete","property":[{"code":"n","type":"integer"}],"concept":[{"code":"a","property":[{"code":"n","{{property}}":{{value}}}]}]}""").IsValid);

    [Fact]
    public void Validate_CountThatIsNotTheNumberOfConcepts_IsAWarning() =>
        Assert.Contains(
            Validating.Json("""{"resourceType":"CodeSystem","status":"draft","content":"complete","count":3,"concept":[{"code":"a","concept":[{"code":"b"}]}]}""").Issues,
            i => i is { Severity: IssueSeverity.Warning, Expression: "CodeSystem.count" });

    [Theory]
    [InlineData("concept", "is-a", "female", true)]
    [InlineData("concept", "is-a", "woman", false)]
    [InlineData("concept", "in", "female, male", true)]
    [InlineData("concept", "in", "female, men", false)]
    [InlineData("code", "regex", "fe.*", true)]
    [InlineData("code", "regex", "(", false)]
    [InlineData("display", "exists", "true", true)]
    [InlineData("display", "exists", "yes", false)]
    public void Validate_Filter_HasAValueFitForItsOperation(string property, string op, string value, bool valid) =>
        Assert.Equal(valid, Compose($$"""{"system":"http://hl7.org/fhir/administrative-gender","filter":[{"property":"{{property}}","op":"{{op}}","value":"{{value}}"}]}""").IsValid);

    [Theory]
    [InlineData("""{"system":"http://hl7.org/fhir/ValueSet/administrative-gender"}""", false)]
    [InlineData("""{"system":"http://hl7.org/fhir/CodeSystem/example-supplement"}""", false)]
    [InlineData("""{"valueSet":["http://hl7.org/fhir/administrative-gender"]}""", false)]
    [InlineData("""{"valueSet":["http://example.org/vs"]}""", false)]
    [InlineData("""{"valueSet":["http://example.org/another"]}""", true)]
    [InlineData("""{"system":"http://example.org/cs"}""", true)]
    public void Validate_Include_NamesCodeSystemsAndOtherValueSets(string include, bool valid) => Assert.Equal(valid, Compose(include).IsValid);

    [Fact]
    public void Validate_ListedCodeThatTheCodeSystemHasNot_IsAWarning()
    {
        ValidationResult result = Compose("""{"system":"http://hl7.org/fhir/administrative-gender","concept":[{"code":"woman"}]}""");
        Assert.True(result.IsValid);
        Assert.Contains(result.Issues, i => i is { Severity: IssueSeverity.Warning, Expression: "ValueSet.compose.include[0].concept[0].code" });
    }

    [Fact]
    public void Validate_ConceptMapCodeThatTheCodeSystemHasNot_IsAWarning()
    {
        ValidationResult result = Validating.Json("""{"resourceType":"ConceptMap","status":"draft","group":[{"source":"http://hl7.org/fhir/administrative-gender","element":[{"code":"woman"},{"code":"male"}]}]}""");
        Assert.True(result.IsValid);
        Assert.Single(result.Issues, i => i is { Severity: IssueSeverity.Warning, Code: "code-invalid" });
    }

    private static ValidationResult Compose(string include) =>
        Validating.Json($$$"""{"resourceType":"ValueSet","url":"http://example.org/vs","status":"draft","compose":{"include":[{{{include}}}]}}""");
}
