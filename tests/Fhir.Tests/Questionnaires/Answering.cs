using System.Text;

namespace Consortium.Fhir.Tests.Questionnaires;

/// <summary>Short forms for tests that validate a response against a questionnaire.</summary>
internal static class Answering
{
    public const string Url = "http://example.org/Questionnaire/q";

    public static ValidationResult Validate(string questionnaireItems, string responseItems, string status = "completed", string more = "")
    {
        FhirDocument questionnaire = FhirDocument.Parse(Encoding.UTF8.GetBytes($$$"""{"resourceType":"Questionnaire","url":"{{{Url}}}","status":"active",{{{more}}}"item":[{{{questionnaireItems}}}]}"""));
        string response = $$$"""{"resourceType":"QuestionnaireResponse","questionnaire":"{{{Url}}}","status":"{{{status}}}","item":[{{{responseItems}}}]}""";
        return new FhirValidator(FhirDefinitions.R4.With([questionnaire])).Validate(Encoding.UTF8.GetBytes(response));
    }

    public static void Accepts(string questionnaireItems, string responseItems, string status = "completed") =>
        Assert.DoesNotContain(Validate(questionnaireItems, responseItems, status).Issues, i => i.Severity <= IssueSeverity.Error);

    public static OutcomeIssue Refuses(string questionnaireItems, string responseItems) =>
        Assert.Single(Validate(questionnaireItems, responseItems).Issues, i => i.Severity <= IssueSeverity.Error);

    /// <summary>An item of the questionnaire.</summary>
    public static string Item(string linkId, string type, string more = "") => $$$"""{"linkId":"{{{linkId}}}","type":"{{{type}}}"{{{more}}}}""";

    /// <summary>An item of the response with its answers.</summary>
    public static string Answer(string linkId, params string[] values) =>
        $$$"""{"linkId":"{{{linkId}}}","answer":[{{{string.Join(",", values.Select(v => $"{{{v}}}"))}}}]}""";

    /// <summary>A core extension of an item or an option.</summary>
    public static string Extension(string name, string value) => $$$"""{"url":"http://hl7.org/fhir/StructureDefinition/{{{name}}}",{{{value}}}}""";
}
