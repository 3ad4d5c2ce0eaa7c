using static Consortium.Fhir.Tests.Profiles.Profiling;

namespace Consortium.Fhir.Tests.Profiles;

/// <summary>FHIR R4 elementdefinition.html: cardinality, fixed values, patterns, limits, length, types and bindings of a profile.</summary>
public sealed class ElementRulesTests
{
    private static FhirDocument On(string path, string rules, string type = "Patient") => Profile(type, $$"""{"id":"{{path}}","path":"{{path}}",{{rules}}}""");

    [Fact]
    public void Validate_ElementThatTheProfileRequires_IsReportedWithElementIdAndProfile()
    {
        OutcomeIssue issue = OnlyError(Patient("\"active\":true"), On("Patient.birthDate", "\"min\":1"));
        Assert.Equal(("required", "Patient", "Patient.birthDate is required: at least 1, found 0 (profile http://example.org/StructureDefinition/under-test)."), (issue.Code, issue.Expression, issue.Diagnostics));
    }

    [Fact]
    public void Validate_ElementThatTheProfileForbids_IsReportedAtTheElement()
    {
        OutcomeIssue issue = OnlyError(Patient("\"photo\":[{\"title\":\"x\"}]"), On("Patient.photo", "\"max\":\"0\""));
        Assert.Equal(("structure", "Patient.photo[0]"), (issue.Code, issue.Expression));
    }

    [Fact]
    public void Validate_MissingElementOfTheCoreDefinition_IsReportedOnce()
    {
        OutcomeIssue issue = OnlyError("""{"resourceType":"Observation","code":{"text":"x"}}""", On("Observation.status", "\"min\":1", "Observation"));
        Assert.StartsWith("Observation.status is required", issue.Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_ElementBelowARepeatingOne_IsRequiredOfEachItem()
    {
        OutcomeIssue issue = OnlyError(Patient("""  "name":[{"family":"a"},{"text":"b"}]"""), On("Patient.name.family", "\"min\":1"));
        Assert.Equal("Patient.name[1]", issue.Expression);
    }

    [Theory]
    [InlineData("\"gender\":\"other\"", true)]
    [InlineData("\"gender\":\"male\"", false)]
    [InlineData("\"active\":true", true)]
    public void Validate_FixedPrimitive_IsExactWhereItIsPresent(string content, bool valid) =>
        Assert.Equal(valid, Validate(Patient(content), On("Patient.gender", "\"fixedCode\":\"other\"")).IsValid);

    [Theory]
    [InlineData("""{"coding":[{"system":"http://a.org","code":"m"}]}""", true)]
    [InlineData("""{"id":"i","coding":[{"code":"m","system":"http://a.org"}]}""", true)]
    [InlineData("""{"coding":[{"system":"http://a.org","code":"m","display":"M"}]}""", false)]
    [InlineData("""{"coding":[{"system":"http://a.org","code":"m"},{"system":"http://a.org","code":"n"}]}""", false)]
    [InlineData("""{"coding":[{"system":"http://a.org"}]}""", false)]
    [InlineData("""{"text":"m"}""", false)]
    public void Validate_FixedComplexValue_HasNothingMissingAndNothingMore(string value, bool valid) =>
        Assert.Equal(valid, Validate(Patient($"\"maritalStatus\":{value}"), On("Patient.maritalStatus", """ "fixedCodeableConcept":{"coding":[{"system":"http://a.org","code":"m"}]} """)).IsValid);

    [Theory]
    [InlineData("""{"coding":[{"system":"http://a.org","code":"m","display":"M"},{"code":"n"}],"text":"x"}""", true)]
    [InlineData("""{"coding":[{"code":"n"},{"system":"http://a.org","code":"m"}]}""", true)]
    [InlineData("""{"coding":[{"system":"http://a.org"},{"code":"m"}]}""", false)]
    [InlineData("""{"text":"m"}""", false)]
    public void Validate_Pattern_IsMetByWhatHasAtLeastItsContentInAnyOrder(string value, bool valid) =>
        Assert.Equal(valid, Validate(Patient($"\"maritalStatus\":{value}"), On("Patient.maritalStatus", """ "patternCodeableConcept":{"coding":[{"system":"http://a.org","code":"m"}]} """)).IsValid);

    [Fact]
    public void Validate_BrokenPattern_SaysWhatIsWantedAndWhereItDiffersButNotWhatIsThere()
    {
        OutcomeIssue issue = OnlyError(Patient("""  "identifier":[{"system":"http://b.org","value":"secret"}]"""), On("Patient.identifier", """ "patternIdentifier":{"system":"http://a.org"} """));
        Assert.Contains("\"http://a.org\"", issue.Diagnostics, StringComparison.Ordinal);
        Assert.Contains("they differ in system", issue.Diagnostics, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", issue.Diagnostics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2.50", "\"minValueDecimal\":2.5", true)]
    [InlineData("2.49", "\"minValueDecimal\":2.5", false)]
    [InlineData("7", "\"maxValueDecimal\":6.9", false)]
    public void Validate_NumberBeyondALimit_IsAnError(string value, string limit, bool valid) =>
        Assert.Equal(valid, Validate(
            Observation($$$"""  "valueQuantity":{"value":{{{value}}}} """),
            On("Observation.value[x]", """ "type":[{"code":"Quantity"}]},{"id":"Observation.value[x].value","path":"Observation.value[x].value", """ + limit, "Observation")).IsValid);

    [Theory]
    [InlineData("1899-12-31", false)]
    [InlineData("1900-01-01", true)]
    [InlineData("1900", true)]
    public void Validate_DateBelowTheMinimum_IsAnErrorUnlessItsPrecisionLeavesItOpen(string date, bool valid) =>
        Assert.Equal(valid, Validate(Patient($"\"birthDate\":\"{date}\""), On("Patient.birthDate", "\"minValueDate\":\"1900-01-01\"")).IsValid);

    [Fact]
    public void Validate_DateBeyondADurationFromNow_IsAnError()
    {
        FhirDocument profile = On("Patient.birthDate", """ "maxValueDuration":{"value":10,"system":"http://unitsofmeasure.org","code":"a"} """);
        Assert.Equal("value", OnlyError(Patient("\"birthDate\":\"2999-01-01\""), profile).Code);
        Accepts(Patient("\"birthDate\":\"2001-01-01\""), profile);
    }

    [Fact]
    public void Validate_TextLongerThanAllowed_IsAnErrorCountedInCharacters()
    {
        FhirDocument profile = On("Patient.name.family", "\"maxLength\":3");
        Accepts(Patient("""  "name":[{"family":"王小明"}]"""), profile);
        Assert.Equal("too-long", OnlyError(Patient("""  "name":[{"family":"abcd"}]"""), profile).Code);
    }

    [Fact]
    public void Validate_ValueOfATypeThatTheProfileTakesAway_IsAnError()
    {
        FhirDocument profile = On("Observation.value[x]", """ "type":[{"code":"Quantity"},{"code":"string"}] """, "Observation");
        Accepts(Observation("\"valueString\":\"x\""), profile);
        OutcomeIssue issue = OnlyError(Observation("\"valueBoolean\":true"), profile);
        Assert.Contains("has the type Quantity, string; found boolean", issue.Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_CodeOutsideTheProfilesRequiredValueSet_IsAnErrorAndOutsideAnExtensibleOneAWarning()
    {
        const string Content = """  "maritalStatus":{"coding":[{"system":"http://example.org/s","code":"zz"}]}""";
        static string Bound(string strength) => $$""" "binding":{"strength":"{{strength}}","valueSet":"http://hl7.org/fhir/ValueSet/administrative-gender"} """;
        Assert.Equal("code-invalid", OnlyError(Patient(Content), On("Patient.maritalStatus", Bound("required"))).Code);
        ValidationResult extensible = Validate(Patient(Content), On("Patient.maritalStatus", Bound("extensible")));
        Assert.True(extensible.IsValid);
        Assert.Contains(extensible.Issues, i => i.Severity == IssueSeverity.Warning && i.Diagnostics.Contains("administrative-gender", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("error", IssueSeverity.Error)]
    [InlineData("warning", IssueSeverity.Warning)]
    public void Validate_ConstraintOfTheProfile_IsReportedAtItsSeverity(string severity, IssueSeverity expected)
    {
        FhirDocument profile = On("Patient.name", $$""" "constraint":[{"key":"t-1","severity":"{{severity}}","human":"A name has a family name.","expression":"family.exists()"}] """);
        ValidationResult result = Validate(Patient("""  "name":[{"text":"x"}]"""), profile);
        OutcomeIssue issue = Assert.Single(result.Issues, i => i.Code == "invariant" && i.Diagnostics.Contains("t-1", StringComparison.Ordinal));
        Assert.Equal((expected, "Patient.name[0]"), (issue.Severity, issue.Expression));
    }

    [Fact]
    public void Validate_BestPracticeConstraint_IsAWarning()
    {
        FhirDocument profile = On("Patient", """ "constraint":[{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/elementdefinition-bestpractice","valueBoolean":true}],"key":"t-1","severity":"error","human":"x","expression":"false"}] """);
        Assert.True(Validate(Patient("\"active\":true"), profile).IsValid);
    }

    [Fact]
    public void Validate_ElementThatNeedsAValue_DoesNotTakeAnExtensionForIt()
    {
        FhirDocument profile = On("Patient.active", """ "min":1,"extension":[{"url":"http://hl7.org/fhir/5.0/StructureDefinition/extension-ElementDefinition.mustHaveValue","valueBoolean":true}] """);
        const string Absent = """  "_active":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}]}""";
        Assert.Equal("required", OnlyError(Patient(Absent), profile).Code);
        Accepts(Patient("\"active\":true"), profile);
    }

    [Fact]
    public void Validate_ContentReference_CarriesTheProfilesRulesToAnyDepth()
    {
        FhirDocument profile = On("Questionnaire.item.text", "\"min\":1", "Questionnaire");
        const string Nested = """{"resourceType":"Questionnaire","status":"draft","item":[{"linkId":"1","text":"a","type":"group","item":[{"linkId":"2","type":"string"}]}]}""";
        Assert.Equal("Questionnaire.item[0].item[0]", OnlyError(Nested, profile).Expression);
    }
}
