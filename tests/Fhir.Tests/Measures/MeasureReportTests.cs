using System.Text;

namespace Consortium.Fhir.Tests.Measures;

/// <summary>FHIR R4 measurereport.html and measure.html: a report against its measure, and a measure against its libraries.</summary>
public sealed class MeasureReportTests
{
    private const string Url = "http://example.org/Measure/m";

    private static string Coded(string code) => $$$""" "code":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/measure-population","code":"{{{code}}}"}]} """;

    private static string Population(string code, string more = "") => $$"""{{{Coded(code)}}{{more}}}""";

    private static string Criteria(string expression) => $$$""","criteria":{"language":"text/cql","expression":"{{{expression}}}"}""";

    private static string Measure(string scoring, params string[] groups) => $$$"""
        {"resourceType":"Measure","url":"{{{Url}}}","status":"active",
        "scoring":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/measure-scoring","code":"{{{scoring}}}"}]},"group":[{{{string.Join(",", groups)}}}]}
        """;

    private static string Group(string code, params string[] populations) => $$$"""{"code":{"text":"{{{code}}}"},"population":[{{{string.Join(",", populations)}}}]}""";

    private static OutcomeIssue[] Errors(string measure, string groups, string type = "summary", string status = "complete")
    {
        string report = $$$"""{"resourceType":"MeasureReport","status":"{{{status}}}","type":"{{{type}}}","measure":"{{{Url}}}","period":{"start":"2020"},"group":[{{{groups}}}]}""";
        FhirValidator validator = new(FhirDefinitions.R4.With([FhirDocument.Parse(Encoding.UTF8.GetBytes(measure))]));
        return [.. validator.Validate(Encoding.UTF8.GetBytes(report)).Issues.Where(i => i.Severity <= IssueSeverity.Error)];
    }

    private static readonly string s_cohort = Measure("cohort", Group("g", Population("initial-population", Criteria("InPopulation"))));

    [Fact]
    public void Validate_ReportOfAllThatIsDefined_IsAccepted() => Assert.Empty(Errors(s_cohort, Group("g", Population("initial-population"))));

    [Fact]
    public void Validate_SingleGroupWithoutCode_IsAccepted() => Assert.Empty(Errors(s_cohort, $"{{\"population\":[{Population("initial-population")}]}}"));

    [Fact]
    public void Validate_SingleGroupWithAnotherCode_IsAnError() =>
        Assert.Equal("The group's code is 'g' in the measure; found 'h'.", Assert.Single(Errors(s_cohort, Group("h", Population("initial-population")))).Diagnostics);

    [Theory]
    [InlineData("denominator", "The population with code 'denominator' is not defined by the measure; it has: 'initial-population'.")]
    [InlineData(null, "The population with code 'initial-population' of the measure is not reported.")]
    public void Validate_PopulationUnknownOrMissing_IsAnError(string? code, string message)
    {
        string group = code is null ? """{"code":{"text":"g"}}""" : Group("g", Population("initial-population"), Population(code));
        Assert.Equal(message, Assert.Single(Errors(s_cohort, group)).Diagnostics);
    }

    [Fact]
    public void Validate_WhatIsMissingOfAPendingReport_IsNoErrorYet() => Assert.Empty(Errors(s_cohort, """{"code":{"text":"g"}}""", status: "pending"));

    [Fact]
    public void Validate_SeveralGroups_AreMatchedByCode()
    {
        string measure = Measure("cohort", Group("g", Population("initial-population", Criteria("A"))), Group("h", Population("initial-population", Criteria("B"))));
        string g = Group("g", Population("initial-population")), h = Group("h", Population("initial-population"));
        Assert.Empty(Errors(measure, $"{h},{g}"));
        Assert.Contains(Errors(measure, $"{g},{g}"), i => i.Diagnostics == "The group with code 'g' is reported more than once.");
        Assert.Contains(Errors(measure, $"{g},{{\"population\":[{Population("initial-population")}]}}"), i => i.Diagnostics.StartsWith("The group has no code", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("cohort", "", true)]
    [InlineData("cohort", ",\"measureScore\":{\"value\":1}", false)]
    [InlineData("proportion", ",\"measureScore\":{\"value\":0.5}", true)]
    [InlineData("proportion", ",\"measureScore\":{\"value\":0.5,\"system\":\"http://unitsofmeasure.org\",\"code\":\"1\"}", true)]
    [InlineData("proportion", ",\"measureScore\":{\"value\":1.5}", false)]
    [InlineData("proportion", ",\"measureScore\":{\"value\":-0.5}", false)]
    [InlineData("proportion", ",\"measureScore\":{\"value\":0.5,\"unit\":\"kg\"}", false)]
    [InlineData("proportion", ",\"measureScore\":{\"unit\":\"1\"}", false)]
    [InlineData("proportion", "", false)]
    [InlineData("ratio", ",\"measureScore\":{\"value\":7}", true)]
    [InlineData("continuous-variable", ",\"measureScore\":{\"value\":7,\"unit\":\"min\"}", true)]
    [InlineData("continuous-variable", "", false)]
    public void Validate_Score_FollowsTheScoring(string scoring, string score, bool valid) =>
        Assert.Equal(valid, Errors(Measure(scoring, Group("g", Population("initial-population", Criteria("A")))), $"{{\"population\":[{Population("initial-population")}]{score}}}").Length == 0);

    [Theory]
    [InlineData("summary", false)]
    [InlineData("subject-list", true)]
    public void Validate_Subjects_AreListedBySubjectListsOnly(string type, bool valid) =>
        Assert.Equal(valid, Errors(s_cohort, Group("g", Population("initial-population", ",\"count\":2,\"subjectResults\":{\"reference\":\"List/1\"}")), type).Length == 0);

    [Theory]
    [InlineData("InPopulation", true)]
    [InlineData("\\\"In Population\\\"", true)]
    [InlineData("Lib.InPopulation", true)]
    [InlineData("Lib.Hidden", false)]
    [InlineData("Missing", false)]
    [InlineData("Other.Missing", true)]
    [InlineData("Count(InPopulation) > 0", true)]
    public void Validate_CqlCriteria_NameADefinitionOfTheLibrary(string expression, bool valid)
    {
        const string Cql = "library Lib version '1'\n// define Hidden: 1\n/* define Hidden: 2 */\ndefine \"In Population\": 'define Hidden'\ndefine public InPopulation: true\ndefine function F(x Integer): x";
        string library = $$"""{"resourceType":"Library","url":"http://example.org/Library/Lib","name":"Lib","status":"active","type":{"text":"x"},"content":[{"contentType":"text/cql","data":"{{Convert.ToBase64String(Encoding.UTF8.GetBytes(Cql))}}"}]}""";
        string measure = Measure("cohort", $"{{\"population\":[{Population("initial-population", Criteria(expression))}]}}").Replace("\"status\"", "\"library\":[\"http://example.org/Library/Lib\"],\"status\"", StringComparison.Ordinal);
        FhirValidator validator = new(FhirDefinitions.R4.With([FhirDocument.Parse(Encoding.UTF8.GetBytes(library))]));
        Assert.Equal(valid, validator.Validate(Encoding.UTF8.GetBytes(measure)).IsValid);
    }
}
