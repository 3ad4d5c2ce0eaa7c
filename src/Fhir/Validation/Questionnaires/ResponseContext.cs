namespace Consortium.Fhir.Validation.Questionnaires;

/// <summary>What the rules of one QuestionnaireResponse against its Questionnaire share.</summary>
internal sealed class ResponseContext(ValidationContext validation, QuestionnaireForm form, FhirNode response)
{
    public ValidationContext Validation { get; } = validation;

    public QuestionnaireForm Form { get; } = form;

    public FhirNode Response { get; } = response;

    /// <summary>
    /// Whether what is required must be there: of a "completed" response (FHIR R4 questionnaire-definitions.html#Questionnaire.item.required)
    /// and of one amended since.
    /// </summary>
    public bool IsComplete { get; } = response.Text("status") is "completed" or "amended";

    public void Error(FhirNode node, string code, string message) => Validation.Issues.Error(node.Place().Index, code, message);

    public void Warning(FhirNode node, string code, string message) => Validation.Issues.Warning(node.Place().Index, code, message);

    public void Information(FhirNode node, string code, string message) => Validation.Issues.Information(node.Place().Index, code, message);

    /// <summary>Something is missing: an error once the response counts as complete, until then a warning.</summary>
    public void Missing(FhirNode node, string message)
    {
        if (IsComplete) Error(node, "required", message);
        else Warning(node, "required", message);
    }
}
