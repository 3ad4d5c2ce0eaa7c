namespace Consortium.Fhir.Tests;

/// <summary>Invariants by FHIRPath at their severity (FHIR R4 conformance-rules.html#constraints), and the corrected ones.</summary>
public sealed class InvariantTests
{
    [Theory]
    [InlineData("obs-6", "Observation", """{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueString":"1","dataAbsentReason":{"text":"y"}}""")]
    [InlineData("obs-7", "Observation", """{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://a","code":"b"}]},"valueString":"1","component":[{"code":{"coding":[{"system":"http://a","code":"b"}]}}]}""")]
    [InlineData("pat-1", "Patient.contact[0]", """{"resourceType":"Patient","contact":[{"gender":"male"}]}""")]
    [InlineData("cpt-2", "Patient.telecom[0]", """{"resourceType":"Patient","telecom":[{"value":"1"}]}""")]
    [InlineData("per-1", "Encounter.period", """{"resourceType":"Encounter","status":"finished","class":{"code":"IMP"},"period":{"start":"2024-02-02","end":"2024-02-01"}}""")]
    [InlineData("ext-1", "Patient.extension[0]", """{"resourceType":"Patient","extension":[{"url":"http://example.org/x"}]}""")]
    [InlineData("ref-1", "Patient.managingOrganization", """{"resourceType":"Patient","managingOrganization":{"reference":"#o"}}""")]
    [InlineData("dom-3", "Patient.contained[0]", """{"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o","name":"x"}]}""")]
    [InlineData("dom-4", "Patient", """{"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o","name":"x","meta":{"versionId":"1"}}],"managingOrganization":{"reference":"#o"}}""")]
    [InlineData("qty-3", "Observation.value", """{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":1,"code":"mg"}}""")]
    [InlineData("bdl-7", "Bundle", """{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"urn:uuid:c757873d-ec9a-4326-a141-556f43239520","resource":{"resourceType":"Basic","code":{"text":"x"}}},{"fullUrl":"urn:uuid:c757873d-ec9a-4326-a141-556f43239520","resource":{"resourceType":"Basic","code":{"text":"y"}}}]}""")]
    [InlineData("bdl-8", "Bundle.entry[0]", """{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"http://a/Basic/1/_history/2","resource":{"resourceType":"Basic","code":{"text":"x"}}}]}""")]
    [InlineData("bdl-3", "Bundle", """{"resourceType":"Bundle","type":"transaction","entry":[{"resource":{"resourceType":"Basic","code":{"text":"x"}}}]}""")]
    [InlineData("tim-1", "ServiceRequest.occurrence.repeat", """{"resourceType":"ServiceRequest","status":"active","intent":"order","subject":{"reference":"Patient/a"},"occurrenceTiming":{"repeat":{"duration":1}}}""")]
    public void Validate_BrokenInvariant_IsTheOnlyError(string key, string expression, string json)
    {
        OutcomeIssue issue = Validating.OnlyError(json);
        Assert.Equal(("invariant", expression), (issue.Code, issue.Expression));
        Assert.StartsWith(key + ":", issue.Diagnostics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ref-1", """{"resourceType":"Patient","managingOrganization":{"display":"x"}}""")]
    [InlineData("bdl-8", """{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Basic","code":{"text":"x"}}}]}""")]
    [InlineData("per-1 of different precision", """{"resourceType":"Encounter","status":"finished","class":{"code":"IMP"},"period":{"start":"2024-02-02","end":"2024-02-02T10:00:00Z"}}""")]
    [InlineData("dom-3 by the contained resource", """{"resourceType":"Patient","contained":[{"resourceType":"Condition","id":"c","subject":{"reference":"#"}}]}""")]
    [InlineData("dom-3 by canonical", """{"resourceType":"QuestionnaireResponse","status":"completed","questionnaire":"#q","contained":[{"resourceType":"Questionnaire","id":"q","status":"active"}]}""")]
    [InlineData("ras-2", """{"resourceType":"RiskAssessment","status":"final","subject":{"reference":"Patient/a"},"prediction":[{"qualitativeRisk":{"text":"x"}}]}""")]
    [InlineData("que-7", """{"resourceType":"Questionnaire","status":"active","item":[{"linkId":"1","type":"string","enableWhen":[{"question":"2","operator":"exists","answerBoolean":true}]},{"linkId":"2","type":"string"}]}""")]
    public void Validate_CorrectedInvariant_DrawsNoFalseError(string what, string json)
    {
        Assert.NotEmpty(what);
        Validating.HasNoErrors(json);
    }

    [Fact]
    public void Validate_ComparatorInSimpleQuantity_BreaksTheProfileOfTheElement()
    {
        ValidationResult result = Validating.Json("""{"resourceType":"Observation","status":"final","code":{"text":"x"},"referenceRange":[{"low":{"value":1,"comparator":"<"}}]}""");
        Assert.Equal(["structure", "invariant"], result.Issues.Where(i => i.Severity == IssueSeverity.Error).Select(i => i.Code));
        Assert.All(result.Issues.Where(i => i.Severity == IssueSeverity.Error), i => Assert.Equal("Observation.referenceRange[0].low", i.Expression));
    }

    [Fact]
    public void Validate_BestPractice_IsAWarning()
    {
        ValidationResult result = Validating.Json("""{"resourceType":"Patient","active":true}""");
        Assert.True(result.IsValid);
        OutcomeIssue issue = Assert.Single(result.Issues);
        Assert.Equal(IssueSeverity.Warning, issue.Severity);
        Assert.StartsWith("dom-6", issue.Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void Compile_EveryInvariantOfR4_Parses()
    {
        Definitions.R4Tables tables = Definitions.R4Tables.Instance;
        for (int i = 1; i < tables.Invariants.Length; i++) Assert.NotNull(FhirPath.Compile(tables.Text(tables.Invariants[i].Expression)));
        Assert.True(tables.Invariants.Length > 200);
    }
}
